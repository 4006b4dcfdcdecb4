/* kernel: (i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

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

IRIS_KERNEL int64_t iris_kernel(int64_t n, int64_t i0, int64_t i1, int64_t n0, iris_watch *watch) {
  /* 6: for k in range(n + _i0): */
  const int64_t t1 = n + i0;
  int64_t s = 0;
  int64_t done = 0;
  while (done < t1) {
    const int64_t pause = done + (int64_t)iris_some(watch, (uint64_t)t1 - (uint64_t)done);
    int64_t k = done;
    for (; k < pause; ++k) {
      /* 7: if k == _i1: */
      const bool t2 = k == i1;
      /* 9: s += k * _n0 */
      const int64_t t3 = k * n0;
      const int64_t s_1 = s + t3;
      /* 7: if k == _i1: */
      const int64_t s_2 = t2 ? s : s_1;
      s = s_2;
    }
    if (iris_spend(watch, (uint64_t)(k - done) + 1)) break;
    done = pause;
  }
  return s;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps, int64_t i0, int64_t i1, int64_t n0, iris_watch *watch) {
  iris_watch own = *watch; /* in registers */
  char *n = args[0];
  const intptr_t n_step = steps[0];
  char *out0 = args[1];
  const intptr_t out0_step = steps[1];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_i64 *)out0 = iris_kernel(*(const iris_mem_i64 *)n, i0, i1 + k, n0, &own);
    n += n_step;
    out0 += out0_step;
    if (iris_spend(&own, 1)) break;
  }
  *watch = own;
}

/* Any steps, no overlap; a lane that is done takes the next element. */
IRIS_OUTLINE void iris_lanes(intptr_t count, char *const *args, const intptr_t *steps, int64_t i0, int64_t i1, int64_t n0, iris_watch *watch) {
  iris_v_i64 n[IRIS_PARTS];
  iris_v_i64 i1_1[IRIS_PARTS];
  char *const n_row = args[0];
  const intptr_t n_step = steps[0];
  char *const out0_row = args[1];
  const intptr_t out0_step = steps[1];
  iris_v_i64 t1[IRIS_PARTS];
  iris_v_i64 s[IRIS_PARTS];
  iris_v_i64 k_1[IRIS_PARTS];
  iris_mask running[IRIS_PARTS];
  iris_mask idle[IRIS_PARTS];
  iris_long element[IRIS_PARTS]; /* -1 is none */
  IRIS_EACH_PART {
    n[part] = (iris_v_i64){0};
    i1_1[part] = (iris_v_i64){0};
    t1[part] = (iris_v_i64){0};
    s[part] = (iris_v_i64){0};
    k_1[part] = (iris_v_i64){0};
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
      out0[part] = s[part];
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
        iris_count_up(&i1_1[part], i1 + next + before[part], fresh[part], ranks[part]);
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
          ((iris_mem_i64 *)i1_1)[lane] = i1 + k;
        }
      }
    }
    if (!busy) break;
    const int fewest = next < count ? IRIS_ENOUGH : 0;
    IRIS_EACH_PART {
      /* 6: for k in range(n + _i0): */
      t1[part] = n[part] + i0;
      const iris_mask kept = running[part] | idle[part];
      s[part] = iris_select_i64(kept, s[part], iris_all_i64(0LL));
      k_1[part] = iris_select_i64(kept, k_1[part], iris_all_i64(0LL));
      running[part] |= ~kept;
    }
    for (;;) {
      int left = 0;
      IRIS_EACH_PART {
        running[part] &= IRIS_LT(i64, k_1[part], t1[part]);
        left += iris_count(running[part]);
      }
      if (left <= fewest) break;
      if (!rest--) break;
      IRIS_EACH_PART {
        /* 7: if k == _i1: */
        const iris_mask t2 = IRIS_EQ(i64, k_1[part], i1_1[part]);
        /* 9: s += k * _n0 */
        const iris_v_i64 t3 = k_1[part] * n0;
        const iris_v_i64 s_1 = s[part] + t3;
        /* 7: if k == _i1: */
        s[part] = iris_select_i64(running[part] & ~t2, s_1, s[part]);
        k_1[part] = IRIS_MORE(i64, k_1[part], running[part]);
      }
    }
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps, int64_t i0, int64_t i1, int64_t n0, iris_watch *watch) {
  bool apart = count >= IRIS_FEWEST;
  apart = apart && iris_apart(count, args[1], steps[1], 8, args[0], steps[0], 8);
  if (apart) {
    iris_lanes(count, args, steps, i0, i1, n0, watch);
    return;
  }
  iris_strided(count, args, steps, i0, i1, n0, watch);
}

#define IRIS_LONG 768
#define IRIS_GRAIN 192
#define IRIS_LARGEST 89478336
#define IRIS_UNIT 192
#define IRIS_MOST_THREADS 0

typedef struct { const int64_t *shape, *origin, *extents, *strides; char *const *data; int axis_to_cut; uint32_t *stop; } iris_whole;

IRIS_OUTLINE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *space = (const iris_whole *)whole;
  const int64_t *shape = space->shape, *strides = space->strides;
  const int64_t *origin = space->origin;
  const int64_t *extents = space->extents;
  char *const *data = space->data;
  int64_t first[2] = {0}, last[2];
  for (int axis = 0; axis < 2; ++axis) last[axis] = shape[axis];
  first[space->axis_to_cut] = begin;
  last[space->axis_to_cut] = end;
  uint32_t status = 0;
  iris_watch watch = {IRIS_PATIENCE, space->stop};
  const intptr_t steps[2] = {strides[1], strides[3]};
  const int64_t length = last[1] - first[1];
  for (int64_t i0 = first[0]; i0 < last[0]; ++i0) {
    char *const row[2] = {
      data[0] + i0 * strides[0] + first[1] * strides[1],
      data[1] + i0 * strides[2] + first[1] * strides[3],
    };
    iris_row(length, row, steps, origin[0] + i0, origin[1] + first[1], extents[0], &watch);
    if (!watch.left) return (int32_t)status;
  }
  return (int32_t)status;
}

IRIS_ROUTE int32_t iris_space(iris_whole *space, uint32_t *stop) {
  const int64_t *shape = space->shape;
  const int64_t count = shape[0] * shape[1];
  if (count < IRIS_LONG) return iris_piece(space, 0, shape[0]);
  const int axis = space->axis_to_cut = iris_axis_to_cut(2, shape, IRIS_UNIT, IRIS_LARGEST);
  const int64_t unit = axis == 1 ? IRIS_UNIT : 1;
  const int64_t size = unit * (count / shape[axis]);
  const int64_t grain = (IRIS_GRAIN + size - 1) / size * unit;
  const int64_t largest = IRIS_LARGEST / size * unit;
  const iris_parallel_t parallel = iris_parallel(stop);
  const iris_work work = {iris_piece, space, shape[axis], grain, largest, IRIS_MOST_THREADS, iris_look, stop};
  if (parallel) return parallel(&work);
  return iris_piece(space, 0, shape[axis]);
}

IRIS_EXPORT int32_t iris_nd(int32_t ndim, const int64_t *shape, const int64_t *origin, const int64_t *extents, char *const *data, const int64_t *strides, void **error) {
  if (ndim != 2) return -1;
  uint32_t own = 0, *const stop = &own;
  const uint64_t flags = iris_save_flags();
  iris_whole space = {shape, origin, extents, strides, data, 0, stop};
  const int32_t status = iris_space(&space, stop);
  iris_restore_flags(flags, IRIS_FLAGS_ALL);
  if (own) return iris_take_exception(error);
  return status;
}
