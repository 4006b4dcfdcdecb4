/* kernel: (f8) -> f8, f8, f8, f8, f8, f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL void iris_kernel(double x, double *out0, double *out1, double *out2, double *out3, double *out4, double *out5) {
  /* 10: return x + NAN, x - INF, x * -0.0, -0.0 + x, 1e-320 * x, 1e400 if x > 0 else -1e400 */
  const double t1 = x + IRIS_NAN_F64;
  const double t2 = x - IRIS_INF_F64;
  const double t3 = x * (-0.0);
  const double t4 = (-0.0) + x;
  const double t5 = 1e-320 * x;
  const bool t6 = x > 0.0;
  const double v0 = t6 ? IRIS_INF_F64 : (-IRIS_INF_F64);
  *out0 = t1;
  *out1 = t2;
  *out2 = t3;
  *out3 = t4;
  *out4 = t5;
  *out5 = v0;
}

/* Elements side by side; no result overlaps an operand, unless it is that operand. */
IRIS_OUTLINE void iris_contiguous(intptr_t count, const iris_mem_f64 *x, iris_mem_f64 *out0, iris_mem_f64 *out1, iris_mem_f64 *out2, iris_mem_f64 *out3, iris_mem_f64 *out4, iris_mem_f64 *out5) {
  IRIS_INDEPENDENT
  for (intptr_t k = 0; k < count; ++k) {
    double out0_value;
    double out1_value;
    double out2_value;
    double out3_value;
    double out4_value;
    double out5_value;
    iris_kernel(x[k], &out0_value, &out1_value, &out2_value, &out3_value, &out4_value, &out5_value);
    out0[k] = out0_value;
    out1[k] = out1_value;
    out2[k] = out2_value;
    out3[k] = out3_value;
    out4[k] = out4_value;
    out5[k] = out5_value;
  }
}

/* Scalars and strided operands, brought side by side a block at a time. */
IRIS_ROUTE void iris_blocks(intptr_t length, intptr_t count, char *const *args, const intptr_t *steps) {
  iris_mem_f64 x_tile[256];
  iris_mem_f64 out0_tile[256];
  iris_mem_f64 out1_tile[256];
  iris_mem_f64 out2_tile[256];
  iris_mem_f64 out3_tile[256];
  iris_mem_f64 out4_tile[256];
  iris_mem_f64 out5_tile[256];
  for (intptr_t first = 0; first < count; first += length) {
    const intptr_t some = count - first < length ? count - first : length;
    const iris_mem_f64 *x = (const iris_mem_f64 *)iris_pack_64((char *)x_tile, args[0], steps[0], first, some);
    iris_mem_f64 *out0 = out0_tile;
    if (steps[1] == 8) out0 = (iris_mem_f64 *)(args[1] + first * steps[1]);
    iris_mem_f64 *out1 = out1_tile;
    if (steps[2] == 8) out1 = (iris_mem_f64 *)(args[2] + first * steps[2]);
    iris_mem_f64 *out2 = out2_tile;
    if (steps[3] == 8) out2 = (iris_mem_f64 *)(args[3] + first * steps[3]);
    iris_mem_f64 *out3 = out3_tile;
    if (steps[4] == 8) out3 = (iris_mem_f64 *)(args[4] + first * steps[4]);
    iris_mem_f64 *out4 = out4_tile;
    if (steps[5] == 8) out4 = (iris_mem_f64 *)(args[5] + first * steps[5]);
    iris_mem_f64 *out5 = out5_tile;
    if (steps[6] == 8) out5 = (iris_mem_f64 *)(args[6] + first * steps[6]);
    iris_contiguous(some, x, out0, out1, out2, out3, out4, out5);
    iris_spread_64((const char *)out0_tile, args[1], steps[1], first, some);
    iris_spread_64((const char *)out1_tile, args[2], steps[2], first, some);
    iris_spread_64((const char *)out2_tile, args[3], steps[3], first, some);
    iris_spread_64((const char *)out3_tile, args[4], steps[4], first, some);
    iris_spread_64((const char *)out4_tile, args[5], steps[5], first, some);
    iris_spread_64((const char *)out5_tile, args[6], steps[6], first, some);
  }
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps) {
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
  char *out4 = args[5];
  const intptr_t out4_step = steps[5];
  char *out5 = args[6];
  const intptr_t out5_step = steps[6];
  for (intptr_t k = 0; k < count; ++k) {
    double out0_value;
    double out1_value;
    double out2_value;
    double out3_value;
    double out4_value;
    double out5_value;
    iris_kernel(*(const iris_mem_f64 *)x, &out0_value, &out1_value, &out2_value, &out3_value, &out4_value, &out5_value);
    *(iris_mem_f64 *)out0 = out0_value;
    *(iris_mem_f64 *)out1 = out1_value;
    *(iris_mem_f64 *)out2 = out2_value;
    *(iris_mem_f64 *)out3 = out3_value;
    *(iris_mem_f64 *)out4 = out4_value;
    *(iris_mem_f64 *)out5 = out5_value;
    x += x_step;
    out0 += out0_step;
    out1 += out1_step;
    out2 += out2_step;
    out3 += out3_step;
    out4 += out4_step;
    out5 += out5_step;
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  bool apart = count > 1;
  static const intptr_t sizes[7] = {8, 8, 8, 8, 8, 8, 8};
  for (int out = 1; apart && out < 7; ++out) {
    for (int in = 0; apart && in < out; ++in) {
      apart = iris_apart(count, args[out], steps[out], sizes[out], args[in], steps[in], sizes[in]);
    }
  }
  if (apart && steps[0] == 8 && steps[1] == 8 && steps[2] == 8 && steps[3] == 8 && steps[4] == 8 && steps[5] == 8 && steps[6] == 8) {
    iris_contiguous(count, (const iris_mem_f64 *)args[0], (iris_mem_f64 *)args[1], (iris_mem_f64 *)args[2], (iris_mem_f64 *)args[3], (iris_mem_f64 *)args[4], (iris_mem_f64 *)args[5], (iris_mem_f64 *)args[6]);
    return;
  }
  if (apart && (steps[0] == 8 || steps[0] == 0) && (steps[1] == 8 || steps[1] == 0) && (steps[2] == 8 || steps[2] == 0) && (steps[3] == 8 || steps[3] == 0) && (steps[4] == 8 || steps[4] == 0) && (steps[5] == 8 || steps[5] == 0) && (steps[6] == 8 || steps[6] == 0)) {
    iris_blocks(256, count, args, steps);
    return;
  }
  iris_strided(count, args, steps);
}

#define IRIS_LONG 13312
#define IRIS_GRAIN 3328
#define IRIS_LARGEST 33552896
#define IRIS_UNIT 256
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 0};

typedef struct { char *const *args; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[7];
  for (int k = 0; k < 7; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_row(end - begin, args, row->steps);
  return 0;
}

/* Shared out to threads, if no piece writes what another one reads. */
IRIS_ROUTE int32_t iris_long_row(intptr_t count, char *const *args, const intptr_t *steps, uint32_t *stop) {
  iris_whole row = {args, steps, stop};
  bool apart = true;
  static const intptr_t sizes[7] = {8, 8, 8, 8, 8, 8, 8};
  for (int out = 1; apart && out < 7; ++out) {
    for (int in = 0; apart && in < out; ++in) {
      apart = iris_apart(count, args[out], steps[out], sizes[out], args[in], steps[in], sizes[in]);
    }
  }
  apart = apart && (steps[1] >= 8 || steps[1] <= -8);
  apart = apart && (steps[2] >= 8 || steps[2] <= -8);
  apart = apart && (steps[3] >= 8 || steps[3] <= -8);
  apart = apart && (steps[4] >= 8 || steps[4] <= -8);
  apart = apart && (steps[5] >= 8 || steps[5] <= -8);
  apart = apart && (steps[6] >= 8 || steps[6] <= -8);
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
