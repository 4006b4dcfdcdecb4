/* iris_number.h - what NumPy means by division, remainder, sign and choice, for ints and floats.
 *
 * Every function is total: no argument traps.  Requires iris_base.h.
 */
#ifndef IRIS_NUMBER_H
#define IRIS_NUMBER_H

/* Integers report through the floating-point flags, as NumPy's do, so that np.errstate speaks for them too. */
IRIS_FN int iris_divided_by_zero(void) {
  volatile double zero = 0.0;
  volatile double flagged = 1.0 / zero;
  return flagged < 0.0;
}
IRIS_FN int iris_overflowed(void) {
  volatile double large = 1e300;
  volatile double flagged = large * large;
  return flagged < 0.0;
}

/* Signed integers.  Division by zero is 0, the lowest value over -1 wraps to itself. */
#define IRIS_DEFINE_SIGNED(T, U, W, name, bits)                      \
  IRIS_FN T iris_floordiv_##name(T a, T b) {                         \
    if (b == 0) return (T)iris_divided_by_zero();                    \
    if (b == -1) {                                                   \
      const T negated = (T)(0 - (W)a);                               \
      return negated == a && a != 0 ? (T)(a + iris_overflowed()) : negated; \
    }                                                                \
    const T quotient = (T)(a / b);                                   \
    const T rest = (T)(a % b);                                       \
    return (T)(quotient - (rest != 0 && (rest < 0) != (b < 0)));     \
  }                                                                  \
  IRIS_FN T iris_floormod_##name(T a, T b) {                         \
    if (b == 0) return (T)iris_divided_by_zero();                    \
    if (b == -1) return 0;                                           \
    const T rest = (T)(a % b);                                       \
    return (T)(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest); \
  }                                                                  \
  IRIS_FN T iris_rem_##name(T a, T b) {                              \
    if (b == 0) return (T)iris_divided_by_zero();                    \
    if (b == -1) return 0;                                           \
    return (T)(a % b);                                               \
  }                                                                  \
  IRIS_FN T iris_abs_##name(T a) { return a < 0 ? (T)(0 - (W)a) : a; } \
  IRIS_FN T iris_sign_##name(T a) { return (T)((a > 0) - (a < 0)); }
IRIS_EACH_SIGNED(IRIS_DEFINE_SIGNED)
#undef IRIS_DEFINE_SIGNED

#define IRIS_DEFINE_UNSIGNED(T, U, W, name, bits)                                \
  IRIS_FN T iris_floordiv_##name(T a, T b) { return b == 0 ? (T)iris_divided_by_zero() : (T)(a / b); } \
  IRIS_FN T iris_floormod_##name(T a, T b) { return b == 0 ? (T)iris_divided_by_zero() : (T)(a % b); } \
  IRIS_FN T iris_rem_##name(T a, T b) { return b == 0 ? (T)iris_divided_by_zero() : (T)(a % b); } \
  IRIS_FN T iris_sign_##name(T a) { return (T)(a != 0); }                        \
  IRIS_FN T iris_reciprocal_##name(T a) { return (T)(a == 1); }
IRIS_EACH_UNSIGNED(IRIS_DEFINE_UNSIGNED)
#undef IRIS_DEFINE_UNSIGNED

#define IRIS_DEFINE_INTEGER(T, U, W, name, bits)                     \
  IRIS_FN T iris_minimum_##name(T a, T b) { return a < b ? a : b; }  \
  IRIS_FN T iris_maximum_##name(T a, T b) { return a > b ? a : b; }  \
  IRIS_FN T iris_fmin_##name(T a, T b) { return a < b ? a : b; }     \
  IRIS_FN T iris_fmax_##name(T a, T b) { return a > b ? a : b; }
IRIS_EACH_SIGNED(IRIS_DEFINE_INTEGER)
IRIS_EACH_UNSIGNED(IRIS_DEFINE_INTEGER)
#undef IRIS_DEFINE_INTEGER

/* 1 / a, cut.  1 / 0 is what the infinity becomes as this type. */
#define IRIS_DEFINE_RECIPROCAL(T, name, of_zero) \
  IRIS_FN T iris_reciprocal_##name(T a) { return a == 0 ? (T)(of_zero) : (T)((a == 1) - (a == -1)); }
IRIS_DEFINE_RECIPROCAL(int8_t, i8, 0)
IRIS_DEFINE_RECIPROCAL(int16_t, i16, 0)
IRIS_DEFINE_RECIPROCAL(int32_t, i32, INT32_MIN)
IRIS_DEFINE_RECIPROCAL(int64_t, i64, INT64_MIN)
#undef IRIS_DEFINE_RECIPROCAL

/* Floats: the operations of NumPy's npy_divmod in its order, in the operand's own precision. */
#define IRIS_DEFINE_DIVISION(T, I, name, f)                                 \
  IRIS_FN T iris_rem_##name(T a, T b) { return __builtin_fmod##f(a, b); }   \
  IRIS_FN T iris_floordiv_##name(T a, T b) {                                \
    if (b == 0) return a / b;                                               \
    if (a != a || b != b) return a + b; /* quiet, as NumPy is */            \
    const T rest = __builtin_fmod##f(a, b);                                 \
    T quotient = (a - rest) / b;                                            \
    if (rest != 0 && (b < 0) != (rest < 0)) quotient -= 1;                  \
    if (quotient == 0) return __builtin_copysign##f(0, a / b);              \
    const T whole = __builtin_floor##f(quotient);                           \
    return quotient - whole > (T)0.5 ? whole + 1 : whole;                   \
  }                                                                         \
  IRIS_FN T iris_floormod_##name(T a, T b) {                                \
    if (a != a || b != b) return a + b;                                     \
    const T rest = __builtin_fmod##f(a, b);                                 \
    if (b == 0) return rest;                                                \
    if (rest == 0) return __builtin_copysign##f(0, b);                      \
    return (b < 0) != (rest < 0) ? rest + b : rest;                         \
  }
IRIS_EACH_FLOAT(IRIS_DEFINE_DIVISION)
#undef IRIS_DEFINE_DIVISION

/* minimum and maximum hand nan on, fmin and fmax pass it over; which of two zeros is free. */
#define IRIS_DEFINE_CHOICE(T, I, name, f)                                                \
  IRIS_FN T iris_abs_##name(T a) { return __builtin_fabs##f(a); }                        \
  IRIS_FN T iris_sign_##name(T a) { return a > 0 ? (T)1 : a < 0 ? (T)-1 : a == 0 ? (T)0 : a; } \
  IRIS_FN T iris_reciprocal_##name(T a) { return 1 / a; }                                \
  IRIS_FN T iris_minimum_##name(T a, T b) {                                              \
    const T least = a < b ? a : b; /* b, if either is nan */                             \
    return a != a ? a : least;                                                           \
  }                                                                                      \
  IRIS_FN T iris_maximum_##name(T a, T b) {                                              \
    const T most = a > b ? a : b;                                                        \
    return a != a ? a : most;                                                            \
  }                                                                                      \
  IRIS_FN T iris_fmin_##name(T a, T b) {                                                 \
    const T least = a < b ? a : b;                                                       \
    return b != b ? a : least;                                                           \
  }                                                                                      \
  IRIS_FN T iris_fmax_##name(T a, T b) {                                                 \
    const T most = a > b ? a : b;                                                        \
    return b != b ? a : most;                                                            \
  }
IRIS_EACH_FLOAT(IRIS_DEFINE_CHOICE)
#undef IRIS_DEFINE_CHOICE

#endif /* IRIS_NUMBER_H */
