/* kernel: (f8, i8) -> f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

#define IRIS_LANE_BITS 64
#define IRIS_PARTS IRIS_BY_REGISTERS(4, 6)

/* iris_base.h */

/* iris_range.h */

/* iris_while.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_error.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

/* iris_lanes.h */

/* iris_lanes_masks.h */

/* iris_lanes_512.h */

IRIS_KERNEL double iris_kernel(double x, int64_t n, uint32_t *status, iris_watch *watch) {
  /* 4: if x > 0: */
  const bool t1 = x > 0.0;
  double x_1;
  if (t1) {
    /* 5: for i in range(n): */
    double x_2 = x;
    int64_t done = 0;
    while (done < n) {
      const int64_t pause = done + (int64_t)iris_some(watch, (uint64_t)n - (uint64_t)done);
      int64_t i = done;
      for (; i < pause; ++i) {
        /* 6: x = x * 1.5 */
        const double x_3 = x_2 * 1.5;
        x_2 = x_3;
      }
      if (iris_spend(watch, (uint64_t)(i - done) + 1)) break;
      done = pause;
    }
    x_1 = x_2;
  } else {
    /* 8: while n > 0: */
    double x_4 = x;
    int64_t n_1 = n;
    uint64_t most_rounds = iris_rounds(), left = watch->left, since = left;
    uint64_t pause_1 = iris_pause(left, most_rounds, 1);
    for (;;) {
      for (;;) {
        const bool t2 = n_1 > 0;
        if (!t2) goto ended;
        if (left == pause_1) break;
        left -= 1;
        /* 9: x, n = x - 1, n - 1 */
        const double t3 = x_4 - 1.0;
        const int64_t n_2 = n_1 - 1;
        x_4 = t3;
        n_1 = n_2;
      }
      most_rounds -= since - left;
      if (!most_rounds) {
        *status |= 4u /* while_limit */;
        break;
      }
      left = since = iris_look_up(watch->stop);
      if (!left) break;
      pause_1 = iris_pause(left, most_rounds, 1);
      IRIS_FORGET(double, x_4);
    }
    ended: watch->left = left;
    x_1 = x_4;
  }
  return x_1;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE uint32_t iris_strided(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  uint32_t status = 0;
  iris_watch own = *watch; /* in registers */
  char *x = args[0];
  const intptr_t x_step = steps[0];
  char *n = args[1];
  const intptr_t n_step = steps[1];
  char *out0 = args[2];
  const intptr_t out0_step = steps[2];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_f64 *)out0 = iris_kernel(*(const iris_mem_f64 *)x, *(const iris_mem_i64 *)n, &status, &own);
    x += x_step;
    n += n_step;
    out0 += out0_step;
    if (status) break;
    if (iris_spend(&own, 1)) break;
  }
  *watch = own;
  return status;
}

IRIS_KERNEL void iris_block(const iris_v_f64 *x, const iris_v_i64 *n, iris_v_f64 *out0, uint32_t *status, iris_watch *watch) {
  iris_v_f64 x_1[IRIS_PARTS];
  iris_mask taken[IRIS_PARTS];
  iris_mask any = IRIS_NONE;
  IRIS_EACH_PART {
    /* 4: if x > 0: */
    const iris_mask t1 = IRIS_GT(f64, x[part], iris_all_f64(0.0));
    taken[part] = t1;
    x_1[part] = (iris_v_f64){0};
    any |= taken[part];
  }
  if (iris_any(any)) {
    iris_v_f64 x_2[IRIS_PARTS];
    iris_mask running[IRIS_PARTS];
    IRIS_EACH_PART {
      /* 5: for i in range(n): */
      x_2[part] = x[part];
      running[part] = taken[part];
    }
    for (int64_t i = 0;; ++i) {
      iris_mask any_1 = IRIS_NONE;
      IRIS_EACH_PART {
        running[part] &= IRIS_LT(i64, iris_all_i64(i), n[part]);
        any_1 |= running[part];
      }
      if (!iris_any(any_1)) break;
      if (iris_spend(watch, 1)) break;
      IRIS_EACH_PART {
        /* 6: x = x * 1.5 */
        const iris_v_f64 x_3 = x_2[part] * 1.5;
        x_2[part] = iris_select_f64(running[part], x_3, x_2[part]);
      }
    }
    IRIS_EACH_PART {
      x_1[part] = x_2[part];
    }
  }
  iris_mask other[IRIS_PARTS];
  iris_mask any_2 = IRIS_NONE;
  IRIS_EACH_PART {
    other[part] = ~taken[part];
    any_2 |= other[part];
  }
  if (iris_any(any_2)) {
    iris_v_f64 x_4[IRIS_PARTS];
    iris_v_i64 n_1[IRIS_PARTS];
    iris_mask running_1[IRIS_PARTS];
    const uint64_t most_rounds = iris_rounds();
    uint64_t rounds = 0;
    IRIS_EACH_PART {
      /* 8: while n > 0: */
      x_4[part] = x[part];
      n_1[part] = n[part];
      running_1[part] = other[part];
    }
    for (;;) {
      iris_mask any_3 = IRIS_NONE;
      IRIS_EACH_PART {
        const iris_mask t2 = IRIS_GT(i64, n_1[part], iris_all_i64(0LL));
        running_1[part] &= t2;
        any_3 |= running_1[part];
      }
      if (!iris_any(any_3)) break;
      if (rounds++ == most_rounds) {
        *status |= 4u /* while_limit */;
        break;
      }
      if (iris_spend(watch, 1)) break;
      IRIS_EACH_PART {
        /* 9: x, n = x - 1, n - 1 */
        const iris_v_f64 t3 = x_4[part] - 1.0;
        const iris_v_i64 n_2 = n_1[part] - 1;
        x_4[part] = iris_select_f64(running_1[part], t3, x_4[part]);
        n_1[part] = n_2;
      }
    }
    IRIS_EACH_PART {
      x_1[part] = iris_select_f64(other[part], x_4[part], x_1[part]);
    }
  }
  IRIS_EACH_PART {
    out0[part] = x_1[part];
  }
}

/* Any steps, no overlap; all inputs of a block are read before a result is stored. */
IRIS_OUTLINE uint32_t iris_lanes(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  uint32_t status = 0;
  for (intptr_t first = 0; first < count; first += IRIS_LANES) {
    const intptr_t some = count - first < IRIS_LANES ? count - first : IRIS_LANES;
    iris_v_f64 x_tile[IRIS_PARTS];
    iris_v_i64 n_tile[IRIS_PARTS];
    iris_v_f64 out0_tile[IRIS_PARTS];
    for (intptr_t lane = 0; lane < IRIS_LANES; ++lane) {
      const intptr_t k = first + (lane < some ? lane : some - 1);
      ((iris_mem_f64 *)x_tile)[lane] = *(const iris_mem_f64 *)(args[0] + k * steps[0]);
      ((iris_mem_i64 *)n_tile)[lane] = *(const iris_mem_i64 *)(args[1] + k * steps[1]);
    }
    iris_block(x_tile, n_tile, out0_tile, &status, watch);
    for (intptr_t lane = 0; lane < some; ++lane) {
      *(iris_mem_f64 *)(args[2] + (first + lane) * steps[2]) = ((const iris_mem_f64 *)out0_tile)[lane];
    }
    if (status) break;
    if (iris_spend(watch, 1)) break;
  }
  return status;
}

IRIS_ROUTE uint32_t iris_row(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  bool apart = count >= IRIS_FEWEST;
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[1], steps[1], 8);
  if (apart) {
    return iris_lanes(count, args, steps, watch);
  }
  return iris_strided(count, args, steps, watch);
}

#define IRIS_LONG 768
#define IRIS_GRAIN 192
#define IRIS_LARGEST 67108800
#define IRIS_UNIT 192
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 1};

typedef struct { char *const *args; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[3];
  for (int k = 0; k < 3; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_watch watch = {IRIS_PATIENCE, row->stop};
  return (int32_t)iris_row(end - begin, args, row->steps, &watch);
}

/* Shared out to threads, if no piece writes what another one reads. */
IRIS_ROUTE int32_t iris_long_row(intptr_t count, char *const *args, const intptr_t *steps, uint32_t *stop) {
  iris_whole row = {args, steps, stop};
  bool apart = true;
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[1], steps[1], 8);
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
