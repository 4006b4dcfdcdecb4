/* iris_pieces.h - long work in pieces, with a look for signals between them.  Requires iris_base.h and iris_signal.h. */
#ifndef IRIS_PIECES_H
#define IRIS_PIECES_H

/* Computes elements begin .. end of `whole`; may be called by several threads at once.  0, or the faults of the first
 * element that has one, if the order of elements shows. */
typedef int32_t (*iris_piece_t)(void *whole, intptr_t begin, intptr_t end);

/* `piece` over 0 .. count, in pieces that begin at multiples of `grain` and have at most about `largest` elements, on at
 * most `most` threads (0: on as many as there are), until `look(stop)` is true. */
struct iris_work {
  iris_piece_t piece;
  void *whole;
  intptr_t count, grain, largest;
  int32_t most;
  int32_t (*look)(uint32_t *stop);
  uint32_t *stop;
};
typedef struct iris_work iris_work;

/* Nanoseconds: a piece that takes less may be followed by one of twice the size. */
#define IRIS_PIECE 2000000

/* On this thread: 0, or the faults of the first piece that has one. */
IRIS_ROUTE int32_t iris_alone(const iris_work *work) {
  intptr_t size = work->grain;
  int64_t last = iris_now();
  for (intptr_t begin = 0; begin < work->count && !work->look(work->stop);) {
    const intptr_t rest = work->count - begin, some = rest < 2 * size ? rest : size;
    const int32_t status = work->piece(work->whole, begin, begin + some);
    if (status) return status;
    begin += some;
    const int64_t time = iris_now();
    if (time - last < IRIS_PIECE && 2 * size <= work->largest) size *= 2;
    last = time;
  }
  return 0;
}

/* Along which axis a space is cut: the outermost one with enough pieces for every thread, none of which is too large,
 * else the one with the most.  The last axis is cut at multiples of `unit`. */
IRIS_FN int iris_axis_to_cut(int ndim, const int64_t *shape, int64_t unit, int64_t largest) {
  int best = 0;
  int64_t most = 0, rest = 1;
  for (int axis = 1; axis < ndim; ++axis) rest *= shape[axis];
  for (int axis = 0; axis < ndim; ++axis) {
    const int64_t pieces = axis == ndim - 1 ? shape[axis] / unit : shape[axis];
    if (pieces >= 64 && (rest <= largest || axis == ndim - 1)) return axis;
    if (pieces > most) {
      best = axis;
      most = pieces;
    }
    if (axis < ndim - 1) rest /= shape[axis + 1];
  }
  return best;
}

#endif /* IRIS_PIECES_H */
