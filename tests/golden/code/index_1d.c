/* kernel: (f8) -> f8, i8, i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_cast.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_error.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL void iris_kernel(double x, int64_t flat_idx, int64_t i0, int64_t n0, double *out0, int64_t *out1, int64_t *out2) {
  /* 5: return x * _i0 + _n0, _ndim, _flat_idx */
  const double t1 = iris_wide_i64_f64(i0);
  const double t2 = x * t1;
  const double t3 = iris_wide_i64_f64(n0);
  const double t4 = t2 + t3;
  *out0 = t4;
  *out1 = 1;
  *out2 = flat_idx;
}

/* Elements side by side; no result overlaps an operand, unless it is that operand. */
IRIS_OUTLINE void iris_contiguous(intptr_t count, const iris_mem_f64 *x, iris_mem_f64 *out0, iris_mem_i64 *out1, iris_mem_i64 *out2, int64_t flat_idx, int64_t i0, int64_t n0) {
  IRIS_INDEPENDENT
  for (intptr_t k = 0; k < count; ++k) {
    double out0_value;
    int64_t out1_value;
    int64_t out2_value;
    iris_kernel(x[k], flat_idx + k, i0 + k, n0, &out0_value, &out1_value, &out2_value);
    out0[k] = out0_value;
    out1[k] = out1_value;
    out2[k] = out2_value;
  }
}

/* Scalars and strided operands, brought side by side a block at a time. */
IRIS_ROUTE void iris_blocks(intptr_t length, intptr_t count, char *const *args, const intptr_t *steps, int64_t flat_idx, int64_t i0, int64_t n0) {
  iris_mem_f64 x_tile[512];
  iris_mem_f64 out0_tile[512];
  iris_mem_i64 out1_tile[512];
  iris_mem_i64 out2_tile[512];
  for (intptr_t first = 0; first < count; first += length) {
    const intptr_t some = count - first < length ? count - first : length;
    const iris_mem_f64 *x = (const iris_mem_f64 *)iris_pack_64((char *)x_tile, args[0], steps[0], first, some);
    iris_mem_f64 *out0 = out0_tile;
    if (steps[1] == 8) out0 = (iris_mem_f64 *)(args[1] + first * steps[1]);
    iris_mem_i64 *out1 = out1_tile;
    if (steps[2] == 8) out1 = (iris_mem_i64 *)(args[2] + first * steps[2]);
    iris_mem_i64 *out2 = out2_tile;
    if (steps[3] == 8) out2 = (iris_mem_i64 *)(args[3] + first * steps[3]);
    iris_contiguous(some, x, out0, out1, out2, flat_idx + first, i0 + first, n0);
    iris_spread_64((const char *)out0_tile, args[1], steps[1], first, some);
    iris_spread_64((const char *)out1_tile, args[2], steps[2], first, some);
    iris_spread_64((const char *)out2_tile, args[3], steps[3], first, some);
  }
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps, int64_t flat_idx, int64_t i0, int64_t n0) {
  char *x = args[0];
  const intptr_t x_step = steps[0];
  char *out0 = args[1];
  const intptr_t out0_step = steps[1];
  char *out1 = args[2];
  const intptr_t out1_step = steps[2];
  char *out2 = args[3];
  const intptr_t out2_step = steps[3];
  for (intptr_t k = 0; k < count; ++k) {
    double out0_value;
    int64_t out1_value;
    int64_t out2_value;
    iris_kernel(*(const iris_mem_f64 *)x, flat_idx + k, i0 + k, n0, &out0_value, &out1_value, &out2_value);
    *(iris_mem_f64 *)out0 = out0_value;
    *(iris_mem_i64 *)out1 = out1_value;
    *(iris_mem_i64 *)out2 = out2_value;
    x += x_step;
    out0 += out0_step;
    out1 += out1_step;
    out2 += out2_step;
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps, int64_t flat_idx, int64_t i0, int64_t n0) {
  bool apart = count > 1;
  apart = apart && iris_apart(count, args[1], steps[1], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[1], steps[1], 8);
  apart = apart && iris_apart(count, args[3], steps[3], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[3], steps[3], 8, args[1], steps[1], 8);
  apart = apart && iris_apart(count, args[3], steps[3], 8, args[2], steps[2], 8);
  if (apart && steps[0] == 8 && steps[1] == 8 && steps[2] == 8 && steps[3] == 8) {
    iris_contiguous(count, (const iris_mem_f64 *)args[0], (iris_mem_f64 *)args[1], (iris_mem_i64 *)args[2], (iris_mem_i64 *)args[3], flat_idx, i0, n0);
    return;
  }
  if (apart && (steps[0] == 8 || steps[0] == 0) && (steps[1] == 8 || steps[1] == 0) && (steps[2] == 8 || steps[2] == 0) && (steps[3] == 8 || steps[3] == 0)) {
    iris_blocks(512, count, args, steps, flat_idx, i0, n0);
    return;
  }
  iris_strided(count, args, steps, flat_idx, i0, n0);
}

#define IRIS_LONG 24576
#define IRIS_GRAIN 6144
#define IRIS_LARGEST 53686272
#define IRIS_UNIT 512
#define IRIS_MOST_THREADS 0

typedef struct { const int64_t *shape, *origin, *extents, *strides; char *const *data; int axis_to_cut; uint32_t *stop; } iris_whole;

IRIS_OUTLINE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *space = (const iris_whole *)whole;
  const int64_t *shape = space->shape, *strides = space->strides;
  const int64_t *origin = space->origin;
  const int64_t *extents = space->extents;
  char *const *data = space->data;
  int64_t first[1] = {0}, last[1];
  for (int axis = 0; axis < 1; ++axis) last[axis] = shape[axis];
  first[space->axis_to_cut] = begin;
  last[space->axis_to_cut] = end;
  uint32_t status = 0;
  const intptr_t steps[4] = {strides[0], strides[1], strides[2], strides[3]};
  const int64_t length = last[0] - first[0];
  const bool x_still = strides[0] == 0;
  const bool direct = (steps[0] == 8 || x_still) && steps[1] == 8 && steps[2] == 8 && steps[3] == 8; /* and apart, as all operands of a space are */
  const int64_t block = x_still ? 512 : length;
  iris_mem_f64 x_tile[512];
  if (direct && x_still) iris_pack_64((char *)x_tile, data[0], 0, 0, length < block ? length : block);
  char *const row[4] = {
    data[0] + first[0] * strides[0],
    data[1] + first[0] * strides[1],
    data[2] + first[0] * strides[2],
    data[3] + first[0] * strides[3],
  };
  if (direct) {
    for (int64_t at = 0; at < length; at += block) {
      const int64_t some = length - at < block ? length - at : block;
      iris_contiguous(some, x_still ? x_tile : (const iris_mem_f64 *)row[0] + at, (iris_mem_f64 *)row[1] + at, (iris_mem_i64 *)row[2] + at, (iris_mem_i64 *)row[3] + at, origin[0] + first[0] + at, origin[0] + first[0] + at, extents[0]);
    }
  } else {
    iris_row(length, row, steps, origin[0] + first[0], origin[0] + first[0], extents[0]);
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
  iris_whole space = {shape, origin, extents, strides, data, 0, stop};
  const int32_t status = iris_space(&space, stop);
  if (own) return iris_take_exception(error);
  return status;
}
