/* kernel: (f8, f8, f8, f8, f8) -> f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off, the linker -lm. */

/* iris_base.h */

/* iris_vm_base.h */

/* iris_vm_exp.h */

/* iris_vm_log.h */

/* iris_vm_erf.h */

/* iris_math.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL double iris_kernel(double s, double k, double t, double r, double sigma) {
  /* 12: d1 = (math.log(s / k) + (r + 0.5 * sigma**2) * t) / (sigma * math.sqrt(t)) */
  const double t1 = s / k;
  const double t2 = iris_log_f64(t1);
  const double t3 = sigma * sigma;
  const double t4 = 0.5 * t3;
  const double t5 = r + t4;
  const double t6 = t5 * t;
  const double t7 = t2 + t6;
  const double t8 = sqrt(t);
  const double t9 = sigma * t8;
  const double d1 = t7 / t9;
  /* 13: d2 = d1 - sigma * math.sqrt(t) */
  const double d2 = d1 - t9;
  /* line 8 */
  const double t10 = d1 / 1.4142135623730951;
  const double t11 = iris_erf_f64(t10);
  const double t12 = 1.0 + t11;
  const double t13 = 0.5 * t12;
  /* 14: return s * phi(d1) - k * math.exp(-r * t) * phi(d2) */
  const double t14 = s * t13;
  const double t15 = -r;
  const double t16 = t15 * t;
  const double t17 = iris_exp_f64(t16);
  const double t18 = k * t17;
  /* line 8 */
  const double t19 = d2 / 1.4142135623730951;
  const double t20 = iris_erf_f64(t19);
  const double t21 = 1.0 + t20;
  const double t22 = 0.5 * t21;
  /* 14: return s * phi(d1) - k * math.exp(-r * t) * phi(d2) */
  const double t23 = t18 * t22;
  const double t24 = t14 - t23;
  return t24;
}

/* Elements side by side; no result overlaps an operand, unless it is that operand. */
IRIS_OUTLINE void iris_contiguous(intptr_t count, const iris_mem_f64 *s, const iris_mem_f64 *k_1, const iris_mem_f64 *t, const iris_mem_f64 *r, const iris_mem_f64 *sigma, iris_mem_f64 *out0) {
  IRIS_INDEPENDENT
  for (intptr_t k = 0; k < count; ++k) {
    out0[k] = iris_kernel(s[k], k_1[k], t[k], r[k], sigma[k]);
  }
}

/* Scalars and strided operands, brought side by side a block at a time. */
IRIS_ROUTE void iris_blocks(intptr_t length, intptr_t count, char *const *args, const intptr_t *steps) {
  iris_mem_f64 s_tile[256];
  iris_mem_f64 k_1_tile[256];
  iris_mem_f64 t_tile[256];
  iris_mem_f64 r_tile[256];
  iris_mem_f64 sigma_tile[256];
  iris_mem_f64 out0_tile[256];
  for (intptr_t first = 0; first < count; first += length) {
    const intptr_t some = count - first < length ? count - first : length;
    const iris_mem_f64 *s = (const iris_mem_f64 *)iris_pack_64((char *)s_tile, args[0], steps[0], first, some);
    const iris_mem_f64 *k_1 = (const iris_mem_f64 *)iris_pack_64((char *)k_1_tile, args[1], steps[1], first, some);
    const iris_mem_f64 *t = (const iris_mem_f64 *)iris_pack_64((char *)t_tile, args[2], steps[2], first, some);
    const iris_mem_f64 *r = (const iris_mem_f64 *)iris_pack_64((char *)r_tile, args[3], steps[3], first, some);
    const iris_mem_f64 *sigma = (const iris_mem_f64 *)iris_pack_64((char *)sigma_tile, args[4], steps[4], first, some);
    iris_mem_f64 *out0 = out0_tile;
    if (steps[5] == 8) out0 = (iris_mem_f64 *)(args[5] + first * steps[5]);
    iris_contiguous(some, s, k_1, t, r, sigma, out0);
    iris_spread_64((const char *)out0_tile, args[5], steps[5], first, some);
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  bool apart = count > 1;
  apart = apart && iris_apart(count, args[5], steps[5], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[5], steps[5], 8, args[1], steps[1], 8);
  apart = apart && iris_apart(count, args[5], steps[5], 8, args[2], steps[2], 8);
  apart = apart && iris_apart(count, args[5], steps[5], 8, args[3], steps[3], 8);
  apart = apart && iris_apart(count, args[5], steps[5], 8, args[4], steps[4], 8);
  if (apart && steps[0] == 8 && steps[1] == 8 && steps[2] == 8 && steps[3] == 8 && steps[4] == 8 && steps[5] == 8) {
    iris_contiguous(count, (const iris_mem_f64 *)args[0], (const iris_mem_f64 *)args[1], (const iris_mem_f64 *)args[2], (const iris_mem_f64 *)args[3], (const iris_mem_f64 *)args[4], (iris_mem_f64 *)args[5]);
    return;
  }
  if (apart) {
    iris_blocks(256, count, args, steps);
    return;
  }
  iris_blocks(1, count, args, steps);
}

#define IRIS_LONG 1024
#define IRIS_GRAIN 256
#define IRIS_LARGEST 2485504
#define IRIS_UNIT 256
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 0};

typedef struct { char *const *args; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[6];
  for (int k = 0; k < 6; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_row(end - begin, args, row->steps);
  return 0;
}

/* Shared out to threads, if no piece writes what another one reads. */
IRIS_ROUTE int32_t iris_long_row(intptr_t count, char *const *args, const intptr_t *steps, uint32_t *stop) {
  iris_whole row = {args, steps, stop};
  bool apart = true;
  apart = apart && iris_apart(count, args[5], steps[5], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[5], steps[5], 8, args[1], steps[1], 8);
  apart = apart && iris_apart(count, args[5], steps[5], 8, args[2], steps[2], 8);
  apart = apart && iris_apart(count, args[5], steps[5], 8, args[3], steps[3], 8);
  apart = apart && iris_apart(count, args[5], steps[5], 8, args[4], steps[4], 8);
  apart = apart && (steps[5] >= 8 || steps[5] <= -8);
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
