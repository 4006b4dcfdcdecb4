/* iris_dispatcher.c - the fast way into a kernel: from `kernel(a, b)` to the right ufunc.
 *
 * Uses exported, stable-ABI functions of CPython only, declared by hand: no header is needed to build it.  It reads
 * one thing directly, an object's type, at the place where builds with a GIL keep it; the Python side checks that
 * before it loads this unit.  Whatever is unusual goes to the slow path, a Python callable with the same meaning.
 */
typedef __INTPTR_TYPE__ isize;
typedef __UINT64_TYPE__ mask_t;
typedef struct object { isize references; void *type; } object;
typedef object *(*fastcall)(object *, object *const *, isize, object *);
typedef struct { const char *name; fastcall function; int flags; const char *doc; } method;
typedef struct { const char *name; int kind; isize offset; int flags; const char *doc; } member;
typedef struct { int id; void *value; } type_slot;
typedef struct { const char *name; int size, item_size; unsigned flags; type_slot *slots; } type_spec;

extern char PyFloat_Type, PyLong_Type, PyBool_Type;
extern object *PyExc_TypeError, *PyExc_RuntimeError;
void Py_IncRef(object *);
void Py_DecRef(object *);
void *PyLong_AsVoidPtr(object *);
long long PyLong_AsLongLongAndOverflow(object *, int *);
unsigned long long PyLong_AsUnsignedLongLong(object *);
object *PyLong_FromVoidPtr(void *);
object *PyTuple_New(isize);
isize PyTuple_Size(object *);
object *PyTuple_GetItem(object *, isize);
int PyTuple_SetItem(object *, isize, object *);
object *PyDict_GetItemWithError(object *, object *);
object *PyObject_Vectorcall(object *, object *const *, isize, object *);
object *PyCFunction_NewEx(method *, object *, object *);
object *PyVectorcall_Call(object *, object *, object *);
object *PyType_FromSpecWithBases(type_spec *, object *);
int PyObject_IsTrue(object *);
object *PyBool_FromLong(long);
void PyErr_Clear(void);
object *PyErr_Occurred(void);
void PyErr_Fetch(object **, object **, object **);
void PyErr_NormalizeException(object **, object **, object **);
void PyErr_Restore(object *, object *, object *);
void PyErr_SetString(object *, const char *);

/* From Python 3.12 on; absent before. */
typedef int (*dict_watcher)(int event, object *dict, object *key, object *value);
__attribute__((weak)) int PyDict_AddWatcher(dict_watcher);
__attribute__((weak)) int PyDict_Watch(int, object *);

#define EXPORT __attribute__((visibility("default")))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define METH_FASTCALL_KEYWORDS (0x0080 | 0x0002)

enum { MOST_PARAMETERS = 32, MOST_VALUES = 96, MOST_ENTRIES = 16 };
enum { STRONG = 0, WEAK_FLOAT = 1, WEAK_INT = 2, WEAK_BOOL = 3, WIDE_INT = 4, TOO_WIDE = 5 };

/* The ufunc for one set of weak arguments, and what iris_spread.c is told about it, or NULL. */
typedef struct { mask_t mask, wide; object *ufunc; const void *spread; } entry_t;

/* The state of one kernel.  Python owns the memory and every object in it, and mirrors this layout. */
typedef struct {
  isize parameters;         /* how many */
  object *const *names;     /* one interned string each */
  object *const *defaults;  /* one each; NULL where the parameter is required */
  isize passed_count;
  object *const *passed;    /* interned keywords that are the ufunc's own */
  object *environ;          /* the dict behind os.environ */
  const mask_t *version;    /* changes with every change of environ; NULL until something counts them */
  mask_t clear_version;     /* the version at which no guard was found */
  isize guard_count;
  object *const *guards;    /* keys whose presence leads to the slow path */
  object *slow;             /* called with the arguments as they came */
  object *recover;          /* called with an error and whether the call is plain; raises another in its place, or returns whether `slow` may answer */
  isize entries;
  entry_t table[MOST_ENTRIES];
} state_t;

/* What stands at the beginning of an array; Python has looked whether it does. */
typedef struct { object head; char *data; int nd; isize *shape, *strides; object *base, *descr; int flags; } array_t;

/* The type of NumPy's arrays; 0 where nobody need know. */
static void *array_type;

static inline const array_t *as_array(const object *value) {
  return value->type == array_type ? (const array_t *)value : 0;
}

/* Of an int beyond 63 bits. */
static int weakness_beyond(object *value, int sign) {
  if (sign < 0) return TOO_WIDE;
  (void)PyLong_AsUnsignedLongLong(value);
  if (!PyErr_Occurred()) return WIDE_INT;
  PyErr_Clear();
  return TOO_WIDE;
}

static inline int weakness(object *value) {
  void *type = value->type;
  if (type == &PyFloat_Type) return WEAK_FLOAT;
  if (type == &PyBool_Type) return WEAK_BOOL;
  if (LIKELY(type != &PyLong_Type)) return STRONG;
  int overflow = 0;
  (void)PyLong_AsLongLongAndOverflow(value, &overflow);
  return LIKELY(!overflow) ? WEAK_INT : weakness_beyond(value, overflow);
}

/* What the arguments of a call are: two bits per parameter, the first lowest, and one for each int of 2^63 and more; and
 * the axes of arrays, all in one OR. */
typedef struct { mask_t mask, wide; int axes; } kinds_t;

/* Returns 0 when an int is too wide for 64 bits. */
static inline int look_at(object *const *values, isize count, kinds_t *kinds) {
  mask_t bits = 0, wide = 0;
  int axes = 0;
  for (isize i = 0; i < count; i++) {
    if (LIKELY(as_array(values[i]) != 0)) {
      axes |= as_array(values[i])->nd;
      continue;
    }
    int kind = weakness(values[i]);
    if (LIKELY(kind < WIDE_INT)) {
      bits |= (mask_t)kind << (2 * i);
      continue;
    }
    if (kind == TOO_WIDE) return 0;
    bits |= (mask_t)WEAK_INT << (2 * i);
    wide |= (mask_t)1 << i;
  }
  kinds->mask = bits;
  kinds->wide = wide;
  kinds->axes = axes;
  return 1;
}

static inline const entry_t *find_entry(const state_t *state, const kinds_t *kinds) {
  for (isize i = 0; i < state->entries; i++)
    if (state->table[i].mask == kinds->mask && state->table[i].wide == kinds->wide) return &state->table[i];
  return 0;
}

static mask_t environ_changes = 1;

static int count_change(int event, object *dict, object *key, object *value) {
  (void)event, (void)dict, (void)key, (void)value;
  environ_changes++;
  return 0;
}

/* Where the changes of `environ` are counted, or NULL.  There is one environ in a process, and one try. */
static const mask_t *watch(object *environ) {
  static object *watched;
  static int tried;
  if (!tried) {
    tried = 1;
    int watcher = PyDict_AddWatcher && PyDict_Watch ? PyDict_AddWatcher(count_change) : -1;
    if (watcher >= 0 && PyDict_Watch(watcher, environ) == 0) watched = environ;
    PyErr_Clear();
  }
  return watched == environ ? &environ_changes : 0;
}

/* The keys are bytes, whose comparison cannot fail, so a lookup here sets no error. */
static int any_guard(state_t *state) {
  for (isize i = 0; i < state->guard_count; i++)
    if (PyDict_GetItemWithError(state->environ, state->guards[i])) return 1;
  if (!state->version) state->version = watch(state->environ);
  if (state->version) state->clear_version = *state->version;
  return 0;
}

static inline int guarded(state_t *state) {
  if (LIKELY(state->version && *state->version == state->clear_version)) return 0;
  return any_guard(state);
}

static inline isize place_of(object *const *names, isize count, object *name) {
  for (isize i = 0; i < count; i++)
    if (names[i] == name) return i;
  return -1;
}

/* After a failed call: raises what caused the error, or NumPy's own error; 1 when the slow path may know an answer.
 * `plain`: there is nothing but operands. */
static int slow_path_may_answer(const state_t *state, int plain) {
  object *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  object *args[2] = {value, PyBool_FromLong(plain)};
  object *result = PyObject_Vectorcall(state->recover, args, 2, 0);
  Py_DecRef(args[1]);
  int again = result ? PyObject_IsTrue(result) : 0;
  if (result) Py_DecRef(result);
  if (result && !again) {
    PyErr_Restore(type, value, traceback);
    return 0;
  }
  Py_DecRef(type);
  Py_DecRef(value);
  if (traceback) Py_DecRef(traceback);
  return again;
}

/* ---- calls that may be worth several threads although no row of theirs is: see iris_spread.c --------------------- */

enum { C_CONTIGUOUS = 1, F_CONTIGUOUS = 2, MOST_AXES = 64 };
enum { SPREAD_LEAST = 16384 }; /* up to half as many elements NumPy brings to a loop at once */

/* Returns 1 with the result of the call, NULL after an error; 0 if the ufunc has to be called. */
typedef int (*spread_call)(const void *spread, object *const *args, isize count, object *names, object **result);
static spread_call spread_entry;
/* Where there is none yet: a Python function that may put one there. */
static object *spread_start;

EXPORT void iris_set_spread(void *type, spread_call entry, object *start) {
  array_type = type;
  spread_entry = entry;
  spread_start = start;
}

static inline isize size_of(const array_t *array) {
  isize size = 1;
  for (int axis = 0; axis < array->nd; axis++) size *= array->shape[axis];
  return size;
}

/* The elements of all operands together, as long as they are not very many. */
static isize broadcast_size(object *const *args, isize count, int most) {
  isize shape[MOST_AXES], size = 1;
  for (int axis = 0; axis < most; axis++) shape[axis] = 1;
  for (isize i = 0; i < count; i++) {
    const array_t *array = as_array(args[i]);
    for (int axis = 0; array && axis < array->nd; axis++)
      if (array->shape[array->nd - 1 - axis] != 1) shape[axis] = array->shape[array->nd - 1 - axis];
  }
  for (int axis = 0; axis < most; axis++)
    if (__builtin_mul_overflow(size, shape[axis], &size)) return 0;
  return size;
}

/* The most axes of an operand, if all together can have many elements; else 0. */
static int axes_if_many(object *const *args, isize count) {
  isize bound = 1;
  int most = 0;
  for (isize i = 0; i < count; i++) {
    const array_t *array = as_array(args[i]);
    if (!array) continue;
    if (array->nd > most) most = array->nd;
    for (int axis = 0; axis < array->nd && bound < SPREAD_LEAST; axis++)
      if (__builtin_mul_overflow(bound, array->shape[axis], &bound)) bound = SPREAD_LEAST;
  }
  return bound < SPREAD_LEAST || most > MOST_AXES ? 0 : most;
}

/* Whether the operands have many elements together, and do not lie so that NumPy makes one row of them. */
static __attribute__((noinline)) int is_wide(object *const *args, isize count, int most) {
  const isize size = broadcast_size(args, count, most);
  if (size < SPREAD_LEAST) return 0;
  int together = C_CONTIGUOUS | F_CONTIGUOUS;
  for (isize i = 0; i < count; i++) {
    const array_t *array = as_array(args[i]);
    const isize own = array ? size_of(array) : 1;
    if (own != 1) together &= own == size ? array->flags : 0;
  }
  return !together;
}

/* 1 with the result of a call that was shared out, or NULL after an error. */
static __attribute__((noinline)) int spread(const void *table, object *const *args, isize count, object *names,
                                            object **result) {
  const isize all = count + (names ? PyTuple_Size(names) : 0);
  const int most = axes_if_many(args, all);
  if (!most || !(spread_entry || spread_start) || !table || !is_wide(args, all, most)) return 0;
  if (spread_entry) return spread_entry(table, args, count, names, result);
  object *started = PyObject_Vectorcall(spread_start, 0, 0, 0);
  if (started) Py_DecRef(started);
  return !started;
}

/* The table may change while a call runs. */
static inline object *call_entry(const state_t *state, const entry_t *found, int axes, object *const *args, isize count,
                                 object *names) {
  const entry_t entry = *found;
  object *result = 0;
  if (!(axes > 1 && spread(entry.spread, args, count, names, &result)))
    result = PyObject_Vectorcall(entry.ufunc, args, count, names);
  if (LIKELY(result != 0)) return result;
  return slow_path_may_answer(state, !names && count == state->parameters) ? PyObject_Vectorcall(state->slow, args, count, names) : 0;
}

/* The arguments laid out as the ufunc wants them: parameters, further positions, then passed keyword values. */
typedef struct {
  object *values[MOST_VALUES];
  isize positions;
  object *names; /* a new tuple, or NULL */
} layout_t;

/* The keywords: a parameter's value goes to its place, the ufunc's own are noted.  Returns 0 for the slow path. */
static int place_keywords(const state_t *state, layout_t *layout, object *const *given, object *names,
                          isize *passed, isize *passed_count) {
  isize count = PyTuple_Size(names);
  *passed_count = 0;
  if (count > MOST_VALUES) return 0;
  for (isize i = 0; i < count; i++) {
    object *name = PyTuple_GetItem(names, i);
    isize place = place_of(state->names, state->parameters, name);
    if (place >= 0) {
      if (layout->values[place]) return 0; /* given twice */
      layout->values[place] = given[i];
    } else if (place_of(state->passed, state->passed_count, name) >= 0) {
      passed[(*passed_count)++] = i;
    } else {
      return 0; /* unknown, or a name that is not interned */
    }
  }
  return 1;
}

static int append_passed(layout_t *layout, object *const *given, object *names, const isize *passed, isize count) {
  if (!count) return 1;
  layout->names = PyTuple_New(count);
  if (!layout->names) return 0;
  for (isize i = 0; i < count; i++) {
    object *name = PyTuple_GetItem(names, passed[i]);
    Py_IncRef(name);
    (void)PyTuple_SetItem(layout->names, i, name);
    layout->values[layout->positions + i] = given[passed[i]];
  }
  return 1;
}

/* Returns 1 when laid out, 0 for the slow path, -1 with an error set. */
static int lay_out(const state_t *state, object *const *args, isize count, object *names, layout_t *layout) {
  isize passed[MOST_VALUES], passed_count = 0, parameters = state->parameters;
  isize keywords = names ? PyTuple_Size(names) : 0;
  if (count + keywords + parameters > MOST_VALUES) return 0;
  for (isize i = 0; i < count; i++) layout->values[i] = args[i];
  for (isize i = count; i < parameters; i++) layout->values[i] = 0;
  if (names && !place_keywords(state, layout, args + count, names, passed, &passed_count)) return 0;
  for (isize i = count; i < parameters; i++) {
    if (!layout->values[i]) layout->values[i] = state->defaults[i];
    if (!layout->values[i]) return 0; /* missing */
  }
  layout->positions = count > parameters ? count : parameters;
  layout->names = 0;
  return append_passed(layout, args + count, names, passed, passed_count) ? 1 : -1;
}

static object *call_laid_out(const state_t *state, object *const *args, isize count, object *names) {
  layout_t layout;
  kinds_t kinds;
  int found = lay_out(state, args, count, names, &layout);
  if (found < 0) return 0;
  if (!found) return PyObject_Vectorcall(state->slow, args, count, names);
  const entry_t *entry = look_at(layout.values, state->parameters, &kinds) ? find_entry(state, &kinds) : 0;
  object *result = entry ? call_entry(state, entry, kinds.axes, layout.values, layout.positions, layout.names)
                         : PyObject_Vectorcall(state->slow, args, count, names);
  if (layout.names) Py_DecRef(layout.names);
  return result;
}

/* Whether every keyword belongs to the ufunc, so that the arguments can go on untouched. */
static inline int all_passed(const state_t *state, object *names) {
  isize count = PyTuple_Size(names);
  for (isize i = 0; i < count; i++) {
    object *name = PyTuple_GetItem(names, i);
    if (place_of(state->names, state->parameters, name) >= 0) return 0;
    if (place_of(state->passed, state->passed_count, name) < 0) return 0;
  }
  return 1;
}

/* Not 0 while something other than the environment sends every call the slow way. */
EXPORT long long iris_override;

static inline object *call_state(state_t *state, object *const *args, isize count, object *names) {
  kinds_t kinds;
  if (iris_override || guarded(state)) return PyObject_Vectorcall(state->slow, args, count, names);
  if (count < state->parameters || (names && !all_passed(state, names)))
    return call_laid_out(state, args, count, names);
  const entry_t *entry = look_at(args, state->parameters, &kinds) ? find_entry(state, &kinds) : 0;
  if (!entry) return PyObject_Vectorcall(state->slow, args, count, names);
  return call_entry(state, entry, kinds.axes, args, count, names);
}

static object *call_kernel(object *self, object *const *args, isize count, object *names) {
  return call_state(PyLong_AsVoidPtr(PyTuple_GetItem(self, 0)), args, count, names);
}

/* A builtin bound to `self`: a tuple whose first item is the address of a state_t. */
EXPORT object *iris_bind(object *self) {
  static method entry = {"__call__", call_kernel, METH_FASTCALL_KEYWORDS, 0};
  return PyCFunction_NewEx(&entry, self, 0);
}

/* Two words at the end of each instance of the callable type; Python fills them. */
typedef struct { void *vectorcall; state_t *state; } tail_t;
static isize tail_offset;

EXPORT object *iris_vectorcall(object *kernel, object *const *args, isize count, object *names) {
  state_t *state = ((tail_t *)((char *)kernel + tail_offset))->state;
  return call_state(state, args, count & ~((isize)1 << (8 * sizeof(isize) - 1)), names);
}

/* A subclass of the one class in `bases`, whose instances take `size` bytes: CPython calls them without a lookup. */
EXPORT object *iris_callable_type(object *bases, const char *name, isize size) {
  enum { TP_CALL = 50, TP_MEMBERS = 72, T_SSIZE = 19, READ_ONLY = 1, HAVE_VECTORCALL = 1 << 11 };
  if (tail_offset && tail_offset != size) {
    PyErr_SetString(PyExc_RuntimeError, "callable types must have bases of one size");
    return 0;
  }
  tail_offset = size;
  member members[] = {{"__vectorcalloffset__", T_SSIZE, size, READ_ONLY, 0}, {0, 0, 0, 0, 0}};
  type_slot slots[] = {{TP_CALL, (void *)PyVectorcall_Call}, {TP_MEMBERS, members}, {0, 0}};
  type_spec spec = {name, (int)(size + (isize)sizeof(tail_t)), 0, HAVE_VECTORCALL, slots};
  return PyType_FromSpecWithBases(&spec, bases);
}

/* NumPy's promoter, passed on to a Python function; unlike a ctypes callback it lets an exception through. */
static object *promoter_hook;

EXPORT int iris_set_promoter(object *hook) {
  Py_IncRef(hook);
  object *old = promoter_hook;
  promoter_hook = hook;
  if (old) Py_DecRef(old);
  return 0;
}

EXPORT int iris_promote(object *ufunc, void *op_dtypes, void *signature, void *new_op_dtypes) {
  object *args[4] = {ufunc, PyLong_FromVoidPtr(op_dtypes), PyLong_FromVoidPtr(signature),
                     PyLong_FromVoidPtr(new_op_dtypes)};
  int status = -1;
  if (!promoter_hook)
    PyErr_SetString(PyExc_TypeError, "this ufunc has no promoter");
  else if (args[1] && args[2] && args[3]) {
    object *result = PyObject_Vectorcall(promoter_hook, args, 4, 0);
    status = result ? 0 : -1;
    if (result) Py_DecRef(result);
  }
  for (int i = 1; i < 4; i++)
    if (args[i]) Py_DecRef(args[i]);
  return status;
}
