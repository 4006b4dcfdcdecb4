/* kernel: (f8, i4) -> f8, i4, b1.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL void iris_kernel(double x, int32_t n, double *out0, int32_t *out1, bool *out2) {
  /* 4: if x > 0: */
  const bool t1 = x > 0.0;
  /* 5: return x, n, x > n */
  const double t2 = (double)n;
  const bool t3 = x > t2;
  /* 4: if x > 0: */
  const double rv00 = t1 ? x : t2;
  const int32_t rv01 = t1 ? n : 0;
  const bool rv02 = t1 & t3;
  *out0 = rv00;
  *out1 = rv01;
  *out2 = rv02;
}

/* Elements side by side; no result overlaps an operand, unless it is that operand. */
IRIS_OUTLINE void iris_contiguous(intptr_t count, const iris_mem_f64 *x, const iris_mem_i32 *n, iris_mem_f64 *out0, iris_mem_i32 *out1, iris_mem_bool *out2) {
  IRIS_INDEPENDENT
  for (intptr_t k = 0; k < count; ++k) {
    double out0_value;
    int32_t out1_value;
    bool out2_value;
    iris_kernel(x[k], n[k], &out0_value, &out1_value, &out2_value);
    out0[k] = out0_value;
    out1[k] = out1_value;
    out2[k] = out2_value;
  }
}

/* Scalars and strided operands, brought side by side a block at a time. */
IRIS_ROUTE void iris_blocks(intptr_t length, intptr_t count, char *const *args, const intptr_t *steps) {
  iris_mem_f64 x_tile[512];
  iris_mem_i32 n_tile[512];
  iris_mem_f64 out0_tile[512];
  iris_mem_i32 out1_tile[512];
  iris_mem_bool out2_tile[512];
  for (intptr_t first = 0; first < count; first += length) {
    const intptr_t some = count - first < length ? count - first : length;
    const iris_mem_f64 *x = (const iris_mem_f64 *)iris_pack_64((char *)x_tile, args[0], steps[0], first, some);
    const iris_mem_i32 *n = (const iris_mem_i32 *)iris_pack_32((char *)n_tile, args[1], steps[1], first, some);
    iris_mem_f64 *out0 = out0_tile;
    if (steps[2] == 8) out0 = (iris_mem_f64 *)(args[2] + first * steps[2]);
    iris_mem_i32 *out1 = out1_tile;
    if (steps[3] == 4) out1 = (iris_mem_i32 *)(args[3] + first * steps[3]);
    iris_mem_bool *out2 = out2_tile;
    if (steps[4] == 1) out2 = (iris_mem_bool *)(args[4] + first * steps[4]);
    iris_contiguous(some, x, n, out0, out1, out2);
    iris_spread_64((const char *)out0_tile, args[2], steps[2], first, some);
    iris_spread_32((const char *)out1_tile, args[3], steps[3], first, some);
    iris_spread_8((const char *)out2_tile, args[4], steps[4], first, some);
  }
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps) {
  char *x = args[0];
  const intptr_t x_step = steps[0];
  char *n = args[1];
  const intptr_t n_step = steps[1];
  char *out0 = args[2];
  const intptr_t out0_step = steps[2];
  char *out1 = args[3];
  const intptr_t out1_step = steps[3];
  char *out2 = args[4];
  const intptr_t out2_step = steps[4];
  for (intptr_t k = 0; k < count; ++k) {
    double out0_value;
    int32_t out1_value;
    bool out2_value;
    iris_kernel(*(const iris_mem_f64 *)x, *(const iris_mem_i32 *)n, &out0_value, &out1_value, &out2_value);
    *(iris_mem_f64 *)out0 = out0_value;
    *(iris_mem_i32 *)out1 = out1_value;
    *(iris_mem_bool *)out2 = out2_value;
    x += x_step;
    n += n_step;
    out0 += out0_step;
    out1 += out1_step;
    out2 += out2_step;
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  bool apart = count > 1;
  static const intptr_t sizes[5] = {8, 4, 8, 4, 1};
  for (int out = 2; apart && out < 5; ++out) {
    for (int in = 0; apart && in < out; ++in) {
      apart = iris_apart(count, args[out], steps[out], sizes[out], args[in], steps[in], sizes[in]);
    }
  }
  if (apart && steps[0] == 8 && steps[1] == 4 && steps[2] == 8 && steps[3] == 4 && steps[4] == 1) {
    iris_contiguous(count, (const iris_mem_f64 *)args[0], (const iris_mem_i32 *)args[1], (iris_mem_f64 *)args[2], (iris_mem_i32 *)args[3], (iris_mem_bool *)args[4]);
    return;
  }
  if (apart && (steps[0] == 8 || steps[0] == 0) && (steps[1] == 4 || steps[1] == 0) && (steps[2] == 8 || steps[2] == 0) && (steps[3] == 4 || steps[3] == 0) && (steps[4] == 1 || steps[4] == 0)) {
    iris_blocks(512, count, args, steps);
    return;
  }
  iris_strided(count, args, steps);
}

#define IRIS_LONG 16384
#define IRIS_GRAIN 4096
#define IRIS_LARGEST 38346752
#define IRIS_UNIT 512
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 0};

typedef struct { char *const *args; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[5];
  for (int k = 0; k < 5; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_row(end - begin, args, row->steps);
  return 0;
}

/* Shared out to threads, if no piece writes what another one reads. */
IRIS_ROUTE int32_t iris_long_row(intptr_t count, char *const *args, const intptr_t *steps, uint32_t *stop) {
  iris_whole row = {args, steps, stop};
  bool apart = true;
  static const intptr_t sizes[5] = {8, 4, 8, 4, 1};
  for (int out = 2; apart && out < 5; ++out) {
    for (int in = 0; apart && in < out; ++in) {
      apart = iris_apart(count, args[out], steps[out], sizes[out], args[in], steps[in], sizes[in]);
    }
  }
  apart = apart && (steps[2] >= 8 || steps[2] <= -8);
  apart = apart && (steps[3] >= 4 || steps[3] <= -4);
  apart = apart && (steps[4] >= 1 || steps[4] <= -1);
  const iris_parallel_t parallel = apart ? iris_parallel(stop) : 0;
  const iris_work work = {iris_piece, &row, count, IRIS_GRAIN, IRIS_LARGEST, IRIS_MOST_THREADS, iris_look, stop};
  if (parallel) return parallel(&work);
  return iris_alone(&work);
}

IRIS_EXPORT int iris_loop(void *context, char *const *args, const intptr_t *dims, const intptr_t *steps, void *aux) {
  (void)context;
  uint32_t own = 0, *const stop = aux ? (uint32_t *)aux : &own;
  if (iris_is_ended(stop)) return own ? -1 : 0;
  const uint64_t flags = iris_save_flags();
  if (dims[0] < IRIS_LONG) {
    iris_watch watch = iris_begin_call(stop);
    iris_row(dims[0], args, steps);
    iris_end_call(&watch, dims[0]);
  } else {
    (void)iris_long_row(dims[0], args, steps, stop);
  }
  iris_restore_flags(flags, IRIS_FLAGS_ALL);
  if (own) return -1;
  return 0;
}
