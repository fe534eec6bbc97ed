/* expr/kernels.c: which level's loops this machine runs. */
#include "expr/kernels.h"

#include "base/cpu.h"

#define KERNELS_OF(level)                                                                                              \
    {                                                                                                                  \
        &arithmetic_loops_##level, &compare_loops_##level, &boolean_loops_##level, &fold_loops_##level,                \
            &choose_loops_##level                                                                                      \
    }

static const Kernels levels[] = {
    [CPU_PORTABLE] = KERNELS_OF(portable),
#if defined(__x86_64__)
    [CPU_AVX2] = KERNELS_OF(avx2),
    [CPU_AVX512] = KERNELS_OF(avx512),
#endif
};

const Kernels *kernels_of_level(int level)
{
    return &levels[level];
}

const Kernels *kernels_get(void)
{
    return kernels_of_level(cpu_level());
}
