/* iris_fenv.h - the floating-point flags of this thread: taken before a loop, put back after it.
 *
 * Two instructions on x86-64, about 2 ns; the C library's functions cost thirty times as much.  On a CPU that is not
 * known here nothing is put back, and NumPy may warn where Python would not.  Requires iris_base.h.
 */
#ifndef IRIS_FENV_H
#define IRIS_FENV_H

#define IRIS_FLAGS_INVALID 1u /* the same bit on x86-64 and aarch64 */
#define IRIS_FLAGS_ALL 63u

#if defined(IRIS_READ_BACK)
#define IRIS_BARRIER
#elif defined(__GNUC__)
/* Results are stored before the flags are read. */
#define IRIS_BARRIER __asm__ volatile("" ::: "memory");
#endif

#if defined(__x86_64__)
IRIS_FN uint64_t iris_flags(void) { return __builtin_ia32_stmxcsr(); }
IRIS_FN void iris_set_flags(uint64_t flags) { __builtin_ia32_ldmxcsr((uint32_t)flags); }
#elif defined(__aarch64__) && defined(__GNUC__)
#if defined(__clang__)
IRIS_FN uint64_t iris_flags(void) { return __builtin_arm_rsr64("FPSR"); }
IRIS_FN void iris_set_flags(uint64_t flags) { __builtin_arm_wsr64("FPSR", flags); }
#else
IRIS_FN uint64_t iris_flags(void) { return __builtin_aarch64_get_fpsr(); }
IRIS_FN void iris_set_flags(uint64_t flags) { __builtin_aarch64_set_fpsr((uint32_t)flags); }
#endif
#else
IRIS_FN uint64_t iris_flags(void) { return 0; }
IRIS_FN void iris_set_flags(uint64_t flags) { (void)flags; }
#endif

IRIS_FN uint64_t iris_save_flags(void) {
  IRIS_BARRIER
  return iris_flags();
}

/* The flags in `mask` are as they were; the others stay as the loop left them. */
IRIS_FN void iris_restore_flags(uint64_t saved, uint64_t mask) {
  IRIS_BARRIER
  const uint64_t now = iris_flags();
  if ((now ^ saved) & mask) iris_set_flags((now & ~mask) | (saved & mask));
}

#endif /* IRIS_FENV_H */
