/* iris_float.h - the class of a float, its scale, and degrees; nothing here raises a floating-point flag that NumPy would not.
 *
 * Comparisons for equality are quiet on nan, so the classes are written with them.  Requires iris_base.h.
 */
#ifndef IRIS_FLOAT_H
#define IRIS_FLOAT_H

#define IRIS_DEFINE_CLASS(T, I, name, f)                                                         \
  IRIS_FN bool iris_isnan_##name(T x) { return x != x; }                                         \
  IRIS_FN bool iris_isinf_##name(T x) { return __builtin_fabs##f(x) == __builtin_inf##f(); }     \
  IRIS_FN bool iris_isfinite_##name(T x) {                                                       \
    return (x == x) & (__builtin_fabs##f(x) != __builtin_inf##f());                              \
  }                                                                                              \
  IRIS_FN bool iris_signbit_##name(T x) {                                                        \
    const union { T value; I bits; } view = {x};                                                 \
    return view.bits < 0;                                                                        \
  }
IRIS_EACH_FLOAT(IRIS_DEFINE_CLASS)
#undef IRIS_DEFINE_CLASS

/* x * 2^n, rounded once: of several factors only the last makes a subnormal number, and it is the exact one. */
#define IRIS_DEFINE_LDEXP(T, I, name, f, most, least, digits, up, down)   \
  IRIS_FN T iris_ldexp_##name(T x, int64_t n) {                           \
    for (int k = 0; k < 2; ++k) {                                         \
      const bool large = n > most, small = n < least;                     \
      x *= large ? (T)up : small ? (T)down : (T)1;                        \
      n -= large ? most : small ? least + digits : 0;                     \
    }                                                                     \
    const int64_t left = n > most ? most : n < least ? least : n;         \
    const union { I bits; T value; } power = {(I)(left + most) << (digits - 1)};   \
    return x * power.value;                                               \
  }
IRIS_DEFINE_LDEXP(float, int32_t, f32, f, 127, -126, 24, 0x1p127f, 0x1p-102f)
IRIS_DEFINE_LDEXP(double, int64_t, f64, , 1023, -1022, 53, 0x1p1023, 0x1p-969)
#undef IRIS_DEFINE_LDEXP

/* NumPy divides in the operand's own precision. */
IRIS_FN float iris_deg2rad_f32(float x) { return x * (3.14159265358979323846f / 180.0f); }
IRIS_FN double iris_deg2rad_f64(double x) { return x * (3.14159265358979323846 / 180.0); }
IRIS_FN float iris_rad2deg_f32(float x) { return x * (180.0f / 3.14159265358979323846f); }
IRIS_FN double iris_rad2deg_f64(double x) { return x * (180.0 / 3.14159265358979323846); }

#endif /* IRIS_FLOAT_H */
