/* kernel: (f8) -> f8, f8, f8, f8, f8, f8, f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off, the linker -lm. */

/* iris_base.h */

/* iris_vm_base.h */

/* iris_vm_exp.h */

/* iris_vm_log.h */

/* iris_vm_trig.h */

/* iris_vm_atan.h */

/* iris_vm_hyp.h */

/* iris_vm_root.h */

/* iris_math.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL void iris_kernel(double x, double *out0, double *out1, double *out2, double *out3, double *out4, double *out5, double *out6, uint64_t *far_f64) {
  /* 10: return math.sin(x), np.cos(x), math.exp(x) * np.log(x), np.tanh(x), math.sqrt(x), np.arctan2(x,  ... */
  const double t1 = far_f64 ? iris_near_sin_f64(x, far_f64) : iris_whole_sin_f64(x);
  const double t2 = far_f64 ? iris_near_cos_f64(x, far_f64) : iris_whole_cos_f64(x);
  const double t3 = iris_exp_f64(x);
  const double t4 = iris_log_f64(x);
  const double t5 = t3 * t4;
  const double t6 = iris_tanh_f64(x);
  const double t7 = sqrt(x);
  const double t8 = iris_atan2_f64(x, 2.0);
  const double t9 = iris_hypot_f64(x, 3.0);
  *out0 = t1;
  *out1 = t2;
  *out2 = t5;
  *out3 = t6;
  *out4 = t7;
  *out5 = t8;
  *out6 = t9;
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
  char *out6 = args[7];
  const intptr_t out6_step = steps[7];
  for (intptr_t k = 0; k < count; ++k) {
    double out0_value;
    double out1_value;
    double out2_value;
    double out3_value;
    double out4_value;
    double out5_value;
    double out6_value;
    iris_kernel(*(const iris_mem_f64 *)x, &out0_value, &out1_value, &out2_value, &out3_value, &out4_value, &out5_value, &out6_value, 0);
    *(iris_mem_f64 *)out0 = out0_value;
    *(iris_mem_f64 *)out1 = out1_value;
    *(iris_mem_f64 *)out2 = out2_value;
    *(iris_mem_f64 *)out3 = out3_value;
    *(iris_mem_f64 *)out4 = out4_value;
    *(iris_mem_f64 *)out5 = out5_value;
    *(iris_mem_f64 *)out6 = out6_value;
    x += x_step;
    out0 += out0_step;
    out1 += out1_step;
    out2 += out2_step;
    out3 += out3_step;
    out4 += out4_step;
    out5 += out5_step;
    out6 += out6_step;
  }
}

/* Elements side by side; no result overlaps an operand, unless it is that operand.
 * A tile in which an argument is far from zero is computed again, by the whole functions. */
IRIS_OUTLINE void iris_contiguous(intptr_t count, const iris_mem_f64 *x, iris_mem_f64 *out0, iris_mem_f64 *out1, iris_mem_f64 *out2, iris_mem_f64 *out3, iris_mem_f64 *out4, iris_mem_f64 *out5, iris_mem_f64 *out6) {
  iris_mem_f64 out0_tile[256];
  iris_mem_f64 out1_tile[256];
  iris_mem_f64 out2_tile[256];
  iris_mem_f64 out3_tile[256];
  iris_mem_f64 out4_tile[256];
  iris_mem_f64 out5_tile[256];
  iris_mem_f64 out6_tile[256];
  for (intptr_t first = 0; first < count; first += 256) {
    const intptr_t some = count - first < 256 ? count - first : 256;
    uint64_t far_f64 = 0;
    IRIS_INDEPENDENT
    for (intptr_t k = 0; k < some; ++k) {
      double out0_value;
      double out1_value;
      double out2_value;
      double out3_value;
      double out4_value;
      double out5_value;
      double out6_value;
      iris_kernel(x[first + k], &out0_value, &out1_value, &out2_value, &out3_value, &out4_value, &out5_value, &out6_value, &far_f64);
      out0_tile[k] = out0_value;
      out1_tile[k] = out1_value;
      out2_tile[k] = out2_value;
      out3_tile[k] = out3_value;
      out4_tile[k] = out4_value;
      out5_tile[k] = out5_value;
      out6_tile[k] = out6_value;
    }
    if (far_f64 >> 63) {
      char *const far_args[8] = {(char *)(x + first), (char *)out0_tile, (char *)out1_tile, (char *)out2_tile, (char *)out3_tile, (char *)out4_tile, (char *)out5_tile, (char *)out6_tile};
      static const intptr_t far_steps[8] = {8, 8, 8, 8, 8, 8, 8, 8};
      iris_strided(some, far_args, far_steps);
    }
    __builtin_memcpy(out0 + first, out0_tile, some * 8);
    __builtin_memcpy(out1 + first, out1_tile, some * 8);
    __builtin_memcpy(out2 + first, out2_tile, some * 8);
    __builtin_memcpy(out3 + first, out3_tile, some * 8);
    __builtin_memcpy(out4 + first, out4_tile, some * 8);
    __builtin_memcpy(out5 + first, out5_tile, some * 8);
    __builtin_memcpy(out6 + first, out6_tile, some * 8);
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
  iris_mem_f64 out6_tile[256];
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
    iris_mem_f64 *out6 = out6_tile;
    if (steps[7] == 8) out6 = (iris_mem_f64 *)(args[7] + first * steps[7]);
    iris_contiguous(some, x, out0, out1, out2, out3, out4, out5, out6);
    iris_spread_64((const char *)out0_tile, args[1], steps[1], first, some);
    iris_spread_64((const char *)out1_tile, args[2], steps[2], first, some);
    iris_spread_64((const char *)out2_tile, args[3], steps[3], first, some);
    iris_spread_64((const char *)out3_tile, args[4], steps[4], first, some);
    iris_spread_64((const char *)out4_tile, args[5], steps[5], first, some);
    iris_spread_64((const char *)out5_tile, args[6], steps[6], first, some);
    iris_spread_64((const char *)out6_tile, args[7], steps[7], first, some);
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  bool apart = count > 1;
  static const intptr_t sizes[8] = {8, 8, 8, 8, 8, 8, 8, 8};
  for (int out = 1; apart && out < 8; ++out) {
    for (int in = 0; apart && in < out; ++in) {
      apart = iris_apart(count, args[out], steps[out], sizes[out], args[in], steps[in], sizes[in]);
    }
  }
  if (apart && steps[0] == 8 && steps[1] == 8 && steps[2] == 8 && steps[3] == 8 && steps[4] == 8 && steps[5] == 8 && steps[6] == 8 && steps[7] == 8) {
    iris_contiguous(count, (const iris_mem_f64 *)args[0], (iris_mem_f64 *)args[1], (iris_mem_f64 *)args[2], (iris_mem_f64 *)args[3], (iris_mem_f64 *)args[4], (iris_mem_f64 *)args[5], (iris_mem_f64 *)args[6], (iris_mem_f64 *)args[7]);
    return;
  }
  if (apart) {
    iris_blocks(256, count, args, steps);
    return;
  }
  iris_strided(count, args, steps);
}

#define IRIS_LONG 1024
#define IRIS_GRAIN 256
#define IRIS_LARGEST 2375424
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
  static const intptr_t sizes[8] = {8, 8, 8, 8, 8, 8, 8, 8};
  for (int out = 1; apart && out < 8; ++out) {
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
