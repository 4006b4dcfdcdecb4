/* kernel: (i4, f4) -> f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL double iris_kernel(int32_t n, float x) {
  /* 4: if n > 0: */
  const bool t1 = n > 0;
  /* 5: r = n */
  const double t2 = (double)n;
  /* 7: r = x */
  const double t3 = (double)x;
  /* 4: if n > 0: */
  const double r = t1 ? t2 : t3;
  /* 8: return r * 2 */
  const double t4 = r * 2.0;
  return t4;
}

/* Elements side by side; no result overlaps an operand, unless it is that operand. */
IRIS_OUTLINE void iris_contiguous(intptr_t count, const iris_mem_i32 *n, const iris_mem_f32 *x, iris_mem_f64 *out0) {
  IRIS_INDEPENDENT
  for (intptr_t k = 0; k < count; ++k) {
    out0[k] = iris_kernel(n[k], x[k]);
  }
}

/* Scalars and strided operands, brought side by side a block at a time. */
IRIS_ROUTE void iris_blocks(intptr_t length, intptr_t count, char *const *args, const intptr_t *steps) {
  iris_mem_i32 n_tile[512];
  iris_mem_f32 x_tile[512];
  iris_mem_f64 out0_tile[512];
  for (intptr_t first = 0; first < count; first += length) {
    const intptr_t some = count - first < length ? count - first : length;
    const iris_mem_i32 *n = (const iris_mem_i32 *)iris_pack_32((char *)n_tile, args[0], steps[0], first, some);
    const iris_mem_f32 *x = (const iris_mem_f32 *)iris_pack_32((char *)x_tile, args[1], steps[1], first, some);
    iris_mem_f64 *out0 = out0_tile;
    if (steps[2] == 8) out0 = (iris_mem_f64 *)(args[2] + first * steps[2]);
    iris_contiguous(some, n, x, out0);
    iris_spread_64((const char *)out0_tile, args[2], steps[2], first, some);
  }
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps) {
  char *n = args[0];
  const intptr_t n_step = steps[0];
  char *x = args[1];
  const intptr_t x_step = steps[1];
  char *out0 = args[2];
  const intptr_t out0_step = steps[2];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_f64 *)out0 = iris_kernel(*(const iris_mem_i32 *)n, *(const iris_mem_f32 *)x);
    n += n_step;
    x += x_step;
    out0 += out0_step;
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  bool apart = count > 1;
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[0], steps[0], 4);
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[1], steps[1], 4);
  if (apart && steps[0] == 4 && steps[1] == 4 && steps[2] == 8) {
    iris_contiguous(count, (const iris_mem_i32 *)args[0], (const iris_mem_f32 *)args[1], (iris_mem_f64 *)args[2]);
    return;
  }
  if (apart && (steps[0] == 4 || steps[0] == 0) && (steps[1] == 4 || steps[1] == 0) && (steps[2] == 8 || steps[2] == 0)) {
    iris_blocks(512, count, args, steps);
    return;
  }
  iris_strided(count, args, steps);
}

#define IRIS_LONG 24576
#define IRIS_GRAIN 6144
#define IRIS_LARGEST 44734464
#define IRIS_UNIT 512
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 0};

typedef struct { char *const *args; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[3];
  for (int k = 0; k < 3; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_row(end - begin, args, row->steps);
  return 0;
}

/* Shared out to threads, if no piece writes what another one reads. */
IRIS_ROUTE int32_t iris_long_row(intptr_t count, char *const *args, const intptr_t *steps, uint32_t *stop) {
  iris_whole row = {args, steps, stop};
  bool apart = true;
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[0], steps[0], 4);
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[1], steps[1], 4);
  apart = apart && (steps[2] >= 8 || steps[2] <= -8);
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
