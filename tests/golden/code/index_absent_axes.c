/* kernel: (i4) -> i8, i8, i8, i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_error.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL void iris_kernel(int32_t x, int64_t n0, int64_t n1, int64_t *out0, int64_t *out1, int64_t *out2, int64_t *out3) {
  /* 5: return x + _i5, _n7, _n0 * _n1, _ndim */
  const int64_t t1 = (int64_t)x;
  const int64_t t2 = n0 * n1;
  *out0 = t1;
  *out1 = 1;
  *out2 = t2;
  *out3 = 2;
}

/* Elements side by side; no result overlaps an operand, unless it is that operand. */
IRIS_OUTLINE void iris_contiguous(intptr_t count, const iris_mem_i32 *x, iris_mem_i64 *out0, iris_mem_i64 *out1, iris_mem_i64 *out2, iris_mem_i64 *out3, int64_t n0, int64_t n1) {
  IRIS_INDEPENDENT
  for (intptr_t k = 0; k < count; ++k) {
    int64_t out0_value;
    int64_t out1_value;
    int64_t out2_value;
    int64_t out3_value;
    iris_kernel(x[k], n0, n1, &out0_value, &out1_value, &out2_value, &out3_value);
    out0[k] = out0_value;
    out1[k] = out1_value;
    out2[k] = out2_value;
    out3[k] = out3_value;
  }
}

/* Scalars and strided operands, brought side by side a block at a time. */
IRIS_ROUTE void iris_blocks(intptr_t length, intptr_t count, char *const *args, const intptr_t *steps, int64_t n0, int64_t n1) {
  iris_mem_i32 x_tile[256];
  iris_mem_i64 out0_tile[256];
  iris_mem_i64 out1_tile[256];
  iris_mem_i64 out2_tile[256];
  iris_mem_i64 out3_tile[256];
  for (intptr_t first = 0; first < count; first += length) {
    const intptr_t some = count - first < length ? count - first : length;
    const iris_mem_i32 *x = (const iris_mem_i32 *)iris_pack_32((char *)x_tile, args[0], steps[0], first, some);
    iris_mem_i64 *out0 = out0_tile;
    if (steps[1] == 8) out0 = (iris_mem_i64 *)(args[1] + first * steps[1]);
    iris_mem_i64 *out1 = out1_tile;
    if (steps[2] == 8) out1 = (iris_mem_i64 *)(args[2] + first * steps[2]);
    iris_mem_i64 *out2 = out2_tile;
    if (steps[3] == 8) out2 = (iris_mem_i64 *)(args[3] + first * steps[3]);
    iris_mem_i64 *out3 = out3_tile;
    if (steps[4] == 8) out3 = (iris_mem_i64 *)(args[4] + first * steps[4]);
    iris_contiguous(some, x, out0, out1, out2, out3, n0, n1);
    iris_spread_64((const char *)out0_tile, args[1], steps[1], first, some);
    iris_spread_64((const char *)out1_tile, args[2], steps[2], first, some);
    iris_spread_64((const char *)out2_tile, args[3], steps[3], first, some);
    iris_spread_64((const char *)out3_tile, args[4], steps[4], first, some);
  }
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps, int64_t n0, int64_t n1) {
  char *x = args[0];
  const intptr_t x_step = steps[0];
  char *out0 = args[1];
  const intptr_t out0_step = steps[1];
  char *out1 = args[2];
  const intptr_t out1_step = steps[2];
  char *out2 = args[3];
  const intptr_t out2_step = steps[3];
  char *out3 = args[4];
  const intptr_t out3_step = steps[4];
  for (intptr_t k = 0; k < count; ++k) {
    int64_t out0_value;
    int64_t out1_value;
    int64_t out2_value;
    int64_t out3_value;
    iris_kernel(*(const iris_mem_i32 *)x, n0, n1, &out0_value, &out1_value, &out2_value, &out3_value);
    *(iris_mem_i64 *)out0 = out0_value;
    *(iris_mem_i64 *)out1 = out1_value;
    *(iris_mem_i64 *)out2 = out2_value;
    *(iris_mem_i64 *)out3 = out3_value;
    x += x_step;
    out0 += out0_step;
    out1 += out1_step;
    out2 += out2_step;
    out3 += out3_step;
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps, int64_t n0, int64_t n1) {
  bool apart = count > 1;
  static const intptr_t sizes[5] = {4, 8, 8, 8, 8};
  for (int out = 1; apart && out < 5; ++out) {
    for (int in = 0; apart && in < out; ++in) {
      apart = iris_apart(count, args[out], steps[out], sizes[out], args[in], steps[in], sizes[in]);
    }
  }
  if (apart && steps[0] == 4 && steps[1] == 8 && steps[2] == 8 && steps[3] == 8 && steps[4] == 8) {
    iris_contiguous(count, (const iris_mem_i32 *)args[0], (iris_mem_i64 *)args[1], (iris_mem_i64 *)args[2], (iris_mem_i64 *)args[3], (iris_mem_i64 *)args[4], n0, n1);
    return;
  }
  if (apart && (steps[0] == 4 || steps[0] == 0) && (steps[1] == 8 || steps[1] == 0) && (steps[2] == 8 || steps[2] == 0) && (steps[3] == 8 || steps[3] == 0) && (steps[4] == 8 || steps[4] == 0)) {
    iris_blocks(256, count, args, steps, n0, n1);
    return;
  }
  iris_strided(count, args, steps, n0, n1);
}

#define IRIS_LONG 27648
#define IRIS_GRAIN 6912
#define IRIS_LARGEST 89475840
#define IRIS_UNIT 256
#define IRIS_MOST_THREADS 0

typedef struct { const int64_t *shape, *origin, *extents, *strides; char *const *data; int axis_to_cut; uint32_t *stop; } iris_whole;

IRIS_OUTLINE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *space = (const iris_whole *)whole;
  const int64_t *shape = space->shape, *strides = space->strides;
  const int64_t *extents = space->extents;
  char *const *data = space->data;
  int64_t first[2] = {0}, last[2];
  for (int axis = 0; axis < 2; ++axis) last[axis] = shape[axis];
  first[space->axis_to_cut] = begin;
  last[space->axis_to_cut] = end;
  uint32_t status = 0;
  const intptr_t steps[5] = {strides[1], strides[3], strides[5], strides[7], strides[9]};
  const int64_t length = last[1] - first[1];
  const bool x_still = strides[0] == 0 && strides[1] == 0;
  const bool direct = (steps[0] == 4 || x_still) && steps[1] == 8 && steps[2] == 8 && steps[3] == 8 && steps[4] == 8; /* and apart, as all operands of a space are */
  const int64_t block = x_still ? 256 : length;
  iris_mem_i32 x_tile[256];
  if (direct && x_still) iris_pack_32((char *)x_tile, data[0], 0, 0, length < block ? length : block);
  for (int64_t i0 = first[0]; i0 < last[0]; ++i0) {
    char *const row[5] = {
      data[0] + i0 * strides[0] + first[1] * strides[1],
      data[1] + i0 * strides[2] + first[1] * strides[3],
      data[2] + i0 * strides[4] + first[1] * strides[5],
      data[3] + i0 * strides[6] + first[1] * strides[7],
      data[4] + i0 * strides[8] + first[1] * strides[9],
    };
    if (direct) {
      for (int64_t at = 0; at < length; at += block) {
        const int64_t some = length - at < block ? length - at : block;
        iris_contiguous(some, x_still ? x_tile : (const iris_mem_i32 *)row[0] + at, (iris_mem_i64 *)row[1] + at, (iris_mem_i64 *)row[2] + at, (iris_mem_i64 *)row[3] + at, (iris_mem_i64 *)row[4] + at, extents[0], extents[1]);
      }
    } else {
      iris_row(length, row, steps, extents[0], extents[1]);
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
