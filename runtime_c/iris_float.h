/* iris_float.h - the class of a float, and degrees; nothing here raises a floating-point flag that NumPy would not.
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

/* NumPy divides in the operand's own precision. */
IRIS_FN float iris_deg2rad_f32(float x) { return x * (3.14159265358979323846f / 180.0f); }
IRIS_FN double iris_deg2rad_f64(double x) { return x * (3.14159265358979323846 / 180.0); }
IRIS_FN float iris_rad2deg_f32(float x) { return x * (180.0f / 3.14159265358979323846f); }
IRIS_FN double iris_rad2deg_f64(double x) { return x * (180.0 / 3.14159265358979323846); }

#endif /* IRIS_FLOAT_H */
