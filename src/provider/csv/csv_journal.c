/* provider/csv/csv_journal.c: the note that makes INSERT all or nothing. */
#include "provider/csv/csv_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"

enum { JOURNAL_SIZE = 128 };

const char *csv_journal_path(Arena *arena, const char *path)
{
    char *real = realpath(path, NULL);
    const char *journal = arena_format(arena, "%s.quern-journal", real ? real : path);
    free(real);
    return journal;
}

static int journal_print(char *text, const CsvJournal *journal)
{
    uint64_t checksum = hash_combine(hash_u64(journal->old_size), journal->new_size);
    return snprintf(text, JOURNAL_SIZE, "quern csv journal 1 %" PRIu64 " %" PRIu64 " %016" PRIx64 "\n",
                    journal->old_size, journal->new_size, checksum);
}

bool csv_journal_read(Arena *scratch, const char *path, CsvJournal *ret_journal)
{
    const char *name = csv_journal_path(scratch, path);
    int descriptor = open(name, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 && errno == ENOENT)
        return false;
    char text[JOURNAL_SIZE + 1], expected[JOURNAL_SIZE];
    ssize_t size = descriptor < 0 ? -1 : read(descriptor, text, JOURNAL_SIZE);
    int error = errno;
    if (descriptor >= 0)
        close(descriptor);
    if (size >= 0)
        text[size] = '\0';
    else
        error_raise(ERROR_IO, NO_POSITION, "%s: %s", name, strerror(error));
    CsvJournal journal;
    if (sscanf(text, "quern csv journal 1 %" SCNu64 " %" SCNu64, &journal.old_size, &journal.new_size) != 2)
        return false;
    int length = journal_print(expected, &journal);
    if (length != size || memcmp(text, expected, (size_t)size) != 0)
        return false;
    *ret_journal = journal;
    return true;
}

void csv_journal_write(Arena *scratch, const char *path, const CsvJournal *journal)
{
    const char *name = csv_journal_path(scratch, path);
    char text[JOURNAL_SIZE];
    size_t length = (size_t)journal_print(text, journal);
    int descriptor = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool is_done = descriptor >= 0;
    if (is_done) {
        ssize_t written = write(descriptor, text, length);
        if (written >= 0 && (size_t)written < length)
            errno = ENOSPC;
        is_done = written == (ssize_t)length && fsync(descriptor) == 0;
        int error = errno;
        if (close(descriptor) != 0 && is_done)
            is_done = false;
        else
            errno = error;
        is_done = is_done && folder_sync(scratch, path);
    }
    if (is_done)
        return;
    int error = errno;
    if (descriptor >= 0)
        unlink(name);
    file_raise(name, error, NO_POSITION);
}

void csv_journal_remove(Arena *scratch, const char *path)
{
    const char *name = csv_journal_path(scratch, path);
    bool is_gone = unlink(name) == 0 || errno == ENOENT;
    if (!is_gone || !folder_sync(scratch, path))
        file_raise(name, errno, NO_POSITION);
}
