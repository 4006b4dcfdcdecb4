/* iris_vm_hyp.h - sinh, cosh, tanh.
 *
 * Up to one by polynomials of their own, beyond by exp: the argument is n ln(2) + r.
 * Requires iris_vm_base.h and iris_vm_exp.h.
 */
#ifndef IRIS_VM_HYP_H
#define IRIS_VM_HYP_H

/* polynomial iris_vm_sinh_tail */
/* (sinh(r) - r) / r^3, x = r^2, on |r| <= ln(2)/2 */
IRIS_VM double iris_vm_sinh_tail(double x) {
  const double z = x * x;
  double even = 0x1.ae642c82e33d5p-26;
  even = __builtin_fma(even, z, 0x1.a01a01a0196acp-13);
  even = __builtin_fma(even, z, 0x1.5555555555555p-3);
  double odd = 0x1.61bfaa228dde5p-33;
  odd = __builtin_fma(odd, z, 0x1.71de3a5aa7bb7p-19);
  odd = __builtin_fma(odd, z, 0x1.1111111111111p-7);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_cosh_tail */
/* (cosh(r) - 1 - r^2/2) / r^4, x = r^2, on |r| <= ln(2)/2 */
IRIS_VM double iris_vm_cosh_tail(double x) {
  const double z = x * x;
  double even = 0x1.1f66df7fca49fp-29;
  even = __builtin_fma(even, z, 0x1.a01a01a47b054p-16);
  even = __builtin_fma(even, z, 0x1.5555555555555p-5);
  double odd = 0x1.27e4e1f48534fp-22;
  odd = __builtin_fma(odd, z, 0x1.6c16c16c167e1p-10);
  return __builtin_fma(odd, x, even);
}
/* end */

/* polynomial iris_vm_tanh_bend */
/* ((tanh(s) - s) / s^3 + 1/3) / s^2, x = s^2, on |s| <= 1 */
IRIS_VM double iris_vm_tanh_bend(double x) {
  const double z = x * x;
  double even = 0x1.67007376a2e2bp-24;
  even = __builtin_fma(even, z, 0x1.ec6198126b299p-20);
  even = __builtin_fma(even, z, 0x1.002e88dd06e79p-16);
  even = __builtin_fma(even, z, 0x1.95ae7e4969512p-14);
  even = __builtin_fma(even, z, 0x1.35557fa3cef08p-11);
  even = __builtin_fma(even, z, 0x1.d6d3cbb125b1bp-9);
  even = __builtin_fma(even, z, 0x1.664f48819b9dcp-6);
  even = __builtin_fma(even, z, 0x1.11111111110ap-3);
  double odd = -0x1.f7fb68b8bd7e3p-28;
  odd = __builtin_fma(odd, z, -0x1.fd07d6797d62ap-22);
  odd = __builtin_fma(odd, z, -0x1.7ab2e267ef605p-18);
  odd = __builtin_fma(odd, z, -0x1.461b2b47a586ep-15);
  odd = __builtin_fma(odd, z, -0x1.f5575f114ea0fp-13);
  odd = __builtin_fma(odd, z, -0x1.7da31e930e544p-10);
  odd = __builtin_fma(odd, z, -0x1.226e353c358eep-7);
  odd = __builtin_fma(odd, z, -0x1.ba1ba1ba15dc1p-5);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_tanh_exp */
/* (exp(2x) - 1) / x on |x| <= ln(2)/4 */
IRIS_VM double iris_vm_tanh_exp(double x) {
  const double z = x * x;
  double even = 0x1.af6ea400fd05cp-15;
  even = __builtin_fma(even, z, 0x1.71ddee5f22b42p-10);
  even = __builtin_fma(even, z, 0x1.a01a01b44bb2bp-6);
  even = __builtin_fma(even, z, 0x1.111111110e9eep-2);
  even = __builtin_fma(even, z, 0x1.555555555555cp+0);
  even = __builtin_fma(even, z, 0x1p+1);
  double odd = 0x1.28b0f602407a6p-12;
  odd = __builtin_fma(odd, z, 0x1.a01995bb3bea8p-8);
  odd = __builtin_fma(odd, z, 0x1.6c16c18606fabp-4);
  odd = __builtin_fma(odd, z, 0x1.555555554fe06p-1);
  odd = __builtin_fma(odd, z, 0x1.000000000000cp+1);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_sinh_small */
/* (sinh(s) - s) / s^3, x = s^2, on |s| <= 1 */
IRIS_VM double iris_vm_sinh_small(double x) {
  const double z = x * x;
  double even = 0x1.aac7adbc70edcp-41;
  even = __builtin_fma(even, z, 0x1.ae644b4bc34dcp-26);
  even = __builtin_fma(even, z, 0x1.a01a01a00dbafp-13);
  even = __builtin_fma(even, z, 0x1.5555555555555p-3);
  double odd = 0x1.3e9107333b361p-48;
  odd = __builtin_fma(odd, z, 0x1.612aab540f0a1p-33);
  odd = __builtin_fma(odd, z, 0x1.71de3a609a725p-19);
  odd = __builtin_fma(odd, z, 0x1.111111111117cp-7);
  return __builtin_fma(odd, x, even);
}
/* end */

/* Small arguments by their own polynomial; beyond, 1 - 2 / (exp(2|x|) + 1), whose quotient is so small that its errors
 * are, too.  |x| = n ln(2)/2 + r. */
IRIS_VM double iris_tanh_f64(double x) {
  const double size = __builtin_fabs(x), z = x * x;
  const double tail = __builtin_fma(z, iris_vm_tanh_bend(z), -0x1.5555555555555p-2);
  const double cube = size * z, lost = __builtin_fma(size, __builtin_fma(size, size, -z), __builtin_fma(size, z, -cube));
  const double small = size + __builtin_fma(cube, tail, lost * -0.28);
  const double shifted = __builtin_fma(size, 2 * IRIS_VM_LOG2E, IRIS_VM_ROUND_F64 + 1023);
  const double n = shifted - (IRIS_VM_ROUND_F64 + 1023);
  const double r = __builtin_fma(n, -0.5 * IRIS_VM_LN2_LO, __builtin_fma(n, -0.5 * IRIS_VM_LN2_HI, size));
  const double power = iris_vm_from_f64(iris_vm_bits_f64(shifted) << 52);
  const double under = __builtin_fma(iris_vm_tanh_exp(r), r * power, power + 1.0);
  const double q = -2.0 / under;
  const double less = iris_vm_from_f64(iris_vm_bits_f64(q) & ~iris_vm_mask_f64(size > 20.0));
  const double real = iris_vm_choose_f64(size < 1.0, small, 1.0 + less);
  return iris_vm_from_f64(iris_vm_bits_f64(real) | (iris_vm_bits_f64(x) & IRIS_VM_SIGN_F64));
}

/* 2^(n-1) (exp(r) + 2^(-2n) sign exp(-r)), |x| = n ln(2) + r: the first keeps the rounding error of its leading sum. */
IRIS_VM double iris_vm_hyperbolic(double size, double sign) {
  const double shifted = __builtin_fma(size, IRIS_VM_LOG2E, IRIS_VM_ROUND_F64 + 1021);
  const double n = shifted - (IRIS_VM_ROUND_F64 + 1021);
  const double r = __builtin_fma(-n, IRIS_VM_LN2_LO, __builtin_fma(-n, IRIS_VM_LN2_HI, size));
  const uint64_t bits = iris_vm_bits_f64(shifted) << 52; /* of 2^(n-2) */
  /* 2^-n; where it would not be normal it is none. */
  const double some = iris_vm_from_f64(((2044ULL << 52) - bits) & iris_vm_mask_f64(size < 700.0));
  const double z = r * r, cube = r * z;
  const double even = __builtin_fma(z, iris_vm_cosh_tail(z), 0.5), odd = iris_vm_sinh_tail(z);
  const double down = __builtin_fma(z, even, 1.0) - __builtin_fma(cube, odd, r); /* exp(-r) */
  const double head = 1.0 + r;
  const double tail = __builtin_fma(z, even, __builtin_fma(cube, odd, iris_vm_fast_error(1.0, r, head)));
  const double sum = head + __builtin_fma(sign * some * some, down, tail);
  return iris_vm_choose_f64(size > 710.5, IRIS_INF_F64, (sum + sum) * iris_vm_from_f64(bits));
}
IRIS_VM double iris_sinh_f64(double x) {
  const double size = __builtin_fabs(x), z = x * x;
  const double small = __builtin_fma(size * z, iris_vm_sinh_small(z), size);
  const double real = iris_vm_choose_f64(size < 1.0, small, iris_vm_hyperbolic(size, -1.0));
  return iris_vm_from_f64(iris_vm_bits_f64(real) | (iris_vm_bits_f64(x) & IRIS_VM_SIGN_F64));
}
IRIS_VM double iris_cosh_f64(double x) { return iris_vm_hyperbolic(__builtin_fabs(x), 1.0); }

/* The same in float. */

/* polynomial iris_vm_tanh_bend_f32 */
/* ((tanh(s) - s) / s^3 + 1/3) / s^2, x = s^2, on |s| <= 1 */
IRIS_VM float iris_vm_tanh_bend_f32(float x) {
  float p = -0x1.912ce8p-12f;
  p = __builtin_fmaf(p, x, 0x1.392318p-9f);
  p = __builtin_fmaf(p, x, -0x1.088206p-7f);
  p = __builtin_fmaf(p, x, 0x1.6185ccp-6f);
  p = __builtin_fmaf(p, x, -0x1.b9a912p-5f);
  p = __builtin_fmaf(p, x, 0x1.110f0ep-3f);
  return p;
}
/* end */
/* polynomial iris_vm_tanh_exp_f32 */
/* (exp(2x) - 1) / x on |x| <= ln(2)/4 */
IRIS_VM float iris_vm_tanh_exp_f32(float x) {
  float p = 0x1.6d514ep-4f;
  p = __builtin_fmaf(p, x, 0x1.123d06p-2f);
  p = __builtin_fmaf(p, x, 0x1.5554e4p-1f);
  p = __builtin_fmaf(p, x, 0x1.55548cp+0f);
  p = __builtin_fmaf(p, x, 0x1p+1f);
  p = __builtin_fmaf(p, x, 0x1p+1f);
  return p;
}
/* end */
/* polynomial iris_vm_sinh_small_f32 */
/* (sinh(s) - s) / s^3, x = s^2, on |s| <= 1 */
IRIS_VM float iris_vm_sinh_small_f32(float x) {
  float p = 0x1.76ac86p-19f;
  p = __builtin_fmaf(p, x, 0x1.a01adp-13f);
  p = __builtin_fmaf(p, x, 0x1.1110ecp-7f);
  p = __builtin_fmaf(p, x, 0x1.555556p-3f);
  return p;
}
/* end */
/* polynomial iris_vm_sinh_tail_f32 */
/* (sinh(r) - r) / r^3, x = r^2, on |r| <= ln(2)/2 */
IRIS_VM float iris_vm_sinh_tail_f32(float x) {
  float p = 0x1.a124f2p-13f;
  p = __builtin_fmaf(p, x, 0x1.1110ep-7f);
  p = __builtin_fmaf(p, x, 0x1.555556p-3f);
  return p;
}
/* end */
/* polynomial iris_vm_cosh_tail_f32 */
/* (cosh(r) - 1 - r^2/2) / r^4, x = r^2, on |r| <= ln(2)/2 */
IRIS_VM float iris_vm_cosh_tail_f32(float x) {
  float p = 0x1.6cdef2p-10f;
  p = __builtin_fmaf(p, x, 0x1.55553ep-5f);
  return p;
}
/* end */

/* Small arguments by their own polynomial; beyond, 1 - 2 / (exp(2|x|) + 1), whose quotient is so small that its errors
 * are, too.  |x| = n ln(2)/2 + r. */
IRIS_VM float iris_tanh_f32(float x) {
  const float size = __builtin_fabsf(x), z = x * x;
  const float tail = __builtin_fmaf(z, iris_vm_tanh_bend_f32(z), -0x1.555556p-2f);
  const float small = __builtin_fmaf(size * z, tail, size);
  const float shifted = __builtin_fmaf(size, 0x1.715476p1f, IRIS_VM_ROUND_F32 + 127);
  const float n = shifted - (IRIS_VM_ROUND_F32 + 127);
  const float r = __builtin_fmaf(n, -0x1.62e43p-2f, size);
  const float power = iris_vm_from_f32(iris_vm_bits_f32(shifted) << 23);
  const float under = __builtin_fmaf(iris_vm_tanh_exp_f32(r), r * power, power + 1.0f);
  const float q = -2.0f / under;
  const float less = iris_vm_from_f32(iris_vm_bits_f32(q) & ~iris_vm_mask_f32(size > 10.0f));
  const float real = iris_vm_choose_f32(size < 1.0f, small, 1.0f + less);
  return iris_vm_from_f32(iris_vm_bits_f32(real) | (iris_vm_bits_f32(x) & IRIS_VM_SIGN_F32));
}

/* 2^(n-1) (exp(r) + 2^(-2n) sign exp(-r)), |x| = n ln(2) + r: the first keeps the rounding error of its leading sum. */
IRIS_VM float iris_vm_hyperbolic_f32(float size, float sign) {
  const float shifted = __builtin_fmaf(size, IRIS_VM_LOG2E_F32, IRIS_VM_ROUND_F32 + 125);
  const float n = shifted - (IRIS_VM_ROUND_F32 + 125);
  const float r = __builtin_fmaf(-n, IRIS_VM_LN2_LO_F32, __builtin_fmaf(-n, IRIS_VM_LN2_HI_F32, size));
  const float power = iris_vm_from_f32(iris_vm_bits_f32(shifted) << 23); /* 2^(n-2) */
  const int32_t less = (int32_t)((377U << 23) - (iris_vm_bits_f32(shifted) << 24)); /* 2^(-2n), or below zero */
  const float other = iris_vm_from_f32((uint32_t)(less > 0 ? less : 0));
  const float z = r * r, cube = r * z;
  const float even = __builtin_fmaf(z, iris_vm_cosh_tail_f32(z), 0.5f), odd = iris_vm_sinh_tail_f32(z);
  const float down = __builtin_fmaf(z, even, 1.0f) - __builtin_fmaf(cube, odd, r); /* exp(-r) */
  const float head = 1.0f + r;
  const float tail = __builtin_fmaf(z, even, __builtin_fmaf(cube, odd, iris_vm_fast_error_f32(1.0f, r, head)));
  const float sum = head + __builtin_fmaf(sign * other, down, tail);
  return iris_vm_choose_f32(size > 89.5f, IRIS_INF_F32, (sum + sum) * power);
}
IRIS_VM float iris_sinh_f32(float x) {
  const float size = __builtin_fabsf(x), z = x * x;
  const float small = __builtin_fmaf(size * z, iris_vm_sinh_small_f32(z), size);
  const float real = iris_vm_choose_f32(size < 1.0f, small, iris_vm_hyperbolic_f32(size, -1.0f));
  return iris_vm_from_f32(iris_vm_bits_f32(real) | (iris_vm_bits_f32(x) & IRIS_VM_SIGN_F32));
}
IRIS_VM float iris_cosh_f32(float x) { return iris_vm_hyperbolic_f32(__builtin_fabsf(x), 1.0f); }

#endif /* IRIS_VM_HYP_H */
