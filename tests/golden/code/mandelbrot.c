/* kernel: (f8, f8, i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_range.h */

/* iris_fenv.h */

IRIS_KERNEL int64_t iris_kernel(double cr, double ci, int64_t limit) {
  /* 5: for i in range(limit): */
  bool live = true;
  double x = 0.0;
  double y = 0.0;
  int64_t rv00 = 0;
  bool ret = false;
  for (int64_t i = 0; i < limit; ++i) {
    /* 6: if x * x + y * y > 4.0: */
    const double t1 = x * x;
    const double t2 = y * y;
    const double t3 = t1 + t2;
    const bool t4 = t3 > 4.0;
    /* 8: x, y = x * x - y * y + cr, 2.0 * x * y + ci */
    const double t5 = t1 - t2;
    const double t6 = t5 + cr;
    const double t7 = 2.0 * x;
    const double t8 = t7 * y;
    const double y_1 = t8 + ci;
    /* 6: if x * x + y * y > 4.0: */
    const int64_t rv00_1 = t4 ? i : rv00;
    const bool t9 = !t4;
    live = t9;
    x = t6;
    y = y_1;
    rv00 = rv00_1;
    ret = t4;
    if (!live) break;
  }
  (void)live;
  /* 5: for i in range(limit): */
  const int64_t rv00_2 = ret ? rv00 : limit;
  return rv00_2;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  char *cr = args[0];
  const intptr_t cr_step = steps[0];
  char *ci = args[1];
  const intptr_t ci_step = steps[1];
  char *limit = args[2];
  const intptr_t limit_step = steps[2];
  char *out0 = args[3];
  const intptr_t out0_step = steps[3];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_i64 *)out0 = iris_kernel(*(const iris_mem_f64 *)cr, *(const iris_mem_f64 *)ci, *(const iris_mem_i64 *)limit);
    cr += cr_step;
    ci += ci_step;
    limit += limit_step;
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
