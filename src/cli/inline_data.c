/* cli/inline_data.c: rows that a script has behind COPY … FROM STDIN, kept until all are there. */
#include "cli/inline_data.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool inline_data_is_open(const InlineData *data)
{
    return data->statement.size > 0;
}

/* A file that no name leads to; -1: there can be none. */
static int storage_open(void)
{
    const char *folder = getenv("TMPDIR");
    Text path = {0};
    text_add_format(&path, "%s/quern-XXXXXX", folder && *folder ? folder : "/tmp");
    int descriptor = mkostemp(path.data, O_CLOEXEC);
    if (descriptor >= 0)
        unlink(path.data);
    text_done(&path);
    return descriptor;
}

void inline_data_begin(InlineData *data, const char *statement, size_t size, Place place, size_t line)
{
    *data = (InlineData){.place = place, .line = line + 1, .is_on_first_line = true};
    text_add_bytes(&data->statement, statement, size);
    data->descriptor = storage_open();
    data->error = data->descriptor < 0 ? errno : 0;
}

void inline_data_done(InlineData *data)
{
    if (inline_data_is_open(data) && data->descriptor >= 0)
        close(data->descriptor);
    text_done(&data->statement);
    *data = (InlineData){.descriptor = -1};
}

static void rows_write(InlineData *data, const char *text, size_t size)
{
    while (size > 0 && data->error == 0) {
        ssize_t written = write(data->descriptor, text, size);
        if (written < 0 && errno != EINTR)
            data->error = errno;
        if (written > 0)
            text += written, size -= (size_t)written;
    }
}

/* Blanks, and a comment. */
static bool line_is_blank(const char *line, size_t size)
{
    size_t i = 0;
    while (i < size && (line[i] == ' ' || (line[i] >= '\t' && line[i] <= '\r')))
        i++;
    return i == size || (i + 1 < size && line[i] == '-' && line[i + 1] == '-');
}

/* \. and the line's end. */
static bool line_is_end(const char *line, size_t size)
{
    while (size > 0 && (line[size - 1] == '\n' || line[size - 1] == '\r'))
        size--;
    return size == 2 && memcmp(line, "\\.", 2) == 0;
}

size_t inline_data_take(InlineData *data, const char *text, size_t size, bool is_end, bool *ret_is_whole)
{
    enum { END_SIZE = 3 }; /* a longer line without an end is not the last */
    size_t done = 0, start = 0;
    bool is_last = false;
    while (done < size && !is_last) {
        const char *line = text + done, *found = memchr(line, '\n', size - done);
        size_t line_size = found ? (size_t)(found - line) + 1 : size - done;
        bool may_be_end = data->is_at_line_start && line_size <= END_SIZE;
        if (found == NULL && !is_end && (data->is_on_first_line || may_be_end))
            break;
        if (data->is_on_first_line)
            data->is_misplaced = !line_is_blank(line, line_size);
        is_last = data->is_at_line_start && line_is_end(line, line_size);
        if (is_last)
            rows_write(data, text + start, done - start);
        done += line_size;
        if (data->is_on_first_line || is_last)
            start = done;
        data->is_on_first_line = false;
        data->is_at_line_start = found != NULL;
    }
    rows_write(data, text + start, done - start);
    *ret_is_whole = is_last || is_end;
    return done;
}
