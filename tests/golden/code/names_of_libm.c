/* kernel: (f8, f8) -> f8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off, the linker -lm. */

/* iris_base.h */

/* iris_vm_base.h */

/* iris_vm_exp.h */

/* iris_vm_trig.h */

/* iris_math.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL double iris_kernel(double sin_1, double exp_1, uint64_t *far_f64) {
  /* 8: pow = math.sin(sin) */
  const double pow_1 = far_f64 ? iris_near_sin_f64(sin_1, far_f64) : iris_whole_sin_f64(sin_1);
  /* 9: fma = math.exp(exp) */
  const double fma_1 = iris_exp_f64(exp_1);
  /* 10: y1 = pow * fma */
  const double y1 = pow_1 * fma_1;
  /* 11: errno = y1 + math.sqrt(exp) */
  const double t1 = sqrt(exp_1);
  const double errno_1 = y1 + t1;
  /* 12: stdin = errno - sin */
  const double stdin = errno_1 - sin_1;
  return stdin;
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps) {
  char *sin_1 = args[0];
  const intptr_t sin_1_step = steps[0];
  char *exp_1 = args[1];
  const intptr_t exp_1_step = steps[1];
  char *out0 = args[2];
  const intptr_t out0_step = steps[2];
  for (intptr_t k = 0; k < count; ++k) {
    *(iris_mem_f64 *)out0 = iris_kernel(*(const iris_mem_f64 *)sin_1, *(const iris_mem_f64 *)exp_1, 0);
    sin_1 += sin_1_step;
    exp_1 += exp_1_step;
    out0 += out0_step;
  }
}

/* Elements side by side; no result overlaps an operand, unless it is that operand.
 * A tile in which an argument is far from zero is computed again, by the whole functions. */
IRIS_OUTLINE void iris_contiguous(intptr_t count, const iris_mem_f64 *sin_1, const iris_mem_f64 *exp_1, iris_mem_f64 *out0) {
  iris_mem_f64 out0_tile[512];
  for (intptr_t first = 0; first < count; first += 512) {
    const intptr_t some = count - first < 512 ? count - first : 512;
    uint64_t far_f64 = 0;
    IRIS_INDEPENDENT
    for (intptr_t k = 0; k < some; ++k) {
      out0_tile[k] = iris_kernel(sin_1[first + k], exp_1[first + k], &far_f64);
    }
    if (far_f64 >> 63) {
      char *const far_args[3] = {(char *)(sin_1 + first), (char *)(exp_1 + first), (char *)out0_tile};
      static const intptr_t far_steps[3] = {8, 8, 8};
      iris_strided(some, far_args, far_steps);
    }
    __builtin_memcpy(out0 + first, out0_tile, some * 8);
  }
}

/* Scalars and strided operands, brought side by side a block at a time. */
IRIS_ROUTE void iris_blocks(intptr_t length, intptr_t count, char *const *args, const intptr_t *steps) {
  iris_mem_f64 sin_1_tile[512];
  iris_mem_f64 exp_1_tile[512];
  iris_mem_f64 out0_tile[512];
  for (intptr_t first = 0; first < count; first += length) {
    const intptr_t some = count - first < length ? count - first : length;
    const iris_mem_f64 *sin_1 = (const iris_mem_f64 *)iris_pack_64((char *)sin_1_tile, args[0], steps[0], first, some);
    const iris_mem_f64 *exp_1 = (const iris_mem_f64 *)iris_pack_64((char *)exp_1_tile, args[1], steps[1], first, some);
    iris_mem_f64 *out0 = out0_tile;
    if (steps[2] == 8) out0 = (iris_mem_f64 *)(args[2] + first * steps[2]);
    iris_contiguous(some, sin_1, exp_1, out0);
    iris_spread_64((const char *)out0_tile, args[2], steps[2], first, some);
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  bool apart = count > 1;
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[0], steps[0], 8);
  apart = apart && iris_apart(count, args[2], steps[2], 8, args[1], steps[1], 8);
  if (apart && steps[0] == 8 && steps[1] == 8 && steps[2] == 8) {
    iris_contiguous(count, (const iris_mem_f64 *)args[0], (const iris_mem_f64 *)args[1], (iris_mem_f64 *)args[2]);
    return;
  }
  if (apart) {
    iris_blocks(512, count, args, steps);
    return;
  }
  iris_strided(count, args, steps);
}

#define IRIS_LONG 4096
#define IRIS_GRAIN 1024
#define IRIS_LARGEST 6710272
#define IRIS_UNIT 512
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 0};

typedef struct { char *const *args; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[3];
  for (int k = 0; k < 3; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_row(end - begin, args, row->steps);
  return 0;
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
