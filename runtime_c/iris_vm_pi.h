/* iris_vm_pi.h - sin(pi x) and cos(pi x), exact in their zeros and extremes.
 *
 * |x| is reduced exactly: r = |x| - 2 rint(|x| / 2), then r = n / 2 + t with |t| <= 1/4; pi t is summed with its error,
 * and so is cos(pi t) - 1.  Zeros have the sign C23 gives them.  At most 0.7 ULP.  Requires iris_vm_base.h.
 */
#ifndef IRIS_VM_PI_H
#define IRIS_VM_PI_H

/* (sin(pi t) - pi t) / t^3 and (cos(pi t) - 1 + pi^2 t^2 / 2) / t^4 on |t| <= 1/4, by their series; x = t^2 */
IRIS_VM double iris_vm_sinpi_tail_f64(double x) {
  double sum = 0x1.aaec32af93359p-21;
  sum = __builtin_fma(sum, x, -0x1.6fadb9f155744p-16);
  sum = __builtin_fma(sum, x, 0x1.e8f434d018d63p-12);
  sum = __builtin_fma(sum, x, -0x1.e3074fde8871fp-8);
  sum = __builtin_fma(sum, x, 0x1.50783487ee782p-4);
  sum = __builtin_fma(sum, x, -0x1.32d2cce62bd86p-1);
  sum = __builtin_fma(sum, x, 0x1.466bc6775aae2p1);
  return __builtin_fma(sum, x, -0x1.4abbce625be53p2);
}
IRIS_VM double iris_vm_cospi_tail_f64(double x) {
  double sum = 0x1.20c62c2f2d7f5p-18;
  sum = __builtin_fma(sum, x, -0x1.b6e24f44b128fp-14);
  sum = __builtin_fma(sum, x, 0x1.f9d38a3763cc3p-10);
  sum = __builtin_fma(sum, x, -0x1.a6d1f2a204a8cp-6);
  sum = __builtin_fma(sum, x, 0x1.e1f506891babbp-3);
  sum = __builtin_fma(sum, x, -0x1.55d3c7e3cbffap0);
  return __builtin_fma(sum, x, 0x1.03c1f081b5ac4p2);
}
IRIS_VM float iris_vm_sinpi_tail_f32(float x) {
  float sum = 0x1.507834p-4f;
  sum = __builtin_fmaf(sum, x, -0x1.32d2ccp-1f);
  sum = __builtin_fmaf(sum, x, 0x1.466bc6p1f);
  return __builtin_fmaf(sum, x, -0x1.4abbcep2f);
}
IRIS_VM float iris_vm_cospi_tail_f32(float x) {
  float sum = -0x1.a6d1f2p-6f;
  sum = __builtin_fmaf(sum, x, 0x1.e1f506p-3f);
  sum = __builtin_fmaf(sum, x, -0x1.55d3c8p0f);
  return __builtin_fmaf(sum, x, 0x1.03c1f0p2f);
}

/* pi and -pi^2 / 2 in two parts each */
#define IRIS_VM_PI_F64 0x1.921fb54442d18p1
#define IRIS_VM_PI_LO_F64 0x1.1a62633145c07p-53
#define IRIS_VM_CURVE_F64 -0x1.3bd3cc9be45dep2
#define IRIS_VM_CURVE_LO_F64 -0x1.692b71366cc04p-52
#define IRIS_VM_PI_F32 0x1.921fb6p1f
#define IRIS_VM_PI_LO_F32 -0x1.777a5cp-24f
#define IRIS_VM_CURVE_F32 -0x1.3bd3ccp2f
#define IRIS_VM_CURVE_LO_F32 -0x1.37c8bcp-23f

/* `turn`: 0 for the sine, 1 for the cosine, a quarter of a period further.  A result of zero is +0. */
#define IRIS_DEFINE_PI(T, U, NAME, name, f)                                                             \
  IRIS_VM T iris_vm_pi_##name(T x, U turn) {                                                            \
    const T size = __builtin_fabs##f(x);                                                                \
    const T r = size - 2 * __builtin_rint##f(size * (T)0.5);                                            \
    const T shifted = r + r + IRIS_VM_ROUND_##NAME;                                                     \
    const U quarter = iris_vm_bits_##name(shifted) + turn;                                              \
    const T t = r - (shifted - IRIS_VM_ROUND_##NAME) * (T)0.5;                                          \
    const T x2 = t * t;                                                                                 \
    const T line = t * IRIS_VM_PI_##NAME;                                                               \
    const T line_error = __builtin_fma##f(t, IRIS_VM_PI_##NAME, -line);                                 \
    const T bent = __builtin_fma##f(t * x2, iris_vm_sinpi_tail_##name(x2), line_error);                 \
    const T sine = line + __builtin_fma##f(t, IRIS_VM_PI_LO_##NAME, bent);                              \
    const T square_error = __builtin_fma##f(t, t, -x2);                                                 \
    const T curve = x2 * IRIS_VM_CURVE_##NAME;                                                          \
    const T curve_error = __builtin_fma##f(x2, IRIS_VM_CURVE_##NAME, -curve);                           \
    const T below = __builtin_fma##f(x2, IRIS_VM_CURVE_LO_##NAME, curve_error);                         \
    const T small = __builtin_fma##f(square_error, IRIS_VM_CURVE_##NAME, below);                        \
    const T head = 1 + curve;                                                                           \
    const T lost = (1 - head) + curve;                                                                  \
    const T cosine = head + (lost + __builtin_fma##f(x2 * x2, iris_vm_cospi_tail_##name(x2), small));   \
    const T value = iris_vm_choose_##name(quarter & 1, cosine, sine);                                   \
    return iris_vm_choose_##name(quarter >> 1 & 1, 0 - value, value);                                   \
  }                                                                                                     \
  IRIS_VM T iris_sinpi_##name(T x) {                                                                    \
    const U sign = iris_vm_bits_##name(x) & IRIS_VM_SIGN_##NAME;                                        \
    return iris_vm_from_##name(iris_vm_bits_##name(iris_vm_pi_##name(x, 0) + 0) ^ sign);                \
  }                                                                                                     \
  IRIS_VM T iris_cospi_##name(T x) { return iris_vm_pi_##name(x, 1) + 0; }
IRIS_DEFINE_PI(double, uint64_t, F64, f64, )
IRIS_DEFINE_PI(float, uint32_t, F32, f32, f)
#undef IRIS_DEFINE_PI

#endif /* IRIS_VM_PI_H */
