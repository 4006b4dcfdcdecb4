/* kernel: (f4, f8, i8, b1) -> f4, f8, f8, i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_cast.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL void iris_kernel(float x, double a, int64_t n, bool flag, float *out0, double *out1, double *out2, int64_t *out3) {
  /* 5: return x * a + n - flag, a * n, a + flag, n + flag */
  const float t1 = (float)a;
  const float t2 = x * t1;
  const double t3 = iris_wide_i64_f64(n);
  const float t4 = (float)t3;
  const float t5 = t2 + t4;
  const float t6 = (float)flag;
  const float t7 = t5 - t6;
  const double t8 = a * t3;
  const double t9 = (double)flag;
  const double t10 = a + t9;
  const int64_t t11 = (int64_t)flag;
  const int64_t t12 = n + t11;
  *out0 = t7;
  *out1 = t8;
  *out2 = t10;
  *out3 = t12;
}

/* Elements side by side; no result overlaps an operand, unless it is that operand. */
IRIS_OUTLINE void iris_contiguous(intptr_t count, const iris_mem_f32 *x, const iris_mem_f64 *a, const iris_mem_i64 *n, const iris_mem_bool *flag, iris_mem_f32 *out0, iris_mem_f64 *out1, iris_mem_f64 *out2, iris_mem_i64 *out3) {
  IRIS_INDEPENDENT
  for (intptr_t k = 0; k < count; ++k) {
    float out0_value;
    double out1_value;
    double out2_value;
    int64_t out3_value;
    iris_kernel(x[k], a[k], n[k], flag[k] != 0, &out0_value, &out1_value, &out2_value, &out3_value);
    out0[k] = out0_value;
    out1[k] = out1_value;
    out2[k] = out2_value;
    out3[k] = out3_value;
  }
}

/* Scalars and strided operands, brought side by side a block at a time. */
IRIS_ROUTE void iris_blocks(intptr_t length, intptr_t count, char *const *args, const intptr_t *steps) {
  iris_mem_f32 x_tile[256];
  iris_mem_f64 a_tile[256];
  iris_mem_i64 n_tile[256];
  iris_mem_bool flag_tile[256];
  iris_mem_f32 out0_tile[256];
  iris_mem_f64 out1_tile[256];
  iris_mem_f64 out2_tile[256];
  iris_mem_i64 out3_tile[256];
  for (intptr_t first = 0; first < count; first += length) {
    const intptr_t some = count - first < length ? count - first : length;
    const iris_mem_f32 *x = (const iris_mem_f32 *)iris_pack_32((char *)x_tile, args[0], steps[0], first, some);
    const iris_mem_f64 *a = (const iris_mem_f64 *)iris_pack_64((char *)a_tile, args[1], steps[1], first, some);
    const iris_mem_i64 *n = (const iris_mem_i64 *)iris_pack_64((char *)n_tile, args[2], steps[2], first, some);
    const iris_mem_bool *flag = (const iris_mem_bool *)iris_pack_8((char *)flag_tile, args[3], steps[3], first, some);
    iris_mem_f32 *out0 = out0_tile;
    if (steps[4] == 4) out0 = (iris_mem_f32 *)(args[4] + first * steps[4]);
    iris_mem_f64 *out1 = out1_tile;
    if (steps[5] == 8) out1 = (iris_mem_f64 *)(args[5] + first * steps[5]);
    iris_mem_f64 *out2 = out2_tile;
    if (steps[6] == 8) out2 = (iris_mem_f64 *)(args[6] + first * steps[6]);
    iris_mem_i64 *out3 = out3_tile;
    if (steps[7] == 8) out3 = (iris_mem_i64 *)(args[7] + first * steps[7]);
    iris_contiguous(some, x, a, n, flag, out0, out1, out2, out3);
    iris_spread_32((const char *)out0_tile, args[4], steps[4], first, some);
    iris_spread_64((const char *)out1_tile, args[5], steps[5], first, some);
    iris_spread_64((const char *)out2_tile, args[6], steps[6], first, some);
    iris_spread_64((const char *)out3_tile, args[7], steps[7], first, some);
  }
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps) {
  char *x = args[0];
  const intptr_t x_step = steps[0];
  char *a = args[1];
  const intptr_t a_step = steps[1];
  char *n = args[2];
  const intptr_t n_step = steps[2];
  char *flag = args[3];
  const intptr_t flag_step = steps[3];
  char *out0 = args[4];
  const intptr_t out0_step = steps[4];
  char *out1 = args[5];
  const intptr_t out1_step = steps[5];
  char *out2 = args[6];
  const intptr_t out2_step = steps[6];
  char *out3 = args[7];
  const intptr_t out3_step = steps[7];
  for (intptr_t k = 0; k < count; ++k) {
    float out0_value;
    double out1_value;
    double out2_value;
    int64_t out3_value;
    iris_kernel(*(const iris_mem_f32 *)x, *(const iris_mem_f64 *)a, *(const iris_mem_i64 *)n, *(const iris_mem_bool *)flag != 0, &out0_value, &out1_value, &out2_value, &out3_value);
    *(iris_mem_f32 *)out0 = out0_value;
    *(iris_mem_f64 *)out1 = out1_value;
    *(iris_mem_f64 *)out2 = out2_value;
    *(iris_mem_i64 *)out3 = out3_value;
    x += x_step;
    a += a_step;
    n += n_step;
    flag += flag_step;
    out0 += out0_step;
    out1 += out1_step;
    out2 += out2_step;
    out3 += out3_step;
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  bool apart = count > 1;
  static const intptr_t sizes[8] = {4, 8, 8, 1, 4, 8, 8, 8};
  for (int out = 4; apart && out < 8; ++out) {
    for (int in = 0; apart && in < out; ++in) {
      apart = iris_apart(count, args[out], steps[out], sizes[out], args[in], steps[in], sizes[in]);
    }
  }
  if (apart && steps[0] == 4 && steps[1] == 8 && steps[2] == 8 && steps[3] == 1 && steps[4] == 4 && steps[5] == 8 && steps[6] == 8 && steps[7] == 8) {
    iris_contiguous(count, (const iris_mem_f32 *)args[0], (const iris_mem_f64 *)args[1], (const iris_mem_i64 *)args[2], (const iris_mem_bool *)args[3], (iris_mem_f32 *)args[4], (iris_mem_f64 *)args[5], (iris_mem_f64 *)args[6], (iris_mem_i64 *)args[7]);
    return;
  }
  if (apart) {
    iris_blocks(256, count, args, steps);
    return;
  }
  iris_strided(count, args, steps);
}

#define IRIS_LONG 9216
#define IRIS_GRAIN 2304
#define IRIS_LARGEST 20648448
#define IRIS_UNIT 256
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 0};

typedef struct { char *const *args; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[8];
  for (int k = 0; k < 8; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_row(end - begin, args, row->steps);
  return 0;
}

/* Shared out to threads, if no piece writes what another one reads. */
IRIS_ROUTE int32_t iris_long_row(intptr_t count, char *const *args, const intptr_t *steps, uint32_t *stop) {
  iris_whole row = {args, steps, stop};
  bool apart = true;
  static const intptr_t sizes[8] = {4, 8, 8, 1, 4, 8, 8, 8};
  for (int out = 4; apart && out < 8; ++out) {
    for (int in = 0; apart && in < out; ++in) {
      apart = iris_apart(count, args[out], steps[out], sizes[out], args[in], steps[in], sizes[in]);
    }
  }
  apart = apart && (steps[4] >= 4 || steps[4] <= -4);
  apart = apart && (steps[5] >= 8 || steps[5] <= -8);
  apart = apart && (steps[6] >= 8 || steps[6] <= -8);
  apart = apart && (steps[7] >= 8 || steps[7] <= -8);
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
