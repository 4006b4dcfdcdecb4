/* iris_vm_atan_f32.h - atan, atan2, asin, acos of float.
 *
 * asin and acos are as in iris_vm_atan.h.  A table would cost more than it saves: atan of a quotient t of at most one is
 * t 7/8 + t P(t^2), of which the first product is exact, so that the second may err by a few units.
 * Requires iris_vm_base.h.
 */
#ifndef IRIS_VM_ATAN_F32_H
#define IRIS_VM_ATAN_F32_H

/* polynomial iris_vm_atan_bend_f32 */
/* atan(t) / t - 7/8, x = t^2 - 1/2, on |t| <= 1 */
IRIS_VM float iris_vm_atan_bend_f32(float x) {
  const float z = x * x;
  const float p0 = __builtin_fmaf(x, -0x1.a1494cp-3f, -0x1.2c2bcap-8f);
  const float p1 = __builtin_fmaf(x, -0x1.49b38p-5f, 0x1.55a298p-4f);
  const float p2 = __builtin_fmaf(x, -0x1.7ac008p-7f, 0x1.59139ap-6f);
  const float p3 = __builtin_fmaf(x, -0x1.e6bf12p-9f, 0x1.a40b16p-8f);
  const float p4 = __builtin_fmaf(x, -0x1.bd64f6p-10f, 0x1.733ddcp-9f);
  const float q0 = __builtin_fmaf(z, p1, p0);
  const float q1 = __builtin_fmaf(z, p3, p2);
  const float zz = z * z;
  float r = p4;
  r = __builtin_fmaf(r, zz, q1);
  r = __builtin_fmaf(r, zz, q0);
  return r;
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

#define IRIS_VM_TOP_F32 0x80000000U
#define IRIS_VM_INVERSE_F32 0x7ef311c7U /* less the bits of x: those of 1 / x, within an eighth */

IRIS_VM float iris_vm_only_f32(uint32_t mask, float x) { return iris_vm_from_f32(iris_vm_bits_f32(x) & mask); }
IRIS_VM float iris_vm_signed_f32(uint32_t sign, float x) { return iris_vm_from_f32(iris_vm_bits_f32(x) ^ sign); }

/* whole + atan(part + lost): the arc of what is lost is about lost (1 - part^2 / 2). */
IRIS_VM float iris_vm_turned_f32(float whole, float whole_tail, float part, float lost) {
  const float u = __builtin_fmaf(part, part, -0.5f);
  const float tail = __builtin_fmaf(lost, __builtin_fmaf(u, -0.5f, 0.75f), whole_tail);
  const float sum = __builtin_fmaf(part, 0.875f, whole);
  const float error = __builtin_fmaf(part, 0.875f, whole - sum);
  return sum + (error + __builtin_fmaf(part, iris_vm_atan_bend_f32(u), tail));
}

/* Beyond one, pi/2 and the arc of -1/x.  The smallest are their own arc. */
IRIS_VM float iris_atan_f32(float x) {
  const float y = __builtin_fabsf(x), inverse = -1.0f / y;
  const bool large = y > 1.0f;
  const float lost = iris_vm_choose_f32(large & (y < 0x1p64f), __builtin_fmaf(inverse, y, 1.0f) * inverse, 0.0f);
  const float whole = iris_vm_choose_f32(large, 0x1.921fb6p0f, 0.0f);
  const float whole_tail = iris_vm_choose_f32(large, -0x1.777a5cp-25f, 0.0f);
  const float arc = iris_vm_turned_f32(whole, whole_tail, iris_vm_choose_f32(large, inverse, y), lost);
  return __builtin_copysignf(iris_vm_choose_f32(y < 0x1p-24f, y, arc), x);
}

/* k pi/2 and the arc of the smaller size over the larger, lifted as in double. */
IRIS_VM float iris_atan2_f32(float y, float x) {
  const float ax = __builtin_fabsf(x), ay = __builtin_fabsf(y);
  const bool swap = ay > ax;
  const uint32_t negative = iris_vm_bits_f32(x) & IRIS_VM_TOP_F32;
  const float most = iris_vm_choose_f32(swap, ay, ax), least = iris_vm_choose_f32(swap, ax, ay);
  const float lift = iris_vm_choose_f32(most < 0x1p40f, 0x1p64f, 0x1p-4f);
  const float over = least * lift, under = __builtin_fmaf(most, lift, 0x1p-120f);
  const float t = iris_vm_choose_f32(least == IRIS_INF_F32, 1.0f, over / under);
  const float inverse = iris_vm_from_f32(IRIS_VM_INVERSE_F32 - iris_vm_bits_f32(under));
  const float lost = iris_vm_choose_f32(most == IRIS_INF_F32, 0.0f, __builtin_fmaf(-t, under, over) * inverse);
  const uint32_t sign = negative ^ (iris_vm_mask_f32(swap) & IRIS_VM_TOP_F32);
  const float k = iris_vm_choose_f32(swap, 1.0f, iris_vm_from_f32(negative >> 1));
  const float whole = k * 0x1.921fb6p0f, part = iris_vm_signed_f32(sign, t);
  const float arc = iris_vm_turned_f32(whole, k * -0x1.777a5cp-25f, part, iris_vm_signed_f32(sign, lost));
  const float angle = iris_vm_choose_f32(t < 0x1p-60f, whole + part, arc);
  const uint32_t kept = IRIS_VM_TOP_F32 | iris_vm_mask_f32(y != y);
  return iris_vm_from_f32(iris_vm_bits_f32(angle) | (iris_vm_bits_f32(y) & kept));
}

IRIS_VM float iris_asin_f32(float x) {
  const float y = __builtin_fabsf(x), square = __builtin_fmaf(y, -0.5f, 0.5f);
  const uint32_t large = -(uint32_t)(y > 0.5f);
  const float z = iris_vm_pick_f32(large, square, y * y);
  const float root = __builtin_sqrtf(square);
  const float inverse = iris_vm_from_f32((IRIS_VM_INVERSE_F32 | IRIS_VM_TOP_F32) - iris_vm_bits_f32(root));
  const float lost = iris_vm_only_f32(large, __builtin_fmaf(-root, root, square) * inverse);
  const float part = iris_vm_pick_f32(large, -2.0f * root, y);
  const float whole = iris_vm_only_f32(large, 0x1.921fb6p0f);
  const float sum = whole + part;
  const float rest = lost + iris_vm_only_f32(large, -0x1.777a5cp-25f);
  const float tail = __builtin_fmaf(part * z, iris_vm_asin_tail_f32(z), rest);
  return __builtin_copysignf(sum + (iris_vm_fast_error_f32(whole, part, sum) + tail), x);
}
IRIS_VM float iris_acos_f32(float x) {
  const float y = __builtin_fabsf(x), square = __builtin_fmaf(y, -0.5f, 0.5f);
  const uint32_t large = -(uint32_t)(y > 0.5f), negative = iris_vm_bits_f32(x) & IRIS_VM_TOP_F32;
  const float z = iris_vm_pick_f32(large, square, y * y);
  const float root = __builtin_sqrtf(square);
  const float inverse = iris_vm_from_f32((IRIS_VM_INVERSE_F32 - iris_vm_bits_f32(root)) ^ negative);
  const float lost = iris_vm_only_f32(large, __builtin_fmaf(-root, root, square) * inverse);
  const float part = iris_vm_pick_f32(large, iris_vm_signed_f32(negative, 2.0f * root), -x);
  const float k = iris_vm_pick_f32(large, iris_vm_from_f32(negative >> 1), 1.0f);
  const float whole = k * 0x1.921fb6p0f;
  const float sum = whole + part;
  const float rest = __builtin_fmaf(k, -0x1.777a5cp-25f, lost);
  const float tail = __builtin_fmaf(part * z, iris_vm_asin_tail_f32(z), rest);
  return sum + (iris_vm_fast_error_f32(whole, part, sum) + tail);
}

#endif /* IRIS_VM_ATAN_F32_H */
