IRIS_KERNEL double iris_kernel(int64_t array_extent0, int64_t array_step0, const char *array, const char *array_1, iris_watch *watch) {
  double t1 = 0.0;
  int64_t done = 0;
  while (done < array_extent0) {
    const int64_t pause = done + (int64_t)iris_some(watch, (uint64_t)array_extent0 - (uint64_t)done);
    int64_t t2 = done;
    for (; t2 < pause; ++t2) {
      const double t3 = (uint64_t)t2 < (uint64_t)array_extent0 ? *(const iris_mem_f64 *)(array + t2 * array_step0) : 0.0;
      const double t4 = (uint64_t)t2 < (uint64_t)array_extent0 ? *(const iris_mem_f64 *)(array_1 + t2 * 8LL) : 0.0;
      const double t5 = t3 * t4;
      const double t6 = t1 + t5;
      t1 = t6;
    }
    if (iris_spend(watch, (uint64_t)(t2 - done) + 1)) break;
    done = pause;
  }
  return t1;
}
