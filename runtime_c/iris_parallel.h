/* iris_parallel.h - the way from a long row to the threads that share it.
 *
 * The threads are the process's, not a unit's: whoever loads the unit says where they are to be had.
 * Requires iris_base.h.
 */
#ifndef IRIS_PARALLEL_H
#define IRIS_PARALLEL_H

/* Computes elements begin .. end of `whole`; called by several threads at once. */
typedef int32_t (*iris_piece_t)(void *whole, intptr_t begin, intptr_t end);

/* Calls `piece` over 0 .. count, in pieces that begin at multiples of `grain`, on at most `most` threads (0: on as many
 * as there are); the OR of what the calls returned. */
typedef int32_t (*iris_parallel_t)(iris_piece_t piece, void *whole, intptr_t count, intptr_t grain, int32_t most);

/* The address of an iris_parallel_t; 0 where a row stays on its thread. */
extern IRIS_EXPORT int64_t iris_parallel_entry;
int64_t iris_parallel_entry = 0;

IRIS_FN iris_parallel_t iris_parallel(void) {
  return (iris_parallel_t)(intptr_t)__atomic_load_n(&iris_parallel_entry, __ATOMIC_ACQUIRE);
}

/* Along which axis a space is cut: the outermost one with enough pieces for every thread, else the one with the most.
 * The last axis is cut at multiples of `unit`. */
IRIS_FN int iris_axis_to_cut(int ndim, const int64_t *shape, int64_t unit) {
  int best = 0;
  int64_t most = 0;
  for (int axis = 0; axis < ndim; ++axis) {
    const int64_t pieces = axis == ndim - 1 ? shape[axis] / unit : shape[axis];
    if (pieces >= 64) return axis;
    if (pieces > most) {
      best = axis;
      most = pieces;
    }
  }
  return best;
}

#endif /* IRIS_PARALLEL_H */
