/* kernel: (f8, i4) -> i1, u1, f4, i4, f8, i8, b1, f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_cast.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL void iris_kernel(double x, int32_t n, int8_t *out0, uint8_t *out1, float *out2, int32_t *out3, double *out4, int64_t *out5, bool *out6, double *out7) {
  /* 7: return np.int8(n), np.uint8(n), np.float32(x), np.int32(x), float(n), int(x), bool(x), np.float6 ... */
  const int8_t t1 = (int8_t)n;
  const uint8_t t2 = (uint8_t)n;
  const float t3 = (float)x;
  const int32_t t4 = iris_cast_f64_i32(x);
  const double t5 = (double)n;
  const int64_t t6 = iris_cast_f64_i64(x);
  const bool t7 = x != 0.0;
  const double t8 = t5 / 3.0;
  *out0 = t1;
  *out1 = t2;
  *out2 = t3;
  *out3 = t4;
  *out4 = t5;
  *out5 = t6;
  *out6 = t7;
  *out7 = t8;
}

/* Elements side by side; no result overlaps an operand, unless it is that operand. */
IRIS_OUTLINE void iris_contiguous(intptr_t count, const iris_mem_f64 *x, const iris_mem_i32 *n, iris_mem_i8 *out0, iris_mem_u8 *out1, iris_mem_f32 *out2, iris_mem_i32 *out3, iris_mem_f64 *out4, iris_mem_i64 *out5, iris_mem_bool *out6, iris_mem_f64 *out7) {
  IRIS_INDEPENDENT
  for (intptr_t k = 0; k < count; ++k) {
    int8_t out0_value;
    uint8_t out1_value;
    float out2_value;
    int32_t out3_value;
    double out4_value;
    int64_t out5_value;
    bool out6_value;
    double out7_value;
    iris_kernel(x[k], n[k], &out0_value, &out1_value, &out2_value, &out3_value, &out4_value, &out5_value, &out6_value, &out7_value);
    out0[k] = out0_value;
    out1[k] = out1_value;
    out2[k] = out2_value;
    out3[k] = out3_value;
    out4[k] = out4_value;
    out5[k] = out5_value;
    out6[k] = out6_value;
    out7[k] = out7_value;
  }
}

/* Scalars and strided operands, brought side by side a block at a time. */
IRIS_ROUTE void iris_blocks(intptr_t length, intptr_t count, char *const *args, const intptr_t *steps) {
  iris_mem_f64 x_tile[256];
  iris_mem_i32 n_tile[256];
  iris_mem_i8 out0_tile[256];
  iris_mem_u8 out1_tile[256];
  iris_mem_f32 out2_tile[256];
  iris_mem_i32 out3_tile[256];
  iris_mem_f64 out4_tile[256];
  iris_mem_i64 out5_tile[256];
  iris_mem_bool out6_tile[256];
  iris_mem_f64 out7_tile[256];
  for (intptr_t first = 0; first < count; first += length) {
    const intptr_t some = count - first < length ? count - first : length;
    const iris_mem_f64 *x = (const iris_mem_f64 *)iris_pack_64((char *)x_tile, args[0], steps[0], first, some);
    const iris_mem_i32 *n = (const iris_mem_i32 *)iris_pack_32((char *)n_tile, args[1], steps[1], first, some);
    iris_mem_i8 *out0 = out0_tile;
    if (steps[2] == 1) out0 = (iris_mem_i8 *)(args[2] + first * steps[2]);
    iris_mem_u8 *out1 = out1_tile;
    if (steps[3] == 1) out1 = (iris_mem_u8 *)(args[3] + first * steps[3]);
    iris_mem_f32 *out2 = out2_tile;
    if (steps[4] == 4) out2 = (iris_mem_f32 *)(args[4] + first * steps[4]);
    iris_mem_i32 *out3 = out3_tile;
    if (steps[5] == 4) out3 = (iris_mem_i32 *)(args[5] + first * steps[5]);
    iris_mem_f64 *out4 = out4_tile;
    if (steps[6] == 8) out4 = (iris_mem_f64 *)(args[6] + first * steps[6]);
    iris_mem_i64 *out5 = out5_tile;
    if (steps[7] == 8) out5 = (iris_mem_i64 *)(args[7] + first * steps[7]);
    iris_mem_bool *out6 = out6_tile;
    if (steps[8] == 1) out6 = (iris_mem_bool *)(args[8] + first * steps[8]);
    iris_mem_f64 *out7 = out7_tile;
    if (steps[9] == 8) out7 = (iris_mem_f64 *)(args[9] + first * steps[9]);
    iris_contiguous(some, x, n, out0, out1, out2, out3, out4, out5, out6, out7);
    iris_spread_8((const char *)out0_tile, args[2], steps[2], first, some);
    iris_spread_8((const char *)out1_tile, args[3], steps[3], first, some);
    iris_spread_32((const char *)out2_tile, args[4], steps[4], first, some);
    iris_spread_32((const char *)out3_tile, args[5], steps[5], first, some);
    iris_spread_64((const char *)out4_tile, args[6], steps[6], first, some);
    iris_spread_64((const char *)out5_tile, args[7], steps[7], first, some);
    iris_spread_8((const char *)out6_tile, args[8], steps[8], first, some);
    iris_spread_64((const char *)out7_tile, args[9], steps[9], first, some);
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
  char *out3 = args[5];
  const intptr_t out3_step = steps[5];
  char *out4 = args[6];
  const intptr_t out4_step = steps[6];
  char *out5 = args[7];
  const intptr_t out5_step = steps[7];
  char *out6 = args[8];
  const intptr_t out6_step = steps[8];
  char *out7 = args[9];
  const intptr_t out7_step = steps[9];
  for (intptr_t k = 0; k < count; ++k) {
    int8_t out0_value;
    uint8_t out1_value;
    float out2_value;
    int32_t out3_value;
    double out4_value;
    int64_t out5_value;
    bool out6_value;
    double out7_value;
    iris_kernel(*(const iris_mem_f64 *)x, *(const iris_mem_i32 *)n, &out0_value, &out1_value, &out2_value, &out3_value, &out4_value, &out5_value, &out6_value, &out7_value);
    *(iris_mem_i8 *)out0 = out0_value;
    *(iris_mem_u8 *)out1 = out1_value;
    *(iris_mem_f32 *)out2 = out2_value;
    *(iris_mem_i32 *)out3 = out3_value;
    *(iris_mem_f64 *)out4 = out4_value;
    *(iris_mem_i64 *)out5 = out5_value;
    *(iris_mem_bool *)out6 = out6_value;
    *(iris_mem_f64 *)out7 = out7_value;
    x += x_step;
    n += n_step;
    out0 += out0_step;
    out1 += out1_step;
    out2 += out2_step;
    out3 += out3_step;
    out4 += out4_step;
    out5 += out5_step;
    out6 += out6_step;
    out7 += out7_step;
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  bool apart = count > 1;
  static const intptr_t sizes[10] = {8, 4, 1, 1, 4, 4, 8, 8, 1, 8};
  for (int out = 2; apart && out < 10; ++out) {
    for (int in = 0; apart && in < out; ++in) {
      apart = iris_apart(count, args[out], steps[out], sizes[out], args[in], steps[in], sizes[in]);
    }
  }
  if (apart && steps[0] == 8 && steps[1] == 4 && steps[2] == 1 && steps[3] == 1 && steps[4] == 4 && steps[5] == 4 && steps[6] == 8 && steps[7] == 8 && steps[8] == 1 && steps[9] == 8) {
    iris_contiguous(count, (const iris_mem_f64 *)args[0], (const iris_mem_i32 *)args[1], (iris_mem_i8 *)args[2], (iris_mem_u8 *)args[3], (iris_mem_f32 *)args[4], (iris_mem_i32 *)args[5], (iris_mem_f64 *)args[6], (iris_mem_i64 *)args[7], (iris_mem_bool *)args[8], (iris_mem_f64 *)args[9]);
    return;
  }
  if (apart) {
    iris_blocks(256, count, args, steps);
    return;
  }
  iris_strided(count, args, steps);
}

#define IRIS_LONG 8192
#define IRIS_GRAIN 2048
#define IRIS_LARGEST 19173376
#define IRIS_UNIT 256
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 0};

typedef struct { char *const *args; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[10];
  for (int k = 0; k < 10; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_row(end - begin, args, row->steps);
  return 0;
}

/* Shared out to threads, if no piece writes what another one reads. */
IRIS_ROUTE int32_t iris_long_row(intptr_t count, char *const *args, const intptr_t *steps, uint32_t *stop) {
  iris_whole row = {args, steps, stop};
  bool apart = true;
  static const intptr_t sizes[10] = {8, 4, 1, 1, 4, 4, 8, 8, 1, 8};
  for (int out = 2; apart && out < 10; ++out) {
    for (int in = 0; apart && in < out; ++in) {
      apart = iris_apart(count, args[out], steps[out], sizes[out], args[in], steps[in], sizes[in]);
    }
  }
  apart = apart && (steps[2] >= 1 || steps[2] <= -1);
  apart = apart && (steps[3] >= 1 || steps[3] <= -1);
  apart = apart && (steps[4] >= 4 || steps[4] <= -4);
  apart = apart && (steps[5] >= 4 || steps[5] <= -4);
  apart = apart && (steps[6] >= 8 || steps[6] <= -8);
  apart = apart && (steps[7] >= 8 || steps[7] <= -8);
  apart = apart && (steps[8] >= 1 || steps[8] <= -1);
  apart = apart && (steps[9] >= 8 || steps[9] <= -8);
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
  iris_restore_flags(flags, IRIS_FLAGS_INVALID);
  if (own) return -1;
  return 0;
}
