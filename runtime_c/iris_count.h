/* iris_count.h - factorial, arrangements and combinations of the whole parts of floats.
 *
 * Exact in 64 bits and then rounded once; what 64 bits do not hold is infinity, what is not defined (a negative number,
 * nan, more taken than there are) is nan.  Every loop ends after some forty rounds: the results grow that fast.
 * Requires iris_base.h.
 */
#ifndef IRIS_COUNT_H
#define IRIS_COUNT_H

#define IRIS_COUNT_LIMIT 18446744073709551616.0 /* 2^64 */

/* n (n - 1) ... (n - r + 1) */
IRIS_FN double iris_arrangements(double n, double r) {
  if (!(n >= 0 && r >= 0)) return IRIS_NAN_F64;
  n = __builtin_trunc(n);
  r = __builtin_trunc(r);
  if (r > n) return IRIS_NAN_F64;
  if (r == 0) return 1;
  if (n >= IRIS_COUNT_LIMIT) return IRIS_INF_F64;
  uint64_t product = 1;
  const uint64_t top = (uint64_t)n;
  for (uint64_t taken = 0; taken < (uint64_t)r; ++taken) {
    if (__builtin_mul_overflow(product, top - taken, &product)) return IRIS_INF_F64;
  }
  return (double)product;
}

IRIS_FN double iris_factorial(double n) { return iris_arrangements(n, n); }

/* n (n - 1) ... (n - r + 1) / r!: every partial result is a whole number, and none is larger than the last. */
IRIS_FN double iris_combinations(double n, double r) {
  if (!(n >= 0 && r >= 0)) return IRIS_NAN_F64;
  n = __builtin_trunc(n);
  r = __builtin_trunc(r);
  if (r > n) return IRIS_NAN_F64;
  const double fewer = r <= n * 0.5 ? r : n - r;
  if (fewer == 0) return 1;
  if (n >= IRIS_COUNT_LIMIT) return IRIS_INF_F64;
  uint64_t count = 1;
  const uint64_t left_out = (uint64_t)n - (uint64_t)fewer;
  for (uint64_t k = 1; k <= (uint64_t)fewer; ++k) {
    uint64_t whole, part; /* count * (left_out + k) / k, by quotient and remainder of count / k */
    if (__builtin_mul_overflow(count / k, left_out + k, &whole)) return IRIS_INF_F64;
    if (__builtin_mul_overflow(count % k, left_out + k, &part)) return IRIS_INF_F64;
    if (__builtin_add_overflow(whole, part / k, &count)) return IRIS_INF_F64;
  }
  return (double)count;
}

#endif /* IRIS_COUNT_H */
