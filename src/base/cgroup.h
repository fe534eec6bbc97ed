/* base/cgroup.h: what the control groups of this process let it have (Linux, versions 2 and 1). */
#ifndef QUERN_BASE_CGROUP_H
#define QUERN_BASE_CGROUP_H

#include <stddef.h>

typedef struct CgroupLimits {
    size_t memory_size; /* bytes; SIZE_MAX: no limit */
    size_t core_count;  /* a part of a core counts as one; SIZE_MAX: no limit */
} CgroupLimits;

/* `self` lists the groups of the process, "/proc/self/cgroup"; `mount` is where they are, "/sys/fs/cgroup". What cannot
 * be read sets no limit. */
CgroupLimits cgroup_limits(const char *self, const char *mount);
/* Those of this process as they were when somebody first asked. */
CgroupLimits cgroup_limits_of_process(void);

#endif
