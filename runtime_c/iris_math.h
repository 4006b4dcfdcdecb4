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

double floor(double);
float floorf(float);
double ceil(double);
float ceilf(float);
double trunc(double);
float truncf(float);
double rint(double);
float rintf(float);
double sqrt(double);
float sqrtf(float);
double fma(double, double, double);
float fmaf(float, float, float);
double copysign(double, double);
float copysignf(float, float);

double iris_libm_cbrt(double) IRIS_LIBRARY(cbrt);
float iris_libm_cbrtf(float) IRIS_LIBRARY(cbrtf);
double iris_libm_exp(double) IRIS_LIBRARY(exp);
float iris_libm_expf(float) IRIS_LIBRARY(expf);
double iris_libm_exp2(double) IRIS_LIBRARY(exp2);
float iris_libm_exp2f(float) IRIS_LIBRARY(exp2f);
double iris_libm_expm1(double) IRIS_LIBRARY(expm1);
float iris_libm_expm1f(float) IRIS_LIBRARY(expm1f);
double iris_libm_log(double) IRIS_LIBRARY(log);
float iris_libm_logf(float) IRIS_LIBRARY(logf);
double iris_libm_log2(double) IRIS_LIBRARY(log2);
float iris_libm_log2f(float) IRIS_LIBRARY(log2f);
double iris_libm_log10(double) IRIS_LIBRARY(log10);
float iris_libm_log10f(float) IRIS_LIBRARY(log10f);
double iris_libm_log1p(double) IRIS_LIBRARY(log1p);
float iris_libm_log1pf(float) IRIS_LIBRARY(log1pf);
double iris_libm_sin(double) IRIS_LIBRARY(sin);
float iris_libm_sinf(float) IRIS_LIBRARY(sinf);
double iris_libm_cos(double) IRIS_LIBRARY(cos);
float iris_libm_cosf(float) IRIS_LIBRARY(cosf);
double iris_libm_tan(double) IRIS_LIBRARY(tan);
float iris_libm_tanf(float) IRIS_LIBRARY(tanf);
double iris_libm_asin(double) IRIS_LIBRARY(asin);
float iris_libm_asinf(float) IRIS_LIBRARY(asinf);
double iris_libm_acos(double) IRIS_LIBRARY(acos);
float iris_libm_acosf(float) IRIS_LIBRARY(acosf);
double iris_libm_atan(double) IRIS_LIBRARY(atan);
float iris_libm_atanf(float) IRIS_LIBRARY(atanf);
double iris_libm_sinh(double) IRIS_LIBRARY(sinh);
float iris_libm_sinhf(float) IRIS_LIBRARY(sinhf);
double iris_libm_cosh(double) IRIS_LIBRARY(cosh);
float iris_libm_coshf(float) IRIS_LIBRARY(coshf);
double iris_libm_tanh(double) IRIS_LIBRARY(tanh);
float iris_libm_tanhf(float) IRIS_LIBRARY(tanhf);
double iris_libm_asinh(double) IRIS_LIBRARY(asinh);
float iris_libm_asinhf(float) IRIS_LIBRARY(asinhf);
double iris_libm_acosh(double) IRIS_LIBRARY(acosh);
float iris_libm_acoshf(float) IRIS_LIBRARY(acoshf);
double iris_libm_atanh(double) IRIS_LIBRARY(atanh);
float iris_libm_atanhf(float) IRIS_LIBRARY(atanhf);
double iris_libm_erf(double) IRIS_LIBRARY(erf);
float iris_libm_erff(float) IRIS_LIBRARY(erff);
double iris_libm_erfc(double) IRIS_LIBRARY(erfc);
float iris_libm_erfcf(float) IRIS_LIBRARY(erfcf);
double iris_libm_tgamma(double) IRIS_LIBRARY(tgamma);
float iris_libm_tgammaf(float) IRIS_LIBRARY(tgammaf);
double iris_libm_lgamma(double) IRIS_LIBRARY(lgamma);
float iris_libm_lgammaf(float) IRIS_LIBRARY(lgammaf);
double iris_libm_pow(double, double) IRIS_LIBRARY(pow);
float iris_libm_powf(float, float) IRIS_LIBRARY(powf);
double iris_libm_nextafter(double, double) IRIS_LIBRARY(nextafter);
float iris_libm_nextafterf(float, float) IRIS_LIBRARY(nextafterf);
double iris_libm_hypot(double, double) IRIS_LIBRARY(hypot);
float iris_libm_hypotf(float, float) IRIS_LIBRARY(hypotf);
double iris_libm_atan2(double, double) IRIS_LIBRARY(atan2);
float iris_libm_atan2f(float, float) IRIS_LIBRARY(atan2f);

#define cbrt iris_libm_cbrt
#define cbrtf iris_libm_cbrtf
#define exp iris_libm_exp
#define expf iris_libm_expf
#define exp2 iris_libm_exp2
#define exp2f iris_libm_exp2f
#define expm1 iris_libm_expm1
#define expm1f iris_libm_expm1f
#define log iris_libm_log
#define logf iris_libm_logf
#define log2 iris_libm_log2
#define log2f iris_libm_log2f
#define log10 iris_libm_log10
#define log10f iris_libm_log10f
#define log1p iris_libm_log1p
#define log1pf iris_libm_log1pf
#define sin iris_libm_sin
#define sinf iris_libm_sinf
#define cos iris_libm_cos
#define cosf iris_libm_cosf
#define tan iris_libm_tan
#define tanf iris_libm_tanf
#define asin iris_libm_asin
#define asinf iris_libm_asinf
#define acos iris_libm_acos
#define acosf iris_libm_acosf
#define atan iris_libm_atan
#define atanf iris_libm_atanf
#define sinh iris_libm_sinh
#define sinhf iris_libm_sinhf
#define cosh iris_libm_cosh
#define coshf iris_libm_coshf
#define tanh iris_libm_tanh
#define tanhf iris_libm_tanhf
#define asinh iris_libm_asinh
#define asinhf iris_libm_asinhf
#define acosh iris_libm_acosh
#define acoshf iris_libm_acoshf
#define atanh iris_libm_atanh
#define atanhf iris_libm_atanhf
#define erf iris_libm_erf
#define erff iris_libm_erff
#define erfc iris_libm_erfc
#define erfcf iris_libm_erfcf
#define tgamma iris_libm_tgamma
#define tgammaf iris_libm_tgammaf
#define lgamma iris_libm_lgamma
#define lgammaf iris_libm_lgammaf
#define pow iris_libm_pow
#define powf iris_libm_powf
#define nextafter iris_libm_nextafter
#define nextafterf iris_libm_nextafterf
#define hypot iris_libm_hypot
#define hypotf iris_libm_hypotf
#define atan2 iris_libm_atan2
#define atan2f iris_libm_atan2f

#endif /* IRIS_MATH_H */
