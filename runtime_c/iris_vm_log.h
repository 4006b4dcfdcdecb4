/* iris_vm_log.h - log, log2, log10, log1p.
 *
 * The argument is 2^k (1 + g) with 1 + g from sqrt(1/2) to sqrt(2), and log(1 + g) = 2 artanh(g / (2 + g)).  The terms
 * that matter are kept with their rounding errors, so powers of two (and of ten) come out exact.
 * Requires iris_vm_base.h.
 */
#ifndef IRIS_VM_LOG_H
#define IRIS_VM_LOG_H

/* polynomial iris_vm_log_tail */
/* (log((1+s)/(1-s)) - 2s) / s^3, x = s^2, on |s| <= 0.1716 */
IRIS_VM double iris_vm_log_tail(double x) {
  const double z = x * x;
  double even = 0x1.2b5f68a50d903p-3;
  even = __builtin_fma(even, z, 0x1.7462b91b8df65p-3);
  even = __builtin_fma(even, z, 0x1.2492492dfd86cp-2);
  even = __builtin_fma(even, z, 0x1.5555555555558p-1);
  double odd = 0x1.39fdcceb4bb45p-3;
  odd = __builtin_fma(odd, z, 0x1.c71c62d5e53ep-3);
  odd = __builtin_fma(odd, z, 0x1.9999999995273p-2);
  return __builtin_fma(odd, x, even);
}
/* end */

/* x = 2^k (1 + g), from sqrt(1/2) to sqrt(2); x is positive and normal. */
struct iris_vm_split {
  double k, g;
};
IRIS_VM struct iris_vm_split iris_vm_split(double x) {
  const uint64_t shift = (1024ULL << 52) - 0x3fe6a09e667f3bcdULL;
  const uint64_t bits = iris_vm_bits_f64(x) + shift;
  const double k = iris_vm_from_f64(bits >> 52 | 0x4330000000000000ULL) - (0x1p52 + 1024);
  const double m = iris_vm_from_f64((bits & 0x000fffffffffffffULL) + 0x3fe6a09e667f3bcdULL);
  const struct iris_vm_split result = {k, m - 1.0};
  return result;
}

/* log(1 + g) to about 64 bits: s = g / (2 + g), g - g^2/2 + s (g^2/2 + s^2 P(s^2)), the first two terms with their errors.
 * `low` is what g lacks of the number meant: log(1 + g + low) = log(1 + g) + low (1-s)/(1+s). */
IRIS_VM struct iris_vm_pair iris_vm_log_reduced(double g, double low) {
  const double s = g / (2.0 + g);
  const double z = s * s;
  const double half = 0.5 * g;
  const double square = half * g;
  const double head = g - square;
  const double slope = __builtin_fma(s, __builtin_fma(s, __builtin_fma(s, -2.0, 2.0), -2.0), 1.0);
  const double rest = __builtin_fma(low, slope, ((g - head) - square) - __builtin_fma(half, g, -square));
  const struct iris_vm_pair result = {head, __builtin_fma(s, __builtin_fma(z, iris_vm_log_tail(z), square), rest)};
  return result;
}

/* What a logarithm is where its argument is zero, negative, infinite or nan. */
IRIS_VM double iris_vm_log_special(double x, double result) {
  const double positive = x > 0 ? result : x == 0 ? -IRIS_INF_F64 : IRIS_NAN_F64;
  return x < IRIS_INF_F64 ? positive : x;
}

IRIS_VM double iris_log_f64(double x) {
  const bool tiny = x < 0x1p-1022;
  const struct iris_vm_split u = iris_vm_split(tiny ? x * 0x1p54 : x);
  const double k = tiny ? u.k - 54.0 : u.k;
  const struct iris_vm_pair p = iris_vm_log_reduced(u.g, 0);
  const double whole = k * IRIS_VM_LN2_HI;
  const double head = whole + p.head;
  const double tail = __builtin_fma(k, IRIS_VM_LN2_LO, p.tail) + iris_vm_fast_error(whole, p.head, head);
  return iris_vm_log_special(x, head + tail);
}

/* To another base: both parts times 1/ln(base), itself in two parts; k is counted in log(2) of that base. */
IRIS_VM double iris_vm_log_base(double x, double factor_head, double factor_tail, double two_head, double two_tail) {
  const bool tiny = x < 0x1p-1022;
  const struct iris_vm_split u = iris_vm_split(tiny ? x * 0x1p54 : x);
  const double k = tiny ? u.k - 54.0 : u.k;
  const struct iris_vm_pair p = iris_vm_log_reduced(u.g, 0);
  const double product = p.head * factor_head;
  const double error = __builtin_fma(p.head, factor_tail, __builtin_fma(p.head, factor_head, -product));
  const double whole = k * two_head;
  const double head = whole + product;
  const double lost = __builtin_fma(k, two_tail, iris_vm_fast_error(whole, product, head));
  return iris_vm_log_special(x, head + (__builtin_fma(p.tail, factor_head, error) + lost));
}
IRIS_VM double iris_log2_f64(double x) {
  return iris_vm_log_base(x, 0x1.71547652b82fep0, 0x1.777d0ffda0d24p-56, 1.0, 0.0);
}
IRIS_VM double iris_log10_f64(double x) {
  return iris_vm_log_base(x, 0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57, 0x1.34413509f78p-2, 0x1.fef311f12b358p-46);
}

/* log(1 + f + low) + extra ln(2), for 1 + f positive: 1 + f is rounded, and its error goes on as a low part. */
IRIS_VM double iris_vm_log1p_pair(double f, double low, double extra) {
  const double sum = 1.0 + f;
  const struct iris_vm_split u = iris_vm_split(sum);
  const double lost = iris_vm_sum_error(1.0, f, sum) + low;
  const double scale = iris_vm_power2_f64(-(u.k > 1000.0 ? 1000.0 : u.k));
  const bool near = u.k == 0;
  const struct iris_vm_pair p = iris_vm_log_reduced(near ? f : u.g, near ? low : lost * scale);
  const double k = u.k + extra;
  const double whole = k * IRIS_VM_LN2_HI;
  const double head = whole + p.head;
  return head + (__builtin_fma(k, IRIS_VM_LN2_LO, p.tail) + iris_vm_fast_error(whole, p.head, head));
}
IRIS_VM double iris_log1p_f64(double x) {
  const double result = iris_vm_log1p_pair(x, 0, 0);
  return __builtin_copysign(iris_vm_log_special(1.0 + x, result), x);
}

/* The same in float. */

/* polynomial iris_vm_log_tail_f32 */
/* (log((1+s)/(1-s)) - 2s) / s^3, x = s^2, on |s| <= 0.1716 */
IRIS_VM float iris_vm_log_tail_f32(float x) {
  float p = 0x1.2ee8c8p-2f;
  p = __builtin_fmaf(p, x, 0x1.997c22p-2f);
  p = __builtin_fmaf(p, x, 0x1.55555cp-1f);
  return p;
}
/* end */

/* x = 2^k (1 + g), from sqrt(1/2) to sqrt(2); x is positive and normal. */
struct iris_vm_split_f32 {
  float k, g;
};
IRIS_VM struct iris_vm_split_f32 iris_vm_split_f32(float x) {
  const uint32_t shift = (128U << 23) - 0x3f3504f3U;
  const uint32_t bits = iris_vm_bits_f32(x) + shift;
  const float k = (float)((int32_t)(bits >> 23) - 128);
  const float m = iris_vm_from_f32((bits & 0x007fffffU) + 0x3f3504f3U);
  const struct iris_vm_split_f32 result = {k, m - 1.0f};
  return result;
}

/* log(1 + g) to about 30 bits: s = g / (2 + g), g - g^2/2 + s (g^2/2 + s^2 P(s^2)), the first two terms with their errors.
 * `low` is what g lacks of the number meant: log(1 + g + low) = log(1 + g) + low (1-s)/(1+s). */
IRIS_VM struct iris_vm_pair_f32 iris_vm_log_reduced_f32(float g, float low) {
  const float s = g / (2.0f + g);
  const float z = s * s;
  const float half = 0.5f * g;
  const float square = half * g;
  const float head = g - square;
  const float slope = __builtin_fmaf(s, __builtin_fmaf(s, __builtin_fmaf(s, -2.0f, 2.0f), -2.0f), 1.0f);
  const float rest = __builtin_fmaf(low, slope, ((g - head) - square) - __builtin_fmaf(half, g, -square));
  const struct iris_vm_pair_f32 result = {head, __builtin_fmaf(s, __builtin_fmaf(z, iris_vm_log_tail_f32(z), square), rest)};
  return result;
}

/* What a logarithm is where its argument is zero, negative, infinite or nan. */
IRIS_VM float iris_vm_log_special_f32(float x, float result) {
  const float positive = x > 0 ? result : x == 0 ? -IRIS_INF_F32 : IRIS_NAN_F32;
  return x < IRIS_INF_F32 ? positive : x;
}

IRIS_VM float iris_log_f32(float x) {
  const bool tiny = x < 0x1p-126f;
  const struct iris_vm_split_f32 u = iris_vm_split_f32(tiny ? x * 0x1p25f : x);
  const float k = tiny ? u.k - 25.0f : u.k;
  const struct iris_vm_pair_f32 p = iris_vm_log_reduced_f32(u.g, 0);
  const float whole = k * IRIS_VM_LN2_HI_F32;
  const float head = whole + p.head;
  const float tail = __builtin_fmaf(k, IRIS_VM_LN2_LO_F32, p.tail) + iris_vm_fast_error_f32(whole, p.head, head);
  return iris_vm_log_special_f32(x, head + tail);
}

/* To another base: both parts times 1/ln(base), itself in two parts; k is counted in log(2) of that base. */
IRIS_VM float iris_vm_log_base_f32(float x, float factor_head, float factor_tail, float two_head, float two_tail) {
  const bool tiny = x < 0x1p-126f;
  const struct iris_vm_split_f32 u = iris_vm_split_f32(tiny ? x * 0x1p25f : x);
  const float k = tiny ? u.k - 25.0f : u.k;
  const struct iris_vm_pair_f32 p = iris_vm_log_reduced_f32(u.g, 0);
  const float product = p.head * factor_head;
  const float error = __builtin_fmaf(p.head, factor_tail, __builtin_fmaf(p.head, factor_head, -product));
  const float whole = k * two_head;
  const float head = whole + product;
  const float lost = __builtin_fmaf(k, two_tail, iris_vm_fast_error_f32(whole, product, head));
  return iris_vm_log_special_f32(x, head + (__builtin_fmaf(p.tail, factor_head, error) + lost));
}
IRIS_VM float iris_log2_f32(float x) {
  return iris_vm_log_base_f32(x, 0x1.715476p0f, 0x1.4ae0cp-26f, 1.0f, 0.0f);
}
IRIS_VM float iris_log10_f32(float x) {
  return iris_vm_log_base_f32(x, 0x1.bcb7b2p-2f, -0x1.5b235ep-27f, 0x1.344p-2f, 0x1.3509f8p-18f);
}

/* log(1 + f + low) + extra ln(2), for 1 + f positive: 1 + f is rounded, and its error goes on as a low part. */
IRIS_VM float iris_vm_log1p_pair_f32(float f, float low, float extra) {
  const float sum = 1.0f + f;
  const struct iris_vm_split_f32 u = iris_vm_split_f32(sum);
  const float lost = iris_vm_sum_error_f32(1.0f, f, sum) + low;
  const float scale = iris_vm_power2_f32(-(u.k > 100.0f ? 100.0f : u.k));
  const bool near = u.k == 0;
  const struct iris_vm_pair_f32 p = iris_vm_log_reduced_f32(near ? f : u.g, near ? low : lost * scale);
  const float k = u.k + extra;
  const float whole = k * IRIS_VM_LN2_HI_F32;
  const float head = whole + p.head;
  return head + (__builtin_fmaf(k, IRIS_VM_LN2_LO_F32, p.tail) + iris_vm_fast_error_f32(whole, p.head, head));
}
IRIS_VM float iris_log1p_f32(float x) {
  const float result = iris_vm_log1p_pair_f32(x, 0, 0);
  return __builtin_copysignf(iris_vm_log_special_f32(1.0f + x, result), x);
}

#endif /* IRIS_VM_LOG_H */
