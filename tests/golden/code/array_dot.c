/* kernel: (f8, f8) -> f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_range.h */

/* iris_arrays.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL double iris_kernel(int64_t n, int64_t x_step0, int64_t y_step0, const char *x, const char *y, iris_watch *watch) {
  /* 7: for i in range(len(x)): */
  double total = 0.0;
  int64_t done = 0;
  while (done < n) {
    const int64_t pause = done + (int64_t)iris_some(watch, (uint64_t)n - (uint64_t)done);
    int64_t i = done;
    for (; i < pause; ++i) {
      /* 8: total += x[i] * y[i] */
      const double x_1 = (uint64_t)i < (uint64_t)n ? *(const iris_mem_f64 *)(x + i * x_step0) : 0.0;
      const double y_1 = (uint64_t)i < (uint64_t)n ? *(const iris_mem_f64 *)(y + i * y_step0) : 0.0;
      const double t1 = x_1 * y_1;
      const double total_1 = total + t1;
      total = total_1;
    }
    if (iris_spend(watch, (uint64_t)(i - done) + 1)) break;
    done = pause;
  }
  return total;
}

/* One element after the other; where arrays lie side by side, their steps are constants. */
IRIS_OUTLINE void iris_row(intptr_t count, char *const *args, const intptr_t *dims, const intptr_t *steps, iris_watch *watch) {
  iris_watch own = *watch; /* in registers */
  char *x = args[0];
  const intptr_t x_step = steps[0];
  char *y = args[1];
  const intptr_t y_step = steps[1];
  char *out0 = args[2];
  const intptr_t out0_step = steps[2];
  const int64_t n = dims[1];
  (void)n;
  const int64_t x_step0 = steps[3];
  (void)x_step0;
  const int64_t y_step0 = steps[4];
  (void)y_step0;
  if (x_step0 == 8 && y_step0 == 8) {
    for (intptr_t k = 0; k < count; ++k) {
      *(iris_mem_f64 *)out0 = iris_kernel(n, 8, 8, x, y, &own);
      x += x_step;
      y += y_step;
      out0 += out0_step;
      if (iris_spend(&own, 1)) break;
    }
  } else {
    for (intptr_t k = 0; k < count; ++k) {
      *(iris_mem_f64 *)out0 = iris_kernel(n, x_step0, y_step0, x, y, &own);
      x += x_step;
      y += y_step;
      out0 += out0_step;
      if (iris_spend(&own, 1)) break;
    }
  }
  *watch = own;
}

#define IRIS_LONG 256
#define IRIS_GRAIN 64
#define IRIS_LARGEST 134217728
#define IRIS_UNIT 64
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 0};

typedef struct { char *const *args; const intptr_t *dims; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[3];
  for (int k = 0; k < 3; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_watch watch = {IRIS_PATIENCE, row->stop};
  iris_row(end - begin, args, row->dims, row->steps, &watch);
  return 0;
}

/* Shared out to threads, if no piece writes what another one reads. */
IRIS_ROUTE int32_t iris_long_row(intptr_t count, char *const *args, const intptr_t *dims, const intptr_t *steps, uint32_t *stop) {
  iris_whole row = {args, dims, steps, stop};
  bool apart = true;
  apart = apart && (steps[2] >= 8 || steps[2] <= -8);
  const iris_parallel_t parallel = apart ? iris_parallel(stop) : 0;
  const iris_work work = {iris_piece, &row, count, IRIS_GRAIN, IRIS_LARGEST, IRIS_MOST_THREADS, iris_look, stop};
  if (parallel) return parallel(&work);
  return iris_piece(&row, 0, count);
}

IRIS_EXPORT int iris_loop(void *context, char *const *args, const intptr_t *dims, const intptr_t *steps, void *aux) {
  (void)context;
  uint32_t own = 0, *const stop = aux ? (uint32_t *)aux : &own;
  if (iris_is_ended(stop)) return own ? -1 : 0;
  const uint64_t flags = iris_save_flags();
  if (dims[0] < IRIS_LONG) {
    iris_watch watch = iris_begin_call(stop);
    iris_row(dims[0], args, dims, steps, &watch);
    iris_end_call(&watch, dims[0]);
  } else {
    (void)iris_long_row(dims[0], args, dims, steps, stop);
  }
  iris_restore_flags(flags, IRIS_FLAGS_ALL);
  if (own) return -1;
  return 0;
}
