/* base/cpu.c: asks the processor, once. */
#include "base/cpu.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cgroup.h"

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
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vbmi2"))
        return CPU_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma"))
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

static size_t cpu_count_find(void)
{
    cpu_set_t set; /* of 1024: where a machine has more, the call fails */
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : (int)sysconf(_SC_NPROCESSORS_ONLN);
    size_t cores = count > 0 ? (size_t)count : 1;
    size_t limit = cgroup_limits_of_process().core_count;
    return cores < limit ? cores : limit;
}

size_t cpu_count(void)
{
    static _Atomic size_t known; /* 0: nobody has asked */
    size_t count = atomic_load_explicit(&known, memory_order_relaxed);
    if (count == 0) {
        count = cpu_count_find();
        atomic_store_explicit(&known, count, memory_order_relaxed);
    }
    return count;
}
