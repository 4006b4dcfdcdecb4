/* iris_lanes.h - vectors of lanes, one element per lane: types, masks, choice, and whether any lane is left.
 *
 * A lane is as wide as the widest value of the kernel (IRIS_LANE_BITS), and every type has the same number of lanes,
 * so a conversion never changes which element stands where.  A mask has a signed integer per lane: all bits or none.
 * A block is IRIS_PARTS vectors, computed side by side so that their latencies overlap.
 * Requires iris_base.h and the two words above, which the unit defines.
 */
#ifndef IRIS_LANES_H
#define IRIS_LANES_H

/* As wide as a register of the target. */
#if !defined(IRIS_VECTOR_BYTES)
#if defined(__AVX512F__)
#define IRIS_VECTOR_BYTES 64
#elif defined(__AVX2__)
#define IRIS_VECTOR_BYTES 32
#else
#define IRIS_VECTOR_BYTES 16
#endif
#endif
#define IRIS_WIDTH (IRIS_VECTOR_BYTES / (IRIS_LANE_BITS / 8))
#define IRIS_LANES (IRIS_WIDTH * IRIS_PARTS)
/* With this many lanes left, those that are done take new elements. */
#if !defined(IRIS_ENOUGH)
#define IRIS_ENOUGH (IRIS_LANES * 2 / 5)
#endif
/* Fewer elements than this are quicker one after the other. */
#define IRIS_FEWEST (IRIS_WIDTH / 2 + 1)

#if defined(IRIS_READ_BACK)
#define IRIS_LANE_FN static inline
#define IRIS_VECTOR(T)
#define IRIS_CONVERT(value, T) ((T)(value))
#define IRIS_UNROLL
#define IRIS_ROLLED
#else
#define IRIS_LANE_FN static inline __attribute__((always_inline, unused))
#define IRIS_VECTOR(T) __attribute__((vector_size(sizeof(T) * IRIS_WIDTH)))
#define IRIS_CONVERT(value, T) __builtin_convertvector(value, T)
#if defined(__clang__)
#define IRIS_UNROLL _Pragma("clang loop unroll(full)")
#define IRIS_ROLLED _Pragma("clang loop unroll(disable)")
#else
/* It takes a lane that is set for one that is read. */
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
/* gcc unrolls these by itself; asked to, gcc 12 unrolls the loop around them as often. */
#define IRIS_UNROLL
#define IRIS_ROLLED _Pragma("GCC unroll 1")
#endif
#endif
#define IRIS_EACH_PART IRIS_UNROLL for (int part = 0; part < IRIS_PARTS; ++part)
#define IRIS_EACH_LANE IRIS_UNROLL for (int lane = 0; lane < IRIS_WIDTH; ++lane)
/* For what has no vector instruction: one copy of the code. */
#define IRIS_LANE_BY_LANE IRIS_ROLLED for (int lane = 0; lane < IRIS_WIDTH; ++lane)

typedef int8_t iris_v_i8 IRIS_VECTOR(int8_t);
typedef int16_t iris_v_i16 IRIS_VECTOR(int16_t);
typedef int32_t iris_v_i32 IRIS_VECTOR(int32_t);
typedef uint8_t iris_v_u8 IRIS_VECTOR(uint8_t);
typedef uint16_t iris_v_u16 IRIS_VECTOR(uint16_t);
typedef uint32_t iris_v_u32 IRIS_VECTOR(uint32_t);
typedef float iris_v_f32 IRIS_VECTOR(float);
#if IRIS_LANE_BITS == 64
typedef int64_t iris_v_i64 IRIS_VECTOR(int64_t);
typedef uint64_t iris_v_u64 IRIS_VECTOR(uint64_t);
typedef double iris_v_f64 IRIS_VECTOR(double);
typedef iris_v_i64 iris_mask;
typedef iris_mem_i64 iris_mem_mask;
#else
typedef iris_v_i32 iris_mask;
typedef iris_mem_i32 iris_mem_mask;
#endif
typedef int64_t iris_long IRIS_VECTOR(int64_t); /* what counts in 64 bits in any lane */
#define IRIS_ALL (~(iris_mask){0})
#define IRIS_NONE ((iris_mask){0})

/* Where the target has an instruction for it: the lanes of `a` under the mask, of `b` elsewhere. */
#if defined(IRIS_READ_BACK)
#elif IRIS_VECTOR_BYTES == 32 && defined(__AVX2__) && IRIS_LANE_BITS == 64
typedef double iris_blended __attribute__((vector_size(32)));
#define IRIS_BLEND(mask, a, b) __builtin_ia32_blendvpd256((iris_blended)b, (iris_blended)a, (iris_blended)mask)
#define IRIS_SIGNS(mask) __builtin_ia32_movmskpd256((iris_blended)mask)
#elif IRIS_VECTOR_BYTES == 32 && defined(__AVX2__)
typedef float iris_blended __attribute__((vector_size(32)));
#define IRIS_BLEND(mask, a, b) __builtin_ia32_blendvps256((iris_blended)b, (iris_blended)a, (iris_blended)mask)
#define IRIS_SIGNS(mask) __builtin_ia32_movmskps256((iris_blended)mask)
#elif IRIS_VECTOR_BYTES == 16 && defined(__SSE4_1__) && IRIS_LANE_BITS == 64
typedef double iris_blended __attribute__((vector_size(16)));
#define IRIS_BLEND(mask, a, b) __builtin_ia32_blendvpd((iris_blended)b, (iris_blended)a, (iris_blended)mask)
#define IRIS_SIGNS(mask) __builtin_ia32_movmskpd((iris_blended)mask)
#elif IRIS_VECTOR_BYTES == 16 && defined(__SSE4_1__)
typedef float iris_blended __attribute__((vector_size(16)));
#define IRIS_BLEND(mask, a, b) __builtin_ia32_blendvps((iris_blended)b, (iris_blended)a, (iris_blended)mask)
#define IRIS_SIGNS(mask) __builtin_ia32_movmskps((iris_blended)mask)
#endif

/* A mask for a choice, from a value whose sign says it. */
#if defined(IRIS_BLEND)
#define IRIS_BY_SIGN(value) ((iris_mask)(value))
#else
#define IRIS_BY_SIGN(value) ((iris_mask)((iris_mask)(value) < 0))
#endif

/* A bit per lane. */
#if defined(IRIS_SIGNS)
IRIS_LANE_FN unsigned iris_bits(iris_mask mask) { return (unsigned)IRIS_SIGNS(mask); }
#else
IRIS_LANE_FN unsigned iris_bits(iris_mask mask) {
  unsigned bits = 0;
  const iris_mem_mask *lanes = (const iris_mem_mask *)&mask;
  for (int lane = 0; lane < IRIS_WIDTH; ++lane) bits |= (unsigned)(lanes[lane] & 1) << lane;
  return bits;
}
#endif
IRIS_LANE_FN bool iris_any(iris_mask mask) { return iris_bits(mask) != 0; }
IRIS_LANE_FN int iris_count(iris_mask mask) { return __builtin_popcount(iris_bits(mask)); }

IRIS_LANE_FN iris_mask iris_all_bool(bool x) { return IRIS_NONE - (iris_mem_mask)x; }

#define IRIS_DEFINE_ALL(T, name) \
  IRIS_LANE_FN iris_v_##name iris_all_##name(T x) { return x - (iris_v_##name){0}; } /* keeps -0.0 */

/* The bits of the mask in the width of the type, then by bits; a type as wide as a lane may blend. */
#define IRIS_DEFINE_SELECT(name, bits)                                                                       \
  IRIS_LANE_FN iris_v_##name iris_select_##name(iris_mask mask, iris_v_##name a, iris_v_##name b) {           \
    const iris_v_##bits chosen = IRIS_CONVERT(mask, iris_v_##bits);                                          \
    return (iris_v_##name)((chosen & (iris_v_##bits)a) | (~chosen & (iris_v_##bits)b));                      \
  }
#if defined(IRIS_BLEND)
#define IRIS_DEFINE_WIDE_SELECT(name, bits)                                                                  \
  IRIS_LANE_FN iris_v_##name iris_select_##name(iris_mask mask, iris_v_##name a, iris_v_##name b) {           \
    return (iris_v_##name)IRIS_BLEND(mask, a, b);                                                            \
  }
#else
#define IRIS_DEFINE_WIDE_SELECT(name, bits) IRIS_DEFINE_SELECT(name, bits)
#endif
#if IRIS_LANE_BITS == 32
#define IRIS_DEFINE_SELECT_32 IRIS_DEFINE_WIDE_SELECT
#else
#define IRIS_DEFINE_SELECT_32 IRIS_DEFINE_SELECT
#endif

IRIS_LANE_FN iris_mask iris_select_bool(iris_mask mask, iris_mask a, iris_mask b) { return (mask & a) | (~mask & b); }

#define IRIS_DEFINE_SHORT(T, name, bits) \
  IRIS_DEFINE_ALL(T, name)               \
  IRIS_DEFINE_SELECT(name, bits)
IRIS_DEFINE_SHORT(int8_t, i8, i8)
IRIS_DEFINE_SHORT(int16_t, i16, i16)
IRIS_DEFINE_SHORT(uint8_t, u8, i8)
IRIS_DEFINE_SHORT(uint16_t, u16, i16)
IRIS_DEFINE_ALL(int32_t, i32)
IRIS_DEFINE_ALL(uint32_t, u32)
IRIS_DEFINE_ALL(float, f32)
IRIS_DEFINE_SELECT_32(i32, i32)
IRIS_DEFINE_SELECT_32(u32, i32)
IRIS_DEFINE_SELECT_32(f32, i32)
#if IRIS_LANE_BITS == 64
IRIS_DEFINE_ALL(int64_t, i64)
IRIS_DEFINE_ALL(uint64_t, u64)
IRIS_DEFINE_ALL(double, f64)
IRIS_DEFINE_WIDE_SELECT(i64, i64)
IRIS_DEFINE_WIDE_SELECT(u64, i64)
IRIS_DEFINE_WIDE_SELECT(f64, i64)
#endif

#if IRIS_LANE_BITS == 64
#if defined(__x86_64__) && !defined(__AVX512DQ__) && !defined(IRIS_REASSOCIATED) && !defined(IRIS_READ_BACK)
/* No instruction does it.  Each half is put into the digits of a double whose other bits are known, so that one
 * addition rounds, as the scalar conversion does: 2^52 + low, and 2^84 + (high + 2^31) * 2^32. */
IRIS_LANE_FN iris_v_f64 iris_lanes_i64_f64(iris_v_i64 x) {
  const iris_v_f64 low = (iris_v_f64)((x & 0xffffffffLL) | 0x4330000000000000LL);
  const iris_v_u64 top = ((iris_v_u64)x >> 32) ^ 0x4530000080000000ULL;
  return ((iris_v_f64)top - 19342822341709703277445120.0) + low; /* 2^84 + 2^63 + 2^52 */
}
#else
IRIS_LANE_FN iris_v_f64 iris_lanes_i64_f64(iris_v_i64 x) { return IRIS_CONVERT(x, iris_v_f64); }
#endif
#endif

/* New elements into many lanes at once: the next ones, which lie side by side, each into the next lane that is free.
 * Where no instruction puts a lane anywhere, they are taken one by one. */
#if defined(IRIS_BLEND) && IRIS_VECTOR_BYTES == 32
#define IRIS_TAKES_MANY
typedef int32_t iris_places __attribute__((vector_size(32)));
#if defined(__clang__)
#define IRIS_MOVED(mask, ...) __builtin_shufflevector(mask, IRIS_NONE, __VA_ARGS__)
#else
#define IRIS_MOVED(mask, ...) __builtin_shuffle(mask, IRIS_NONE, (iris_mask){__VA_ARGS__})
#endif

/* How many lanes of the mask stand before each. */
#if IRIS_LANE_BITS == 64
IRIS_LANE_FN iris_mask iris_ranks(iris_mask mask) {
  const iris_places one = -(iris_places)mask; /* in both halves */
  const iris_places two = one + (iris_places)IRIS_MOVED((iris_mask)one, 4, 0, 4, 2);
  return (iris_mask)(two - one + (iris_places)IRIS_MOVED((iris_mask)two, 4, 4, 1, 1));
}
IRIS_LANE_FN iris_places iris_from(iris_mask ranks) {
  return (iris_places)ranks + (iris_places)ranks + (iris_places){0, 1, 0, 1, 0, 1, 0, 1};
}
IRIS_LANE_FN iris_long iris_longs(iris_mask ranks) { return ranks & 0xffffffffLL; }
#else
IRIS_LANE_FN iris_mask iris_ranks(iris_mask mask) {
  const iris_mask one = -mask;
  const iris_mask two = one + IRIS_MOVED(one, 8, 0, 1, 2, 8, 4, 5, 6);
  const iris_mask four = two + IRIS_MOVED(two, 8, 8, 0, 1, 8, 8, 4, 5);
  return four - one + IRIS_MOVED(four, 8, 8, 8, 8, 3, 3, 3, 3);
}
IRIS_LANE_FN iris_places iris_from(iris_mask ranks) { return ranks; }
#define iris_longs(ranks) IRIS_CONVERT(ranks, iris_long)
#endif
IRIS_LANE_FN iris_mask iris_placed(iris_mask side_by_side, iris_places from) {
  return (iris_mask)__builtin_ia32_permvarsi256((iris_places)side_by_side, from);
}

#define IRIS_DEFINE_NEXT(name, bits)                                                                     \
  IRIS_LANE_FN iris_v_##name iris_next_##name(const char *row, iris_places from) {                       \
    iris_v_##bits next;                                                                                  \
    __builtin_memcpy(&next, row, sizeof next);                                                           \
    return (iris_v_##name)IRIS_CONVERT(iris_placed(IRIS_CONVERT(next, iris_mask), from), iris_v_##bits); \
  }
IRIS_DEFINE_NEXT(i8, i8)
IRIS_DEFINE_NEXT(u8, i8)
IRIS_DEFINE_NEXT(i16, i16)
IRIS_DEFINE_NEXT(u16, i16)
IRIS_DEFINE_NEXT(i32, i32)
IRIS_DEFINE_NEXT(u32, i32)
IRIS_DEFINE_NEXT(f32, i32)
#if IRIS_LANE_BITS == 64
IRIS_DEFINE_NEXT(i64, i64)
IRIS_DEFINE_NEXT(u64, i64)
IRIS_DEFINE_NEXT(f64, i64)
#endif
IRIS_LANE_FN iris_mask iris_next_bool(const char *row, iris_places from) {
  return IRIS_CONVERT(iris_next_u8(row, from) != 0, iris_mask);
}
#endif

#endif /* IRIS_LANES_H */
