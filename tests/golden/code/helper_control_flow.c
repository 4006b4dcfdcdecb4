/* kernel: (i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off, the linker -lm. */

/* iris_base.h */

/* iris_number.h */

/* iris_range.h */

/* iris_while.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_error.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL int64_t iris_kernel(int64_t n, uint32_t *status, iris_watch *watch) {
  /* line 10 */
  bool live = true;
  int64_t rv00 = 0;
  bool ret = false;
  for (int64_t d = 6; d > 0; --d) {
    /* line 4 */
    int64_t a = n;
    int64_t b = d;
    const uint64_t most_rounds = iris_rounds();
    uint64_t rounds = 0, done = 0, pause = iris_some(watch, most_rounds);
    for (;;) {
      const bool t1 = b != 0;
      if (!t1) break;
      if (rounds == pause) {
        if (rounds == most_rounds) {
          *status |= 4u /* while_limit */;
          break;
        }
        if (iris_spend(watch, (rounds - done) + 1)) break;
        done = rounds;
        pause += iris_some(watch, most_rounds - rounds);
      }
      ++rounds;
      /* line 5 */
      const int64_t b_1 = iris_floormod_i64(a, b);
      a = b;
      b = b_1;
    }
    (void)iris_spend(watch, (rounds - done) + 1);
    /* line 11 */
    const bool t2 = a == d;
    const int64_t rv00_1 = t2 ? d : rv00;
    const bool t3 = a != d;
    live = t3;
    rv00 = rv00_1;
    ret = t2;
    if (!live) break;
  }
  (void)live;
  /* line 10 */
  const int64_t rv00_2 = ret ? rv00 : 0;
  /* line 4 */
  int64_t a_1 = n;
  int64_t b_2 = 18;
  const uint64_t most_rounds_1 = iris_rounds();
  uint64_t rounds_1 = 0, done_1 = 0, pause_1 = iris_some(watch, most_rounds_1);
  for (;;) {
    const bool t4 = b_2 != 0;
    if (!t4) break;
    if (rounds_1 == pause_1) {
      if (rounds_1 == most_rounds_1) {
        *status |= 4u /* while_limit */;
        break;
      }
      if (iris_spend(watch, (rounds_1 - done_1) + 1)) break;
      done_1 = rounds_1;
      pause_1 += iris_some(watch, most_rounds_1 - rounds_1);
    }
    ++rounds_1;
    /* line 5 */
    const int64_t b_3 = iris_floormod_i64(a_1, b_2);
    a_1 = b_2;
    b_2 = b_3;
  }
  (void)iris_spend(watch, (rounds_1 - done_1) + 1);
  /* 17: return largest(n, 6) + gcd(n, 18) */
  const int64_t t5 = rv00_2 + a_1;
  return t5;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE uint32_t iris_row(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  uint32_t status = 0;
  char *n = args[0];
  const intptr_t n_step = steps[0];
  char *out0 = args[1];
  const intptr_t out0_step = steps[1];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_i64 *)out0 = iris_kernel(*(const iris_mem_i64 *)n, &status, watch);
    n += n_step;
    out0 += out0_step;
    if (status) break;
    if (iris_spend(watch, 1)) break;
  }
  return status;
}

#define IRIS_LONG 256
#define IRIS_GRAIN 64
#define IRIS_LARGEST 7895104
#define IRIS_UNIT 64
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 1};

typedef struct { char *const *args; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[2];
  for (int k = 0; k < 2; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_watch watch = {IRIS_PATIENCE, row->stop};
  return (int32_t)iris_row(end - begin, args, row->steps, &watch);
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
    status = iris_row(dims[0], args, steps, &watch);
    iris_end_call(&watch, dims[0]);
  } else {
    status = (uint32_t)iris_long_row(dims[0], args, steps, stop);
  }
  iris_restore_flags(flags, IRIS_FLAGS_ALL);
  if (aux) {
    if (status) (void)__atomic_fetch_or(stop, status, __ATOMIC_RELAXED);
    return 0;
  }
  if (own) return -1;
  if (status & 4u) return iris_raise(PyExc_RuntimeError, "a while loop passed ME_DSL_WHILE_MAX_ITERS iterations for one element");
  return 0;
}
