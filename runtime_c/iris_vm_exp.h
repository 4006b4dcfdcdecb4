/* iris_vm_exp.h - exp, exp2, expm1.
 *
 * Cody-Waite reduction x = n ln(2) + r with |r| <= ln(2)/2, a polynomial for exp(r), and n added to the exponent.  The
 * leading terms are summed with their rounding error, so that what remains is a little over half a unit.
 * Requires iris_vm_base.h.
 */
#ifndef IRIS_VM_EXP_H
#define IRIS_VM_EXP_H

/* polynomial iris_vm_exp_tail */
/* (exp(x) - 1 - x - x^2/2) / x^3 on |x| <= ln(2)/2 */
IRIS_VM double iris_vm_exp_tail(double x) {
  const double z = x * x;
  double even = 0x1.af38a9b0ec855p-26;
  even = __builtin_fma(even, z, 0x1.71de0dae63bb3p-19);
  even = __builtin_fma(even, z, 0x1.a01a01a7c41d5p-13);
  even = __builtin_fma(even, z, 0x1.11111111109b3p-7);
  even = __builtin_fma(even, z, 0x1.5555555555556p-3);
  double odd = 0x1.1f66df7fca49fp-29;
  odd = __builtin_fma(odd, z, 0x1.27e4e1f48534fp-22);
  odd = __builtin_fma(odd, z, 0x1.a01a01a47b054p-16);
  odd = __builtin_fma(odd, z, 0x1.6c16c16c167e1p-10);
  odd = __builtin_fma(odd, z, 0x1.5555555555555p-5);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_exp2_tail */
/* (2^x - 1 - x ln(2)) / x^2 on |x| <= 1/2 */
IRIS_VM double iris_vm_exp2_tail(double x) {
  const double z = x * x;
  double even = 0x1.c48f769ad2c46p-36;
  even = __builtin_fma(even, z, 0x1.e4cf1cd08d4b8p-28);
  even = __builtin_fma(even, z, 0x1.62c022401b97dp-20);
  even = __builtin_fma(even, z, 0x1.430912f86bf52p-13);
  even = __builtin_fma(even, z, 0x1.3b2ab6fba4e78p-7);
  even = __builtin_fma(even, z, 0x1.ebfbdff82c58fp-3);
  double odd = 0x1.e9d3fe3952179p-32;
  odd = __builtin_fma(odd, z, 0x1.b524fae627834p-24);
  odd = __builtin_fma(odd, z, 0x1.ffcbfc670dcd4p-17);
  odd = __builtin_fma(odd, z, 0x1.5d87fe78a5276p-10);
  odd = __builtin_fma(odd, z, 0x1.c6b08d704a0c2p-5);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_exp_tail_f32 */
/* (exp(x) - 1 - x - x^2/2) / x^3 on |x| <= ln(2)/2 */
IRIS_VM float iris_vm_exp_tail_f32(float x) {
  const float z = x * x;
  float even = 0x1.a0f86cp-13f;
  even = __builtin_fmaf(even, z, 0x1.1110f6p-7f);
  even = __builtin_fmaf(even, z, 0x1.555556p-3f);
  float odd = 0x1.6d110ap-10f;
  odd = __builtin_fmaf(odd, z, 0x1.55551ap-5f);
  return __builtin_fmaf(odd, x, even);
}
/* end */
/* polynomial iris_vm_exp2_tail_f32 */
/* (2^x - 1 - x ln(2)) / x^2 on |x| <= 1/2 */
IRIS_VM float iris_vm_exp2_tail_f32(float x) {
  const float z = x * x;
  float even = 0x1.44138ap-13f;
  even = __builtin_fmaf(even, z, 0x1.3b2a54p-7f);
  even = __builtin_fmaf(even, z, 0x1.ebfbep-3f);
  float odd = 0x1.008a2p-16f;
  odd = __builtin_fmaf(odd, z, 0x1.5d87cp-10f);
  odd = __builtin_fmaf(odd, z, 0x1.c6b08ep-5f);
  return __builtin_fmaf(odd, x, even);
}
/* end */

/* Beyond these bounds the result is infinite, or rounds to zero, all the same. */
IRIS_VM double iris_exp_f64(double x) {
  const double below = x > 710.0 ? 710.0 : x;
  const double y = x < -746.0 ? -746.0 : below;
  const double n = __builtin_fma(y, IRIS_VM_LOG2E, IRIS_VM_ROUND_F64) - IRIS_VM_ROUND_F64;
  const double r = __builtin_fma(-n, IRIS_VM_LN2_LO, __builtin_fma(-n, IRIS_VM_LN2_HI, y));
  const double head = 1.0 + r;
  const double tail = __builtin_fma(r * r, __builtin_fma(r, iris_vm_exp_tail(r), 0.5), iris_vm_fast_error(1.0, r, head));
  return iris_vm_scale_f64(head + tail, n);
}

/* 2^(r + low), |r| <= 1/2. */
IRIS_VM double iris_vm_exp2_reduced(double r, double low) {
  const double first = r * 0x1.62e42fefa39efp-1;
  const double head = 1.0 + first;
  const double lost = __builtin_fma(r, 0x1.62e42fefa39efp-1, -first) + iris_vm_fast_error(1.0, first, head);
  const double tail = __builtin_fma(r, __builtin_fma(r, iris_vm_exp2_tail(r), 0x1.abc9e3b39803fp-56), lost);
  return head + __builtin_fma(low, head * 0x1.62e42fefa39efp-1, tail);
}
IRIS_VM double iris_exp2_f64(double x) {
  const double below = x > 1025.0 ? 1025.0 : x;
  const double y = x < -1076.0 ? -1076.0 : below;
  const double n = (y + IRIS_VM_ROUND_F64) - IRIS_VM_ROUND_F64;
  return iris_vm_scale_f64(iris_vm_exp2_reduced(y - n, 0.0), n);
}

/* exp(r) - 1, for the functions in which it meets another number. */
IRIS_VM struct iris_vm_pair iris_vm_exp_reduce(double y, double n) {
  const double exact = __builtin_fma(-n, IRIS_VM_LN2_HI, y);
  const double r = __builtin_fma(-n, IRIS_VM_LN2_LO, exact);
  const struct iris_vm_pair result = {r, __builtin_fma(-n, IRIS_VM_LN2_LO, exact - r)};
  return result;
}
IRIS_VM struct iris_vm_pair iris_vm_expm1_reduced(double y, double n) {
  const struct iris_vm_pair r = iris_vm_exp_reduce(y, n);
  const double half = 0.5 * r.head;
  const double square = half * r.head;
  const double head = r.head + square;
  const double lost = __builtin_fma(half, r.head, -square) + r.tail;
  const double rest = __builtin_fma(2.0 * r.head * square, iris_vm_exp_tail(r.head), lost);
  const struct iris_vm_pair result = {head, iris_vm_fast_error(r.head, square, head) + rest};
  return result;
}

/* 2^n (p + (1 - 2^-n)), p = exp(r) - 1. */
IRIS_VM double iris_expm1_f64(double x) {
  const double below = x > 710.0 ? 710.0 : x;
  const double y = x < -40.0 ? -40.0 : below;
  const double n = __builtin_fma(y, IRIS_VM_LOG2E, IRIS_VM_ROUND_F64) - IRIS_VM_ROUND_F64;
  const struct iris_vm_pair p = iris_vm_expm1_reduced(y, n);
  const double other = iris_vm_power2_f64(-(n > 1000.0 ? 1000.0 : n));
  const double one = 1.0 - other;
  const double head = one + p.head;
  const double tail = iris_vm_sum_error(one, p.head, head) + (p.tail + ((1.0 - one) - other));
  return __builtin_copysign(iris_vm_scale_f64(head + tail, n), x);
}

IRIS_VM float iris_exp_f32(float x) {
  const float below = x > 90.0f ? 90.0f : x;
  const float y = x < -105.0f ? -105.0f : below;
  const float n = __builtin_fmaf(y, IRIS_VM_LOG2E_F32, IRIS_VM_ROUND_F32) - IRIS_VM_ROUND_F32;
  const float r = __builtin_fmaf(-n, IRIS_VM_LN2_LO_F32, __builtin_fmaf(-n, IRIS_VM_LN2_HI_F32, y));
  const float head = 1.0f + r;
  const float tail = __builtin_fmaf(r * r, __builtin_fmaf(r, iris_vm_exp_tail_f32(r), 0.5f), (1.0f - head) + r);
  return iris_vm_scale_f32(head + tail, n);
}

IRIS_VM float iris_exp2_f32(float x) {
  const float below = x > 129.0f ? 129.0f : x;
  const float y = x < -151.0f ? -151.0f : below;
  const float n = (y + IRIS_VM_ROUND_F32) - IRIS_VM_ROUND_F32;
  const float r = y - n;
  const float first = r * 0x1.62e43p-1f;
  const float head = 1.0f + first;
  const float tail = __builtin_fmaf(r * r, iris_vm_exp2_tail_f32(r), (1.0f - head) + first);
  return iris_vm_scale_f32(head + tail, n);
}

IRIS_VM struct iris_vm_pair_f32 iris_vm_exp_reduce_f32(float y, float n) {
  const float exact = __builtin_fmaf(-n, IRIS_VM_LN2_HI_F32, y);
  const float r = __builtin_fmaf(-n, IRIS_VM_LN2_LO_F32, exact);
  const struct iris_vm_pair_f32 result = {r, __builtin_fmaf(-n, IRIS_VM_LN2_LO_F32, exact - r)};
  return result;
}
IRIS_VM struct iris_vm_pair_f32 iris_vm_expm1_reduced_f32(float y, float n) {
  const struct iris_vm_pair_f32 r = iris_vm_exp_reduce_f32(y, n);
  const float half = 0.5f * r.head;
  const float square = half * r.head;
  const float head = r.head + square;
  const float lost = __builtin_fmaf(half, r.head, -square) + r.tail;
  const float rest = __builtin_fmaf(2.0f * r.head * square, iris_vm_exp_tail_f32(r.head), lost);
  const struct iris_vm_pair_f32 result = {head, iris_vm_fast_error_f32(r.head, square, head) + rest};
  return result;
}

IRIS_VM float iris_expm1_f32(float x) {
  const float below = x > 90.0f ? 90.0f : x;
  const float y = x < -20.0f ? -20.0f : below;
  const float n = __builtin_fmaf(y, IRIS_VM_LOG2E_F32, IRIS_VM_ROUND_F32) - IRIS_VM_ROUND_F32;
  const struct iris_vm_pair_f32 p = iris_vm_expm1_reduced_f32(y, n);
  const float other = iris_vm_power2_f32(-(n > 100.0f ? 100.0f : n));
  const float one = 1.0f - other;
  const float head = one + p.head;
  const float tail = iris_vm_sum_error_f32(one, p.head, head) + (p.tail + ((1.0f - one) - other));
  return __builtin_copysignf(iris_vm_scale_f32(head + tail, n), x);
}

#endif /* IRIS_VM_EXP_H */
