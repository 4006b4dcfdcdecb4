/* kernel: () -> i8, f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_cast.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_error.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL void iris_kernel(int64_t i0, int64_t i1, int64_t *out0, double *out1) {
  /* 6: return _i0 * 10 + _i1, 1.0 / (_i0 + _i1 + 1) */
  const int64_t t1 = i0 * 10;
  const int64_t t2 = t1 + i1;
  const int64_t t3 = i0 + i1;
  const int64_t t4 = t3 + 1;
  const double t5 = iris_wide_i64_f64(t4);
  const double t6 = 1.0 / t5;
  *out0 = t2;
  *out1 = t6;
}

/* Elements side by side; no result overlaps an operand, unless it is that operand. */
IRIS_OUTLINE void iris_contiguous(intptr_t count, iris_mem_i64 *out0, iris_mem_f64 *out1, int64_t i0, int64_t i1) {
  IRIS_INDEPENDENT
  for (intptr_t k = 0; k < count; ++k) {
    int64_t out0_value;
    double out1_value;
    iris_kernel(i0, i1 + k, &out0_value, &out1_value);
    out0[k] = out0_value;
    out1[k] = out1_value;
  }
}

/* Scalars and strided operands, brought side by side a block at a time. */
IRIS_ROUTE void iris_blocks(intptr_t length, intptr_t count, char *const *args, const intptr_t *steps, int64_t i0, int64_t i1) {
  iris_mem_i64 out0_tile[512];
  iris_mem_f64 out1_tile[512];
  for (intptr_t first = 0; first < count; first += length) {
    const intptr_t some = count - first < length ? count - first : length;
    iris_mem_i64 *out0 = out0_tile;
    if (steps[0] == 8) out0 = (iris_mem_i64 *)(args[0] + first * steps[0]);
    iris_mem_f64 *out1 = out1_tile;
    if (steps[1] == 8) out1 = (iris_mem_f64 *)(args[1] + first * steps[1]);
    iris_contiguous(some, out0, out1, i0, i1 + first);
    iris_spread_64((const char *)out0_tile, args[0], steps[0], first, some);
    iris_spread_64((const char *)out1_tile, args[1], steps[1], first, some);
  }
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps, int64_t i0, int64_t i1) {
  char *out0 = args[0];
  const intptr_t out0_step = steps[0];
  char *out1 = args[1];
  const intptr_t out1_step = steps[1];
  for (intptr_t k = 0; k < count; ++k) {
    int64_t out0_value;
    double out1_value;
    iris_kernel(i0, i1 + k, &out0_value, &out1_value);
    *(iris_mem_i64 *)out0 = out0_value;
    *(iris_mem_f64 *)out1 = out1_value;
    out0 += out0_step;
    out1 += out1_step;
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps, int64_t i0, int64_t i1) {
  bool apart = count > 1;
  apart = apart && iris_apart(count, args[1], steps[1], 8, args[0], steps[0], 8);
  if (apart && steps[0] == 8 && steps[1] == 8) {
    iris_contiguous(count, (iris_mem_i64 *)args[0], (iris_mem_f64 *)args[1], i0, i1);
    return;
  }
  if (apart && (steps[0] == 8 || steps[0] == 0) && (steps[1] == 8 || steps[1] == 0)) {
    iris_blocks(512, count, args, steps, i0, i1);
    return;
  }
  iris_strided(count, args, steps, i0, i1);
}

#define IRIS_LONG 14336
#define IRIS_GRAIN 3584
#define IRIS_LARGEST 22367744
#define IRIS_UNIT 512
#define IRIS_MOST_THREADS 0

typedef struct { const int64_t *shape, *origin, *extents, *strides; char *const *data; int axis_to_cut; uint32_t *stop; } iris_whole;

IRIS_OUTLINE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *space = (const iris_whole *)whole;
  const int64_t *shape = space->shape, *strides = space->strides;
  const int64_t *origin = space->origin;
  char *const *data = space->data;
  int64_t first[2] = {0}, last[2];
  for (int axis = 0; axis < 2; ++axis) last[axis] = shape[axis];
  first[space->axis_to_cut] = begin;
  last[space->axis_to_cut] = end;
  uint32_t status = 0;
  const intptr_t steps[2] = {strides[1], strides[3]};
  const int64_t length = last[1] - first[1];
  const bool direct = steps[0] == 8 && steps[1] == 8; /* and apart, as all operands of a space are */
  const int64_t block = length;
  for (int64_t i0 = first[0]; i0 < last[0]; ++i0) {
    char *const row[2] = {
      data[0] + i0 * strides[0] + first[1] * strides[1],
      data[1] + i0 * strides[2] + first[1] * strides[3],
    };
    if (direct) {
      for (int64_t at = 0; at < length; at += block) {
        const int64_t some = length - at < block ? length - at : block;
        iris_contiguous(some, (iris_mem_i64 *)row[0] + at, (iris_mem_f64 *)row[1] + at, origin[0] + i0, origin[1] + first[1] + at);
      }
    } else {
      iris_row(length, row, steps, origin[0] + i0, origin[1] + first[1]);
    }
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
  return iris_alone(&work);
}

IRIS_EXPORT int32_t iris_nd(int32_t ndim, const int64_t *shape, const int64_t *origin, const int64_t *extents, char *const *data, const int64_t *strides, void **error) {
  if (ndim != 2) return -1;
  uint32_t own = 0, *const stop = &own;
  iris_whole space = {shape, origin, extents, strides, data, 0, stop};
  const int32_t status = iris_space(&space, stop);
  if (own) return iris_take_exception(error);
  return status;
}
