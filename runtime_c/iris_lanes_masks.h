/* iris_lanes_masks.h - masks that are vectors: a signed integer per lane, all bits or none.
 *
 * Which lanes a comparison holds in, a choice by a mask, and new elements into the lanes of a mask.
 * Requires iris_lanes.h; where a mask has registers of its own, iris_lanes_512.h says the same words.
 */
#ifndef IRIS_LANES_MASKS_H
#define IRIS_LANES_MASKS_H

#if !defined(IRIS_BIT_MASKS)
#if IRIS_LANE_BITS == 64
typedef iris_v_i64 iris_mask;
typedef iris_mem_i64 iris_mem_mask;
#else
typedef iris_v_i32 iris_mask;
typedef iris_mem_i32 iris_mem_mask;
#endif
#define IRIS_NONE ((iris_mask){0})
#define IRIS_ALL (~IRIS_NONE)

/* Where a comparison of two vectors holds, as wide as their lanes. */
#define IRIS_NARROW_TRUTH(comparison) IRIS_CONVERT(comparison, iris_mask)
#define IRIS_WIDE_TRUTH(comparison) ((iris_mask)(comparison))
#define IRIS_TRUTH_i8 IRIS_NARROW_TRUTH
#define IRIS_TRUTH_u8 IRIS_NARROW_TRUTH
#define IRIS_TRUTH_i16 IRIS_NARROW_TRUTH
#define IRIS_TRUTH_u16 IRIS_NARROW_TRUTH
#if IRIS_LANE_BITS == 64
#define IRIS_TRUTH_32 IRIS_NARROW_TRUTH
#else
#define IRIS_TRUTH_32 IRIS_WIDE_TRUTH
#endif
#define IRIS_TRUTH_i32 IRIS_TRUTH_32
#define IRIS_TRUTH_u32 IRIS_TRUTH_32
#define IRIS_TRUTH_f32 IRIS_TRUTH_32
#define IRIS_TRUTH_i64 IRIS_WIDE_TRUTH
#define IRIS_TRUTH_u64 IRIS_WIDE_TRUTH
#define IRIS_TRUTH_f64 IRIS_WIDE_TRUTH
#define IRIS_LT(name, a, b) IRIS_TRUTH_##name((a) < (b))
#define IRIS_LE(name, a, b) IRIS_TRUTH_##name((a) <= (b))
#define IRIS_GT(name, a, b) IRIS_TRUTH_##name((a) > (b))
#define IRIS_GE(name, a, b) IRIS_TRUTH_##name((a) >= (b))
#define IRIS_EQ(name, a, b) IRIS_TRUTH_##name((a) == (b))
#define IRIS_NE(name, a, b) IRIS_TRUTH_##name((a) != (b))

/* One lane of a mask, and of masks in a row. */
#define IRIS_HAS(mask, lane) ((mask)[lane] != 0)
#define IRIS_PUT(mask, lane, truth) ((mask)[lane] = -(iris_mem_mask)(truth))
IRIS_LANE_FN bool iris_lane(const iris_mask *masks, int lane) { return ((const iris_mem_mask *)masks)[lane] != 0; }
IRIS_LANE_FN void iris_set_lane(iris_mask *masks, int lane, bool truth) {
  ((iris_mem_mask *)masks)[lane] = -(iris_mem_mask)truth;
}

/* A number, and one more or less in the lanes of the mask. */
#define IRIS_MORE(name, x, mask) ((x) - (iris_v_##name)(mask))
#define IRIS_LESS(name, x, mask) ((x) + (iris_v_##name)(mask))

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

/* A mask for a choice: the lanes whose bit number `place` is set. */
#if defined(IRIS_BLEND)
#define IRIS_BIT(name, x, place) ((iris_mask)((x) << (IRIS_LANE_BITS - 1 - (place))))
#else
#define IRIS_BIT(name, x, place) ((iris_mask)((iris_mask)((x) << (IRIS_LANE_BITS - 1 - (place))) < 0))
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

IRIS_DEFINE_SELECT(i8, i8)
IRIS_DEFINE_SELECT(i16, i16)
IRIS_DEFINE_SELECT(u8, i8)
IRIS_DEFINE_SELECT(u16, i16)
IRIS_DEFINE_SELECT_32(i32, i32)
IRIS_DEFINE_SELECT_32(u32, i32)
IRIS_DEFINE_SELECT_32(f32, i32)
#if IRIS_LANE_BITS == 64
IRIS_DEFINE_WIDE_SELECT(i64, i64)
IRIS_DEFINE_WIDE_SELECT(u64, i64)
IRIS_DEFINE_WIDE_SELECT(f64, i64)
#endif
/* `value` in the lanes of the mask. */
IRIS_LANE_FN void iris_put_long(iris_long *lanes, iris_mask mask, const iris_long *value) {
  const iris_long chosen = IRIS_CONVERT(mask, iris_long);
  *lanes = (chosen & *value) | (~chosen & *lanes);
}

/* New elements into many lanes at once: the next ones, which lie side by side, each into the next lane that is free.
 * Where no instruction puts a lane anywhere, they are taken one by one. */
#if defined(IRIS_BLEND) && IRIS_VECTOR_BYTES == 32
#define IRIS_TAKES_MANY
typedef iris_mask iris_ranked;
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
#define iris_longs(ranks) ((ranks) & 0xffffffffLL)
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

/* `first` and the numbers after it, in the fresh lanes. */
IRIS_LANE_FN void iris_count_up(iris_long *lanes, int64_t first, iris_mask fresh, iris_ranked ranks) {
  const iris_long next = iris_longs(ranks) + first;
  iris_put_long(lanes, fresh, &next);
}

/* What lies side by side from `row` on, in the fresh lanes. */
#define IRIS_DEFINE_NEXT(name, bits)                                                               \
  IRIS_LANE_FN iris_v_##name iris_next_##name(const char *row, iris_mask fresh, iris_ranked ranks, \
                                              iris_v_##name old) {                                 \
    iris_v_##bits next;                                                                            \
    __builtin_memcpy(&next, row, sizeof next);                                                     \
    const iris_mask placed = iris_placed(IRIS_CONVERT(next, iris_mask), iris_from(ranks));         \
    return iris_select_##name(fresh, (iris_v_##name)IRIS_CONVERT(placed, iris_v_##bits), old);     \
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
IRIS_LANE_FN iris_mask iris_next_bool(const char *row, iris_mask fresh, iris_ranked ranks, iris_mask old) {
  return iris_select_bool(fresh, IRIS_NE(u8, iris_next_u8(row, fresh, ranks, (iris_v_u8){0}), (iris_v_u8){0}), old);
}
#endif

#endif
#endif /* IRIS_LANES_MASKS_H */
