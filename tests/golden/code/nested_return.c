/* kernel: (i8, i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

#define IRIS_LANE_BITS 64
#define IRIS_PARTS IRIS_BY_REGISTERS(3, 6)

/* iris_base.h */

/* iris_range.h */

/* iris_while.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_error.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

/* iris_lanes.h */

/* iris_lanes_masks.h */

/* iris_lanes_512.h */

IRIS_KERNEL int64_t iris_kernel(int64_t n, int64_t target, uint32_t *status, iris_watch *watch) {
  /* 4: for i in range(n): */
  bool live = true;
  int64_t rv00 = 0;
  bool ret = false;
  int64_t done = 0;
  while (done < n && live) {
    const int64_t pause = done + (int64_t)iris_some(watch, (uint64_t)n - (uint64_t)done);
    int64_t i = done;
    for (; i < pause; ++i) {
      /* 6: while j < n: */
      bool live_1 = true;
      int64_t j = 0;
      int64_t rv00_1 = rv00;
      bool ret_1 = false;
      uint64_t most_rounds = iris_rounds(), left = watch->left, since = left;
      uint64_t pause_1 = iris_pause(left, most_rounds, 1);
      for (;;) {
        for (;;) {
          const bool t1 = j < n;
          const bool v0 = live_1 & t1;
          if (!v0) goto ended;
          if (left == pause_1) break;
          left -= 1;
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
        most_rounds -= since - left;
        if (!most_rounds) {
          *status |= 4u /* while_limit */;
          break;
        }
        left = since = iris_look_up(watch->stop);
        if (!left) break;
        pause_1 = iris_pause(left, most_rounds, 1);
      }
      ended: watch->left = left;
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
    if (iris_spend(watch, (uint64_t)(i - done) + 1)) break;
    done = pause;
  }
  (void)live;
  /* 4: for i in range(n): */
  const int64_t rv00_5 = ret ? rv00 : (-1);
  return rv00_5;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE uint32_t iris_strided(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  uint32_t status = 0;
  iris_watch own = *watch; /* in registers */
  char *n = args[0];
  const intptr_t n_step = steps[0];
  char *target = args[1];
  const intptr_t target_step = steps[1];
  char *out0 = args[2];
  const intptr_t out0_step = steps[2];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_i64 *)out0 = iris_kernel(*(const iris_mem_i64 *)n, *(const iris_mem_i64 *)target, &status, &own);
    n += n_step;
    target += target_step;
    out0 += out0_step;
    if (status) break;
    if (iris_spend(&own, 1)) break;
  }
  *watch = own;
  return status;
}

/* Any steps, no overlap; a lane that is done takes the next element. */
IRIS_OUTLINE uint32_t iris_lanes(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  uint32_t faults = 0;
  uint32_t *const status = &faults;
  iris_v_i64 n[IRIS_PARTS];
  iris_v_i64 target[IRIS_PARTS];
  char *const n_row = args[0];
  const intptr_t n_step = steps[0];
  char *const target_row = args[1];
  const intptr_t target_step = steps[1];
  char *const out0_row = args[2];
  const intptr_t out0_step = steps[2];
  iris_v_i64 rv00[IRIS_PARTS];
  iris_v_i64 i[IRIS_PARTS];
  iris_mask running[IRIS_PARTS];
  iris_mask idle[IRIS_PARTS];
  iris_long element[IRIS_PARTS]; /* -1 is none */
  IRIS_EACH_PART {
    n[part] = (iris_v_i64){0};
    target[part] = (iris_v_i64){0};
    rv00[part] = (iris_v_i64){0};
    i[part] = (iris_v_i64){0};
    running[part] = IRIS_NONE;
    idle[part] = IRIS_NONE;
    element[part] = (iris_long){0} - 1;
  }
  intptr_t next = 0;
  uint64_t most = 0, rest = 0; /* rounds until the next look for signals */
  for (;;) {
    if (iris_spend(watch, (most - rest) * 1 + 1)) return faults;
    most = rest = iris_some_of(watch, ~0ULL, 1);
    iris_v_i64 out0[IRIS_PARTS];
    iris_mask ret[IRIS_PARTS];
    IRIS_EACH_PART {
      ret[part] = IRIS_LT(i64, i[part], n[part]);
      /* 4: for i in range(n): */
      const iris_v_i64 rv00_1 = iris_select_i64(ret[part], rv00[part], iris_all_i64((-1LL)));
      out0[part] = rv00_1;
    }
    bool busy = true;
    #if defined(IRIS_TAKES_MANY)
    if (next > 0 && count - next >= IRIS_LANES) {
      iris_mem_i64 n_tile[IRIS_LANES];
      const char *n_tile_ahead = n_row + next * n_step;
      if (IRIS_UNLIKELY(n_step != 8)) n_tile_ahead = iris_pack_64((char *)n_tile, n_tile_ahead, n_step, 0, IRIS_LANES);
      iris_mem_i64 target_tile[IRIS_LANES];
      const char *target_tile_ahead = target_row + next * target_step;
      if (IRIS_UNLIKELY(target_step != 8)) target_tile_ahead = iris_pack_64((char *)target_tile, target_tile_ahead, target_step, 0, IRIS_LANES);
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
      IRIS_EACH_PART {
        target[part] = iris_next_i64(target_tile_ahead + before[part] * 8, fresh[part], ranks[part], target[part]);
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
          ((iris_mem_i64 *)target)[lane] = *(const iris_mem_i64 *)(target_row + k * target_step);
        }
      }
    }
    if (!busy) break;
    const int fewest = next < count ? IRIS_ENOUGH : 0;
    IRIS_EACH_PART {
      const iris_mask kept = running[part] | idle[part];
      rv00[part] = iris_select_i64(kept, rv00[part], iris_all_i64(0LL));
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
      iris_v_i64 j[IRIS_PARTS];
      iris_v_i64 rv00_2[IRIS_PARTS];
      iris_mask ret_1[IRIS_PARTS];
      iris_mask running_1[IRIS_PARTS];
      const uint64_t most_rounds_1 = iris_rounds();
      uint64_t rounds = 0;
      IRIS_EACH_PART {
        /* 6: while j < n: */
        live[part] = IRIS_ALL;
        j[part] = iris_all_i64(0LL);
        rv00_2[part] = rv00[part];
        ret_1[part] = IRIS_NONE;
        running_1[part] = running[part];
      }
      for (;;) {
        iris_mask any = IRIS_NONE;
        IRIS_EACH_PART {
          const iris_mask t1 = IRIS_LT(i64, j[part], n[part]);
          const iris_mask v0 = live[part] & t1;
          running_1[part] &= v0;
          any |= running_1[part];
        }
        if (!iris_any(any)) break;
        if (rounds++ == most_rounds_1) {
          *status |= 4u /* while_limit */;
          break;
        }
        if (iris_spend(watch, 1)) break;
        IRIS_EACH_PART {
          /* 7: if i * j == target: */
          const iris_v_i64 t2 = i[part] * j[part];
          const iris_mask t3 = IRIS_EQ(i64, t2, target[part]);
          /* 9: if j > 6: */
          const iris_mask t4 = IRIS_GT(i64, j[part], iris_all_i64(6LL));
          /* 11: j += 1 */
          const iris_v_i64 j_1 = j[part] + 1;
          /* 9: if j > 6: */
          const iris_v_i64 j_2 = iris_select_i64(t4, j[part], j_1);
          /* 7: if i * j == target: */
          const iris_v_i64 j_3 = iris_select_i64(t3, j[part], j_2);
          const iris_mask t5 = IRIS_NE(i64, t2, target[part]);
          const iris_mask brk = t5 & t4;
          const iris_mask t6 = t3 | brk;
          const iris_mask t7 = ~t6;
          live[part] = iris_select_bool(running_1[part], t7, live[part]);
          j[part] = j_3;
          rv00_2[part] = iris_select_i64(running_1[part] & t3, i[part], rv00_2[part]);
          ret_1[part] = iris_select_bool(running_1[part], t3, ret_1[part]);
        }
      }
      IRIS_EACH_PART {
        /* 13: if i == 7: */
        const iris_mask t8 = IRIS_EQ(i64, i[part], iris_all_i64(7LL));
        const iris_v_i64 rv00_3 = iris_select_i64(t8, iris_all_i64((-7LL)), rv00_2[part]);
        const iris_mask ret_2 = t8 | ret_1[part];
        /* 6: while j < n: */
        const iris_v_i64 rv00_4 = iris_select_i64(live[part], rv00_3, rv00_2[part]);
        const iris_mask ret_3 = iris_select_bool(live[part], ret_2, ret_1[part]);
        const iris_mask t9 = ~ret_3;
        rv00[part] = iris_select_i64(running[part], rv00_4, rv00[part]);
        running[part] &= t9;
        i[part] = IRIS_MORE(i64, i[part], running[part]);
      }
    }
  }
  return faults;
}

IRIS_ROUTE uint32_t iris_row(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  bool apart = count >= IRIS_FEWEST;
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[1], steps[1], 8);
  if (apart) {
    return iris_lanes(count, args, steps, watch);
  }
  return iris_strided(count, args, steps, watch);
}

#define IRIS_LONG 768
#define IRIS_GRAIN 192
#define IRIS_LARGEST 89478336
#define IRIS_UNIT 192
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 1};

typedef struct { char *const *args; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[3];
  for (int k = 0; k < 3; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_watch watch = {IRIS_PATIENCE, row->stop};
  return (int32_t)iris_row(end - begin, args, row->steps, &watch);
}

/* Shared out to threads, if no piece writes what another one reads. */
IRIS_ROUTE int32_t iris_long_row(intptr_t count, char *const *args, const intptr_t *steps, uint32_t *stop) {
  iris_whole row = {args, steps, stop};
  bool apart = true;
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[1], steps[1], 8);
  apart = apart && (steps[2] >= 8 || steps[2] <= -8);
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
  uint32_t status;
  if (dims[0] < IRIS_LONG) {
    iris_watch watch = iris_begin_call(stop);
    status = iris_row(dims[0], args, steps, &watch);
    iris_end_call(&watch, dims[0]);
  } else {
    status = (uint32_t)iris_long_row(dims[0], args, steps, stop);
  }
  iris_restore_flags(flags, IRIS_FLAGS_ALL);
  if (aux) {
    if (status) (void)__atomic_fetch_or(stop, status, __ATOMIC_RELAXED);
    return 0;
  }
  if (own) return -1;
  if (status & 4u) return iris_raise(PyExc_RuntimeError, "a while loop passed ME_DSL_WHILE_MAX_ITERS iterations for one element");
  return 0;
}
