/* kernel: (f8, f8, i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

#define IRIS_LANE_BITS 64
#define IRIS_PARTS IRIS_BY_REGISTERS(3, 6)

/* iris_base.h */

/* iris_range.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

/* iris_lanes.h */

/* iris_lanes_masks.h */

/* iris_lanes_512.h */

IRIS_KERNEL int64_t iris_kernel(double cr, double ci, int64_t limit, iris_watch *watch) {
  /* 5: for i in range(limit): */
  bool live = true;
  double x = 0.0;
  double y = 0.0;
  int64_t rv00 = 0;
  bool ret = false;
  int64_t done = 0;
  while (done < limit && live) {
    const int64_t pause = done + (int64_t)iris_some(watch, (uint64_t)limit - (uint64_t)done);
    int64_t i = done;
    for (; i < pause; ++i) {
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
    if (iris_spend(watch, (uint64_t)(i - done) + 1)) break;
    done = pause;
  }
  (void)live;
  /* 5: for i in range(limit): */
  const int64_t rv00_2 = ret ? rv00 : limit;
  return rv00_2;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  iris_watch own = *watch; /* in registers */
  char *cr = args[0];
  const intptr_t cr_step = steps[0];
  char *ci = args[1];
  const intptr_t ci_step = steps[1];
  char *limit = args[2];
  const intptr_t limit_step = steps[2];
  char *out0 = args[3];
  const intptr_t out0_step = steps[3];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_i64 *)out0 = iris_kernel(*(const iris_mem_f64 *)cr, *(const iris_mem_f64 *)ci, *(const iris_mem_i64 *)limit, &own);
    cr += cr_step;
    ci += ci_step;
    limit += limit_step;
    out0 += out0_step;
    if (iris_spend(&own, 1)) break;
  }
  *watch = own;
}

/* Any steps, no overlap; a lane that is done takes the next element. */
IRIS_OUTLINE void iris_lanes(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  iris_v_f64 cr[IRIS_PARTS];
  iris_v_f64 ci[IRIS_PARTS];
  iris_v_i64 limit[IRIS_PARTS];
  char *const cr_row = args[0];
  const intptr_t cr_step = steps[0];
  char *const ci_row = args[1];
  const intptr_t ci_step = steps[1];
  char *const limit_row = args[2];
  const intptr_t limit_step = steps[2];
  char *const out0_row = args[3];
  const intptr_t out0_step = steps[3];
  iris_v_f64 x[IRIS_PARTS];
  iris_v_f64 y[IRIS_PARTS];
  iris_v_i64 i[IRIS_PARTS];
  iris_mask running[IRIS_PARTS];
  iris_mask idle[IRIS_PARTS];
  iris_long element[IRIS_PARTS]; /* -1 is none */
  IRIS_EACH_PART {
    cr[part] = (iris_v_f64){0};
    ci[part] = (iris_v_f64){0};
    limit[part] = (iris_v_i64){0};
    x[part] = (iris_v_f64){0};
    y[part] = (iris_v_f64){0};
    i[part] = (iris_v_i64){0};
    running[part] = IRIS_NONE;
    idle[part] = IRIS_NONE;
    element[part] = (iris_long){0} - 1;
  }
  intptr_t next = 0;
  uint64_t most = 0, rest = 0; /* rounds until the next look for signals */
  for (;;) {
    if (iris_spend(watch, (most - rest) * 1 + 1)) return;
    most = rest = iris_some_of(watch, ~0ULL, 1);
    iris_v_i64 out0[IRIS_PARTS];
    iris_v_i64 rv00[IRIS_PARTS];
    iris_mask ret[IRIS_PARTS];
    IRIS_EACH_PART {
      rv00[part] = iris_select_i64(IRIS_LT(i64, i[part], limit[part]), i[part], iris_all_i64(0LL));
      ret[part] = IRIS_LT(i64, i[part], limit[part]);
      /* 5: for i in range(limit): */
      const iris_v_i64 rv00_1 = iris_select_i64(ret[part], rv00[part], limit[part]);
      out0[part] = rv00_1;
    }
    bool busy = true;
    #if defined(IRIS_TAKES_MANY)
    if (next > 0 && count - next >= IRIS_LANES) {
      iris_mem_f64 cr_tile[IRIS_LANES];
      const char *cr_tile_ahead = cr_row + next * cr_step;
      if (IRIS_UNLIKELY(cr_step != 8)) cr_tile_ahead = iris_pack_64((char *)cr_tile, cr_tile_ahead, cr_step, 0, IRIS_LANES);
      iris_mem_f64 ci_tile[IRIS_LANES];
      const char *ci_tile_ahead = ci_row + next * ci_step;
      if (IRIS_UNLIKELY(ci_step != 8)) ci_tile_ahead = iris_pack_64((char *)ci_tile, ci_tile_ahead, ci_step, 0, IRIS_LANES);
      iris_mem_i64 limit_tile[IRIS_LANES];
      const char *limit_tile_ahead = limit_row + next * limit_step;
      if (IRIS_UNLIKELY(limit_step != 8)) limit_tile_ahead = iris_pack_64((char *)limit_tile, limit_tile_ahead, limit_step, 0, IRIS_LANES);
      IRIS_EACH_PART {
        IRIS_EACH_LANE *(iris_mem_i64 *)(out0_row + ((const iris_mem_i64 *)&element[part])[lane] * out0_step) = ((const iris_mem_i64 *)&out0[part])[lane];
      }
      iris_mask fresh[IRIS_PARTS];
      iris_ranked ranks[IRIS_PARTS];
      intptr_t before[IRIS_PARTS];
      intptr_t taken = 0;
      IRIS_EACH_PART {
        fresh[part] = ~running[part];
        ranks[part] = iris_ranks(fresh[part]);
        before[part] = taken;
        taken += iris_count(fresh[part]);
      }
      IRIS_EACH_PART {
        iris_count_up(&element[part], next + before[part], fresh[part], ranks[part]);
      }
      IRIS_EACH_PART {
        cr[part] = iris_next_f64(cr_tile_ahead + before[part] * 8, fresh[part], ranks[part], cr[part]);
      }
      IRIS_EACH_PART {
        ci[part] = iris_next_f64(ci_tile_ahead + before[part] * 8, fresh[part], ranks[part], ci[part]);
      }
      IRIS_EACH_PART {
        limit[part] = iris_next_i64(limit_tile_ahead + before[part] * 8, fresh[part], ranks[part], limit[part]);
      }
      next += taken;
    }
    else
    #endif
    {
      busy = false;
      IRIS_EACH_PART {
        busy |= iris_any(running[part]);
        unsigned done = iris_bits(~running[part] & ~idle[part]);
        for (; done; done &= done - 1) {
          const int lane = part * IRIS_WIDTH + __builtin_ctz(done);
          intptr_t k = ((iris_mem_i64 *)element)[lane];
          if (k >= 0) {
            *(iris_mem_i64 *)(out0_row + k * out0_step) = ((const iris_mem_i64 *)out0)[lane];
          }
          if (next == count) {
            iris_set_lane(idle, lane, true);
            continue;
          }
          k = ((iris_mem_i64 *)element)[lane] = next++;
          busy = true;
          ((iris_mem_f64 *)cr)[lane] = *(const iris_mem_f64 *)(cr_row + k * cr_step);
          ((iris_mem_f64 *)ci)[lane] = *(const iris_mem_f64 *)(ci_row + k * ci_step);
          ((iris_mem_i64 *)limit)[lane] = *(const iris_mem_i64 *)(limit_row + k * limit_step);
        }
      }
    }
    if (!busy) break;
    const int fewest = next < count ? IRIS_ENOUGH : 0;
    IRIS_EACH_PART {
      const iris_mask kept = running[part] | idle[part];
      x[part] = iris_select_f64(kept, x[part], iris_all_f64(0.0));
      y[part] = iris_select_f64(kept, y[part], iris_all_f64(0.0));
      i[part] = iris_select_i64(kept, i[part], iris_all_i64(0LL));
      running[part] |= ~kept;
    }
    for (;;) {
      int left = 0;
      IRIS_EACH_PART {
        running[part] &= IRIS_LT(i64, i[part], limit[part]);
        left += iris_count(running[part]);
      }
      if (left <= fewest) break;
      if (!rest--) break;
      IRIS_EACH_PART {
        /* 6: if x * x + y * y > 4.0: */
        const iris_v_f64 t1 = x[part] * x[part];
        const iris_v_f64 t2 = y[part] * y[part];
        const iris_v_f64 t3 = t1 + t2;
        const iris_mask t4 = IRIS_GT(f64, t3, iris_all_f64(4.0));
        /* 8: x, y = x * x - y * y + cr, 2.0 * x * y + ci */
        const iris_v_f64 t5 = t1 - t2;
        const iris_v_f64 t6 = t5 + cr[part];
        const iris_v_f64 t7 = 2.0 * x[part];
        const iris_v_f64 t8 = t7 * y[part];
        const iris_v_f64 y_1 = t8 + ci[part];
        /* 6: if x * x + y * y > 4.0: */
        const iris_mask t9 = ~t4;
        x[part] = t6;
        y[part] = y_1;
        running[part] &= t9;
        i[part] = IRIS_MORE(i64, i[part], running[part]);
      }
    }
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  bool apart = count >= IRIS_FEWEST;
  apart = apart && iris_apart(count, args[3], steps[3], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[3], steps[3], 8, args[1], steps[1], 8);
  apart = apart && iris_apart(count, args[3], steps[3], 8, args[2], steps[2], 8);
  if (apart) {
    iris_lanes(count, args, steps, watch);
    return;
  }
  iris_strided(count, args, steps, watch);
}

#define IRIS_LONG 768
#define IRIS_GRAIN 192
#define IRIS_LARGEST 89478336
#define IRIS_UNIT 192
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 0};

typedef struct { char *const *args; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[4];
  for (int k = 0; k < 4; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_watch watch = {IRIS_PATIENCE, row->stop};
  iris_row(end - begin, args, row->steps, &watch);
  return 0;
}

/* Shared out to threads, if no piece writes what another one reads. */
IRIS_ROUTE int32_t iris_long_row(intptr_t count, char *const *args, const intptr_t *steps, uint32_t *stop) {
  iris_whole row = {args, steps, stop};
  bool apart = true;
  apart = apart && iris_apart(count, args[3], steps[3], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[3], steps[3], 8, args[1], steps[1], 8);
  apart = apart && iris_apart(count, args[3], steps[3], 8, args[2], steps[2], 8);
  apart = apart && (steps[3] >= 8 || steps[3] <= -8);
  const iris_parallel_t parallel = apart ? iris_parallel(stop) : 0;
  const iris_work work = {iris_piece, &row, count, IRIS_GRAIN, IRIS_LARGEST, IRIS_MOST_THREADS, iris_look, stop};
  if (parallel) return parallel(&work);
  return iris_piece(&row, 0, count);
}

IRIS_EXPORT int iris_loop(void *context, char *const *args, const intptr_t *dims, const intptr_t *steps, void *aux) {
  (void)context;
  uint32_t own = 0, *const stop = aux ? (uint32_t *)aux : &own;
  if (iris_is_ended(stop)) return own ? -1 : 0;
  const uint64_t flags = iris_save_flags();
  if (dims[0] < IRIS_LONG) {
    iris_watch watch = iris_begin_call(stop);
    iris_row(dims[0], args, steps, &watch);
    iris_end_call(&watch, dims[0]);
  } else {
    (void)iris_long_row(dims[0], args, steps, stop);
  }
  iris_restore_flags(flags, IRIS_FLAGS_ALL);
  if (own) return -1;
  return 0;
}
