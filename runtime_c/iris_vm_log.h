/* iris_vm_log.h - log, log2, log10, log1p.
 *
 * The argument is 2^k (1 + g) with 1 + g from sqrt(1/2) to sqrt(2), and log(1 + g) = 2 artanh(s) with s = g / (2 + g),
 * summed as g - g^2/2 + s (g^2/2 + s^2 P(s^2)).  g is exact, and its sum with k ln(2) keeps its rounding error: so
 * powers of two (and of ten) come out exact.  That of float has no division.  Requires iris_vm_base.h.
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

/* x = 2^k m with m from sqrt(1/2) to sqrt(2): from the bits of a normal x plus these, m and k + 2048. */
#define IRIS_VM_SPLIT_F64 ((2048ULL << 52) - IRIS_VM_ROOT_HALF_F64)
IRIS_VM double iris_vm_mantissa(uint64_t bits) {
  return iris_vm_from_f64((bits & 0x000fffffffffffffULL) + IRIS_VM_ROOT_HALF_F64);
}
IRIS_VM double iris_vm_exponent(uint64_t biased) {
  return iris_vm_from_f64(biased | 0x4330000000000000ULL) - (0x1p52 + 2048);
}
/* Of a positive x, which may be subnormal. */
struct iris_vm_split {
  uint64_t biased;
  double m;
};
IRIS_VM struct iris_vm_split iris_vm_split(double x) {
  const uint64_t tiny = iris_vm_below_f64(x, 1ULL << 52);
  const uint64_t bits = iris_vm_bits_f64(iris_vm_pick_f64(tiny, x * 0x1p54, x)) + IRIS_VM_SPLIT_F64;
  const uint64_t biased = (bits - (tiny & (54ULL << 52))) >> 52;
  const struct iris_vm_split result = {biased, iris_vm_mantissa(bits)};
  return result;
}

/* log(m) = g - square + s curve. */
struct iris_vm_log_terms {
  double g, s, square, curve;
};
IRIS_VM struct iris_vm_log_terms iris_vm_log_terms(double m) {
  const double g = m - 1.0;
  const double s = g / (m + 1.0);
  const double z = s * s;
  const double square = 0.5 * g * g;
  const struct iris_vm_log_terms result = {g, s, square, __builtin_fma(z, iris_vm_log_tail(z), square)};
  return result;
}

/* What a logarithm is where its argument is zero, negative, infinite or nan. */
IRIS_VM double iris_vm_log_special(double x, double result) {
  const double edge = iris_vm_from_f64(iris_vm_mask_f64(x < 0) | iris_vm_bits_f64(-IRIS_INF_F64));
  return iris_vm_choose_f64(x < IRIS_INF_F64, iris_vm_choose_f64(x > 0, result, edge), x);
}

IRIS_VM double iris_log_f64(double x) {
  const struct iris_vm_split u = iris_vm_split(x);
  const double k = iris_vm_exponent(u.biased);
  const struct iris_vm_log_terms t = iris_vm_log_terms(u.m);
  const double whole = k * IRIS_VM_LN2_HI;
  const double head = whole + t.g;
  const double tail = __builtin_fma(k, IRIS_VM_LN2_LO, iris_vm_fast_error(whole, t.g, head));
  return iris_vm_log_special(x, head + __builtin_fma(t.s, t.curve, tail - t.square));
}

/* Times 1/ln(10), in two parts; k is counted in log10(2). */
IRIS_VM double iris_log10_f64(double x) {
  const double factor = 0x1.bcb7b1526e50ep-2, factor_tail = 0x1.95355baaafad3p-57;
  const double two = 0x1.34413509f78p-2, two_tail = 0x1.fef311f12b358p-46;
  const struct iris_vm_split u = iris_vm_split(x);
  const double k = iris_vm_exponent(u.biased);
  const struct iris_vm_log_terms t = iris_vm_log_terms(u.m);
  const double product = t.g * factor;
  const double error = __builtin_fma(t.g, factor_tail, __builtin_fma(t.g, factor, -product));
  const double whole = k * two;
  const double head = whole + product;
  const double tail = __builtin_fma(k, two_tail, iris_vm_fast_error(whole, product, head)) + error;
  return iris_vm_log_special(x, head + __builtin_fma(__builtin_fma(t.s, t.curve, -t.square), factor, tail));
}

/* Times 1/ln(2), in two parts.  This one magnifies errors: g - g^2/2 is kept with its own. */
IRIS_VM double iris_log2_f64(double x) {
  const double factor = 0x1.71547652b82fep0, factor_tail = 0x1.777d0ffda0d24p-56;
  const struct iris_vm_split u = iris_vm_split(x);
  const double k = iris_vm_exponent(u.biased);
  const struct iris_vm_log_terms t = iris_vm_log_terms(u.m);
  const double first = t.g - t.square;
  const double rest = ((t.g - first) - t.square) - __builtin_fma(0.5 * t.g, t.g, -t.square);
  const double product = first * factor;
  const double error = __builtin_fma(first, factor_tail, __builtin_fma(first, factor, -product));
  const double head = k + product;
  const double tail = iris_vm_fast_error(k, product, head) + error;
  return iris_vm_log_special(x, head + __builtin_fma(__builtin_fma(t.s, t.curve, rest), factor, tail));
}

/* log(2^extra (sum + low)), for a normal sum and a low part of about its rounding error:
 * log(1 + g + low) = log(1 + g) + low (1-s)/(1+s), of which 1 - 2s + 2s^2 is enough. */
IRIS_VM double iris_vm_log_pair(double sum, double low, uint64_t extra) {
  const uint64_t bits = iris_vm_bits_f64(sum) + IRIS_VM_SPLIT_F64;
  const double scale = iris_vm_from_f64((3072ULL << 52) - (bits & ~0x000fffffffffffffULL)); /* 2^(1-k) */
  const struct iris_vm_log_terms t = iris_vm_log_terms(iris_vm_mantissa(bits));
  const double half_slope = __builtin_fma(t.s, t.s - 1.0, 0.5);
  const double k = iris_vm_exponent((bits >> 52) + extra);
  const double whole = k * IRIS_VM_LN2_HI;
  const double head = whole + t.g;
  const double tail = __builtin_fma(k, IRIS_VM_LN2_LO, iris_vm_fast_error(whole, t.g, head));
  return head + __builtin_fma(t.s, t.curve, __builtin_fma(low * scale, half_slope, tail) - t.square);
}
IRIS_VM double iris_log1p_f64(double x) {
  const double sum = 1.0 + x;
  const double result = iris_vm_log_special(sum, iris_vm_log_pair(sum, iris_vm_sum_error(1.0, x, sum), 0));
  return iris_vm_from_f64(iris_vm_bits_f64(result) | (iris_vm_bits_f64(x) & IRIS_VM_SIGN_F64));
}

/* The same in float, without a division: log(1 + g) = g - g^2/2 + g^3 P(g). */

/* polynomial iris_vm_log_tail_f32 */
/* (log(1 + x) - x + x^2/2) / x^3, 1 + x from sqrt(1/2) to sqrt(2) */
IRIS_VM float iris_vm_log_tail_f32(float x) {
  const float z = x * x;
  const float p0 = __builtin_fmaf(x, -0x1p-2f, 0x1.555546p-2f);
  const float p1 = __builtin_fmaf(x, -0x1.555f16p-3f, 0x1.99a546p-3f);
  const float p2 = __builtin_fmaf(x, -0x1.fbc1e6p-4f, 0x1.232fe8p-3f);
  const float p3 = __builtin_fmaf(x, -0x1.e04a3ap-4f, 0x1.e6f4eep-4f);
  const float q0 = __builtin_fmaf(z, p1, p0);
  const float q1 = __builtin_fmaf(z, p3, p2);
  const float zz = z * z;
  float r = 0x1.16babcp-4f;
  r = __builtin_fmaf(r, zz, q1);
  r = __builtin_fmaf(r, zz, q0);
  return r;
}
/* end */

/* x = 2^k m with m from sqrt(1/2) to sqrt(2): from the bits of a normal x, those of 2^k less those of one, which as an
 * integer are 2^23 k; m - 1 and its part of the logarithm. */
IRIS_VM uint32_t iris_vm_octave_f32(uint32_t bits) { return (bits - IRIS_VM_ROOT_HALF_F32) & 0xff800000U; }
struct iris_vm_log_terms_f32 {
  float g, curve;
};
IRIS_VM struct iris_vm_log_terms_f32 iris_vm_log_terms_f32(float m) {
  const float g = m - 1.0f, z = g * g;
  const struct iris_vm_log_terms_f32 result = {g, __builtin_fmaf(g * z, iris_vm_log_tail_f32(g), -0.5f * z)};
  return result;
}
/* Of a positive x, which may be subnormal: 2^23 k. */
struct iris_vm_split_f32 {
  float octave;
  struct iris_vm_log_terms_f32 terms;
};
IRIS_VM struct iris_vm_split_f32 iris_vm_split_f32(float x) {
  const uint32_t tiny = iris_vm_below_f32(x, 1U << 23);
  const uint32_t bits = iris_vm_bits_f32(iris_vm_pick_f32(tiny, x * 0x1p25f, x));
  const uint32_t octave = iris_vm_octave_f32(bits);
  const struct iris_vm_split_f32 result = {(float)(int32_t)(octave - (tiny & (25U << 23))),
                                           iris_vm_log_terms_f32(iris_vm_from_f32(bits - octave))};
  return result;
}

/* What a logarithm is where its argument is zero, negative, infinite or nan. */
IRIS_VM float iris_vm_log_special_f32(float x, float result) {
  const float edge = iris_vm_from_f32(iris_vm_mask_f32(x < 0) | iris_vm_bits_f32(-IRIS_INF_F32));
  return iris_vm_choose_f32(x < IRIS_INF_F32, iris_vm_choose_f32(x > 0, result, edge), x);
}

IRIS_VM float iris_log_f32(float x) {
  const struct iris_vm_split_f32 u = iris_vm_split_f32(x);
  const float whole = u.octave * (IRIS_VM_LN2_HI_F32 * 0x1p-23f);
  const float head = whole + u.terms.g;
  const float error = iris_vm_fast_error_f32(whole, u.terms.g, head);
  const float tail = __builtin_fmaf(u.octave, IRIS_VM_LN2_LO_F32 * 0x1p-23f, error);
  return iris_vm_log_special_f32(x, head + (u.terms.curve + tail));
}

/* Times 1/ln(10), in two parts; k is counted in log10(2). */
IRIS_VM float iris_log10_f32(float x) {
  const float factor = 0x1.bcb7b2p-2f, factor_tail = -0x1.5b235ep-27f;
  const float two = 0x1.344p-25f, two_tail = 0x1.3509f8p-41f;
  const struct iris_vm_split_f32 u = iris_vm_split_f32(x);
  const float product = u.terms.g * factor;
  const float error = __builtin_fmaf(u.terms.g, factor_tail, __builtin_fmaf(u.terms.g, factor, -product));
  const float whole = u.octave * two;
  const float head = whole + product;
  const float tail = __builtin_fmaf(u.octave, two_tail, iris_vm_fast_error_f32(whole, product, head));
  return iris_vm_log_special_f32(x, head + (__builtin_fmaf(u.terms.curve, factor, error) + tail));
}

/* Times 1/ln(2), in two parts.  A whole number and at most a half: their sum needs no error. */
IRIS_VM float iris_log2_f32(float x) {
  const float factor = 0x1.715476p0f, factor_tail = 0x1.4ae0cp-26f;
  const struct iris_vm_split_f32 u = iris_vm_split_f32(x);
  const float g = u.terms.g, square_tail = __builtin_fmaf(g, g, -(g * g));
  const float low = __builtin_fmaf(u.terms.curve, factor, __builtin_fmaf(square_tail, -0.5f * factor, g * factor_tail));
  return iris_vm_log_special_f32(x, __builtin_fmaf(u.octave, 0x1p-23f, __builtin_fmaf(g, factor, low)));
}

/* log(2^extra (sum + low)), for a normal sum and a low part of about its rounding error:
 * log(1 + g + low) = log(1 + g) + low / (1 + g), of which 1 - g + 4/5 g^2 is enough. */
IRIS_VM float iris_vm_log_pair_f32(float sum, float low, uint32_t extra) {
  const uint32_t bits = iris_vm_bits_f32(sum), octave = iris_vm_octave_f32(bits);
  const float scale = iris_vm_from_f32((128U << 23) - octave); /* 2^(1-k) */
  const struct iris_vm_log_terms_f32 t = iris_vm_log_terms_f32(iris_vm_from_f32(bits - octave));
  const float half_slope = __builtin_fmaf(t.g, __builtin_fmaf(t.g, 0.4f, -0.5f), 0.5f);
  const float k = (float)(int32_t)(octave + (extra << 23));
  const float whole = k * (IRIS_VM_LN2_HI_F32 * 0x1p-23f);
  const float head = whole + t.g;
  const float tail = __builtin_fmaf(k, IRIS_VM_LN2_LO_F32 * 0x1p-23f, iris_vm_fast_error_f32(whole, t.g, head));
  return head + (__builtin_fmaf(low * scale, half_slope, tail) + t.curve);
}
IRIS_VM float iris_log1p_f32(float x) {
  const float sum = 1.0f + x;
  const float result = iris_vm_log_special_f32(sum, iris_vm_log_pair_f32(sum, iris_vm_sum_error_f32(1.0f, x, sum), 0));
  return iris_vm_from_f32(iris_vm_bits_f32(result) | (iris_vm_bits_f32(x) & IRIS_VM_SIGN_F32));
}

#endif /* IRIS_VM_LOG_H */
