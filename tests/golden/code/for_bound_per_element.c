/* kernel: (i8, i4) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

#define IRIS_LANE_BITS 64
#define IRIS_PARTS IRIS_BY_REGISTERS(4, 6)

/* iris_base.h */

/* iris_range.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_error.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

/* iris_lanes.h */

/* iris_lanes_masks.h */

/* iris_lanes_512.h */

IRIS_KERNEL int64_t iris_kernel(int64_t n, int32_t step, uint32_t *status, iris_watch *watch) {
  /* 5: for i in range(0, n * 3, step): */
  const int64_t t1 = n * 3;
  const int64_t t2 = (int64_t)step;
  const bool t3 = t2 != 0;
  *status |= t3 ? 0u : 2u /* zero_step */;
  int64_t total = 0;
  const uint64_t trips = iris_trips(0, t1, t2);
  uint64_t done = 0;
  while (done < trips) {
    const uint64_t pause = done + (uint64_t)iris_some(watch, trips - done);
    uint64_t trip = done;
    for (; trip < pause; ++trip) {
      const int64_t i = (int64_t)((uint64_t)0 + trip * (uint64_t)t2);
      /* 6: total += i */
      const int64_t total_1 = total + i;
      total = total_1;
    }
    if (iris_spend(watch, (uint64_t)(trip - done) + 1)) break;
    done = pause;
  }
  return total;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE uint32_t iris_strided(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  uint32_t status = 0;
  iris_watch own = *watch; /* in registers */
  char *n = args[0];
  const intptr_t n_step = steps[0];
  char *step = args[1];
  const intptr_t step_step = steps[1];
  char *out0 = args[2];
  const intptr_t out0_step = steps[2];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_i64 *)out0 = iris_kernel(*(const iris_mem_i64 *)n, *(const iris_mem_i32 *)step, &status, &own);
    n += n_step;
    step += step_step;
    out0 += out0_step;
    if (iris_spend(&own, 1)) break;
  }
  *watch = own;
  return status;
}

IRIS_KERNEL void iris_block(const iris_v_i64 *n, const iris_v_i32 *step, iris_v_i64 *out0, uint32_t *status, iris_watch *watch) {
  iris_v_i64 t1[IRIS_PARTS];
  iris_v_i64 t2[IRIS_PARTS];
  iris_v_i64 total[IRIS_PARTS];
  iris_v_i64 i[IRIS_PARTS];
  iris_v_u64 trips[IRIS_PARTS];
  iris_mask running[IRIS_PARTS];
  IRIS_EACH_PART {
    /* 5: for i in range(0, n * 3, step): */
    t1[part] = n[part] * 3;
    t2[part] = IRIS_CONVERT(step[part], iris_v_i64);
    const iris_mask t3 = IRIS_NE(i64, t2[part], iris_all_i64(0LL));
    *status |= iris_any(~t3) ? 2u /* zero_step */ : 0u;
    total[part] = iris_all_i64(0LL);
    i[part] = iris_all_i64(0LL);
    const iris_v_i64 t1_lanes = t1[part];
    const iris_v_i64 t2_lanes = t2[part];
    trips[part] = (iris_v_u64){0};
    IRIS_LANE_BY_LANE trips[part][lane] = iris_trips(0LL, t1_lanes[lane], t2_lanes[lane]);
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
      /* 6: total += i */
      const iris_v_i64 total_1 = total[part] + i[part];
      total[part] = iris_select_i64(running[part], total_1, total[part]);
      i[part] += t2[part];
    }
  }
  IRIS_EACH_PART {
    out0[part] = total[part];
  }
}

/* Any steps, no overlap; all inputs of a block are read before a result is stored. */
IRIS_OUTLINE uint32_t iris_lanes(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  uint32_t status = 0;
  for (intptr_t first = 0; first < count; first += IRIS_LANES) {
    const intptr_t some = count - first < IRIS_LANES ? count - first : IRIS_LANES;
    iris_v_i64 n_tile[IRIS_PARTS];
    iris_v_i32 step_tile[IRIS_PARTS];
    iris_v_i64 out0_tile[IRIS_PARTS];
    for (intptr_t lane = 0; lane < IRIS_LANES; ++lane) {
      const intptr_t k = first + (lane < some ? lane : some - 1);
      ((iris_mem_i64 *)n_tile)[lane] = *(const iris_mem_i64 *)(args[0] + k * steps[0]);
      ((iris_mem_i32 *)step_tile)[lane] = *(const iris_mem_i32 *)(args[1] + k * steps[1]);
    }
    iris_block(n_tile, step_tile, out0_tile, &status, watch);
    for (intptr_t lane = 0; lane < some; ++lane) {
      *(iris_mem_i64 *)(args[2] + (first + lane) * steps[2]) = ((const iris_mem_i64 *)out0_tile)[lane];
    }
    if (iris_spend(watch, 1)) break;
  }
  return status;
}

IRIS_ROUTE uint32_t iris_row(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  bool apart = count >= IRIS_FEWEST;
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[1], steps[1], 4);
  if (apart) {
    return iris_lanes(count, args, steps, watch);
  }
  return iris_strided(count, args, steps, watch);
}

#define IRIS_LONG 1536
#define IRIS_GRAIN 384
#define IRIS_LARGEST 44739072
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
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[1], steps[1], 4);
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
  if (status & 2u) return iris_raise(PyExc_ValueError, "range() arg 3 must not be zero");
  return 0;
}
