/* iris_vm_root.h - cbrt, hypot.
 *
 * A third of the bits of |x|, taken from a constant, are those of r = |x|^(-1/3) to a thirtieth.  Steps by polynomials
 * of what x r^3 lacks of one, then x r^2 and a step of Newton whose remainder is exact for cubes: their roots are, too.
 * hypot sums the squares and takes the root with their rounding errors.  Requires iris_vm_base.h.
 */
#ifndef IRIS_VM_ROOT_H
#define IRIS_VM_ROOT_H

/* polynomial iris_vm_cbrt_step */
/* (1 - x)^(-1/3) on |x| <= 0.103 */
IRIS_VM double iris_vm_cbrt_step(double x) {
  double p = 0x1.64b53874411a8p-3;
  p = __builtin_fma(p, x, 0x1.ca435a589865ap-3);
  p = __builtin_fma(p, x, 0x1.5554de76a96b1p-2);
  p = __builtin_fma(p, x, 0x1.ffffbb722c135p-1);
  return p;
}
/* end */
/* polynomial iris_vm_cbrt_step_f32 */
/* (1 - x)^(-1/3) on |x| <= 0.103 */
IRIS_VM float iris_vm_cbrt_step_f32(float x) {
  float p = 0x1.64b538p-3f;
  p = __builtin_fmaf(p, x, 0x1.ca435ap-3f);
  p = __builtin_fmaf(p, x, 0x1.5554dep-2f);
  p = __builtin_fmaf(p, x, 0x1.ffffbcp-1f);
  return p;
}
/* end */

IRIS_VM double iris_cbrt_f64(double x) {
  const double size = __builtin_fabs(x);
  const uint64_t tiny = iris_vm_below_f64(size, 123ULL << 52);
  const double v = iris_vm_pick_f64(tiny, size * 0x1p120, size); /* the remainder must not underflow */
  const double bits = iris_vm_from_f64(iris_vm_bits_f64(v) >> 32 | 0x4330000000000000ULL);
  const double third = __builtin_fma(bits, -0x1.5555555555555p-2, 0x1.d5555aa944155p52);
  const double guess = iris_vm_from_f64(iris_vm_bits_f64(third) << 32);
  const double near = guess * iris_vm_cbrt_step(__builtin_fma(-v * guess, guess * guess, 1.0));
  const double square = near * near;
  const double h = __builtin_fma(-v * near, square, 1.0);
  const double first = v * square;
  const double c = __builtin_fma(first * h, __builtin_fma(h, 0x1.1c71c71c71c72p-1, 0x1.5555555555555p-1), first);
  const double rest = __builtin_fma(-c * c, c, v);
  const double root = __builtin_fma(rest, square * 0x1.5555555555555p-2, c) * iris_vm_pick_f64(tiny, 0x1p-40, 1.0);
  const double real = iris_vm_choose_f64(size < IRIS_INF_F64, root, size);
  return iris_vm_from_f64(iris_vm_bits_f64(real) | (iris_vm_bits_f64(x) & IRIS_VM_SIGN_F64));
}

IRIS_VM float iris_cbrt_f32(float x) {
  const float size = __builtin_fabsf(x);
  const uint32_t tiny = iris_vm_below_f32(size, 37U << 23);
  const float v = iris_vm_pick_f32(tiny, size * 0x1p60f, size); /* the remainder must not underflow */
  const float bits = iris_vm_from_f32(iris_vm_bits_f32(v) >> 8 | 0x4b000000U);
  const float third = __builtin_fmaf(bits, -0x1.555556p-2f, 16731291.0f);
  const float guess = iris_vm_from_f32(iris_vm_bits_f32(third) << 8);
  const float r = guess * iris_vm_cbrt_step_f32(__builtin_fmaf(-v * guess, guess * guess, 1.0f));
  const float square = r * r;
  const float c = v * square;
  const float rest = __builtin_fmaf(-c * c, c, v);
  const float root = __builtin_fmaf(rest, square * 0x1.555556p-2f, c) * iris_vm_pick_f32(tiny, 0x1p-20f, 1.0f);
  const float real = iris_vm_choose_f32(size < IRIS_INF_F32, root, size);
  return iris_vm_from_f32(iris_vm_bits_f32(real) | (iris_vm_bits_f32(x) & IRIS_VM_SIGN_F32));
}

IRIS_VM double iris_hypot_f64(double x, double y) {
  const double ax = __builtin_fabs(x), ay = __builtin_fabs(y);
  const double most = iris_vm_choose_f64(ax > ay, ax, ay), least = iris_vm_choose_f64(ax > ay, ay, ax);
  const double down = iris_vm_choose_f64(most > 0x1p500, 0x1p-600, 1.0);
  const double scale = iris_vm_choose_f64(most < 0x1p-500, 0x1p600, down);
  const double a = most * scale, b = least * scale;
  const double aa = a * a, bb = b * b;
  const double sum = aa + bb;
  const double lost = (__builtin_fma(a, a, -aa) + __builtin_fma(b, b, -bb)) + iris_vm_fast_error(aa, bb, sum);
  const double root = __builtin_sqrt(sum);
  const double half = iris_vm_choose_f64(root > 0, 0.5 / root, 0.0);
  const double value = __builtin_fma(__builtin_fma(-root, root, sum) + lost, half, root);
  const double result = value * iris_vm_from_f64((2046ULL << 52) - iris_vm_bits_f64(scale)); /* 1 / scale */
  return iris_vm_choose_f64((ax == IRIS_INF_F64) | (ay == IRIS_INF_F64), IRIS_INF_F64, result);
}

/* Squares of floats are exact in double. */
IRIS_VM float iris_hypot_f32(float x, float y) {
  const double a = x, b = y;
  const float result = (float)__builtin_sqrt(__builtin_fma(a, a, b * b));
  return ((__builtin_fabsf(x) == IRIS_INF_F32) | (__builtin_fabsf(y) == IRIS_INF_F32)) ? IRIS_INF_F32 : result;
}

#endif /* IRIS_VM_ROOT_H */
