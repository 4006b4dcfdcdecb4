/* iris_vm_inverse_hyp.h - asinh, acosh, atanh.
 *
 * Logarithms of one plus a number in two parts.
 * Requires iris_vm_base.h and iris_vm_log.h.
 */
#ifndef IRIS_VM_INVERSE_HYP_H
#define IRIS_VM_INVERSE_HYP_H


/* sqrt(head + tail) as a pair; zero for zero. */
IRIS_VM struct iris_vm_pair iris_vm_sqrt_pair(double head, double tail) {
  const double w = __builtin_sqrt(head);
  const double half = w > 0 ? 0.5 / w : 0.0;
  const struct iris_vm_pair result = {w, (__builtin_fma(-w, w, head) + tail) * half};
  return result;
}

/* log(|x| + sqrt(x^2 + 1)) = log1p(|x| + (sqrt(x^2 + 1) - 1)); beyond the bound log(|x|) + ln(2). */
IRIS_VM double iris_asinh_f64(double x) {
  const double size = __builtin_fabs(x);
  const bool big = size > 0x1p30;
  const double y = big ? 1.0 : size;
  const double square = y * y;
  const double v = square + 1.0;
  const double v_tail = iris_vm_sum_error(square, 1.0, v) + __builtin_fma(y, y, -square);
  const struct iris_vm_pair w = iris_vm_sqrt_pair(v, v_tail);
  const double rise = w.head - 1.0;
  const double sum = y + rise;
  const double low = iris_vm_sum_error(y, rise, sum) + w.tail;
  const double result = iris_vm_log1p_pair(big ? size - 1.0 : sum, big ? 0.0 : low, big ? 1.0 : 0.0);
  return __builtin_copysign(size < IRIS_INF_F64 ? result : size, x);
}

/* log(x + sqrt(x^2 - 1)) = log1p((x - 1) + sqrt(x^2 - 1)). */
IRIS_VM double iris_acosh_f64(double x) {
  const bool big = x > 0x1p30;
  const double y = big ? 1.0 : x;
  const double square = y * y;
  const double first = square - 1.0;
  const double first_tail = iris_vm_sum_error(square, -1.0, first) + __builtin_fma(y, y, -square);
  const double v = first + first_tail;
  const struct iris_vm_pair w = iris_vm_sqrt_pair(v, iris_vm_fast_error(first, first_tail, v));
  const double t = x - 1.0;
  const double sum = t + w.head;
  const double low = iris_vm_sum_error(t, w.head, sum) + w.tail;
  const double result = iris_vm_log1p_pair(big ? t : sum, big ? 0.0 : low, big ? 1.0 : 0.0);
  const double real = x < 1 ? IRIS_NAN_F64 : result;
  return x < IRIS_INF_F64 ? real : x;
}

/* log((1 + |x|) / (1 - |x|)) / 2 = log1p(2|x| / (1 - |x|)) / 2. */
IRIS_VM double iris_atanh_f64(double x) {
  const double size = __builtin_fabs(x);
  const double under = 1.0 - size;
  const double under_tail = iris_vm_fast_error(1.0, -size, under);
  const double over = 2.0 * size;
  const double inverse = 1.0 / under;
  const double q = over * inverse;
  const double low = __builtin_fma(-q, under_tail, __builtin_fma(-q, under, over)) * inverse;
  const double result = 0.5 * iris_vm_log1p_pair(q, low, 0.0);
  const double edge = size == 1.0 ? IRIS_INF_F64 : size > 1.0 ? IRIS_NAN_F64 : size;
  return __builtin_copysign(size < 1.0 ? result : edge, x);
}

/* The same in float. */


/* sqrt(head + tail) as a pair; zero for zero. */
IRIS_VM struct iris_vm_pair_f32 iris_vm_sqrt_pair_f32(float head, float tail) {
  const float w = __builtin_sqrtf(head);
  const float half = w > 0 ? 0.5f / w : 0.0f;
  const struct iris_vm_pair_f32 result = {w, (__builtin_fmaf(-w, w, head) + tail) * half};
  return result;
}

/* log(|x| + sqrt(x^2 + 1)) = log1p(|x| + (sqrt(x^2 + 1) - 1)); beyond the bound log(|x|) + ln(2). */
IRIS_VM float iris_asinh_f32(float x) {
  const float size = __builtin_fabsf(x);
  const bool big = size > 0x1p14f;
  const float y = big ? 1.0f : size;
  const float square = y * y;
  const float v = square + 1.0f;
  const float v_tail = iris_vm_sum_error_f32(square, 1.0f, v) + __builtin_fmaf(y, y, -square);
  const struct iris_vm_pair_f32 w = iris_vm_sqrt_pair_f32(v, v_tail);
  const float rise = w.head - 1.0f;
  const float sum = y + rise;
  const float low = iris_vm_sum_error_f32(y, rise, sum) + w.tail;
  const float result = iris_vm_log1p_pair_f32(big ? size - 1.0f : sum, big ? 0.0f : low, big ? 1.0f : 0.0f);
  return __builtin_copysignf(size < IRIS_INF_F32 ? result : size, x);
}

/* log(x + sqrt(x^2 - 1)) = log1p((x - 1) + sqrt(x^2 - 1)). */
IRIS_VM float iris_acosh_f32(float x) {
  const bool big = x > 0x1p14f;
  const float y = big ? 1.0f : x;
  const float square = y * y;
  const float first = square - 1.0f;
  const float first_tail = iris_vm_sum_error_f32(square, -1.0f, first) + __builtin_fmaf(y, y, -square);
  const float v = first + first_tail;
  const struct iris_vm_pair_f32 w = iris_vm_sqrt_pair_f32(v, iris_vm_fast_error_f32(first, first_tail, v));
  const float t = x - 1.0f;
  const float sum = t + w.head;
  const float low = iris_vm_sum_error_f32(t, w.head, sum) + w.tail;
  const float result = iris_vm_log1p_pair_f32(big ? t : sum, big ? 0.0f : low, big ? 1.0f : 0.0f);
  const float real = x < 1 ? IRIS_NAN_F32 : result;
  return x < IRIS_INF_F32 ? real : x;
}

/* log((1 + |x|) / (1 - |x|)) / 2 = log1p(2|x| / (1 - |x|)) / 2. */
IRIS_VM float iris_atanh_f32(float x) {
  const float size = __builtin_fabsf(x);
  const float under = 1.0f - size;
  const float under_tail = iris_vm_fast_error_f32(1.0f, -size, under);
  const float over = 2.0f * size;
  const float inverse = 1.0f / under;
  const float q = over * inverse;
  const float low = __builtin_fmaf(-q, under_tail, __builtin_fmaf(-q, under, over)) * inverse;
  const float result = 0.5f * iris_vm_log1p_pair_f32(q, low, 0.0f);
  const float edge = size == 1.0f ? IRIS_INF_F32 : size > 1.0f ? IRIS_NAN_F32 : size;
  return __builtin_copysignf(size < 1.0f ? result : edge, x);
}

#endif /* IRIS_VM_INVERSE_HYP_H */
