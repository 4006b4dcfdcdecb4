/* iris_row.h - where the elements of one row lie: do operands overlap, and how to bring a block of them side by side.
 *
 * A row is `count` elements, `step` bytes apart.  Requires iris_base.h.
 */
#ifndef IRIS_ROW_H
#define IRIS_ROW_H

/* Whether a result at `out` may be stored before other elements of `in` are read: the two rows share no byte, or they
 * are the same row of separate elements.  A reduction (step 0) and an accumulation (shifted by one) are neither. */
IRIS_FN bool iris_apart(intptr_t count, const char *out, intptr_t out_step, intptr_t out_size,
                        const char *in, intptr_t in_step, intptr_t in_size) {
  const intptr_t out_reach = out_step * (count - 1);
  const intptr_t in_reach = in_step * (count - 1);
  const char *out_first = out_reach < 0 ? out + out_reach : out;
  const char *out_last = out_reach < 0 ? out : out + out_reach;
  const char *in_first = in_reach < 0 ? in + in_reach : in;
  const char *in_last = in_reach < 0 ? in : in + in_reach;
  if (out_last + out_size <= in_first || in_last + in_size <= out_first) return true;
  if (out != in || out_step != in_step || out_size != in_size) return false;
  return out_step >= out_size || out_step <= -out_size;
}

/* iris_pack gives elements first .. first + count side by side: in place if they lie so, else in `tile`.
 * iris_spread takes them from `tile` to where they belong.  A scalar (step 0) fills its tile once; but in blocks of one
 * element it is read each time, because there a result may lie over it. */
#define IRIS_DEFINE_BLOCKS(T, bits)                                                                       \
  IRIS_OUTLINE const char *iris_pack_##bits(char *tile, const char *row, intptr_t step, intptr_t first,   \
                                            intptr_t count) {                                             \
    const char *from = row + first * step;                                                                \
    T *to = (T *)tile;                                                                                    \
    if (step == bits / 8) return from;                                                                    \
    if (step == 0 && first > 0 && count > 1) return tile;                                                 \
    if (step == 0) {                                                                                      \
      const T value = *(const T *)from;                                                                   \
      for (intptr_t k = 0; k < count; ++k) to[k] = value;                                                 \
      return tile;                                                                                        \
    }                                                                                                     \
    for (intptr_t k = 0; k < count; ++k) to[k] = *(const T *)(from + k * step);                           \
    return tile;                                                                                          \
  }                                                                                                       \
  IRIS_ROUTE void iris_spread_##bits(const char *tile, char *row, intptr_t step, intptr_t first,          \
                                     intptr_t count) {                                                    \
    char *to = row + first * step;                                                                        \
    const T *from = (const T *)tile;                                                                      \
    if (step == bits / 8) return;                                                                         \
    for (intptr_t k = 0; k < count; ++k) *(T *)(to + k * step) = from[k];                                 \
  }
IRIS_DEFINE_BLOCKS(iris_mem_u8, 8)
IRIS_DEFINE_BLOCKS(iris_mem_u16, 16)
IRIS_DEFINE_BLOCKS(iris_mem_u32, 32)
IRIS_DEFINE_BLOCKS(iris_mem_u64, 64)
#undef IRIS_DEFINE_BLOCKS

#endif /* IRIS_ROW_H */
