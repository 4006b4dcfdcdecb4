/* iris_while.h - how many iterations one while loop may run for one element.  Requires iris_base.h. */
#ifndef IRIS_WHILE_H
#define IRIS_WHILE_H

/* Whoever loads the unit sets it; 0 is no limit. */
extern IRIS_EXPORT int64_t iris_while_limit;
int64_t iris_while_limit = 10000000;

IRIS_FN uint64_t iris_rounds(void) {
  return iris_while_limit > 0 ? (uint64_t)iris_while_limit : ~0ULL;
}

#endif /* IRIS_WHILE_H */
