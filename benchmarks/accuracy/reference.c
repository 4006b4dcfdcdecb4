/* reference.c - 113-bit references, the C library's loops, and the count of units in the last place.
 *
 * References are pairs: the nearest double hi, and what is missing in units of hi's last place.  For float they are doubles from the C library, whose error (below one unit
 * of a double) is 2^-29 of a float's.
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
  if (isnan(got) != isnan(rounded) || (!same && (isinf(hi) || hi == 0))) {
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
  for (long k = 0; k < n; ++k) count(s, k, got[k], hi[k], lo[k], hi[k], hi[k] == 0 ? 1 : unit(hi[k], lo[k], 53, -1074));
}

/* For floats the same without a branch, since there are four thousand million of them. */
static double error_f32(float got, double wide, int *wrong) {
  const float rounded = (float)wide;
  uint32_t bits;
  memcpy(&bits, &rounded, sizeof bits);
  const uint32_t field = bits >> 23 & 255;
  const uint64_t place = (uint64_t)((field ? field : 1) + (1023 - 150)) << 52;
  const uint64_t edge = (uint64_t)(field + (1023 - 127)) << 52;
  double ulp, power;
  memcpy(&ulp, &place, sizeof ulp);
  memcpy(&power, &edge, sizeof power);
  ulp = field > 1 && fabs(wide) < power ? 0.5 * ulp : ulp; /* rounded up to a power of two */
  const int plain = fabs(wide) < 0x1.ffffffp127 && fabsf(got) < INFINITY;
  const int same = got == rounded || (got != got && rounded != rounded);
  /* A result that overflows where the value itself is just below the bound is one unit away. */
  const int edged = fabs(wide) >= 0x1.fffffep127 && fabs(wide) < 0x1p128 && fabsf(got) >= 0x1.fffffep127f;
  *wrong = !plain && !same && !edged;
  const double error = fabs(got - wide) / ulp;
  return plain ? error : 0.0;
}

/* Where it is is looked up only if it is worse than `known`. */
void score_f32(long n, const float *got, const double *wide, double known, struct score *s) {
  memset(s, 0, sizeof *s);
  double most = 0, sum = 0;
  long wrongs = 0;
  for (long k = 0; k < n; ++k) {
    int wrong;
    const double error = error_f32(got[k], wide[k], &wrong);
    most = error > most ? error : most;
    sum += error;
    wrongs += wrong;
  }
  s->most = most;
  s->sum = sum;
  s->counted = n;
  s->wrong = (double)wrongs;
  if (most <= known && !wrongs) return;
  for (long k = n - 1; k >= 0; --k) {
    int wrong;
    if (error_f32(got[k], wide[k], &wrong) == most) s->where = k;
    if (wrong) s->wrong_at = k;
  }
}

void bits_f32(long n, uint32_t first, float *x) {
  for (long k = 0; k < n; ++k) {
    const uint32_t bits = first + (uint32_t)k;
    memcpy(x + k, &bits, sizeof bits);
  }
}
