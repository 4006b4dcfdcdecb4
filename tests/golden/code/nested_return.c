/* kernel: (i8, i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_range.h */

/* iris_while.h */

/* iris_fenv.h */

/* iris_error.h */

IRIS_KERNEL int64_t iris_kernel(int64_t n, int64_t target, uint32_t *status) {
  /* 4: for i in range(n): */
  bool live = true;
  int64_t rv00 = 0;
  bool ret = false;
  for (int64_t i = 0; i < n; ++i) {
    /* 6: while j < n: */
    bool live_1 = true;
    int64_t j = 0;
    int64_t rv00_1 = rv00;
    bool ret_1 = false;
    const uint64_t most_rounds = iris_rounds();
    uint64_t rounds = 0;
    for (;;) {
      const bool t1 = j < n;
      const bool v0 = live_1 & t1;
      if (!v0) break;
      if (rounds++ == most_rounds) {
        *status |= 4u /* while_limit */;
        break;
      }
      /* 7: if i * j == target: */
      const int64_t t2 = i * j;
      const bool t3 = t2 == target;
      /* 9: if j > 6: */
      const bool t4 = j > 6;
      /* 11: j += 1 */
      const int64_t j_1 = j + 1;
      /* 9: if j > 6: */
      const int64_t j_2 = t4 ? j : j_1;
      /* 7: if i * j == target: */
      const int64_t j_3 = t3 ? j : j_2;
      const int64_t rv00_2 = t3 ? i : rv00_1;
      const bool t5 = t2 != target;
      const bool brk = t5 & t4;
      const bool t6 = t3 | brk;
      const bool t7 = !t6;
      live_1 = t7;
      j = j_3;
      rv00_1 = rv00_2;
      ret_1 = t3;
    }
    /* 13: if i == 7: */
    const bool t8 = i == 7;
    const int64_t rv00_3 = t8 ? (-7) : rv00_1;
    const bool ret_2 = t8 | ret_1;
    /* 6: while j < n: */
    const int64_t rv00_4 = live_1 ? rv00_3 : rv00_1;
    const bool ret_3 = live_1 ? ret_2 : ret_1;
    const bool t9 = !ret_3;
    live = t9;
    rv00 = rv00_4;
    ret = ret_3;
    if (!live) break;
  }
  (void)live;
  /* 4: for i in range(n): */
  const int64_t rv00_5 = ret ? rv00 : (-1);
  return rv00_5;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE uint32_t iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  uint32_t status = 0;
  char *n = args[0];
  const intptr_t n_step = steps[0];
  char *target = args[1];
  const intptr_t target_step = steps[1];
  char *out0 = args[2];
  const intptr_t out0_step = steps[2];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_i64 *)out0 = iris_kernel(*(const iris_mem_i64 *)n, *(const iris_mem_i64 *)target, &status);
    n += n_step;
    target += target_step;
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
