/* kernel: (i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off, the linker -lm. */

/* iris_base.h */

/* iris_number.h */

/* iris_range.h */

/* iris_while.h */

/* iris_fenv.h */

/* iris_error.h */

/* iris_row.h */

/* iris_parallel.h */

IRIS_KERNEL int64_t iris_kernel(int64_t n, uint32_t *status) {
  /* line 10 */
  bool live = true;
  int64_t rv00 = 0;
  bool ret = false;
  for (int64_t d = 6; d > 0; --d) {
    /* line 4 */
    int64_t a = n;
    int64_t b = d;
    const uint64_t most_rounds = iris_rounds();
    uint64_t rounds = 0;
    for (;;) {
      const bool t1 = b != 0;
      if (!t1) break;
      if (rounds++ == most_rounds) {
        *status |= 4u /* while_limit */;
        break;
      }
      /* line 5 */
      const int64_t b_1 = iris_floormod_i64(a, b);
      a = b;
      b = b_1;
    }
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
  uint64_t rounds_1 = 0;
  for (;;) {
    const bool t4 = b_2 != 0;
    if (!t4) break;
    if (rounds_1++ == most_rounds_1) {
      *status |= 4u /* while_limit */;
      break;
    }
    /* line 5 */
    const int64_t b_3 = iris_floormod_i64(a_1, b_2);
    a_1 = b_2;
    b_2 = b_3;
  }
  /* 17: return largest(n, 6) + gcd(n, 18) */
  const int64_t t5 = rv00_2 + a_1;
  return t5;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE uint32_t iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  uint32_t status = 0;
  char *n = args[0];
  const intptr_t n_step = steps[0];
  char *out0 = args[1];
  const intptr_t out0_step = steps[1];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_i64 *)out0 = iris_kernel(*(const iris_mem_i64 *)n, &status);
    n += n_step;
    out0 += out0_step;
    if (status) break;
  }
  return status;
}

#define IRIS_LONG 256
#define IRIS_GRAIN 64
#define IRIS_UNIT 64
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 1};

typedef struct { char *const *args; const intptr_t *steps; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[2];
  for (int k = 0; k < 2; ++k) args[k] = row->args[k] + begin * row->steps[k];
  return (int32_t)iris_row(end - begin, args, row->steps);
}

/* Shared out to threads, if no piece writes what another one reads. */
IRIS_ROUTE uint32_t iris_long_row(intptr_t count, char *const *args, const intptr_t *steps) {
  const iris_parallel_t parallel = iris_parallel();
  bool apart = parallel != 0;
  apart = apart && iris_apart(count, args[1], steps[1], 8, args[0], steps[0], 8);
  apart = apart && (steps[1] >= 8 || steps[1] <= -8);
  if (!apart) {
    return iris_row(count, args, steps);
  }
  iris_whole row = {args, steps};
  return (uint32_t)parallel(iris_piece, &row, count, IRIS_GRAIN, IRIS_MOST_THREADS);
}

IRIS_EXPORT int iris_loop(void *context, char *const *args, const intptr_t *dims, const intptr_t *steps, void *aux) {
  (void)context;
  const uint64_t flags = iris_save_flags();
  uint32_t status;
  if (dims[0] < IRIS_LONG) {
    status = iris_row(dims[0], args, steps);
  } else {
    status = iris_long_row(dims[0], args, steps);
  }
  iris_restore_flags(flags, IRIS_FLAGS_ALL);
  if (aux) {
    *(uint32_t *)aux |= status;
    return 0;
  }
  if (status & 4u) return iris_raise(PyExc_RuntimeError, "a while loop passed ME_DSL_WHILE_MAX_ITERS iterations for one element");
  return 0;
}
