/* kernel: (i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off, the linker -lm. */

#define IRIS_LANE_BITS 64
#define IRIS_PARTS IRIS_BY_REGISTERS(4, 6)

/* iris_base.h */

/* iris_vm_base.h */

/* iris_number.h */

/* iris_range.h */

/* iris_while.h */

/* iris_fenv.h */

/* iris_error.h */

/* iris_row.h */

/* iris_parallel.h */

/* iris_lanes.h */

/* iris_lanes_masks.h */

/* iris_lanes_512.h */

/* iris_lanes_div.h */

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
    if (status) break;
  }
  return status;
}

IRIS_OUTLINE void iris_lanes_floormod_i64(const iris_v_i64 *x, const iris_v_i64 *y, iris_v_i64 *result) {
  uint64_t far = 0;
  IRIS_INDEPENDENT
  IRIS_ROLLED /* until it is vectors */
  for (int lane = 0; lane < IRIS_LANES; ++lane) {
    const int64_t x_k = ((const iris_mem_i64 *)x)[lane];
    const int64_t y_k = ((const iris_mem_i64 *)y)[lane];
    ((iris_mem_i64 *)result)[lane] = iris_near_floormod_i64(x_k, y_k, &far);
  }
  if (!IRIS_UNLIKELY(far >> 63)) return;
  IRIS_INDEPENDENT
  IRIS_ROLLED /* until it is vectors */
  for (int lane = 0; lane < IRIS_LANES; ++lane) {
    const int64_t x_k = ((const iris_mem_i64 *)x)[lane];
    const int64_t y_k = ((const iris_mem_i64 *)y)[lane];
    ((iris_mem_i64 *)result)[lane] = iris_floormod_i64(x_k, y_k);
  }
}

IRIS_KERNEL void iris_block(const iris_v_i64 *n, iris_v_i64 *out0, uint32_t *status) {
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
    if (status) break;
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
#define IRIS_UNIT 192
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
