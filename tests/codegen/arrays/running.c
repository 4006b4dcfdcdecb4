IRIS_KERNEL void iris_kernel(int32_t in0, int64_t array_extent0, int64_t array_step0, int64_t array_step0_1, const char *array, char *array_1, iris_watch *watch) {
  int32_t t1 = 0;
  int64_t done = 0;
  while (done < array_extent0) {
    const int64_t pause = done + (int64_t)iris_some(watch, (uint64_t)array_extent0 - (uint64_t)done);
    int64_t t2 = done;
    for (; t2 < pause; ++t2) {
      const int32_t t3 = (uint64_t)t2 < (uint64_t)array_extent0 ? *(const iris_mem_i32 *)(array + t2 * array_step0) : 0;
      const int32_t t4 = t1 + t3;
      if ((uint64_t)t2 < (uint64_t)array_extent0) *(iris_mem_i32 *)(array_1 + t2 * array_step0_1) = t4;
      t1 = t4;
    }
    if (iris_spend(watch, (uint64_t)(t2 - done) + 1)) break;
    done = pause;
  }
  int64_t done_1 = 0;
  while (done_1 < array_extent0) {
    const int64_t pause_1 = done_1 + (int64_t)iris_some(watch, (uint64_t)array_extent0 - (uint64_t)done_1);
    int64_t t5 = done_1;
    for (; t5 < pause_1; ++t5) {
      const int32_t t6 = (uint64_t)t5 < (uint64_t)array_extent0 ? *(iris_mem_i32 *)(array_1 + t5 * array_step0_1) : 0;
      const int32_t t7 = t6 * in0;
      if ((uint64_t)t5 < (uint64_t)array_extent0) *(iris_mem_i32 *)(array_1 + t5 * array_step0_1) = t7;
    }
    if (iris_spend(watch, (uint64_t)(t5 - done_1) + 1)) break;
    done_1 = pause_1;
  }
}
