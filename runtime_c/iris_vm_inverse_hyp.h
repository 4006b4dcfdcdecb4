/* iris_vm_inverse_hyp.h - asinh, acosh, atanh.
 *
 * Logarithms of a number in two parts.
 * Requires iris_vm_base.h and iris_vm_log.h.
 */
#ifndef IRIS_VM_INVERSE_HYP_H
#define IRIS_VM_INVERSE_HYP_H

/* log(|x| + w), w = sqrt(x^2 + 1); beyond the bound log(|x|) + ln(2).  A tiny x is its own result. */
IRIS_VM double iris_asinh_f64(double x) {
  const double size = __builtin_fabs(x);
  const bool big = size > 0x1p30;
  const double y = iris_vm_choose_f64(big, 1.0, size);
  const double square = y * y;
  const double v = square + 1.0;
  const double v_tail = iris_vm_sum_error(square, 1.0, v) + __builtin_fma(y, y, -square);
  const double w = __builtin_sqrt(v);
  const double w_tail = (__builtin_fma(-w, w, v) + v_tail) * (0.5 / w);
  const double sum = w + y;
  const double low = iris_vm_fast_error(w, y, sum) + w_tail;
  const uint64_t extra = iris_vm_mask_f64(big) & 1;
  const double result = iris_vm_log_pair(iris_vm_choose_f64(big, size, sum), low, extra);
  const double real = iris_vm_choose_f64((size > 0x1p-27) & (size < IRIS_INF_F64), result, size);
  return iris_vm_from_f64(iris_vm_bits_f64(real) | (iris_vm_bits_f64(x) & IRIS_VM_SIGN_F64));
}

/* log(x + w), w = sqrt((x - 1) (x + 1)). */
IRIS_VM double iris_acosh_f64(double x) {
  const bool big = x > 0x1p30;
  const double y = iris_vm_choose_f64(big, 1.0, x);
  const double less = y - 1.0, more = y + 1.0;
  const double v = less * more;
  const double v_tail = __builtin_fma(less, iris_vm_fast_error(y, 1.0, more), __builtin_fma(less, more, -v));
  const double w = __builtin_sqrt(v);
  const double half = iris_vm_choose_f64(w > 0, 0.5 / w, 0.0);
  const double w_tail = (__builtin_fma(-w, w, v) + v_tail) * half;
  const double sum = y + w;
  const double low = iris_vm_fast_error(y, w, sum) + w_tail;
  const uint64_t extra = iris_vm_mask_f64(big) & 1;
  const double result = iris_vm_log_pair(iris_vm_choose_f64(big, x, sum), low, extra);
  const double real = iris_vm_from_f64(iris_vm_bits_f64(result) | iris_vm_mask_f64(x < 1));
  return iris_vm_choose_f64(x < IRIS_INF_F64, real, x);
}

/* log((1 + |x|) / (1 - |x|)) / 2 = log(1 + 2|x| / (1 - |x|)) / 2.  A tiny x is its own result. */
IRIS_VM double iris_atanh_f64(double x) {
  const double size = __builtin_fabs(x);
  const double under = 1.0 - size;
  const double under_tail = iris_vm_fast_error(1.0, -size, under);
  const double over = size + size;
  const double inverse = 1.0 / under;
  const double q = over * inverse;
  const double q_tail = __builtin_fma(-q, under_tail, __builtin_fma(-q, under, over)) * inverse;
  const double sum = 1.0 + q;
  const double result = 0.5 * iris_vm_log_pair(sum, iris_vm_sum_error(1.0, q, sum) + q_tail, 0);
  const double edge = iris_vm_from_f64(iris_vm_bits_f64(IRIS_INF_F64) | iris_vm_mask_f64(size != 1));
  const double real = iris_vm_choose_f64(size > 0x1p-27, iris_vm_choose_f64(size < 1, result, edge), size);
  return iris_vm_from_f64(iris_vm_bits_f64(real) | (iris_vm_bits_f64(x) & IRIS_VM_SIGN_F64));
}

/* The same in float. */

/* log(|x| + w), w = sqrt(x^2 + 1); beyond the bound log(|x|) + ln(2).  A tiny x is its own result. */
IRIS_VM float iris_asinh_f32(float x) {
  const float size = __builtin_fabsf(x);
  const bool big = size > 0x1p14f;
  const float y = iris_vm_choose_f32(big, 1.0f, size);
  const float square = y * y;
  const float v = square + 1.0f;
  const float v_tail = iris_vm_sum_error_f32(square, 1.0f, v) + __builtin_fmaf(y, y, -square);
  const float w = __builtin_sqrtf(v);
  const float w_tail = (__builtin_fmaf(-w, w, v) + v_tail) * (0.5f / w);
  const float sum = w + y;
  const float low = iris_vm_fast_error_f32(w, y, sum) + w_tail;
  const uint32_t extra = iris_vm_mask_f32(big) & 1;
  const float result = iris_vm_log_pair_f32(iris_vm_choose_f32(big, size, sum), low, extra);
  const float real = iris_vm_choose_f32((size > 0x1p-13f) & (size < IRIS_INF_F32), result, size);
  return iris_vm_from_f32(iris_vm_bits_f32(real) | (iris_vm_bits_f32(x) & IRIS_VM_SIGN_F32));
}

/* log(x + w), w = sqrt((x - 1) (x + 1)). */
IRIS_VM float iris_acosh_f32(float x) {
  const bool big = x > 0x1p14f;
  const float y = iris_vm_choose_f32(big, 1.0f, x);
  const float less = y - 1.0f, more = y + 1.0f;
  const float v = less * more;
  const float v_tail = __builtin_fmaf(less, iris_vm_fast_error_f32(y, 1.0f, more), __builtin_fmaf(less, more, -v));
  const float w = __builtin_sqrtf(v);
  const float half = iris_vm_choose_f32(w > 0, 0.5f / w, 0.0f);
  const float w_tail = (__builtin_fmaf(-w, w, v) + v_tail) * half;
  const float sum = y + w;
  const float low = iris_vm_fast_error_f32(y, w, sum) + w_tail;
  const uint32_t extra = iris_vm_mask_f32(big) & 1;
  const float result = iris_vm_log_pair_f32(iris_vm_choose_f32(big, x, sum), low, extra);
  const float real = iris_vm_from_f32(iris_vm_bits_f32(result) | iris_vm_mask_f32(x < 1));
  return iris_vm_choose_f32(x < IRIS_INF_F32, real, x);
}

/* log((1 + |x|) / (1 - |x|)) / 2 = log(1 + 2|x| / (1 - |x|)) / 2.  A tiny x is its own result. */
IRIS_VM float iris_atanh_f32(float x) {
  const float size = __builtin_fabsf(x);
  const float under = 1.0f - size;
  const float under_tail = iris_vm_fast_error_f32(1.0f, -size, under);
  const float over = size + size;
  const float inverse = 1.0f / under;
  const float q = over * inverse;
  const float q_tail = __builtin_fmaf(-q, under_tail, __builtin_fmaf(-q, under, over)) * inverse;
  const float sum = 1.0f + q;
  const float result = 0.5f * iris_vm_log_pair_f32(sum, iris_vm_sum_error_f32(1.0f, q, sum) + q_tail, 0);
  const float edge = iris_vm_from_f32(iris_vm_bits_f32(IRIS_INF_F32) | iris_vm_mask_f32(size != 1));
  const float real = iris_vm_choose_f32(size > 0x1p-13f, iris_vm_choose_f32(size < 1, result, edge), size);
  return iris_vm_from_f32(iris_vm_bits_f32(real) | (iris_vm_bits_f32(x) & IRIS_VM_SIGN_F32));
}

#endif /* IRIS_VM_INVERSE_HYP_H */
