/* iris_range.h - how often Python's range(start, stop, step) runs, for any int64 values.  Requires iris_base.h. */
#ifndef IRIS_RANGE_H
#define IRIS_RANGE_H

/* Distances are unsigned, so none overflows.  Step 0 is a fault the caller checked before; here it runs never. */
IRIS_FN uint64_t iris_trips(int64_t start, int64_t stop, int64_t step) {
  if (step > 0) return start < stop ? ((uint64_t)stop - (uint64_t)start - 1) / (uint64_t)step + 1 : 0;
  if (step < 0) return start > stop ? ((uint64_t)start - (uint64_t)stop - 1) / (0 - (uint64_t)step) + 1 : 0;
  return 0;
}

#endif /* IRIS_RANGE_H */
