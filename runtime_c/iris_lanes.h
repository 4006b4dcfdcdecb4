/* iris_lanes.h - vectors of lanes, one element per lane: how many there are, their types, and one value for all lanes.
 *
 * A lane is as wide as the widest value of the kernel (IRIS_LANE_BITS), and every type has the same number of lanes,
 * so a conversion never changes which element stands where.  A block is IRIS_PARTS vectors, computed side by side so
 * that their latencies overlap.  What a mask is, and which lanes it chooses: iris_lanes_masks.h and iris_lanes_512.h.
 * Requires iris_base.h and the two words above, which the unit defines.
 */
#ifndef IRIS_LANES_H
#define IRIS_LANES_H

/* Whether masks have registers of their own, and the compiler names the instructions for them as iris_lanes_512.h does;
 * without the names, AVX-512 is no better than AVX2. */
#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__) && \
    defined(__has_builtin) && !defined(IRIS_READ_BACK)
#if __has_builtin(__builtin_ia32_cmpq512_mask) && __has_builtin(__builtin_ia32_ucmpd256_mask) && \
    __has_builtin(__builtin_ia32_cmpps256_mask) && __has_builtin(__builtin_ia32_expandsi512_mask)
#if __has_builtin(__builtin_ia32_selectq_512) && __has_builtin(__builtin_ia32_selectps_256)
#define IRIS_BIT_MASKS
#define IRIS_K_CHOOSE(of, bits, mask, a, b) __builtin_ia32_select##of##_##bits(mask, a, b)
#elif __has_builtin(__builtin_ia32_blendmq_512_mask) && __has_builtin(__builtin_ia32_blendmps_256_mask)
#define IRIS_BIT_MASKS
#define IRIS_K_CHOOSE(of, bits, mask, a, b) __builtin_ia32_blendm##of##_##bits##_mask(b, a, mask)
#endif
#endif
#endif
/* As wide as a register of the target. */
#if !defined(IRIS_VECTOR_BYTES)
#if defined(IRIS_BIT_MASKS)
#define IRIS_VECTOR_BYTES 64
#elif defined(__AVX2__)
#define IRIS_VECTOR_BYTES 32
#else
#define IRIS_VECTOR_BYTES 16
#endif
#endif
#if IRIS_VECTOR_BYTES != 64
#undef IRIS_BIT_MASKS
#endif
/* The vectors of a block, where there are 16 registers, and where there are 32 and others for masks. */
#if defined(IRIS_BIT_MASKS)
#define IRIS_BY_REGISTERS(few, many) many
#else
#define IRIS_BY_REGISTERS(few, many) few
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
/* No vector goes from one unit to another. */
#pragma GCC diagnostic ignored "-Wpsabi"
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
#endif
typedef int64_t iris_long IRIS_VECTOR(int64_t); /* what counts in 64 bits in any lane */

/* One value for all lanes. */
#define IRIS_DEFINE_ALL(T, name) \
  IRIS_LANE_FN iris_v_##name iris_all_##name(T x) { return x - (iris_v_##name){0}; } /* keeps -0.0 */
IRIS_DEFINE_ALL(int8_t, i8)
IRIS_DEFINE_ALL(int16_t, i16)
IRIS_DEFINE_ALL(int32_t, i32)
IRIS_DEFINE_ALL(uint8_t, u8)
IRIS_DEFINE_ALL(uint16_t, u16)
IRIS_DEFINE_ALL(uint32_t, u32)
IRIS_DEFINE_ALL(float, f32)
#if IRIS_LANE_BITS == 64
IRIS_DEFINE_ALL(int64_t, i64)
IRIS_DEFINE_ALL(uint64_t, u64)
IRIS_DEFINE_ALL(double, f64)
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

#endif /* IRIS_LANES_H */
