/* kernel: (f8, f4) -> f8, f4, f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

#define IRIS_LANE_BITS 64
#define IRIS_PARTS IRIS_BY_REGISTERS(4, 6)

/* iris_base.h */

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

IRIS_KERNEL void iris_kernel(double a, float b, double *out0, float *out1, double *out2, uint32_t *status, iris_watch *watch) {
  /* 5: while a < b: */
  double a_1 = a;
  float b_1 = b;
  double n = 0.0;
  uint64_t most_rounds = iris_rounds(), left = watch->left, since = left;
  uint64_t pause = iris_pause(left, most_rounds, 1);
  for (;;) {
    for (;;) {
      const double t1 = (double)b_1;
      const bool t2 = a_1 < t1;
      if (!t2) goto ended;
      if (left == pause) break;
      left -= 1;
      /* 6: a = a + 1.0 */
      const double a_2 = a_1 + 1.0;
      /* 7: b -= 0.25 */
      const float b_2 = b_1 - 0.25f;
      /* 8: n += 1.0 */
      const double n_1 = n + 1.0;
      a_1 = a_2;
      b_1 = b_2;
      n = n_1;
    }
    most_rounds -= since - left;
    if (!most_rounds) {
      *status |= 4u /* while_limit */;
      break;
    }
    left = since = iris_look_up(watch->stop);
    if (!left) break;
    pause = iris_pause(left, most_rounds, 1);
    IRIS_FORGET(double, a_1);
    IRIS_FORGET(float, b_1);
    IRIS_FORGET(double, n);
  }
  ended: watch->left = left;
  *out0 = a_1;
  *out1 = b_1;
  *out2 = n;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE uint32_t iris_strided(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  uint32_t status = 0;
  iris_watch own = *watch; /* in registers */
  char *a = args[0];
  const intptr_t a_step = steps[0];
  char *b = args[1];
  const intptr_t b_step = steps[1];
  char *out0 = args[2];
  const intptr_t out0_step = steps[2];
  char *out1 = args[3];
  const intptr_t out1_step = steps[3];
  char *out2 = args[4];
  const intptr_t out2_step = steps[4];
  for (intptr_t k = 0; k < count; ++k) {
    double out0_value;
    float out1_value;
    double out2_value;
    iris_kernel(*(const iris_mem_f64 *)a, *(const iris_mem_f32 *)b, &out0_value, &out1_value, &out2_value, &status, &own);
    *(iris_mem_f64 *)out0 = out0_value;
    *(iris_mem_f32 *)out1 = out1_value;
    *(iris_mem_f64 *)out2 = out2_value;
    a += a_step;
    b += b_step;
    out0 += out0_step;
    out1 += out1_step;
    out2 += out2_step;
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
  iris_v_f64 a[IRIS_PARTS];
  iris_v_f32 b[IRIS_PARTS];
  char *const a_row = args[0];
  const intptr_t a_step = steps[0];
  char *const b_row = args[1];
  const intptr_t b_step = steps[1];
  char *const out0_row = args[2];
  const intptr_t out0_step = steps[2];
  char *const out1_row = args[3];
  const intptr_t out1_step = steps[3];
  char *const out2_row = args[4];
  const intptr_t out2_step = steps[4];
  iris_v_f64 a_1[IRIS_PARTS];
  iris_v_f32 b_1[IRIS_PARTS];
  iris_v_f64 n[IRIS_PARTS];
  iris_mask running[IRIS_PARTS];
  iris_mask idle[IRIS_PARTS];
  iris_long element[IRIS_PARTS]; /* -1 is none */
  iris_long began[IRIS_PARTS];
  IRIS_EACH_PART {
    a[part] = (iris_v_f64){0};
    b[part] = (iris_v_f32){0};
    a_1[part] = (iris_v_f64){0};
    b_1[part] = (iris_v_f32){0};
    n[part] = (iris_v_f64){0};
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
    if (iris_spend(watch, (most - rest) * 1 + 1)) return faults;
    most = rest = iris_some_of(watch, ~0ULL, 1);
    iris_v_f64 out0[IRIS_PARTS];
    iris_v_f32 out1[IRIS_PARTS];
    iris_v_f64 out2[IRIS_PARTS];
    IRIS_EACH_PART {
      out0[part] = a_1[part];
      out1[part] = b_1[part];
      out2[part] = n[part];
    }
    bool busy = true;
    #if defined(IRIS_TAKES_MANY)
    if (next > 0 && count - next >= IRIS_LANES) {
      iris_mem_f64 a_tile[IRIS_LANES];
      const char *a_tile_ahead = a_row + next * a_step;
      if (IRIS_UNLIKELY(a_step != 8)) a_tile_ahead = iris_pack_64((char *)a_tile, a_tile_ahead, a_step, 0, IRIS_LANES);
      iris_mem_f32 b_tile[IRIS_LANES];
      const char *b_tile_ahead = b_row + next * b_step;
      if (IRIS_UNLIKELY(b_step != 4)) b_tile_ahead = iris_pack_32((char *)b_tile, b_tile_ahead, b_step, 0, IRIS_LANES);
      IRIS_EACH_PART {
        IRIS_EACH_LANE *(iris_mem_f64 *)(out0_row + ((const iris_mem_i64 *)&element[part])[lane] * out0_step) = ((const iris_mem_f64 *)&out0[part])[lane];
      }
      IRIS_EACH_PART {
        IRIS_EACH_LANE *(iris_mem_f32 *)(out1_row + ((const iris_mem_i64 *)&element[part])[lane] * out1_step) = ((const iris_mem_f32 *)&out1[part])[lane];
      }
      IRIS_EACH_PART {
        IRIS_EACH_LANE *(iris_mem_f64 *)(out2_row + ((const iris_mem_i64 *)&element[part])[lane] * out2_step) = ((const iris_mem_f64 *)&out2[part])[lane];
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
        a[part] = iris_next_f64(a_tile_ahead + before[part] * 8, fresh[part], ranks[part], a[part]);
      }
      IRIS_EACH_PART {
        b[part] = iris_next_f32(b_tile_ahead + before[part] * 4, fresh[part], ranks[part], b[part]);
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
            *(iris_mem_f64 *)(out0_row + k * out0_step) = ((const iris_mem_f64 *)out0)[lane];
            *(iris_mem_f32 *)(out1_row + k * out1_step) = ((const iris_mem_f32 *)out1)[lane];
            *(iris_mem_f64 *)(out2_row + k * out2_step) = ((const iris_mem_f64 *)out2)[lane];
          }
          if (next == count) {
            iris_set_lane(idle, lane, true);
            continue;
          }
          k = ((iris_mem_i64 *)element)[lane] = next++;
          busy = true;
          ((iris_mem_f64 *)a)[lane] = *(const iris_mem_f64 *)(a_row + k * a_step);
          ((iris_mem_f32 *)b)[lane] = *(const iris_mem_f32 *)(b_row + k * b_step);
          ((iris_mem_i64 *)began)[lane] = (int64_t)round;
        }
      }
    }
    if (!busy) break;
    const int fewest = next < count ? IRIS_ENOUGH : 0;
    IRIS_EACH_PART {
      const iris_mask kept = running[part] | idle[part];
      a_1[part] = iris_select_f64(kept, a_1[part], a[part]);
      b_1[part] = iris_select_f32(kept, b_1[part], b[part]);
      n[part] = iris_select_f64(kept, n[part], iris_all_f64(0.0));
      running[part] |= ~kept;
    }
    uint64_t pause = round;
    for (;;) {
      IRIS_EACH_PART {
        /* 5: while a < b: */
        const iris_v_f64 t1 = IRIS_CONVERT(b_1[part], iris_v_f64);
        const iris_mask t2 = IRIS_LT(f64, a_1[part], t1);
        running[part] &= t2;
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
        /* 6: a = a + 1.0 */
        const iris_v_f64 a_2 = a_1[part] + 1.0;
        /* 7: b -= 0.25 */
        const iris_v_f32 b_2 = b_1[part] - 0.25f;
        /* 8: n += 1.0 */
        const iris_v_f64 n_1 = n[part] + 1.0;
        a_1[part] = iris_select_f64(running[part], a_2, a_1[part]);
        b_1[part] = iris_select_f32(running[part], b_2, b_1[part]);
        n[part] = iris_select_f64(running[part], n_1, n[part]);
      }
      ++round;
    }
  }
  return faults;
}

IRIS_ROUTE uint32_t iris_row(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  bool apart = count >= IRIS_FEWEST;
  static const intptr_t sizes[5] = {8, 4, 8, 4, 8};
  for (int out = 2; apart && out < 5; ++out) {
    for (int in = 0; apart && in < out; ++in) {
      apart = iris_apart(count, args[out], steps[out], sizes[out], args[in], steps[in], sizes[in]);
    }
  }
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
  char *args[5];
  for (int k = 0; k < 5; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_watch watch = {IRIS_PATIENCE, row->stop};
  return (int32_t)iris_row(end - begin, args, row->steps, &watch);
}

/* Shared out to threads, if no piece writes what another one reads. */
IRIS_ROUTE int32_t iris_long_row(intptr_t count, char *const *args, const intptr_t *steps, uint32_t *stop) {
  iris_whole row = {args, steps, stop};
  bool apart = true;
  static const intptr_t sizes[5] = {8, 4, 8, 4, 8};
  for (int out = 2; apart && out < 5; ++out) {
    for (int in = 0; apart && in < out; ++in) {
      apart = iris_apart(count, args[out], steps[out], sizes[out], args[in], steps[in], sizes[in]);
    }
  }
  apart = apart && (steps[2] >= 8 || steps[2] <= -8);
  apart = apart && (steps[3] >= 4 || steps[3] <= -4);
  apart = apart && (steps[4] >= 8 || steps[4] <= -8);
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
