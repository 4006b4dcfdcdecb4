/* iris_lanes_div.h - whole division of integers by doubles, for loops that become vectors: no CPU divides vectors of
 * integers.
 *
 * n and d are whole, |n| and |d| at most 2^51.  The rounded quotient of two doubles does not pass a whole number that the
 * true one has not reached: with q whole and n / d < q, the distance is at least 1 / |d|, and doubles next to q are
 * at most |q| 2^-52 < (|n| + |d|) / |d| 2^-52 <= 1 / |d| apart.  So its floor is the floor of n / d, in any rounding mode.
 * Then q d is a whole number of at most 2^52 in magnitude, and the remainder is exact.
 *
 * By a constant, (n + 1/2) (1 / d) has the same floor, with the sign of d at the half: it is at least 1 / 2|d| away from
 * every whole number, and its two roundings move it by at most (|n| + 1/2) / |d| (2^-51 + 2^-104), if |n| <= 2^49.
 *
 * A dividend of 64 bits is h 2^14 + l with 0 <= l < 2^14.  With h = q d + r it is q d 2^14 + (r 2^14 + l): two such
 * divisions, if |d| is below 2^36.
 *
 * A division by zero is 0.  Numbers beyond these limits set the top bit of *far and give nonsense: who calls these does
 * it again with the functions of iris_number.h.  32-bit integers are never beyond.  Requires iris_vm_base.h.
 */
#ifndef IRIS_LANES_DIV_H
#define IRIS_LANES_DIV_H

#define IRIS_DIV_ROUND_BITS 0x4338000000000000ULL /* of IRIS_VM_ROUND_F64 */

#if defined(__AVX512DQ__) || defined(IRIS_REASSOCIATED)
IRIS_VM double iris_div_exact(int64_t n) { return (double)n; }
#else
IRIS_VM double iris_div_exact(int64_t n) {
  return iris_vm_from_f64((uint64_t)n + IRIS_DIV_ROUND_BITS) - IRIS_VM_ROUND_F64;
}
#endif
IRIS_VM int64_t iris_div_whole(double x) {
  return (int64_t)(iris_vm_bits_f64(x + IRIS_VM_ROUND_F64) - IRIS_DIV_ROUND_BITS);
}
#if defined(__SSE4_1__) || !defined(__x86_64__)
IRIS_VM double iris_div_floor(double x) { return __builtin_floor(x); }
#else
IRIS_VM double iris_div_floor(double x) {
  const double near = (x + IRIS_VM_ROUND_F64) - IRIS_VM_ROUND_F64;
  return near - iris_vm_from_f64(iris_vm_mask_f64(near > x) & iris_vm_bits_f64(1.0));
}
#endif
IRIS_VM double iris_div_by(double n, double d) { return iris_div_floor((n + (d < 0.0 ? -0.5 : 0.5)) * (1.0 / d)); }

/* The top bit of a word, where an integer is not in [-limit, limit), or not below it. */
#define IRIS_BEYOND_SIGNED(n, bits) (((uint64_t)(n) + (1ULL << (bits))) >> ((bits) + 1))
#define IRIS_BEYOND_UNSIGNED(n, bits) ((uint64_t)(n) >> (bits))
#define IRIS_BEYOND_NEVER(n, bits) ((uint64_t)0)
#if defined(IRIS_REASSOCIATED) || defined(__RECIPROCAL_MATH__)
#define IRIS_BEYOND(word, ...) (*far |= (word)1 << (8 * sizeof(word) - 1)) /* roundings prove nothing */
#else
#define IRIS_BEYOND(word, ...) (*far |= (word)(0 - (__VA_ARGS__)))
#endif

#define IRIS_DEFINE_DIVISION(T, name, word, beyond)                                         \
  IRIS_VM T iris_near_floordiv_##name(T a, T b, word *far) {                                \
    IRIS_BEYOND(word, beyond(a, 51) | beyond(b, 51));                                       \
    const double n = iris_div_exact((int64_t)a), d = iris_div_exact((int64_t)b);            \
    return (T)(iris_div_whole(iris_div_floor(n / d)) & -(int64_t)(b != 0));                 \
  }                                                                                         \
  IRIS_VM T iris_near_floormod_##name(T a, T b, word *far) {                                \
    IRIS_BEYOND(word, beyond(a, 51) | beyond(b, 51));                                       \
    const double n = iris_div_exact((int64_t)a), d = iris_div_exact((int64_t)b);            \
    return (T)(iris_div_whole(n - iris_div_floor(n / d) * d) & -(int64_t)(b != 0));         \
  }                                                                                         \
  IRIS_VM T iris_near_by_floordiv_##name(T a, T constant, word *far) {                      \
    IRIS_BEYOND(word, beyond(a, 49));                                                       \
    return (T)iris_div_whole(iris_div_by(iris_div_exact((int64_t)a), (double)constant));    \
  }                                                                                         \
  IRIS_VM T iris_near_by_floormod_##name(T a, T constant, word *far) {                      \
    IRIS_BEYOND(word, beyond(a, 49));                                                       \
    const double n = iris_div_exact((int64_t)a), d = (double)constant;                      \
    return (T)iris_div_whole(n - iris_div_by(n, d) * d);                                    \
  }
#define IRIS_DEFINE_WIDE_DIVISION(T, name, beyond)                                                          \
  struct iris_divided_##name { T high; double rest, low; };                                                \
  IRIS_VM struct iris_divided_##name iris_div_wide_##name(T a, T b, uint64_t *far) {                        \
    IRIS_BEYOND(uint64_t, beyond(b, 36));                                                                   \
    const double high = iris_div_exact((int64_t)(a >> 14)), d = iris_div_exact((int64_t)b);                 \
    const double first = iris_div_floor(high / d);                                                          \
    const double rest = (high - first * d) * 16384.0 + iris_div_exact((int64_t)(a & 16383));                \
    const double second = iris_div_floor(rest / d);                                                         \
    return (struct iris_divided_##name){(T)iris_div_whole(first), rest - second * d, second};               \
  }                                                                                                         \
  IRIS_VM T iris_wide_floordiv_##name(T a, T b, uint64_t *far) {                                            \
    const struct iris_divided_##name q = iris_div_wide_##name(a, b, far);                                   \
    return (T)((((uint64_t)q.high << 14) + (uint64_t)iris_div_whole(q.low)) & -(uint64_t)(b != 0));         \
  }                                                                                                         \
  IRIS_VM T iris_wide_floormod_##name(T a, T b, uint64_t *far) {                                            \
    return (T)((uint64_t)iris_div_whole(iris_div_wide_##name(a, b, far).rest) & -(uint64_t)(b != 0));       \
  }
IRIS_DEFINE_WIDE_DIVISION(int64_t, i64, IRIS_BEYOND_SIGNED)
IRIS_DEFINE_WIDE_DIVISION(uint64_t, u64, IRIS_BEYOND_UNSIGNED)
IRIS_DEFINE_DIVISION(int64_t, i64, uint64_t, IRIS_BEYOND_SIGNED)
IRIS_DEFINE_DIVISION(uint64_t, u64, uint64_t, IRIS_BEYOND_UNSIGNED)
IRIS_DEFINE_DIVISION(int32_t, i32, uint32_t, IRIS_BEYOND_NEVER)
IRIS_DEFINE_DIVISION(uint32_t, u32, uint32_t, IRIS_BEYOND_NEVER)

#endif /* IRIS_LANES_DIV_H */
