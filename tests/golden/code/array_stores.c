/* kernel: (i4) -> f8, f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_range.h */

/* iris_arrays.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_error.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL void iris_kernel(int64_t n, int64_t x_step0, int64_t counts_step0, const char *x, char *counts, char *largest, uint32_t *status, iris_watch *watch) {
  /* 6: seen = [0] * 4 */
  double local[4] = {0};
  (void)local;
  /* 7: for value in x: */
  int64_t done = 0;
  while (done < n) {
    const int64_t pause = done + (int64_t)iris_some(watch, (uint64_t)n - (uint64_t)done);
    int64_t k = done;
    for (; k < pause; ++k) {
      const int32_t x_1 = (uint64_t)k < (uint64_t)n ? *(const iris_mem_i32 *)(x + k * x_step0) : 0;
      /* 8: seen[value % 4] += 1.0 */
      const int32_t t1 = x_1 & 3;
      const int64_t t2 = (int64_t)t1;
      const bool t3 = t2 < 0;
      const int64_t t4 = t2 + 4;
      const int64_t t5 = t3 ? t4 : t2;
      const bool t6 = t5 < 4;
      const bool t7 = t5 >= 0;
      const bool t8 = t7 & t6;
      if (!*status && !t8) *status = 64u /* index */;
      const double t9 = (uint64_t)t5 < (uint64_t)4 ? local[t5] : 0.0;
      const double t10 = t9 + 1.0;
      if ((uint64_t)t5 < (uint64_t)4) local[t5] = t10;
    }
    if (iris_spend(watch, (uint64_t)(k - done) + 1)) break;
    done = pause;
  }
  /* 9: for k, count in enumerate(seen): */
  for (int64_t k_1 = 0; k_1 < 4; ++k_1) {
    const double t11 = (uint64_t)k_1 < (uint64_t)4 ? local[k_1] : 0.0;
    /* 10: counts[k] = count */
    if ((uint64_t)k_1 < (uint64_t)4LL) *(iris_mem_f64 *)(counts + k_1 * counts_step0) = t11;
  }
  /* 11: largest[0] = max(x) + 0.0 */
  const bool t12 = n > 0;
  if (!*status && !t12) *status = 128u /* empty */;
  const int64_t t13 = n - 1;
  const int32_t x_2 = (uint64_t)0LL < (uint64_t)n ? *(const iris_mem_i32 *)(x + 0LL * x_step0) : 0;
  int32_t t0 = x_2;
  int64_t done_1 = 0;
  while (done_1 < t13) {
    const int64_t pause_1 = done_1 + (int64_t)iris_some(watch, (uint64_t)t13 - (uint64_t)done_1);
    int64_t k_2 = done_1;
    for (; k_2 < pause_1; ++k_2) {
      const int64_t t14 = k_2 + 1;
      const int32_t x_3 = (uint64_t)t14 < (uint64_t)n ? *(const iris_mem_i32 *)(x + t14 * x_step0) : 0;
      const bool t15 = x_3 > t0;
      const int32_t t0_1 = t15 ? x_3 : t0;
      t0 = t0_1;
    }
    if (iris_spend(watch, (uint64_t)(k_2 - done_1) + 1)) break;
    done_1 = pause_1;
  }
  const double t16 = (double)t0;
  const double t17 = t16 + 0.0;
  if ((uint64_t)0LL < (uint64_t)1LL) *(iris_mem_f64 *)(largest + 0LL * 8LL) = t17;
}

/* One element after the other; where arrays lie side by side, their steps are constants. */
IRIS_OUTLINE uint32_t iris_row(intptr_t count, char *const *args, const intptr_t *dims, const intptr_t *steps, iris_watch *watch) {
  uint32_t status = 0;
  iris_watch own = *watch; /* in registers */
  char *x = args[0];
  const intptr_t x_step = steps[0];
  char *counts = args[1];
  const intptr_t counts_step = steps[1];
  char *largest = args[2];
  const intptr_t largest_step = steps[2];
  const int64_t n = dims[1];
  (void)n;
  const int64_t x_step0 = steps[3];
  (void)x_step0;
  const int64_t counts_step0 = steps[4];
  (void)counts_step0;
  if (x_step0 == 4 && counts_step0 == 8) {
    for (intptr_t k = 0; k < count; ++k) {
      iris_kernel(n, 4, 8, x, counts, largest, &status, &own);
      x += x_step;
      counts += counts_step;
      largest += largest_step;
      if (status) break;
      if (iris_spend(&own, 1)) break;
    }
  } else {
    for (intptr_t k = 0; k < count; ++k) {
      iris_kernel(n, x_step0, counts_step0, x, counts, largest, &status, &own);
      x += x_step;
      counts += counts_step;
      largest += largest_step;
      if (status) break;
      if (iris_spend(&own, 1)) break;
    }
  }
  *watch = own;
  return status;
}

#define IRIS_LONG 256
#define IRIS_GRAIN 64
#define IRIS_LARGEST 2886400
#define IRIS_UNIT 64
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 1};

typedef struct { char *const *args; const intptr_t *dims; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[3];
  for (int k = 0; k < 3; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_watch watch = {IRIS_PATIENCE, row->stop};
  return (int32_t)iris_row(end - begin, args, row->dims, row->steps, &watch);
}

/* Shared out to threads, if no piece writes what another one reads. */
IRIS_ROUTE int32_t iris_long_row(intptr_t count, char *const *args, const intptr_t *dims, const intptr_t *steps, uint32_t *stop) {
  iris_whole row = {args, dims, steps, stop};
  bool apart = true;
  apart = apart && (steps[1] >= 8 || steps[1] <= -8);
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
  uint32_t status;
  if (dims[0] < IRIS_LONG) {
    iris_watch watch = iris_begin_call(stop);
    status = iris_row(dims[0], args, dims, steps, &watch);
    iris_end_call(&watch, dims[0]);
  } else {
    status = (uint32_t)iris_long_row(dims[0], args, dims, steps, stop);
  }
  iris_restore_flags(flags, IRIS_FLAGS_ALL);
  if (aux) {
    if (status) (void)__atomic_fetch_or(stop, status, __ATOMIC_RELAXED);
    return 0;
  }
  if (own) return -1;
  if (status & 64u) return iris_raise(PyExc_IndexError, "an index is out of bounds");
  if (status & 128u) return iris_raise(PyExc_ValueError, "min() or max() of nothing");
  return 0;
}
