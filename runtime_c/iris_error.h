/* iris_error.h - the few names of CPython that raise an exception, declared by hand. */
#ifndef IRIS_ERROR_H
#define IRIS_ERROR_H

extern int PyGILState_Ensure(void);
extern void PyGILState_Release(int state);
extern void PyErr_SetString(void *type, const char *message);
extern void *PyExc_OverflowError;
extern void *PyExc_RuntimeError;
extern void *PyExc_ValueError;

/* A loop runs without the GIL; an exception needs it. */
IRIS_OUTLINE int iris_raise(void *type, const char *message) {
  const int state = PyGILState_Ensure();
  PyErr_SetString(type, message);
  PyGILState_Release(state);
  return -1;
}

#endif /* IRIS_ERROR_H */
