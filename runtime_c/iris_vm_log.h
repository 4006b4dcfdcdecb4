/* iris_vm_log.h - log, log2, log10, log1p.
 *
 * The argument is 2^k (1 + g) with 1 + g from sqrt(1/2) to sqrt(2), and log(1 + g) = 2 artanh(s) with s = g / (2 + g),
 * summed as g - g^2/2 + s (g^2/2 + s^2 P(s^2)).  g is exact, and its sum with k ln(2) keeps its rounding error: so
 * powers of two (and of ten) come out exact.  Requires iris_vm_base.h.
 */
#ifndef IRIS_VM_LOG_H
#define IRIS_VM_LOG_H

/* The bits of sqrt(1/2). */
#define IRIS_VM_ROOT_HALF_F64 0x3fe6a09e667f3bcdULL
#define IRIS_VM_ROOT_HALF_F32 0x3f3504f3U

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
  const uint64_t bits = iris_vm_bits_f64(x) + ((1024ULL << 52) - IRIS_VM_ROOT_HALF_F64);
  const double k = iris_vm_from_f64(bits >> 52 | 0x4330000000000000ULL) - (0x1p52 + 1024);
  const double m = iris_vm_from_f64((bits & 0x000fffffffffffffULL) + IRIS_VM_ROOT_HALF_F64);
  const struct iris_vm_split result = {k, m - 1.0};
  return result;
}
/* The same, and x may be subnormal. */
IRIS_VM struct iris_vm_split iris_vm_split_any(double x) {
  const bool tiny = x < 0x1p-1022;
  const double y = iris_vm_choose_f64(tiny, x * 0x1p54, x);
  const uint64_t bits = iris_vm_bits_f64(y) + ((2048ULL << 52) - IRIS_VM_ROOT_HALF_F64);
  const uint64_t scaled = bits - (iris_vm_mask_f64(tiny) & (54ULL << 52));
  const double k = iris_vm_from_f64(scaled >> 52 | 0x4330000000000000ULL) - (0x1p52 + 2048);
  const double m = iris_vm_from_f64((bits & 0x000fffffffffffffULL) + IRIS_VM_ROOT_HALF_F64);
  const struct iris_vm_split result = {k, m - 1.0};
  return result;
}

/* log(1 + g) = g - square + s curve. */
struct iris_vm_log_terms {
  double s, square, curve;
};
IRIS_VM struct iris_vm_log_terms iris_vm_log_terms(double g) {
  const double s = g / (2.0 + g);
  const double z = s * s;
  const double square = 0.5 * g * g;
  const struct iris_vm_log_terms result = {s, square, __builtin_fma(z, iris_vm_log_tail(z), square)};
  return result;
}

/* What a logarithm is where its argument is zero, negative, infinite or nan. */
IRIS_VM double iris_vm_log_special(double x, double result) {
  const double edge = iris_vm_from_f64(iris_vm_mask_f64(x < 0) | iris_vm_bits_f64(-IRIS_INF_F64));
  return iris_vm_choose_f64(x < IRIS_INF_F64, iris_vm_choose_f64(x > 0, result, edge), x);
}

IRIS_VM double iris_log_f64(double x) {
  const struct iris_vm_split u = iris_vm_split_any(x);
  const struct iris_vm_log_terms t = iris_vm_log_terms(u.g);
  const double whole = u.k * IRIS_VM_LN2_HI;
  const double head = whole + u.g;
  const double tail = __builtin_fma(u.k, IRIS_VM_LN2_LO, iris_vm_fast_error(whole, u.g, head));
  return iris_vm_log_special(x, head + __builtin_fma(t.s, t.curve, tail - t.square));
}

/* Times 1/ln(10), in two parts; k is counted in log10(2). */
IRIS_VM double iris_log10_f64(double x) {
  const double factor = 0x1.bcb7b1526e50ep-2, factor_tail = 0x1.95355baaafad3p-57;
  const double two = 0x1.34413509f78p-2, two_tail = 0x1.fef311f12b358p-46;
  const struct iris_vm_split u = iris_vm_split_any(x);
  const struct iris_vm_log_terms t = iris_vm_log_terms(u.g);
  const double product = u.g * factor;
  const double error = __builtin_fma(u.g, factor_tail, __builtin_fma(u.g, factor, -product));
  const double whole = u.k * two;
  const double head = whole + product;
  const double tail = __builtin_fma(u.k, two_tail, iris_vm_fast_error(whole, product, head)) + error;
  return iris_vm_log_special(x, head + __builtin_fma(__builtin_fma(t.s, t.curve, -t.square), factor, tail));
}

/* Times 1/ln(2), in two parts.  This one magnifies errors: g - g^2/2 is kept with its own. */
IRIS_VM double iris_log2_f64(double x) {
  const double factor = 0x1.71547652b82fep0, factor_tail = 0x1.777d0ffda0d24p-56;
  const struct iris_vm_split u = iris_vm_split_any(x);
  const struct iris_vm_log_terms t = iris_vm_log_terms(u.g);
  const double first = u.g - t.square;
  const double rest = ((u.g - first) - t.square) - __builtin_fma(0.5 * u.g, u.g, -t.square);
  const double product = first * factor;
  const double error = __builtin_fma(first, factor_tail, __builtin_fma(first, factor, -product));
  const double head = u.k + product;
  const double tail = iris_vm_fast_error(u.k, product, head) + error;
  return iris_vm_log_special(x, head + __builtin_fma(__builtin_fma(t.s, t.curve, rest), factor, tail));
}

/* log(sum + low) + extra ln(2), for a normal sum and a low part of about its rounding error:
 * log(1 + g + low) = log(1 + g) + low (1-s)/(1+s), of which 1 - 2s + 2s^2 is enough. */
IRIS_VM double iris_vm_log_pair(double sum, double low, double extra) {
  const struct iris_vm_split u = iris_vm_split(sum);
  const uint64_t exponent = (iris_vm_bits_f64(sum) + ((1024ULL << 52) - IRIS_VM_ROOT_HALF_F64)) & 0xfff0000000000000ULL;
  const double scale = iris_vm_from_f64((2048ULL << 52) - exponent); /* 2^(1-k) */
  const struct iris_vm_log_terms t = iris_vm_log_terms(u.g);
  const double half_slope = __builtin_fma(t.s, t.s - 1.0, 0.5);
  const double k = u.k + extra;
  const double whole = k * IRIS_VM_LN2_HI;
  const double head = whole + u.g;
  const double tail = __builtin_fma(k, IRIS_VM_LN2_LO, iris_vm_fast_error(whole, u.g, head));
  return head + __builtin_fma(t.s, t.curve, __builtin_fma(low * scale, half_slope, tail) - t.square);
}
IRIS_VM double iris_log1p_f64(double x) {
  const double sum = 1.0 + x;
  const double result = iris_vm_log_special(sum, iris_vm_log_pair(sum, iris_vm_sum_error(1.0, x, sum), 0));
  return iris_vm_from_f64(iris_vm_bits_f64(result) | (iris_vm_bits_f64(x) & IRIS_VM_SIGN_F64));
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
  const uint32_t bits = iris_vm_bits_f32(x) + ((128U << 23) - IRIS_VM_ROOT_HALF_F32);
  const float k = (float)((int32_t)(bits >> 23) - 128);
  const float m = iris_vm_from_f32((bits & 0x007fffffU) + IRIS_VM_ROOT_HALF_F32);
  const struct iris_vm_split_f32 result = {k, m - 1.0f};
  return result;
}
/* The same, and x may be subnormal. */
IRIS_VM struct iris_vm_split_f32 iris_vm_split_any_f32(float x) {
  const bool tiny = x < 0x1p-126f;
  const float y = iris_vm_choose_f32(tiny, x * 0x1p25f, x);
  const uint32_t bits = iris_vm_bits_f32(y) + ((256U << 23) - IRIS_VM_ROOT_HALF_F32);
  const uint32_t scaled = bits - (iris_vm_mask_f32(tiny) & (25U << 23));
  const float k = (float)((int32_t)(scaled >> 23) - 256);
  const float m = iris_vm_from_f32((bits & 0x007fffffU) + IRIS_VM_ROOT_HALF_F32);
  const struct iris_vm_split_f32 result = {k, m - 1.0f};
  return result;
}

/* log(1 + g) = g - square + s curve. */
struct iris_vm_log_terms_f32 {
  float s, square, curve;
};
IRIS_VM struct iris_vm_log_terms_f32 iris_vm_log_terms_f32(float g) {
  const float s = g / (2.0f + g);
  const float z = s * s;
  const float square = 0.5f * g * g;
  const struct iris_vm_log_terms_f32 result = {s, square, __builtin_fmaf(z, iris_vm_log_tail_f32(z), square)};
  return result;
}

/* What a logarithm is where its argument is zero, negative, infinite or nan. */
IRIS_VM float iris_vm_log_special_f32(float x, float result) {
  const float edge = iris_vm_from_f32(iris_vm_mask_f32(x < 0) | iris_vm_bits_f32(-IRIS_INF_F32));
  return iris_vm_choose_f32(x < IRIS_INF_F32, iris_vm_choose_f32(x > 0, result, edge), x);
}

IRIS_VM float iris_log_f32(float x) {
  const struct iris_vm_split_f32 u = iris_vm_split_any_f32(x);
  const struct iris_vm_log_terms_f32 t = iris_vm_log_terms_f32(u.g);
  const float whole = u.k * IRIS_VM_LN2_HI_F32;
  const float head = whole + u.g;
  const float tail = __builtin_fmaf(u.k, IRIS_VM_LN2_LO_F32, iris_vm_fast_error_f32(whole, u.g, head));
  return iris_vm_log_special_f32(x, head + __builtin_fmaf(t.s, t.curve, tail - t.square));
}

/* Times 1/ln(10), in two parts; k is counted in log10(2). */
IRIS_VM float iris_log10_f32(float x) {
  const float factor = 0x1.bcb7b2p-2f, factor_tail = -0x1.5b235ep-27f;
  const float two = 0x1.344p-2f, two_tail = 0x1.3509f8p-18f;
  const struct iris_vm_split_f32 u = iris_vm_split_any_f32(x);
  const struct iris_vm_log_terms_f32 t = iris_vm_log_terms_f32(u.g);
  const float product = u.g * factor;
  const float error = __builtin_fmaf(u.g, factor_tail, __builtin_fmaf(u.g, factor, -product));
  const float whole = u.k * two;
  const float head = whole + product;
  const float tail = __builtin_fmaf(u.k, two_tail, iris_vm_fast_error_f32(whole, product, head)) + error;
  return iris_vm_log_special_f32(x, head + __builtin_fmaf(__builtin_fmaf(t.s, t.curve, -t.square), factor, tail));
}

/* Times 1/ln(2), in two parts.  This one magnifies errors: g - g^2/2 is kept with its own. */
IRIS_VM float iris_log2_f32(float x) {
  const float factor = 0x1.715476p0f, factor_tail = 0x1.4ae0cp-26f;
  const struct iris_vm_split_f32 u = iris_vm_split_any_f32(x);
  const struct iris_vm_log_terms_f32 t = iris_vm_log_terms_f32(u.g);
  const float first = u.g - t.square;
  const float rest = ((u.g - first) - t.square) - __builtin_fmaf(0.5f * u.g, u.g, -t.square);
  const float product = first * factor;
  const float error = __builtin_fmaf(first, factor_tail, __builtin_fmaf(first, factor, -product));
  const float head = u.k + product;
  const float tail = iris_vm_fast_error_f32(u.k, product, head) + error;
  return iris_vm_log_special_f32(x, head + __builtin_fmaf(__builtin_fmaf(t.s, t.curve, rest), factor, tail));
}

/* log(sum + low) + extra ln(2), for a normal sum and a low part of about its rounding error:
 * log(1 + g + low) = log(1 + g) + low (1-s)/(1+s), of which 1 - 2s + 2s^2 is enough. */
IRIS_VM float iris_vm_log_pair_f32(float sum, float low, float extra) {
  const struct iris_vm_split_f32 u = iris_vm_split_f32(sum);
  const uint32_t exponent = (iris_vm_bits_f32(sum) + ((128U << 23) - IRIS_VM_ROOT_HALF_F32)) & 0xff800000U;
  const float scale = iris_vm_from_f32((256U << 23) - exponent); /* 2^(1-k) */
  const struct iris_vm_log_terms_f32 t = iris_vm_log_terms_f32(u.g);
  const float half_slope = __builtin_fmaf(t.s, t.s - 1.0f, 0.5f);
  const float k = u.k + extra;
  const float whole = k * IRIS_VM_LN2_HI_F32;
  const float head = whole + u.g;
  const float tail = __builtin_fmaf(k, IRIS_VM_LN2_LO_F32, iris_vm_fast_error_f32(whole, u.g, head));
  return head + __builtin_fmaf(t.s, t.curve, __builtin_fmaf(low * scale, half_slope, tail) - t.square);
}
IRIS_VM float iris_log1p_f32(float x) {
  const float sum = 1.0f + x;
  const float result = iris_vm_log_special_f32(sum, iris_vm_log_pair_f32(sum, iris_vm_sum_error_f32(1.0f, x, sum), 0));
  return iris_vm_from_f32(iris_vm_bits_f32(result) | (iris_vm_bits_f32(x) & IRIS_VM_SIGN_F32));
}

#endif /* IRIS_VM_LOG_H */
