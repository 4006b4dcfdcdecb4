/* kernel: (f8) -> i8, f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_while.h */

/* iris_fenv.h */

/* iris_error.h */

IRIS_KERNEL void iris_kernel(double x, int64_t *out0, double *out1, uint32_t *status) {
  /* 5: while x > 1: */
  bool live = true;
  double x_1 = x;
  int64_t n = 0;
  int64_t result = 0;
  const uint64_t most_rounds = iris_rounds();
  uint64_t rounds = 0;
  for (;;) {
    const bool t1 = x_1 > 1.0;
    const bool v0 = live & t1;
    if (!v0) break;
    if (rounds++ == most_rounds) {
      *status |= 4u /* while_limit */;
      break;
    }
    /* 6: x = x / 2 */
    const double x_2 = x_1 / 2.0;
    /* 7: n += 1 */
    const int64_t n_1 = n + 1;
    /* 8: if n > 20: */
    const bool t2 = n_1 > 20;
    const int64_t result_1 = t2 ? (-1) : result;
    const bool t3 = !t2;
    live = t3;
    x_1 = x_2;
    n = n_1;
    result = result_1;
  }
  /* 5: while x > 1: */
  const int64_t result_2 = live ? n : result;
  *out0 = result_2;
  *out1 = x_1;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE uint32_t iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  uint32_t status = 0;
  char *x = args[0];
  const intptr_t x_step = steps[0];
  char *out0 = args[1];
  const intptr_t out0_step = steps[1];
  char *out1 = args[2];
  const intptr_t out1_step = steps[2];
  for (intptr_t k = 0; k < count; ++k) {
    int64_t out0_value;
    double out1_value;
    iris_kernel(*(const iris_mem_f64 *)x, &out0_value, &out1_value, &status);
    *(iris_mem_i64 *)out0 = out0_value;
    *(iris_mem_f64 *)out1 = out1_value;
    x += x_step;
    out0 += out0_step;
    out1 += out1_step;
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
