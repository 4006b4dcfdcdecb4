/* kernel: (f8, i8) -> f8, f8, b1.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_vm_base.h */

/* iris_vm_exp.h */

/* iris_vm_log.h */

/* iris_vm_pow.h */

/* iris_range.h */

/* iris_arrays.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_error.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL void iris_kernel(int64_t k, int64_t m, int64_t x_step0, int64_t n, int64_t x_step1, int64_t out0_step0, const char *x, char *out0, double *out0_1, bool *out1, uint32_t *status, iris_watch *watch) {
  /* 16: out = np.zeros_like(x[0]) */
  const bool t1 = 0 < m;
  if (!*status && !t1) *status = 64u /* index */;
  int64_t local_extents[1] = {n};
  double *const local = (double *)iris_zeros(local_extents, 1, sizeof(double));
  if (!*status && !local) *status = 32u /* out_of_memory */;
  /* 17: for j in range(columns): */
  int64_t done = 0;
  while (done < n) {
    const int64_t pause = done + (int64_t)iris_some(watch, (uint64_t)n - (uint64_t)done);
    int64_t j = done;
    for (; j < pause; ++j) {
      /* 19: if i < rows: */
      const bool t2 = m > 0;
      if (t2) {
        /* 20: out[j] += w * x[i, j] */
        const double t3 = (uint64_t)j < (uint64_t)local_extents[0] ? local[j] : 0.0;
        if (!*status && !t1) *status = 64u /* index */;
        const double x_1 = (uint64_t)0LL < (uint64_t)m && (uint64_t)j < (uint64_t)n ? *(const iris_mem_f64 *)(x + 0LL * x_step0 + j * x_step1) : 0.0;
        const double t4 = 0.25 * x_1;
        const double t5 = t3 + t4;
        if ((uint64_t)j < (uint64_t)local_extents[0]) local[j] = t5;
      }
      /* 19: if i < rows: */
      const bool t6 = m > 1;
      if (t6) {
        /* 20: out[j] += w * x[i, j] */
        const double t7 = (uint64_t)j < (uint64_t)local_extents[0] ? local[j] : 0.0;
        const bool t8 = 1 < m;
        if (!*status && !t8) *status = 64u /* index */;
        const double x_2 = (uint64_t)1LL < (uint64_t)m && (uint64_t)j < (uint64_t)n ? *(const iris_mem_f64 *)(x + 1LL * x_step0 + j * x_step1) : 0.0;
        const double t9 = 0.5 * x_2;
        const double t10 = t7 + t9;
        if ((uint64_t)j < (uint64_t)local_extents[0]) local[j] = t10;
      }
      /* 19: if i < rows: */
      const bool t11 = m > 2;
      if (t11) {
        /* 20: out[j] += w * x[i, j] */
        const double t12 = (uint64_t)j < (uint64_t)local_extents[0] ? local[j] : 0.0;
        const bool t13 = 2 < m;
        if (!*status && !t13) *status = 64u /* index */;
        const double x_3 = (uint64_t)2LL < (uint64_t)m && (uint64_t)j < (uint64_t)n ? *(const iris_mem_f64 *)(x + 2LL * x_step0 + j * x_step1) : 0.0;
        const double t14 = 0.25 * x_3;
        const double t15 = t12 + t14;
        if ((uint64_t)j < (uint64_t)local_extents[0]) local[j] = t15;
      }
    }
    if (iris_spend(watch, (uint64_t)(j - done) + 1)) break;
    done = pause;
  }
  /* 21: last = x[k][::-1] */
  const bool t16 = k < 0;
  const int64_t t17 = k + m;
  const int64_t t18 = t16 ? t17 : k;
  const bool t19 = t18 < m;
  const bool t20 = t18 >= 0;
  const bool t21 = t20 & t19;
  if (!*status && !t21) *status = 64u /* index */;
  const int64_t t22 = n - 1;
  const int64_t t23 = t22 - (-1);
  /* 22: pairs = [a * b for a, b in zip(last, reversed(last))] */
  const int64_t t24 = t23 - 1;
  int64_t local_1_extents[1] = {t23};
  double *const local_1 = (double *)iris_zeros(local_1_extents, 1, sizeof(double));
  if (!*status && !local_1) *status = 32u /* out_of_memory */;
  int64_t t0 = 0;
  int64_t done_1 = 0;
  while (done_1 < t23) {
    const int64_t pause_1 = done_1 + (int64_t)iris_some(watch, (uint64_t)t23 - (uint64_t)done_1);
    int64_t k_1 = done_1;
    for (; k_1 < pause_1; ++k_1) {
      const int64_t t25 = k_1 * (-1);
      const int64_t t26 = t22 + t25;
      const double x_4 = (uint64_t)t18 < (uint64_t)m && (uint64_t)t26 < (uint64_t)n ? *(const iris_mem_f64 *)(x + t18 * x_step0 + t26 * x_step1) : 0.0;
      const int64_t t27 = t24 - k_1;
      const int64_t t28 = t27 * (-1);
      const int64_t t29 = t22 + t28;
      const double x_5 = (uint64_t)t18 < (uint64_t)m && (uint64_t)t29 < (uint64_t)n ? *(const iris_mem_f64 *)(x + t18 * x_step0 + t29 * x_step1) : 0.0;
      const double t30 = x_4 * x_5;
      const bool t31 = t0 < 0;
      const int64_t t32 = t0 + t23;
      const int64_t t33 = t31 ? t32 : t0;
      const bool t34 = t33 < t23;
      const bool t35 = t33 >= 0;
      const bool t36 = t35 & t34;
      if (!*status && !t36) *status = 64u /* index */;
      if ((uint64_t)t33 < (uint64_t)local_1_extents[0]) local_1[t33] = t30;
      const int64_t t0_1 = t0 + 1;
      t0 = t0_1;
    }
    if (iris_spend(watch, (uint64_t)(k_1 - done_1) + 1)) break;
    done_1 = pause_1;
  }
  /* 23: return out, norm(x[-1]) + pairs[0], any(v > 7 for v in last) or 3.0 in last */
  const int64_t t37 = m + (-1);
  const bool t38 = t37 >= 0;
  if (!*status && !t38) *status = 64u /* index */;
  /* line 11 */
  double t1_1 = 0.0;
  int64_t done_2 = 0;
  while (done_2 < n) {
    const int64_t pause_2 = done_2 + (int64_t)iris_some(watch, (uint64_t)n - (uint64_t)done_2);
    int64_t k_2 = done_2;
    for (; k_2 < pause_2; ++k_2) {
      const double x_6 = (uint64_t)t37 < (uint64_t)m && (uint64_t)k_2 < (uint64_t)n ? *(const iris_mem_f64 *)(x + t37 * x_step0 + k_2 * x_step1) : 0.0;
      const bool t39 = x_6 > 1.0;
      const double t40 = x_6 * x_6;
      const double t1_2 = t1_1 + t40;
      const double t1_3 = t39 ? t1_2 : t1_1;
      t1_1 = t1_3;
    }
    if (iris_spend(watch, (uint64_t)(k_2 - done_2) + 1)) break;
    done_2 = pause_2;
  }
  const double t41 = iris_pow_f64(t1_1, 0.5);
  /* 23: return out, norm(x[-1]) + pairs[0], any(v > 7 for v in last) or 3.0 in last */
  const bool t42 = 0 < t23;
  if (!*status && !t42) *status = 64u /* index */;
  const double t43 = (uint64_t)0LL < (uint64_t)local_1_extents[0] ? local_1[0LL] : 0.0;
  const double t44 = t41 + t43;
  bool live = true;
  bool t2_1 = false;
  int64_t done_3 = 0;
  while (done_3 < t23 && live) {
    const int64_t pause_3 = done_3 + (int64_t)iris_some(watch, (uint64_t)t23 - (uint64_t)done_3);
    int64_t k_3 = done_3;
    for (; k_3 < pause_3; ++k_3) {
      const int64_t t45 = k_3 * (-1);
      const int64_t t46 = t22 + t45;
      const double x_7 = (uint64_t)t18 < (uint64_t)m && (uint64_t)t46 < (uint64_t)n ? *(const iris_mem_f64 *)(x + t18 * x_step0 + t46 * x_step1) : 0.0;
      const bool t47 = x_7 > 7.0;
      const bool t2_2 = t47 | t2_1;
      const bool t48 = !t47;
      live = t48;
      t2_1 = t2_2;
      if (!live) break;
    }
    if (iris_spend(watch, (uint64_t)(k_3 - done_3) + 1)) break;
    done_3 = pause_3;
  }
  (void)live;
  bool v0;
  if (t2_1) {
    v0 = t2_1;
  } else {
    bool live_1 = true;
    bool t3_1 = false;
    int64_t done_4 = 0;
    while (done_4 < t23 && live_1) {
      const int64_t pause_4 = done_4 + (int64_t)iris_some(watch, (uint64_t)t23 - (uint64_t)done_4);
      int64_t k_4 = done_4;
      for (; k_4 < pause_4; ++k_4) {
        const int64_t t49 = k_4 * (-1);
        const int64_t t50 = t22 + t49;
        const double x_8 = (uint64_t)t18 < (uint64_t)m && (uint64_t)t50 < (uint64_t)n ? *(const iris_mem_f64 *)(x + t18 * x_step0 + t50 * x_step1) : 0.0;
        const bool t51 = x_8 == 3.0;
        const bool t3_2 = t51 | t3_1;
        const bool t52 = x_8 != 3.0;
        live_1 = t52;
        t3_1 = t3_2;
        if (!live_1) break;
      }
      if (iris_spend(watch, (uint64_t)(k_4 - done_4) + 1)) break;
      done_4 = pause_4;
    }
    (void)live_1;
    v0 = t3_1;
  }
  int64_t done_5 = 0;
  while (done_5 < n) {
    const int64_t pause_5 = done_5 + (int64_t)iris_some(watch, (uint64_t)n - (uint64_t)done_5);
    int64_t k_5 = done_5;
    for (; k_5 < pause_5; ++k_5) {
      const double t53 = (uint64_t)k_5 < (uint64_t)local_extents[0] ? local[k_5] : 0.0;
      if ((uint64_t)k_5 < (uint64_t)n) *(iris_mem_f64 *)(out0 + k_5 * out0_step0) = t53;
    }
    if (iris_spend(watch, (uint64_t)(k_5 - done_5) + 1)) break;
    done_5 = pause_5;
  }
  iris_give_back(local_1);
  iris_give_back(local);
  *out0_1 = t44;
  *out1 = v0;
}

/* One element after the other; where arrays lie side by side, their steps are constants. */
IRIS_OUTLINE uint32_t iris_row(intptr_t count, char *const *args, const intptr_t *dims, const intptr_t *steps, iris_watch *watch) {
  uint32_t status = 0;
  iris_watch own = *watch; /* in registers */
  char *x = args[0];
  const intptr_t x_step = steps[0];
  char *k_1 = args[1];
  const intptr_t k_1_step = steps[1];
  char *out0 = args[2];
  const intptr_t out0_step = steps[2];
  char *out0_1 = args[3];
  const intptr_t out0_1_step = steps[3];
  char *out1 = args[4];
  const intptr_t out1_step = steps[4];
  const int64_t m = dims[1];
  (void)m;
  const int64_t n = dims[2];
  (void)n;
  const int64_t x_step0 = steps[5];
  (void)x_step0;
  const int64_t x_step1 = steps[6];
  (void)x_step1;
  const int64_t out0_step0 = steps[7];
  (void)out0_step0;
  if (x_step1 == 8 && out0_step0 == 8) {
    for (intptr_t k = 0; k < count; ++k) {
      double out0_1_value;
      bool out1_value;
      iris_kernel(*(const iris_mem_i64 *)k_1, m, x_step0, n, 8, 8, x, out0, &out0_1_value, &out1_value, &status, &own);
      *(iris_mem_f64 *)out0_1 = out0_1_value;
      *(iris_mem_bool *)out1 = out1_value;
      x += x_step;
      k_1 += k_1_step;
      out0 += out0_step;
      out0_1 += out0_1_step;
      out1 += out1_step;
      if (status) break;
      if (iris_spend(&own, 1)) break;
    }
  } else {
    for (intptr_t k = 0; k < count; ++k) {
      double out0_1_value;
      bool out1_value;
      iris_kernel(*(const iris_mem_i64 *)k_1, m, x_step0, n, x_step1, out0_step0, x, out0, &out0_1_value, &out1_value, &status, &own);
      *(iris_mem_f64 *)out0_1 = out0_1_value;
      *(iris_mem_bool *)out1 = out1_value;
      x += x_step;
      k_1 += k_1_step;
      out0 += out0_step;
      out0_1 += out0_1_step;
      out1 += out1_step;
      if (status) break;
      if (iris_spend(&own, 1)) break;
    }
  }
  *watch = own;
  return status;
}

#define IRIS_LONG 256
#define IRIS_GRAIN 64
#define IRIS_LARGEST 2147456
#define IRIS_UNIT 64
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 1};

typedef struct { char *const *args; const intptr_t *dims; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[5];
  for (int k = 0; k < 5; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_watch watch = {IRIS_PATIENCE, row->stop};
  return (int32_t)iris_row(end - begin, args, row->dims, row->steps, &watch);
}

/* Shared out to threads, if no piece writes what another one reads. */
IRIS_ROUTE int32_t iris_long_row(intptr_t count, char *const *args, const intptr_t *dims, const intptr_t *steps, uint32_t *stop) {
  iris_whole row = {args, dims, steps, stop};
  bool apart = true;
  apart = apart && (steps[2] >= 8 || steps[2] <= -8);
  apart = apart && (steps[3] >= 8 || steps[3] <= -8);
  apart = apart && (steps[4] >= 1 || steps[4] <= -1);
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
    status = iris_row(dims[0], args, dims, steps, &watch);
    iris_end_call(&watch, dims[0]);
  } else {
    status = (uint32_t)iris_long_row(dims[0], args, dims, steps, stop);
  }
  iris_restore_flags(flags, IRIS_FLAGS_ALL);
  if (aux) {
    if (status) (void)__atomic_fetch_or(stop, status, __ATOMIC_RELAXED);
    return 0;
  }
  if (own) return -1;
  if (status & 32u) return iris_raise(PyExc_MemoryError, "there is no memory for a local array of this size");
  if (status & 64u) return iris_raise(PyExc_IndexError, "an index is out of bounds");
  return 0;
}
