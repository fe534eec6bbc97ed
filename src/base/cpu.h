/* base/cpu.h: which instructions this machine has, and how many cores. Kernels are built once a level and chosen by it
 * at start-up; every level gives the same answers. */
#ifndef QUERN_BASE_CPU_H
#define QUERN_BASE_CPU_H

#include <stddef.h>

typedef enum CpuLevel {
    CPU_PORTABLE, /* what every machine of the architecture has: SSE2 on x86-64, NEON on arm64 */
    CPU_AVX2,
    CPU_AVX512, /* with VBMI2: Intel since Ice Lake, AMD since Zen 4 */
    CPU_LEVEL_COUNT,
} CpuLevel;

/* The best level of this machine; QUERN_CPU=portable|avx2|avx512 in the environment lowers it (for tests). */
CpuLevel cpu_level(void);
const char *cpu_level_name(CpuLevel level);
/* Cores that this process may run on, or as many as its control group lets it use; at least 1. */
size_t cpu_count(void);

#endif
