/* iris_spread.c - a call on large arrays of several dimensions, shared out to threads.
 *
 * NumPy brings such operands to a loop some thousand elements at a time: each time too few to be shared out.  Here its
 * own iterator, made as a ufunc makes it, is copied once per thread, and each copy walks ranges of the one iteration.
 * So broadcasting, order, overlaps and new results are NumPy's; what does not fit here is declined, before anything is
 * written, and then is NumPy's altogether.  So is every error: after a fault the call is made again by the ufunc.  But an
 * exception that a handler of a signal raises ends the call here.
 *
 * Uses NumPy's C-API by number and stable functions of CPython, declared by hand; nothing else of Python.
 */
#include <fenv.h>
#include <stddef.h>
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))

typedef intptr_t isize;
typedef struct object { isize references; void *type; } object;
/* What stands at the beginning of an array. */
typedef struct {
  object head;
  char *data;
  int nd;
  isize *shape, *strides;
  object *base;
  object *descr;
  int flags;
} array_t;
enum { C_CONTIGUOUS = 1, F_CONTIGUOUS = 2 };

extern char PyFloat_Type, PyLong_Type, PyBool_Type, PyTuple_Type;
extern object _Py_NoneStruct;
void Py_IncRef(object *);
void Py_DecRef(object *);
object *PyTuple_New(isize);
isize PyTuple_Size(object *);
object *PyTuple_GetItem(object *, isize);
int PyTuple_SetItem(object *, isize, object *);
int PyUnicode_CompareWithASCIIString(object *, const char *);
void *PyMem_Malloc(size_t);
void PyMem_Free(void *);
void PyErr_Clear(void);
object *PyErr_NoMemory(void);
void *PyEval_SaveThread(void);
void PyEval_RestoreThread(void *);

/* ---- what Python tells -------------------------------------------------------------------------------------------- */

typedef int (*loop_t)(void *context, char *const *args, const isize *dims, const isize *steps, void *status);
typedef int32_t (*part_t)(void *context, isize begin, isize end);
typedef int32_t (*look_t)(uint32_t *stop);
/* What iris_pieces.h calls iris_work. */
typedef struct {
  part_t part;
  void *context;
  isize count, grain, largest;
  int32_t most;
  look_t look;
  uint32_t *stop;
} work_t;
typedef int32_t (*parallel_t)(const work_t *work);

enum { MOST_OPERANDS = 32, MOST_LOOPS = 16 };

/* One loop of a ufunc.  For each operand its dtype, the type of NumPy's scalars of that dtype, and the bytes of one. */
typedef struct {
  loop_t loop;
  object *const *descrs;
  void *const *scalars;
  const isize *sizes;
  isize least, chunk; /* elements: from how many on a call may be worth it, and about how many a piece has */
  isize most;         /* threads; 0 for all */
  isize faults;       /* whether an element can fail */
  look_t look;        /* whether a handler of a signal has raised */
} spread_loop_t;

/* One ufunc. */
typedef struct {
  isize nin, nout;
  const char *name;
  isize count;
  const spread_loop_t *loops[MOST_LOOPS];
} spread_t;

/* NumPy's tables of functions, the type of plain arrays, and the dtypes Python's bool, int and float travel as. */
static void *const *array_api, *const *ufunc_api;
static void *array_type;
static object *weak_descrs[3];

/* What shares pieces out, 0 for nothing; how many threads a call may use. */
EXPORT int64_t iris_parallel_entry, iris_lanes;

EXPORT void iris_know_numpy(void *const *array_table, void *const *ufunc_table, void *type, object *const *weak) {
  array_api = array_table;
  ufunc_api = ufunc_table;
  array_type = type;
  for (int k = 0; k < 3; k++) weak_descrs[k] = weak[k];
}

typedef struct iterator iterator;
typedef int (*next_t)(iterator *);

#define API(index, type) ((type)array_api[index])
#define from_any API(69, object *(*)(object *, object *, int, int, int, object *))
#define new_iterator API(225, iterator *(*)(int, object **, uint32_t, int, int, uint32_t *, object **))
#define copy_iterator API(227, iterator *(*)(iterator *))
#define end_iterator API(228, int (*)(iterator *))
#define inner_steps API(232, isize *(*)(iterator *))
#define inner_count API(233, isize *(*)(iterator *))
#define set_range API(236, int (*)(iterator *, isize, isize, char **))
#define next_of API(239, next_t (*)(iterator *, char **))
#define size_of API(240, isize (*)(iterator *))
#define inner_places API(255, char **(*)(iterator *))
#define operands_of API(257, object **(*)(iterator *))
#define needs_python API(262, unsigned char (*)(iterator *))
#define give_errors ((int (*)(const char *, int))ufunc_api[46])

enum {
  EXTERNAL_LOOP = 0x8, REFS_OK = 0x20, ZEROSIZE_OK = 0x40, RANGED = 0x100, BUFFERED = 0x200, GROWINNER = 0x400,
  DELAY_BUFALLOC = 0x800, COPY_IF_OVERLAP = 0x2000, READONLY = 0x20000, WRITEONLY = 0x40000, ALIGNED = 0x100000,
  ALLOCATE = 0x1000000, NO_SUBTYPE = 0x2000000, NO_BROADCAST = 0x8000000, ELEMENTWISE = 0x40000000
};
enum { KEEP_ORDER = 2, NO_CASTING = 0, SUCCEEDED = 1 };

/* ---- ranges of one iteration -------------------------------------------------------------------------------------- */

/* A copy of the iterator; who computes a piece holds one. */
typedef struct { iterator *walk; next_t next; char **places; isize *steps, *count; int busy; } lane_t;

typedef struct {
  loop_t loop;
  lane_t *lanes;
  int lane_count;
  isize chunk, size;
  uint32_t status; /* atomic, and shared by all loops of the call: faults, STOPPED or BROKEN */
} job_t;

#define BROKEN (1u << 31)
#define STOPPED 0x40000000u /* an exception is set */

static int open_lane(lane_t *lane, iterator *walk) {
  *lane = (lane_t){.walk = walk, .next = next_of(walk, 0)};
  lane->places = inner_places(walk);
  lane->steps = inner_steps(walk);
  lane->count = inner_count(walk);
  return lane->next != 0;
}

/* There are as many as threads, so one is free, or soon will be. */
static lane_t *take_lane(const job_t *job) {
  for (int i = 0;; i = i + 1 < job->lane_count ? i + 1 : 0) {
    lane_t *lane = &job->lanes[i];
    if (!__atomic_load_n(&lane->busy, __ATOMIC_RELAXED) && !__atomic_exchange_n(&lane->busy, 1, __ATOMIC_ACQUIRE))
      return lane;
  }
}

static int is_over(const job_t *job) { return __atomic_load_n(&job->status, __ATOMIC_RELAXED) != 0; }

/* Once an element has failed nobody needs the rest. */
static int32_t walk_chunks(void *context, isize begin, isize end) {
  job_t *job = context;
  if (is_over(job)) return 0;
  const isize last = end * job->chunk;
  lane_t *lane = take_lane(job);
  char *message = 0;
  if (set_range(lane->walk, begin * job->chunk, last < job->size ? last : job->size, &message) != SUCCEEDED)
    (void)__atomic_fetch_or(&job->status, BROKEN, __ATOMIC_RELAXED);
  else
    do
      (void)job->loop(0, lane->places, lane->count, lane->steps, &job->status);
    while (!is_over(job) && lane->next(lane->walk));
  __atomic_store_n(&lane->busy, 0, __ATOMIC_RELEASE);
  return 0;
}

/* ---- operands ----------------------------------------------------------------------------------------------------- */

static int is_array(const object *value) { return value->type == array_type; }

static object *weak_descr(const object *value) {
  return value->type == &PyBool_Type    ? weak_descrs[0]
         : value->type == &PyLong_Type  ? weak_descrs[1]
         : value->type == &PyFloat_Type ? weak_descrs[2]
                                        : 0;
}

/* Whether `value` has exactly the dtype of operand `k`.  Python's own scalars are operands of a ufunc made for them. */
static int matches(const spread_loop_t *loop, isize k, const object *value) {
  if (is_array(value)) return ((const array_t *)value)->descr == loop->descrs[k];
  return value->type == loop->scalars[k] || weak_descr(value) == loop->descrs[k];
}

static const spread_loop_t *loop_for(const spread_t *spread, object *const *args) {
  for (isize i = 0; i < spread->count; i++) {
    isize k = 0;
    while (k < spread->nin && matches(spread->loops[i], k, args[k])) k++;
    if (k == spread->nin) return spread->loops[i];
  }
  return 0;
}

/* The results that are given, as positions or as `out=`; NULL for those that are not.  Returns 0 for anything else. */
static int given_results(const spread_t *spread, object *const *args, isize count, object *names, object **results) {
  isize further = count - spread->nin;
  object *const *given = args + spread->nin;
  for (isize k = 0; k < spread->nout; k++) results[k] = 0;
  if (names) {
    if (further || PyTuple_Size(names) != 1 || PyUnicode_CompareWithASCIIString(PyTuple_GetItem(names, 0), "out"))
      return 0;
    object *out = args[count];
    const int is_tuple = out->type == &PyTuple_Type;
    further = is_tuple ? PyTuple_Size(out) : 1;
    if (further != spread->nout) return 0;
    for (isize k = 0; k < further; k++) results[k] = is_tuple ? PyTuple_GetItem(out, k) : out;
  } else {
    if (further > spread->nout) return 0;
    for (isize k = 0; k < further; k++) results[k] = given[k];
  }
  for (isize k = 0; k < spread->nout; k++) {
    if (results[k] == &_Py_NoneStruct) results[k] = 0;
    if (results[k] && !is_array(results[k])) return 0;
  }
  return 1;
}

/* The bytes an array may touch. */
static void extent(const array_t *array, isize size, const char **low, const char **high) {
  *low = array->data;
  *high = array->data + size;
  for (int axis = 0; axis < array->nd; axis++) {
    const isize reach = (array->shape[axis] - 1) * array->strides[axis];
    *(reach < 0 ? low : high) += reach;
  }
}

static int may_overlap(const object *left, isize size, const object *right, isize other_size) {
  const char *low, *high, *other_low, *other_high;
  extent((const array_t *)left, size, &low, &high);
  extent((const array_t *)right, other_size, &other_low, &other_high);
  return low < other_high && other_low < high;
}

static isize distance(isize step) { return step < 0 ? -step : step; }

/* Whether two elements may share a byte, so that the order of writing shows. */
static int overlaps_itself(const array_t *array, isize size) {
  if (array->flags & (C_CONTIGUOUS | F_CONTIGUOUS)) return 0;
  uint64_t seen = 0;
  isize reach = size;
  for (int round = 0; round < array->nd && array->nd <= 64; round++) {
    int nearest = -1;
    for (int axis = 0; axis < array->nd; axis++) {
      if (seen >> axis & 1 || array->shape[axis] < 2) continue;
      if (nearest < 0 || distance(array->strides[axis]) < distance(array->strides[nearest])) nearest = axis;
    }
    if (nearest < 0) return 0;
    if (distance(array->strides[nearest]) < reach) return 1;
    reach += distance(array->strides[nearest]) * (array->shape[nearest] - 1);
    seen |= (uint64_t)1 << nearest;
  }
  return array->nd > 64;
}

/* Whether results may be written in any order.  NumPy's iterator sees to operands that a result overlaps, as long as
 * the call is not made again after a fault. */
static int may_spread(const spread_t *spread, const spread_loop_t *loop, object *const *args, object *const *results) {
  const isize *sizes = loop->sizes + spread->nin;
  for (isize k = 0; k < spread->nout; k++) {
    if (!results[k]) continue;
    const array_t *result = (const array_t *)results[k];
    if (result->descr != loop->descrs[spread->nin + k] || overlaps_itself(result, sizes[k])) return 0;
    for (isize j = 0; j < k; j++)
      if (results[j] && may_overlap(results[k], sizes[k], results[j], sizes[j])) return 0;
    for (isize j = 0; loop->faults && j < spread->nin; j++)
      if (is_array(args[j]) && may_overlap(results[k], sizes[k], args[j], loop->sizes[j])) return 0;
  }
  return 1;
}

/* ---- a call ------------------------------------------------------------------------------------------------------- */

/* The iterator a ufunc would make; `operands` are arrays, or NULL for new results. */
static iterator *iterate(const spread_t *spread, const spread_loop_t *loop, object **operands) {
  uint32_t flags[MOST_OPERANDS];
  const isize count = spread->nin + spread->nout;
  for (isize k = 0; k < count; k++)
    flags[k] = ALIGNED | ELEMENTWISE | (k < spread->nin ? READONLY : WRITEONLY | ALLOCATE | NO_SUBTYPE | NO_BROADCAST);
  return new_iterator((int)count, operands,
                      EXTERNAL_LOOP | REFS_OK | ZEROSIZE_OK | RANGED | BUFFERED | GROWINNER | DELAY_BUFALLOC |
                        COPY_IF_OVERLAP,
                      KEEP_ORDER, NO_CASTING, flags, (object **)loop->descrs);
}

/* NumPy's numbers for what a ufunc reports. */
static int raised(void) {
  const int flags = fetestexcept(FE_DIVBYZERO | FE_OVERFLOW | FE_UNDERFLOW | FE_INVALID);
  return (flags & FE_DIVBYZERO ? 1 : 0) | (flags & FE_OVERFLOW ? 2 : 0) | (flags & FE_UNDERFLOW ? 4 : 0) |
         (flags & FE_INVALID ? 8 : 0);
}

/* Copies of the iterator, for as many threads as may help; returns 0 if one thread is as good.  Its buffers are made and
 * filled by who computes a piece: before that there is nothing in them that could be written back. */
static int open_lanes(const spread_loop_t *loop, iterator *walk, job_t *job) {
  job->size = size_of(walk);
  job->chunk = loop->chunk;
  if (job->size < loop->least || needs_python(walk)) return 0;
  isize wanted = loop->most && loop->most < iris_lanes ? loop->most : iris_lanes;
  if (wanted > job->size / job->chunk) wanted = job->size / job->chunk;
  if (wanted < 2 || !(job->lanes = PyMem_Malloc((size_t)wanted * sizeof(lane_t)))) return 0;
  while (job->lane_count < wanted) {
    iterator *copy = job->lane_count ? copy_iterator(walk) : walk;
    if (!copy || !open_lane(&job->lanes[job->lane_count++], copy)) break;
  }
  return job->lane_count == wanted;
}

/* Without an exception NumPy now writes results that overlap operands to where they belong; with one it drops them. */
static int end(job_t *job, iterator *walk) {
  int fine = 1;
  while (job->lane_count > 1) fine &= end_iterator(job->lanes[--job->lane_count].walk) == SUCCEEDED;
  PyMem_Free(job->lanes);
  return (end_iterator(walk) == SUCCEEDED) & fine;
}

/* The call is the ufunc's after all. */
static int decline(job_t *job, iterator *walk) {
  if (walk) {
    (void)PyErr_NoMemory();
    (void)end(job, walk);
  }
  PyErr_Clear();
  return 0;
}

/* The floating-point flags of all elements, as NumPy numbers them. */
static int compute(job_t *job, parallel_t parallel, look_t look) {
  void *thread = PyEval_SaveThread();
  (void)feclearexcept(FE_ALL_EXCEPT);
  const isize count = (job->size + job->chunk - 1) / job->chunk;
  const work_t work = {walk_chunks, job, count, 1, count, job->lane_count, look, &job->status};
  (void)parallel(&work);
  const int flags = raised();
  PyEval_RestoreThread(thread);
  return flags;
}

/* What the call returns: the results that were given, and those that the iterator made. */
static object *hand_over(const spread_t *spread, iterator *walk, object *const *results) {
  object *tuple = spread->nout == 1 ? 0 : PyTuple_New(spread->nout);
  if (spread->nout > 1 && !tuple) return 0;
  for (isize k = 0; k < spread->nout; k++) {
    object *result = results[k] ? results[k] : operands_of(walk)[spread->nin + k];
    Py_IncRef(result);
    if (!tuple) return result;
    (void)PyTuple_SetItem(tuple, k, result);
  }
  return tuple;
}

/* 1 with the call's result, or NULL and an exception; 0 if it is the ufunc's, and nothing has happened that shows. */
static int call(const spread_t *spread, const spread_loop_t *loop, object **operands, object *const *results,
                parallel_t parallel, object **result) {
  job_t job = {.loop = loop->loop};
  iterator *walk = iterate(spread, loop, operands);
  if (!walk || !open_lanes(loop, walk, &job)) return decline(&job, walk);
  const int flags = compute(&job, parallel, loop->look);
  if (job.status && !(job.status & (BROKEN | STOPPED))) return decline(&job, walk);
  if (job.status && !(job.status & STOPPED)) (void)PyErr_NoMemory();
  const int fine = !job.status && !(flags && give_errors(spread->name, flags) < 0);
  *result = fine ? hand_over(spread, walk, results) : 0;
  if (end(&job, walk) || !*result) return 1;
  Py_DecRef(*result);
  *result = 0;
  return 1;
}

/* The call of a ufunc, if it is to be shared out: 1 with its result (NULL and an exception after an error), else 0. */
EXPORT int iris_spread(const spread_t *spread, object *const *args, isize count, object *names, object **result) {
  const parallel_t parallel = (parallel_t)(isize)__atomic_load_n(&iris_parallel_entry, __ATOMIC_ACQUIRE);
  const isize nin = spread->nin, all = nin + spread->nout;
  object *operands[MOST_OPERANDS], *results[MOST_OPERANDS];
  if (!parallel || iris_lanes < 2 || all > MOST_OPERANDS || count < nin) return 0;
  const spread_loop_t *loop = loop_for(spread, args);
  if (!loop || !given_results(spread, args, count, names, results)) return 0;
  if (!may_spread(spread, loop, args, results)) return 0;
  int done = 1;
  for (isize k = 0; k < nin; k++) {
    operands[k] = args[k];
    if (is_array(args[k])) continue;
    Py_IncRef(loop->descrs[k]);
    operands[k] = from_any(args[k], loop->descrs[k], 0, 0, 0, 0);
    done = done && operands[k];
  }
  for (isize k = nin; k < all; k++) operands[k] = results[k - nin];
  done = done && call(spread, loop, operands, results, parallel, result);
  for (isize k = 0; k < nin; k++)
    if (!is_array(args[k]) && operands[k]) Py_DecRef(operands[k]);
  if (!done) PyErr_Clear();
  return done;
}
