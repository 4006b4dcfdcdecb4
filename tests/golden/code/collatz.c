/* kernel: (i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

#define IRIS_LANE_BITS 64
#define IRIS_PARTS IRIS_BY_REGISTERS(4, 6)

/* iris_base.h */

/* iris_int.h */

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

IRIS_KERNEL int64_t iris_kernel(int64_t n, uint32_t *status, iris_watch *watch) {
  /* 5: while n != 1: */
  int64_t n_1 = n;
  int64_t steps = 0;
  uint64_t most_rounds = iris_rounds(), left = watch->left, since = left;
  uint64_t pause = iris_pause(left, most_rounds, 1);
  for (;;) {
    for (;;) {
      const bool t1 = n_1 != 1;
      if (!t1) goto ended;
      if (left == pause) break;
      left -= 1;
      /* 6: if n % 2: */
      const int64_t t2 = n_1 & 1;
      const bool t3 = t2 != 0;
      /* 7: n = 3 * n + 1 */
      const int64_t t4 = 3 * n_1;
      const int64_t n_2 = t4 + 1;
      /* 9: n //= 2 */
      const int64_t n_3 = iris_shr_i64(n_1, 1);
      /* 6: if n % 2: */
      const int64_t n_4 = t3 ? n_2 : n_3;
      /* 10: steps += 1 */
      const int64_t steps_1 = steps + 1;
      n_1 = n_4;
      steps = steps_1;
    }
    most_rounds -= since - left;
    if (!most_rounds) {
      *status |= 4u /* while_limit */;
      break;
    }
    left = since = iris_look_up(watch->stop);
    if (!left) break;
    pause = iris_pause(left, most_rounds, 1);
  }
  ended: watch->left = left;
  return steps;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE uint32_t iris_strided(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  uint32_t status = 0;
  iris_watch own = *watch; /* in registers */
  char *n = args[0];
  const intptr_t n_step = steps[0];
  char *out0 = args[1];
  const intptr_t out0_step = steps[1];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_i64 *)out0 = iris_kernel(*(const iris_mem_i64 *)n, &status, &own);
    n += n_step;
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
  char *const n_row = args[0];
  const intptr_t n_step = steps[0];
  char *const out0_row = args[1];
  const intptr_t out0_step = steps[1];
  iris_v_i64 n_1[IRIS_PARTS];
  iris_v_i64 steps_1[IRIS_PARTS];
  iris_mask running[IRIS_PARTS];
  iris_mask idle[IRIS_PARTS];
  iris_long element[IRIS_PARTS]; /* -1 is none */
  iris_long began[IRIS_PARTS];
  IRIS_EACH_PART {
    n[part] = (iris_v_i64){0};
    n_1[part] = (iris_v_i64){0};
    steps_1[part] = (iris_v_i64){0};
    running[part] = IRIS_NONE;
    idle[part] = IRIS_NONE;
    element[part] = (iris_long){0} - 1;
    began[part] = (iris_long){0};
  }
  intptr_t next = 0;
  const uint64_t most_rounds = iris_rounds();
  uint64_t round = 0;
  uint64_t deadline = most_rounds; /* no lane passes its limit before this round */
  uint64_t most = 0, rest = 0; /* rounds until the next look for signals */
  for (;;) {
    if (iris_spend(watch, (most - rest) * 2 + 1)) return faults;
    most = rest = iris_some_of(watch, ~0ULL, 2);
    iris_v_i64 out0[IRIS_PARTS];
    IRIS_EACH_PART {
      out0[part] = steps_1[part];
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
        const iris_long now = (iris_long){0} + (int64_t)round;
        iris_put_long(&began[part], fresh[part], &now);
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
          ((iris_mem_i64 *)began)[lane] = (int64_t)round;
        }
      }
    }
    if (!busy) break;
    const int fewest = next < count ? IRIS_ENOUGH : 0;
    IRIS_EACH_PART {
      const iris_mask kept = running[part] | idle[part];
      n_1[part] = iris_select_i64(kept, n_1[part], n[part]);
      steps_1[part] = iris_select_i64(kept, steps_1[part], iris_all_i64(0LL));
      running[part] |= ~kept;
    }
    uint64_t pause = round;
    for (;;) {
      IRIS_EACH_PART {
        /* 5: while n != 1: */
        const iris_mask t1 = IRIS_NE(i64, n_1[part], iris_all_i64(1LL));
        running[part] &= t1;
      }
      if (round == pause) {
        int left = 0;
        IRIS_EACH_PART {
          left += iris_count(running[part]);
        }
        if (round == deadline) {
          iris_mask late[IRIS_PARTS];
          IRIS_EACH_PART {
            late[part] = running[part];
          }
          deadline = round + most_rounds;
          IRIS_ROLLED for (int lane = 0; lane < IRIS_LANES; ++lane) {
            if (!iris_lane(late, lane)) continue;
            const uint64_t end = (uint64_t)((const iris_mem_i64 *)began)[lane] + most_rounds;
            iris_set_lane(late, lane, end == round);
            if (end != round && end < deadline) deadline = end;
          }
          IRIS_EACH_PART {
            *status |= iris_any(late[part]) ? 4u /* while_limit */ : 0u;
            running[part] &= ~late[part];
          }
          if (faults) return faults;
          break;
        }
        if (left <= fewest) break;
        if (!rest--) break;
        pause = deadline - round < 4 ? deadline : round + 4;
      }
      IRIS_EACH_PART {
        /* 6: if n % 2: */
        /* 7: n = 3 * n + 1 */
        const iris_v_i64 t2 = 3 * n_1[part];
        const iris_v_i64 n_2 = t2 + 1;
        /* 9: n //= 2 */
        const iris_v_i64 n_3 = n_1[part] >> 1;
        /* 6: if n % 2: */
        const iris_v_i64 n_4 = iris_select_i64(IRIS_BIT(i64, n_1[part], 0), n_2, n_3);
        /* 10: steps += 1 */
        n_1[part] = n_4;
        steps_1[part] = IRIS_MORE(i64, steps_1[part], running[part]);
      }
      ++round;
    }
  }
  return faults;
}

IRIS_ROUTE uint32_t iris_row(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  bool apart = count >= IRIS_FEWEST;
  apart = apart && iris_apart(count, args[1], steps[1], 8, args[0], steps[0], 8);
  if (apart) {
    return iris_lanes(count, args, steps, watch);
  }
  return iris_strided(count, args, steps, watch);
}

#define IRIS_LONG 768
#define IRIS_GRAIN 192
#define IRIS_LARGEST 134217600
#define IRIS_UNIT 192
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 1};

typedef struct { char *const *args; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[2];
  for (int k = 0; k < 2; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_watch watch = {IRIS_PATIENCE, row->stop};
  return (int32_t)iris_row(end - begin, args, row->steps, &watch);
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
