/* kernel: (f8, f8, i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

#define IRIS_LANE_BITS 64
#define IRIS_PARTS 3

/* iris_base.h */

/* iris_range.h */

/* iris_fenv.h */

/* iris_row.h */

/* iris_lanes.h */

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

IRIS_KERNEL void iris_block(const iris_v_f64 *cr, const iris_v_f64 *ci, const iris_v_i64 *limit, iris_v_i64 *out0) {
  iris_v_f64 x[IRIS_PARTS];
  iris_v_f64 y[IRIS_PARTS];
  iris_v_i64 rv00[IRIS_PARTS];
  iris_mask ret[IRIS_PARTS];
  iris_mask running[IRIS_PARTS];
  IRIS_EACH_PART {
    /* 5: for i in range(limit): */
    x[part] = iris_all_f64(0.0);
    y[part] = iris_all_f64(0.0);
    rv00[part] = iris_all_i64(0LL);
    ret[part] = IRIS_NONE;
    running[part] = IRIS_ALL;
  }
  for (int64_t i = 0;; ++i) {
    iris_mask any = IRIS_NONE;
    IRIS_EACH_PART {
      running[part] &= (iris_mask)(i < limit[part]);
      any |= running[part];
    }
    if (!iris_any(any)) break;
    IRIS_EACH_PART {
      /* 6: if x * x + y * y > 4.0: */
      const iris_v_f64 t1 = x[part] * x[part];
      const iris_v_f64 t2 = y[part] * y[part];
      const iris_v_f64 t3 = t1 + t2;
      const iris_mask t4 = (iris_mask)(t3 > 4.0);
      /* 8: x, y = x * x - y * y + cr, 2.0 * x * y + ci */
      const iris_v_f64 t5 = t1 - t2;
      const iris_v_f64 t6 = t5 + cr[part];
      const iris_v_f64 t7 = 2.0 * x[part];
      const iris_v_f64 t8 = t7 * y[part];
      const iris_v_f64 y_1 = t8 + ci[part];
      /* 6: if x * x + y * y > 4.0: */
      const iris_v_i64 rv00_1 = iris_select_i64(t4, iris_all_i64(i), rv00[part]);
      const iris_mask t9 = ~t4;
      x[part] = t6;
      y[part] = y_1;
      rv00[part] = iris_select_i64(running[part], rv00_1, rv00[part]);
      ret[part] = iris_select_bool(running[part], t4, ret[part]);
      running[part] &= t9;
    }
  }
  IRIS_EACH_PART {
    /* 5: for i in range(limit): */
    const iris_v_i64 rv00_2 = iris_select_i64(ret[part], rv00[part], limit[part]);
    out0[part] = rv00_2;
  }
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps) {
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

/* Any steps, no overlap; all inputs of a block are read before a result is stored. */
IRIS_OUTLINE void iris_lanes(intptr_t count, char *const *args, const intptr_t *steps) {
  for (intptr_t first = 0; first < count; first += IRIS_LANES) {
    const intptr_t some = count - first < IRIS_LANES ? count - first : IRIS_LANES;
    iris_v_f64 cr_tile[IRIS_PARTS];
    iris_v_f64 ci_tile[IRIS_PARTS];
    iris_v_i64 limit_tile[IRIS_PARTS];
    iris_v_i64 out0_tile[IRIS_PARTS];
    for (intptr_t lane = 0; lane < IRIS_LANES; ++lane) {
      const intptr_t k = first + (lane < some ? lane : some - 1);
      ((iris_mem_f64 *)cr_tile)[lane] = *(const iris_mem_f64 *)(args[0] + k * steps[0]);
      ((iris_mem_f64 *)ci_tile)[lane] = *(const iris_mem_f64 *)(args[1] + k * steps[1]);
      ((iris_mem_i64 *)limit_tile)[lane] = *(const iris_mem_i64 *)(args[2] + k * steps[2]);
    }
    iris_block(cr_tile, ci_tile, limit_tile, out0_tile);
    for (intptr_t lane = 0; lane < some; ++lane) {
      *(iris_mem_i64 *)(args[3] + (first + lane) * steps[3]) = ((const iris_mem_i64 *)out0_tile)[lane];
    }
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  bool apart = count >= IRIS_FEWEST;
  apart = apart && iris_apart(count, args[3], steps[3], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[3], steps[3], 8, args[1], steps[1], 8);
  apart = apart && iris_apart(count, args[3], steps[3], 8, args[2], steps[2], 8);
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
