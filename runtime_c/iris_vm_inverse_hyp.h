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

/* polynomial iris_vm_atanh_tail */
/* (atanh(s) - s) / s^3, x = s^2, on |s| <= 0.2006 */
IRIS_VM double iris_vm_atanh_tail(double x) {
  const double z = x * x;
  const double p0 = __builtin_fma(x, 0x1.9999999999b03p-3, 0x1.5555555555555p-2);
  const double p1 = __builtin_fma(x, 0x1.c71c71d165a9ap-4, 0x1.2492492481ce4p-3);
  const double p2 = __builtin_fma(x, 0x1.3b136ed9aa83dp-4, 0x1.745d1656e4935p-4);
  const double p3 = __builtin_fma(x, 0x1.dcbb0be5b7066p-5, 0x1.1126a58860b71p-4);
  const double q0 = __builtin_fma(z, p1, p0);
  const double q1 = __builtin_fma(z, p3, p2);
  const double zz = z * z;
  double r = 0x1.f8d90bed2afbap-5;
  r = __builtin_fma(r, zz, q1);
  r = __builtin_fma(r, zz, q0);
  return r;
}
/* end */

/* (1 + y) / (1 - y) = 2^k m, and atanh(y) = k ln(2)/2 + atanh((m - 1) / (m + 1)): k from the difference of the bits of the
 * two, with which m is from 0.66 to 1.51.  What rounding took from sums and the quotient, they get back to first order. */
IRIS_VM double iris_atanh_f64(double x) {
  const double size = __builtin_fabs(x);
  const double more = 1.0 + size, less = 1.0 - size;
  const double more_tail = iris_vm_fast_error(1.0, size, more), less_tail = iris_vm_fast_error(1.0, -size, less);
  const uint64_t apart = iris_vm_bits_f64(more) - iris_vm_bits_f64(less) + (1024ULL << 52) + (1ULL << 51);
  const double k = iris_vm_exponent((apart >> 52) + 1024);
  const double power = iris_vm_from_f64((apart & 0xfff0000000000000ULL) - (1ULL << 52));
  const double other = power * less, other_tail = power * less_tail;
  const double over = more - other, under = more + other;
  const double under_tail = iris_vm_fast_error(more, other, under) + (more_tail + other_tail);
  const double s = over / under, inverse = 1.0 / under;
  const double z = s * s;
  const double lost = __builtin_fma(-s, under_tail, __builtin_fma(-s, under, over) + (more_tail - other_tail));
  const double whole = k * (0.5 * IRIS_VM_LN2_HI);
  const double head = whole + s;
  const double error = __builtin_fma(k, 0.5 * IRIS_VM_LN2_LO, iris_vm_fast_error(whole, s, head));
  const double result = head + __builtin_fma(lost, inverse, __builtin_fma(s * z, iris_vm_atanh_tail(z), error));
  const double edge = iris_vm_from_f64(iris_vm_bits_f64(IRIS_INF_F64) | iris_vm_mask_f64(size != 1));
  const double real = iris_vm_choose_f64(size < 1, result, edge);
  return iris_vm_from_f64(iris_vm_bits_f64(real) | (iris_vm_bits_f64(x) & IRIS_VM_SIGN_F64));
}

/* The same in float. */

/* log(2^(extra / 2^23) sum) + rest, for a normal sum; what rest is of lies below its last place. */
IRIS_VM float iris_vm_log_near_f32(float sum, float rest, uint32_t extra) {
  const uint32_t bits = iris_vm_bits_f32(sum), octave = iris_vm_octave_f32(bits);
  const struct iris_vm_log_terms_f32 t = iris_vm_log_terms_f32(iris_vm_from_f32(bits - octave));
  const float k = (float)(int32_t)(octave + extra);
  const float whole = k * (IRIS_VM_LN2_HI_F32 * 0x1p-23f);
  const float head = whole + t.g;
  const float tail = __builtin_fmaf(k, IRIS_VM_LN2_LO_F32 * 0x1p-23f, iris_vm_fast_error_f32(whole, t.g, head));
  return head + ((rest + tail) + t.curve);
}

/* log(|x| + w), w = sqrt(x^2 + 1); beyond the bound log(|x|) + ln(2).  v - 1 is exact, and 1 / (w + y) is w - y. */
IRIS_VM float iris_asinh_f32(float x) {
  const float y = __builtin_fabsf(x);
  const bool big = y > 0x1p12f;
  const float v = __builtin_fmaf(y, y, 1.0f);
  const float v_tail = __builtin_fmaf(y, y, 1.0f - v);
  const float w = __builtin_sqrtf(v);
  const float w_tail = (__builtin_fmaf(-w, w, v) + v_tail) * (0.5f / w);
  const float sum = w + y;
  const float low = iris_vm_fast_error_f32(w, y, sum) + w_tail;
  const float rest = iris_vm_choose_f32(big, 0.0f, low * (w - y));
  const uint32_t extra = iris_vm_mask_f32(big) & (1U << 23);
  const float result = iris_vm_log_near_f32(iris_vm_choose_f32(big, y, sum), rest, extra);
  const float real = iris_vm_choose_f32((y > 0x1p-13f) & (y < IRIS_INF_F32), result, y);
  return iris_vm_from_f32(iris_vm_bits_f32(real) | (iris_vm_bits_f32(x) & IRIS_VM_SIGN_F32));
}

/* log(x + w), w = sqrt(d^2 + 2d), d = x - 1.  2d - v is exact up to d = 2, and beyond its error is small.  The reciprocal
 * is a difference of bits, within an eighth; that of no w is finite. */
IRIS_VM float iris_acosh_f32(float x) {
  const bool big = x > 0x1p12f;
  const float d = x - 1.0f, twice = d + d;
  const float v = __builtin_fmaf(d, d, twice);
  const float v_tail = __builtin_fmaf(d, d, twice - v);
  const float w = __builtin_sqrtf(v);
  const float half = iris_vm_from_f32(0x7e7311c7U - iris_vm_bits_f32(w));
  const float sum = x + w;
  const float low = __builtin_fmaf(__builtin_fmaf(-w, w, v) + v_tail, half, iris_vm_fast_error_f32(x, w, sum));
  const float rest = iris_vm_choose_f32(big, 0.0f, low * (x - w));
  const uint32_t extra = iris_vm_mask_f32(big) & (1U << 23);
  const float result = iris_vm_log_near_f32(iris_vm_choose_f32(big, x, sum), rest, extra);
  const float real = iris_vm_from_f32(iris_vm_bits_f32(result) | iris_vm_mask_f32(x < 1));
  return iris_vm_choose_f32(x < IRIS_INF_F32, real, x);
}

/* polynomial iris_vm_atanh_tail_f32 */
/* (atanh(s) - s) / s^3, x = s^2, on |s| <= 0.2006 */
IRIS_VM float iris_vm_atanh_tail_f32(float x) {
  const float z = x * x;
  const float p0 = __builtin_fmaf(x, 0x1.999cp-3f, 0x1.555554p-2f);
  const float p1 = __builtin_fmaf(x, 0x1.ee2284p-4f, 0x1.23e3ccp-3f);
  const float q0 = __builtin_fmaf(z, p1, p0);
  return q0;
}
/* end */

/* As in double. */
IRIS_VM float iris_atanh_f32(float x) {
  const float size = __builtin_fabsf(x);
  const float more = 1.0f + size, less = 1.0f - size;
  const float more_tail = iris_vm_fast_error_f32(1.0f, size, more);
  const float less_tail = iris_vm_fast_error_f32(1.0f, -size, less);
  const uint32_t octave = (iris_vm_bits_f32(more) - iris_vm_bits_f32(less) + (1U << 22)) & 0xff800000U; /* 2^23 k */
  const float k = (float)(int32_t)octave;
  const float power = iris_vm_from_f32(octave + (127U << 23));
  const float other = power * less, other_tail = power * less_tail;
  const float over = more - other, under = more + other;
  const float under_tail = iris_vm_fast_error_f32(more, other, under) + (more_tail + other_tail);
  const float s = over / under, inverse = 1.0f / under;
  const float z = s * s;
  const float lost = __builtin_fmaf(-s, under_tail, __builtin_fmaf(-s, under, over) + (more_tail - other_tail));
  const float whole = k * (0.5f * IRIS_VM_LN2_HI_F32 * 0x1p-23f);
  const float head = whole + s;
  const float error = __builtin_fmaf(k, 0.5f * IRIS_VM_LN2_LO_F32 * 0x1p-23f, iris_vm_fast_error_f32(whole, s, head));
  const float result = head + __builtin_fmaf(lost, inverse, __builtin_fmaf(s * z, iris_vm_atanh_tail_f32(z), error));
  const float edge = iris_vm_from_f32(iris_vm_bits_f32(IRIS_INF_F32) | iris_vm_mask_f32(size != 1));
  const float real = iris_vm_choose_f32(size < 1, result, edge);
  return iris_vm_from_f32(iris_vm_bits_f32(real) | (iris_vm_bits_f32(x) & IRIS_VM_SIGN_F32));
}

#endif /* IRIS_VM_INVERSE_HYP_H */
