/* iris_pool.c - the threads of a process: one pool, that every kernel's long rows are shared out to.
 *
 * Unlike a kernel's unit it includes headers: how large pthread's objects are differs between C libraries, it is built
 * once per machine, and whoever can link has them.  It knows no kernel and never touches Python: while a caller waits,
 * it asks a function of the caller's whether the work is to stop.
 *
 * The law: who computes an element, and when, never shows.  Pieces begin at multiples of `grain`, so that each is cut
 * into vectors as the whole row would be; workers compute under the caller's rounding mode; the floating-point flags
 * they raise become the caller's; of several pieces with a fault the first one counts, and those before it are computed.
 */
#define _POSIX_C_SOURCE 200809L
#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))

typedef int32_t (*part_t)(void *context, intptr_t begin, intptr_t end);

/* What iris_pieces.h calls iris_work. */
typedef struct {
  part_t part;
  void *context;
  intptr_t count, grain, largest;
  int32_t most;
  int32_t (*look)(uint32_t *stop);
  uint32_t *stop;
} work_t;

/* Nanoseconds.  Below WORTH one thread is as fast, a helper is called for each HELPER of work, and a piece of work is
 * at least PIECE, so that handing it out does not count. */
enum { WORTH = 60000, HELPER = 25000, PIECE = 10000 };
/* Nothing stops a piece of a straight line: it takes at most about so long.  A waiting caller asks as often. */
enum { PATIENCE = 20000000 };
/* Pieces per thread: where elements cost differently, the last piece decides how long the others wait. */
enum { SHARES = 16 };
/* Looks at a word before a thread goes to sleep: some tens of microseconds, about what waking it up costs. */
enum { LOOKS = 1000 };
enum { STACK = 2 << 20, RETRY = 1000000000 };

/* ---- the floating-point environment ---------------------------------------------------------------------------- */

#if defined(__x86_64__)
/* Two instructions; the library's functions also save the x87 unit, which no kernel uses. */
typedef uint32_t mode_t_;
enum { FLAGS = 63 };
static void save_mode(mode_t_ *mode) { *mode = __builtin_ia32_stmxcsr() & ~(uint32_t)FLAGS; }
static void take_mode(const mode_t_ *mode) { __builtin_ia32_ldmxcsr(*mode); }
static int raised(void) { return (int)(__builtin_ia32_stmxcsr() & FLAGS); }
static void raise_too(int flags) { __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | (uint32_t)flags); }
#else
typedef fenv_t mode_t_;
static void save_mode(mode_t_ *mode) { (void)fegetenv(mode); }
static void take_mode(const mode_t_ *mode) {
  (void)fesetenv(mode);
  (void)feclearexcept(FE_ALL_EXCEPT);
}
static int raised(void) { return fetestexcept(FE_ALL_EXCEPT); }
static void raise_too(int flags) { (void)feraiseexcept(flags); }
#endif

static inline void pause_a_little(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t now(void) {
  struct timespec time;
  (void)clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* ---- jobs ------------------------------------------------------------------------------------------------------- */

/* A row that is being shared out.  It lies on its caller's stack, and the caller stays until no helper is in it. */
typedef struct job {
  const work_t *work;
  intptr_t begin, piece, pieces; /* the last piece takes the remainder too */
  mode_t_ mode;
  intptr_t next;   /* atomic: the first piece nobody has taken */
  intptr_t failed; /* under the lock: the first piece with a fault */
  int32_t status;  /* under the lock: its faults */
  int flags;       /* atomic */
  int room;        /* under the lock: how many more may help */
  int helpers;     /* changed under the lock, also read without */
  struct job *link;
} job_t;

typedef struct {
  pthread_mutex_t lock;
  pthread_cond_t posted_one, left_one; /* for workers, for callers */
  job_t *jobs;
  unsigned posted; /* counts jobs; changed under the lock, also read without */
  int workers, asleep;
  int64_t refused; /* when the system last refused a thread */
} pool_t;

#define NEW_POOL {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, 0, 0, 0}

static pool_t pool = NEW_POOL;
static int threads = 1; /* atomic: at most so many compute for one caller, itself among them */
static int survives_fork;
static __thread int is_inside; /* this thread runs a part: what is nested in it stays on it */

/* Only the thread that forked lives on in a child: no worker, no other caller, and nobody to give a lock back. */
static void after_fork_in_child(void) {
  static const pool_t fresh = NEW_POOL;
  pool = fresh;
}

__attribute__((constructor)) static void loaded(void) { survives_fork = !pthread_atfork(0, 0, after_fork_in_child); }

static int32_t run(const work_t *work, intptr_t begin, intptr_t end) {
  const int was_inside = is_inside;
  is_inside = 1;
  const int32_t status = work->part(work->context, begin, end);
  is_inside = was_inside;
  return status;
}

/* A handler of a signal that runs here may share out work of its own. */
static int32_t look(const work_t *work) {
  const int was_inside = is_inside;
  is_inside = 0;
  const int32_t stopped = work->look(work->stop);
  is_inside = was_inside;
  return stopped;
}

static int has_pieces(const job_t *job) { return __atomic_load_n(&job->next, __ATOMIC_RELAXED) < job->pieces; }

/* Nobody takes a piece any more. */
static void close_job(job_t *job) { __atomic_store_n(&job->next, job->pieces, __ATOMIC_RELAXED); }

/* Pieces are taken in order, so every one before this one was. */
static void note_fault(job_t *job, intptr_t number, int32_t status) {
  (void)pthread_mutex_lock(&pool.lock);
  if (!job->status || number < job->failed) {
    job->failed = number;
    job->status = status;
  }
  (void)pthread_mutex_unlock(&pool.lock);
  close_job(job);
}

/* Compute pieces until all are taken. */
static void work_on(job_t *job) {
  const work_t *work = job->work;
  while (!look(work)) {
    const intptr_t number = __atomic_fetch_add(&job->next, 1, __ATOMIC_RELAXED);
    if (number >= job->pieces) return;
    const intptr_t begin = job->begin + number * job->piece;
    const int32_t status = run(work, begin, number + 1 == job->pieces ? work->count : begin + job->piece);
    if (status) note_fault(job, number, status);
  }
  close_job(job);
}

/* ---- workers ---------------------------------------------------------------------------------------------------- */

/* With the lock: the job that has the fewest helpers of those that want one. */
static job_t *job_to_help(void) {
  job_t *best = 0;
  for (job_t *job = pool.jobs; job; job = job->link)
    if (job->room > 0 && has_pieces(job) && (!best || job->helpers < best->helpers)) best = job;
  return best;
}

/* With the lock, which is given up meanwhile. */
static void help(job_t *job) {
  job->room--;
  __atomic_store_n(&job->helpers, job->helpers + 1, __ATOMIC_RELAXED);
  (void)pthread_mutex_unlock(&pool.lock);
  take_mode(&job->mode);
  work_on(job);
  const int flags = raised();
  if (flags) (void)__atomic_fetch_or(&job->flags, flags, __ATOMIC_RELAXED);
  (void)pthread_mutex_lock(&pool.lock);
  __atomic_store_n(&job->helpers, job->helpers - 1, __ATOMIC_RELEASE);
  if (!job->helpers) (void)pthread_cond_broadcast(&pool.left_one);
}

/* With the lock, which is given up meanwhile. */
static void wait_for_job(void) {
  const unsigned seen = pool.posted;
  (void)pthread_mutex_unlock(&pool.lock);
  for (int look = 0; look < LOOKS && __atomic_load_n(&pool.posted, __ATOMIC_RELAXED) == seen; look++) pause_a_little();
  (void)pthread_mutex_lock(&pool.lock);
  pool.asleep++;
  while (pool.posted == seen) (void)pthread_cond_wait(&pool.posted_one, &pool.lock);
  pool.asleep--;
}

static void *live(void *nothing) {
  (void)pthread_mutex_lock(&pool.lock);
  for (;;) {
    job_t *job = job_to_help();
    if (job)
      help(job);
    else
      wait_for_job();
  }
  return nothing;
}

/* A worker handles no signal of the process but those of its own faults, which somebody may want to report. */
static int start_worker(void) {
  static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
  sigset_t blocked, before;
  pthread_attr_t attributes;
  pthread_t thread;
  (void)sigfillset(&blocked);
  for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++) (void)sigdelset(&blocked, faults[i]);
  if (pthread_attr_init(&attributes)) return 0;
  (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  (void)pthread_attr_setstacksize(&attributes, STACK);
  (void)pthread_sigmask(SIG_SETMASK, &blocked, &before);
  const int error = pthread_create(&thread, &attributes, live, 0);
  (void)pthread_sigmask(SIG_SETMASK, &before, 0);
  (void)pthread_attr_destroy(&attributes);
  return !error;
}

/* With the lock: as many workers as are wanted, or as the system gives. */
static void start_workers(int wanted) {
  if (pool.workers >= wanted || (pool.refused && now() - pool.refused < RETRY)) return;
  pool.refused = 0;
  while (pool.workers < wanted && !pool.refused) {
    if (start_worker())
      pool.workers++;
    else
      pool.refused = now();
  }
}

/* ---- callers ---------------------------------------------------------------------------------------------------- */

/* With the lock, which is given up meanwhile: until no helper is left, or for a while. */
static void wait_for_helpers(void) {
  struct timespec until;
  (void)clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += PATIENCE;
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  (void)pthread_cond_timedwait(&pool.left_one, &pool.lock, &until);
}

static void share_out(job_t *job) {
  (void)pthread_mutex_lock(&pool.lock);
  start_workers(__atomic_load_n(&threads, __ATOMIC_RELAXED) - 1);
  job->link = pool.jobs;
  pool.jobs = job;
  __atomic_store_n(&pool.posted, pool.posted + 1, __ATOMIC_RELAXED);
  const int wake = job->room < pool.asleep ? job->room : pool.asleep;
  for (int i = 0; i < wake; i++) (void)pthread_cond_signal(&pool.posted_one);
  (void)pthread_mutex_unlock(&pool.lock);

  work_on(job);

  for (int look = 0; look < LOOKS && __atomic_load_n(&job->helpers, __ATOMIC_RELAXED); look++) pause_a_little();
  (void)pthread_mutex_lock(&pool.lock);
  job_t **place = &pool.jobs;
  while (*place != job) place = &(*place)->link;
  *place = job->link;
  while (job->helpers) {
    wait_for_helpers();
    if (!job->helpers) break;
    (void)pthread_mutex_unlock(&pool.lock);
    (void)look(job->work);
    (void)pthread_mutex_lock(&pool.lock);
  }
  (void)pthread_mutex_unlock(&pool.lock);
  if (job->flags) raise_too(job->flags);
}

static intptr_t at_least(intptr_t value, intptr_t least) { return value > least ? value : least; }

static intptr_t at_most(intptr_t value, intptr_t most) { return value < most ? value : most; }

/* The rest of the work on this thread, in pieces that grow: its pace is no longer of interest. */
static int32_t go_alone(const work_t *work, intptr_t begin) {
  int64_t last = now();
  for (intptr_t size = work->grain; begin < work->count && !look(work);) {
    const intptr_t rest = work->count - begin, some = rest < 2 * size ? rest : size;
    const int32_t status = run(work, begin, begin + some);
    if (status) return status;
    begin += some;
    const int64_t time = now();
    if (time - last < PATIENCE / 4 && 2 * size <= work->largest) size *= 2;
    last = time;
  }
  return 0;
}

/* `work`, whose pieces begin at multiples of its grain, by at most as many threads as it says (0: as many as are set),
 * until somebody stops it: 0, or the faults of its first piece that has one.
 *
 * What an element costs is measured, not guessed: the caller computes grain by grain until what is left, at the pace of
 * the last one, is worth sharing out. */
EXPORT int32_t iris_parallel(const work_t *work) {
  const intptr_t grain = work->grain;
  const int all = __atomic_load_n(&threads, __ATOMIC_RELAXED);
  const int allowed = work->most > 0 && work->most < all ? work->most : all;
  if (allowed < 2 || is_inside || !survives_fork || grain < 1) return go_alone(work, 0);

  intptr_t begin = 0;
  int64_t last = now();
  while (work->count - begin >= 3 * grain) {
    const int32_t status = run(work, begin, begin + grain);
    if (status || look(work)) return status;
    begin += grain;
    const int64_t time = now(), pace = time - last;
    const intptr_t grains = (work->count - begin) / grain;
    last = time;
    if (pace * grains < WORTH) continue;
    const intptr_t useful = pace * grains / HELPER;
    const int room = useful < allowed - 1 ? (int)useful : allowed - 1;
    const intptr_t fair = grains / ((intptr_t)SHARES * (room + 1));
    const intptr_t long_enough = at_least(at_least(fair, pace > 0 ? PIECE / pace : PIECE), 1);
    const intptr_t most = at_least(at_most(pace > 0 ? PATIENCE / pace : PATIENCE, work->largest / grain), 1);
    job_t job = {.work = work, .begin = begin, .room = room};
    job.piece = at_most(at_most(long_enough, most), grains) * grain;
    job.pieces = (work->count - begin) / job.piece;
    save_mode(&job.mode);
    share_out(&job);
    return job.status;
  }
  return go_alone(work, begin);
}

/* At most so many threads compute for one caller.  Those there are too many of sleep. */
EXPORT void iris_set_threads(int32_t number) { __atomic_store_n(&threads, number < 1 ? 1 : number, __ATOMIC_RELAXED); }

/* How many workers there are: fewer than wanted where the system gave no more, none before the first shared row. */
EXPORT int32_t iris_count_workers(void) {
  (void)pthread_mutex_lock(&pool.lock);
  const int32_t workers = pool.workers;
  (void)pthread_mutex_unlock(&pool.lock);
  return workers;
}
