/* kernel: (i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off, the linker -lm. */

#define IRIS_LANE_BITS 64
#define IRIS_PARTS 3

/* iris_base.h */

/* iris_number.h */

/* iris_range.h */

/* iris_fenv.h */

/* iris_row.h */

/* iris_lanes.h */

IRIS_KERNEL int64_t iris_kernel(int64_t n) {
  /* 4: for d in range(2, 20): */
  bool live = true;
  int64_t found = 0;
  for (int64_t d = 2; d < 20; ++d) {
    /* 5: if d < n and n % d == 0: */
    const bool t1 = d < n;
    const int64_t t2 = iris_floormod_i64(n, d);
    const bool t3 = t2 == 0;
    const bool v0 = t1 & t3;
    const int64_t found_1 = v0 ? d : found;
    const bool t4 = !v0;
    live = t4;
    found = found_1;
    if (!live) break;
  }
  /* 4: for d in range(2, 20): */
  const int64_t found_2 = live ? 0 : found;
  return found_2;
}

IRIS_KERNEL void iris_block(const iris_v_i64 *n, iris_v_i64 *out0) {
  iris_mask live[IRIS_PARTS];
  iris_v_i64 found[IRIS_PARTS];
  iris_mask running[IRIS_PARTS];
  IRIS_EACH_PART {
    /* 4: for d in range(2, 20): */
    live[part] = IRIS_ALL;
    found[part] = iris_all_i64(0LL);
    running[part] = IRIS_ALL;
  }
  for (int64_t d = 2; d < 20; ++d) {
    iris_mask any = IRIS_NONE;
    IRIS_EACH_PART {
      /* 5: if d < n and n % d == 0: */
      const iris_mask t1 = (iris_mask)(d < n[part]);
      iris_v_i64 t2 = {0};
      IRIS_LANE_BY_LANE t2[lane] = iris_floormod_i64(n[part][lane], d);
      const iris_mask t3 = (iris_mask)(t2 == 0);
      const iris_mask v0 = t1 & t3;
      const iris_v_i64 found_1 = iris_select_i64(v0, iris_all_i64(d), found[part]);
      const iris_mask t4 = ~v0;
      live[part] = iris_select_bool(running[part], t4, live[part]);
      found[part] = iris_select_i64(running[part], found_1, found[part]);
      running[part] &= t4;
      any |= running[part];
    }
    if (!iris_any(any)) break;
  }
  IRIS_EACH_PART {
    /* 4: for d in range(2, 20): */
    const iris_v_i64 found_2 = iris_select_i64(live[part], iris_all_i64(0LL), found[part]);
    out0[part] = found_2;
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
