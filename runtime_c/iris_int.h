/* iris_int.h - integer semantics that Python and NumPy have and C has not.
 *
 * Every function is total: no argument traps.  Requires iris_base.h.
 */
#ifndef IRIS_INT_H
#define IRIS_INT_H

/* base ** exponent, wrapping.  A negative exponent is a fault the caller checked before; here it gives 0. */
#define IRIS_DEFINE_POWER(T, U, W, name, negative)   \
  IRIS_FN T iris_ipow_##name(T base, T exponent) {   \
    if (negative) return 0;                          \
    W power = 1;                                     \
    W factor = (W)base;                              \
    for (U left = (U)exponent; left; left >>= 1) {   \
      if (left & 1) power *= factor;                 \
      factor *= factor;                              \
    }                                                \
    return (T)power;                                 \
  }
#define IRIS_DEFINE_POWER_SIGNED(T, U, W, name, bits) IRIS_DEFINE_POWER(T, U, W, name, exponent < 0)
#define IRIS_DEFINE_POWER_UNSIGNED(T, U, W, name, bits) IRIS_DEFINE_POWER(T, U, W, name, 0)
IRIS_EACH_SIGNED(IRIS_DEFINE_POWER_SIGNED)
IRIS_EACH_UNSIGNED(IRIS_DEFINE_POWER_UNSIGNED)
#undef IRIS_DEFINE_POWER
#undef IRIS_DEFINE_POWER_SIGNED
#undef IRIS_DEFINE_POWER_UNSIGNED

/* a << count: a count that is negative or as large as the type shifts every bit out. */
#define IRIS_DEFINE_SHL(T, U, W, name, bits)           \
  IRIS_FN T iris_shl_##name(T a, T count) {            \
    const U n = (U)count;                              \
    const T shifted = (T)((W)a << (n & (bits - 1)));   \
    return n < bits ? shifted : (T)0;                  \
  }
IRIS_EACH_SIGNED(IRIS_DEFINE_SHL)
IRIS_EACH_UNSIGNED(IRIS_DEFINE_SHL)
#undef IRIS_DEFINE_SHL

/* a >> count: the same, and the sign fills. */
#define IRIS_DEFINE_SHR_SIGNED(T, U, W, name, bits)    \
  IRIS_FN T iris_shr_##name(T a, T count) {            \
    const U n = (U)count;                              \
    return (T)(a >> (n < bits ? n : (U)(bits - 1)));   \
  }
#define IRIS_DEFINE_SHR_UNSIGNED(T, U, W, name, bits)  \
  IRIS_FN T iris_shr_##name(T a, T count) {            \
    const T shifted = (T)(a >> (count & (bits - 1)));  \
    return count < bits ? shifted : (T)0;              \
  }
IRIS_EACH_SIGNED(IRIS_DEFINE_SHR_SIGNED)
IRIS_EACH_UNSIGNED(IRIS_DEFINE_SHR_UNSIGNED)
#undef IRIS_DEFINE_SHR_SIGNED
#undef IRIS_DEFINE_SHR_UNSIGNED

/* The ones in the magnitude of a, as int.bit_count counts them. */
#define IRIS_DEFINE_BITCOUNT_SIGNED(T, U, W, name, bits)   \
  IRIS_FN uint8_t iris_bitcount_##name(T a) {              \
    return (uint8_t)__builtin_popcountll(a < 0 ? (U)(0 - (W)a) : (U)a);   \
  }
#define IRIS_DEFINE_BITCOUNT_UNSIGNED(T, U, W, name, bits) \
  IRIS_FN uint8_t iris_bitcount_##name(T a) { return (uint8_t)__builtin_popcountll(a); }
IRIS_EACH_SIGNED(IRIS_DEFINE_BITCOUNT_SIGNED)
IRIS_EACH_UNSIGNED(IRIS_DEFINE_BITCOUNT_UNSIGNED)
#undef IRIS_DEFINE_BITCOUNT_SIGNED
#undef IRIS_DEFINE_BITCOUNT_UNSIGNED

/* The bits of the magnitude of a without leading zeros, as int.bit_length. */
IRIS_FN int64_t iris_bitlength(int64_t a) {
  const uint64_t magnitude = a < 0 ? 0 - (uint64_t)a : (uint64_t)a;
  return magnitude ? 64 - __builtin_clzll(magnitude) : 0;
}

/* The 64 leading bits of a / b, the last one telling whether a remainder is left; a and b have their top bit set. */
IRIS_OUTLINE uint64_t iris_leading_quotient(uint64_t a, uint64_t b) {
  uint64_t quotient = 0;
  uint64_t rest = a;
  uint64_t carry = 0;
  for (int bit = 0; bit < 64; ++bit) {
    const uint64_t fits = carry | (rest >= b);
    quotient = quotient << 1 | fits;
    rest -= fits ? b : 0;
    carry = rest >> 63;
    rest <<= 1;
  }
  return quotient | (rest != 0 || carry != 0);
}

/* a / b as Python divides ints: rounded once, at any size.  a / 0 is an infinity, 0 / 0 is nan.
 *
 * Magnitudes are divided and the sign comes from the integers: gcc may take an integer cut from a float for the float's
 * whole part, whose zero has a sign.
 */
IRIS_FN double iris_pydiv(int64_t a, int64_t b) {
  const uint64_t exact = 1ULL << 53;
  const uint64_t above = a < 0 ? 0 - (uint64_t)a : (uint64_t)a;
  const uint64_t below = b < 0 ? 0 - (uint64_t)b : (uint64_t)b;
  const bool negative = (a < 0) != (b < 0);
  if ((above <= exact && below <= exact) || above == 0 || below == 0) {
    const int64_t over = above > exact ? 1 : (int64_t)above;
    const int64_t under = below > exact ? 1 : (int64_t)below;
    const double small = (double)over / (double)under;
    return negative ? -small : small;
  }
  const int up = __builtin_clzll(above);
  const int down = __builtin_clzll(below);
  double quotient = (double)iris_leading_quotient(above << up, below << down);
  for (int64_t scale = (int64_t)up - down + 63; scale > 0; scale -= 31) {
    quotient /= scale < 31 ? (double)(1LL << scale) : 2147483648.0; /* a power of two: exact */
  }
  return negative ? -quotient : quotient;
}

/* How an int compares with a float, exactly: -1, 0 or 1; 2 if b is nan. */
IRIS_FN int64_t iris_pycmp(int64_t a, double b) {
  if (b != b) return 2;
  if (b >= 9223372036854775808.0) return -1;
  if (b < -9223372036854775808.0) return 1;
  const int64_t whole = (int64_t)b;
  const double fraction = b - (double)whole;
  if (a != whole) return a < whole ? -1 : 1;
  return (fraction < 0.0) - (fraction > 0.0);
}

#endif /* IRIS_INT_H */
