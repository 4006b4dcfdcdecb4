/* kernel: (i8) -> i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off, the linker -lm. */

#define IRIS_LANE_BITS 64
#define IRIS_PARTS IRIS_BY_REGISTERS(6, 8)

/* iris_base.h */

/* iris_vm_base.h */

/* iris_number.h */

/* iris_range.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

/* iris_lanes.h */

/* iris_lanes_masks.h */

/* iris_lanes_512.h */

/* iris_lanes_div.h */

IRIS_KERNEL int64_t iris_kernel(int64_t n) {
  /* 4: for d in range(2, 20): */
  bool live = true;
  int64_t found = 0;
  for (int64_t d = 2; d < 20; ++d) {
    /* 5: if d < n and n % d == 0: */
    const bool t1 = d < n;
    const int64_t t2 = iris_floormod_i64(n, d);
    const bool t3 = t2 == 0;
    const bool v0 = t1 & t3;
    const int64_t found_1 = v0 ? d : found;
    const bool t4 = !v0;
    live = t4;
    found = found_1;
    if (!live) break;
  }
  /* 4: for d in range(2, 20): */
  const int64_t found_2 = live ? 0 : found;
  return found_2;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps) {
  char *n = args[0];
  const intptr_t n_step = steps[0];
  char *out0 = args[1];
  const intptr_t out0_step = steps[1];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_i64 *)out0 = iris_kernel(*(const iris_mem_i64 *)n);
    n += n_step;
    out0 += out0_step;
  }
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

/* Any steps, no overlap; a lane that is done takes the next element. */
IRIS_OUTLINE void iris_lanes(intptr_t count, char *const *args, const intptr_t *steps) {
  iris_v_i64 n[IRIS_PARTS];
  char *const n_row = args[0];
  const intptr_t n_step = steps[0];
  char *const out0_row = args[1];
  const intptr_t out0_step = steps[1];
  iris_mask live[IRIS_PARTS];
  (void)live;
  iris_v_i64 d[IRIS_PARTS];
  iris_mask running[IRIS_PARTS];
  iris_mask idle[IRIS_PARTS];
  iris_long element[IRIS_PARTS]; /* -1 is none */
  IRIS_EACH_PART {
    n[part] = (iris_v_i64){0};
    live[part] = IRIS_NONE;
    d[part] = (iris_v_i64){0};
    running[part] = IRIS_NONE;
    idle[part] = IRIS_NONE;
    element[part] = (iris_long){0} - 1;
  }
  intptr_t next = 0;
  for (;;) {
    iris_v_i64 out0[IRIS_PARTS];
    iris_v_i64 found[IRIS_PARTS];
    IRIS_EACH_PART {
      found[part] = iris_select_i64(IRIS_LT(i64, d[part], iris_all_i64(20LL)), d[part], iris_all_i64(0LL));
      /* 4: for d in range(2, 20): */
      const iris_v_i64 found_1 = iris_select_i64(live[part], iris_all_i64(0LL), found[part]);
      out0[part] = found_1;
    }
    bool busy = true;
    #if defined(IRIS_TAKES_MANY)
    if (next > 0 && count - next >= IRIS_LANES) {
      iris_mem_i64 n_tile[IRIS_LANES];
      const char *n_tile_ahead = n_row + next * n_step;
      if (IRIS_UNLIKELY(n_step != 8)) n_tile_ahead = iris_pack_64((char *)n_tile, n_tile_ahead, n_step, 0, IRIS_LANES);
      IRIS_EACH_PART {
        IRIS_EACH_LANE *(iris_mem_i64 *)(out0_row + ((const iris_mem_i64 *)&element[part])[lane] * out0_step) = ((const iris_mem_i64 *)&out0[part])[lane];
      }
      iris_mask fresh[IRIS_PARTS];
      iris_ranked ranks[IRIS_PARTS];
      intptr_t before[IRIS_PARTS];
      intptr_t taken = 0;
      IRIS_EACH_PART {
        fresh[part] = ~running[part];
        ranks[part] = iris_ranks(fresh[part]);
        before[part] = taken;
        taken += iris_count(fresh[part]);
      }
      IRIS_EACH_PART {
        iris_count_up(&element[part], next + before[part], fresh[part], ranks[part]);
      }
      IRIS_EACH_PART {
        n[part] = iris_next_i64(n_tile_ahead + before[part] * 8, fresh[part], ranks[part], n[part]);
      }
      next += taken;
    }
    else
    #endif
    {
      busy = false;
      IRIS_EACH_PART {
        busy |= iris_any(running[part]);
        unsigned done = iris_bits(~running[part] & ~idle[part]);
        for (; done; done &= done - 1) {
          const int lane = part * IRIS_WIDTH + __builtin_ctz(done);
          intptr_t k = ((iris_mem_i64 *)element)[lane];
          if (k >= 0) {
            *(iris_mem_i64 *)(out0_row + k * out0_step) = ((const iris_mem_i64 *)out0)[lane];
          }
          if (next == count) {
            iris_set_lane(idle, lane, true);
            continue;
          }
          k = ((iris_mem_i64 *)element)[lane] = next++;
          busy = true;
          ((iris_mem_i64 *)n)[lane] = *(const iris_mem_i64 *)(n_row + k * n_step);
        }
      }
    }
    if (!busy) break;
    const int fewest = next < count ? IRIS_ENOUGH : 0;
    IRIS_EACH_PART {
      const iris_mask kept = running[part] | idle[part];
      live[part] = iris_select_bool(kept, live[part], IRIS_ALL);
      d[part] = iris_select_i64(kept, d[part], iris_all_i64(2LL));
      running[part] |= ~kept;
    }
    for (;;) {
      int left = 0;
      IRIS_EACH_PART {
        running[part] &= IRIS_LT(i64, d[part], iris_all_i64(20LL));
        left += iris_count(running[part]);
      }
      if (left <= fewest) break;
      iris_mask t1[IRIS_PARTS];
      iris_v_i64 here[IRIS_PARTS];
      iris_v_i64 here_1[IRIS_PARTS];
      iris_v_i64 t2[IRIS_PARTS];
      IRIS_EACH_PART {
        /* 5: if d < n and n % d == 0: */
        t1[part] = IRIS_LT(i64, d[part], n[part]);
        here[part] = iris_select_i64(running[part], n[part], iris_all_i64(0));
        here_1[part] = iris_select_i64(running[part], d[part], iris_all_i64(0));
      }
      iris_lanes_floormod_i64(here, here_1, t2);
      IRIS_EACH_PART {
        const iris_mask t3 = IRIS_EQ(i64, t2[part], iris_all_i64(0LL));
        const iris_mask v0 = t1[part] & t3;
        const iris_mask t4 = ~v0;
        live[part] = iris_select_bool(running[part], t4, live[part]);
        running[part] &= t4;
        d[part] = IRIS_MORE(i64, d[part], running[part]);
      }
    }
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  bool apart = count >= IRIS_FEWEST;
  apart = apart && iris_apart(count, args[1], steps[1], 8, args[0], steps[0], 8);
  if (apart) {
    iris_lanes(count, args, steps);
    return;
  }
  iris_strided(count, args, steps);
}

#define IRIS_LONG 768
#define IRIS_GRAIN 192
#define IRIS_LARGEST 823296
#define IRIS_UNIT 192
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
  const uint64_t flags = iris_save_flags();
  if (dims[0] < IRIS_LONG) {
    iris_watch watch = iris_begin_call(stop);
    iris_row(dims[0], args, steps);
    iris_end_call(&watch, dims[0] * 2);
  } else {
    (void)iris_long_row(dims[0], args, steps, stop);
  }
  iris_restore_flags(flags, IRIS_FLAGS_ALL);
  if (own) return -1;
  return 0;
}
