/* kernel: (f8) -> f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL double iris_kernel(double x) {
  /* line 7 */
  const double t1 = x * 2.0;
  const double t2 = t1 + 10.0;
  const double t3 = x * 3.0;
  const double t4 = t3 + 10.0;
  /* 11: return scale(x) + scale(x, 3) + scale(plus=1, v=x) + scale(x, by=0.5) */
  const double t5 = t2 + t4;
  /* line 7 */
  const double t6 = t1 + 1.0;
  /* 11: return scale(x) + scale(x, 3) + scale(plus=1, v=x) + scale(x, by=0.5) */
  const double t7 = t5 + t6;
  /* line 7 */
  const double t8 = x * 0.5;
  const double t9 = t8 + 10.0;
  /* 11: return scale(x) + scale(x, 3) + scale(plus=1, v=x) + scale(x, by=0.5) */
  const double t10 = t7 + t9;
  return t10;
}

/* Elements side by side; no result overlaps an operand, unless it is that operand. */
IRIS_OUTLINE void iris_contiguous(intptr_t count, const iris_mem_f64 *x, iris_mem_f64 *out0) {
  IRIS_INDEPENDENT
  for (intptr_t k = 0; k < count; ++k) {
    out0[k] = iris_kernel(x[k]);
  }
}

/* Scalars and strided operands, brought side by side a block at a time. */
IRIS_ROUTE void iris_blocks(intptr_t length, intptr_t count, char *const *args, const intptr_t *steps) {
  iris_mem_f64 x_tile[512];
  iris_mem_f64 out0_tile[512];
  for (intptr_t first = 0; first < count; first += length) {
    const intptr_t some = count - first < length ? count - first : length;
    const iris_mem_f64 *x = (const iris_mem_f64 *)iris_pack_64((char *)x_tile, args[0], steps[0], first, some);
    iris_mem_f64 *out0 = out0_tile;
    if (steps[1] == 8) out0 = (iris_mem_f64 *)(args[1] + first * steps[1]);
    iris_contiguous(some, x, out0);
    iris_spread_64((const char *)out0_tile, args[1], steps[1], first, some);
  }
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps) {
  char *x = args[0];
  const intptr_t x_step = steps[0];
  char *out0 = args[1];
  const intptr_t out0_step = steps[1];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_f64 *)out0 = iris_kernel(*(const iris_mem_f64 *)x);
    x += x_step;
    out0 += out0_step;
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  bool apart = count > 1;
  apart = apart && iris_apart(count, args[1], steps[1], 8, args[0], steps[0], 8);
  if (apart && steps[0] == 8 && steps[1] == 8) {
    iris_contiguous(count, (const iris_mem_f64 *)args[0], (iris_mem_f64 *)args[1]);
    return;
  }
  if (apart && (steps[0] == 8 || steps[0] == 0) && (steps[1] == 8 || steps[1] == 0)) {
    iris_blocks(512, count, args, steps);
    return;
  }
  iris_strided(count, args, steps);
}

#define IRIS_LONG 16384
#define IRIS_GRAIN 4096
#define IRIS_LARGEST 24399872
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
