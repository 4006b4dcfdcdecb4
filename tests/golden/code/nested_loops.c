/* kernel: (i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off, the linker -lm. */

/* iris_base.h */

/* iris_number.h */

/* iris_range.h */

/* iris_fenv.h */

IRIS_KERNEL int64_t iris_kernel(int64_t n) {
  /* 5: for i in range(n): */
  int64_t total = 0;
  for (int64_t i = 0; i < n; ++i) {
    /* 6: for j in range(i, n): */
    bool live = true;
    int64_t total_1 = total;
    for (int64_t j = i; j < n; ++j) {
      /* 7: if j == 5: */
      const bool t1 = j == 5;
      /* 9: if (i + j) % 2: */
      const int64_t t2 = i + j;
      const int64_t t3 = iris_floormod_i64(t2, 2);
      const bool t4 = t3 != 0;
      /* 11: total += i * j */
      const int64_t t5 = i * j;
      const int64_t total_2 = total_1 + t5;
      /* 9: if (i + j) % 2: */
      const int64_t total_3 = t4 ? total_1 : total_2;
      /* 7: if j == 5: */
      const int64_t total_4 = t1 ? total_1 : total_3;
      const bool t6 = j != 5;
      live = t6;
      total_1 = total_4;
      if (!live) break;
    }
    /* 13: total += 100 */
    const int64_t total_5 = total_1 + 100;
    /* 6: for j in range(i, n): */
    const int64_t total_6 = live ? total_5 : total_1;
    /* 15: total -= 1 */
    const int64_t total_7 = total_6 - 1;
    /* 6: for j in range(i, n): */
    const int64_t total_8 = live ? total_6 : total_7;
    total = total_8;
  }
  return total;
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
