/* kernel: (i8, i8) -> i8, i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

#define IRIS_LANE_BITS 64
#define IRIS_PARTS IRIS_BY_REGISTERS(4, 6)

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

IRIS_KERNEL void iris_kernel(int64_t a, int64_t b, int64_t *out0, int64_t *out1, iris_watch *watch) {
  /* 5: for i in range(a, b, 3): */
  int64_t up = 0;
  const uint64_t trips = iris_trips(a, b, 3);
  uint64_t done = 0;
  while (done < trips) {
    const uint64_t pause = done + (uint64_t)iris_some(watch, trips - done);
    uint64_t trip = done;
    for (; trip < pause; ++trip) {
      const int64_t i = (int64_t)((uint64_t)a + trip * (uint64_t)3);
      /* 6: up += i */
      const int64_t up_1 = up + i;
      up = up_1;
    }
    if (iris_spend(watch, (uint64_t)(trip - done) + 1)) break;
    done = pause;
  }
  /* 8: for i in range(b, a, -2): */
  int64_t down = 0;
  const uint64_t trips_1 = iris_trips(b, a, (-2));
  uint64_t done_1 = 0;
  while (done_1 < trips_1) {
    const uint64_t pause_1 = done_1 + (uint64_t)iris_some(watch, trips_1 - done_1);
    uint64_t trip_1 = done_1;
    for (; trip_1 < pause_1; ++trip_1) {
      const int64_t i_1 = (int64_t)((uint64_t)b + trip_1 * (uint64_t)(-2));
      /* 9: down = down * 3 + i */
      const int64_t t1 = down * 3;
      const int64_t down_1 = t1 + i_1;
      down = down_1;
    }
    if (iris_spend(watch, (uint64_t)(trip_1 - done_1) + 1)) break;
    done_1 = pause_1;
  }
  *out0 = up;
  *out1 = down;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  iris_watch own = *watch; /* in registers */
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
    iris_kernel(*(const iris_mem_i64 *)a, *(const iris_mem_i64 *)b, &out0_value, &out1_value, &own);
    *(iris_mem_i64 *)out0 = out0_value;
    *(iris_mem_i64 *)out1 = out1_value;
    a += a_step;
    b += b_step;
    out0 += out0_step;
    out1 += out1_step;
    if (iris_spend(&own, 1)) break;
  }
  *watch = own;
}

IRIS_KERNEL void iris_block(const iris_v_i64 *a, const iris_v_i64 *b, iris_v_i64 *out0, iris_v_i64 *out1, iris_watch *watch) {
  iris_v_i64 up[IRIS_PARTS];
  iris_v_i64 i[IRIS_PARTS];
  iris_v_u64 trips[IRIS_PARTS];
  iris_mask running[IRIS_PARTS];
  IRIS_EACH_PART {
    /* 5: for i in range(a, b, 3): */
    up[part] = iris_all_i64(0LL);
    i[part] = a[part];
    const iris_v_i64 a_lanes = a[part];
    const iris_v_i64 b_lanes = b[part];
    trips[part] = (iris_v_u64){0};
    IRIS_LANE_BY_LANE trips[part][lane] = iris_trips(a_lanes[lane], b_lanes[lane], 3LL);
    running[part] = IRIS_ALL;
  }
  for (uint64_t trip = 0;; ++trip) {
    iris_mask any = IRIS_NONE;
    IRIS_EACH_PART {
      running[part] &= IRIS_LT(u64, iris_all_u64(trip), trips[part]);
      any |= running[part];
    }
    if (!iris_any(any)) break;
    if (iris_spend(watch, 1)) break;
    IRIS_EACH_PART {
      /* 6: up += i */
      const iris_v_i64 up_1 = up[part] + i[part];
      up[part] = iris_select_i64(running[part], up_1, up[part]);
      i[part] += 3;
    }
  }
  iris_v_i64 down[IRIS_PARTS];
  iris_v_i64 i_1[IRIS_PARTS];
  iris_v_u64 trips_1[IRIS_PARTS];
  iris_mask running_1[IRIS_PARTS];
  IRIS_EACH_PART {
    /* 8: for i in range(b, a, -2): */
    down[part] = iris_all_i64(0LL);
    i_1[part] = b[part];
    const iris_v_i64 b_lanes_1 = b[part];
    const iris_v_i64 a_lanes_1 = a[part];
    trips_1[part] = (iris_v_u64){0};
    IRIS_LANE_BY_LANE trips_1[part][lane] = iris_trips(b_lanes_1[lane], a_lanes_1[lane], (-2LL));
    running_1[part] = IRIS_ALL;
  }
  for (uint64_t trip_1 = 0;; ++trip_1) {
    iris_mask any_1 = IRIS_NONE;
    IRIS_EACH_PART {
      running_1[part] &= IRIS_LT(u64, iris_all_u64(trip_1), trips_1[part]);
      any_1 |= running_1[part];
    }
    if (!iris_any(any_1)) break;
    if (iris_spend(watch, 1)) break;
    IRIS_EACH_PART {
      /* 9: down = down * 3 + i */
      const iris_v_i64 t1 = down[part] * 3;
      const iris_v_i64 down_1 = t1 + i_1[part];
      down[part] = iris_select_i64(running_1[part], down_1, down[part]);
      i_1[part] += (-2);
    }
  }
  IRIS_EACH_PART {
    out0[part] = up[part];
    out1[part] = down[part];
  }
}

/* Any steps, no overlap; all inputs of a block are read before a result is stored. */
IRIS_OUTLINE void iris_lanes(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  for (intptr_t first = 0; first < count; first += IRIS_LANES) {
    const intptr_t some = count - first < IRIS_LANES ? count - first : IRIS_LANES;
    iris_v_i64 a_tile[IRIS_PARTS];
    iris_v_i64 b_tile[IRIS_PARTS];
    iris_v_i64 out0_tile[IRIS_PARTS];
    iris_v_i64 out1_tile[IRIS_PARTS];
    for (intptr_t lane = 0; lane < IRIS_LANES; ++lane) {
      const intptr_t k = first + (lane < some ? lane : some - 1);
      ((iris_mem_i64 *)a_tile)[lane] = *(const iris_mem_i64 *)(args[0] + k * steps[0]);
      ((iris_mem_i64 *)b_tile)[lane] = *(const iris_mem_i64 *)(args[1] + k * steps[1]);
    }
    iris_block(a_tile, b_tile, out0_tile, out1_tile, watch);
    for (intptr_t lane = 0; lane < some; ++lane) {
      *(iris_mem_i64 *)(args[2] + (first + lane) * steps[2]) = ((const iris_mem_i64 *)out0_tile)[lane];
      *(iris_mem_i64 *)(args[3] + (first + lane) * steps[3]) = ((const iris_mem_i64 *)out1_tile)[lane];
    }
    if (iris_spend(watch, 1)) break;
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  bool apart = count >= IRIS_FEWEST;
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[1], steps[1], 8);
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
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[1], steps[1], 8);
  apart = apart && iris_apart(count, args[3], steps[3], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[3], steps[3], 8, args[1], steps[1], 8);
  apart = apart && iris_apart(count, args[3], steps[3], 8, args[2], steps[2], 8);
  apart = apart && (steps[2] >= 8 || steps[2] <= -8);
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
