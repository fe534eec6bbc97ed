/* base/cpu.c: asks the processor, once. */
#include "base/cpu.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names[CPU_LEVEL_COUNT] = {"portable", "avx2", "avx512"};

const char *cpu_level_name(CpuLevel level)
{
    return names[level];
}

static CpuLevel cpu_detect(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("pclmul"))
        return CPU_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma") &&
        __builtin_cpu_supports("pclmul"))
        return CPU_AVX2;
#endif
    return CPU_PORTABLE;
}

CpuLevel cpu_level(void)
{
    static _Atomic int known = -1; /* two threads may both find out, and find the same */
    int level = atomic_load_explicit(&known, memory_order_relaxed);
    if (level >= 0)
        return (CpuLevel)level;
    level = (int)cpu_detect();
    const char *wanted = getenv("QUERN_CPU");
    for (int i = 0; wanted && i < level; i++)
        if (strcmp(wanted, names[i]) == 0)
            level = i;
    atomic_store_explicit(&known, level, memory_order_relaxed);
    return (CpuLevel)level;
}

size_t cpu_count(void)
{
    static _Atomic int known; /* each scan that is planned asks */
    int count = atomic_load_explicit(&known, memory_order_relaxed);
    if (count > 0)
        return (size_t)count;
    cpu_set_t set; /* of 1024: where a machine has more, the call fails */
    count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : (int)sysconf(_SC_NPROCESSORS_ONLN);
    if (count < 1)
        count = 1;
    atomic_store_explicit(&known, count, memory_order_relaxed);
    return (size_t)count;
}
