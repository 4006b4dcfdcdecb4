/* iris_vm_atan_f32.h - atan, atan2, asin, acos of float, as iris_vm_atan.h has them of double.
 *
 * Requires iris_vm_base.h.
 */
#ifndef IRIS_VM_ATAN_F32_H
#define IRIS_VM_ATAN_F32_H

/* polynomial iris_vm_atan_tail_f32 */
/* (atan(t) - t) / t^3, x = t^2, on |t| <= tan(pi/8) */
IRIS_VM float iris_vm_atan_tail_f32(float x) {
  const float z = x * x;
  float even = -0x1.082f6cp-4f;
  even = __builtin_fmaf(even, z, -0x1.241fe6p-3f);
  even = __builtin_fmaf(even, z, -0x1.555554p-2f);
  float odd = 0x1.b8099p-4f;
  odd = __builtin_fmaf(odd, z, 0x1.99972ep-3f);
  return __builtin_fmaf(odd, x, even);
}
/* end */
/* polynomial iris_vm_atan2_tail_f32 */
/* (atan(t) - t) / t^3, x = t^2, on |t| <= tan(pi/8) */
IRIS_VM double iris_vm_atan2_tail_f32(double x) {
  const double z = x * x;
  double even = -0x1.613c1c599a50fp-4;
  even = __builtin_fma(even, z, -0x1.248a0f9e7dbe8p-3);
  even = __builtin_fma(even, z, -0x1.5555554bfd993p-2);
  double odd = 0x1.9d60fa5068fb4p-5;
  odd = __builtin_fma(odd, z, 0x1.c57a94756983fp-4);
  odd = __builtin_fma(odd, z, 0x1.99997aefc3eb5p-3);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_asin_tail_f32 */
/* (asin(s) - s) / s^3, x = s^2, on |s| <= 1/2 */
IRIS_VM float iris_vm_asin_tail_f32(float x) {
  const float z = x * x;
  float even = 0x1.18f91ep-6f;
  even = __builtin_fmaf(even, z, 0x1.6d5bbap-5f);
  even = __builtin_fmaf(even, z, 0x1.555554p-3f);
  float odd = 0x1.13fed4p-5f;
  odd = __builtin_fmaf(odd, z, 0x1.fd8da2p-6f);
  odd = __builtin_fmaf(odd, z, 0x1.33343p-4f);
  return __builtin_fmaf(odd, x, even);
}
/* end */

/* atan(over / under) for 0 <= over <= under, in eighths of a turn and what is left: k pi/4 + head + tail, k = 0 or 1. */
struct iris_vm_arc_f32 {
  float k, head, tail;
};
IRIS_VM struct iris_vm_arc_f32 iris_vm_arc_f32(float over, float under) {
  const bool steep = over > 0.41421356f * under;
  const float less = over - under, more = under + over;
  const float a = steep ? less : over, b = steep ? more : under;
  const float a_tail = steep ? iris_vm_fast_error_f32(-under, over, less) : 0.0f;
  const float b_tail = steep ? iris_vm_fast_error_f32(under, over, more) : 0.0f;
  const float inverse = 1.0f / b;
  const float t = a * inverse;
  const float t_tail = __builtin_fmaf(-t, b_tail, __builtin_fmaf(-t, b, a) + a_tail) * inverse;
  const float z = t * t;
  const struct iris_vm_arc_f32 result = {steep ? 1.0f : 0.0f, t, __builtin_fmaf(t * z, iris_vm_atan_tail_f32(z), t_tail)};
  return result;
}

/* k pi/4 + sign (head + tail). */
IRIS_VM float iris_vm_turned_f32(struct iris_vm_arc_f32 arc, float k, float sign) {
  const float whole = k * 0x1.921fbp-1f;
  const float part = sign * arc.head;
  const float sum = whole + part;
  return sum + (iris_vm_fast_error_f32(whole, part, sum) + __builtin_fmaf(sign, arc.tail, k * 0x1.5110b4p-23f));
}

IRIS_VM float iris_atan_f32(float x) {
  const float size = __builtin_fabsf(x);
  const float y = size > 0x1p64f ? 0x1p64f : size; /* pi/2 from far below */
  const bool swap = y > 1.0f;
  const struct iris_vm_arc_f32 arc = iris_vm_arc_f32(swap ? 1.0f : y, swap ? y : 1.0f);
  return __builtin_copysignf(iris_vm_turned_f32(arc, swap ? 2.0f - arc.k : arc.k, swap ? -1.0f : 1.0f), x);
}

/* In double, where no quotient of floats overflows or loses bits. */
IRIS_VM float iris_atan2_f32(float y, float x) {
  const double ax = __builtin_fabs((double)x), ay = __builtin_fabs((double)y);
  const bool swap = ay > ax;
  const double most = swap ? ay : ax, least = swap ? ax : ay;
  const bool plain = (most > 0) & (most < IRIS_INF_F64);
  const double edge = most == least ? most > 0 ? 1.0 : 0.0 : 0.0;
  const double over = plain ? least : edge, under = plain ? most : 1.0;
  const bool steep = over > 0.41421356 * under;
  const double t = (steep ? over - under : over) / (steep ? under + over : under);
  const double z = t * t;
  const double part = __builtin_fma(t * z, iris_vm_atan2_tail_f32(z), t);
  const double angle = steep ? 0x1.921fb54442d18p-1 + part : part;
  const double turned = swap ? 0x1.921fb54442d18p0 - angle : angle;
  const bool negative = __builtin_copysignf(1.0f, x) < 0;
  const float result = (float)(negative ? 0x1.921fb54442d18p1 - turned : turned);
  return ((x != x) | (y != y)) ? x + y : __builtin_copysignf(result, y);
}

/* Up to 1/2, s = |x|; beyond, s = sqrt((1 - |x|) / 2) with what the root lacks.  asin(s) = s + tail. */
struct iris_vm_sine_f32 {
  bool large;
  float s, tail;
};
IRIS_VM struct iris_vm_sine_f32 iris_vm_sine_f32(float size) {
  const bool large = size > 0.5f;
  const float z = large ? 0.5f * (1.0f - size) : size * size;
  const float root = __builtin_sqrtf(z);
  const float half = root > 0 ? 0.5f / root : 0.0f;
  const float lost = large ? __builtin_fmaf(-root, root, z) * half : 0.0f;
  const float s = large ? root : size;
  const struct iris_vm_sine_f32 result = {large, s, __builtin_fmaf(s * z, iris_vm_asin_tail_f32(z), lost)};
  return result;
}
/* angle - factor asin(s), the angle in two parts. */
IRIS_VM float iris_vm_angle_less_f32(float angle, float angle_tail, float factor, struct iris_vm_sine_f32 a) {
  const float part = factor * a.s;
  const float sum = angle - part;
  return sum + (iris_vm_fast_error_f32(angle, -part, sum) + __builtin_fmaf(-factor, a.tail, angle_tail));
}

IRIS_VM float iris_asin_f32(float x) {
  const struct iris_vm_sine_f32 a = iris_vm_sine_f32(__builtin_fabsf(x));
  const float angle = iris_vm_angle_less_f32(a.large ? 0x1.921fb6p0f : 0.0f, a.large ? -0x1.777a5cp-25f : 0.0f, a.large ? 2.0f : -1.0f, a);
  return __builtin_copysignf(angle, x);
}
/* 2 asin(s), pi - 2 asin(s), or pi/2 - asin(x). */
IRIS_VM float iris_acos_f32(float x) {
  const struct iris_vm_sine_f32 a = iris_vm_sine_f32(__builtin_fabsf(x));
  const float quarters = a.large ? x < 0 ? 2.0f : 0.0f : 1.0f;
  const float one = a.large ? 2.0f : 1.0f;
  const float factor = (x < 0) != a.large ? -one : one;
  return iris_vm_angle_less_f32(quarters * 0x1.921fb6p0f, quarters * -0x1.777a5cp-25f, factor, a);
}

#endif /* IRIS_VM_ATAN_F32_H */
