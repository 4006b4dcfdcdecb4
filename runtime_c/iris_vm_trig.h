/* iris_vm_trig.h - sin, cos, tan.
 *
 * The argument is reduced to x = n pi/2 + r with |r| <= pi/4, r in two parts.  Up to 2^28 by Cody and Waite: pi/2 in
 * three parts, of which the first leaves no rounding error.  Beyond by Payne and Hanek: the bits of 2/pi that matter for
 * an argument of this exponent come from a table, the whole multiples of four are dropped, and what is left is exact to
 * 2^-114.  sin and cos of r are polynomials whose leading terms are summed with their errors; tan has one of r cot(r).
 *
 * iris_sin_f64 and its kin compute both reductions and choose, so that a loop has no branch.  The second costs three
 * times as much as all the rest and is hardly ever wanted, so iris_near_sin_f64 and its kin do without: for arguments
 * below the limit, infinities and nan they give the same; where one is beyond, they set the top bit of *far and give
 * nonsense.  A loop may use them on a block and do the block again if the bit is set.  Requires iris_vm_base.h.
 */
#ifndef IRIS_VM_TRIG_H
#define IRIS_VM_TRIG_H

#define IRIS_VM_TWO_OVER_PI 0x1.45f306dc9c883p-1
#define IRIS_VM_HALF_PI_HI 0x1.921fb54442d18p0
#define IRIS_VM_HALF_PI_MID 0x1.1a62633145c07p-54
#define IRIS_VM_HALF_PI_LO -0x1.f1976b7ed8fbcp-110

/* polynomial iris_vm_sin_tail */
/* (sin(r) - r) / r^3, x = r^2, on |r| <= pi/4 */
IRIS_VM double iris_vm_sin_tail(double x) {
  const double z = x * x;
  double even = -0x1.ab17a79237a19p-41;
  even = __builtin_fma(even, z, -0x1.ae64541266378p-26);
  even = __builtin_fma(even, z, -0x1.a01a01a019936p-13);
  even = __builtin_fma(even, z, -0x1.5555555555555p-3);
  double odd = 0x1.61217ec01749dp-33;
  odd = __builtin_fma(odd, z, 0x1.71de3a54605eep-19);
  odd = __builtin_fma(odd, z, 0x1.111111111111p-7);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_cos_tail */
/* (cos(r) - 1 + r^2/2) / r^4, x = r^2, on |r| <= pi/4 */
IRIS_VM double iris_vm_cos_tail(double x) {
  const double z = x * x;
  double even = 0x1.1eeb68b109173p-29;
  even = __builtin_fma(even, z, 0x1.a01a019f4e867p-16);
  even = __builtin_fma(even, z, 0x1.5555555555555p-5);
  double odd = -0x1.907d7aebd5e3dp-37;
  odd = __builtin_fma(odd, z, -0x1.27e4fa17a41b4p-22);
  odd = __builtin_fma(odd, z, -0x1.6c16c16c16966p-10);
  return __builtin_fma(odd, x, even);
}
/* end */

/* polynomial iris_vm_cot_slope */
/* (1 - r cot(r)) / r^2, x = r^2, on |r| <= pi/4 */
IRIS_VM double iris_vm_cot_slope(double x) {
  const double z = x * x;
  double even = 0x1.a972ce5dadbf2p-29;
  even = __builtin_fma(even, z, 0x1.d8b6f95ae88cdp-23);
  even = __builtin_fma(even, z, 0x1.66a9645ea22b9p-16);
  even = __builtin_fma(even, z, 0x1.1566abc37982ep-9);
  even = __builtin_fma(even, z, 0x1.5555555555569p-2);
  double odd = 0x1.6995f83855b66p-26;
  odd = __builtin_fma(odd, z, 0x1.22733c7acf765p-19);
  odd = __builtin_fma(odd, z, 0x1.bbd776e313f66p-13);
  odd = __builtin_fma(odd, z, 0x1.6c16c16c11d53p-6);
  return __builtin_fma(odd, x, even);
}
/* end */

/* Entry i: bits 24 i - 48 to 24 i of the fraction of 2/pi, as a number below one. */
static const double iris_vm_bits_of_two_over_pi[49] = {
    0, 0x1.45f306p-25, 0x1.45f306dc9c88p-1, 0x1.b9391054a7fp-2, 0x1.529fc2757d1p-4,
    0x1.3abe8fa9a6e8p-3, 0x1.ea69bb81b6c4p-1, 0x1.81b6c52b3278p-1, 0x1.2b3278872082p-1, 0x1.0e4107f9458cp-2,
    0x1.fca2c757bd76p-1, 0x1.57bd778ac36ep-1, 0x1.8ac36e48dc74p-1, 0x1.2371d2126e9p-3, 0x1.09374b801924p-2,
    0x1.c00c925dd412p-1, 0x1.77504e8c90ep-3, 0x1.a32439fc3bd6p-1, 0x1.fc3bd6396252p-1, 0x1.cb129a73ee8p-4,
    0x1.4e7dd1046beap-1, 0x1.046bea5d7688p-1, 0x1.75da24274cep-3, 0x1.09d338e04d68p-1, 0x1.c09ad17df904p-2,
    0x1.7df904e64758p-2, 0x1.cc8eb1cc1a98p-3, 0x1.cc1a99cfa4ep-3, 0x1.cfa4e422fc58p-3, 0x1.08bf177bf25p-1,
    0x1.7bf250763ffp-1, 0x1.d8ffc4bffefp-3, 0x1.2fffbc0b301ep-1, 0x1.6603fbcbc44p-6, 0x1.de5e2316b414p-1,
    0x1.16b414da3edap-1, 0x1.b47db4d9fb3cp-2, 0x1.b3f6793e5848p-3, 0x1.3e584dba7a3p-3, 0x1.6e9e8c7ecd3cp-1,
    0x1.fb34f2ff5168p-3, 0x1.7fa8b5d49ee8p-2, 0x1.d49eeb1faf94p-2, 0x1.8fd7cbe2f67ap-1, 0x1.e2f67a0e73eep-1,
    0x1.ce7de294a48p-6, 0x1.14a525d4d7f6p-1, 0x1.d4d7f6bf623ep-1, 0x1.7ec47e35742p-2,
};

/* |r| <= pi/4 as head + tail; the low bits of `quadrant` count the multiples of pi/2. */
struct iris_vm_angle {
  double head, tail;
  uint64_t quadrant;
};

/* `exact` is a multiple of the last place of `product`, so that their difference and what it lacks are exact. */
IRIS_VM struct iris_vm_angle iris_vm_reduce_small(double x) {
  const double turned = __builtin_fma(x, IRIS_VM_TWO_OVER_PI, IRIS_VM_ROUND_F64);
  const double n = turned - IRIS_VM_ROUND_F64;
  const double exact = __builtin_fma(-n, IRIS_VM_HALF_PI_HI, x);
  const double product = n * IRIS_VM_HALF_PI_MID;
  const double head = exact - product;
  const double error = __builtin_fma(-n, IRIS_VM_HALF_PI_MID, exact - head);
  const struct iris_vm_angle result = {head, __builtin_fma(-n, IRIS_VM_HALF_PI_LO, error), iris_vm_bits_f64(turned)};
  return result;
}

IRIS_VM double iris_vm_modulo4(double x) { return __builtin_fma(-4.0, __builtin_rint(0.25 * x), x); }

/* x 2/pi modulo 4, from four pieces of 2/pi of 48 bits; x is at least 2^28. */
IRIS_VM struct iris_vm_angle iris_vm_reduce_large(double x) {
  const double exponent = iris_vm_from_f64(iris_vm_bits_f64(x) >> 52 | 0x4330000000000000ULL) - 0x1p52;
  const double above = exponent < 1029.0 ? 1029.0 : exponent;
  const double row = __builtin_fma(above, 1.0 / 24.0, -1040.5 / 24.0) + IRIS_VM_ROUND_F64;
  const uint64_t i = iris_vm_bits_f64(row) & 63;
  const double y = x * iris_vm_power2_f64(-24.0 * ((row - IRIS_VM_ROUND_F64) - 2.0));
  const double d0 = iris_vm_bits_of_two_over_pi[i];
  const double d1 = iris_vm_bits_of_two_over_pi[i + 2] * 0x1p-48;
  const double d2 = iris_vm_bits_of_two_over_pi[i + 4] * 0x1p-96;
  const double d3 = iris_vm_bits_of_two_over_pi[i + 6] * 0x1p-144;
  const double h0 = y * d0, h1 = y * d1, h2 = y * d2;
  const double l0 = __builtin_fma(y, d0, -h0), l1 = __builtin_fma(y, d1, -h1), l2 = __builtin_fma(y, d2, -h2);
  const double f0 = iris_vm_modulo4(h0) + iris_vm_modulo4(l0); /* exact: multiples of 2^-46 */
  const double f1 = iris_vm_modulo4(h1);
  const double sum = f0 + f1;
  const double e0 = iris_vm_sum_error(f0, f1, sum);
  const double turned = sum + IRIS_VM_ROUND_F64;
  const double fraction = sum - (turned - IRIS_VM_ROUND_F64);
  const double small = l1 + h2;
  const double e1 = iris_vm_sum_error(l1, h2, small);
  const double first = fraction + small;
  const double e2 = iris_vm_sum_error(fraction, small, first);
  const double second = first + e0;
  const double e3 = iris_vm_sum_error(first, e0, second);
  const double rest = (e2 + e3) + (e1 + __builtin_fma(y, d3, l2));
  const double f = second + rest;
  const double low = iris_vm_fast_error(second, rest, f);
  const double head = f * IRIS_VM_HALF_PI_HI;
  const double error = __builtin_fma(f, IRIS_VM_HALF_PI_HI, -head);
  const double tail = __builtin_fma(low, IRIS_VM_HALF_PI_HI, __builtin_fma(f, IRIS_VM_HALF_PI_MID, error));
  const double r = head + tail;
  const struct iris_vm_angle result = {r, iris_vm_fast_error(head, tail, r), iris_vm_bits_f64(turned)};
  return result;
}

#define IRIS_VM_FAR_F64 0x41b0000000000000ULL /* 2^28 */
#define IRIS_VM_INF_F64 0x7ff0000000000000ULL
#define IRIS_VM_SIGN_F64 0x8000000000000000ULL

IRIS_VM struct iris_vm_angle iris_vm_reduce(double x) {
  const struct iris_vm_angle small = iris_vm_reduce_small(x);
  const struct iris_vm_angle large = iris_vm_reduce_large(x);
  const bool is_small = x < 0x1p28;
  const struct iris_vm_angle result = {is_small ? small.head : large.head, is_small ? small.tail : large.tail,
                                       is_small ? small.quadrant : large.quadrant};
  return result;
}
IRIS_VM struct iris_vm_angle iris_vm_reduce_near(double x, uint64_t *far) {
  const uint64_t bits = iris_vm_bits_f64(x);
  *far |= (IRIS_VM_FAR_F64 - 1 - bits) & (bits - IRIS_VM_INF_F64); /* nan comes of itself for nan and infinity */
  return iris_vm_reduce_small(x);
}

/* sin(r) and cos(r), |r| <= pi/4, as head + tail. */
IRIS_VM struct iris_vm_pair iris_vm_sin_pair(double r, double low) {
  const double z = r * r;
  const struct iris_vm_pair result = {r, __builtin_fma(r * z, iris_vm_sin_tail(z), low * __builtin_fma(z, -0.5, 1.0))};
  return result;
}
IRIS_VM struct iris_vm_pair iris_vm_cos_pair(double r, double low) {
  const double z = r * r;
  const double head = __builtin_fma(z, -0.5, 1.0);
  const double error = __builtin_fma(z, -0.5, 1.0 - head);
  const double rest = __builtin_fma(__builtin_fma(r, r, -z), -0.5, error);
  const struct iris_vm_pair result = {head, __builtin_fma(z * z, iris_vm_cos_tail(z), __builtin_fma(-r, low, rest))};
  return result;
}

/* sin(r + quadrant pi/2), and tan; their signs are turned with that of `x`.  A quadrant is odd if its lowest bit, moved
 * to the top, makes a negative number: that is what a choice between vectors looks at. */
IRIS_VM double iris_vm_sin_angle(struct iris_vm_angle a, uint64_t quadrant, double x) {
  const struct iris_vm_pair s = iris_vm_sin_pair(a.head, a.tail);
  const struct iris_vm_pair c = iris_vm_cos_pair(a.head, a.tail);
  const double value = (int64_t)(quadrant << 63) < 0 ? c.head + c.tail : s.head + s.tail;
  const uint64_t sign = (iris_vm_bits_f64(x) ^ quadrant << 62) & IRIS_VM_SIGN_F64;
  return iris_vm_from_f64(iris_vm_bits_f64(value) ^ sign);
}
/* r / (r cot(r)), or the negative of its inverse: a quotient, and its remainder over the same divisor. */
IRIS_VM double iris_vm_tan_angle(struct iris_vm_angle a, double x) {
  const double z = a.head * a.head, slope = iris_vm_cot_slope(z);
  const double level = __builtin_fma(-z, slope, 1.0);
  const double z_tail = __builtin_fma(a.head + a.head, a.tail, __builtin_fma(a.head, a.head, -z));
  const double level_tail = __builtin_fma(z_tail, -0.37, __builtin_fma(-z, slope, 1.0 - level));
  const bool odd = (int64_t)(a.quadrant << 63) < 0;
  const double over = odd ? level : a.head, over_tail = odd ? level_tail : a.tail;
  const double under = odd ? a.head : level, under_tail = odd ? a.tail : level_tail;
  const double inverse = 1.0 / under;
  const double q = over * inverse;
  const double rest = __builtin_fma(-q, under, over) + __builtin_fma(-q, under_tail, over_tail);
  const double value = __builtin_fma(rest, inverse, q);
  const uint64_t sign = (iris_vm_bits_f64(x) & IRIS_VM_SIGN_F64) ^ a.quadrant << 63;
  return iris_vm_from_f64(iris_vm_bits_f64(value) ^ sign);
}

IRIS_VM double iris_sin_f64(double x) {
  const struct iris_vm_angle a = iris_vm_reduce(__builtin_fabs(x));
  return iris_vm_sin_angle(a, a.quadrant, x);
}
IRIS_VM double iris_cos_f64(double x) {
  const struct iris_vm_angle a = iris_vm_reduce(__builtin_fabs(x));
  return iris_vm_sin_angle(a, a.quadrant + 1, 1.0);
}
IRIS_VM double iris_tan_f64(double x) { return iris_vm_tan_angle(iris_vm_reduce(__builtin_fabs(x)), x); }

IRIS_VM double iris_near_sin_f64(double x, uint64_t *far) {
  const struct iris_vm_angle a = iris_vm_reduce_near(__builtin_fabs(x), far);
  return iris_vm_sin_angle(a, a.quadrant, x);
}
IRIS_VM double iris_near_cos_f64(double x, uint64_t *far) {
  const struct iris_vm_angle a = iris_vm_reduce_near(__builtin_fabs(x), far);
  return iris_vm_sin_angle(a, a.quadrant + 1, 1.0);
}
IRIS_VM double iris_near_tan_f64(double x, uint64_t *far) {
  return iris_vm_tan_angle(iris_vm_reduce_near(__builtin_fabs(x), far), x);
}

/* One copy for a unit: what the near variants leave over is rare. */
IRIS_OUTLINE double iris_whole_sin_f64(double x) { return iris_sin_f64(x); }
IRIS_OUTLINE double iris_whole_cos_f64(double x) { return iris_cos_f64(x); }
IRIS_OUTLINE double iris_whole_tan_f64(double x) { return iris_tan_f64(x); }

#endif /* IRIS_VM_TRIG_H */
