/* iris_cast.h - float to integer, total: out of range and nan give the value x86 gives, on every CPU; and 64-bit integer
 * to double.
 *
 * Every other conversion is a plain C cast and is not here.  AVX2 converts no vector of 64-bit integers, and one
 * conversion that is no vector makes the whole loop none; so there both ways go by halves.  The choice is made among floats, before the conversion,
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
#if defined(__AVX2__) && !defined(__AVX512DQ__) && !defined(IRIS_REASSOCIATED)
IRIS_FN uint64_t iris_digits(double x) {
  const union { double value; uint64_t bits; } view = {x};
  return view.bits;
}
IRIS_FN double iris_of_digits(uint64_t bits) {
  const union { uint64_t bits; double value; } view = {bits};
  return view.value;
}
/* A number below 2^51, added to 3 * 2^51, stands in the low bits; each half of a whole number is such a one. */
IRIS_FN int64_t iris_cast_f64_i64(double x) {
  const double near = x >= -9223372036854775808.0 && x < 9223372036854775808.0 ? x : -9223372036854775808.0;
  const double whole = __builtin_trunc(near);
  const double high = __builtin_floor(whole * 0x1p-32);
  const double low = whole - high * 0x1p32;
  return (int64_t)((iris_digits(high + 0x1.8p52) << 32) + (iris_digits(low + 0x1.8p52) & 0xffffffffU));
}
IRIS_FN int64_t iris_cast_f32_i64(float x) { return iris_cast_f64_i64(x); }
/* 2^52 + low and 2^84 + high * 2^32 by their digits; the last addition rounds, as the conversion does. */
IRIS_FN double iris_wide_u64_f64(uint64_t x) {
  const double low = iris_of_digits((x & 0xffffffffU) | 0x4330000000000000ULL);
  const double high = iris_of_digits(x >> 32 | 0x4530000000000000ULL);
  return (high - (0x1p84 + 0x1p52)) + low;
}
IRIS_FN double iris_wide_i64_f64(int64_t x) {
  const double low = iris_of_digits(((uint64_t)x & 0xffffffffU) | 0x4330000000000000ULL);
  const double high = iris_of_digits((uint64_t)x >> 32 ^ 0x4530000080000000ULL);
  return (high - (0x1p84 + 0x1p63 + 0x1p52)) + low;
}
#else
IRIS_FN int64_t iris_cast_f64_i64(double x) {
  const double near = x >= -9223372036854775808.0 && x < 9223372036854775808.0 ? x : -9223372036854775808.0;
  return (int64_t)IRIS_WHOLE_F64(near);
}
IRIS_FN int64_t iris_cast_f32_i64(float x) {
  const float near = x >= -9223372036854775808.0f && x < 9223372036854775808.0f ? x : -9223372036854775808.0f;
  return (int64_t)IRIS_WHOLE_F32(near);
}
IRIS_FN double iris_wide_u64_f64(uint64_t x) { return (double)x; }
IRIS_FN double iris_wide_i64_f64(int64_t x) { return (double)x; }
#endif

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
