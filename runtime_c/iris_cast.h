/* iris_cast.h - float to integer, total: out of range and nan give the value x86 gives, on every CPU.
 *
 * Every other conversion is a plain C cast and is not here.  The choice is made among floats, before the conversion,
 * so that the conversion itself is always in range and the loop around it vectorises.  What is converted is whole
 * already and no zero of it is negative: told that nothing traps, gcc takes a cut integer that becomes a float again for
 * `trunc`, which would make -0.0 of -0.9.  Requires iris_base.h.
 */
#ifndef IRIS_CAST_H
#define IRIS_CAST_H

#if defined(__x86_64__) && !defined(__SSE4_1__)
#define IRIS_WHOLE_F64(x) (x) /* trunc would be a call, so gcc makes none of it */
#define IRIS_WHOLE_F32(x) (x)
#else
#define IRIS_WHOLE_F64(x) (__builtin_trunc(x) + 0.0)
#define IRIS_WHOLE_F32(x) (__builtin_truncf(x) + 0.0f)
#endif

IRIS_FN int32_t iris_cast_f64_i32(double x) {
  const double near = x > -2147483649.0 && x < 2147483648.0 ? x : -2147483648.0;
  return (int32_t)IRIS_WHOLE_F64(near);
}
IRIS_FN int32_t iris_cast_f32_i32(float x) {
  const float near = x >= -2147483648.0f && x < 2147483648.0f ? x : -2147483648.0f;
  return (int32_t)IRIS_WHOLE_F32(near);
}
IRIS_FN int64_t iris_cast_f64_i64(double x) {
  const double near = x >= -9223372036854775808.0 && x < 9223372036854775808.0 ? x : -9223372036854775808.0;
  return (int64_t)IRIS_WHOLE_F64(near);
}
IRIS_FN int64_t iris_cast_f32_i64(float x) {
  const float near = x >= -9223372036854775808.0f && x < 9223372036854775808.0f ? x : -9223372036854775808.0f;
  return (int64_t)IRIS_WHOLE_F32(near);
}

/* The narrow types are the low bits of a wider conversion; above 2^63 a u64 is counted from there. */
#define IRIS_DEFINE_CAST(T, I, name, f)                                                        \
  IRIS_FN int8_t iris_cast_##name##_i8(T x) { return (int8_t)iris_cast_##name##_i32(x); }      \
  IRIS_FN int16_t iris_cast_##name##_i16(T x) { return (int16_t)iris_cast_##name##_i32(x); }   \
  IRIS_FN uint8_t iris_cast_##name##_u8(T x) { return (uint8_t)iris_cast_##name##_i32(x); }    \
  IRIS_FN uint16_t iris_cast_##name##_u16(T x) { return (uint16_t)iris_cast_##name##_i32(x); } \
  IRIS_FN uint32_t iris_cast_##name##_u32(T x) { return (uint32_t)iris_cast_##name##_i64(x); } \
  IRIS_FN uint64_t iris_cast_##name##_u64(T x) {                                               \
    const T half = (T)9223372036854775808.0;                                                   \
    const uint64_t low = (uint64_t)iris_cast_##name##_i64(x >= half ? x - half : x);           \
    return x >= half ? low ^ 1ULL << 63 : low;                                                 \
  }
IRIS_EACH_FLOAT(IRIS_DEFINE_CAST)
#undef IRIS_DEFINE_CAST

#endif /* IRIS_CAST_H */
