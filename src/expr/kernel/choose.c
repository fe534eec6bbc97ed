/* expr/kernel/choose.c: values picked row by row among several arrays, and membership in short lists. */
#include <string.h>

#include "expr/kernels.h"

#define CHOOSE(name, ctype)                                                                                            \
    static void name(const void *const *sources, const uint8_t *steps, const uint16_t *choice, size_t count,           \
                     void *restrict result)                                                                            \
    {                                                                                                                  \
        ctype *results = result;                                                                                       \
        for (size_t i = 0; i < count; i++)                                                                             \
            results[i] = ((const ctype *)sources[choice[i]])[i * steps[choice[i]]];                                    \
    }
CHOOSE(choose_1, uint8_t)
CHOOSE(choose_4, uint32_t)
CHOOSE(choose_8, uint64_t)
CHOOSE(choose_16, Int128)

/* A key after the other over all rows. */
#define CONTAINS(name, ctype)                                                                                          \
    static void name(const ctype *restrict values, size_t count, const int64_t *keys, size_t key_count,                \
                     bool *restrict results)                                                                           \
    {                                                                                                                  \
        memset(results, 0, count);                                                                                     \
        for (size_t k = 0; k < key_count; k++) {                                                                       \
            ctype key = (ctype)keys[k];                                                                                \
            if (key != keys[k])                                                                                        \
                continue;                                                                                              \
            for (size_t i = 0; i < count; i++)                                                                         \
                results[i] |= values[i] == key;                                                                        \
        }                                                                                                              \
    }
CONTAINS(contains_i32, int32_t)
CONTAINS(contains_i64, int64_t)

const ChooseLoops LEVEL_NAME(choose_loops) = {choose_1, choose_4, choose_8, choose_16, contains_i32, contains_i64};
