/* kernel: (f8, f8, f8, f8) -> f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off, the linker -lm. */

/* iris_base.h */

/* iris_vm_base.h */

/* iris_vm_trig.h */

/* iris_vm_atan.h */

/* iris_math.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL double iris_kernel(double lat1, double lon1, double lat2, double lon2, uint64_t *far_f64) {
  /* 12: dlat = (lat2 - lat1) * to_radians */
  const double t1 = lat2 - lat1;
  const double dlat = t1 * 0.017453292519943295;
  /* 13: dlon = (lon2 - lon1) * to_radians */
  const double t2 = lon2 - lon1;
  const double dlon = t2 * 0.017453292519943295;
  /* 14: a = np.sin(dlat / 2) ** 2 + np.cos(lat1 * to_radians) * np.cos(lat2 * to_radians) * np.sin(dlon  ... */
  const double t3 = dlat / 2.0;
  const double t4 = far_f64 ? iris_near_sin_f64(t3, far_f64) : iris_whole_sin_f64(t3);
  const double t5 = t4 * t4;
  const double t6 = lat1 * 0.017453292519943295;
  const double t7 = far_f64 ? iris_near_cos_f64(t6, far_f64) : iris_whole_cos_f64(t6);
  const double t8 = lat2 * 0.017453292519943295;
  const double t9 = far_f64 ? iris_near_cos_f64(t8, far_f64) : iris_whole_cos_f64(t8);
  const double t10 = t7 * t9;
  const double t11 = dlon / 2.0;
  const double t12 = far_f64 ? iris_near_sin_f64(t11, far_f64) : iris_whole_sin_f64(t11);
  const double t13 = t12 * t12;
  const double t14 = t10 * t13;
  const double a = t5 + t14;
  /* 15: return 2 * EARTH * np.arcsin(np.sqrt(a)) */
  const double t15 = sqrt(a);
  const double t16 = iris_asin_f64(t15);
  const double t17 = 12742.0 * t16;
  return t17;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps) {
  char *lat1 = args[0];
  const intptr_t lat1_step = steps[0];
  char *lon1 = args[1];
  const intptr_t lon1_step = steps[1];
  char *lat2 = args[2];
  const intptr_t lat2_step = steps[2];
  char *lon2 = args[3];
  const intptr_t lon2_step = steps[3];
  char *out0 = args[4];
  const intptr_t out0_step = steps[4];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_f64 *)out0 = iris_kernel(*(const iris_mem_f64 *)lat1, *(const iris_mem_f64 *)lon1, *(const iris_mem_f64 *)lat2, *(const iris_mem_f64 *)lon2, 0);
    lat1 += lat1_step;
    lon1 += lon1_step;
    lat2 += lat2_step;
    lon2 += lon2_step;
    out0 += out0_step;
  }
}

/* Elements side by side; no result overlaps an operand, unless it is that operand.
 * A tile in which an argument is far from zero is computed again, by the whole functions. */
IRIS_OUTLINE void iris_contiguous(intptr_t count, const iris_mem_f64 *lat1, const iris_mem_f64 *lon1, const iris_mem_f64 *lat2, const iris_mem_f64 *lon2, iris_mem_f64 *out0) {
  iris_mem_f64 out0_tile[256];
  for (intptr_t first = 0; first < count; first += 256) {
    const intptr_t some = count - first < 256 ? count - first : 256;
    uint64_t far_f64 = 0;
    IRIS_INDEPENDENT
    for (intptr_t k = 0; k < some; ++k) {
      out0_tile[k] = iris_kernel(lat1[first + k], lon1[first + k], lat2[first + k], lon2[first + k], &far_f64);
    }
    if (far_f64 >> 63) {
      char *const far_args[5] = {(char *)(lat1 + first), (char *)(lon1 + first), (char *)(lat2 + first), (char *)(lon2 + first), (char *)out0_tile};
      static const intptr_t far_steps[5] = {8, 8, 8, 8, 8};
      iris_strided(some, far_args, far_steps);
    }
    __builtin_memcpy(out0 + first, out0_tile, some * 8);
  }
}

/* Scalars and strided operands, brought side by side a block at a time. */
IRIS_ROUTE void iris_blocks(intptr_t length, intptr_t count, char *const *args, const intptr_t *steps) {
  iris_mem_f64 lat1_tile[256];
  iris_mem_f64 lon1_tile[256];
  iris_mem_f64 lat2_tile[256];
  iris_mem_f64 lon2_tile[256];
  iris_mem_f64 out0_tile[256];
  for (intptr_t first = 0; first < count; first += length) {
    const intptr_t some = count - first < length ? count - first : length;
    const iris_mem_f64 *lat1 = (const iris_mem_f64 *)iris_pack_64((char *)lat1_tile, args[0], steps[0], first, some);
    const iris_mem_f64 *lon1 = (const iris_mem_f64 *)iris_pack_64((char *)lon1_tile, args[1], steps[1], first, some);
    const iris_mem_f64 *lat2 = (const iris_mem_f64 *)iris_pack_64((char *)lat2_tile, args[2], steps[2], first, some);
    const iris_mem_f64 *lon2 = (const iris_mem_f64 *)iris_pack_64((char *)lon2_tile, args[3], steps[3], first, some);
    iris_mem_f64 *out0 = out0_tile;
    if (steps[4] == 8) out0 = (iris_mem_f64 *)(args[4] + first * steps[4]);
    iris_contiguous(some, lat1, lon1, lat2, lon2, out0);
    iris_spread_64((const char *)out0_tile, args[4], steps[4], first, some);
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  bool apart = count > 1;
  apart = apart && iris_apart(count, args[4], steps[4], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[4], steps[4], 8, args[1], steps[1], 8);
  apart = apart && iris_apart(count, args[4], steps[4], 8, args[2], steps[2], 8);
  apart = apart && iris_apart(count, args[4], steps[4], 8, args[3], steps[3], 8);
  if (apart && steps[0] == 8 && steps[1] == 8 && steps[2] == 8 && steps[3] == 8 && steps[4] == 8) {
    iris_contiguous(count, (const iris_mem_f64 *)args[0], (const iris_mem_f64 *)args[1], (const iris_mem_f64 *)args[2], (const iris_mem_f64 *)args[3], (iris_mem_f64 *)args[4]);
    return;
  }
  if (apart) {
    iris_blocks(256, count, args, steps);
    return;
  }
  iris_strided(count, args, steps);
}

#define IRIS_LONG 1024
#define IRIS_GRAIN 256
#define IRIS_LARGEST 2532352
#define IRIS_UNIT 256
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 0};

typedef struct { char *const *args; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[5];
  for (int k = 0; k < 5; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_row(end - begin, args, row->steps);
  return 0;
}

/* Shared out to threads, if no piece writes what another one reads. */
IRIS_ROUTE int32_t iris_long_row(intptr_t count, char *const *args, const intptr_t *steps, uint32_t *stop) {
  iris_whole row = {args, steps, stop};
  bool apart = true;
  apart = apart && iris_apart(count, args[4], steps[4], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[4], steps[4], 8, args[1], steps[1], 8);
  apart = apart && iris_apart(count, args[4], steps[4], 8, args[2], steps[2], 8);
  apart = apart && iris_apart(count, args[4], steps[4], 8, args[3], steps[3], 8);
  apart = apart && (steps[4] >= 8 || steps[4] <= -8);
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
    iris_end_call(&watch, dims[0]);
  } else {
    (void)iris_long_row(dims[0], args, steps, stop);
  }
  iris_restore_flags(flags, IRIS_FLAGS_ALL);
  if (own) return -1;
  return 0;
}
