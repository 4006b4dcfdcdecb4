/* iris_vm_trig_f32.h - sin, cos, tan of float.
 *
 * Below 2^16 as in double: Cody and Waite with pi/2 in three parts, in float.  Beyond, in double: x = y 2^g is replaced by
 * y (2^g modulo 2 pi), a product of two parts that is below 2^41 and that pi/2 in two parts reduces.  The near variants
 * do without the second, as in iris_vm_trig.h.  Requires iris_vm_base.h and iris_vm_trig.h.
 */
#ifndef IRIS_VM_TRIG_F32_H
#define IRIS_VM_TRIG_F32_H

/* polynomial iris_vm_sin_tail_f32 */
/* (sin(r) - r) / r^3, x = r^2, on |r| <= pi/4 + 1/100 */
IRIS_VM float iris_vm_sin_tail_f32(float x) {
  float p = 0x1.6da31ep-19f;
  p = __builtin_fmaf(p, x, -0x1.a01354p-13f);
  p = __builtin_fmaf(p, x, 0x1.11110ep-7f);
  p = __builtin_fmaf(p, x, -0x1.555556p-3f);
  return p;
}
/* end */
/* polynomial iris_vm_cos_tail_f32 */
/* (cos(r) - 1 + r^2/2) / r^4, x = r^2, on |r| <= pi/4 + 1/100 */
IRIS_VM float iris_vm_cos_tail_f32(float x) {
  float p = 0x1.9bbcd8p-16f;
  p = __builtin_fmaf(p, x, -0x1.6c129ep-10f);
  p = __builtin_fmaf(p, x, 0x1.555554p-5f);
  return p;
}
/* end */

/* polynomial iris_vm_cot_slope_f32 */
/* (1 - r cot(r)) / r^2, x = r^2, on |r| <= pi/4 + 1/100 */
IRIS_VM float iris_vm_cot_slope_f32(float x) {
  const float z = x * x;
  const float p0 = __builtin_fmaf(x, 0x1.6c28fcp-6f, 0x1.555542p-2f);
  const float p1 = __builtin_fmaf(x, 0x1.047e28p-12f, 0x1.12bd6ap-9f);
  const float q0 = __builtin_fmaf(z, p1, p0);
  return q0;
}
/* end */

struct iris_vm_angle_f32 {
  float head, tail;
  uint32_t quadrant;
};

IRIS_VM struct iris_vm_angle_f32 iris_vm_reduce_small_f32(float x) {
  const float turned = __builtin_fmaf(x, 0x1.45f306p-1f, IRIS_VM_ROUND_F32);
  const float n = turned - IRIS_VM_ROUND_F32;
  const float exact = __builtin_fmaf(-n, 0x1.921fb6p0f, x);
  const float product = n * -0x1.777a5cp-25f;
  const float head = exact - product;
  const float error = __builtin_fmaf(-n, -0x1.777a5cp-25f, exact - head);
  const struct iris_vm_angle_f32 result = {head, __builtin_fmaf(-n, -0x1.ee59dap-50f, error), iris_vm_bits_f32(turned)};
  return result;
}

static const double iris_vm_power_modulo_turn[2][7] = {
    {0x1p1, -0x1.87586de3accc3p0, 0x1.ebc26b95fe14fp-1, 0x1.09f4683d25023p-2,
     -0x1.82ac8377ff216p-5, -0x1.082d219bb0225p1, -0x1.0f45204cd2192p-3},
    {0, -0x1.b6831078e4261p-59, -0x1.6065ceb66cc97p-55, 0x1.fee10ecf6f246p-58,
     0x1.17955574142a1p-60, 0x1.29b05b18df9e2p-54, -0x1.d6b3c80daf49ap-60},
};

IRIS_VM struct iris_vm_angle_f32 iris_vm_reduce_large_f32(double x) {
  const double exponent = iris_vm_from_f64(iris_vm_bits_f64(x) >> 52 | 0x4330000000000000ULL) - (0x1p52 + 1023);
  const double bounded = exponent < 24.0 ? 24.0 : exponent > 127.0 ? 127.0 : exponent;
  const double row = __builtin_fma(bounded, 1.0 / 16.0, -31.5 / 16.0) + IRIS_VM_ROUND_F64;
  const uint64_t i = iris_vm_bits_f64(row) & 7;
  const double index = row - IRIS_VM_ROUND_F64;
  const double y = x * iris_vm_power2_f64(__builtin_fma(-16.0, index, -1.0));
  const double factor = iris_vm_power_modulo_turn[0][i];
  const double v = y * factor;
  const double low = __builtin_fma(y, iris_vm_power_modulo_turn[1][i], __builtin_fma(y, factor, -v));
  const double turned = __builtin_fma(v, IRIS_VM_TWO_OVER_PI, IRIS_VM_ROUND_F64);
  const double n = turned - IRIS_VM_ROUND_F64;
  const double exact = __builtin_fma(-n, IRIS_VM_HALF_PI_HI, v);
  const double r = __builtin_fma(-n, IRIS_VM_HALF_PI_MID, low) + exact;
  const float head = (float)r;
  const struct iris_vm_angle_f32 result = {head, (float)(r - head), (uint32_t)iris_vm_bits_f64(turned)};
  return result;
}

#define IRIS_VM_FAR_F32 0x47800000U /* 2^16 */
#define IRIS_VM_INF_F32 0x7f800000U
#define IRIS_VM_SIGN_F32 0x80000000U

IRIS_VM struct iris_vm_angle_f32 iris_vm_reduce_f32(float x) {
  const struct iris_vm_angle_f32 small = iris_vm_reduce_small_f32(x);
  const struct iris_vm_angle_f32 large = iris_vm_reduce_large_f32(x);
  const bool is_small = x < 0x1p16f;
  const struct iris_vm_angle_f32 result = {is_small ? small.head : large.head, is_small ? small.tail : large.tail,
                                           is_small ? small.quadrant : large.quadrant};
  return result;
}
IRIS_VM struct iris_vm_angle_f32 iris_vm_reduce_near_f32(float x, uint32_t *far) {
  const uint32_t bits = iris_vm_bits_f32(x);
  *far |= (IRIS_VM_FAR_F32 - 1 - bits) & (bits - IRIS_VM_INF_F32);
  return iris_vm_reduce_small_f32(x);
}

IRIS_VM struct iris_vm_pair_f32 iris_vm_sin_pair_f32(float r, float low) {
  const float z = r * r;
  const struct iris_vm_pair_f32 result = {r, __builtin_fmaf(r * z, iris_vm_sin_tail_f32(z), low * __builtin_fmaf(z, -0.5f, 1.0f))};
  return result;
}
IRIS_VM struct iris_vm_pair_f32 iris_vm_cos_pair_f32(float r, float low) {
  const float z = r * r;
  const float head = __builtin_fmaf(z, -0.5f, 1.0f);
  const float error = __builtin_fmaf(z, -0.5f, 1.0f - head);
  const float rest = __builtin_fmaf(__builtin_fmaf(r, r, -z), -0.5f, error);
  const struct iris_vm_pair_f32 result = {
      head, __builtin_fmaf(z * z, iris_vm_cos_tail_f32(z), __builtin_fmaf(-r, low, rest))};
  return result;
}

IRIS_VM float iris_vm_sin_angle_f32(struct iris_vm_angle_f32 a, uint32_t quadrant, float x) {
  const struct iris_vm_pair_f32 s = iris_vm_sin_pair_f32(a.head, a.tail);
  const struct iris_vm_pair_f32 c = iris_vm_cos_pair_f32(a.head, a.tail);
  const float value = (int32_t)(quadrant << 31) < 0 ? c.head + c.tail : s.head + s.tail;
  const uint32_t sign = (iris_vm_bits_f32(x) ^ quadrant << 30) & IRIS_VM_SIGN_F32;
  return iris_vm_from_f32(iris_vm_bits_f32(value) ^ sign);
}
/* tan(r) in two parts, or -1 / tan(r): a quotient, and its remainder over the same divisor.  What the tail of the angle
 * and rounding take from r, and from r cot(r), goes to the remainder, to first order: so the tail is made small first,
 * which it is not beside the head of an angle close to a multiple of pi/2. */
IRIS_VM float iris_vm_tan_angle_f32(struct iris_vm_angle_f32 angle, float x) {
  const float sum = angle.head + angle.tail;
  const struct iris_vm_angle_f32 a = {sum, angle.tail - (sum - angle.head), angle.quadrant};
  const float r = a.head, z = r * r, slope = iris_vm_cot_slope_f32(z);
  const float level = __builtin_fmaf(-z, slope, 1.0f);
  const float z_tail = __builtin_fmaf(r + r, a.tail, __builtin_fmaf(r, r, -z));
  const float level_tail = __builtin_fmaf(z_tail, -0.37f, __builtin_fmaf(-z, slope, 1.0f - level));
  const bool odd = (int32_t)(a.quadrant << 31) < 0;
  const float over = odd ? level : r, over_tail = odd ? level_tail : a.tail;
  const float under = odd ? r : level, under_tail = odd ? a.tail : level_tail;
  const float q = over / under, inverse = 1.0f / under;
  const float rest = __builtin_fmaf(-q, under, over) + __builtin_fmaf(-q, under_tail, over_tail);
  const float value = __builtin_fmaf(rest, inverse, q);
  const uint32_t sign = (iris_vm_bits_f32(x) & IRIS_VM_SIGN_F32) ^ a.quadrant << 31;
  return iris_vm_from_f32(iris_vm_bits_f32(value) ^ sign);
}

IRIS_VM float iris_sin_f32(float x) {
  const struct iris_vm_angle_f32 a = iris_vm_reduce_f32(__builtin_fabsf(x));
  return iris_vm_sin_angle_f32(a, a.quadrant, x);
}
IRIS_VM float iris_cos_f32(float x) {
  const struct iris_vm_angle_f32 a = iris_vm_reduce_f32(__builtin_fabsf(x));
  return iris_vm_sin_angle_f32(a, a.quadrant + 1, 1.0f);
}
IRIS_VM float iris_tan_f32(float x) { return iris_vm_tan_angle_f32(iris_vm_reduce_f32(__builtin_fabsf(x)), x); }

IRIS_VM float iris_near_sin_f32(float x, uint32_t *far) {
  const struct iris_vm_angle_f32 a = iris_vm_reduce_near_f32(__builtin_fabsf(x), far);
  return iris_vm_sin_angle_f32(a, a.quadrant, x);
}
IRIS_VM float iris_near_cos_f32(float x, uint32_t *far) {
  const struct iris_vm_angle_f32 a = iris_vm_reduce_near_f32(__builtin_fabsf(x), far);
  return iris_vm_sin_angle_f32(a, a.quadrant + 1, 1.0f);
}
IRIS_VM float iris_near_tan_f32(float x, uint32_t *far) {
  return iris_vm_tan_angle_f32(iris_vm_reduce_near_f32(__builtin_fabsf(x), far), x);
}

/* One copy for a unit: what the near variants leave over is rare. */
IRIS_OUTLINE float iris_whole_sin_f32(float x) { return iris_sin_f32(x); }
IRIS_OUTLINE float iris_whole_cos_f32(float x) { return iris_cos_f32(x); }
IRIS_OUTLINE float iris_whole_tan_f32(float x) { return iris_tan_f32(x); }

#endif /* IRIS_VM_TRIG_F32_H */
