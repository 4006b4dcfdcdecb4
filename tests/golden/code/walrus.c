/* kernel: (f8) -> f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

#define IRIS_LANE_BITS 64
#define IRIS_PARTS IRIS_BY_REGISTERS(4, 6)

/* iris_base.h */

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

IRIS_KERNEL double iris_kernel(double x, uint32_t *status, iris_watch *watch) {
  /* 4: if (y := x * x) > 1 and (z := y + 1) > 4: */
  const double y = x * x;
  const bool t1 = y > 1.0;
  const double z = y + 1.0;
  const bool t2 = z > 4.0;
  const double z_1 = t1 ? z : 0.0;
  const bool v0 = t1 & t2;
  double rv00;
  if (v0) {
    /* 5: return y + z */
    const double t3 = y + z_1;
    rv00 = t3;
  } else {
    /* 6: (w := y - 1) */
    const double w = y - 1.0;
    /* 7: while (w := w + 1) < 3: */
    bool live = true;
    double w_1 = w;
    uint64_t most_rounds = iris_rounds(), left = watch->left, since = left;
    uint64_t pause = iris_pause(left, most_rounds, 1);
    for (;;) {
      for (;;) {
        if (!live) goto ended;
        if (left == pause) break;
        left -= 1;
        const double w_2 = w_1 + 1.0;
        const bool t4 = w_2 < 3.0;
        live = t4;
        w_1 = w_2;
      }
      most_rounds -= since - left;
      if (!most_rounds) {
        *status |= 4u /* while_limit */;
        break;
      }
      left = since = iris_look_up(watch->stop);
      if (!left) break;
      pause = iris_pause(left, most_rounds, 1);
      IRIS_FORGET(double, w_1);
    }
    ended: watch->left = left;
    rv00 = w_1;
  }
  return rv00;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE uint32_t iris_strided(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  uint32_t status = 0;
  iris_watch own = *watch; /* in registers */
  char *x = args[0];
  const intptr_t x_step = steps[0];
  char *out0 = args[1];
  const intptr_t out0_step = steps[1];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_f64 *)out0 = iris_kernel(*(const iris_mem_f64 *)x, &status, &own);
    x += x_step;
    out0 += out0_step;
    if (status) break;
    if (iris_spend(&own, 1)) break;
  }
  *watch = own;
  return status;
}

IRIS_KERNEL void iris_block(const iris_v_f64 *x, iris_v_f64 *out0, uint32_t *status, iris_watch *watch) {
  iris_v_f64 y[IRIS_PARTS];
  iris_v_f64 z_1[IRIS_PARTS];
  iris_v_f64 rv00[IRIS_PARTS];
  iris_mask taken[IRIS_PARTS];
  iris_mask any = IRIS_NONE;
  IRIS_EACH_PART {
    /* 4: if (y := x * x) > 1 and (z := y + 1) > 4: */
    y[part] = x[part] * x[part];
    const iris_mask t1 = IRIS_GT(f64, y[part], iris_all_f64(1.0));
    const iris_v_f64 z = y[part] + 1.0;
    const iris_mask t2 = IRIS_GT(f64, z, iris_all_f64(4.0));
    z_1[part] = iris_select_f64(t1, z, iris_all_f64(0.0));
    const iris_mask v0 = t1 & t2;
    taken[part] = v0;
    rv00[part] = (iris_v_f64){0};
    any |= taken[part];
  }
  if (iris_any(any)) {
    IRIS_EACH_PART {
      /* 5: return y + z */
      const iris_v_f64 t3 = y[part] + z_1[part];
      rv00[part] = t3;
    }
  }
  iris_mask other[IRIS_PARTS];
  iris_mask any_1 = IRIS_NONE;
  IRIS_EACH_PART {
    other[part] = ~taken[part];
    any_1 |= other[part];
  }
  if (iris_any(any_1)) {
    iris_mask live[IRIS_PARTS];
    iris_v_f64 w_1[IRIS_PARTS];
    iris_mask running[IRIS_PARTS];
    const uint64_t most_rounds = iris_rounds();
    uint64_t rounds = 0;
    IRIS_EACH_PART {
      /* 6: (w := y - 1) */
      const iris_v_f64 w = y[part] - 1.0;
      /* 7: while (w := w + 1) < 3: */
      live[part] = IRIS_ALL;
      w_1[part] = w;
      running[part] = other[part];
    }
    for (;;) {
      iris_mask any_2 = IRIS_NONE;
      IRIS_EACH_PART {
        running[part] &= live[part];
        any_2 |= running[part];
      }
      if (!iris_any(any_2)) break;
      if (rounds++ == most_rounds) {
        *status |= 4u /* while_limit */;
        break;
      }
      if (iris_spend(watch, 1)) break;
      IRIS_EACH_PART {
        const iris_v_f64 w_2 = w_1[part] + 1.0;
        const iris_mask t4 = IRIS_LT(f64, w_2, iris_all_f64(3.0));
        live[part] = t4;
        w_1[part] = iris_select_f64(running[part], w_2, w_1[part]);
      }
    }
    IRIS_EACH_PART {
      rv00[part] = iris_select_f64(other[part], w_1[part], rv00[part]);
    }
  }
  IRIS_EACH_PART {
    out0[part] = rv00[part];
  }
}

/* Any steps, no overlap; all inputs of a block are read before a result is stored. */
IRIS_OUTLINE uint32_t iris_lanes(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  uint32_t status = 0;
  for (intptr_t first = 0; first < count; first += IRIS_LANES) {
    const intptr_t some = count - first < IRIS_LANES ? count - first : IRIS_LANES;
    iris_v_f64 x_tile[IRIS_PARTS];
    iris_v_f64 out0_tile[IRIS_PARTS];
    for (intptr_t lane = 0; lane < IRIS_LANES; ++lane) {
      const intptr_t k = first + (lane < some ? lane : some - 1);
      ((iris_mem_f64 *)x_tile)[lane] = *(const iris_mem_f64 *)(args[0] + k * steps[0]);
    }
    iris_block(x_tile, out0_tile, &status, watch);
    for (intptr_t lane = 0; lane < some; ++lane) {
      *(iris_mem_f64 *)(args[1] + (first + lane) * steps[1]) = ((const iris_mem_f64 *)out0_tile)[lane];
    }
    if (status) break;
    if (iris_spend(watch, 1)) break;
  }
  return status;
}

IRIS_ROUTE uint32_t iris_row(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  bool apart = count >= IRIS_FEWEST;
  apart = apart && iris_apart(count, args[1], steps[1], 8, args[0], steps[0], 8);
  if (apart) {
    return iris_lanes(count, args, steps, watch);
  }
  return iris_strided(count, args, steps, watch);
}

#define IRIS_LONG 768
#define IRIS_GRAIN 192
#define IRIS_LARGEST 26843520
#define IRIS_UNIT 192
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
