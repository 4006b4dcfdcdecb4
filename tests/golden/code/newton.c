/* kernel: (f8) -> f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_number.h */

/* iris_while.h */

/* iris_fenv.h */

/* iris_error.h */

IRIS_KERNEL double iris_kernel(double a, uint32_t *status) {
  /* 5: while abs(x * x - a) > 1e-12 * a: */
  double x = a;
  const uint64_t most_rounds = iris_rounds();
  uint64_t rounds = 0;
  for (;;) {
    const double t1 = x * x;
    const double t2 = t1 - a;
    const double t3 = iris_abs_f64(t2);
    const double t4 = 1e-12 * a;
    const bool t5 = t3 > t4;
    if (!t5) break;
    if (rounds++ == most_rounds) {
      *status |= 4u /* while_limit */;
      break;
    }
    /* 6: x = 0.5 * (x + a / x) */
    const double t6 = a / x;
    const double t7 = x + t6;
    const double x_1 = 0.5 * t7;
    x = x_1;
  }
  return x;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE uint32_t iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  uint32_t status = 0;
  char *a = args[0];
  const intptr_t a_step = steps[0];
  char *out0 = args[1];
  const intptr_t out0_step = steps[1];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_f64 *)out0 = iris_kernel(*(const iris_mem_f64 *)a, &status);
    a += a_step;
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
