/* iris_vm_atan.h - atan, atan2, asin, acos.
 *
 * atan(q) is atan(c) + atan((q - c) / (1 + q c)) with c in the middle of the quarter of an octave in which q lies: its
 * bits begin as those of q do, and atan(c) comes from a table, so that one division and a short polynomial are left.
 * Below 1/32, c is zero; from 32 on it is infinite.  For atan2, q is the quotient of the smaller and the larger size,
 * and the quarter is that of an estimate, the difference of their bits, which is at most an eighth too large.
 * asin beyond 1/2 is that of the half angle, and with the root goes what it lacks; an error of an eighth does no harm
 * there, so the reciprocal in it is another difference of bits.  Multiples of pi/2 stand in two parts.
 *
 * Choices are masks: a `?:` is a branch to gcc until late, and it copies what follows for a side that is constant.
 * Requires iris_vm_base.h.
 */
#ifndef IRIS_VM_ATAN_H
#define IRIS_VM_ATAN_H

/* table iris_vm_atan_rows */
/* atan(c); the upper nine bits: what it lacks */
static const double iris_vm_atan_rows[42] = {
    -0x0p+0, -0x1.1fe1a5c2ec497p-973, -0x1.5fc89a5fa3b2dp-981, -0x1.9fa49986984dfp-981,
    0x1.df73a9f9f1882p+1019, 0x1.1f86dbf082d59p+996, -0x1.5f2324fd2d7b2p-924, -0x1.9e94153cfdcf1p-916,
    -0x1.ddd21701eba6ep-916, 0x1.1e1fafb043727p+973, 0x1.5c9811e3ec26ap+965, -0x1.9a6a8e96c8626p-963,
    -0x1.d77d5df205736p-795, -0x1.18bf5a30bf178p-866, 0x1.530ad9951cd4ap+886, -0x1.8b24d394a1b25p-578,
    0x1.c0db4c94ec9fp+566, 0x1.0657e94db30dp+559, -0x1.345f01cce37bbp-473, -0x1.5d58987169b18p-889,
    0x1.819d0b7158a4dp+583, 0x1.b034f38649c88p+135, -0x1.e24dd44c855d1p-9, -0x1.04e67277a01d7p-832,
    0x1.14b1dd5f90ce1p+744, 0x1.270ef55a53a25p-656, 0x1.38d6a6ce13353p+480, -0x1.45b54837351ap-600,
    -0x1.4f68dea672617p+600, -0x1.5a25052114e6p-616, 0x1.6414d44094c7cp-784, 0x1.6b0bae830c07p-496,
    0x1.7030cf9403197p+576, -0x1.75cbad2a40bd5p+136, -0x1.7aea38c1acbd1p+552, 0x1.7e7862aa0157cp-344,
    -0x1.811518cde39a6p-848, -0x1.83ea8edb40f72p+696, -0x1.867ed918ab138p-560, -0x1.884855a158b25p+344,
    -0x1.8997fbb8b19cp+480, -0x1.921fb54442d18p+112,
};
/* end */
/* table iris_vm_atan2_heads */
/* atan(c), pi/2 - atan(c), pi - atan(c), pi/2 + atan(c) */
static const double iris_vm_atan2_heads[128] = {
    0x0p+0, 0x0p+0, 0x0p+0, 0x0p+0,
    0x0p+0, 0x0p+0, 0x0p+0, 0x0p+0,
    0x1.1fe1a5c2ec497p-5, 0x1.5fc89a5fa3b2dp-5, 0x1.9fa49986984dfp-5, 0x1.df73a9f9f1882p-5,
    0x1.1f86dbf082d59p-4, 0x1.5f2324fd2d7b2p-4, 0x1.9e94153cfdcf1p-4, 0x1.ddd21701eba6ep-4,
    0x1.1e1fafb043727p-3, 0x1.5c9811e3ec26ap-3, 0x1.9a6a8e96c8626p-3, 0x1.d77d5df205736p-3,
    0x1.18bf5a30bf178p-2, 0x1.530ad9951cd4ap-2, 0x1.8b24d394a1b25p-2, 0x1.c0db4c94ec9fp-2,
    0x1.0657e94db30dp-1, 0x1.345f01cce37bbp-1, 0x1.5d58987169b18p-1, 0x1.819d0b7158a4dp-1,
    0x0p+0, 0x0p+0, 0x0p+0, 0x0p+0,
    0x1.921fb54442d18p+0, 0x1.921fb54442d18p+0, 0x1.921fb54442d18p+0, 0x1.921fb54442d18p+0,
    0x1.921fb54442d18p+0, 0x1.921fb54442d18p+0, 0x1.921fb54442d18p+0, 0x1.921fb54442d18p+0,
    0x1.8920a8162b6f4p+0, 0x1.8721707145b3fp+0, 0x1.852290780e0f1p+0, 0x1.832417f473454p+0,
    0x1.802747853aa43p+0, 0x1.7c2d82f46ff9dp+0, 0x1.783673f072f49p+0, 0x1.744293d424171p+0,
    0x1.6e5bbf4e3a633p+0, 0x1.668cb307c54cbp+0, 0x1.5ed2637169c54p+0, 0x1.5730098602231p+0,
    0x1.4befdeb8130bap+0, 0x1.3d5cfedefb9c6p+0, 0x1.2f56805f1a64fp+0, 0x1.21e8e21f07a9cp+0,
    0x1.0ef3c09d694bp+0, 0x1.efe068bba2275p-1, 0x1.c6e6d2171bf18p-1, 0x1.a2a25f172cfe4p-1,
    0x1.921fb54442d18p+0, 0x1.921fb54442d18p+0, 0x1.921fb54442d18p+0, 0x1.921fb54442d18p+0,
    0x1.921fb54442d18p+1, 0x1.921fb54442d18p+1, 0x1.921fb54442d18p+1, 0x1.921fb54442d18p+1,
    0x1.921fb54442d18p+1, 0x1.921fb54442d18p+1, 0x1.921fb54442d18p+1, 0x1.921fb54442d18p+1,
    0x1.8da02ead37206p+1, 0x1.8ca092dac442cp+1, 0x1.8ba122de28705p+1, 0x1.8aa1e69c5b0b6p+1,
    0x1.89237e64bebadp+1, 0x1.87269c1c5965bp+1, 0x1.852b149a5ae31p+1, 0x1.8331248c33745p+1,
    0x1.803dba493e9a6p+1, 0x1.7c563426040f2p+1, 0x1.78790c5ad64b6p+1, 0x1.74a7df65227a5p+1,
    0x1.6f07c9fe2aee9p+1, 0x1.67be5a119f36fp+1, 0x1.60bb1ad1ae9b4p+1, 0x1.5a044bb1a53dap+1,
    0x1.5089baf0d60e4p+1, 0x1.4507f4d109f29p+1, 0x1.3ac98f27e8652p+1, 0x1.31b87267eca85p+1,
    0x1.921fb54442d18p+1, 0x1.921fb54442d18p+1, 0x1.921fb54442d18p+1, 0x1.921fb54442d18p+1,
    0x1.921fb54442d18p+0, 0x1.921fb54442d18p+0, 0x1.921fb54442d18p+0, 0x1.921fb54442d18p+0,
    0x1.921fb54442d18p+0, 0x1.921fb54442d18p+0, 0x1.921fb54442d18p+0, 0x1.921fb54442d18p+0,
    0x1.9b1ec2725a33dp+0, 0x1.9d1dfa173fef2p+0, 0x1.9f1cda107793fp+0, 0x1.a11b5294125dcp+0,
    0x1.a41823034afeep+0, 0x1.a811e79415a93p+0, 0x1.ac08f69812ae7p+0, 0x1.affcd6b4618bfp+0,
    0x1.b5e3ab3a4b3fdp+0, 0x1.bdb2b780c0566p+0, 0x1.c56d07171bdddp+0, 0x1.cd0f6102837ffp+0,
    0x1.d84f8bd072976p+0, 0x1.e6e26ba98a06bp+0, 0x1.f4e8ea296b3e2p+0, 0x1.012b4434befcap+1,
    0x1.0aa5d4f58e2cp+1, 0x1.16279b155a47bp+1, 0x1.206600be7bd52p+1, 0x1.29771d7e7791fp+1,
    0x1.921fb54442d18p+0, 0x1.921fb54442d18p+0, 0x1.921fb54442d18p+0, 0x1.921fb54442d18p+0,
};
/* end */
/* table iris_vm_atan2_tails */
/* and what they lack */
static const double iris_vm_atan2_tails[128] = {
    0x0p+0, 0x0p+0, 0x0p+0, 0x0p+0,
    0x0p+0, 0x0p+0, 0x0p+0, 0x0p+0,
    0x1.886091e8fc4cbp-59, 0x1.2bb73bf4e7f99p-59, 0x1.322907af0abc2p-59, -0x1.251b5c410bcb4p-62,
    -0x1.095dc7732ef81p-59, 0x1.8a8da4401318ep-58, 0x1.a332e1d69c47ep-58, 0x1.94effcd76fe58p-58,
    -0x1.b485914dacf8cp-59, -0x1.054ab2c010f3dp-58, 0x1.cf601e7b4348ep-59, 0x1.c648d1534597ep-57,
    0x1.30ca4748b1bf9p-57, -0x1.2566480884082p-57, 0x1.b6d0ba3748fa8p-56, -0x1.cc1ce70934c34p-56,
    -0x1.d5b495f6349e6p-56, 0x1.1021137c71102p-55, 0x1.0028e4bc5e7cap-57, -0x1.bf76229d3b917p-56,
    0x0p+0, 0x0p+0, 0x0p+0, 0x0p+0,
    0x1.1a62633145c07p-54, 0x1.1a62633145c07p-54, 0x1.1a62633145c07p-54, 0x1.1a62633145c07p-54,
    0x1.1a62633145c07p-54, 0x1.1a62633145c07p-54, 0x1.1a62633145c07p-54, 0x1.1a62633145c07p-54,
    -0x1.d1e0a15e0221fp-54, -0x1.1df6ad5cc2fecp-55, 0x1.30d11af3cd6a9p-54, 0x1.b70efd1b0d987p-55,
    -0x1.1d52ae9320c7dp-54, 0x1.037311da891dcp-55, 0x1.805e6a27b7f7ep-55, 0x1.81136363cec21p-54,
    0x1.a8068fbbb3283p-54, 0x1.55b872ea367d6p-57, -0x1.f4189dc29459ep-54, 0x1.e1994906dd0d7p-54,
    0x1.e89234905f11p-55, -0x1.81e1a79b537d2p-55, -0x1.4d472d7231f8dp-56, 0x1.8d699cf392f14p-54,
    0x1.8fcf88aed2e8p-54, 0x1.24a3b2e61a70bp-55, 0x1.f4ba8d3373e1bp-55, -0x1.d700509dad6cep-56,
    0x1.1a62633145c07p-54, 0x1.1a62633145c07p-54, 0x1.1a62633145c07p-54, 0x1.1a62633145c07p-54,
    0x1.1a62633145c07p-53, 0x1.1a62633145c07p-53, 0x1.1a62633145c07p-53, 0x1.1a62633145c07p-53,
    0x1.1a62633145c07p-53, 0x1.1a62633145c07p-53, 0x1.1a62633145c07p-53, 0x1.1a62633145c07p-53,
    -0x1.6efc7c5978c31p-55, -0x1.ba4c79be8ddf8p-53, -0x1.b4cc81daecd5p-54, 0x1.f5e9e1becc8cap-54,
    0x1.fe87da4f127c5p-53, -0x1.31f209f0bad86p-53, -0x1.12b733dd6f21dp-53, -0x1.648a396aeb7d8p-54,
    -0x1.3d970d1307176p-54, -0x1.5d734738b9b7fp-53, -0x1.b36c75229d32dp-55, -0x1.040453c7dd322p-54,
    0x1.0755bebcbaa47p-53, 0x1.65c63d8e70078p-56, -0x1.9c77b415a35eep-53, 0x1.53e600126c58dp-53,
    0x1.5518f5f00c544p-53, 0x1.d65a1e52297c6p-53, 0x1.0a5fd4e57fd8ap-53, 0x1.49449e13b4ca7p-55,
    0x1.1a62633145c07p-53, 0x1.1a62633145c07p-53, 0x1.1a62633145c07p-53, 0x1.1a62633145c07p-53,
    0x1.1a62633145c07p-54, 0x1.1a62633145c07p-54, 0x1.1a62633145c07p-54, 0x1.1a62633145c07p-54,
    0x1.1a62633145c07p-54, 0x1.1a62633145c07p-54, 0x1.1a62633145c07p-54, 0x1.1a62633145c07p-54,
    0x1.a959f02368b4fp-60, -0x1.3c3fe2ef12ffcp-54, 0x1.03f3ab6ebe165p-54, 0x1.593d47d504b4ap-54,
    -0x1.5bd11614a76eap-55, 0x1.b30b3d7546f2p-54, 0x1.7495914eaf84fp-54, 0x1.6762c5fd797d9p-55,
    0x1.197c6d4db0b15p-55, -0x1.f5f247fabb4edp-54, 0x1.46eb2128fed5ap-57, 0x1.4cadf56eb9cdap-56,
    0x1.407bac1a5bf86p-54, -0x1.0a4a65cfcac09p-54, -0x1.77e96e40e800fp-54, 0x1.4eb652ddf11f4p-55,
    0x1.49ea7b677131bp-55, -0x1.76344c4206ddfp-56, 0x1.3a677fc8d19p-54, 0x1.55426d44fb6e1p-53,
    0x1.1a62633145c07p-54, 0x1.1a62633145c07p-54, 0x1.1a62633145c07p-54, 0x1.1a62633145c07p-54,
};
/* end */
/* polynomial iris_vm_atan_near */
/* (atan(t) - t) / t^3, x = t^2, on |t| <= 0.0725 */
IRIS_VM double iris_vm_atan_near(double x) {
  const double z = x * x;
  double even = -0x1.6f82f9a7e2824p-4;
  even = __builtin_fma(even, z, -0x1.249246bc8b353p-3);
  even = __builtin_fma(even, z, -0x1.55555555554cap-2);
  double odd = 0x1.c715484091bf3p-4;
  odd = __builtin_fma(odd, z, 0x1.99999998e460bp-3);
  return __builtin_fma(odd, x, even);
}
/* end */
/* polynomial iris_vm_asin_tail */
/* (asin(s) - s) / s^3, x = s^2, on |s| <= 1/2 */
IRIS_VM double iris_vm_asin_tail(double x) {
  const double z = x * x;
  double even = 0x1.d72b2bc8155f8p-6;
  even = __builtin_fma(even, z, 0x1.1d189408314eep-6);
  even = __builtin_fma(even, z, 0x1.52420b04b37bep-7);
  even = __builtin_fma(even, z, 0x1.c9cf07674736ap-7);
  even = __builtin_fma(even, z, 0x1.6e8bb1c8209a2p-6);
  even = __builtin_fma(even, z, 0x1.6db6db6e31f13p-5);
  even = __builtin_fma(even, z, 0x1.5555555555556p-3);
  double odd = -0x1.e6aaa8a0a04ccp-7;
  odd = __builtin_fma(odd, z, 0x1.65a9c4dfcf8b2p-8);
  odd = __builtin_fma(odd, z, 0x1.782651caa6547p-7);
  odd = __builtin_fma(odd, z, 0x1.1c4d35cf95421p-6);
  odd = __builtin_fma(odd, z, 0x1.f1c71c1db0623p-6);
  odd = __builtin_fma(odd, z, 0x1.3333333332ecap-4);
  return __builtin_fma(odd, x, even);
}
/* end */

#define IRIS_VM_TOP_F64 0x8000000000000000ULL
#define IRIS_VM_INVERSE_F64 0x7fde623822fc16e6ULL /* less the bits of x: those of 1 / x, within an eighth */

IRIS_VM double iris_vm_only_f64(uint64_t mask, double x) { return iris_vm_from_f64(iris_vm_bits_f64(x) & mask); }
IRIS_VM double iris_vm_signed_f64(uint64_t sign, double x) { return iris_vm_from_f64(iris_vm_bits_f64(x) ^ sign); }

/* Row 0 of the table is zero, row 41 is pi/2, and nan takes row 0.  One load of a table by lanes costs as much as ten
 * operations, so a number of it holds its own tail. */
IRIS_VM double iris_atan_f64(double x) {
  const double y = __builtin_fabs(x);
  const bool near = !(y >= 0x1p-5), large = y >= 32.0;
  const uint64_t bits = iris_vm_bits_f64(iris_vm_choose_f64(near, 0x1.cp-6, iris_vm_choose_f64(large, 32.0, y)));
  const uint64_t i = (bits >> 50) - (1017 * 4 + 3);
  const double middle = iris_vm_from_f64((bits & 0xfffc000000000000ULL) | 0x0002000000000000ULL);
  const double c = iris_vm_choose_f64(near, 0.0, middle);
  const double over = iris_vm_choose_f64(large, -1.0, y - c);
  const double under = iris_vm_choose_f64(large, y, __builtin_fma(c, y, 1.0));
  const double t = over / under;
  const double z = t * t;
  const uint64_t row = iris_vm_bits_f64(iris_vm_atan_rows[i]);
  const double whole = iris_vm_from_f64((row & 0x007fffffffffffffULL) | 0x3f80000000000000ULL);
  const double head = iris_vm_choose_f64(near, 0.0, whole);
  const double lacks = iris_vm_from_f64(row >> 55 | 0x4330000000000000ULL) - (0x1p52 + 256);
  const double tail = __builtin_fma(t * z, iris_vm_atan_near(z), lacks * 0x1p-61);
  return __builtin_copysign(head + (t + tail), x);
}

/* A lift keeps the larger from overflow, and the smaller from underflow unless the quotient is zero; two zeros are zero
 * over something.  The tables have four parts: the angle of the quotient, pi/2 less it, pi less it, pi/2 and it. */
IRIS_VM double iris_atan2_f64(double y, double x) {
  const double ax = __builtin_fabs(x), ay = __builtin_fabs(y);
  const uint64_t swap = -(uint64_t)(ay > ax), negative = iris_vm_bits_f64(x) & IRIS_VM_TOP_F64;
  const double most = iris_vm_pick_f64(swap, ay, ax), least = iris_vm_pick_f64(swap, ax, ay);
  const double lift = iris_vm_pick_f64(-(uint64_t)(most < 0x1p300), 0x1p500, 0x1p-4);
  const uint64_t endless = -(uint64_t)(most == IRIS_INF_F64), both = -(uint64_t)(least == IRIS_INF_F64);
  const double over = iris_vm_pick_f64(endless, iris_vm_only_f64(both, 1.0), least * lift);
  const double under = iris_vm_pick_f64(endless, 1.0, __builtin_fma(most, lift, 0x1p-1000));
  const uint64_t guess = iris_vm_bits_f64(over) - iris_vm_bits_f64(under) + 0x3feee00000000000ULL;
  const uint64_t far = -(uint64_t)(iris_vm_from_f64(guess) >= 0x1p-5);
  const double c = iris_vm_from_f64(((guess & 0xfffc000000000000ULL) | 0x0002000000000000ULL) & far);
  const uint64_t i = (guess >> 50 & 31 & far) | (swap & 32) | negative >> 57;
  const double a = __builtin_fma(-c, under, over), b = __builtin_fma(c, over, under);
  const double t = a / b;
  const double lost = __builtin_fma(-t, b, a) * iris_vm_from_f64(IRIS_VM_INVERSE_F64 - iris_vm_bits_f64(b));
  const double z = t * t;
  const double part = t + __builtin_fma(t * z, iris_vm_atan_near(z), lost);
  const double turned = iris_vm_signed_f64(negative ^ (swap & IRIS_VM_TOP_F64), part);
  const double angle = iris_vm_atan2_heads[i] + (turned + iris_vm_atan2_tails[i]);
  const uint64_t kept = IRIS_VM_TOP_F64 | -(uint64_t)(y != y);
  return iris_vm_from_f64(iris_vm_bits_f64(angle) | (iris_vm_bits_f64(y) & kept));
}

/* asin(s) up to 1/2, pi/2 - 2 asin(s) with s = sqrt((1 - |x|) / 2) beyond. */
IRIS_VM double iris_asin_f64(double x) {
  const double y = __builtin_fabs(x), square = __builtin_fma(y, -0.5, 0.5);
  const uint64_t large = -(uint64_t)(y > 0.5);
  const double z = iris_vm_pick_f64(large, square, y * y);
  const double root = __builtin_sqrt(square);
  const double inverse = iris_vm_from_f64((IRIS_VM_INVERSE_F64 | IRIS_VM_TOP_F64) - iris_vm_bits_f64(root));
  const double lost = iris_vm_only_f64(large, __builtin_fma(-root, root, square) * inverse);
  const double part = iris_vm_pick_f64(large, -2.0 * root, y);
  const double whole = iris_vm_only_f64(large, 0x1.921fb54442d18p0);
  const double sum = whole + part;
  const double rest = lost + iris_vm_only_f64(large, 0x1.1a62633145c07p-54);
  const double tail = __builtin_fma(part * z, iris_vm_asin_tail(z), rest);
  return __builtin_copysign(sum + (iris_vm_fast_error(whole, part, sum) + tail), x);
}
/* k pi/2 and a part: 2 asin(s), pi - 2 asin(s), or pi/2 - asin(x). */
IRIS_VM double iris_acos_f64(double x) {
  const double y = __builtin_fabs(x), square = __builtin_fma(y, -0.5, 0.5);
  const uint64_t large = -(uint64_t)(y > 0.5), negative = iris_vm_bits_f64(x) & IRIS_VM_TOP_F64;
  const double z = iris_vm_pick_f64(large, square, y * y);
  const double root = __builtin_sqrt(square);
  const double inverse = iris_vm_from_f64((IRIS_VM_INVERSE_F64 - iris_vm_bits_f64(root)) ^ negative);
  const double lost = iris_vm_only_f64(large, __builtin_fma(-root, root, square) * inverse);
  const double part = iris_vm_pick_f64(large, iris_vm_signed_f64(negative, 2.0 * root), -x);
  const double k = iris_vm_pick_f64(large, iris_vm_from_f64(negative >> 1), 1.0);
  const double whole = k * 0x1.921fb54442d18p0;
  const double sum = whole + part;
  const double rest = __builtin_fma(k, 0x1.1a62633145c07p-54, lost);
  const double tail = __builtin_fma(part * z, iris_vm_asin_tail(z), rest);
  return sum + (iris_vm_fast_error(whole, part, sum) + tail);
}

#endif /* IRIS_VM_ATAN_H */
