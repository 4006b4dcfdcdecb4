/* iris_arrays.h - what kernels of arrays need: the exception of an index, and local arrays whose extents are known at
 * run time, or that are too large for a stack.  Requires iris_base.h. */
#ifndef IRIS_ARRAYS_H
#define IRIS_ARRAYS_H

extern void *PyExc_IndexError;

/* Zeros, to be given back by iris_give_back.  An extent below zero becomes zero.  Where there is not so much memory the
 * answer is 0 and the array has no places: every access is outside. */
IRIS_FN void *iris_zeros(int64_t *extents, int ndim, uint64_t size) {
  bool fits = true;
  for (int axis = 0; axis < ndim; ++axis) {
    if (extents[axis] < 0) extents[axis] = 0;
    fits &= !__builtin_mul_overflow(size, (uint64_t)extents[axis], &size);
  }
  void *const found = fits ? __builtin_calloc(size ? size : 1, 1) : 0;
  if (!found) extents[0] = 0;
  return found;
}

IRIS_FN void iris_give_back(void *array) { __builtin_free(array); }

#endif /* IRIS_ARRAYS_H */
