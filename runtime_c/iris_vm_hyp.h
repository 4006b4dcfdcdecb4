/* iris_vm_hyp.h - sinh, cosh, tanh.
 *
 * The argument is n ln(2) + r as for exp; what meets in a sum keeps its rounding error.
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

/* (exp(2|x|) - 1) / (exp(2|x|) + 1), both times 2^-n.  Beyond the bound it rounds to one. */
IRIS_VM double iris_tanh_f64(double x) {
  const double size = __builtin_fabs(x);
  const double y = size + size;
  const double shifted = __builtin_fma(y, IRIS_VM_LOG2E, IRIS_VM_SHIFT_F64);
  const struct iris_vm_pair p = iris_vm_expm1_reduced(y, shifted - IRIS_VM_SHIFT_F64);
  const double other = iris_vm_from_f64((3069ULL << 52) - (iris_vm_bits_f64(shifted) << 52)); /* 2^-n */
  const double less = 1.0 - other, more = 1.0 + other;
  const double over = less + p.head, under = more + p.head;
  const double over_tail = iris_vm_fast_error(less, p.head, over) + (p.tail + ((1.0 - less) - other));
  const double under_tail = iris_vm_fast_error(more, p.head, under) + (p.tail + ((1.0 - more) + other));
  const double inverse = 1.0 / (under + under_tail);
  const double q = (over + over_tail) * inverse;
  const double rest = __builtin_fma(-q, under, over) + __builtin_fma(-q, under_tail, over_tail);
  const double real = iris_vm_choose_f64(size > 20.0, 1.0, __builtin_fma(rest, inverse, q));
  return iris_vm_from_f64(iris_vm_bits_f64(real) | (iris_vm_bits_f64(x) & IRIS_VM_SIGN_F64));
}

/* sinh and cosh of |x| = n ln(2) + r, by addition: cosh(r) times one factor and sinh(r) times the other, where the
 * factors are (2^n - 2^-n)/2 and (2^n + 2^-n)/2.  No difference cancels.  Large n is left for a last multiplication. */
IRIS_VM double iris_vm_hyperbolic(double size, bool cosine) {
  const double n = __builtin_fma(size, IRIS_VM_LOG2E, IRIS_VM_ROUND_F64) - IRIS_VM_ROUND_F64;
  const struct iris_vm_pair r = iris_vm_exp_reduce(size, n);
  const double m = iris_vm_choose_f64(n > 64.0, 64.0, n);
  const uint64_t power = iris_vm_bits_f64(m + (IRIS_VM_ROUND_F64 + 1022)) << 52;
  /* 2^m / 2 and 2^-m / 2 */
  const double half = iris_vm_from_f64(power), other = iris_vm_from_f64((2044ULL << 52) - power);
  const double less = half - other, more = half + other;
  const double less_tail = (half - less) - other, more_tail = (half - more) + other;
  const double a = cosine ? more : less, a_tail = cosine ? more_tail : less_tail;
  const double b = cosine ? less : more, b_tail = cosine ? less_tail : more_tail;
  const double z = r.head * r.head;
  const double rise = z * __builtin_fma(z, iris_vm_cosh_tail(z), 0.5); /* cosh(r) - 1 */
  const double bend = __builtin_fma(r.head * z, iris_vm_sinh_tail(z), r.tail); /* sinh(r) - r */
  const double product = b * r.head;
  const double head = a + product;
  const double lost = __builtin_fma(b_tail, r.head, __builtin_fma(b, r.head, -product) + a_tail);
  const double tail = __builtin_fma(a, rise, __builtin_fma(b, bend, lost)) + iris_vm_fast_error(a, product, head);
  return iris_vm_choose_f64(size > 711.0, IRIS_INF_F64, (head + tail) * iris_vm_power2_f64(n - m));
}
IRIS_VM double iris_sinh_f64(double x) {
  const double result = iris_vm_hyperbolic(__builtin_fabs(x), false);
  return iris_vm_from_f64(iris_vm_bits_f64(result) | (iris_vm_bits_f64(x) & IRIS_VM_SIGN_F64));
}
IRIS_VM double iris_cosh_f64(double x) { return iris_vm_hyperbolic(__builtin_fabs(x), true); }

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
