/* iris_math.h - the C library's functions, declared by hand: nothing is included.  Link with -lm.
 *
 * The elementary ones are called under names of our own.  Under theirs the compiler knows them too well: gcc's
 * vectoriser makes sqrt(x) of pow(x, 0.5), which differs for -0.0 and -inf, and folds what the library rounds otherwise.
 * Requires iris_base.h.
 */
#ifndef IRIS_MATH_H
#define IRIS_MATH_H

#if defined(IRIS_READ_BACK)
#define IRIS_LIBRARY(name)
#else
#define IRIS_TEXT(word) #word
#define IRIS_PREFIXED(prefix, name) IRIS_TEXT(prefix) #name
#define IRIS_SYMBOL(prefix, name) IRIS_PREFIXED(prefix, name)
#define IRIS_LIBRARY(name) __asm__(IRIS_SYMBOL(__USER_LABEL_PREFIX__, name)) __attribute__((const))
#endif

/* the functions that operations name */

#endif /* IRIS_MATH_H */
