/* iris_base.h - the words every unit is written in: fixed-width types, limits, nan, infinities, compiler spellings.
 *
 * It declares and computes nothing, and it comes first.  With IRIS_READ_BACK defined the preprocessed text is plain C,
 * for readers that know no GNU attributes.
 */
#ifndef IRIS_BASE_H
#define IRIS_BASE_H

#if defined(IRIS_READ_BACK)
#define IRIS_EXPORT
#define IRIS_FN static inline
#define IRIS_KERNEL static inline
#define IRIS_OUTLINE static
#define IRIS_ROUTE static
#define IRIS_RARE static
#define IRIS_MAY_ALIAS
#define IRIS_INDEPENDENT
#define IRIS_UNLIKELY(condition) (condition)
#define IRIS_FORGET(type, variable)
#else
#define IRIS_EXPORT __attribute__((visibility("default")))
#define IRIS_FN static inline __attribute__((unused))
#define IRIS_KERNEL static inline __attribute__((always_inline))
#if defined(__clang__)
#define IRIS_OUTLINE static __attribute__((noinline, unused))
#define IRIS_ROUTE IRIS_OUTLINE
#else
#define IRIS_OUTLINE static __attribute__((noinline, noclone, unused))
/* Runs once per row or block: the time to compile it matters more than its speed. */
#define IRIS_ROUTE static __attribute__((noinline, noclone, unused, optimize("O1")))
#endif
/* Who calls it pays for it, and its loops keep their registers. */
#define IRIS_RARE IRIS_OUTLINE __attribute__((cold))
#define IRIS_MAY_ALIAS __attribute__((may_alias))
#define IRIS_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
/* The compiler knows nothing of a variable any more. */
#define IRIS_FORGET(type, variable)            \
  do {                                         \
    type iris_kept = variable;                 \
    __asm__ volatile("" : "+m"(iris_kept));    \
    variable = iris_kept;                      \
  } while (0)
/* The iterations of the next loop do not depend on each other: whoever calls it has looked. */
#if defined(__clang__)
#define IRIS_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define IRIS_INDEPENDENT _Pragma("GCC ivdep")
#endif
/* A user's comparison may be always true, and a user's constants may wrap. */
#if defined(__clang__)
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Winteger-overflow"
#pragma GCC diagnostic ignored "-Wpass-failed"
#endif
#pragma GCC diagnostic ignored "-Wbool-compare"
#pragma GCC diagnostic ignored "-Woverflow"
#pragma GCC diagnostic ignored "-Wtautological-compare"
#pragma GCC diagnostic ignored "-Wtype-limits"
#endif

/* Sums may be taken in another order, so nothing may lean on the rounding of one. */
#if (defined(__ASSOCIATIVE_MATH__) || defined(__FAST_MATH__)) && !defined(IRIS_REASSOCIATED)
#define IRIS_REASSOCIATED
#endif

#define bool _Bool
#define true 1
#define false 0

typedef __INT8_TYPE__ int8_t;
typedef __INT16_TYPE__ int16_t;
typedef __INT32_TYPE__ int32_t;
typedef __INT64_TYPE__ int64_t;
typedef __UINT8_TYPE__ uint8_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __UINT64_TYPE__ uint64_t;
typedef __INTPTR_TYPE__ intptr_t;

/* Elements as they lie in arrays: another array may show the same bytes as another type. */
typedef uint8_t IRIS_MAY_ALIAS iris_mem_bool; /* 0 is false, anything else true */
typedef int8_t IRIS_MAY_ALIAS iris_mem_i8;
typedef int16_t IRIS_MAY_ALIAS iris_mem_i16;
typedef int32_t IRIS_MAY_ALIAS iris_mem_i32;
typedef int64_t IRIS_MAY_ALIAS iris_mem_i64;
typedef uint8_t IRIS_MAY_ALIAS iris_mem_u8;
typedef uint16_t IRIS_MAY_ALIAS iris_mem_u16;
typedef uint32_t IRIS_MAY_ALIAS iris_mem_u32;
typedef uint64_t IRIS_MAY_ALIAS iris_mem_u64;
typedef float IRIS_MAY_ALIAS iris_mem_f32;
typedef double IRIS_MAY_ALIAS iris_mem_f64;

/* C has no negative literals, so the lowest value of a type is an expression. */
#define INT8_MIN (-127 - 1)
#define INT16_MIN (-32767 - 1)
#define INT32_MIN (-2147483647 - 1)
#define INT64_MIN (-9223372036854775807LL - 1)

#define IRIS_INF_F32 __builtin_inff()
#define IRIS_INF_F64 __builtin_inf()
#define IRIS_NAN_F32 __builtin_nanf("")
#define IRIS_NAN_F64 __builtin_nan("")

/* M(type, its unsigned twin, the unsigned type C computes it in, name, bits) */
#define IRIS_EACH_SIGNED(M)               \
  M(int8_t, uint8_t, uint32_t, i8, 8)     \
  M(int16_t, uint16_t, uint32_t, i16, 16) \
  M(int32_t, uint32_t, uint32_t, i32, 32) \
  M(int64_t, uint64_t, uint64_t, i64, 64)
#define IRIS_EACH_UNSIGNED(M)              \
  M(uint8_t, uint8_t, uint32_t, u8, 8)     \
  M(uint16_t, uint16_t, uint32_t, u16, 16) \
  M(uint32_t, uint32_t, uint32_t, u32, 32) \
  M(uint64_t, uint64_t, uint64_t, u64, 64)
/* M(type, the integer of its bits, name, the library's suffix) */
#define IRIS_EACH_FLOAT(M)   \
  M(float, int32_t, f32, f)  \
  M(double, int64_t, f64, )

#endif /* IRIS_BASE_H */
