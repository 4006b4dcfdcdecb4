/* kernel: (i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

#define IRIS_LANE_BITS 64
#define IRIS_PARTS 4

/* iris_base.h */

/* iris_range.h */

/* iris_fenv.h */

/* iris_row.h */

/* iris_lanes.h */

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

IRIS_KERNEL void iris_block(const iris_v_i64 *n, iris_v_i64 *out0) {
  iris_mask live[IRIS_PARTS];
  iris_v_i64 rv00[IRIS_PARTS];
  iris_mask ret[IRIS_PARTS];
  iris_mask running[IRIS_PARTS];
  IRIS_EACH_PART {
    /* 4: for i in range(10): */
    live[part] = IRIS_ALL;
    rv00[part] = iris_all_i64(0LL);
    ret[part] = IRIS_NONE;
    running[part] = IRIS_ALL;
  }
  for (int64_t i = 0; i < 10; ++i) {
    iris_mask any = IRIS_NONE;
    const int64_t t1 = i * i;
    const bool t3 = i == 8;
    IRIS_EACH_PART {
      /* 5: if i * i > n: */
      const iris_mask t2 = (iris_mask)(t1 > n[part]);
      /* 7: if i == 8: */
      /* 5: if i * i > n: */
      const iris_v_i64 rv00_1 = iris_select_i64(t2, iris_all_i64(i), rv00[part]);
      const iris_mask t4 = ~t2;
      const iris_mask brk = t4 & iris_all_bool(t3);
      const iris_mask t5 = t2 | brk;
      const iris_mask t6 = ~t5;
      live[part] = iris_select_bool(running[part], t6, live[part]);
      rv00[part] = iris_select_i64(running[part], rv00_1, rv00[part]);
      ret[part] = iris_select_bool(running[part], t2, ret[part]);
      running[part] &= t6;
      any |= running[part];
    }
    if (!iris_any(any)) break;
  }
  IRIS_EACH_PART {
    /* 4: for i in range(10): */
    const iris_v_i64 rv00_2 = iris_select_i64(live[part], iris_all_i64((-1LL)), rv00[part]);
    const iris_mask ret_1 = live[part] | ret[part];
    const iris_v_i64 rv00_3 = iris_select_i64(ret_1, rv00_2, iris_all_i64((-2LL)));
    out0[part] = rv00_3;
  }
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps) {
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

/* Any steps, no overlap; all inputs of a block are read before a result is stored. */
IRIS_OUTLINE void iris_lanes(intptr_t count, char *const *args, const intptr_t *steps) {
  for (intptr_t first = 0; first < count; first += IRIS_LANES) {
    const intptr_t some = count - first < IRIS_LANES ? count - first : IRIS_LANES;
    iris_v_i64 n_tile[IRIS_PARTS];
    iris_v_i64 out0_tile[IRIS_PARTS];
    for (intptr_t lane = 0; lane < IRIS_LANES; ++lane) {
      const intptr_t k = first + (lane < some ? lane : some - 1);
      ((iris_mem_i64 *)n_tile)[lane] = *(const iris_mem_i64 *)(args[0] + k * steps[0]);
    }
    iris_block(n_tile, out0_tile);
    for (intptr_t lane = 0; lane < some; ++lane) {
      *(iris_mem_i64 *)(args[1] + (first + lane) * steps[1]) = ((const iris_mem_i64 *)out0_tile)[lane];
    }
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  bool apart = count >= IRIS_FEWEST;
  apart = apart && iris_apart(count, args[1], steps[1], 8, args[0], steps[0], 8);
  if (apart) {
    iris_lanes(count, args, steps);
    return;
  }
  iris_strided(count, args, steps);
}

IRIS_EXPORT int iris_loop(void *context, char *const *args, const intptr_t *dims, const intptr_t *steps, void *aux) {
  (void)context;
  (void)aux;
  const uint64_t flags = iris_save_flags();
  iris_row(dims[0], args, steps);
  iris_restore_flags(flags, IRIS_FLAGS_ALL);
  return 0;
}
