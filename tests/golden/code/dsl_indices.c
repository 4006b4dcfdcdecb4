/* ramp: (f8, i8) -> f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_cast.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_error.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL double iris_kernel(double a, int64_t step, int64_t i0) {
  /* 6: b = a + _i0 * step */
  const int64_t t1 = i0 * step;
  const double t2 = iris_wide_i64_f64(t1);
  const double b = a + t2;
  /* 7: return b if _i0 % 2 else -b */
  const int64_t t3 = i0 & 1;
  const bool t4 = t3 != 0;
  const double t5 = -b;
  const double v0 = t4 ? b : t5;
  return v0;
}

/* Elements side by side; no result overlaps an operand, unless it is that operand. */
IRIS_OUTLINE void iris_contiguous(intptr_t count, const iris_mem_f64 *a, const iris_mem_i64 *step, iris_mem_f64 *out0, int64_t i0) {
  IRIS_INDEPENDENT
  for (intptr_t k = 0; k < count; ++k) {
    out0[k] = iris_kernel(a[k], step[k], i0 + k);
  }
}

/* Scalars and strided operands, brought side by side a block at a time. */
IRIS_ROUTE void iris_blocks(intptr_t length, intptr_t count, char *const *args, const intptr_t *steps, int64_t i0) {
  iris_mem_f64 a_tile[512];
  iris_mem_i64 step_tile[512];
  iris_mem_f64 out0_tile[512];
  for (intptr_t first = 0; first < count; first += length) {
    const intptr_t some = count - first < length ? count - first : length;
    const iris_mem_f64 *a = (const iris_mem_f64 *)iris_pack_64((char *)a_tile, args[0], steps[0], first, some);
    const iris_mem_i64 *step = (const iris_mem_i64 *)iris_pack_64((char *)step_tile, args[1], steps[1], first, some);
    iris_mem_f64 *out0 = out0_tile;
    if (steps[2] == 8) out0 = (iris_mem_f64 *)(args[2] + first * steps[2]);
    iris_contiguous(some, a, step, out0, i0 + first);
    iris_spread_64((const char *)out0_tile, args[2], steps[2], first, some);
  }
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps, int64_t i0) {
  char *a = args[0];
  const intptr_t a_step = steps[0];
  char *step = args[1];
  const intptr_t step_step = steps[1];
  char *out0 = args[2];
  const intptr_t out0_step = steps[2];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_f64 *)out0 = iris_kernel(*(const iris_mem_f64 *)a, *(const iris_mem_i64 *)step, i0 + k);
    a += a_step;
    step += step_step;
    out0 += out0_step;
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps, int64_t i0) {
  bool apart = count > 1;
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[1], steps[1], 8);
  if (apart && steps[0] == 8 && steps[1] == 8 && steps[2] == 8) {
    iris_contiguous(count, (const iris_mem_f64 *)args[0], (const iris_mem_i64 *)args[1], (iris_mem_f64 *)args[2], i0);
    return;
  }
  if (apart && (steps[0] == 8 || steps[0] == 0) && (steps[1] == 8 || steps[1] == 0) && (steps[2] == 8 || steps[2] == 0)) {
    iris_blocks(512, count, args, steps, i0);
    return;
  }
  iris_strided(count, args, steps, i0);
}

#define IRIS_LONG 18432
#define IRIS_GRAIN 4608
#define IRIS_LARGEST 33550848
#define IRIS_UNIT 512
#define IRIS_MOST_THREADS 0

typedef struct { const int64_t *shape, *origin, *extents, *strides; char *const *data; int axis_to_cut; uint32_t *stop; } iris_whole;

IRIS_OUTLINE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *space = (const iris_whole *)whole;
  const int64_t *shape = space->shape, *strides = space->strides;
  const int64_t *origin = space->origin;
  char *const *data = space->data;
  int64_t first[1] = {0}, last[1];
  for (int axis = 0; axis < 1; ++axis) last[axis] = shape[axis];
  first[space->axis_to_cut] = begin;
  last[space->axis_to_cut] = end;
  uint32_t status = 0;
  const intptr_t steps[3] = {strides[0], strides[1], strides[2]};
  const int64_t length = last[0] - first[0];
  const bool a_still = strides[0] == 0;
  const bool step_still = strides[1] == 0;
  const bool direct = (steps[0] == 8 || a_still) && (steps[1] == 8 || step_still) && steps[2] == 8; /* and apart, as all operands of a space are */
  const int64_t block = a_still || step_still ? 512 : length;
  iris_mem_f64 a_tile[512];
  if (direct && a_still) iris_pack_64((char *)a_tile, data[0], 0, 0, length < block ? length : block);
  iris_mem_i64 step_tile[512];
  if (direct && step_still) iris_pack_64((char *)step_tile, data[1], 0, 0, length < block ? length : block);
  char *const row[3] = {
    data[0] + first[0] * strides[0],
    data[1] + first[0] * strides[1],
    data[2] + first[0] * strides[2],
  };
  if (direct) {
    for (int64_t at = 0; at < length; at += block) {
      const int64_t some = length - at < block ? length - at : block;
      iris_contiguous(some, a_still ? a_tile : (const iris_mem_f64 *)row[0] + at, step_still ? step_tile : (const iris_mem_i64 *)row[1] + at, (iris_mem_f64 *)row[2] + at, origin[0] + first[0] + at);
    }
  } else {
    iris_row(length, row, steps, origin[0] + first[0]);
  }
  return (int32_t)status;
}

IRIS_ROUTE int32_t iris_space(iris_whole *space, uint32_t *stop) {
  const int64_t *shape = space->shape;
  const int64_t count = shape[0];
  if (count < IRIS_LONG) return iris_piece(space, 0, shape[0]);
  const int axis = space->axis_to_cut = iris_axis_to_cut(1, shape, IRIS_UNIT, IRIS_LARGEST);
  const int64_t unit = axis == 0 ? IRIS_UNIT : 1;
  const int64_t size = unit * (count / shape[axis]);
  const int64_t grain = (IRIS_GRAIN + size - 1) / size * unit;
  const int64_t largest = IRIS_LARGEST / size * unit;
  const iris_parallel_t parallel = iris_parallel(stop);
  const iris_work work = {iris_piece, space, shape[axis], grain, largest, IRIS_MOST_THREADS, iris_look, stop};
  if (parallel) return parallel(&work);
  return iris_alone(&work);
}

IRIS_EXPORT int32_t iris_nd(int32_t ndim, const int64_t *shape, const int64_t *origin, const int64_t *extents, char *const *data, const int64_t *strides, void **error) {
  if (ndim != 1) return -1;
  uint32_t own = 0, *const stop = &own;
  const uint64_t flags = iris_save_flags();
  iris_whole space = {shape, origin, extents, strides, data, 0, stop};
  const int32_t status = iris_space(&space, stop);
  iris_restore_flags(flags, IRIS_FLAGS_ALL);
  if (own) return iris_take_exception(error);
  return status;
}
