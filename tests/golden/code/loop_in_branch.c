/* kernel: (f8, i8) -> f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_range.h */

/* iris_while.h */

/* iris_fenv.h */

/* iris_error.h */

IRIS_KERNEL double iris_kernel(double x, int64_t n, uint32_t *status) {
  /* 4: if x > 0: */
  const bool t1 = x > 0.0;
  double x_1;
  if (t1) {
    /* 5: for i in range(n): */
    double x_2 = x;
    for (int64_t i = 0; i < n; ++i) {
      /* 6: x = x * 1.5 */
      const double x_3 = x_2 * 1.5;
      x_2 = x_3;
    }
    x_1 = x_2;
  } else {
    /* 8: while n > 0: */
    double x_4 = x;
    int64_t n_1 = n;
    const uint64_t most_rounds = iris_rounds();
    uint64_t rounds = 0;
    for (;;) {
      const bool t2 = n_1 > 0;
      if (!t2) break;
      if (rounds++ == most_rounds) {
        *status |= 4u /* while_limit */;
        break;
      }
      /* 9: x, n = x - 1, n - 1 */
      const double t3 = x_4 - 1.0;
      const int64_t n_2 = n_1 - 1;
      x_4 = t3;
      n_1 = n_2;
    }
    x_1 = x_4;
  }
  return x_1;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE uint32_t iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  uint32_t status = 0;
  char *x = args[0];
  const intptr_t x_step = steps[0];
  char *n = args[1];
  const intptr_t n_step = steps[1];
  char *out0 = args[2];
  const intptr_t out0_step = steps[2];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_f64 *)out0 = iris_kernel(*(const iris_mem_f64 *)x, *(const iris_mem_i64 *)n, &status);
    x += x_step;
    n += n_step;
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
  if (status & 4u) return iris_raise(PyExc_RuntimeError, "a while loop passed ME_DSL_WHILE_MAX_ITERS iterations for one element");
  return 0;
}
