/* iris_parallel.h - the way from a long row to the threads that share it.
 *
 * The threads are the process's, not a unit's: whoever loads the unit says where they are to be had.
 * Requires iris_base.h, iris_fenv.h, iris_signal.h and iris_pieces.h.
 */
#ifndef IRIS_PARALLEL_H
#define IRIS_PARALLEL_H

extern void *PyObject_CallObject(void *callable, void *arguments);

/* Does the work on several threads: 0, or the faults of the first piece that has one. */
typedef int32_t (*iris_parallel_t)(const iris_work *work);

/* The address of an iris_parallel_t; 0 where a row stays on its thread.  Where there is none yet, the address of a Python
 * function that may put one there, 0 for none. */
extern IRIS_EXPORT int64_t iris_parallel_entry, iris_parallel_start;
int64_t iris_parallel_entry = 0, iris_parallel_start = 0;

IRIS_OUTLINE void iris_start_parallel(void *start, uint32_t *stop) {
  const uint64_t flags = iris_save_flags();
  const int state = PyGILState_Ensure();
  void *result = PyObject_CallObject(start, 0);
  if (result)
    Py_DecRef(result);
  else
    (void)__atomic_fetch_or(stop, IRIS_STOPPED, __ATOMIC_RELAXED);
  PyGILState_Release(state);
  iris_restore_flags(flags, IRIS_FLAGS_ALL);
}

IRIS_FN iris_parallel_t iris_parallel(uint32_t *stop) {
  int64_t entry = __atomic_load_n(&iris_parallel_entry, __ATOMIC_ACQUIRE);
  void *start = entry ? 0 : (void *)(intptr_t)__atomic_load_n(&iris_parallel_start, __ATOMIC_ACQUIRE);
  if (start) {
    iris_start_parallel(start, stop);
    entry = __atomic_load_n(&iris_parallel_entry, __ATOMIC_ACQUIRE);
  }
  return (iris_parallel_t)(intptr_t)entry;
}

#endif /* IRIS_PARALLEL_H */
