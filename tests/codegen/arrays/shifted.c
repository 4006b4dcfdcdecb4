IRIS_KERNEL bool iris_kernel(int64_t in0, int64_t array_extent0, int64_t array_step0, int64_t array_step0_1, const char *array, char *array_1, iris_watch *watch) {
  int64_t done = 0;
  while (done < array_extent0) {
    const int64_t pause = done + (int64_t)iris_some(watch, (uint64_t)array_extent0 - (uint64_t)done);
    int64_t t1 = done;
    for (; t1 < pause; ++t1) {
      const int64_t t2 = t1 + in0;
      const bool t3 = (uint64_t)t1 < (uint64_t)array_extent0 ? *(const iris_mem_bool *)(array + t1 * array_step0) != 0 : false;
      if ((uint64_t)t2 < (uint64_t)array_extent0) *(iris_mem_bool *)(array_1 + t2 * array_step0_1) = t3;
    }
    if (iris_spend(watch, (uint64_t)(t1 - done) + 1)) break;
    done = pause;
  }
  const bool t4 = (uint64_t)in0 < (uint64_t)array_extent0 ? *(const iris_mem_bool *)(array + in0 * array_step0) != 0 : false;
  return t4;
}
