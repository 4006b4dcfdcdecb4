/* kernel: (i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

#define IRIS_LANE_BITS 64
#define IRIS_PARTS 3

/* iris_base.h */

/* iris_int.h */

/* iris_while.h */

/* iris_fenv.h */

/* iris_error.h */

/* iris_row.h */

/* iris_parallel.h */

/* iris_lanes.h */

IRIS_KERNEL int64_t iris_kernel(int64_t n, uint32_t *status) {
  /* 5: while True: */
  bool live = true;
  int64_t n_1 = n;
  int64_t steps = 0;
  int64_t rv00 = 0;
  bool ret = false;
  const uint64_t most_rounds = iris_rounds();
  uint64_t rounds = 0;
  for (;;) {
    if (!live) break;
    if (rounds++ == most_rounds) {
      *status |= 4u /* while_limit */;
      break;
    }
    /* 6: if n <= 1: */
    const bool t1 = n_1 <= 1;
    /* 8: n = n // 2 if n % 2 == 0 else 3 * n + 1 */
    const int64_t t2 = n_1 & 1;
    const bool t3 = t2 == 0;
    const int64_t t4 = iris_shr_i64(n_1, 1);
    const int64_t t5 = 3 * n_1;
    const int64_t t6 = t5 + 1;
    const int64_t v0 = t3 ? t4 : t6;
    /* 9: steps += 1 */
    const int64_t steps_1 = steps + 1;
    /* 10: if steps >= 50: */
    const bool t7 = steps_1 >= 50;
    /* 6: if n <= 1: */
    const int64_t rv00_1 = t1 ? steps : rv00;
    const bool t8 = !t1;
    const bool brk = t8 & t7;
    const bool t9 = t1 | brk;
    const bool t10 = !t9;
    live = t10;
    n_1 = v0;
    steps = steps_1;
    rv00 = rv00_1;
    ret = t1;
  }
  /* 5: while True: */
  const int64_t rv00_2 = ret ? rv00 : (-1);
  return rv00_2;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE uint32_t iris_strided(intptr_t count, char *const *args, const intptr_t *steps) {
  uint32_t status = 0;
  char *n = args[0];
  const intptr_t n_step = steps[0];
  char *out0 = args[1];
  const intptr_t out0_step = steps[1];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_i64 *)out0 = iris_kernel(*(const iris_mem_i64 *)n, &status);
    n += n_step;
    out0 += out0_step;
  }
  return status;
}

IRIS_KERNEL void iris_block(const iris_v_i64 *n, iris_v_i64 *out0, uint32_t *status) {
  iris_mask live[IRIS_PARTS];
  iris_v_i64 n_1[IRIS_PARTS];
  iris_v_i64 steps[IRIS_PARTS];
  iris_v_i64 rv00[IRIS_PARTS];
  iris_mask ret[IRIS_PARTS];
  iris_mask running[IRIS_PARTS];
  const uint64_t most_rounds = iris_rounds();
  uint64_t rounds = 0;
  IRIS_EACH_PART {
    /* 5: while True: */
    live[part] = IRIS_ALL;
    n_1[part] = n[part];
    steps[part] = iris_all_i64(0LL);
    rv00[part] = iris_all_i64(0LL);
    ret[part] = IRIS_NONE;
    running[part] = IRIS_ALL;
  }
  for (;;) {
    iris_mask any = IRIS_NONE;
    IRIS_EACH_PART {
      running[part] &= live[part];
      any |= running[part];
    }
    if (!iris_any(any)) break;
    if (rounds++ == most_rounds) {
      *status |= 4u /* while_limit */;
      break;
    }
    IRIS_EACH_PART {
      /* 6: if n <= 1: */
      const iris_mask t1 = (iris_mask)(n_1[part] <= 1);
      /* 8: n = n // 2 if n % 2 == 0 else 3 * n + 1 */
      const iris_v_i64 t2 = n_1[part] & 1;
      const iris_mask t3 = (iris_mask)(t2 == 0);
      const iris_v_i64 t4 = n_1[part] >> 1;
      const iris_v_i64 t5 = 3 * n_1[part];
      const iris_v_i64 t6 = t5 + 1;
      const iris_v_i64 v0 = iris_select_i64(t3, t4, t6);
      /* 9: steps += 1 */
      const iris_v_i64 steps_1 = steps[part] + 1;
      /* 10: if steps >= 50: */
      const iris_mask t7 = (iris_mask)(steps_1 >= 50);
      /* 6: if n <= 1: */
      const iris_v_i64 rv00_1 = iris_select_i64(t1, steps[part], rv00[part]);
      const iris_mask t8 = ~t1;
      const iris_mask brk = t8 & t7;
      const iris_mask t9 = t1 | brk;
      const iris_mask t10 = ~t9;
      live[part] = t10;
      n_1[part] = v0;
      steps[part] = steps_1;
      rv00[part] = iris_select_i64(running[part], rv00_1, rv00[part]);
      ret[part] = iris_select_bool(running[part], t1, ret[part]);
    }
  }
  IRIS_EACH_PART {
    /* 5: while True: */
    const iris_v_i64 rv00_2 = iris_select_i64(ret[part], rv00[part], iris_all_i64((-1LL)));
    out0[part] = rv00_2;
  }
}

/* Any steps, no overlap; all inputs of a block are read before a result is stored. */
IRIS_OUTLINE uint32_t iris_lanes(intptr_t count, char *const *args, const intptr_t *steps) {
  uint32_t status = 0;
  for (intptr_t first = 0; first < count; first += IRIS_LANES) {
    const intptr_t some = count - first < IRIS_LANES ? count - first : IRIS_LANES;
    iris_v_i64 n_tile[IRIS_PARTS];
    iris_v_i64 out0_tile[IRIS_PARTS];
    for (intptr_t lane = 0; lane < IRIS_LANES; ++lane) {
      const intptr_t k = first + (lane < some ? lane : some - 1);
      ((iris_mem_i64 *)n_tile)[lane] = *(const iris_mem_i64 *)(args[0] + k * steps[0]);
    }
    iris_block(n_tile, out0_tile, &status);
    for (intptr_t lane = 0; lane < some; ++lane) {
      *(iris_mem_i64 *)(args[1] + (first + lane) * steps[1]) = ((const iris_mem_i64 *)out0_tile)[lane];
    }
  }
  return status;
}

IRIS_ROUTE uint32_t iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  bool apart = count >= IRIS_FEWEST;
  apart = apart && iris_apart(count, args[1], steps[1], 8, args[0], steps[0], 8);
  if (apart) {
    return iris_lanes(count, args, steps);
  }
  return iris_strided(count, args, steps);
}

#define IRIS_LONG 768
#define IRIS_GRAIN 192
#define IRIS_MOST_THREADS 0

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
  (void)aux;
  const uint64_t flags = iris_save_flags();
  uint32_t status;
  if (dims[0] < IRIS_LONG) {
    status = iris_row(dims[0], args, steps);
  } else {
    status = iris_long_row(dims[0], args, steps);
  }
  iris_restore_flags(flags, IRIS_FLAGS_ALL);
  if (status & 4u) return iris_raise(PyExc_RuntimeError, "a while loop passed ME_DSL_WHILE_MAX_ITERS iterations for one element");
  return 0;
}
