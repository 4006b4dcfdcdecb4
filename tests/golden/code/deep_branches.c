/* kernel: (i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL int64_t iris_kernel(int64_t n) {
  /* 5: if n & 1: */
  const int64_t t1 = n & 1;
  const bool t2 = t1 != 0;
  /* 6: if n & 2: */
  const int64_t t3 = n & 2;
  const bool t4 = t3 != 0;
  /* 7: if n & 4: */
  const int64_t t5 = n & 4;
  const bool t6 = t5 != 0;
  const int64_t r = t6 ? 7 : 3;
  /* 11: elif n & 4: */
  const int64_t r_1 = t6 ? 5 : 1;
  /* 6: if n & 2: */
  const int64_t r_2 = t4 ? r : r_1;
  /* 16: r = 6 if n & 4 else 2 */
  const int64_t v0 = t6 ? 6 : 2;
  /* 18: r = 4 if n & 4 else 0 */
  const int64_t v0_1 = t6 ? 4 : 0;
  /* 15: elif n & 2: */
  const int64_t r_3 = t4 ? v0 : v0_1;
  /* 5: if n & 1: */
  const int64_t r_4 = t2 ? r_2 : r_3;
  /* 19: return r * 10 */
  const int64_t t7 = r_4 * 10;
  return t7;
}

/* Elements side by side; no result overlaps an operand, unless it is that operand. */
IRIS_OUTLINE void iris_contiguous(intptr_t count, const iris_mem_i64 *n, iris_mem_i64 *out0) {
  IRIS_INDEPENDENT
  for (intptr_t k = 0; k < count; ++k) {
    out0[k] = iris_kernel(n[k]);
  }
}

/* Scalars and strided operands, brought side by side a block at a time. */
IRIS_ROUTE void iris_blocks(intptr_t length, intptr_t count, char *const *args, const intptr_t *steps) {
  iris_mem_i64 n_tile[512];
  iris_mem_i64 out0_tile[512];
  for (intptr_t first = 0; first < count; first += length) {
    const intptr_t some = count - first < length ? count - first : length;
    const iris_mem_i64 *n = (const iris_mem_i64 *)iris_pack_64((char *)n_tile, args[0], steps[0], first, some);
    iris_mem_i64 *out0 = out0_tile;
    if (steps[1] == 8) out0 = (iris_mem_i64 *)(args[1] + first * steps[1]);
    iris_contiguous(some, n, out0);
    iris_spread_64((const char *)out0_tile, args[1], steps[1], first, some);
  }
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps) {
  char *n = args[0];
  const intptr_t n_step = steps[0];
  char *out0 = args[1];
  const intptr_t out0_step = steps[1];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_i64 *)out0 = iris_kernel(*(const iris_mem_i64 *)n);
    n += n_step;
    out0 += out0_step;
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  bool apart = count > 1;
  apart = apart && iris_apart(count, args[1], steps[1], 8, args[0], steps[0], 8);
  if (apart && steps[0] == 8 && steps[1] == 8) {
    iris_contiguous(count, (const iris_mem_i64 *)args[0], (iris_mem_i64 *)args[1]);
    return;
  }
  if (apart) {
    iris_blocks(512, count, args, steps);
    return;
  }
  iris_strided(count, args, steps);
}

#define IRIS_LONG 12288
#define IRIS_GRAIN 3072
#define IRIS_LARGEST 17894400
#define IRIS_UNIT 512
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 0};

typedef struct { char *const *args; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[2];
  for (int k = 0; k < 2; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_row(end - begin, args, row->steps);
  return 0;
}

/* Shared out to threads, if no piece writes what another one reads. */
IRIS_ROUTE int32_t iris_long_row(intptr_t count, char *const *args, const intptr_t *steps, uint32_t *stop) {
  iris_whole row = {args, steps, stop};
  bool apart = true;
  apart = apart && iris_apart(count, args[1], steps[1], 8, args[0], steps[0], 8);
  apart = apart && (steps[1] >= 8 || steps[1] <= -8);
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
