/* iris_vm_base.h - what the elementary functions share: bits, sums with their errors, powers of two.
 *
 * The functions of the iris_vm headers are straight lines of additions, fused multiply-adds, selects and shifts, so that
 * a loop around them becomes vectors, and the vector body, the tail and a scalar call do the same operations: the bits
 * of a result depend on the argument alone.  Fused multiply-adds stand where they are written and nowhere else (compile
 * with -ffp-contract=off); rounding is to nearest.  Integers are unsigned 64-bit additions and logical shifts only, and
 * no 64-bit integer is converted to double: AVX2 has no more.  Requires iris_base.h.
 */
#ifndef IRIS_VM_BASE_H
#define IRIS_VM_BASE_H

#if defined(IRIS_READ_BACK)
#define IRIS_VM static inline
#else
/* Inlined always: a call would end the vectors. */
#define IRIS_VM static inline __attribute__((always_inline, unused))
#endif

IRIS_VM uint64_t iris_vm_bits_f64(double x) {
  const union { double value; uint64_t bits; } view = {x};
  return view.bits;
}
IRIS_VM double iris_vm_from_f64(uint64_t bits) {
  const union { uint64_t bits; double value; } view = {bits};
  return view.value;
}
IRIS_VM uint32_t iris_vm_bits_f32(float x) {
  const union { float value; uint32_t bits; } view = {x};
  return view.bits;
}
IRIS_VM float iris_vm_from_f32(uint32_t bits) {
  const union { uint32_t bits; float value; } view = {bits};
  return view.value;
}

/* A condition as a word of ones or zeros, and a choice by it.  A `?:` is a branch to gcc until late: it moves what only
 * one side needs into it, copies what follows for a side that is constant, and then finds no vectors, or poor ones. */
IRIS_VM uint64_t iris_vm_mask_f64(bool condition) { return -(uint64_t)condition; }
IRIS_VM uint32_t iris_vm_mask_f32(bool condition) { return -(uint32_t)condition; }
IRIS_VM double iris_vm_choose_f64(bool condition, double yes, double no) {
  const uint64_t mask = -(uint64_t)condition;
  return iris_vm_from_f64((iris_vm_bits_f64(yes) & mask) | (iris_vm_bits_f64(no) & ~mask));
}
IRIS_VM float iris_vm_choose_f32(bool condition, float yes, float no) {
  const uint32_t mask = -(uint32_t)condition;
  return iris_vm_from_f32((iris_vm_bits_f32(yes) & mask) | (iris_vm_bits_f32(no) & ~mask));
}
/* A mask where a positive number is below the one of these bits: the sign of a difference, for a choice everything waits
 * for.  A comparison of vectors takes several times as long where it makes a mask of its own kind. */
IRIS_VM uint64_t iris_vm_below_f64(double size, uint64_t limit) {
  return (uint64_t)((int64_t)(iris_vm_bits_f64(size) - limit) >> 63);
}
IRIS_VM uint32_t iris_vm_below_f32(float size, uint32_t limit) {
  return (uint32_t)((int32_t)(iris_vm_bits_f32(size) - limit) >> 31);
}
IRIS_VM double iris_vm_pick_f64(uint64_t mask, double yes, double no) {
  return iris_vm_from_f64((iris_vm_bits_f64(yes) & mask) | (iris_vm_bits_f64(no) & ~mask));
}
IRIS_VM float iris_vm_pick_f32(uint32_t mask, float yes, float no) {
  return iris_vm_from_f32((iris_vm_bits_f32(yes) & mask) | (iris_vm_bits_f32(no) & ~mask));
}
#define IRIS_VM_SIGN_F64 0x8000000000000000ULL
#define IRIS_VM_SIGN_F32 0x80000000U

/* A number as the sum of two: the second is at most a rounding error of the first. */
struct iris_vm_pair {
  double head, tail;
};
struct iris_vm_pair_f32 {
  float head, tail;
};

/* ln(2) in two parts; a multiple of the first by an exponent is exact. */
#define IRIS_VM_LN2_HI 0x1.62e42fefa38p-1
#define IRIS_VM_LN2_LO 0x1.ef35793c7673p-45
#define IRIS_VM_LOG2E 0x1.71547652b82fep0
#define IRIS_VM_LN2_HI_F32 0x1.62e4p-1f
#define IRIS_VM_LN2_LO_F32 0x1.7f7d1cp-20f
#define IRIS_VM_LOG2E_F32 0x1.715476p0f

/* Adding it rounds to an integer, which then stands in the low bits. */
#define IRIS_VM_ROUND_F64 0x1.8p52
#define IRIS_VM_ROUND_F32 0x1.8p23f

/* The error of sum = a + b: of any two (Knuth), and where |a| >= |b| or a is zero (Dekker). */
IRIS_VM double iris_vm_sum_error(double a, double b, double sum) {
  const double part = sum - a;
  return (a - (sum - part)) + (b - part);
}
IRIS_VM double iris_vm_fast_error(double a, double b, double sum) { return (a - sum) + b; }
IRIS_VM float iris_vm_sum_error_f32(float a, float b, float sum) {
  const float part = sum - a;
  return (a - (sum - part)) + (b - part);
}
IRIS_VM float iris_vm_fast_error_f32(float a, float b, float sum) { return (a - sum) + b; }

/* y * 2^n for a whole n of at most twice the exponent range, rounded once: two factors that are both normal numbers.
 * n + IRIS_VM_SHIFT ends in the bits of both exponents together. */
#define IRIS_VM_SHIFT_F64 (IRIS_VM_ROUND_F64 + 2046)
#define IRIS_VM_SHIFT_F32 (IRIS_VM_ROUND_F32 + 254)
IRIS_VM double iris_vm_scale_f64(double y, double n) {
  const uint64_t bits = iris_vm_bits_f64(n + IRIS_VM_SHIFT_F64), half = bits >> 1;
  return y * iris_vm_from_f64(half << 52) * iris_vm_from_f64((bits - half) << 52);
}
IRIS_VM float iris_vm_scale_f32(float y, float n) {
  const uint32_t bits = iris_vm_bits_f32(n + IRIS_VM_SHIFT_F32), half = bits >> 1;
  return y * iris_vm_from_f32(half << 23) * iris_vm_from_f32((bits - half) << 23);
}
/* The same of a sum, of the bits of n + IRIS_VM_SHIFT. */
IRIS_VM double iris_vm_scale_sum_f64(double head, double tail, uint64_t bits) {
  const uint64_t half = bits >> 1;
  const double first = iris_vm_from_f64(half << 52);
  return __builtin_fma(tail, first, head * first) * iris_vm_from_f64((bits - half) << 52);
}
IRIS_VM float iris_vm_scale_sum_f32(float head, float tail, uint32_t bits) {
  const uint32_t half = bits >> 1;
  const float first = iris_vm_from_f32(half << 23);
  return __builtin_fmaf(tail, first, head * first) * iris_vm_from_f32((bits - half) << 23);
}
/* 2^n for a whole n from -1022 to 1023. */
IRIS_VM double iris_vm_power2_f64(double n) {
  return iris_vm_from_f64(iris_vm_bits_f64(n + (IRIS_VM_ROUND_F64 + 1023)) << 52);
}
IRIS_VM float iris_vm_power2_f32(float n) {
  return iris_vm_from_f32(iris_vm_bits_f32(n + (IRIS_VM_ROUND_F32 + 127)) << 23);
}

#endif /* IRIS_VM_BASE_H */
