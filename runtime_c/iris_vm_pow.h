/* iris_vm_pow.h - pow.
 *
 * |x| = 2^k m with m from sqrt(1/2) to sqrt(2), s = (m - 1) / (3/2 (m + 1)), log(m) = s (3 + 9/4 s^2 + ...): the
 * quotient, its square and the first two terms in two parts, the rest in one, so that log |x| is good to 64 bits.
 * y log |x| = n ln(2) + f, and exp(f) as in exp.  What is left before the last rounding is a fraction of a unit, so
 * exact powers come out exact.  Low parts are multiplied by y before they are added: the way from s to f takes longest.
 * Requires iris_vm_base.h, iris_vm_exp.h and iris_vm_log.h.
 */
#ifndef IRIS_VM_POW_H
#define IRIS_VM_POW_H

/* polynomial iris_vm_pow_curve */
/* (log((1+3s/2)/(1-3s/2)) / s - 3 - 73/32 x) / x, x = s^2, on |s| <= 0.1144 */
IRIS_VM double iris_vm_pow_curve(double x) {
  const double z = x * x;
  double even = 0x1.076fd684083aep+8;
  even = __builtin_fma(even, z, 0x1.d32af6b7228cap+5);
  even = __builtin_fma(even, z, 0x1.f7422f4bddf1cp+3);
  even = __builtin_fma(even, z, 0x1.386db6db6e091p+2);
  even = __builtin_fma(even, z, -0x1p-5);
  double odd = 0x1.cca0bceeccb7ep+6;
  odd = __builtin_fma(odd, z, 0x1.df0fe898205a1p+4);
  odd = __builtin_fma(odd, z, 0x1.115fffff825b3p+3);
  odd = __builtin_fma(odd, z, 0x1.84cccccccccccp+1);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_pow_log2_f32 */
/* log2((1+s)/(1-s)) / s, x = s^2, on |s| <= 0.1716 */
IRIS_VM double iris_vm_pow_log2_f32(double x) {
  const double z = x * x;
  double even = 0x1.5ce91c1a94018p-2;
  even = __builtin_fma(even, z, 0x1.27777fd825af6p-1);
  even = __builtin_fma(even, z, 0x1.71547652bed9dp+1);
  double odd = 0x1.a58d86633111bp-2;
  odd = __builtin_fma(odd, z, 0x1.ec709d13094a7p-1);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_pow_exp2_f32 */
/* 2^x on |x| <= 1/2 */
IRIS_VM double iris_vm_pow_exp2_f32(double x) {
  const double z = x * x;
  double even = 0x1.443fffc90db59p-13;
  even = __builtin_fma(even, z, 0x1.3b2a1b7152befp-7);
  even = __builtin_fma(even, z, 0x1.ebfbe045f4d3cp-3);
  even = __builtin_fma(even, z, 0x1p+0);
  double odd = 0x1.5f48c04f62e5p-10;
  odd = __builtin_fma(odd, z, 0x1.c6aecc669b6ddp-5);
  odd = __builtin_fma(odd, z, 0x1.62e430d034702p-1);
  return __builtin_fma(odd, x, even);
}
/* end */

/* log(2^k m) = head + (tail + s z curve(z)), the tail in two: what comes of k, and what comes of s. */
struct iris_vm_pow_log {
  double head, tail_k, tail_s, s, z;
};
IRIS_VM struct iris_vm_pow_log iris_vm_pow_log(double k, double m) {
  const double g = m - 1.0;
  const double d = __builtin_fma(1.5, m, 1.5);
  const double d_tail = __builtin_fma(1.5, m, 1.5 - d);
  const double s = g / d;
  const double s_tail = __builtin_fma(-s, d_tail, __builtin_fma(-s, d, g)) * (1.0 / d);
  const double z = s * s;
  /* 73/32 for 9/4, and a curve that takes the difference back: so little is left to it that head alone gives n. */
  const double h = __builtin_fma(2.28125, z, 3.0);
  const double h_tail = __builtin_fma(2.28125, __builtin_fma(s, s, -z), __builtin_fma(2.28125, z, 3.0 - h));
  const double l = s * h;
  const double slope = __builtin_fma(6.95, z, 3.0); /* of the logarithm, by s */
  const double tail_s = __builtin_fma(s, h_tail, __builtin_fma(s_tail, slope, __builtin_fma(s, h, -l)));
  const double whole = k * IRIS_VM_LN2_HI;
  const double head = whole + l;
  const double tail_k = __builtin_fma(k, IRIS_VM_LN2_LO, iris_vm_fast_error(whole, l, head));
  const struct iris_vm_pow_log result = {head, tail_k, tail_s, s, z};
  return result;
}

/* exp(y log), also beyond all bounds; nan for zero times infinity. */
IRIS_VM double iris_vm_pow_power(double y, struct iris_vm_pow_log log) {
  const double t = y * log.head;
  const double shifted = __builtin_fma(y * IRIS_VM_LOG2E, log.head, IRIS_VM_SHIFT_F64);
  const double n = shifted - IRIS_VM_SHIFT_F64;
  const double lost = __builtin_fma(-n, IRIS_VM_LN2_LO, __builtin_fma(y, log.head, -t));
  const double curve = __builtin_fma(y * log.s * log.z, iris_vm_pow_curve(log.z), y * log.tail_s);
  const double f = __builtin_fma(-n, IRIS_VM_LN2_HI, t) + (curve + __builtin_fma(y, log.tail_k, lost));
  const double head = 1.0 + f;
  const double tail = __builtin_fma(f * f, iris_vm_exp_curve(f), iris_vm_fast_error(1.0, f, head));
  const double power = iris_vm_scale_sum_f64(head, tail, iris_vm_bits_f64(shifted));
  const double small = iris_vm_choose_f64(t > 800.0, IRIS_INF_F64, power);
  return iris_vm_from_f64(iris_vm_bits_f64(small) & ~iris_vm_mask_f64(t < -800.0));
}

/* The sign of x where y is odd, and nan where x is negative and y is not whole: to be added to the bits of |x|^y. */
IRIS_VM uint64_t iris_vm_pow_sign_f64(double x, double y) {
  const double half = 0.5 * y;
  const uint64_t whole = iris_vm_mask_f64(__builtin_rint(y) == y);
  const uint64_t even = iris_vm_mask_f64(__builtin_rint(half) == half);
  const uint64_t negative = iris_vm_mask_f64(x < 0) & iris_vm_mask_f64(-x < IRIS_INF_F64);
  return (iris_vm_bits_f64(x) & IRIS_VM_SIGN_F64 & whole & ~even) | (negative & ~whole);
}

/* The logarithm of zero, infinity and nan, and zero of the rest.  Of none for y = 0: there the power is one. */
IRIS_VM double iris_vm_pow_edge_f64(double size, double y) {
  const uint64_t zero = iris_vm_mask_f64(size == 0) & iris_vm_bits_f64(-IRIS_INF_F64);
  const uint64_t beyond = ~iris_vm_mask_f64(size < IRIS_INF_F64) & iris_vm_bits_f64(size);
  return iris_vm_from_f64((zero | beyond) & ~iris_vm_mask_f64(y == 0));
}
IRIS_VM double iris_pow_f64(double x, double y) {
  const double size = __builtin_fabs(x);
  const double some_y = iris_vm_from_f64(iris_vm_bits_f64(y) & ~iris_vm_mask_f64(size == 1));
  const struct iris_vm_split v = iris_vm_split(size);
  /* A 32-bit number on the way: gcc takes two vectors at a time then, and one does its part while the other waits. */
  const double k = (double)((int32_t)v.biased - 2048) + iris_vm_pow_edge_f64(size, y);
  const double power = iris_vm_pow_power(some_y, iris_vm_pow_log(k, v.m));
  const double real = iris_vm_from_f64(iris_vm_bits_f64(power) | iris_vm_pow_sign_f64(x, y));
  return iris_vm_choose_f64(y == 2.0, x * x, real);
}

/* The same in float. */

IRIS_VM uint32_t iris_vm_pow_sign_f32(float x, float y) {
  const float half = 0.5f * y;
  const uint32_t whole = iris_vm_mask_f32(__builtin_rintf(y) == y);
  const uint32_t even = iris_vm_mask_f32(__builtin_rintf(half) == half);
  const uint32_t negative = iris_vm_mask_f32(x < 0) & iris_vm_mask_f32(-x < IRIS_INF_F32);
  return (iris_vm_bits_f32(x) & IRIS_VM_SIGN_F32 & whole & ~even) | (negative & ~whole);
}

/* |x|^y where x is neither zero nor infinite: in double, where one part is more than enough. */
IRIS_VM float iris_vm_pow_power_f32(float size, float y) {
  const uint64_t bits = iris_vm_bits_f64(size) + IRIS_VM_SPLIT_F64;
  const double m = iris_vm_mantissa(bits);
  const double s = (m - 1.0) / (m + 1.0);
  const double log2 = __builtin_fma(s, iris_vm_pow_log2_f32(s * s), iris_vm_exponent(bits >> 52));
  const double t = y * log2;
  const double shifted = __builtin_fma(y, log2, IRIS_VM_ROUND_F64 + 1023);
  const double p = iris_vm_pow_exp2_f32(t - (shifted - (IRIS_VM_ROUND_F64 + 1023)));
  const float power = (float)(p * iris_vm_from_f64(iris_vm_bits_f64(shifted) << 52));
  const float small = iris_vm_choose_f32((float)t > 200.0f, IRIS_INF_F32, power);
  return iris_vm_from_f32(iris_vm_bits_f32(small) & ~iris_vm_mask_f32((float)t < -200.0f));
}
IRIS_VM float iris_pow_f32(float x, float y) {
  const float size = __builtin_fabsf(x);
  const float some_y = iris_vm_from_f32(iris_vm_bits_f32(y) & ~iris_vm_mask_f32(size == 1));
  const bool edge = (size == 0) | (size == IRIS_INF_F32), some = (y > 0) | (y < 0);
  const uint32_t up = iris_vm_mask_f32(size == 0) ^ iris_vm_mask_f32(y > 0);
  const float far = iris_vm_from_f32(iris_vm_bits_f32(IRIS_INF_F32) & up);
  const float power = iris_vm_choose_f32(edge & some, far, iris_vm_pow_power_f32(size, some_y));
  const uint32_t sign = iris_vm_pow_sign_f32(x, y) | iris_vm_mask_f32((x != x) & some);
  const float real = iris_vm_from_f32(iris_vm_bits_f32(power) | sign);
  return iris_vm_choose_f32(y == 2.0f, x * x, real);
}

#endif /* IRIS_VM_POW_H */
