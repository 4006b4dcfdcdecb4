/* kernel: (i8, i8) -> i8, i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off, the linker -lm. */

/* iris_base.h */

/* iris_number.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL void iris_kernel(int64_t x, int64_t y, int64_t *out0, int64_t *out1) {
  /* 4: return x // y, x % y */
  const int64_t t1 = iris_floordiv_i64(x, y);
  const int64_t t2 = iris_floormod_i64(x, y);
  *out0 = t1;
  *out1 = t2;
}

/* Elements side by side; no result overlaps an operand, unless it is that operand. */
IRIS_OUTLINE void iris_contiguous(intptr_t count, const iris_mem_i64 *x, const iris_mem_i64 *y, iris_mem_i64 *out0, iris_mem_i64 *out1) {
  IRIS_INDEPENDENT
  for (intptr_t k = 0; k < count; ++k) {
    int64_t out0_value;
    int64_t out1_value;
    iris_kernel(x[k], y[k], &out0_value, &out1_value);
    out0[k] = out0_value;
    out1[k] = out1_value;
  }
}

/* Scalars and strided operands, brought side by side a block at a time. */
IRIS_ROUTE void iris_blocks(intptr_t length, intptr_t count, char *const *args, const intptr_t *steps) {
  iris_mem_i64 x_tile[512];
  iris_mem_i64 y_tile[512];
  iris_mem_i64 out0_tile[512];
  iris_mem_i64 out1_tile[512];
  for (intptr_t first = 0; first < count; first += length) {
    const intptr_t some = count - first < length ? count - first : length;
    const iris_mem_i64 *x = (const iris_mem_i64 *)iris_pack_64((char *)x_tile, args[0], steps[0], first, some);
    const iris_mem_i64 *y = (const iris_mem_i64 *)iris_pack_64((char *)y_tile, args[1], steps[1], first, some);
    iris_mem_i64 *out0 = out0_tile;
    if (steps[2] == 8) out0 = (iris_mem_i64 *)(args[2] + first * steps[2]);
    iris_mem_i64 *out1 = out1_tile;
    if (steps[3] == 8) out1 = (iris_mem_i64 *)(args[3] + first * steps[3]);
    iris_contiguous(some, x, y, out0, out1);
    iris_spread_64((const char *)out0_tile, args[2], steps[2], first, some);
    iris_spread_64((const char *)out1_tile, args[3], steps[3], first, some);
  }
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps) {
  char *x = args[0];
  const intptr_t x_step = steps[0];
  char *y = args[1];
  const intptr_t y_step = steps[1];
  char *out0 = args[2];
  const intptr_t out0_step = steps[2];
  char *out1 = args[3];
  const intptr_t out1_step = steps[3];
  for (intptr_t k = 0; k < count; ++k) {
    int64_t out0_value;
    int64_t out1_value;
    iris_kernel(*(const iris_mem_i64 *)x, *(const iris_mem_i64 *)y, &out0_value, &out1_value);
    *(iris_mem_i64 *)out0 = out0_value;
    *(iris_mem_i64 *)out1 = out1_value;
    x += x_step;
    y += y_step;
    out0 += out0_step;
    out1 += out1_step;
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  bool apart = count > 1;
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[1], steps[1], 8);
  apart = apart && iris_apart(count, args[3], steps[3], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[3], steps[3], 8, args[1], steps[1], 8);
  apart = apart && iris_apart(count, args[3], steps[3], 8, args[2], steps[2], 8);
  if (apart && steps[0] == 8 && steps[1] == 8 && steps[2] == 8 && steps[3] == 8) {
    iris_contiguous(count, (const iris_mem_i64 *)args[0], (const iris_mem_i64 *)args[1], (iris_mem_i64 *)args[2], (iris_mem_i64 *)args[3]);
    return;
  }
  if (apart) {
    iris_blocks(512, count, args, steps);
    return;
  }
  iris_strided(count, args, steps);
}

#define IRIS_LONG 6144
#define IRIS_GRAIN 1536
#define IRIS_LARGEST 10736640
#define IRIS_UNIT 512
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 0};

typedef struct { char *const *args; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[4];
  for (int k = 0; k < 4; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_row(end - begin, args, row->steps);
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
  return iris_alone(&work);
}

IRIS_EXPORT int iris_loop(void *context, char *const *args, const intptr_t *dims, const intptr_t *steps, void *aux) {
  (void)context;
  uint32_t own = 0, *const stop = aux ? (uint32_t *)aux : &own;
  if (iris_is_ended(stop)) return own ? -1 : 0;
  if (dims[0] < IRIS_LONG) {
    iris_watch watch = iris_begin_call(stop);
    iris_row(dims[0], args, steps);
    iris_end_call(&watch, dims[0]);
  } else {
    (void)iris_long_row(dims[0], args, steps, stop);
  }
  if (own) return -1;
  return 0;
}
