/* kernel: (i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_range.h */

/* iris_fenv.h */

IRIS_KERNEL int64_t iris_kernel(int64_t n) {
  /* 4: for i in range(10): */
  bool live = true;
  int64_t rv00 = 0;
  bool ret = false;
  for (int64_t i = 0; i < 10; ++i) {
    /* 5: if i * i > n: */
    const int64_t t1 = i * i;
    const bool t2 = t1 > n;
    /* 7: if i == 8: */
    const bool t3 = i == 8;
    /* 5: if i * i > n: */
    const int64_t rv00_1 = t2 ? i : rv00;
    const bool t4 = !t2;
    const bool brk = t4 & t3;
    const bool t5 = t2 | brk;
    const bool t6 = !t5;
    live = t6;
    rv00 = rv00_1;
    ret = t2;
    if (!live) break;
  }
  /* 4: for i in range(10): */
  const int64_t rv00_2 = live ? (-1) : rv00;
  const bool ret_1 = live | ret;
  const int64_t rv00_3 = ret_1 ? rv00_2 : (-2);
  return rv00_3;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  char *n = args[0];
  const intptr_t n_step = steps[0];
  char *out0 = args[1];
  const intptr_t out0_step = steps[1];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_i64 *)out0 = iris_kernel(*(const iris_mem_i64 *)n);
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
