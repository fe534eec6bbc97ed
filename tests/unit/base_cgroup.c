/* Limits of control groups, as the kernel's Documentation/admin-guide/cgroup-v2.rst and cgroup-v1 describe the files.
 */
#include "test.h"

#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cgroup.h"

static char root[] = "/tmp/quern-cgroup-XXXXXX";

/* Below the root; the folders of the path are made. */
static void file_write(const char *path, const char *text)
{
    char *full = arena_format(test_arena, "%s/%s", root, path);
    for (char *slash = strchr(full + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(full, 0700);
        *slash = '/';
    }
    FILE *file = fopen(full, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static CgroupLimits limits_of(const char *self)
{
    file_write("self", self);
    return cgroup_limits(arena_format(test_arena, "%s/self", root), arena_format(test_arena, "%s/mount", root));
}

static void root_make(void)
{
    strcpy(root + sizeof root - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
}

static void root_remove(void)
{
    ck_assert_int_eq(system(arena_format(test_arena, "rm -r %s", root)), 0);
}

START_TEST(the_narrowest_group_of_version_2_counts)
{
    root_make();
    file_write("mount/a/b/memory.max", "max\n");
    file_write("mount/a/b/cpu.max", "150000 100000\n");
    file_write("mount/a/memory.max", "1073741824\n");
    file_write("mount/a/cpu.max", "max 100000\n");
    file_write("mount/memory.max", "2147483648\n");
    CgroupLimits limits = limits_of("0::/a/b\n");
    ck_assert_uint_eq(limits.memory_size, 1073741824);
    ck_assert_uint_eq(limits.core_count, 2);
    root_remove();
}
END_TEST

START_TEST(controllers_of_version_1_have_paths_of_their_own)
{
    root_make();
    file_write("mount/memory/m/memory.limit_in_bytes", "536870912\n");
    file_write("mount/memory/memory.limit_in_bytes", "9223372036854771712\n");
    file_write("mount/cpu/c/cpu.cfs_quota_us", "-1\n");
    file_write("mount/cpu/c/cpu.cfs_period_us", "100000\n");
    file_write("mount/cpu/cpu.cfs_quota_us", "300000\n");
    file_write("mount/cpu/cpu.cfs_period_us", "100000\n");
    CgroupLimits limits = limits_of("4:memory:/m\n3:cpuset:/x\n2:cpuacct,cpu:/c\n0::/\n");
    ck_assert_uint_eq(limits.memory_size, 536870912);
    ck_assert_uint_eq(limits.core_count, 3);
    root_remove();
}
END_TEST

START_TEST(a_container_that_sees_only_its_own_group_finds_it_at_the_top)
{
    root_make();
    file_write("mount/memory.max", "1000000\n");
    CgroupLimits limits = limits_of("0::/docker/0123\n");
    ck_assert_uint_eq(limits.memory_size, 1000000);
    ck_assert_uint_eq(limits.core_count, SIZE_MAX);
    root_remove();
}
END_TEST

START_TEST(what_is_not_there_or_makes_no_sense_is_no_limit)
{
    root_make();
    file_write("mount/memory.max", "lots\n");
    file_write("mount/cpu.max", "100000 0\n");
    static const char *const texts[] = {"", "0\n", "0:\n", "0::\n", "::::\n", "0::/../..\n", "0::/a\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        CgroupLimits limits = limits_of(texts[i]);
        ck_assert_uint_eq(limits.memory_size, SIZE_MAX);
        ck_assert_uint_eq(limits.core_count, SIZE_MAX);
    }
    ck_assert_uint_eq(cgroup_limits("/nowhere", "/nowhere").memory_size, SIZE_MAX);
    root_remove();
}
END_TEST

TEST_PROGRAM(the_narrowest_group_of_version_2_counts, controllers_of_version_1_have_paths_of_their_own,
             a_container_that_sees_only_its_own_group_finds_it_at_the_top,
             what_is_not_there_or_makes_no_sense_is_no_limit)
