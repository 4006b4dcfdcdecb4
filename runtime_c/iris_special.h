/* iris_special.h - functions that NumPy has and the C library has not.  Requires iris_base.h; calls the C library. */
#ifndef IRIS_SPECIAL_H
#define IRIS_SPECIAL_H

/* log(exp(a) + exp(b)), as NumPy's npy_logaddexp: equal operands (infinities among them) first. */
#define IRIS_DEFINE_LOGADDEXP(T, I, name, f)                                                \
  IRIS_FN T iris_logaddexp_##name(T a, T b) {                                               \
    if (a == b) return a + (T)0.693147180559945309417232121458176568;                       \
    const T gap = a - b;                                                                    \
    if (gap > 0) return a + __builtin_log1p##f(__builtin_exp##f(-gap));                     \
    if (gap <= 0) return b + __builtin_log1p##f(__builtin_exp##f(gap));                     \
    return gap; /* nan */                                                                   \
  }
IRIS_EACH_FLOAT(IRIS_DEFINE_LOGADDEXP)
#undef IRIS_DEFINE_LOGADDEXP

#endif /* IRIS_SPECIAL_H */
