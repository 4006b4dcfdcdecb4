IRIS_KERNEL int64_t iris_kernel(int64_t array_extent0, int64_t array_step0, int64_t array_extent1, int64_t array_step1, int64_t array_step0_1, int64_t array_step1_1, const char *array, char *array_1, iris_watch *watch) {
  int64_t t1 = 0;
  int64_t done = 0;
  while (done < array_extent0) {
    const int64_t pause = done + (int64_t)iris_some(watch, (uint64_t)array_extent0 - (uint64_t)done);
    int64_t t2 = done;
    for (; t2 < pause; ++t2) {
      int64_t local[4] = {0};
      (void)local;
      int64_t done_1 = 0;
      while (done_1 < array_extent1) {
        const int64_t pause_1 = done_1 + (int64_t)iris_some(watch, (uint64_t)array_extent1 - (uint64_t)done_1);
        int64_t t3 = done_1;
        for (; t3 < pause_1; ++t3) {
          const uint8_t t4 = (uint64_t)t2 < (uint64_t)array_extent0 && (uint64_t)t3 < (uint64_t)array_extent1 ? *(const iris_mem_u8 *)(array + t2 * array_step0 + t3 * array_step1) : 0;
          const int64_t t5 = (int64_t)t4;
          const int64_t t6 = (uint64_t)t5 < (uint64_t)4 ? local[t5] : 0;
          const int64_t t7 = t6 + 1;
          if ((uint64_t)t5 < (uint64_t)4) local[t5] = t7;
        }
        if (iris_spend(watch, (uint64_t)(t3 - done_1) + 1)) break;
        done_1 = pause_1;
      }
      int64_t t8 = t1;
      for (int64_t t9 = 0; t9 < 4; ++t9) {
        const int64_t t10 = (uint64_t)t9 < (uint64_t)4 ? local[t9] : 0;
        if ((uint64_t)t2 < (uint64_t)array_extent0 && (uint64_t)t9 < (uint64_t)4LL) *(iris_mem_i64 *)(array_1 + t2 * array_step0_1 + t9 * array_step1_1) = t10;
        const int64_t t11 = iris_maximum_i64(t8, t10);
        t8 = t11;
      }
      t1 = t8;
    }
    if (iris_spend(watch, (uint64_t)(t2 - done) + 1)) break;
    done = pause;
  }
  return t1;
}
