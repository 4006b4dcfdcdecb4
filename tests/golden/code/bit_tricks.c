/* kernel: (u4) -> u4, u4, b1.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_int.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL void iris_kernel(uint32_t x, uint32_t *out0, uint32_t *out1, bool *out2) {
  /* 4: count = x - ((x >> 1) & 0x55555555) */
  const uint32_t t1 = iris_shr_u32(x, 1u);
  const uint32_t t2 = t1 & 1431655765u;
  const uint32_t count = x - t2;
  /* 5: count = (count & 0x33333333) + ((count >> 2) & 0x33333333) */
  const uint32_t t3 = count & 858993459u;
  const uint32_t t4 = iris_shr_u32(count, 2u);
  const uint32_t t5 = t4 & 858993459u;
  const uint32_t count_1 = t3 + t5;
  /* 6: count = (((count + (count >> 4)) & 0x0F0F0F0F) * 0x01010101) >> 24 */
  const uint32_t t6 = iris_shr_u32(count_1, 4u);
  const uint32_t t7 = count_1 + t6;
  const uint32_t t8 = t7 & 252645135u;
  const uint32_t t9 = t8 * 16843009u;
  const uint32_t count_2 = iris_shr_u32(t9, 24u);
  /* 7: lowest = x & (~x + 1) */
  const uint32_t t10 = ~x;
  const uint32_t t11 = t10 + 1u;
  const uint32_t lowest = x & t11;
  /* 8: power_of_two = x != 0 and x & (x - 1) == 0 */
  const bool t12 = x != 0u;
  const uint32_t t13 = x - 1u;
  const uint32_t t14 = x & t13;
  const bool t15 = t14 == 0u;
  const bool v0 = t12 & t15;
  *out0 = count_2;
  *out1 = lowest;
  *out2 = v0;
}

/* Elements side by side; no result overlaps an operand, unless it is that operand. */
IRIS_OUTLINE void iris_contiguous(intptr_t count, const iris_mem_u32 *x, iris_mem_u32 *out0, iris_mem_u32 *out1, iris_mem_bool *out2) {
  IRIS_INDEPENDENT
  for (intptr_t k = 0; k < count; ++k) {
    uint32_t out0_value;
    uint32_t out1_value;
    bool out2_value;
    iris_kernel(x[k], &out0_value, &out1_value, &out2_value);
    out0[k] = out0_value;
    out1[k] = out1_value;
    out2[k] = out2_value;
  }
}

/* Scalars and strided operands, brought side by side a block at a time. */
IRIS_ROUTE void iris_blocks(intptr_t length, intptr_t count, char *const *args, const intptr_t *steps) {
  iris_mem_u32 x_tile[512];
  iris_mem_u32 out0_tile[512];
  iris_mem_u32 out1_tile[512];
  iris_mem_bool out2_tile[512];
  for (intptr_t first = 0; first < count; first += length) {
    const intptr_t some = count - first < length ? count - first : length;
    const iris_mem_u32 *x = (const iris_mem_u32 *)iris_pack_32((char *)x_tile, args[0], steps[0], first, some);
    iris_mem_u32 *out0 = out0_tile;
    if (steps[1] == 4) out0 = (iris_mem_u32 *)(args[1] + first * steps[1]);
    iris_mem_u32 *out1 = out1_tile;
    if (steps[2] == 4) out1 = (iris_mem_u32 *)(args[2] + first * steps[2]);
    iris_mem_bool *out2 = out2_tile;
    if (steps[3] == 1) out2 = (iris_mem_bool *)(args[3] + first * steps[3]);
    iris_contiguous(some, x, out0, out1, out2);
    iris_spread_32((const char *)out0_tile, args[1], steps[1], first, some);
    iris_spread_32((const char *)out1_tile, args[2], steps[2], first, some);
    iris_spread_8((const char *)out2_tile, args[3], steps[3], first, some);
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
  for (intptr_t k = 0; k < count; ++k) {
    uint32_t out0_value;
    uint32_t out1_value;
    bool out2_value;
    iris_kernel(*(const iris_mem_u32 *)x, &out0_value, &out1_value, &out2_value);
    *(iris_mem_u32 *)out0 = out0_value;
    *(iris_mem_u32 *)out1 = out1_value;
    *(iris_mem_bool *)out2 = out2_value;
    x += x_step;
    out0 += out0_step;
    out1 += out1_step;
    out2 += out2_step;
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  bool apart = count > 1;
  apart = apart && iris_apart(count, args[1], steps[1], 4, args[0], steps[0], 4);
  apart = apart && iris_apart(count, args[2], steps[2], 4, args[0], steps[0], 4);
  apart = apart && iris_apart(count, args[2], steps[2], 4, args[1], steps[1], 4);
  apart = apart && iris_apart(count, args[3], steps[3], 1, args[0], steps[0], 4);
  apart = apart && iris_apart(count, args[3], steps[3], 1, args[1], steps[1], 4);
  apart = apart && iris_apart(count, args[3], steps[3], 1, args[2], steps[2], 4);
  if (apart && steps[0] == 4 && steps[1] == 4 && steps[2] == 4 && steps[3] == 1) {
    iris_contiguous(count, (const iris_mem_u32 *)args[0], (iris_mem_u32 *)args[1], (iris_mem_u32 *)args[2], (iris_mem_bool *)args[3]);
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
#define IRIS_LARGEST 9255936
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
  apart = apart && iris_apart(count, args[1], steps[1], 4, args[0], steps[0], 4);
  apart = apart && iris_apart(count, args[2], steps[2], 4, args[0], steps[0], 4);
  apart = apart && iris_apart(count, args[2], steps[2], 4, args[1], steps[1], 4);
  apart = apart && iris_apart(count, args[3], steps[3], 1, args[0], steps[0], 4);
  apart = apart && iris_apart(count, args[3], steps[3], 1, args[1], steps[1], 4);
  apart = apart && iris_apart(count, args[3], steps[3], 1, args[2], steps[2], 4);
  apart = apart && (steps[1] >= 4 || steps[1] <= -4);
  apart = apart && (steps[2] >= 4 || steps[2] <= -4);
  apart = apart && (steps[3] >= 1 || steps[3] <= -1);
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
