/* kernel: (i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off, the linker -lm. */

/* iris_base.h */

/* iris_number.h */

/* iris_while.h */

/* iris_fenv.h */

/* iris_error.h */

IRIS_KERNEL int64_t iris_kernel(int64_t n, uint32_t *status) {
  /* 5: while True: */
  bool live = true;
  int64_t n_1 = n;
  int64_t steps = 0;
  int64_t rv00 = 0;
  bool ret = false;
  const uint64_t most_rounds = iris_rounds();
  uint64_t rounds = 0;
  for (;;) {
    if (!live) break;
    if (rounds++ == most_rounds) {
      *status |= 4u /* while_limit */;
      break;
    }
    /* 6: if n <= 1: */
    const bool t1 = n_1 <= 1;
    int64_t n_2;
    int64_t steps_1;
    int64_t rv00_1;
    bool ret_1;
    bool brk;
    if (t1) {
      n_2 = n_1;
      steps_1 = steps;
      rv00_1 = steps;
      ret_1 = true;
      brk = false;
    } else {
      /* 8: n = n // 2 if n % 2 == 0 else 3 * n + 1 */
      const int64_t t2 = iris_floormod_i64(n_1, 2);
      const bool t3 = t2 == 0;
      const int64_t t4 = iris_floordiv_i64(n_1, 2);
      const int64_t t5 = 3 * n_1;
      const int64_t t6 = t5 + 1;
      const int64_t v0 = t3 ? t4 : t6;
      /* 9: steps += 1 */
      const int64_t steps_2 = steps + 1;
      /* 10: if steps >= 50: */
      const bool t7 = steps_2 >= 50;
      n_2 = v0;
      steps_1 = steps_2;
      rv00_1 = rv00;
      ret_1 = false;
      brk = t7;
    }
    /* 6: if n <= 1: */
    const bool t8 = ret_1 | brk;
    const bool t9 = !t8;
    live = t9;
    n_1 = n_2;
    steps = steps_1;
    rv00 = rv00_1;
    ret = ret_1;
  }
  /* 5: while True: */
  const int64_t rv00_2 = ret ? rv00 : (-1);
  return rv00_2;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE uint32_t iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  uint32_t status = 0;
  char *n = args[0];
  const intptr_t n_step = steps[0];
  char *out0 = args[1];
  const intptr_t out0_step = steps[1];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_i64 *)out0 = iris_kernel(*(const iris_mem_i64 *)n, &status);
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
