/* kernel: (i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

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

IRIS_KERNEL int64_t iris_kernel(int64_t n, iris_watch *watch) {
  /* 5: for i in range(n): */
  int64_t total = 0;
  int64_t done = 0;
  while (done < n) {
    const int64_t pause = done + (int64_t)iris_some(watch, (uint64_t)n - (uint64_t)done);
    int64_t i = done;
    for (; i < pause; ++i) {
      /* 6: for j in range(i, n): */
      bool live = true;
      int64_t total_1 = total;
      int64_t done_1 = i;
      while (done_1 < n && live) {
        const int64_t pause_1 = done_1 + (int64_t)iris_some(watch, (uint64_t)n - (uint64_t)done_1);
        int64_t j = done_1;
        for (; j < pause_1; ++j) {
          /* 7: if j == 5: */
          const bool t1 = j == 5;
          /* 9: if (i + j) % 2: */
          const int64_t t2 = i + j;
          const int64_t t3 = t2 & 1;
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
        if (iris_spend(watch, (uint64_t)(j - done_1) + 1)) break;
        done_1 = pause_1;
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
    if (iris_spend(watch, (uint64_t)(i - done) + 1)) break;
    done = pause;
  }
  return total;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  iris_watch own = *watch; /* in registers */
  char *n = args[0];
  const intptr_t n_step = steps[0];
  char *out0 = args[1];
  const intptr_t out0_step = steps[1];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_i64 *)out0 = iris_kernel(*(const iris_mem_i64 *)n, &own);
    n += n_step;
    out0 += out0_step;
    if (iris_spend(&own, 1)) break;
  }
  *watch = own;
}

/* Any steps, no overlap; a lane that is done takes the next element. */
IRIS_OUTLINE void iris_lanes(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  iris_v_i64 n[IRIS_PARTS];
  char *const n_row = args[0];
  const intptr_t n_step = steps[0];
  char *const out0_row = args[1];
  const intptr_t out0_step = steps[1];
  iris_v_i64 total[IRIS_PARTS];
  iris_v_i64 i[IRIS_PARTS];
  iris_mask running[IRIS_PARTS];
  iris_mask idle[IRIS_PARTS];
  iris_long element[IRIS_PARTS]; /* -1 is none */
  IRIS_EACH_PART {
    n[part] = (iris_v_i64){0};
    total[part] = (iris_v_i64){0};
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
    IRIS_EACH_PART {
      out0[part] = total[part];
    }
    bool busy = true;
    #if defined(IRIS_TAKES_MANY)
    if (next > 0 && count - next >= IRIS_LANES) {
      iris_mem_i64 n_tile[IRIS_LANES];
      const char *n_tile_ahead = n_row + next * n_step;
      if (IRIS_UNLIKELY(n_step != 8)) n_tile_ahead = iris_pack_64((char *)n_tile, n_tile_ahead, n_step, 0, IRIS_LANES);
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
        n[part] = iris_next_i64(n_tile_ahead + before[part] * 8, fresh[part], ranks[part], n[part]);
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
          ((iris_mem_i64 *)n)[lane] = *(const iris_mem_i64 *)(n_row + k * n_step);
        }
      }
    }
    if (!busy) break;
    const int fewest = next < count ? IRIS_ENOUGH : 0;
    IRIS_EACH_PART {
      const iris_mask kept = running[part] | idle[part];
      total[part] = iris_select_i64(kept, total[part], iris_all_i64(0LL));
      i[part] = iris_select_i64(kept, i[part], iris_all_i64(0LL));
      running[part] |= ~kept;
    }
    for (;;) {
      int left = 0;
      IRIS_EACH_PART {
        running[part] &= IRIS_LT(i64, i[part], n[part]);
        left += iris_count(running[part]);
      }
      if (left <= fewest) break;
      if (!rest--) break;
      iris_mask live[IRIS_PARTS];
      iris_v_i64 total_1[IRIS_PARTS];
      iris_v_i64 j[IRIS_PARTS];
      iris_mask running_1[IRIS_PARTS];
      IRIS_EACH_PART {
        /* 6: for j in range(i, n): */
        live[part] = IRIS_ALL;
        total_1[part] = total[part];
        j[part] = i[part];
        running_1[part] = running[part];
      }
      for (;;) {
        iris_mask any = IRIS_NONE;
        IRIS_EACH_PART {
          running_1[part] &= IRIS_LT(i64, j[part], n[part]);
          any |= running_1[part];
        }
        if (!iris_any(any)) break;
        if (iris_spend(watch, 1)) break;
        IRIS_EACH_PART {
          /* 7: if j == 5: */
          const iris_mask t1 = IRIS_EQ(i64, j[part], iris_all_i64(5LL));
          /* 9: if (i + j) % 2: */
          const iris_v_i64 t2 = i[part] + j[part];
          const iris_v_i64 t3 = t2 & 1;
          const iris_mask t4 = IRIS_NE(i64, t3, iris_all_i64(0LL));
          /* 11: total += i * j */
          const iris_v_i64 t5 = i[part] * j[part];
          const iris_v_i64 total_2 = total_1[part] + t5;
          /* 9: if (i + j) % 2: */
          const iris_v_i64 total_3 = iris_select_i64(t4, total_1[part], total_2);
          /* 7: if j == 5: */
          const iris_mask t6 = IRIS_NE(i64, j[part], iris_all_i64(5LL));
          live[part] = iris_select_bool(running_1[part], t6, live[part]);
          total_1[part] = iris_select_i64(running_1[part] & ~t1, total_3, total_1[part]);
          running_1[part] &= t6;
          j[part] += 1;
        }
      }
      IRIS_EACH_PART {
        /* 13: total += 100 */
        const iris_v_i64 total_4 = total_1[part] + 100;
        /* 6: for j in range(i, n): */
        const iris_v_i64 total_5 = iris_select_i64(live[part], total_4, total_1[part]);
        /* 15: total -= 1 */
        const iris_v_i64 total_6 = total_5 - 1;
        /* 6: for j in range(i, n): */
        const iris_v_i64 total_7 = iris_select_i64(live[part], total_5, total_6);
        total[part] = iris_select_i64(running[part], total_7, total[part]);
        i[part] = IRIS_MORE(i64, i[part], running[part]);
      }
    }
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  bool apart = count >= IRIS_FEWEST;
  apart = apart && iris_apart(count, args[1], steps[1], 8, args[0], steps[0], 8);
  if (apart) {
    iris_lanes(count, args, steps, watch);
    return;
  }
  iris_strided(count, args, steps, watch);
}

#define IRIS_LONG 768
#define IRIS_GRAIN 192
#define IRIS_LARGEST 134217600
#define IRIS_UNIT 192
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 0};

typedef struct { char *const *args; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[2];
  for (int k = 0; k < 2; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_watch watch = {IRIS_PATIENCE, row->stop};
  iris_row(end - begin, args, row->steps, &watch);
  return 0;
}

/* Shared out to threads, if no piece writes what another one reads. */
IRIS_ROUTE int32_t iris_long_row(intptr_t count, char *const *args, const intptr_t *steps, uint32_t *stop) {
  iris_whole row = {args, steps, stop};
  bool apart = true;
  apart = apart && iris_apart(count, args[1], steps[1], 8, args[0], steps[0], 8);
  apart = apart && (steps[1] >= 8 || steps[1] <= -8);
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
