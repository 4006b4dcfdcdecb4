/* iris_vm_atan.h - atan, atan2, asin, acos.
 *
 * atan of a quotient of at most one: beyond tan(pi/8) it is pi/4 plus the arc of (a - b) / (a + b).  asin beyond 1/2 by the
 * half angle.  Quotients and roots are kept with what they lack, and multiples of pi/4 stand in two parts.
 * Requires iris_vm_base.h.
 */
#ifndef IRIS_VM_ATAN_H
#define IRIS_VM_ATAN_H

/* polynomial iris_vm_atan_tail */
/* (atan(t) - t) / t^3, x = t^2, on |t| <= tan(pi/8) */
IRIS_VM double iris_vm_atan_tail(double x) {
  const double z = x * x;
  double even = -0x1.1b1992aa413c9p-5;
  even = __builtin_fma(even, z, -0x1.ac7858539e493p-5);
  even = __builtin_fma(even, z, -0x1.110e84aa36d9dp-4);
  even = __builtin_fma(even, z, -0x1.745d165c497f3p-4);
  even = __builtin_fma(even, z, -0x1.249249248d739p-3);
  even = __builtin_fma(even, z, -0x1.5555555555555p-2);
  double odd = 0x1.0a997ba33c1dbp-6;
  odd = __builtin_fma(odd, z, 0x1.74d3a7b43351ap-5);
  odd = __builtin_fma(odd, z, 0x1.e199c62156609p-5);
  odd = __builtin_fma(odd, z, 0x1.3b1392a9c2d8bp-4);
  odd = __builtin_fma(odd, z, 0x1.c71c71c2fc236p-4);
  odd = __builtin_fma(odd, z, 0x1.9999999999952p-3);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_asin_tail */
/* (asin(s) - s) / s^3, x = s^2, on |s| <= 1/2 */
IRIS_VM double iris_vm_asin_tail(double x) {
  const double z = x * x;
  double even = 0x1.d72b2bc8155f8p-6;
  even = __builtin_fma(even, z, 0x1.1d189408314eep-6);
  even = __builtin_fma(even, z, 0x1.52420b04b37bep-7);
  even = __builtin_fma(even, z, 0x1.c9cf07674736ap-7);
  even = __builtin_fma(even, z, 0x1.6e8bb1c8209a2p-6);
  even = __builtin_fma(even, z, 0x1.6db6db6e31f13p-5);
  even = __builtin_fma(even, z, 0x1.5555555555556p-3);
  double odd = -0x1.e6aaa8a0a04ccp-7;
  odd = __builtin_fma(odd, z, 0x1.65a9c4dfcf8b2p-8);
  odd = __builtin_fma(odd, z, 0x1.782651caa6547p-7);
  odd = __builtin_fma(odd, z, 0x1.1c4d35cf95421p-6);
  odd = __builtin_fma(odd, z, 0x1.f1c71c1db0623p-6);
  odd = __builtin_fma(odd, z, 0x1.3333333332ecap-4);
  return __builtin_fma(odd, x, even);
}
/* end */

/* atan(over / under) for 0 <= over <= under, in eighths of a turn and what is left: k pi/4 + head + tail, k = 0 or 1. */
struct iris_vm_arc {
  double k, head, tail;
};
IRIS_VM struct iris_vm_arc iris_vm_arc(double over, double under) {
  const bool steep = over > 0.41421356 * under;
  const double less = over - under, more = under + over;
  const double a = steep ? less : over, b = steep ? more : under;
  const double a_tail = steep ? iris_vm_fast_error(-under, over, less) : 0.0;
  const double b_tail = steep ? iris_vm_fast_error(under, over, more) : 0.0;
  const double inverse = 1.0 / b;
  const double t = a * inverse;
  const double t_tail = __builtin_fma(-t, b_tail, __builtin_fma(-t, b, a) + a_tail) * inverse;
  const double z = t * t;
  const struct iris_vm_arc result = {steep ? 1.0 : 0.0, t, __builtin_fma(t * z, iris_vm_atan_tail(z), t_tail)};
  return result;
}

/* k pi/4 + sign (head + tail). */
IRIS_VM double iris_vm_turned(struct iris_vm_arc arc, double k, double sign) {
  const double whole = k * 0x1.921fb54442d18p-1;
  const double part = sign * arc.head;
  const double sum = whole + part;
  return sum + (iris_vm_fast_error(whole, part, sum) + __builtin_fma(sign, arc.tail, k * 0x1.1a62633145c07p-55));
}

IRIS_VM double iris_atan_f64(double x) {
  const double size = __builtin_fabs(x);
  const double y = size > 0x1p64 ? 0x1p64 : size; /* pi/2 from far below */
  const bool swap = y > 1.0;
  const struct iris_vm_arc arc = iris_vm_arc(swap ? 1.0 : y, swap ? y : 1.0);
  return __builtin_copysign(iris_vm_turned(arc, swap ? 2.0 - arc.k : arc.k, swap ? -1.0 : 1.0), x);
}

/* Both are brought to the exponent of the larger, so that nothing overflows and only a tiny quotient can underflow. */
IRIS_VM double iris_atan2_f64(double y, double x) {
  const double ax = __builtin_fabs(x), ay = __builtin_fabs(y);
  const bool swap = ay > ax;
  const double most = swap ? ay : ax, least = swap ? ax : ay;
  const double lift = most < 0x1p-500 ? 0x1p600 : 1.0;
  const double top = most * lift;
  const uint64_t exponent = iris_vm_bits_f64(top) >> 52;
  const double scale = iris_vm_from_f64((2048 - exponent) << 52);
  const bool plain = (most > 0) & (most < IRIS_INF_F64);
  const double edge = most == least ? most > 0 ? 1.0 : 0.0 : 0.0; /* both infinite; both zero; one infinite */
  const struct iris_vm_arc arc = iris_vm_arc(plain ? least * lift * scale : edge, plain ? top * scale : 1.0);
  const bool negative = __builtin_copysign(1.0, x) < 0;
  const double k = swap ? 2.0 - arc.k : arc.k;
  const double angle = iris_vm_turned(arc, negative ? 4.0 - k : k, swap != negative ? -1.0 : 1.0);
  return ((x != x) | (y != y)) ? x + y : __builtin_copysign(angle, y);
}

/* Up to 1/2, s = |x|; beyond, s = sqrt((1 - |x|) / 2) with what the root lacks.  asin(s) = s + tail. */
struct iris_vm_sine {
  bool large;
  double s, tail;
};
IRIS_VM struct iris_vm_sine iris_vm_sine(double size) {
  const bool large = size > 0.5;
  const double z = large ? 0.5 * (1.0 - size) : size * size;
  const double root = __builtin_sqrt(z);
  const double half = root > 0 ? 0.5 / root : 0.0;
  const double lost = large ? __builtin_fma(-root, root, z) * half : 0.0;
  const double s = large ? root : size;
  const struct iris_vm_sine result = {large, s, __builtin_fma(s * z, iris_vm_asin_tail(z), lost)};
  return result;
}
/* angle - factor asin(s), the angle in two parts. */
IRIS_VM double iris_vm_angle_less(double angle, double angle_tail, double factor, struct iris_vm_sine a) {
  const double part = factor * a.s;
  const double sum = angle - part;
  return sum + (iris_vm_fast_error(angle, -part, sum) + __builtin_fma(-factor, a.tail, angle_tail));
}

IRIS_VM double iris_asin_f64(double x) {
  const struct iris_vm_sine a = iris_vm_sine(__builtin_fabs(x));
  const double angle = iris_vm_angle_less(a.large ? 0x1.921fb54442d18p0 : 0.0, a.large ? 0x1.1a62633145c07p-54 : 0.0, a.large ? 2.0 : -1.0, a);
  return __builtin_copysign(angle, x);
}
/* 2 asin(s), pi - 2 asin(s), or pi/2 - asin(x). */
IRIS_VM double iris_acos_f64(double x) {
  const struct iris_vm_sine a = iris_vm_sine(__builtin_fabs(x));
  const double quarters = a.large ? x < 0 ? 2.0 : 0.0 : 1.0;
  const double one = a.large ? 2.0 : 1.0;
  const double factor = (x < 0) != a.large ? -one : one;
  return iris_vm_angle_less(quarters * 0x1.921fb54442d18p0, quarters * 0x1.1a62633145c07p-54, factor, a);
}

#endif /* IRIS_VM_ATAN_H */
