IRIS_KERNEL float iris_kernel(int64_t in0, int64_t array_extent0, int64_t array_step0, char *array, uint32_t *status, iris_watch *watch) {
  int64_t local_extents[1] = {in0};
  float *const local = (float *)iris_zeros(local_extents, 1, sizeof(float));
  if (!local) *status |= 32u /* out_of_memory */;
  int64_t done = 0;
  while (done < array_extent0) {
    const int64_t pause = done + (int64_t)iris_some(watch, (uint64_t)array_extent0 - (uint64_t)done);
    int64_t t1 = done;
    for (; t1 < pause; ++t1) {
      const float t2 = (uint64_t)t1 < (uint64_t)array_extent0 ? *(iris_mem_f32 *)(array + t1 * array_step0) : 0.0f;
      if ((uint64_t)t1 < (uint64_t)local_extents[0]) local[t1] = t2;
    }
    if (iris_spend(watch, (uint64_t)(t1 - done) + 1)) break;
    done = pause;
  }
  const int64_t t3 = array_extent0 - 1;
  int64_t done_1 = 0;
  while (done_1 < array_extent0) {
    const int64_t pause_1 = done_1 + (int64_t)iris_some(watch, (uint64_t)array_extent0 - (uint64_t)done_1);
    int64_t t4 = done_1;
    for (; t4 < pause_1; ++t4) {
      const int64_t t5 = t3 - t4;
      const float t6 = (uint64_t)t5 < (uint64_t)local_extents[0] ? local[t5] : 0.0f;
      if ((uint64_t)t4 < (uint64_t)array_extent0) *(iris_mem_f32 *)(array + t4 * array_step0) = t6;
    }
    if (iris_spend(watch, (uint64_t)(t4 - done_1) + 1)) break;
    done_1 = pause_1;
  }
  const float t7 = (uint64_t)0LL < (uint64_t)local_extents[0] ? local[0LL] : 0.0f;
  iris_give_back(local);
  return t7;
}
