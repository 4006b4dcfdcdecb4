/* kernel: (i8, u2) -> i8, i8, i8, i8, u2.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_int.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_error.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL void iris_kernel(int64_t x, uint16_t n, int64_t *out0, int64_t *out1, int64_t *out2, int64_t *out3, uint16_t *out4, uint32_t *status) {
  /* 4: return x**n, x**2, x**5, -(x**2), n**2 */
  const int64_t t1 = (int64_t)n;
  const bool t2 = t1 >= 0;
  *status |= t2 ? 0u : 1u /* negative_power */;
  const int64_t t3 = iris_ipow_i64(x, t1);
  const int64_t t4 = x * x;
  const int64_t t5 = t4 * t4;
  const int64_t t6 = x * t5;
  const int64_t t7 = -t4;
  const uint16_t t8 = n * n;
  *out0 = t3;
  *out1 = t4;
  *out2 = t6;
  *out3 = t7;
  *out4 = t8;
}

/* Elements side by side; no result overlaps an operand, unless it is that operand. */
IRIS_OUTLINE uint32_t iris_contiguous(intptr_t count, const iris_mem_i64 *x, const iris_mem_u16 *n, iris_mem_i64 *out0, iris_mem_i64 *out1, iris_mem_i64 *out2, iris_mem_i64 *out3, iris_mem_u16 *out4) {
  uint32_t status = 0;
  IRIS_INDEPENDENT
  for (intptr_t k = 0; k < count; ++k) {
    int64_t out0_value;
    int64_t out1_value;
    int64_t out2_value;
    int64_t out3_value;
    uint16_t out4_value;
    iris_kernel(x[k], n[k], &out0_value, &out1_value, &out2_value, &out3_value, &out4_value, &status);
    out0[k] = out0_value;
    out1[k] = out1_value;
    out2[k] = out2_value;
    out3[k] = out3_value;
    out4[k] = out4_value;
  }
  return status;
}

/* Scalars and strided operands, brought side by side a block at a time. */
IRIS_ROUTE uint32_t iris_blocks(intptr_t length, intptr_t count, char *const *args, const intptr_t *steps) {
  uint32_t status = 0;
  iris_mem_i64 x_tile[256];
  iris_mem_u16 n_tile[256];
  iris_mem_i64 out0_tile[256];
  iris_mem_i64 out1_tile[256];
  iris_mem_i64 out2_tile[256];
  iris_mem_i64 out3_tile[256];
  iris_mem_u16 out4_tile[256];
  for (intptr_t first = 0; first < count; first += length) {
    const intptr_t some = count - first < length ? count - first : length;
    const iris_mem_i64 *x = (const iris_mem_i64 *)iris_pack_64((char *)x_tile, args[0], steps[0], first, some);
    const iris_mem_u16 *n = (const iris_mem_u16 *)iris_pack_16((char *)n_tile, args[1], steps[1], first, some);
    iris_mem_i64 *out0 = out0_tile;
    if (steps[2] == 8) out0 = (iris_mem_i64 *)(args[2] + first * steps[2]);
    iris_mem_i64 *out1 = out1_tile;
    if (steps[3] == 8) out1 = (iris_mem_i64 *)(args[3] + first * steps[3]);
    iris_mem_i64 *out2 = out2_tile;
    if (steps[4] == 8) out2 = (iris_mem_i64 *)(args[4] + first * steps[4]);
    iris_mem_i64 *out3 = out3_tile;
    if (steps[5] == 8) out3 = (iris_mem_i64 *)(args[5] + first * steps[5]);
    iris_mem_u16 *out4 = out4_tile;
    if (steps[6] == 2) out4 = (iris_mem_u16 *)(args[6] + first * steps[6]);
    status |= iris_contiguous(some, x, n, out0, out1, out2, out3, out4);
    iris_spread_64((const char *)out0_tile, args[2], steps[2], first, some);
    iris_spread_64((const char *)out1_tile, args[3], steps[3], first, some);
    iris_spread_64((const char *)out2_tile, args[4], steps[4], first, some);
    iris_spread_64((const char *)out3_tile, args[5], steps[5], first, some);
    iris_spread_16((const char *)out4_tile, args[6], steps[6], first, some);
  }
  return status;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE uint32_t iris_strided(intptr_t count, char *const *args, const intptr_t *steps) {
  uint32_t status = 0;
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
  for (intptr_t k = 0; k < count; ++k) {
    int64_t out0_value;
    int64_t out1_value;
    int64_t out2_value;
    int64_t out3_value;
    uint16_t out4_value;
    iris_kernel(*(const iris_mem_i64 *)x, *(const iris_mem_u16 *)n, &out0_value, &out1_value, &out2_value, &out3_value, &out4_value, &status);
    *(iris_mem_i64 *)out0 = out0_value;
    *(iris_mem_i64 *)out1 = out1_value;
    *(iris_mem_i64 *)out2 = out2_value;
    *(iris_mem_i64 *)out3 = out3_value;
    *(iris_mem_u16 *)out4 = out4_value;
    x += x_step;
    n += n_step;
    out0 += out0_step;
    out1 += out1_step;
    out2 += out2_step;
    out3 += out3_step;
    out4 += out4_step;
  }
  return status;
}

IRIS_ROUTE uint32_t iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  bool apart = count > 1;
  static const intptr_t sizes[7] = {8, 2, 8, 8, 8, 8, 2};
  for (int out = 2; apart && out < 7; ++out) {
    for (int in = 0; apart && in < out; ++in) {
      apart = iris_apart(count, args[out], steps[out], sizes[out], args[in], steps[in], sizes[in]);
    }
  }
  if (apart && steps[0] == 8 && steps[1] == 2 && steps[2] == 8 && steps[3] == 8 && steps[4] == 8 && steps[5] == 8 && steps[6] == 2) {
    return iris_contiguous(count, (const iris_mem_i64 *)args[0], (const iris_mem_u16 *)args[1], (iris_mem_i64 *)args[2], (iris_mem_i64 *)args[3], (iris_mem_i64 *)args[4], (iris_mem_i64 *)args[5], (iris_mem_u16 *)args[6]);
  }
  if (apart) {
    return iris_blocks(256, count, args, steps);
  }
  return iris_strided(count, args, steps);
}

#define IRIS_LONG 3072
#define IRIS_GRAIN 768
#define IRIS_LARGEST 5478144
#define IRIS_UNIT 256
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 1};

typedef struct { char *const *args; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[7];
  for (int k = 0; k < 7; ++k) args[k] = row->args[k] + begin * row->steps[k];
  return (int32_t)iris_row(end - begin, args, row->steps);
}

/* Shared out to threads, if no piece writes what another one reads. */
IRIS_ROUTE int32_t iris_long_row(intptr_t count, char *const *args, const intptr_t *steps, uint32_t *stop) {
  iris_whole row = {args, steps, stop};
  bool apart = true;
  static const intptr_t sizes[7] = {8, 2, 8, 8, 8, 8, 2};
  for (int out = 2; apart && out < 7; ++out) {
    for (int in = 0; apart && in < out; ++in) {
      apart = iris_apart(count, args[out], steps[out], sizes[out], args[in], steps[in], sizes[in]);
    }
  }
  apart = apart && (steps[2] >= 8 || steps[2] <= -8);
  apart = apart && (steps[3] >= 8 || steps[3] <= -8);
  apart = apart && (steps[4] >= 8 || steps[4] <= -8);
  apart = apart && (steps[5] >= 8 || steps[5] <= -8);
  apart = apart && (steps[6] >= 2 || steps[6] <= -2);
  const iris_parallel_t parallel = apart ? iris_parallel(stop) : 0;
  const iris_work work = {iris_piece, &row, count, IRIS_GRAIN, IRIS_LARGEST, IRIS_MOST_THREADS, iris_look, stop};
  if (parallel) return parallel(&work);
  return iris_alone(&work);
}

IRIS_EXPORT int iris_loop(void *context, char *const *args, const intptr_t *dims, const intptr_t *steps, void *aux) {
  (void)context;
  uint32_t own = 0, *const stop = aux ? (uint32_t *)aux : &own;
  if (iris_is_ended(stop)) return own ? -1 : 0;
  uint32_t status;
  if (dims[0] < IRIS_LONG) {
    iris_watch watch = iris_begin_call(stop);
    status = iris_row(dims[0], args, steps);
    iris_end_call(&watch, dims[0]);
  } else {
    status = (uint32_t)iris_long_row(dims[0], args, steps, stop);
  }
  if (aux) {
    if (status) (void)__atomic_fetch_or(stop, status, __ATOMIC_RELAXED);
    return 0;
  }
  if (own) return -1;
  if (status & 1u) return iris_raise(PyExc_ValueError, "Integers to negative integer powers are not allowed.");
  return 0;
}
