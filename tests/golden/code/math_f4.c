/* kernel: (f4) -> f4, f8, f4, f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off, the linker -lm. */

/* iris_base.h */

/* iris_vm_base.h */

/* iris_vm_trig.h */

/* iris_vm_trig_f32.h */

/* iris_math.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL void iris_kernel(float x, float *out0, double *out1, float *out2, double *out3, uint64_t *far_f64, uint32_t *far_f32) {
  /* 11: return np.sin(x), math.sin(x), np.sqrt(x), math.sqrt(x) */
  const float t1 = far_f32 ? iris_near_sin_f32(x, far_f32) : iris_whole_sin_f32(x);
  const double t2 = (double)x;
  const double t3 = far_f64 ? iris_near_sin_f64(t2, far_f64) : iris_whole_sin_f64(t2);
  const float t4 = sqrtf(x);
  const double t5 = sqrt(t2);
  *out0 = t1;
  *out1 = t3;
  *out2 = t4;
  *out3 = t5;
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
  for (intptr_t k = 0; k < count; ++k) {
    float out0_value;
    double out1_value;
    float out2_value;
    double out3_value;
    iris_kernel(*(const iris_mem_f32 *)x, &out0_value, &out1_value, &out2_value, &out3_value, 0, 0);
    *(iris_mem_f32 *)out0 = out0_value;
    *(iris_mem_f64 *)out1 = out1_value;
    *(iris_mem_f32 *)out2 = out2_value;
    *(iris_mem_f64 *)out3 = out3_value;
    x += x_step;
    out0 += out0_step;
    out1 += out1_step;
    out2 += out2_step;
    out3 += out3_step;
  }
}

/* Elements side by side; no result overlaps an operand, unless it is that operand.
 * A tile in which an argument is far from zero is computed again, by the whole functions. */
IRIS_OUTLINE void iris_contiguous(intptr_t count, const iris_mem_f32 *x, iris_mem_f32 *out0, iris_mem_f64 *out1, iris_mem_f32 *out2, iris_mem_f64 *out3) {
  iris_mem_f32 out0_tile[512];
  iris_mem_f64 out1_tile[512];
  iris_mem_f32 out2_tile[512];
  iris_mem_f64 out3_tile[512];
  for (intptr_t first = 0; first < count; first += 512) {
    const intptr_t some = count - first < 512 ? count - first : 512;
    uint64_t far_f64 = 0;
    uint32_t far_f32 = 0;
    IRIS_INDEPENDENT
    for (intptr_t k = 0; k < some; ++k) {
      float out0_value;
      double out1_value;
      float out2_value;
      double out3_value;
      iris_kernel(x[first + k], &out0_value, &out1_value, &out2_value, &out3_value, &far_f64, &far_f32);
      out0_tile[k] = out0_value;
      out1_tile[k] = out1_value;
      out2_tile[k] = out2_value;
      out3_tile[k] = out3_value;
    }
    if (far_f64 >> 63 || far_f32 >> 31) {
      char *const far_args[5] = {(char *)(x + first), (char *)out0_tile, (char *)out1_tile, (char *)out2_tile, (char *)out3_tile};
      static const intptr_t far_steps[5] = {4, 4, 8, 4, 8};
      iris_strided(some, far_args, far_steps);
    }
    __builtin_memcpy(out0 + first, out0_tile, some * 4);
    __builtin_memcpy(out1 + first, out1_tile, some * 8);
    __builtin_memcpy(out2 + first, out2_tile, some * 4);
    __builtin_memcpy(out3 + first, out3_tile, some * 8);
  }
}

/* Scalars and strided operands, brought side by side a block at a time. */
IRIS_ROUTE void iris_blocks(intptr_t length, intptr_t count, char *const *args, const intptr_t *steps) {
  iris_mem_f32 x_tile[512];
  iris_mem_f32 out0_tile[512];
  iris_mem_f64 out1_tile[512];
  iris_mem_f32 out2_tile[512];
  iris_mem_f64 out3_tile[512];
  for (intptr_t first = 0; first < count; first += length) {
    const intptr_t some = count - first < length ? count - first : length;
    const iris_mem_f32 *x = (const iris_mem_f32 *)iris_pack_32((char *)x_tile, args[0], steps[0], first, some);
    iris_mem_f32 *out0 = out0_tile;
    if (steps[1] == 4) out0 = (iris_mem_f32 *)(args[1] + first * steps[1]);
    iris_mem_f64 *out1 = out1_tile;
    if (steps[2] == 8) out1 = (iris_mem_f64 *)(args[2] + first * steps[2]);
    iris_mem_f32 *out2 = out2_tile;
    if (steps[3] == 4) out2 = (iris_mem_f32 *)(args[3] + first * steps[3]);
    iris_mem_f64 *out3 = out3_tile;
    if (steps[4] == 8) out3 = (iris_mem_f64 *)(args[4] + first * steps[4]);
    iris_contiguous(some, x, out0, out1, out2, out3);
    iris_spread_32((const char *)out0_tile, args[1], steps[1], first, some);
    iris_spread_64((const char *)out1_tile, args[2], steps[2], first, some);
    iris_spread_32((const char *)out2_tile, args[3], steps[3], first, some);
    iris_spread_64((const char *)out3_tile, args[4], steps[4], first, some);
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  bool apart = count > 1;
  static const intptr_t sizes[5] = {4, 4, 8, 4, 8};
  for (int out = 1; apart && out < 5; ++out) {
    for (int in = 0; apart && in < out; ++in) {
      apart = iris_apart(count, args[out], steps[out], sizes[out], args[in], steps[in], sizes[in]);
    }
  }
  if (apart && steps[0] == 4 && steps[1] == 4 && steps[2] == 8 && steps[3] == 4 && steps[4] == 8) {
    iris_contiguous(count, (const iris_mem_f32 *)args[0], (iris_mem_f32 *)args[1], (iris_mem_f64 *)args[2], (iris_mem_f32 *)args[3], (iris_mem_f64 *)args[4]);
    return;
  }
  if (apart) {
    iris_blocks(512, count, args, steps);
    return;
  }
  iris_strided(count, args, steps);
}

#define IRIS_LONG 4096
#define IRIS_GRAIN 1024
#define IRIS_LARGEST 6099968
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
  static const intptr_t sizes[5] = {4, 4, 8, 4, 8};
  for (int out = 1; apart && out < 5; ++out) {
    for (int in = 0; apart && in < out; ++in) {
      apart = iris_apart(count, args[out], steps[out], sizes[out], args[in], steps[in], sizes[in]);
    }
  }
  apart = apart && (steps[1] >= 4 || steps[1] <= -4);
  apart = apart && (steps[2] >= 8 || steps[2] <= -8);
  apart = apart && (steps[3] >= 4 || steps[3] <= -4);
  apart = apart && (steps[4] >= 8 || steps[4] <= -8);
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
