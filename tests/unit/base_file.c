/* New files take the place of old ones whole or not at all, also when that is cancelled; files that nobody needs are
 * closed, large ones by a thread that ends. */
#include "base/file.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/context.h"
#include "base/discard.h"
#include "base/temp_file.h"
#include "test.h"

enum { LARGE = 32 << 20, MANY = 200 };

static _Atomic bool is_cancelled;
static const Context context = {.cancel = &is_cancelled};

/* ---- new files ---- */

static const char text[] = "new";

static void commit(void *argument)
{
    context_enter(&context);
    NewFile *file = new_file_open(test_arena, argument, NULL, NO_POSITION);
    ck_assert(file_write_all(file->descriptor, text, sizeof text, 0));
    new_file_commit(file, test_arena, NO_POSITION);
}

static char folder[] = "/tmp/quern-file-XXXXXX", path[sizeof folder + 5];

static void folder_begin(void)
{
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/file", folder);
}

START_TEST(a_commit_that_is_cancelled_leaves_nothing)
{
    folder_begin();
    is_cancelled = true;
    expect_error(ERROR_INTERRUPTED, commit, path);
    arena_free(test_arena);
    test_arena = arena_new_child(NULL);
    ck_assert_int_eq(rmdir(folder), 0); /* it is empty */
}
END_TEST

START_TEST(a_commit_brings_the_file)
{
    folder_begin();
    is_cancelled = false;
    Error error;
    ck_assert(error_protect(commit, path, &error));
    char found[sizeof text];
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert(file_read_all(descriptor, found, sizeof found, 0));
    close(descriptor);
    ck_assert_str_eq(found, text);
    ck_assert_int_eq(unlink(path) + rmdir(folder), 0);
}
END_TEST

/* ---- files that nobody needs ---- */

static bool is_open(int descriptor)
{
    return fcntl(descriptor, F_GETFD) >= 0;
}

/* One without a name; it takes no place on the disk. */
static int unnamed_file(off_t size)
{
    int descriptor = temp_open(&context);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(ftruncate(descriptor, size), 0);
    return descriptor;
}

START_TEST(many_large_files_are_closed)
{
    static int descriptors[MANY];
    for (int i = 0; i < MANY; i++)
        descriptors[i] = unnamed_file(LARGE);
    for (int i = 0; i < MANY; i++)
        file_discard(descriptors[i]);
    file_discard_wait();
    for (int i = 0; i < MANY; i++)
        ck_assert(!is_open(descriptors[i]));
    file_discard_wait(); /* for nothing */
}
END_TEST

START_TEST(small_files_are_closed_at_once)
{
    int descriptor = unnamed_file(1);
    file_discard(descriptor);
    ck_assert(!is_open(descriptor));
}
END_TEST

START_TEST(large_files_with_a_name_are_closed_at_once)
{
    folder_begin();
    int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_eq(ftruncate(descriptor, LARGE), 0);
    file_discard(descriptor);
    ck_assert(!is_open(descriptor));
    ck_assert_int_eq(unlink(path) + rmdir(folder), 0);
}
END_TEST

TEST_PROGRAM(a_commit_that_is_cancelled_leaves_nothing, a_commit_brings_the_file, many_large_files_are_closed,
             small_files_are_closed_at_once, large_files_with_a_name_are_closed_at_once)
