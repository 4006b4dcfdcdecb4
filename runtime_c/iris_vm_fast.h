/* iris_vm_fast.h - variants of at most four units, for what gets at least a third faster by them.
 *
 * The same methods, without the low parts.  The sign of zero and subnormal results are free here; nan and infinity are not.
 * Requires the headers of the functions it varies: exp, hyp.
 */
#ifndef IRIS_VM_FAST_H
#define IRIS_VM_FAST_H

/* polynomial iris_vm_fast_exp */
/* exp(x) on |x| <= ln(2)/2 */
IRIS_VM double iris_vm_fast_exp(double x) {
  const double z = x * x;
  double even = 0x1.28b4101c77212p-22;
  even = __builtin_fma(even, z, 0x1.a01991a10d9aep-16);
  even = __builtin_fma(even, z, 0x1.6c16c1880029fp-10);
  even = __builtin_fma(even, z, 0x1.555555554f0bap-5);
  even = __builtin_fma(even, z, 0x1.0000000000011p-1);
  even = __builtin_fma(even, z, 0x1p+0);
  double odd = 0x1.af632a0f7e2cep-26;
  odd = __builtin_fma(odd, z, 0x1.71ddf56d8deb5p-19);
  odd = __builtin_fma(odd, z, 0x1.a01a01b1461c5p-13);
  odd = __builtin_fma(odd, z, 0x1.111111110f21ep-7);
  odd = __builtin_fma(odd, z, 0x1.555555555555ap-3);
  odd = __builtin_fma(odd, z, 0x1p+0);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_fast_expm1 */
/* (exp(x) - 1 - x) / x^2 on |x| <= ln(2)/2 */
IRIS_VM double iris_vm_fast_expm1(double x) {
  const double z = x * x;
  double even = 0x1.289185613a3d6p-22;
  even = __builtin_fma(even, z, 0x1.a019b90d2ae7ap-16);
  even = __builtin_fma(even, z, 0x1.6c16c1788bd9p-10);
  even = __builtin_fma(even, z, 0x1.5555555553d63p-5);
  even = __builtin_fma(even, z, 0x1.0000000000001p-1);
  double odd = 0x1.af38a9b0ec855p-26;
  odd = __builtin_fma(odd, z, 0x1.71de0dae63bb3p-19);
  odd = __builtin_fma(odd, z, 0x1.a01a01a7c41d5p-13);
  odd = __builtin_fma(odd, z, 0x1.11111111109b3p-7);
  odd = __builtin_fma(odd, z, 0x1.5555555555556p-3);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_fast_exp2 */
/* 2^x on |x| <= 1/2 */
IRIS_VM double iris_vm_fast_exp2(double x) {
  const double z = x * x;
  double even = 0x1.e6228acd1c6e5p-28;
  even = __builtin_fma(even, z, 0x1.62bfc2c86d7p-20);
  even = __builtin_fma(even, z, 0x1.430913112c61bp-13);
  even = __builtin_fma(even, z, 0x1.3b2ab6fb9f1a5p-7);
  even = __builtin_fma(even, z, 0x1.ebfbdff82c5aep-3);
  even = __builtin_fma(even, z, 0x1p+0);
  double odd = 0x1.e9ec1fcb69a7fp-32;
  odd = __builtin_fma(odd, z, 0x1.b524ebd13a55fp-24);
  odd = __builtin_fma(odd, z, 0x1.ffcbfc6da6ed1p-17);
  odd = __builtin_fma(odd, z, 0x1.5d87fe78a3f9cp-10);
  odd = __builtin_fma(odd, z, 0x1.c6b08d704a0c6p-5);
  odd = __builtin_fma(odd, z, 0x1.62e42fefa39efp-1);
  return __builtin_fma(odd, x, even);
}
/* end */

/* Zero instead of a subnormal number: `low` is the first argument of a normal result, `high` the last of a finite one.
 * n is added to the exponent; where that goes wrong the choice is another. */
IRIS_VM double iris_vm_fast_result(double x, double low, double high, double p, double n) {
  const double value = iris_vm_from_f64(iris_vm_bits_f64(p) + (iris_vm_bits_f64(n + IRIS_VM_ROUND_F64) << 52));
  const double beyond = x * IRIS_INF_F64; /* infinity, and nan for nan */
  const double bounded = x < low ? 0.0 : value;
  return x <= high ? bounded : beyond;
}
IRIS_VM double iris_fast_exp_f64(double x) {
  const double n = __builtin_fma(x, IRIS_VM_LOG2E, IRIS_VM_ROUND_F64) - IRIS_VM_ROUND_F64;
  const double r = __builtin_fma(-n, IRIS_VM_LN2_LO, __builtin_fma(-n, IRIS_VM_LN2_HI, x));
  return iris_vm_fast_result(x, -0x1.6232bdd7abcd2p9, 0x1.62e42fefa39efp9, iris_vm_fast_exp(r), n);
}

IRIS_VM double iris_fast_tanh_f64(double x) {
  const double size = __builtin_fabs(x);
  const double y = 2.0 * (size > 20.0 ? 20.0 : size);
  const double n = __builtin_fma(y, IRIS_VM_LOG2E, IRIS_VM_ROUND_F64) - IRIS_VM_ROUND_F64;
  const double r = __builtin_fma(-n, IRIS_VM_LN2_LO, __builtin_fma(-n, IRIS_VM_LN2_HI, y));
  const double p = __builtin_fma(r * r, iris_vm_fast_expm1(r), r);
  const double other = iris_vm_power2_f64(-n);
  return __builtin_copysign(((1.0 - other) + p) / ((1.0 + other) + p), x);
}

IRIS_VM double iris_vm_fast_hyperbolic(double x, bool cosine) {
  const double size = __builtin_fabs(x);
  const double y = size > 711.0 ? 711.0 : size;
  const double n = __builtin_fma(y, IRIS_VM_LOG2E, IRIS_VM_ROUND_F64) - IRIS_VM_ROUND_F64;
  const double r = __builtin_fma(-n, IRIS_VM_LN2_LO, __builtin_fma(-n, IRIS_VM_LN2_HI, y));
  const double m = n > 64.0 ? 64.0 : n;
  const double half = 0.5 * iris_vm_power2_f64(m), other = 0.5 * iris_vm_power2_f64(-m);
  const double less = half - other, more = half + other;
  const double a = cosine ? more : less, b = cosine ? less : more;
  const double z = r * r;
  const double rise = z * __builtin_fma(z, iris_vm_cosh_tail(z), 0.5);
  const double bend = r * z * iris_vm_sinh_tail(z);
  return (__builtin_fma(b, r, a) + __builtin_fma(a, rise, b * bend)) * iris_vm_power2_f64(n - m);
}
IRIS_VM double iris_fast_sinh_f64(double x) { return __builtin_copysign(iris_vm_fast_hyperbolic(x, false), x); }
IRIS_VM double iris_fast_cosh_f64(double x) { return iris_vm_fast_hyperbolic(x, true); }

IRIS_VM double iris_fast_exp2_f64(double x) {
  const double n = (x + IRIS_VM_ROUND_F64) - IRIS_VM_ROUND_F64;
  return iris_vm_fast_result(x, -1022.0, 0x1.fffffffffffffp9, iris_vm_fast_exp2(x - n), n);
}

/* The same in float. */

/* polynomial iris_vm_fast_exp_f32 */
/* exp(x) on |x| <= ln(2)/2 */
IRIS_VM float iris_vm_fast_exp_f32(float x) {
  const float z = x * x;
  float even = 0x1.6d7544p-10f;
  even = __builtin_fmaf(even, z, 0x1.5554acp-5f);
  even = __builtin_fmaf(even, z, 0x1p-1f);
  even = __builtin_fmaf(even, z, 0x1p+0f);
  float odd = 0x1.126fb8p-7f;
  odd = __builtin_fmaf(odd, z, 0x1.555404p-3f);
  odd = __builtin_fmaf(odd, z, 0x1p+0f);
  return __builtin_fmaf(odd, x, even);
}
/* end */
/* polynomial iris_vm_fast_expm1_f32 */
/* (exp(x) - 1 - x) / x^2 on |x| <= ln(2)/2 */
IRIS_VM float iris_vm_fast_expm1_f32(float x) {
  const float z = x * x;
  float even = 0x1.6d110ap-10f;
  even = __builtin_fmaf(even, z, 0x1.55551ap-5f);
  even = __builtin_fmaf(even, z, 0x1p-1f);
  float odd = 0x1.120b6ep-7f;
  odd = __builtin_fmaf(odd, z, 0x1.5554dcp-3f);
  return __builtin_fmaf(odd, x, even);
}
/* end */

/* Zero instead of a subnormal number: `low` is the first argument of a normal result, `high` the last of a finite one.
 * n is added to the exponent; where that goes wrong the choice is another. */
IRIS_VM float iris_vm_fast_result_f32(float x, float low, float high, float p, float n) {
  const float value = iris_vm_from_f32(iris_vm_bits_f32(p) + (iris_vm_bits_f32(n + IRIS_VM_ROUND_F32) << 23));
  const float beyond = x * IRIS_INF_F32; /* infinity, and nan for nan */
  const float bounded = x < low ? 0.0f : value;
  return x <= high ? bounded : beyond;
}
IRIS_VM float iris_fast_exp_f32(float x) {
  const float n = __builtin_fmaf(x, IRIS_VM_LOG2E_F32, IRIS_VM_ROUND_F32) - IRIS_VM_ROUND_F32;
  const float r = __builtin_fmaf(-n, IRIS_VM_LN2_LO_F32, __builtin_fmaf(-n, IRIS_VM_LN2_HI_F32, x));
  return iris_vm_fast_result_f32(x, -0x1.5d589ep6f, 0x1.62e42ep6f, iris_vm_fast_exp_f32(r), n);
}

IRIS_VM float iris_fast_tanh_f32(float x) {
  const float size = __builtin_fabsf(x);
  const float y = 2.0f * (size > 10.0f ? 10.0f : size);
  const float n = __builtin_fmaf(y, IRIS_VM_LOG2E_F32, IRIS_VM_ROUND_F32) - IRIS_VM_ROUND_F32;
  const float r = __builtin_fmaf(-n, IRIS_VM_LN2_LO_F32, __builtin_fmaf(-n, IRIS_VM_LN2_HI_F32, y));
  const float p = __builtin_fmaf(r * r, iris_vm_fast_expm1_f32(r), r);
  const float other = iris_vm_power2_f32(-n);
  return __builtin_copysignf(((1.0f - other) + p) / ((1.0f + other) + p), x);
}

IRIS_VM float iris_vm_fast_hyperbolic_f32(float x, bool cosine) {
  const float size = __builtin_fabsf(x);
  const float y = size > 91.0f ? 91.0f : size;
  const float n = __builtin_fmaf(y, IRIS_VM_LOG2E_F32, IRIS_VM_ROUND_F32) - IRIS_VM_ROUND_F32;
  const float r = __builtin_fmaf(-n, IRIS_VM_LN2_LO_F32, __builtin_fmaf(-n, IRIS_VM_LN2_HI_F32, y));
  const float m = n > 32.0f ? 32.0f : n;
  const float half = 0.5f * iris_vm_power2_f32(m), other = 0.5f * iris_vm_power2_f32(-m);
  const float less = half - other, more = half + other;
  const float a = cosine ? more : less, b = cosine ? less : more;
  const float z = r * r;
  const float rise = z * __builtin_fmaf(z, iris_vm_cosh_tail_f32(z), 0.5f);
  const float bend = r * z * iris_vm_sinh_tail_f32(z);
  return (__builtin_fmaf(b, r, a) + __builtin_fmaf(a, rise, b * bend)) * iris_vm_power2_f32(n - m);
}
IRIS_VM float iris_fast_sinh_f32(float x) { return __builtin_copysignf(iris_vm_fast_hyperbolic_f32(x, false), x); }
IRIS_VM float iris_fast_cosh_f32(float x) { return iris_vm_fast_hyperbolic_f32(x, true); }

#endif /* IRIS_VM_FAST_H */
