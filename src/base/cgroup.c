/* base/cgroup.c: reads the limits of the process's control groups and of those above them.
 *
 *   /proc/self/cgroup            version 2: "0::/a/b"       version 1: "4:memory:/a/b", "1:cpu,cpuacct:/a"
 *   below the mount              a/b/memory.max, cpu.max    memory/a/b/memory.limit_in_bytes, cpu/a/cpu.cfs_quota_us
 *
 * A container often does not see the folders of its own path, but its group's files at the top. */
#include "base/cgroup.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The first numbers of a file, at most two; false where there is none, as in "max". */
static bool numbers_read(const char *folder, const char *name, long long *first, long long *second)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return false;
    char text[64]; /* two numbers of 64 bits */
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    ssize_t size = read(file, text, sizeof text - 1);
    close(file);
    text[size > 0 ? size : 0] = '\0';
    return sscanf(text, "%19lld %19lld", first, second) >= 1;
}

static void limit_lower(size_t *limit, unsigned long long value)
{
    if (value < *limit)
        *limit = (size_t)value;
}

static void limits_take_cores(CgroupLimits *limits, long long quota, long long period)
{
    if (quota > 0 && period > 0)
        limit_lower(&limits->core_count, (unsigned long long)(quota / period + (quota % period != 0)));
}

static void limits_take_memory(CgroupLimits *limits, const char *folder, const char *name)
{
    long long size, ignored;
    if (numbers_read(folder, name, &size, &ignored) && size > 0)
        limit_lower(&limits->memory_size, (unsigned long long)size);
}

/* ---- what stands in a group's folder ---- */

static void limits_read(CgroupLimits *limits, const char *folder)
{
    long long quota, period = 0;
    limits_take_memory(limits, folder, "memory.max");
    if (numbers_read(folder, "cpu.max", &quota, &period))
        limits_take_cores(limits, quota, period);
}

static void limits_read_old_memory(CgroupLimits *limits, const char *folder)
{
    limits_take_memory(limits, folder, "memory.limit_in_bytes");
}

static void limits_read_old_cpu(CgroupLimits *limits, const char *folder)
{
    long long quota, period, ignored;
    if (numbers_read(folder, "cpu.cfs_quota_us", &quota, &ignored) &&
        numbers_read(folder, "cpu.cfs_period_us", &period, &ignored))
        limits_take_cores(limits, quota, period);
}

static const struct {
    const char *controller; /* of version 1: "" is version 2 */
    const char *folder;     /* below the mount */
    void (*read)(CgroupLimits *limits, const char *folder);
} hierarchies[] = {
    {"", "", limits_read},
    {"memory", "/memory", limits_read_old_memory},
    {"cpu", "/cpu", limits_read_old_cpu},
};

/* ---- which folders ---- */

static bool list_has(const char *list, const char *word)
{
    size_t size = strlen(word);
    for (; list; list = strchr(list, ',')) {
        list += *list == ',';
        if (strncmp(list, word, size) == 0 && (list[size] == '\0' || list[size] == ','))
            return true;
    }
    return false;
}

/* A line "number:controllers:path": the folder of the path and all above it. */
static void limits_read_line(CgroupLimits *limits, char *line, const char *mount)
{
    char *controllers = strchr(line, ':'), *path = controllers ? strchr(controllers + 1, ':') : NULL;
    if (path == NULL)
        return;
    *path++ = '\0';
    path[strcspn(path, "\n")] = '\0';
    for (size_t i = 0; i < sizeof hierarchies / sizeof *hierarchies; i++) {
        char folder[PATH_MAX];
        size_t root_size = strlen(mount) + strlen(hierarchies[i].folder);
        if (!list_has(controllers + 1, hierarchies[i].controller) ||
            snprintf(folder, sizeof folder, "%s%s%s", mount, hierarchies[i].folder, path) >= (int)sizeof folder)
            continue;
        for (char *end = folder + strlen(folder); end; end = strrchr(folder, '/')) {
            *end = '\0';
            if ((size_t)(end - folder) < root_size)
                break;
            hierarchies[i].read(limits, folder);
        }
    }
}

CgroupLimits cgroup_limits(const char *self, const char *mount)
{
    CgroupLimits limits = {SIZE_MAX, SIZE_MAX};
    FILE *file = fopen(self, "re");
    if (file == NULL)
        return limits;
    char line[PATH_MAX];
    while (fgets(line, sizeof line, file))
        limits_read_line(&limits, line, mount);
    fclose(file);
    return limits;
}

static CgroupLimits limits_of_process;

static void limits_of_process_read(void)
{
    limits_of_process = cgroup_limits("/proc/self/cgroup", "/sys/fs/cgroup");
}

CgroupLimits cgroup_limits_of_process(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, limits_of_process_read);
    return limits_of_process;
}
