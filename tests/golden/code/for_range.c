/* kernel: (f8, i8) -> f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_range.h */

/* iris_fenv.h */

IRIS_KERNEL double iris_kernel(double x, int64_t n) {
  /* 6: for i in range(n): */
  double total = 0.0;
  for (int64_t i = 0; i < n; ++i) {
    /* 7: total += x**2 / (i + 1) */
    const double t1 = x * x;
    const int64_t t2 = i + 1;
    const double t3 = (double)t2;
    const double t4 = t1 / t3;
    const double total_1 = total + t4;
    total = total_1;
  }
  return total;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  char *x = args[0];
  const intptr_t x_step = steps[0];
  char *n = args[1];
  const intptr_t n_step = steps[1];
  char *out0 = args[2];
  const intptr_t out0_step = steps[2];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_f64 *)out0 = iris_kernel(*(const iris_mem_f64 *)x, *(const iris_mem_i64 *)n);
    x += x_step;
    n += n_step;
    out0 += out0_step;
  }
}

IRIS_EXPORT int iris_loop(void *context, char *const *args, const intptr_t *dims, const intptr_t *steps, void *aux) {
  (void)context;
  (void)aux;
  const uint64_t flags = iris_save_flags();
  iris_row(dims[0], args, steps);
  iris_restore_flags(flags, IRIS_FLAGS_ALL);
  return 0;
}
