/* iris_error.h - the few names of CPython that raise an exception, declared by hand.  Requires iris_base.h and
 * iris_signal.h. */
#ifndef IRIS_ERROR_H
#define IRIS_ERROR_H

extern void PyErr_SetString(void *type, const char *message);
extern void *PyExc_MemoryError;
extern void *PyExc_OverflowError;
extern void PyErr_Fetch(void **type, void **value, void **traceback);
extern void PyErr_NormalizeException(void **type, void **value, void **traceback);
extern int PyException_SetTraceback(void *error, void *traceback);
extern void *PyExc_RuntimeError;
extern void *PyExc_ValueError;

/* A loop runs without the GIL; an exception needs it. */
IRIS_OUTLINE int iris_raise(void *type, const char *message) {
  const int state = PyGILState_Ensure();
  PyErr_SetString(type, message);
  PyGILState_Release(state);
  return -1;
}

/* The exception that is set is set no longer: a reference to it, for a caller that looks for none. */
IRIS_OUTLINE int iris_take_exception(void **error) {
  void *type = 0, *traceback = 0;
  const int state = PyGILState_Ensure();
  PyErr_Fetch(&type, error, &traceback);
  PyErr_NormalizeException(&type, error, &traceback);
  if (traceback) (void)PyException_SetTraceback(*error, traceback);
  if (traceback) Py_DecRef(traceback);
  if (type) Py_DecRef(type);
  PyGILState_Release(state);
  return (int)IRIS_STOPPED;
}

#endif /* IRIS_ERROR_H */
