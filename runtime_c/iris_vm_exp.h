/* iris_vm_exp.h - exp, exp2, expm1.
 *
 * Cody-Waite reduction x = n ln(2) + r with |r| <= ln(2)/2, a polynomial for exp(r), and n added to the exponent.  The
 * leading terms are summed with their rounding error, so that what remains is a little over half a unit.
 * Requires iris_vm_base.h.
 */
#ifndef IRIS_VM_EXP_H
#define IRIS_VM_EXP_H

/* polynomial iris_vm_exp_curve */
/* (exp(x) - 1 - x) / x^2 on |x| <= 0.373 */
IRIS_VM double iris_vm_exp_curve(double x) {
  const double z = x * x;
  const double p0 = __builtin_fma(x, 0x1.5555555555559p-3, 0x1p-1);
  const double p1 = __builtin_fma(x, 0x1.111111110f3e8p-7, 0x1.5555555555556p-5);
  const double p2 = __builtin_fma(x, 0x1.a01a01b270c35p-13, 0x1.6c16c16c15b6ep-10);
  const double p3 = __builtin_fma(x, 0x1.71ddef067ecd8p-19, 0x1.a01a01aa94273p-16);
  const double p4 = __builtin_fma(x, 0x1.af72e10d5aef8p-26, 0x1.27e4d0711e37ep-22);
  const double q0 = __builtin_fma(z, p1, p0);
  const double q1 = __builtin_fma(z, p3, p2);
  const double q2 = __builtin_fma(z, 0x1.1f8821942e9b3p-29, p4);
  const double zz = z * z;
  double r = q2;
  r = __builtin_fma(r, zz, q1);
  r = __builtin_fma(r, zz, q0);
  return r;
}
/* end */
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
/* polynomial iris_vm_exp_curve_f32 */
/* (exp(x) - 1 - x) / x^2 on |x| <= ln(2)/2 */
IRIS_VM float iris_vm_exp_curve_f32(float x) {
  const float z = x * x;
  float even = 0x1.6d4324p-10f;
  even = __builtin_fmaf(even, z, 0x1.5554eap-5f);
  even = __builtin_fmaf(even, z, 0x1p-1f);
  float odd = 0x1.a124f2p-13f;
  odd = __builtin_fmaf(odd, z, 0x1.1110ep-7f);
  odd = __builtin_fmaf(odd, z, 0x1.555556p-3f);
  return __builtin_fmaf(odd, x, even);
}
/* end */
/* polynomial iris_vm_exp_tail_f32 */
/* (exp(x) - 1 - x - x^2/2) / x^3 on |x| <= ln(2)/2 */
IRIS_VM float iris_vm_exp_tail_f32(float x) {
  const float z = x * x;
  float even = 0x1.a27408p-13f;
  even = __builtin_fmaf(even, z, 0x1.110feep-7f);
  even = __builtin_fmaf(even, z, 0x1.555556p-3f);
  float odd = 0x1.a3480ep-16f;
  odd = __builtin_fmaf(odd, z, 0x1.6c14dp-10f);
  odd = __builtin_fmaf(odd, z, 0x1.555556p-5f);
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
  const double shifted = __builtin_fma(x, IRIS_VM_LOG2E, IRIS_VM_SHIFT_F64);
  const double n = shifted - IRIS_VM_SHIFT_F64;
  const double r = __builtin_fma(-n, IRIS_VM_LN2_LO, __builtin_fma(-n, IRIS_VM_LN2_HI, x));
  const double head = 1.0 + r;
  const double tail = __builtin_fma(r * r, iris_vm_exp_curve(r), iris_vm_fast_error(1.0, r, head));
  const double power = iris_vm_scale_sum_f64(head, tail, iris_vm_bits_f64(shifted));
  const double small = iris_vm_choose_f64(x > 710.0, IRIS_INF_F64, power);
  return iris_vm_from_f64(iris_vm_bits_f64(small) & ~iris_vm_mask_f64(x < -746.0));
}

IRIS_VM double iris_exp2_f64(double x) {
  const double shifted = x + IRIS_VM_SHIFT_F64;
  const double r = x - (shifted - IRIS_VM_SHIFT_F64);
  const double first = r * 0x1.62e42fefa39efp-1;
  const double head = 1.0 + first;
  const double error = __builtin_fma(r, 0x1.abc9e3b39803fp-56, __builtin_fma(r, 0x1.62e42fefa39efp-1, -first));
  const double tail = __builtin_fma(r * r, iris_vm_exp2_tail(r), error + iris_vm_fast_error(1.0, first, head));
  const double power = iris_vm_scale_sum_f64(head, tail, iris_vm_bits_f64(shifted));
  const double small = iris_vm_choose_f64(x > 1025.0, IRIS_INF_F64, power);
  return iris_vm_from_f64(iris_vm_bits_f64(small) & ~iris_vm_mask_f64(x < -1076.0));
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

/* 2^n (p + (1 - 2^-n)), p = exp(r) - 1; the second is none, or the larger one. */
IRIS_VM double iris_expm1_f64(double x) {
  const double shifted = __builtin_fma(x, IRIS_VM_LOG2E, IRIS_VM_SHIFT_F64);
  const struct iris_vm_pair p = iris_vm_expm1_reduced(x, shifted - IRIS_VM_SHIFT_F64);
  const uint64_t power = (3069ULL << 52) - (iris_vm_bits_f64(shifted) << 52); /* of 2^-n */
  const double other = iris_vm_from_f64(power & iris_vm_mask_f64(x < 600.0));
  const double one = 1.0 - other;
  const double head = one + p.head;
  const double tail = iris_vm_fast_error(one, p.head, head) + (p.tail + ((1.0 - one) - other));
  const double large = iris_vm_scale_sum_f64(head, tail, iris_vm_bits_f64(shifted));
  const double real = iris_vm_choose_f64(x > 710.0, IRIS_INF_F64, iris_vm_choose_f64(x < -40.0, -1.0, large));
  return iris_vm_from_f64(iris_vm_bits_f64(real) | (iris_vm_bits_f64(x) & IRIS_VM_SIGN_F64));
}

/* The same in float. */

/* Beyond these bounds the result is infinite, or rounds to zero, all the same. */
IRIS_VM float iris_exp_f32(float x) {
  const float shifted = __builtin_fmaf(x, IRIS_VM_LOG2E_F32, IRIS_VM_SHIFT_F32);
  const float n = shifted - IRIS_VM_SHIFT_F32;
  const float r = __builtin_fmaf(-n, IRIS_VM_LN2_LO_F32, __builtin_fmaf(-n, IRIS_VM_LN2_HI_F32, x));
  const float head = 1.0f + r;
  const float tail = __builtin_fmaf(r * r, iris_vm_exp_curve_f32(r), iris_vm_fast_error_f32(1.0f, r, head));
  const float power = iris_vm_scale_sum_f32(head, tail, iris_vm_bits_f32(shifted));
  const float small = iris_vm_choose_f32(x > 90.0f, IRIS_INF_F32, power);
  return iris_vm_from_f32(iris_vm_bits_f32(small) & ~iris_vm_mask_f32(x < -105.0f));
}

IRIS_VM float iris_exp2_f32(float x) {
  const float shifted = x + IRIS_VM_SHIFT_F32;
  const float r = x - (shifted - IRIS_VM_SHIFT_F32);
  const float first = r * 0x1.62e43p-1f;
  const float head = 1.0f + first;
  const float tail = __builtin_fmaf(r * r, iris_vm_exp2_tail_f32(r), iris_vm_fast_error_f32(1.0f, first, head));
  const float power = iris_vm_scale_sum_f32(head, tail, iris_vm_bits_f32(shifted));
  const float small = iris_vm_choose_f32(x > 129.0f, IRIS_INF_F32, power);
  return iris_vm_from_f32(iris_vm_bits_f32(small) & ~iris_vm_mask_f32(x < -151.0f));
}

/* 2^n (r + tail + (1 - 2^-n)), x = n ln(2) + r; the last is none, or the largest. */
IRIS_VM float iris_expm1_f32(float x) {
  const float shifted = __builtin_fmaf(x, IRIS_VM_LOG2E_F32, IRIS_VM_ROUND_F32 + 126);
  const float n = shifted - (IRIS_VM_ROUND_F32 + 126);
  const float exact = __builtin_fmaf(-n, IRIS_VM_LN2_HI_F32, x);
  const float r = __builtin_fmaf(-n, IRIS_VM_LN2_LO_F32, exact);
  const float lost = __builtin_fmaf(-n, IRIS_VM_LN2_LO_F32, exact - r);
  const uint32_t bits = iris_vm_bits_f32(shifted) << 23; /* of 2^(n-1) */
  const int32_t less = (int32_t)((253U << 23) - bits); /* of 2^-n, or below zero */
  const float other = iris_vm_from_f32((uint32_t)(less > 0 ? less : 0));
  const float one = 1.0f - other;
  const float head = one + r;
  const float rest = iris_vm_fast_error_f32(one, r, head) + (((1.0f - one) - other) + __builtin_fmaf(lost, r, lost));
  const float z = r * r, curve = __builtin_fmaf(r * z, iris_vm_exp_tail_f32(r), 0.5f * z);
  const float sum = head + (curve + rest);
  const float large = (sum + sum) * iris_vm_from_f32(bits);
  const float real = iris_vm_choose_f32(x > 88.8f, IRIS_INF_F32, iris_vm_choose_f32(x < -17.32f, -1.0f, large));
  return iris_vm_from_f32(iris_vm_bits_f32(real) | (iris_vm_bits_f32(x) & IRIS_VM_SIGN_F32));
}

#endif /* IRIS_VM_EXP_H */
