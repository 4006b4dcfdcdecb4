/* iris_lanes_512.h - masks in registers of their own: a bit per lane, for vectors of 64 bytes with AVX-512.
 *
 * The words of iris_lanes_masks.h.  A comparison gives such a mask, and a choice, an addition or an expansion takes it,
 * so that no mask is ever spread over the bits of a vector.
 * Requires iris_lanes.h.
 */
#ifndef IRIS_LANES_512_H
#define IRIS_LANES_512_H

#if defined(IRIS_BIT_MASKS)
#if IRIS_LANE_BITS == 64
typedef uint8_t iris_mask;
#else
typedef uint16_t iris_mask;
#endif
#define IRIS_NONE ((iris_mask)0)
#define IRIS_ALL ((iris_mask)-1)

/* The vectors of the instructions: their 64-bit integers are long long. */
typedef long long iris_k_q __attribute__((vector_size(64)));
typedef double iris_k_pd __attribute__((vector_size(64)));
typedef int iris_k_d __attribute__((vector_size(4 * IRIS_WIDTH)));
typedef float iris_k_ps __attribute__((vector_size(4 * IRIS_WIDTH)));

#if IRIS_LANE_BITS == 64
#define IRIS_K_PS(a, b, how) __builtin_ia32_cmpps256_mask((iris_k_ps)(a), (iris_k_ps)(b), how, IRIS_ALL)
#define IRIS_K_D(a, b, how) __builtin_ia32_cmpd256_mask((iris_k_d)(a), (iris_k_d)(b), how, IRIS_ALL)
#define IRIS_K_UD(a, b, how) __builtin_ia32_ucmpd256_mask((iris_k_d)(a), (iris_k_d)(b), how, IRIS_ALL)
#define IRIS_K_CHOOSE_D(mask, a, b) IRIS_K_CHOOSE(d, 256, mask, (iris_k_d)a, (iris_k_d)b)
#define IRIS_K_CHOOSE_PS(mask, a, b) IRIS_K_CHOOSE(ps, 256, mask, (iris_k_ps)a, (iris_k_ps)b)
#else
#define IRIS_K_PS(a, b, how) __builtin_ia32_cmpps512_mask((iris_k_ps)(a), (iris_k_ps)(b), how, IRIS_ALL, 4)
#define IRIS_K_D(a, b, how) __builtin_ia32_cmpd512_mask((iris_k_d)(a), (iris_k_d)(b), how, IRIS_ALL)
#define IRIS_K_UD(a, b, how) __builtin_ia32_ucmpd512_mask((iris_k_d)(a), (iris_k_d)(b), how, IRIS_ALL)
#define IRIS_K_CHOOSE_D(mask, a, b) IRIS_K_CHOOSE(d, 512, mask, (iris_k_d)a, (iris_k_d)b)
#define IRIS_K_CHOOSE_PS(mask, a, b) IRIS_K_CHOOSE(ps, 512, mask, (iris_k_ps)a, (iris_k_ps)b)
#endif
#define IRIS_K_SHORT(a, b, how) IRIS_K_D(IRIS_CONVERT(a, iris_v_i32), IRIS_CONVERT(b, iris_v_i32), how)

/* Where a comparison of two vectors holds; nan is in no order, and differs from everything. */
#define IRIS_HOW_i8(a, b, whole, real) IRIS_K_SHORT(a, b, whole)
#define IRIS_HOW_u8(a, b, whole, real) IRIS_K_SHORT(a, b, whole)
#define IRIS_HOW_i16(a, b, whole, real) IRIS_K_SHORT(a, b, whole)
#define IRIS_HOW_u16(a, b, whole, real) IRIS_K_SHORT(a, b, whole)
#define IRIS_HOW_i32(a, b, whole, real) IRIS_K_D(a, b, whole)
#define IRIS_HOW_u32(a, b, whole, real) IRIS_K_UD(a, b, whole)
#define IRIS_HOW_f32(a, b, whole, real) IRIS_K_PS(a, b, real)
#define IRIS_HOW_i64(a, b, whole, real) \
  __builtin_ia32_cmpq512_mask((iris_k_q)(a), (iris_k_q)(b), whole, IRIS_ALL)
#define IRIS_HOW_u64(a, b, whole, real) \
  __builtin_ia32_ucmpq512_mask((iris_k_q)(a), (iris_k_q)(b), whole, IRIS_ALL)
#define IRIS_HOW_f64(a, b, whole, real) \
  __builtin_ia32_cmppd512_mask((iris_k_pd)(a), (iris_k_pd)(b), real, IRIS_ALL, 4)
#define IRIS_LT(name, a, b) ((iris_mask)IRIS_HOW_##name(a, b, 1, 17))
#define IRIS_LE(name, a, b) ((iris_mask)IRIS_HOW_##name(a, b, 2, 18))
#define IRIS_GT(name, a, b) ((iris_mask)IRIS_HOW_##name(a, b, 6, 30))
#define IRIS_GE(name, a, b) ((iris_mask)IRIS_HOW_##name(a, b, 5, 29))
#define IRIS_EQ(name, a, b) ((iris_mask)IRIS_HOW_##name(a, b, 0, 0))
#define IRIS_NE(name, a, b) ((iris_mask)IRIS_HOW_##name(a, b, 4, 4))

/* One lane of a mask, and of masks in a row. */
#define IRIS_HAS(mask, lane) (((mask) >> (lane) & 1) != 0)
#define IRIS_PUT(mask, lane, truth) ((mask) |= (iris_mask)((unsigned)(bool)(truth) << (lane)))
IRIS_LANE_FN bool iris_lane(const iris_mask *masks, int lane) {
  return IRIS_HAS(masks[lane / IRIS_WIDTH], lane % IRIS_WIDTH);
}
IRIS_LANE_FN void iris_set_lane(iris_mask *masks, int lane, bool truth) {
  iris_mask *const mask = &masks[lane / IRIS_WIDTH];
  *mask = (iris_mask)((*mask & ~(1u << lane % IRIS_WIDTH)) | (unsigned)truth << lane % IRIS_WIDTH);
}
IRIS_LANE_FN bool iris_any(iris_mask mask) { return mask != 0; }
IRIS_LANE_FN unsigned iris_bits(iris_mask mask) { return mask; }
IRIS_LANE_FN int iris_count(iris_mask mask) { return __builtin_popcount(mask); }
IRIS_LANE_FN iris_mask iris_all_bool(bool x) { return (iris_mask)-(int)x; }

/* The lanes of `a` in the mask, of `b` elsewhere. */
#define IRIS_DEFINE_SELECT(name, choose)                                                            \
  IRIS_LANE_FN iris_v_##name iris_select_##name(iris_mask mask, iris_v_##name a, iris_v_##name b) { \
    return (iris_v_##name)choose;                                                                   \
  }
#define IRIS_DEFINE_SHORT_SELECT(name)                                                                   \
  IRIS_DEFINE_SELECT(name, IRIS_CONVERT((iris_v_i32)IRIS_K_CHOOSE_D(mask, IRIS_CONVERT(a, iris_v_i32),   \
                                                                   IRIS_CONVERT(b, iris_v_i32)), iris_v_##name))
IRIS_DEFINE_SHORT_SELECT(i8)
IRIS_DEFINE_SHORT_SELECT(u8)
IRIS_DEFINE_SHORT_SELECT(i16)
IRIS_DEFINE_SHORT_SELECT(u16)
IRIS_DEFINE_SELECT(i32, IRIS_K_CHOOSE_D(mask, a, b))
IRIS_DEFINE_SELECT(u32, IRIS_K_CHOOSE_D(mask, a, b))
IRIS_DEFINE_SELECT(f32, IRIS_K_CHOOSE_PS(mask, a, b))
#if IRIS_LANE_BITS == 64
IRIS_DEFINE_SELECT(i64, IRIS_K_CHOOSE(q, 512, mask, (iris_k_q)a, (iris_k_q)b))
IRIS_DEFINE_SELECT(u64, IRIS_K_CHOOSE(q, 512, mask, (iris_k_q)a, (iris_k_q)b))
IRIS_DEFINE_SELECT(f64, IRIS_K_CHOOSE(pd, 512, mask, (iris_k_pd)a, (iris_k_pd)b))
#endif
IRIS_LANE_FN iris_mask iris_select_bool(iris_mask mask, iris_mask a, iris_mask b) {
  return (iris_mask)((mask & a) | (~mask & b));
}

/* A number, and one more or less in the lanes of the mask. */
#define IRIS_MORE(name, x, mask) iris_select_##name((iris_mask)(mask), (x) + 1, x)
#define IRIS_LESS(name, x, mask) iris_select_##name((iris_mask)(mask), (x)-1, x)

/* A mask for a choice: the lanes whose bit number `place` is set. */
#define IRIS_BIT(name, x, place) IRIS_TESTED(name, x, iris_all_##name((iris_mem_##name)((uint64_t)1 << (place))))
#if defined(__clang__)
#define IRIS_TESTED(name, x, bit) IRIS_NE(name, (x) & (bit), (iris_v_##name){0})
#elif IRIS_LANE_BITS == 64
#define IRIS_TESTED(name, x, bit) ((iris_mask)__builtin_ia32_ptestmq512((iris_k_q)(x), (iris_k_q)(bit), IRIS_ALL))
#else
#define IRIS_TESTED(name, x, bit) ((iris_mask)__builtin_ia32_ptestmd512((iris_k_d)(x), (iris_k_d)(bit), IRIS_ALL))
#endif

/* `value` in the lanes of the mask. */
#if IRIS_LANE_BITS == 64
IRIS_LANE_FN void iris_put_long(iris_long *lanes, iris_mask mask, const iris_long *value) {
  *lanes = iris_select_i64(mask, *value, *lanes);
}
#else
IRIS_LANE_FN void iris_put_long(iris_long *lanes, iris_mask mask, const iris_long *value) {
  typedef iris_k_q iris_half __attribute__((may_alias));
  iris_half *const old = (iris_half *)lanes;
  const iris_half *const next = (const iris_half *)value;
  old[0] = IRIS_K_CHOOSE(q, 512, (uint8_t)mask, next[0], old[0]);
  old[1] = IRIS_K_CHOOSE(q, 512, (uint8_t)(mask >> 8), next[1], old[1]);
}
#endif

/* New elements into many lanes at once: the next ones, which lie side by side, each into the next lane of a mask. */
#define IRIS_TAKES_MANY
typedef iris_mask iris_ranked;
#define iris_ranks(mask) (mask)

/* `first` and the numbers after it, in the fresh lanes. */
#if IRIS_LANE_BITS == 64
#define IRIS_EXPANDED(next, mask, old) __builtin_ia32_expanddi512_mask((iris_k_q)(next), (iris_k_q)(old), mask)
typedef iris_v_i64 iris_wide;
IRIS_LANE_FN void iris_count_up(iris_long *lanes, int64_t first, iris_mask fresh, iris_ranked ranks) {
  *lanes = (iris_long)IRIS_EXPANDED(((iris_long){0, 1, 2, 3, 4, 5, 6, 7} + first), ranks & fresh, *lanes);
}
#else
#define IRIS_EXPANDED(next, mask, old) __builtin_ia32_expandsi512_mask((iris_k_d)(next), (iris_k_d)(old), mask)
typedef iris_v_i32 iris_wide;
IRIS_LANE_FN void iris_count_up(iris_long *lanes, int64_t first, iris_mask fresh, iris_ranked ranks) {
  const iris_v_i32 next = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const iris_long placed = IRIS_CONVERT((iris_v_i32)IRIS_EXPANDED(next, ranks, next), iris_long) + first;
  iris_put_long(lanes, fresh, &placed);
}
#endif

/* What lies side by side from `row` on, in the fresh lanes. */
#define IRIS_DEFINE_NEXT(name, bits)                                                                       \
  IRIS_LANE_FN iris_v_##name iris_next_##name(const char *row, iris_mask fresh, iris_ranked ranks,         \
                                              iris_v_##name old) {                                         \
    iris_v_##bits next;                                                                                    \
    __builtin_memcpy(&next, row, sizeof next);                                                             \
    const iris_wide wide = IRIS_CONVERT(next, iris_wide);                                                  \
    const iris_wide kept = IRIS_CONVERT((iris_v_##bits)old, iris_wide);                                    \
    return (iris_v_##name)IRIS_CONVERT((iris_wide)IRIS_EXPANDED(wide, ranks & fresh, kept), iris_v_##bits); \
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
#endif /* IRIS_LANES_512_H */
