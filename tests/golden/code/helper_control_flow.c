/* kernel: (i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off, the linker -lm. */

#define IRIS_LANE_BITS 64
#define IRIS_PARTS IRIS_BY_REGISTERS(4, 6)

/* iris_base.h */

/* iris_vm_base.h */

/* iris_number.h */

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

/* iris_lanes_div.h */

IRIS_KERNEL int64_t iris_kernel(int64_t n, uint32_t *status, iris_watch *watch) {
  /* line 10 */
  bool live = true;
  int64_t rv00 = 0;
  bool ret = false;
  for (int64_t d = 6; d > 0; --d) {
    /* line 4 */
    int64_t a = n;
    int64_t b = d;
    uint64_t most_rounds = iris_rounds(), left = watch->left, since = left;
    uint64_t pause = iris_pause(left, most_rounds, 1);
    for (;;) {
      for (;;) {
        const bool t1 = b != 0;
        if (!t1) goto ended;
        if (left == pause) break;
        left -= 1;
        /* line 5 */
        const int64_t b_1 = iris_floormod_i64(a, b);
        a = b;
        b = b_1;
      }
      most_rounds -= since - left;
      if (!most_rounds) {
        *status |= 4u /* while_limit */;
        break;
      }
      left = since = iris_look_up(watch->stop);
      if (!left) break;
      pause = iris_pause(left, most_rounds, 1);
    }
    ended: watch->left = left;
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
  uint64_t most_rounds_1 = iris_rounds(), left_1 = watch->left, since_1 = left_1;
  uint64_t pause_1 = iris_pause(left_1, most_rounds_1, 1);
  for (;;) {
    for (;;) {
      const bool t4 = b_2 != 0;
      if (!t4) goto ended_1;
      if (left_1 == pause_1) break;
      left_1 -= 1;
      /* line 5 */
      const int64_t b_3 = iris_floormod_i64(a_1, b_2);
      a_1 = b_2;
      b_2 = b_3;
    }
    most_rounds_1 -= since_1 - left_1;
    if (!most_rounds_1) {
      *status |= 4u /* while_limit */;
      break;
    }
    left_1 = since_1 = iris_look_up(watch->stop);
    if (!left_1) break;
    pause_1 = iris_pause(left_1, most_rounds_1, 1);
  }
  ended_1: watch->left = left_1;
  /* 17: return largest(n, 6) + gcd(n, 18) */
  const int64_t t5 = rv00_2 + a_1;
  return t5;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE uint32_t iris_strided(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  uint32_t status = 0;
  iris_watch own = *watch; /* in registers */
  char *n = args[0];
  const intptr_t n_step = steps[0];
  char *out0 = args[1];
  const intptr_t out0_step = steps[1];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_i64 *)out0 = iris_kernel(*(const iris_mem_i64 *)n, &status, &own);
    n += n_step;
    out0 += out0_step;
    if (status) break;
    if (iris_spend(&own, 1)) break;
  }
  *watch = own;
  return status;
}

IRIS_OUTLINE void iris_lanes_floormod_i64(const iris_v_i64 *x, const iris_v_i64 *y, iris_v_i64 *result) {
  uint64_t near_far = 0;
  IRIS_INDEPENDENT
  IRIS_ROLLED /* until it is vectors */
  for (int lane = 0; lane < IRIS_LANES; ++lane) {
    const int64_t x_k = ((const iris_mem_i64 *)x)[lane];
    const int64_t y_k = ((const iris_mem_i64 *)y)[lane];
    ((iris_mem_i64 *)result)[lane] = iris_near_floormod_i64(x_k, y_k, &near_far);
  }
  if (!IRIS_UNLIKELY(near_far >> 63)) return;
  uint64_t wide_far = 0;
  IRIS_INDEPENDENT
  IRIS_ROLLED /* until it is vectors */
  for (int lane = 0; lane < IRIS_LANES; ++lane) {
    const int64_t x_k = ((const iris_mem_i64 *)x)[lane];
    const int64_t y_k = ((const iris_mem_i64 *)y)[lane];
    ((iris_mem_i64 *)result)[lane] = iris_wide_floormod_i64(x_k, y_k, &wide_far);
  }
  if (!IRIS_UNLIKELY(wide_far >> 63)) return;
  IRIS_INDEPENDENT
  IRIS_ROLLED /* until it is vectors */
  for (int lane = 0; lane < IRIS_LANES; ++lane) {
    const int64_t x_k = ((const iris_mem_i64 *)x)[lane];
    const int64_t y_k = ((const iris_mem_i64 *)y)[lane];
    ((iris_mem_i64 *)result)[lane] = iris_floormod_i64(x_k, y_k);
  }
}

IRIS_KERNEL void iris_block(const iris_v_i64 *n, iris_v_i64 *out0, uint32_t *status, iris_watch *watch) {
  iris_v_i64 rv00[IRIS_PARTS];
  iris_mask ret[IRIS_PARTS];
  iris_mask running[IRIS_PARTS];
  IRIS_EACH_PART {
    /* line 10 */
    rv00[part] = iris_all_i64(0LL);
    ret[part] = IRIS_NONE;
    running[part] = IRIS_ALL;
  }
  for (int64_t d = 6; d > 0; --d) {
    iris_mask any = IRIS_NONE;
    iris_v_i64 a[IRIS_PARTS];
    iris_v_i64 b[IRIS_PARTS];
    iris_mask running_1[IRIS_PARTS];
    const uint64_t most_rounds = iris_rounds();
    uint64_t rounds = 0;
    IRIS_EACH_PART {
      /* line 4 */
      a[part] = n[part];
      b[part] = iris_all_i64(d);
      running_1[part] = running[part];
    }
    for (;;) {
      iris_mask any_1 = IRIS_NONE;
      IRIS_EACH_PART {
        const iris_mask t1 = IRIS_NE(i64, b[part], iris_all_i64(0LL));
        running_1[part] &= t1;
        any_1 |= running_1[part];
      }
      if (!iris_any(any_1)) break;
      if (rounds++ == most_rounds) {
        *status |= 4u /* while_limit */;
        break;
      }
      if (iris_spend(watch, 1)) break;
      iris_v_i64 here[IRIS_PARTS];
      iris_v_i64 here_1[IRIS_PARTS];
      iris_v_i64 b_1[IRIS_PARTS];
      IRIS_EACH_PART {
        /* line 5 */
        here[part] = iris_select_i64(running_1[part], a[part], iris_all_i64(0));
        here_1[part] = iris_select_i64(running_1[part], b[part], iris_all_i64(0));
      }
      iris_lanes_floormod_i64(here, here_1, b_1);
      IRIS_EACH_PART {
        a[part] = iris_select_i64(running_1[part], b[part], a[part]);
        b[part] = b_1[part];
      }
    }
    IRIS_EACH_PART {
      /* line 11 */
      const iris_mask t2 = IRIS_EQ(i64, a[part], iris_all_i64(d));
      const iris_v_i64 rv00_1 = iris_select_i64(t2, iris_all_i64(d), rv00[part]);
      const iris_mask t3 = IRIS_NE(i64, a[part], iris_all_i64(d));
      rv00[part] = iris_select_i64(running[part], rv00_1, rv00[part]);
      ret[part] = iris_select_bool(running[part], t2, ret[part]);
      running[part] &= t3;
      any |= running[part];
    }
    if (!iris_any(any)) break;
  }
  iris_v_i64 rv00_2[IRIS_PARTS];
  iris_v_i64 a_1[IRIS_PARTS];
  iris_v_i64 b_2[IRIS_PARTS];
  iris_mask running_2[IRIS_PARTS];
  const uint64_t most_rounds_1 = iris_rounds();
  uint64_t rounds_1 = 0;
  IRIS_EACH_PART {
    /* line 10 */
    rv00_2[part] = iris_select_i64(ret[part], rv00[part], iris_all_i64(0LL));
    /* line 4 */
    a_1[part] = n[part];
    b_2[part] = iris_all_i64(18LL);
    running_2[part] = IRIS_ALL;
  }
  for (;;) {
    iris_mask any_2 = IRIS_NONE;
    IRIS_EACH_PART {
      const iris_mask t4 = IRIS_NE(i64, b_2[part], iris_all_i64(0LL));
      running_2[part] &= t4;
      any_2 |= running_2[part];
    }
    if (!iris_any(any_2)) break;
    if (rounds_1++ == most_rounds_1) {
      *status |= 4u /* while_limit */;
      break;
    }
    if (iris_spend(watch, 1)) break;
    iris_v_i64 here_2[IRIS_PARTS];
    iris_v_i64 here_3[IRIS_PARTS];
    iris_v_i64 b_3[IRIS_PARTS];
    IRIS_EACH_PART {
      /* line 5 */
      here_2[part] = iris_select_i64(running_2[part], a_1[part], iris_all_i64(0));
      here_3[part] = iris_select_i64(running_2[part], b_2[part], iris_all_i64(0));
    }
    iris_lanes_floormod_i64(here_2, here_3, b_3);
    IRIS_EACH_PART {
      a_1[part] = iris_select_i64(running_2[part], b_2[part], a_1[part]);
      b_2[part] = b_3[part];
    }
  }
  IRIS_EACH_PART {
    /* 17: return largest(n, 6) + gcd(n, 18) */
    const iris_v_i64 t5 = rv00_2[part] + a_1[part];
    out0[part] = t5;
  }
}

/* Any steps, no overlap; all inputs of a block are read before a result is stored. */
IRIS_OUTLINE uint32_t iris_lanes(intptr_t count, char *const *args, const intptr_t *steps, iris_watch *watch) {
  uint32_t status = 0;
  for (intptr_t first = 0; first < count; first += IRIS_LANES) {
    const intptr_t some = count - first < IRIS_LANES ? count - first : IRIS_LANES;
    iris_v_i64 n_tile[IRIS_PARTS];
    iris_v_i64 out0_tile[IRIS_PARTS];
    for (intptr_t lane = 0; lane < IRIS_LANES; ++lane) {
      const intptr_t k = first + (lane < some ? lane : some - 1);
      ((iris_mem_i64 *)n_tile)[lane] = *(const iris_mem_i64 *)(args[0] + k * steps[0]);
    }
    iris_block(n_tile, out0_tile, &status, watch);
    for (intptr_t lane = 0; lane < some; ++lane) {
      *(iris_mem_i64 *)(args[1] + (first + lane) * steps[1]) = ((const iris_mem_i64 *)out0_tile)[lane];
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
#define IRIS_LARGEST 7895040
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
