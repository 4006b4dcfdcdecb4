IRIS_KERNEL void iris_kernel(int64_t in0, char *array, int64_t *out0, int64_t *out1, uint32_t *status) {
  int64_t local_extents[2] = {100LL, 100LL};
  int64_t *const local = (int64_t *)iris_zeros(local_extents, 2, sizeof(int64_t));
  if (!local) *status |= 32u /* out_of_memory */;
  const int64_t t1 = *(iris_mem_i64 *)(array);
  if ((uint64_t)in0 < (uint64_t)local_extents[0] && (uint64_t)7LL < (uint64_t)local_extents[1]) local[in0 * local_extents[1] + 7LL] = t1;
  *(iris_mem_i64 *)(array) = in0;
  const int64_t t2 = (uint64_t)in0 < (uint64_t)local_extents[0] && (uint64_t)7LL < (uint64_t)local_extents[1] ? local[in0 * local_extents[1] + 7LL] : 0;
  const int64_t t3 = (uint64_t)7LL < (uint64_t)local_extents[0] && (uint64_t)in0 < (uint64_t)local_extents[1] ? local[7LL * local_extents[1] + in0] : 0;
  iris_give_back(local);
  *out0 = t2;
  *out1 = t3;
}
