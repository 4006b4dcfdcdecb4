/* iris_vm_pow.h - pow.
 *
 * |x| = 2^k m with m from sqrt(1/2) to sqrt(2), s = (m - 1) / (m + 1), log2(m) = s (c1 + c3 s^2 + c5 s^4 + ...): s and
 * three coefficients in two parts, the rest in one, so that log2 |x| is good to about 68 bits.  y log2 |x| = n + f in two parts, and 2^f
 * as in exp2.  What is left before the last rounding is a few hundredths of a unit, so exact powers come out exact.
 * Requires iris_vm_base.h and iris_vm_exp.h and iris_vm_log.h.
 */
#ifndef IRIS_VM_POW_H
#define IRIS_VM_POW_H

/* polynomial iris_vm_pow_tail */
/* (log2((1+s)/(1-s)) - c1 s - c3 s^3 - c5 s^5) / s^7, x = s^2, on |s| <= 0.1716 */
IRIS_VM double iris_vm_pow_tail(double x) {
  const double z = x * x;
  double even = 0x1.55c60681f4bcep-3;
  even = __builtin_fma(even, z, 0x1.89fa483a75d54p-3);
  even = __builtin_fma(even, z, 0x1.0c9a84a445808p-2);
  even = __builtin_fma(even, z, 0x1.a61762a7adeep-2);
  double odd = 0x1.5a55bca43c3e6p-3;
  odd = __builtin_fma(odd, z, 0x1.c68f451199512p-3);
  odd = __builtin_fma(odd, z, 0x1.484b13d7baf68p-2);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_pow_tail_f32 */
/* log2((1+s)/(1-s)) / s, x = s^2, on |s| <= 0.1716 */
IRIS_VM double iris_vm_pow_tail_f32(double x) {
  const double z = x * x;
  double even = 0x1.4795463b406c3p-2;
  even = __builtin_fma(even, z, 0x1.2776c2935a8c1p-1);
  even = __builtin_fma(even, z, 0x1.71547652b8251p+1);
  double odd = 0x1.21b245a850e1dp-2;
  odd = __builtin_fma(odd, z, 0x1.a61a2ef4051f3p-2);
  odd = __builtin_fma(odd, z, 0x1.ec709dc53bfcfp-1);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_pow_exp2_f32 */
/* 2^x on |x| <= 1/2 */
IRIS_VM double iris_vm_pow_exp2_f32(double x) {
  const double z = x * x;
  double even = 0x1.446c79efd4834p-13;
  even = __builtin_fma(even, z, 0x1.3b29d8bb0b97ep-7);
  even = __builtin_fma(even, z, 0x1.ebfbe0aa03dfp-3);
  even = __builtin_fma(even, z, 0x1.ffffffffa7135p-1);
  double odd = 0x1.00c0e4e15189cp-16;
  odd = __builtin_fma(odd, z, 0x1.5d877598350dep-10);
  odd = __builtin_fma(odd, z, 0x1.c6b08da70cce3p-5);
  odd = __builtin_fma(odd, z, 0x1.62e42fef9cc69p-1);
  return __builtin_fma(odd, x, even);
}
/* end */

/* log2(x) as head + tail, for positive x, infinity excepted. */
IRIS_VM struct iris_vm_pair iris_vm_log2_pair(double x) {
  const bool tiny = x < 0x1p-1022;
  const struct iris_vm_split u = iris_vm_split(tiny ? x * 0x1p54 : x);
  const double k = tiny ? u.k - 54.0 : u.k;
  const double sum = 2.0 + u.g;
  const double sum_tail = iris_vm_fast_error(2.0, u.g, sum);
  const double inverse = 1.0 / sum;
  const double s = u.g * inverse;
  const double s_tail = __builtin_fma(-s, sum_tail, __builtin_fma(-s, sum, u.g)) * inverse;
  const double z = s * s;
  const double z_tail = __builtin_fma(2.0 * s, s_tail, __builtin_fma(s, s, -z));
  const double c1 = 0x1.71547652b82fep1, c1_tail = 0x1.777d0ffda0d24p-55;
  const double c3 = 0x1.ec709dc3a03fdp-1, c3_tail = 0x1.d27f05548af0cp-55;
  const double c5 = 0x1.2776c50ef9bfep-1, c5_tail = 0x1.e4b29ccc535d4p-55;
  const double far = z * iris_vm_pow_tail(z);
  const double outer = c5 + far;
  const double outer_tail = iris_vm_fast_error(c5, far, outer) + c5_tail;
  const double w = z * outer;
  const double w_tail = __builtin_fma(z, outer_tail, __builtin_fma(z_tail, outer, __builtin_fma(z, outer, -w)));
  const double inner = c3 + w;
  const double inner_tail = iris_vm_fast_error(c3, w, inner) + (w_tail + c3_tail);
  const double v = z * inner;
  const double v_tail = __builtin_fma(z, inner_tail, __builtin_fma(z_tail, inner, __builtin_fma(z, inner, -v)));
  const double q = c1 + v;
  const double q_tail = iris_vm_fast_error(c1, v, q) + (v_tail + c1_tail);
  const double l = s * q;
  const double l_tail = __builtin_fma(s, q_tail, __builtin_fma(s_tail, q, __builtin_fma(s, q, -l)));
  const double head = k + l;
  const struct iris_vm_pair result = {head, iris_vm_fast_error(k, l, head) + l_tail};
  return result;
}

/* The rules of C for zeros, infinities, nan and negative bases, given |x|^y for the rest. */
#define IRIS_VM_DEFINE_POW_SPECIAL(T, name, f, INF, NAN)                                    \
  IRIS_VM T iris_vm_pow_special_##name(T x, T y, T power) {                                 \
    const T size = __builtin_fabs##f(x);                                                    \
    const T half = (T)0.5 * y;                                                              \
    const bool whole = __builtin_rint##f(y) == y;                                           \
    const bool even = __builtin_rint##f(half) == half;                                      \
    const T edge = (size == 0) == (y < 0) ? INF : (T)0;                                     \
    const T some = ((size == 0) | (size == INF)) ? edge : power;                            \
    const T ones = size == 1 ? (T)1 : some;                                                 \
    const T signed_one = (whole & !even) ? __builtin_copysign##f(ones, x) : ones;           \
    const T real = ((x < 0) & (size < INF) & !whole) ? NAN : signed_one;                    \
    const T number = ((x != x) | (y != y)) ? x + y : real;                                  \
    return ((y == 0) | (x == 1)) ? (T)1 : number;                                           \
  }
IRIS_VM_DEFINE_POW_SPECIAL(double, f64, , IRIS_INF_F64, IRIS_NAN_F64)
IRIS_VM_DEFINE_POW_SPECIAL(float, f32, f, IRIS_INF_F32, IRIS_NAN_F32)
#undef IRIS_VM_DEFINE_POW_SPECIAL

IRIS_VM double iris_pow_f64(double x, double y) {
  const struct iris_vm_pair l = iris_vm_log2_pair(__builtin_fabs(x));
  const double product = y * l.head;
  const double error = __builtin_fma(y, l.tail, __builtin_fma(y, l.head, -product));
  const double below = product > 1100.0 ? 1100.0 : product;
  const double t = product < -1100.0 ? -1100.0 : below;
  const double t_tail = t == product ? error : 0.0;
  const double n = (t + IRIS_VM_ROUND_F64) - IRIS_VM_ROUND_F64;
  const double f = (t - n) + t_tail;
  const double f_tail = iris_vm_fast_error(t - n, t_tail, f);
  const double power = iris_vm_scale_f64(iris_vm_exp2_reduced(f, f_tail), n);
  return iris_vm_pow_special_f64(x, y, y == 2.0 ? x * x : power);
}

/* In double, where log2 in one part is more than enough. */
IRIS_VM float iris_pow_f32(float x, float y) {
  const struct iris_vm_split u = iris_vm_split(__builtin_fabs((double)x));
  const double s = u.g / (2.0 + u.g);
  const double z = s * s;
  const double product = y * __builtin_fma(s, iris_vm_pow_tail_f32(z), u.k);
  const double below = product > 200.0 ? 200.0 : product;
  const double t = product < -200.0 ? -200.0 : below;
  const double n = (t + IRIS_VM_ROUND_F64) - IRIS_VM_ROUND_F64;
  const double power = iris_vm_pow_exp2_f32(t - n) * iris_vm_power2_f64(n);
  return iris_vm_pow_special_f32(x, y, y == 2.0f ? x * x : (float)power);
}

#endif /* IRIS_VM_POW_H */
