/* iris_vm_root.h - cbrt, hypot.
 *
 * |x| = v 2^(3k) with v from 1 to 8; r = v^(-1/3) by one step of fourth order from a polynomial, without a division; then
 * v r^2 and one step of Newton with an exact remainder, so that cubes come out exact.  hypot sums the squares and takes the
 * root with their rounding errors.  Requires iris_vm_base.h.
 */
#ifndef IRIS_VM_ROOT_H
#define IRIS_VM_ROOT_H

/* polynomial iris_vm_cbrt_guess */
/* x^(-1/3) from 1 to 2 */
IRIS_VM double iris_vm_cbrt_guess(double x) {
  const double z = x * x;
  double even = 0x1.c731837107b28p-6;
  even = __builtin_fma(even, z, 0x1.5e8accb9a7d37p-1);
  even = __builtin_fma(even, z, 0x1.aa913e4c930ecp+0);
  double odd = -0x1.bb1bec900c2fdp-3;
  odd = __builtin_fma(odd, z, -0x1.2992df8a9809cp+0);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_cbrt_guess_f32 */
/* x^(-1/3) from 1 to 2 */
IRIS_VM float iris_vm_cbrt_guess_f32(float x) {
  float p = 0x1.75ce46p-4f;
  p = __builtin_fmaf(p, x, -0x1.e84948p-2f);
  p = __builtin_fmaf(p, x, 0x1.622d72p+0f);
  return p;
}
/* end */

IRIS_VM double iris_cbrt_f64(double x) {
  const double size = __builtin_fabs(x);
  const bool tiny = size < 0x1p-1022;
  const double y = tiny ? size * 0x1p54 : size;
  const uint64_t bits = iris_vm_bits_f64(y);
  const double e = iris_vm_from_f64(bits >> 52 | 0x4330000000000000ULL) - (0x1p52 + 1023);
  const double m = iris_vm_from_f64((bits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL);
  const double k = (__builtin_fma(e, 1.0 / 3.0, -1.0 / 3.0) + IRIS_VM_ROUND_F64) - IRIS_VM_ROUND_F64; /* floor(e / 3) */
  const double j = e - 3.0 * k;
  const double v = m * (j == 0 ? 1.0 : j == 1 ? 2.0 : 4.0);
  const double guess = iris_vm_cbrt_guess(m) * (j == 0 ? 1.0 : j == 1 ? 0x1.965fea53d6e3dp-1 : 0x1.428a2f98d728bp-1);
  const double h = __builtin_fma(-v * guess, guess * guess, 1.0);
  const double series = h * __builtin_fma(h, __builtin_fma(h, 0x1.61f9add3c0ca4p-3, 0x1.c71c71c71c71cp-3), 0x1.5555555555555p-2);
  const double r = __builtin_fma(guess, series, guess); /* v^(-1/3) */
  const double square = r * r;
  const double c = v * square;
  const double cc = c * c;
  const double rest = __builtin_fma(-cc, c, v) - __builtin_fma(c, c, -cc) * c;
  const double root = __builtin_fma(rest, square * 0x1.5555555555555p-2, c) * iris_vm_power2_f64(tiny ? k - 18.0 : k);
  return ((size > 0) & (size < IRIS_INF_F64)) ? __builtin_copysign(root, x) : x + x;
}

IRIS_VM float iris_cbrt_f32(float x) {
  const float size = __builtin_fabsf(x);
  const bool tiny = size < 0x1p-126f;
  const float y = tiny ? size * 0x1p27f : size;
  const uint32_t bits = iris_vm_bits_f32(y);
  const float e = (float)((int32_t)(bits >> 23) - 127);
  const float m = iris_vm_from_f32((bits & 0x007fffffU) | 0x3f800000U);
  const float k = (__builtin_fmaf(e, 1.0f / 3.0f, -1.0f / 3.0f) + IRIS_VM_ROUND_F32) - IRIS_VM_ROUND_F32; /* floor(e / 3) */
  const float j = e - 3.0f * k;
  const float v = m * (j == 0 ? 1.0f : j == 1 ? 2.0f : 4.0f);
  const float guess = iris_vm_cbrt_guess_f32(m) * (j == 0 ? 1.0f : j == 1 ? 0x1.965feap-1f : 0x1.428a3p-1f);
  const float h = __builtin_fmaf(-v * guess, guess * guess, 1.0f);
  const float series = h * __builtin_fmaf(h, __builtin_fmaf(h, 0x1.61f9aep-3f, 0x1.c71c72p-3f), 0x1.555556p-2f);
  const float r = __builtin_fmaf(guess, series, guess); /* v^(-1/3) */
  const float square = r * r;
  const float c = v * square;
  const float cc = c * c;
  const float rest = __builtin_fmaf(-cc, c, v) - __builtin_fmaf(c, c, -cc) * c;
  const float root = __builtin_fmaf(rest, square * 0x1.555556p-2f, c) * iris_vm_power2_f32(tiny ? k - 9.0f : k);
  return ((size > 0) & (size < IRIS_INF_F32)) ? __builtin_copysignf(root, x) : x + x;
}

IRIS_VM double iris_hypot_f64(double x, double y) {
  const double ax = __builtin_fabs(x), ay = __builtin_fabs(y);
  const double most = ax > ay ? ax : ay, least = ax > ay ? ay : ax;
  const bool large = most > 0x1p500, small = most < 0x1p-500;
  const double scale = large ? 0x1p-600 : small ? 0x1p600 : 1.0;
  const double a = most * scale, b = least * scale;
  const double aa = a * a, bb = b * b;
  const double sum = aa + bb;
  const double lost = (__builtin_fma(a, a, -aa) + __builtin_fma(b, b, -bb)) + iris_vm_fast_error(aa, bb, sum);
  const double root = __builtin_sqrt(sum);
  const double half = root > 0 ? 0.5 / root : 0.0;
  const double value = __builtin_fma(__builtin_fma(-root, root, sum) + lost, half, root);
  const double result = value * (large ? 0x1p600 : small ? 0x1p-600 : 1.0);
  return ((ax == IRIS_INF_F64) | (ay == IRIS_INF_F64)) ? IRIS_INF_F64 : result;
}

/* Squares of floats are exact in double. */
IRIS_VM float iris_hypot_f32(float x, float y) {
  const double a = x, b = y;
  const float result = (float)__builtin_sqrt(__builtin_fma(a, a, b * b));
  return ((__builtin_fabsf(x) == IRIS_INF_F32) | (__builtin_fabsf(y) == IRIS_INF_F32)) ? IRIS_INF_F32 : result;
}

#endif /* IRIS_VM_ROOT_H */
