/* reference.c - 113-bit references, the C library's loops, and the count of units in the last place.
 *
 * References are pairs: the nearest double, and what is missing in units of its last place.  For float they are doubles,
 * whose error (below one unit of a double) is 2^-29 of a float's.
 */
#include <math.h>
#include <quadmath.h>
#include <stdint.h>
#include <string.h>

#define EACH_ONE(M)                                                                                                  \
  M(exp) M(exp2) M(expm1) M(log) M(log2) M(log10) M(log1p) M(sin) M(cos) M(tan) M(asin) M(acos) M(atan) M(sinh)        \
  M(cosh) M(tanh) M(asinh) M(acosh) M(atanh) M(cbrt) M(erf) M(erfc)
#define EACH_TWO(M) M(pow) M(atan2) M(hypot)

static int last_place(double x) {
  const int place = x == 0 ? -1074 : ilogb(x) - 52;
  return place < -1074 ? -1074 : place;
}

static void split(__float128 value, double *hi, double *lo) {
  *hi = (double)value;
  *lo = isfinite(*hi) ? (double)scalbnq(value - *hi, -last_place(*hi)) : 0.0;
}

#define ONE(name)                                                                                                       \
  void reference_##name(long n, const double *x, double *hi, double *lo) {                                              \
    for (long k = 0; k < n; ++k) split(name##q(x[k]), hi + k, lo + k);                                                  \
  }                                                                                                                  \
  void glibc_##name##_f64(long n, const double *x, double *out) {                                                       \
    for (long k = 0; k < n; ++k) out[k] = name(x[k]);                                                                   \
  }                                                                                                                  \
  void glibc_##name##_f32(long n, const float *x, float *out) {                                                         \
    for (long k = 0; k < n; ++k) out[k] = name##f(x[k]);                                                                \
  }                                                                                                                  \
  void wide_##name(long n, const float *x, double *out) {                                                               \
    for (long k = 0; k < n; ++k) out[k] = name(x[k]);                                                                   \
  }
EACH_ONE(ONE)

#define TWO(name)                                                                                                       \
  void reference_##name(long n, const double *x, const double *y, double *hi, double *lo) {                             \
    for (long k = 0; k < n; ++k) split(name##q(x[k], y[k]), hi + k, lo + k);                                            \
  }                                                                                                                  \
  void glibc_##name##_f64(long n, const double *x, const double *y, double *out) {                                      \
    for (long k = 0; k < n; ++k) out[k] = name(x[k], y[k]);                                                             \
  }                                                                                                                  \
  void glibc_##name##_f32(long n, const float *x, const float *y, float *out) {                                         \
    for (long k = 0; k < n; ++k) out[k] = name##f(x[k], y[k]);                                                          \
  }                                                                                                                  \
  void wide_##name(long n, const float *x, const float *y, double *out) {                                               \
    for (long k = 0; k < n; ++k) out[k] = name(x[k], y[k]);                                                             \
  }
EACH_TWO(TWO)

struct score {
  double most, sum;
  long where, counted;
  double wrong;
  long wrong_at;
};

/* One unit in the last place of the exact value, as an exponent: of the binade it lies in, not of its rounding. */
static double unit(double hi, double lo, int digits, int lowest) {
  int exponent;
  const double fraction = frexp(hi, &exponent);
  if (fabs(fraction) == 0.5 && lo != 0 && (lo < 0) == (hi > 0)) --exponent;
  return ldexp(1.0, (exponent - digits < lowest ? lowest : exponent - digits));
}

static void count(struct score *s, long k, double got, double hi, double lo, double rounded, double ulp) {
  const int same = got == rounded || (isnan(got) && isnan(rounded));
  if (isnan(got) != isnan(rounded) || (!same && (isinf(hi) || (hi == 0 && lo == 0)))) {
    if (!s->wrong) s->wrong_at = k;
    ++s->wrong;
    return;
  }
  if (isnan(got) || isinf(hi)) return;
  if (isinf(got)) {
    if (got == rounded) return;
    got = copysign(0x1p1023, got);
    if (fabs(hi) < 0x1.fffffffffffffp1023) {
      if (!s->wrong) s->wrong_at = k;
      ++s->wrong;
    }
    return;
  }
  const double error = fabs((got - hi) / ulp - ldexp(lo, last_place(hi) - ilogb(ulp)));
  ++s->counted;
  s->sum += error;
  if (error > s->most) {
    s->most = error;
    s->where = k;
  }
}

void score_f64(long n, const double *got, const double *hi, const double *lo, struct score *s) {
  memset(s, 0, sizeof *s);
  for (long k = 0; k < n; ++k) count(s, k, got[k], hi[k], lo[k], hi[k], hi[k] == 0 ? 0x1p-1074 : unit(hi[k], lo[k], 53, -1074));
}

/* For floats the same without a branch, since there are four thousand million of them: `wrong` is 0 or 1. */
static inline double error_f32(float got, double wide, double *wrong) {
  const double value = got, size = __builtin_fabs(wide), rounded = (float)wide;
  union {
    double number;
    uint64_t bits;
  } ulp = {size < 0x1p-126 ? 0x1p-126 : size};
  ulp.bits &= 0x7ff0000000000000ULL;
  /* A result that overflows where the value itself is just below the bound is one unit away. */
  const double edged = size >= 0x1.fffffep127 && size < 0x1p128 && __builtin_fabs(value) >= 0x1.fffffep127 ? 1.0 : 0.0;
  const double nans = value != value && wide != wide ? 1.0 : 0.0;
  const double same = value == rounded ? 1.0 : edged + nans;
  const double plain = size < 0x1.ffffffp127 && __builtin_fabs(value) < INFINITY ? 1.0 : 0.0;
  *wrong = plain + same > 0 ? 0.0 : 1.0;
  const double error = __builtin_fabs(value - wide) / (ulp.number * 0x1p-23);
  return plain > 0 ? error : 0.0;
}

/* Where it is is looked up only if it is worse than `known`. */
void score_f32(long n, const float *got, const double *wide, double known, struct score *s) {
  enum { BLOCK = 1024 };
  memset(s, 0, sizeof *s);
  for (long first = 0; first < n; first += BLOCK) {
    const long some = n - first < BLOCK ? n - first : BLOCK;
    double errors[BLOCK] = {0}, wrong[BLOCK] = {0}, most[8] = {0}, sum[8] = {0}, wrongs[8] = {0};
    for (long k = 0; k < some; ++k) errors[k] = error_f32(got[first + k], wide[first + k], wrong + k);
    for (long k = 0; k < BLOCK; k += 8) {
      for (int l = 0; l < 8; ++l) most[l] = errors[k + l] > most[l] ? errors[k + l] : most[l];
      for (int l = 0; l < 8; ++l) sum[l] += errors[k + l];
      for (int l = 0; l < 8; ++l) wrongs[l] += wrong[k + l];
    }
    for (int l = 0; l < 8; ++l) {
      s->most = most[l] > s->most ? most[l] : s->most;
      s->sum += sum[l];
      s->wrong += wrongs[l];
    }
  }
  s->counted = n;
  if (s->most <= known && s->wrong == 0) return;
  for (long k = n - 1; k >= 0; --k) {
    double wrong;
    if (error_f32(got[k], wide[k], &wrong) == s->most) s->where = k;
    if (wrong > 0) s->wrong_at = k;
  }
}

void bits_f32(long n, uint32_t first, float *x) {
  for (long k = 0; k < n; ++k) {
    const uint32_t bits = first + (uint32_t)k;
    memcpy(x + k, &bits, sizeof bits);
  }
}

/* `count` floats from the bits `first` on, in blocks that stay in the cache. */
void sweep_f32(uint32_t first, long count, void (*ours)(long, const float *, float *),
               void (*exact)(long, const double *, double *), struct score *s, float *worst) {
  enum { BLOCK = 2048 };
  float x[BLOCK], got[BLOCK];
  double argument[BLOCK], wide[BLOCK];
  memset(s, 0, sizeof *s);
  for (long done = 0; done < count; done += BLOCK) {
    struct score part;
    bits_f32(BLOCK, first + (uint32_t)done, x);
    ours(BLOCK, x, got);
    for (long k = 0; k < BLOCK; ++k) argument[k] = x[k];
    exact(BLOCK, argument, wide);
    score_f32(BLOCK, got, wide, s->most, &part);
    s->counted += part.counted;
    s->sum += part.sum;
    if (part.wrong > 0 && s->wrong == 0) worst[1] = x[part.wrong_at];
    s->wrong += part.wrong;
    if (part.most > s->most) {
      s->most = part.most;
      worst[0] = x[part.where];
    }
  }
}
