/* kernel: (f8) -> f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_while.h */

/* iris_fenv.h */

/* iris_error.h */

IRIS_KERNEL double iris_kernel(double x, uint32_t *status) {
  /* 4: if (y := x * x) > 1 and (z := y + 1) > 4: */
  const double y = x * x;
  const bool t1 = y > 1.0;
  const double z = y + 1.0;
  const bool t2 = z > 4.0;
  const double z_1 = t1 ? z : 0.0;
  const bool v0 = t1 & t2;
  double rv00;
  if (v0) {
    /* 5: return y + z */
    const double t3 = y + z_1;
    rv00 = t3;
  } else {
    /* 6: (w := y - 1) */
    const double w = y - 1.0;
    /* 7: while (w := w + 1) < 3: */
    bool live = true;
    double w_1 = w;
    const uint64_t most_rounds = iris_rounds();
    uint64_t rounds = 0;
    for (;;) {
      if (!live) break;
      if (rounds++ == most_rounds) {
        *status |= 4u /* while_limit */;
        break;
      }
      const double w_2 = w_1 + 1.0;
      const bool t4 = w_2 < 3.0;
      live = t4;
      w_1 = w_2;
    }
    rv00 = w_1;
  }
  return rv00;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE uint32_t iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  uint32_t status = 0;
  char *x = args[0];
  const intptr_t x_step = steps[0];
  char *out0 = args[1];
  const intptr_t out0_step = steps[1];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_f64 *)out0 = iris_kernel(*(const iris_mem_f64 *)x, &status);
    x += x_step;
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
