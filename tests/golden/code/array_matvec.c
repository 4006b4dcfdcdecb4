/* kernel: (f4, f4) -> f4.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_range.h */

/* iris_arrays.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL void iris_kernel(int64_t m_step0, int64_t m_step1, int64_t v_step0, int64_t out_step0, const char *m, const char *v, char *out) {
  /* 8: out = np.empty(3, np.float32) */
  float local[3] = {0};
  (void)local;
  /* 9: for i in range(3): */
  for (int64_t i = 0; i < 3; ++i) {
    /* 11: for j in range(3): */
    float total = 0.0f;
    for (int64_t j = 0; j < 3; ++j) {
      /* 12: total += m[i, j] * v[j] */
      const float m_1 = (uint64_t)i < (uint64_t)3LL && (uint64_t)j < (uint64_t)3LL ? *(const iris_mem_f32 *)(m + i * m_step0 + j * m_step1) : 0.0f;
      const float v_1 = (uint64_t)j < (uint64_t)3LL ? *(const iris_mem_f32 *)(v + j * v_step0) : 0.0f;
      const float t1 = m_1 * v_1;
      const float total_1 = total + t1;
      total = total_1;
    }
    /* 13: out[i] = total */
    if ((uint64_t)i < (uint64_t)3) local[i] = total;
  }
  /* 14: return out */
  const float t2 = (uint64_t)0LL < (uint64_t)3 ? local[0LL] : 0.0f;
  if ((uint64_t)0LL < (uint64_t)3LL) *(iris_mem_f32 *)(out + 0LL * out_step0) = t2;
  const float t3 = (uint64_t)1LL < (uint64_t)3 ? local[1LL] : 0.0f;
  if ((uint64_t)1LL < (uint64_t)3LL) *(iris_mem_f32 *)(out + 1LL * out_step0) = t3;
  const float t4 = (uint64_t)2LL < (uint64_t)3 ? local[2LL] : 0.0f;
  if ((uint64_t)2LL < (uint64_t)3LL) *(iris_mem_f32 *)(out + 2LL * out_step0) = t4;
}

/* One element after the other; where arrays lie side by side, their steps are constants. */
IRIS_OUTLINE void iris_row(intptr_t count, char *const *args, const intptr_t *dims, const intptr_t *steps) {
  char *m = args[0];
  const intptr_t m_step = steps[0];
  char *v = args[1];
  const intptr_t v_step = steps[1];
  char *out = args[2];
  const intptr_t out_step = steps[2];
  const int64_t m_step0 = steps[3];
  (void)m_step0;
  const int64_t m_step1 = steps[4];
  (void)m_step1;
  const int64_t v_step0 = steps[5];
  (void)v_step0;
  const int64_t out_step0 = steps[6];
  (void)out_step0;
  if (m_step1 == 4 && m_step0 == 12 && v_step0 == 4 && out_step0 == 4) {
    for (intptr_t k = 0; k < count; ++k) {
      iris_kernel(12, 4, 4, 4, m, v, out);
      m += m_step;
      v += v_step;
      out += out_step;
    }
  } else {
    for (intptr_t k = 0; k < count; ++k) {
      iris_kernel(m_step0, m_step1, v_step0, out_step0, m, v, out);
      m += m_step;
      v += v_step;
      out += out_step;
    }
  }
}

#define IRIS_LONG 1024
#define IRIS_GRAIN 256
#define IRIS_LARGEST 1499392
#define IRIS_UNIT 64
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 0};

typedef struct { char *const *args; const intptr_t *dims; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[3];
  for (int k = 0; k < 3; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_row(end - begin, args, row->dims, row->steps);
  return 0;
}

/* Shared out to threads, if no piece writes what another one reads. */
IRIS_ROUTE int32_t iris_long_row(intptr_t count, char *const *args, const intptr_t *dims, const intptr_t *steps, uint32_t *stop) {
  iris_whole row = {args, dims, steps, stop};
  bool apart = true;
  apart = apart && (steps[2] >= 4 || steps[2] <= -4);
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
    iris_row(dims[0], args, dims, steps);
    iris_end_call(&watch, dims[0]);
  } else {
    (void)iris_long_row(dims[0], args, dims, steps, stop);
  }
  iris_restore_flags(flags, IRIS_FLAGS_ALL);
  if (own) return -1;
  return 0;
}
