/* kernel: (i8, i8) -> i8, i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_range.h */

/* iris_fenv.h */

IRIS_KERNEL void iris_kernel(int64_t a, int64_t b, int64_t *out0, int64_t *out1) {
  /* 5: for i in range(a, b, 3): */
  int64_t up = 0;
  const uint64_t trips = iris_trips(a, b, 3);
  for (uint64_t trip = 0; trip < trips; ++trip) {
    const int64_t i = (int64_t)((uint64_t)a + trip * (uint64_t)3);
    /* 6: up += i */
    const int64_t up_1 = up + i;
    up = up_1;
  }
  /* 8: for i in range(b, a, -2): */
  int64_t down = 0;
  const uint64_t trips_1 = iris_trips(b, a, (-2));
  for (uint64_t trip_1 = 0; trip_1 < trips_1; ++trip_1) {
    const int64_t i_1 = (int64_t)((uint64_t)b + trip_1 * (uint64_t)(-2));
    /* 9: down = down * 3 + i */
    const int64_t t1 = down * 3;
    const int64_t down_1 = t1 + i_1;
    down = down_1;
  }
  *out0 = up;
  *out1 = down;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  char *a = args[0];
  const intptr_t a_step = steps[0];
  char *b = args[1];
  const intptr_t b_step = steps[1];
  char *out0 = args[2];
  const intptr_t out0_step = steps[2];
  char *out1 = args[3];
  const intptr_t out1_step = steps[3];
  for (intptr_t k = 0; k < count; ++k) {
    int64_t out0_value;
    int64_t out1_value;
    iris_kernel(*(const iris_mem_i64 *)a, *(const iris_mem_i64 *)b, &out0_value, &out1_value);
    *(iris_mem_i64 *)out0 = out0_value;
    *(iris_mem_i64 *)out1 = out1_value;
    a += a_step;
    b += b_step;
    out0 += out0_step;
    out1 += out1_step;
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
