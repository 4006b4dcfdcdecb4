/* kernel: (i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_range.h */

/* iris_fenv.h */

IRIS_KERNEL int64_t iris_kernel(int64_t n, int64_t i0, int64_t i1, int64_t n0) {
  /* 6: for k in range(n + _i0): */
  const int64_t t1 = n + i0;
  int64_t s = 0;
  for (int64_t k = 0; k < t1; ++k) {
    /* 7: if k == _i1: */
    const bool t2 = k == i1;
    /* 9: s += k * _n0 */
    const int64_t t3 = k * n0;
    const int64_t s_1 = s + t3;
    /* 7: if k == _i1: */
    const int64_t s_2 = t2 ? s : s_1;
    s = s_2;
  }
  return s;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_row(intptr_t count, char *const *args, const intptr_t *steps, int64_t i0, int64_t i1, int64_t n0) {
  char *n = args[0];
  const intptr_t n_step = steps[0];
  char *out0 = args[1];
  const intptr_t out0_step = steps[1];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_i64 *)out0 = iris_kernel(*(const iris_mem_i64 *)n, i0, i1 + k, n0);
    n += n_step;
    out0 += out0_step;
  }
}

IRIS_EXPORT int32_t iris_nd(int32_t ndim, const int64_t *shape, char *const *data, const int64_t *strides) {
  if (ndim != 2) return -1;
  uint32_t status = 0;
  const uint64_t flags = iris_save_flags();
  const intptr_t steps[2] = {strides[1], strides[3]};
  const int64_t length = shape[1];
  for (int64_t i0 = 0; i0 < shape[0]; ++i0) {
    char *const row[2] = {
      data[0] + i0 * strides[0],
      data[1] + i0 * strides[2],
    };
    iris_row(length, row, steps, i0, 0, shape[0]);
  }
  iris_restore_flags(flags, IRIS_FLAGS_ALL);
  return (int32_t)status;
}
