/* iris_signal.h - long work ends where a handler of a signal raises, as a loop of Python's does.
 *
 * Python runs the handlers of signals where its main thread asks for them.  So does a long call on that thread: after
 * so much work it looks at the clock, and some ten times a second it asks.  An exception stays set, the word that all
 * threads of the call share says so, and every loop of the call ends.  What other threads call goes on, as in Python.
 * Requires iris_base.h and iris_fenv.h.
 */
#ifndef IRIS_SIGNAL_H
#define IRIS_SIGNAL_H

extern int PyGILState_Ensure(void);
extern void PyGILState_Release(int state);
extern void *PyEval_SaveThread(void);
extern void PyEval_RestoreThread(void *thread);
extern int PyErr_CheckSignals(void);
extern void *PyErr_Occurred(void);
extern void Py_DecRef(void *object);
extern unsigned long PyThread_get_thread_ident(void);
extern int clock_gettime(int clock, void *time);

/* Python's main thread; whoever loads the unit sets it, and 0 asks on no thread. */
extern IRIS_EXPORT int64_t iris_main_thread;
int64_t iris_main_thread = 0;

/* In the word of a call, beside the bits of faults: a handler has raised. */
#define IRIS_STOPPED 0x40000000u
/* Trips of loops, elements and calls between two looks at the clock; what is longer counts as several. */
#define IRIS_PATIENCE 32768
/* Nanoseconds: how often handlers are asked for, and how many times as long as the wait for the GIL was. */
#define IRIS_ASK_EVERY 100000000
#define IRIS_ASK_SPARINGLY 16

IRIS_FN int64_t iris_now(void) {
#if defined(__APPLE__)
  enum { MONOTONIC = 6 };
#else
  enum { MONOTONIC = 1 };
#endif
  long time[2] = {0, 0};
  (void)clock_gettime(MONOTONIC, time);
  return (int64_t)time[0] * 1000000000 + time[1];
}

/* Many short calls are a long one, too: what the last one left.  0 after a call that was ended. */
static uint64_t iris_left_over = IRIS_PATIENCE;

/* Whether the call whose word this is has to end. */
extern IRIS_EXPORT int32_t iris_look(uint32_t *stop);
int32_t iris_look(uint32_t *stop) {
  static int64_t next; /* read and written by the main thread only */
  if (__atomic_load_n(stop, __ATOMIC_RELAXED) & IRIS_STOPPED) return 1;
  if (PyThread_get_thread_ident() != (unsigned long)iris_main_thread) return 0;
  const int64_t time = iris_now();
  if (time < next) return 0;
  const uint64_t flags = iris_save_flags();
  const int state = PyGILState_Ensure();
  if (!state) PyEval_RestoreThread(PyEval_SaveThread()); /* NumPy keeps the GIL for short rows: now others may run */
  const int64_t waited = iris_now() - time;
  next = time + waited + IRIS_ASK_EVERY + IRIS_ASK_SPARINGLY * waited;
  const int raised = PyErr_CheckSignals();
  PyGILState_Release(state);
  iris_restore_flags(flags, IRIS_FLAGS_ALL);
  if (!raised) return 0;
  __atomic_store_n(&iris_left_over, 0, __ATOMIC_RELAXED);
  (void)__atomic_fetch_or(stop, IRIS_STOPPED, __ATOMIC_RELAXED);
  return 1;
}

/* What one thread has left to do before it looks.  Where a row or an element of it is done, none left says that the call
 * has to end; within an element also that the next loop looks first. */
struct iris_watch {
  uint64_t left;
  uint32_t *stop;
};
typedef struct iris_watch iris_watch;

/* What there is left to do after a look. */
IRIS_RARE uint64_t iris_look_up(uint32_t *stop) {
  return iris_look(stop) ? 0 : IRIS_PATIENCE;
}

/* So much work is done: whether the call has to end. */
IRIS_FN bool iris_spend(iris_watch *watch, uint64_t trips) {
  if (IRIS_UNLIKELY(trips >= watch->left)) {
    watch->left = iris_look_up(watch->stop);
    return !watch->left;
  }
  watch->left -= trips;
  return false;
}

/* So much work is done, and whoever comes next looks. */
IRIS_FN void iris_note(iris_watch *watch, uint64_t trips) {
  watch->left -= trips < watch->left ? trips : watch->left;
}

/* How many of so many trips may run before the next look. */
IRIS_FN uint64_t iris_some(const iris_watch *watch, uint64_t trips) {
  return trips < watch->left ? trips : watch->left;
}

/* The same where each costs more, at least one. */
IRIS_FN uint64_t iris_some_of(const iris_watch *watch, uint64_t trips, uint64_t cost) {
  const uint64_t most = watch->left >= cost ? watch->left / cost : 1;
  return trips < most ? trips : most;
}

/* At which rest a loop pauses that takes `cost` from it each round, and may run so many. */
IRIS_FN uint64_t iris_pause(uint64_t left, uint64_t rounds, uint64_t cost) {
  const uint64_t most = left / cost;
  return left - (rounds < most ? rounds : most) * cost;
}

IRIS_OUTLINE bool iris_is_still_raised(uint32_t *stop) {
  __atomic_store_n(&iris_left_over, IRIS_PATIENCE, __ATOMIC_RELAXED);
  if (PyThread_get_thread_ident() != (unsigned long)iris_main_thread) return false;
  const int state = PyGILState_Ensure();
  const bool raised = PyErr_Occurred() != 0;
  PyGILState_Release(state);
  if (!raised) return false;
  __atomic_store_n(&iris_left_over, 0, __ATOMIC_RELAXED);
  (void)__atomic_fetch_or(stop, IRIS_STOPPED, __ATOMIC_RELAXED);
  return true;
}

/* Whether a call has nothing to do, because the one before it was ended: NumPy does not ask a loop each time. */
IRIS_FN bool iris_is_ended(uint32_t *stop) {
  return IRIS_UNLIKELY(!__atomic_load_n(&iris_left_over, __ATOMIC_RELAXED)) && iris_is_still_raised(stop);
}

IRIS_FN iris_watch iris_begin_call(uint32_t *stop) {
  const iris_watch watch = {__atomic_load_n(&iris_left_over, __ATOMIC_RELAXED), stop};
  return watch;
}

IRIS_FN void iris_end_call(iris_watch *watch, intptr_t spent) {
  const bool stopped = iris_spend(watch, (uint64_t)spent + 1);
  __atomic_store_n(&iris_left_over, stopped ? 0 : watch->left, __ATOMIC_RELAXED);
}

#endif /* IRIS_SIGNAL_H */
