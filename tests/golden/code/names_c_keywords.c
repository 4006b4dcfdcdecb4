/* kernel: (f8, f8, i8, i8, f8) -> f8, i8.  Self-contained; the compiler needs -fwrapv -ffp-contract=off. */

/* iris_base.h */

/* iris_cast.h */

/* iris_fenv.h */

/* iris_signal.h */

/* iris_row.h */

/* iris_pieces.h */

/* iris_parallel.h */

IRIS_KERNEL void iris_kernel(double int_1, double double_1, int64_t register_1, int64_t volatile_1, double main_1, double *out0, int64_t *out1) {
  /* 4: struct = double * main */
  const double struct_1 = double_1 * main_1;
  /* 5: long = register + volatile */
  const int64_t long_1 = register_1 + volatile_1;
  /* 6: void = struct - int_ */
  const double void_1 = struct_1 - int_1;
  /* 7: switch = long * 2 */
  const int64_t switch_1 = long_1 * 2;
  /* 8: const = void + switch */
  const double t1 = iris_wide_i64_f64(switch_1);
  const double const_1 = void_1 + t1;
  /* 9: goto = const if const > 3 else long */
  const bool t2 = const_1 > 3.0;
  const double t3 = iris_wide_i64_f64(long_1);
  const double v0 = t2 ? const_1 : t3;
  *out0 = v0;
  *out1 = switch_1;
}

/* Elements side by side; no result overlaps an operand, unless it is that operand. */
IRIS_OUTLINE void iris_contiguous(intptr_t count, const iris_mem_f64 *int_1, const iris_mem_f64 *double_1, const iris_mem_i64 *register_1, const iris_mem_i64 *volatile_1, const iris_mem_f64 *main_1, iris_mem_f64 *out0, iris_mem_i64 *out1) {
  IRIS_INDEPENDENT
  for (intptr_t k = 0; k < count; ++k) {
    double out0_value;
    int64_t out1_value;
    iris_kernel(int_1[k], double_1[k], register_1[k], volatile_1[k], main_1[k], &out0_value, &out1_value);
    out0[k] = out0_value;
    out1[k] = out1_value;
  }
}

/* Scalars and strided operands, brought side by side a block at a time. */
IRIS_ROUTE void iris_blocks(intptr_t length, intptr_t count, char *const *args, const intptr_t *steps) {
  iris_mem_f64 int_1_tile[256];
  iris_mem_f64 double_1_tile[256];
  iris_mem_i64 register_1_tile[256];
  iris_mem_i64 volatile_1_tile[256];
  iris_mem_f64 main_1_tile[256];
  iris_mem_f64 out0_tile[256];
  iris_mem_i64 out1_tile[256];
  for (intptr_t first = 0; first < count; first += length) {
    const intptr_t some = count - first < length ? count - first : length;
    const iris_mem_f64 *int_1 = (const iris_mem_f64 *)iris_pack_64((char *)int_1_tile, args[0], steps[0], first, some);
    const iris_mem_f64 *double_1 = (const iris_mem_f64 *)iris_pack_64((char *)double_1_tile, args[1], steps[1], first, some);
    const iris_mem_i64 *register_1 = (const iris_mem_i64 *)iris_pack_64((char *)register_1_tile, args[2], steps[2], first, some);
    const iris_mem_i64 *volatile_1 = (const iris_mem_i64 *)iris_pack_64((char *)volatile_1_tile, args[3], steps[3], first, some);
    const iris_mem_f64 *main_1 = (const iris_mem_f64 *)iris_pack_64((char *)main_1_tile, args[4], steps[4], first, some);
    iris_mem_f64 *out0 = out0_tile;
    if (steps[5] == 8) out0 = (iris_mem_f64 *)(args[5] + first * steps[5]);
    iris_mem_i64 *out1 = out1_tile;
    if (steps[6] == 8) out1 = (iris_mem_i64 *)(args[6] + first * steps[6]);
    iris_contiguous(some, int_1, double_1, register_1, volatile_1, main_1, out0, out1);
    iris_spread_64((const char *)out0_tile, args[5], steps[5], first, some);
    iris_spread_64((const char *)out1_tile, args[6], steps[6], first, some);
  }
}

/* Any steps, any overlap: one element after the other. */
IRIS_OUTLINE void iris_strided(intptr_t count, char *const *args, const intptr_t *steps) {
  char *int_1 = args[0];
  const intptr_t int_1_step = steps[0];
  char *double_1 = args[1];
  const intptr_t double_1_step = steps[1];
  char *register_1 = args[2];
  const intptr_t register_1_step = steps[2];
  char *volatile_1 = args[3];
  const intptr_t volatile_1_step = steps[3];
  char *main_1 = args[4];
  const intptr_t main_1_step = steps[4];
  char *out0 = args[5];
  const intptr_t out0_step = steps[5];
  char *out1 = args[6];
  const intptr_t out1_step = steps[6];
  for (intptr_t k = 0; k < count; ++k) {
    double out0_value;
    int64_t out1_value;
    iris_kernel(*(const iris_mem_f64 *)int_1, *(const iris_mem_f64 *)double_1, *(const iris_mem_i64 *)register_1, *(const iris_mem_i64 *)volatile_1, *(const iris_mem_f64 *)main_1, &out0_value, &out1_value);
    *(iris_mem_f64 *)out0 = out0_value;
    *(iris_mem_i64 *)out1 = out1_value;
    int_1 += int_1_step;
    double_1 += double_1_step;
    register_1 += register_1_step;
    volatile_1 += volatile_1_step;
    main_1 += main_1_step;
    out0 += out0_step;
    out1 += out1_step;
  }
}

IRIS_ROUTE void iris_row(intptr_t count, char *const *args, const intptr_t *steps) {
  bool apart = count > 1;
  static const intptr_t sizes[7] = {8, 8, 8, 8, 8, 8, 8};
  for (int out = 5; apart && out < 7; ++out) {
    for (int in = 0; apart && in < out; ++in) {
      apart = iris_apart(count, args[out], steps[out], sizes[out], args[in], steps[in], sizes[in]);
    }
  }
  if (apart && steps[0] == 8 && steps[1] == 8 && steps[2] == 8 && steps[3] == 8 && steps[4] == 8 && steps[5] == 8 && steps[6] == 8) {
    iris_contiguous(count, (const iris_mem_f64 *)args[0], (const iris_mem_f64 *)args[1], (const iris_mem_i64 *)args[2], (const iris_mem_i64 *)args[3], (const iris_mem_f64 *)args[4], (iris_mem_f64 *)args[5], (iris_mem_i64 *)args[6]);
    return;
  }
  if (apart && (steps[0] == 8 || steps[0] == 0) && (steps[1] == 8 || steps[1] == 0) && (steps[2] == 8 || steps[2] == 0) && (steps[3] == 8 || steps[3] == 0) && (steps[4] == 8 || steps[4] == 0) && (steps[5] == 8 || steps[5] == 0) && (steps[6] == 8 || steps[6] == 0)) {
    iris_blocks(256, count, args, steps);
    return;
  }
  iris_strided(count, args, steps);
}

#define IRIS_LONG 12288
#define IRIS_GRAIN 3072
#define IRIS_LARGEST 26843136
#define IRIS_UNIT 256
#define IRIS_MOST_THREADS 0

extern IRIS_EXPORT const int64_t iris_share[4];
const int64_t iris_share[4] = {IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, 0};

typedef struct { char *const *args; const intptr_t *steps; uint32_t *stop; } iris_whole;

IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end) {
  const iris_whole *row = (const iris_whole *)whole;
  char *args[7];
  for (int k = 0; k < 7; ++k) args[k] = row->args[k] + begin * row->steps[k];
  iris_row(end - begin, args, row->steps);
  return 0;
}

/* Shared out to threads, if no piece writes what another one reads. */
IRIS_ROUTE int32_t iris_long_row(intptr_t count, char *const *args, const intptr_t *steps, uint32_t *stop) {
  iris_whole row = {args, steps, stop};
  bool apart = true;
  static const intptr_t sizes[7] = {8, 8, 8, 8, 8, 8, 8};
  for (int out = 5; apart && out < 7; ++out) {
    for (int in = 0; apart && in < out; ++in) {
      apart = iris_apart(count, args[out], steps[out], sizes[out], args[in], steps[in], sizes[in]);
    }
  }
  apart = apart && (steps[5] >= 8 || steps[5] <= -8);
  apart = apart && (steps[6] >= 8 || steps[6] <= -8);
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
