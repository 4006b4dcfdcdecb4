/* kernel: (i8, i4) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_range.h */

/* iris_fenv.h */

/* iris_error.h */

IRIS_KERNEL int64_t iris_kernel(int64_t n, int32_t step, uint32_t *status) {
  /* 5: for i in range(0, n * 3, step): */
  const int64_t t1 = n * 3;
  const int64_t t2 = (int64_t)step;
  const bool t3 = t2 != 0;
  *status |= t3 ? 0u : 2u /* zero_step */;
  int64_t total = 0;
  const uint64_t trips = iris_trips(0, t1, t2);
  for (uint64_t trip = 0; trip < trips; ++trip) {
    const int64_t i = (int64_t)((uint64_t)0 + trip * (uint64_t)t2);
    /* 6: total += i */
    const int64_t total_1 = total + i;
    total = total_1;
  }
  return total;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE uint32_t iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  uint32_t status = 0;
  char *n = args[0];
  const intptr_t n_step = steps[0];
  char *step = args[1];
  const intptr_t step_step = steps[1];
  char *out0 = args[2];
  const intptr_t out0_step = steps[2];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_i64 *)out0 = iris_kernel(*(const iris_mem_i64 *)n, *(const iris_mem_i32 *)step, &status);
    n += n_step;
    step += step_step;
    out0 += out0_step;
  }
  return status;
}

IRIS_EXPORT int iris_loop(void *context, char *const *args, const intptr_t *dims, const intptr_t *steps, void *aux) {
  (void)context;
  (void)aux;
  const uint64_t flags = iris_save_flags();
  const uint32_t status = iris_row(dims[0], args, steps);
  iris_restore_flags(flags, IRIS_FLAGS_ALL);
  if (status & 2u) return iris_raise(PyExc_ValueError, "range() arg 3 must not be zero");
  return 0;
}
