/* iris_vm_erf.h - erf, erfc.
 *
 * Below 5/8, erf(x) = x + x P(x^2).  From there on erfc(x) = exp(-x^2) R(t) / (1 + 2x) with t = (x - 15/4) / (x + 15/4), in
 * which R stays within a seventh of its middle over the whole range, so that one polynomial in t is accurate; the square,
 * the exponential, R and the quotient are kept in two parts.  Requires iris_vm_base.h and iris_vm_exp.h.
 */
#ifndef IRIS_VM_ERF_H
#define IRIS_VM_ERF_H

/* polynomial iris_vm_erf_small */
/* erf(s) / s - 1, x = s^2, on |s| <= 5/8 */
IRIS_VM double iris_vm_erf_small(double x) {
  const double z = x * x;
  double even = 0x1.f5e20cbf77688p-27;
  even = __builtin_fma(even, z, 0x1.b9e3d36d7e642p-20);
  even = __builtin_fma(even, z, 0x1.f9a3267f8a916p-14);
  even = __builtin_fma(even, z, 0x1.565bcd0e66b42p-8);
  even = __builtin_fma(even, z, 0x1.ce2f21a042be1p-4);
  even = __builtin_fma(even, z, 0x1.06eba8214db69p-3);
  double odd = -0x1.1a6ef30518ed1p-30;
  odd = __builtin_fma(odd, z, -0x1.5f34353706aa9p-23);
  odd = __builtin_fma(odd, z, -0x1.f4d244f82f738p-17);
  odd = __builtin_fma(odd, z, -0x1.c02db3fe9a00cp-11);
  odd = __builtin_fma(odd, z, -0x1.b82ce31288abbp-6);
  odd = __builtin_fma(odd, z, -0x1.812746b0379e7p-2);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_erfc_ratio */
/* (R(x) - R(0)) / x, R((s-15/4)/(s+15/4)) = (1+2s) exp(s^2) erfc(s), 5/8 <= s <= 28 */
IRIS_VM double iris_vm_erfc_ratio(double x) {
  const double z = x * x;
  double even = 0x1.c8dff32fb4ec1p-31;
  even = __builtin_fma(even, z, -0x1.70f588befc734p-28);
  even = __builtin_fma(even, z, 0x1.b71d1d5fa1061p-26);
  even = __builtin_fma(even, z, -0x1.fc4018e8a4109p-25);
  even = __builtin_fma(even, z, -0x1.050a5fcea701dp-20);
  even = __builtin_fma(even, z, 0x1.7789afdd72b0ap-16);
  even = __builtin_fma(even, z, -0x1.303f9c3650a58p-12);
  even = __builtin_fma(even, z, 0x1.cc3a0e187eap-10);
  even = __builtin_fma(even, z, 0x1.d0b0037dd69a7p-6);
  even = __builtin_fma(even, z, 0x1.7a14188a999d5p-4);
  even = __builtin_fma(even, z, 0x1.510169d096807p-4);
  even = __builtin_fma(even, z, -0x1.1f367683f89a7p-3);
  double odd = -0x1.2696d6e174136p-28;
  odd = __builtin_fma(odd, z, 0x1.490dc93852089p-25);
  odd = __builtin_fma(odd, z, -0x1.167802331255bp-22);
  odd = __builtin_fma(odd, z, 0x1.d67c61f2d0d1bp-20);
  odd = __builtin_fma(odd, z, -0x1.80069a924d183p-17);
  odd = __builtin_fma(odd, z, 0x1.b14433e932c25p-15);
  odd = __builtin_fma(odd, z, 0x1.33fb249bc57d7p-12);
  odd = __builtin_fma(odd, z, -0x1.3f603c33af0efp-7);
  odd = __builtin_fma(odd, z, -0x1.e0d0fa6e01528p-5);
  odd = __builtin_fma(odd, z, -0x1.bda9309a2886p-4);
  odd = __builtin_fma(odd, z, 0x1.d5f2948159d08p-9);
  return __builtin_fma(odd, x, even);
}
/* end */

#define IRIS_VM_ERFC_MIDDLE 0x1.3ccda0b5d5dc2p0 /* R(0), to which the quotient above is the slope */

/* erfc(x) = (head + tail) 2^n for x from 5/8 to 28. */
struct iris_vm_erfc {
  double head, tail, n;
};
IRIS_VM struct iris_vm_erfc iris_vm_erfc_tail(double x) {
  const double square = x * x;
  const double n = __builtin_fma(-square, IRIS_VM_LOG2E, IRIS_VM_ROUND_F64) - IRIS_VM_ROUND_F64;
  const struct iris_vm_pair reduced = iris_vm_exp_reduce(-square, n);
  const double lost = reduced.tail - __builtin_fma(x, x, -square);
  const double r = reduced.head;
  const double one = 1.0 + r;
  const double rest = __builtin_fma(r * r, __builtin_fma(r, iris_vm_exp_tail(r), 0.5), iris_vm_fast_error(1.0, r, one));
  const double e = one + rest;
  const double e_tail = __builtin_fma(lost, e, iris_vm_fast_error(one, rest, e));
  const double t = (x - 3.75) / (x + 3.75);
  const double bend = t * iris_vm_erfc_ratio(t);
  const double ratio = IRIS_VM_ERFC_MIDDLE + bend;
  const double ratio_tail = iris_vm_fast_error(IRIS_VM_ERFC_MIDDLE, bend, ratio) + 0x1.e65b158f28ce5p-54;
  const double over = e * ratio;
  const double over_tail = __builtin_fma(e, ratio_tail, __builtin_fma(e_tail, ratio, __builtin_fma(e, ratio, -over)));
  const double under = __builtin_fma(2.0, x, 1.0);
  const double under_tail = iris_vm_fast_error(2.0 * x, 1.0, under);
  const double inverse = 1.0 / under;
  const double q = over * inverse;
  const double left = __builtin_fma(-q, under_tail, __builtin_fma(-q, under, over) + over_tail);
  const struct iris_vm_erfc result = {q, left * inverse, n};
  return result;
}

IRIS_VM double iris_erf_f64(double x) {
  const double size = __builtin_fabs(x);
  const bool small = size < 0.625;
  const struct iris_vm_erfc c = iris_vm_erfc_tail(size > 6.0 ? 6.0 : size);
  const double power = iris_vm_power2_f64(c.n);
  const double away = c.head * power;
  const double head = 1.0 - away;
  const double tail = __builtin_fma(-c.tail, power, iris_vm_fast_error(1.0, -away, head));
  const double near = __builtin_fma(size, iris_vm_erf_small(size * size), size);
  return __builtin_copysign(small ? near : head + tail, x);
}

/* erfc(x), 1 - erf(x), or 2 - erfc(|x|). */
IRIS_VM double iris_erfc_f64(double x) {
  const double size = __builtin_fabs(x);
  const bool small = size < 0.625;
  const struct iris_vm_erfc c = iris_vm_erfc_tail(size > 28.0 ? 28.0 : size);
  const double value = iris_vm_scale_f64(c.head + c.tail, c.n);
  const double whole = small ? 1.0 : 2.0;
  const double part = small ? x : value;
  const double part_tail = small ? x * iris_vm_erf_small(x * x) : 0.0;
  const double head = whole - part;
  const double rest = head + (iris_vm_fast_error(whole, -part, head) - part_tail);
  return ((x > 0) & !small) ? value : rest;
}

/* In double, in one part. */

/* polynomial iris_vm_erf_small_f32 */
/* erf(s) / s, x = s^2, on |s| <= 5/8 */
IRIS_VM double iris_vm_erf_small_f32(double x) {
  const double z = x * x;
  double even = 0x1.ab54872b96bd7p-14;
  even = __builtin_fma(even, z, 0x1.5630de6c9c4eep-8);
  even = __builtin_fma(even, z, 0x1.ce2f1b939b4bp-4);
  even = __builtin_fma(even, z, 0x1.20dd7504274ep+0);
  double odd = -0x1.bb128cb54c0edp-11;
  odd = __builtin_fma(odd, z, -0x1.b82b6e0eb078cp-6);
  odd = __builtin_fma(odd, z, -0x1.812746a6c70e2p-2);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_erfc_ratio_f32 */
/* (1+2s) exp(s^2) erfc(s), x = (s-15/4)/(s+15/4), on 5/8 <= s <= 11 */
IRIS_VM double iris_vm_erfc_ratio_f32(double x) {
  const double z = x * x;
  double even = 0x1.53f48346f0aaep-12;
  even = __builtin_fma(even, z, -0x1.3f99ee74d7954p-7);
  even = __builtin_fma(even, z, -0x1.e0cf940f3be2cp-5);
  even = __builtin_fma(even, z, -0x1.bda936d6dac58p-4);
  even = __builtin_fma(even, z, 0x1.d5f29497f3c48p-9);
  even = __builtin_fma(even, z, 0x1.3ccda0b5d8f6ep+0);
  double odd = -0x1.34113c9f2b7c6p-12;
  odd = __builtin_fma(odd, z, 0x1.ce65159080e39p-10);
  odd = __builtin_fma(odd, z, 0x1.d0a62f34c4d26p-6);
  odd = __builtin_fma(odd, z, 0x1.7a145b583ae64p-4);
  odd = __builtin_fma(odd, z, 0x1.5101672f9a2b4p-4);
  odd = __builtin_fma(odd, z, -0x1.1f367680aab44p-3);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_erfc_exp_f32 */
/* exp(x) on |x| <= ln(2)/2 */
IRIS_VM double iris_vm_erfc_exp_f32(double x) {
  const double z = x * x;
  double even = 0x1.6da767a4988a9p-10;
  even = __builtin_fma(even, z, 0x1.555464884204ep-5);
  even = __builtin_fma(even, z, 0x1.0000005c981fcp-1);
  even = __builtin_fma(even, z, 0x1.ffffffffa7011p-1);
  double odd = 0x1.a17e052cd2c8fp-13;
  odd = __builtin_fma(odd, z, 0x1.1110a6173845ep-7);
  odd = __builtin_fma(odd, z, 0x1.5555557e7777ep-3);
  odd = __builtin_fma(odd, z, 0x1.fffffffff61ddp-1);
  return __builtin_fma(odd, x, even);
}
/* end */

IRIS_VM double iris_vm_erfc_tail_f32(double x) {
  const double square = x * x;
  const double n = __builtin_fma(-square, IRIS_VM_LOG2E, IRIS_VM_ROUND_F64) - IRIS_VM_ROUND_F64;
  const double r = __builtin_fma(-n, 0x1.62e42fefa39efp-1, -square);
  const double up = x + 3.75, under = __builtin_fma(2.0, x, 1.0);
  const double inverse = 1.0 / (up * under);
  const double ratio = iris_vm_erfc_ratio_f32((x - 3.75) * under * inverse);
  return iris_vm_erfc_exp_f32(r) * iris_vm_power2_f64(n) * (ratio * up * inverse);
}
IRIS_VM float iris_erf_f32(float x) {
  const double size = __builtin_fabs((double)x);
  const double away = 1.0 - iris_vm_erfc_tail_f32(size > 4.0 ? 4.0 : size);
  const double near = size * iris_vm_erf_small_f32(size * size);
  return __builtin_copysignf((float)(size < 0.625 ? near : away), x);
}
IRIS_VM float iris_erfc_f32(float x) {
  const double wide = x, size = __builtin_fabs(wide);
  const double value = iris_vm_erfc_tail_f32(size > 11.0 ? 11.0 : size);
  const double near = 1.0 - wide * iris_vm_erf_small_f32(size * size);
  const double away = wide < 0 ? 2.0 - value : value;
  return (float)(size < 0.625 ? near : away);
}

#endif /* IRIS_VM_ERF_H */
