/* cli/script.c: runs the statements and commands of a text, a file or standard input, as they arrive. */
#include "cli/script.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/interrupt.h"

#define READ_SIZE 65536
/* Scripts that read scripts that … */
#define DEPTH_MAX 50

/* Bytes of a comment that nests, as in PostgreSQL; 0: unclosed. */
static size_t block_comment_size(const char *text, size_t size)
{
    size_t depth = 0;
    for (size_t i = 0; i + 1 < size; i++)
        if (text[i] == '/' && text[i + 1] == '*') {
            depth++, i++;
        } else if (text[i] == '*' && text[i + 1] == '/') {
            i++;
            if (--depth == 0)
                return i + 1;
        }
    return 0;
}

size_t script_blank_size(const char *text, size_t size)
{
    size_t i = 0;
    while (i < size) {
        size_t step = 0;
        if (text[i] == ' ' || (text[i] >= '\t' && text[i] <= '\r')) {
            step = 1;
        } else if (text[i] == '-' && i + 1 < size && text[i + 1] == '-') {
            const char *end = memchr(text + i, '\n', size - i);
            step = end ? (size_t)(end - text) - i + 1 : 0;
        } else if (text[i] == '/' && i + 1 < size && text[i + 1] == '*') {
            step = block_comment_size(text + i, size - i);
        } else if (size - i >= 3 && memcmp(text + i, "\xEF\xBB\xBF", 3) == 0) {
            step = 3; /* a byte order mark, which the lexer passes over as well */
        }
        if (step == 0)
            break;
        i += step;
    }
    return i;
}

static size_t lines_count(const char *text, size_t size)
{
    size_t count = 0;
    for (const char *end = text + size; (text = memchr(text, '\n', (size_t)(end - text))) != NULL; text++)
        count++;
    return count;
}

/* The command line at the front, without its line end. */
static void command_line_run(Session *session, const char *text, size_t size, Place place)
{
    while (size && (text[size - 1] == '\n' || text[size - 1] == '\r'))
        size--;
    char *line = memory_allocate(size + 1);
    memcpy(line, text, size);
    line[size] = '\0';
    command_run(session, line, place);
    free(line);
}

/* Bytes of the statement or command at the front, which is no blank; 0: it is not all there. */
static size_t script_front_size(const char *text, size_t size, bool is_end)
{
    size_t taken;
    if (command_is_at(text)) {
        const char *end = memchr(text, '\n', size);
        taken = end ? (size_t)(end - text) + 1 : 0;
    } else {
        taken = quern_statement_size(text, size);
    }
    return taken == 0 && is_end ? size : taken;
}

/* A statement of the command line reads the program's own standard input instead. */
static bool statement_has_data(const Session *session, const char *text, size_t size, Place place)
{
    bool is_typed = session->is_prompt && session->depth == 0;
    return (place.source || is_typed) && quern_statement_reads_input(text, size);
}

/* Rows at the front of the text, for the statement that waits for them. False: more are to come. */
static bool script_run_data(Session *session, const char *text, size_t size, bool is_end, size_t *ret_taken)
{
    bool is_whole;
    *ret_taken = inline_data_take(&session->data, text, size, is_end, &is_whole);
    if (is_whole)
        session_run_with_data(session);
    return is_whole;
}

size_t script_run_front(Session *session, const char *text, size_t size, bool is_end, Place *place)
{
    size_t done = 0;
    if (place->source && place->line == 1 && size > 1 && memcmp(text, "#!", 2) == 0) {
        const char *end = memchr(text, '\n', size);
        done = end ? (size_t)(end - text) : is_end ? size : 0; /* the line of an executable script */
        if (done == 0)
            return 0;
    }
    while (!session_is_over(session)) {
        size_t taken;
        if (inline_data_is_open(&session->data)) {
            bool is_whole = script_run_data(session, text + done, size - done, is_end, &taken);
            place_move(place, text + done, taken);
            done += taken;
            if (!is_whole)
                break;
            continue;
        }
        size_t blank = script_blank_size(text + done, size - done);
        place_move(place, text + done, blank);
        done += blank;
        taken = done < size ? script_front_size(text + done, size - done, is_end) : 0;
        if (taken == 0)
            break;
        if (command_is_at(text + done))
            command_line_run(session, text + done, taken, *place);
        else if (statement_has_data(session, text + done, taken, *place))
            inline_data_begin(&session->data, text + done, taken, *place,
                              place->line + lines_count(text + done, taken));
        else
            session_run(session, text + done, taken, &taken, *place);
        place_move(place, text + done, taken);
        done += taken;
    }
    return done;
}

void script_run_text(Session *session, const char *text)
{
    Place place = {.line = 1};
    script_run_front(session, text, strlen(text), true, &place);
}

/* Statements are looked for only when a semicolon or a line of commands may have ended one, so that a statement of many
 * megabytes is not scanned again for each block. */
static bool block_may_end_statement(const char *block, size_t size, bool is_command)
{
    return memchr(block, is_command ? '\n' : ';', size) != NULL;
}

static void script_run_descriptor(Session *session, int descriptor, const char *name)
{
    Text text = {0};
    Place place = {.source = name, .line = 1};
    bool is_end = false;
    while (!is_end && !session_is_over(session)) {
        char *block = text_reserve(&text, READ_SIZE);
        ssize_t size = read(descriptor, block, READ_SIZE);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0) {
            report_trouble((Place){0}, "%s: %s", name, strerror(errno));
            session_fail(session, QUERN_ERROR_IO);
            break;
        }
        text.size += (size_t)size;
        text.data[text.size] = '\0';
        is_end = size == 0;
        size_t blank = script_blank_size(text.data, text.size);
        bool is_command = blank < text.size && command_is_at(text.data + blank);
        if (is_end || is_command || inline_data_is_open(&session->data) ||
            block_may_end_statement(block, (size_t)size, is_command))
            text_drop_front(&text, script_run_front(session, text.data, text.size, is_end, &place));
    }
    inline_data_done(&session->data); /* the session is over */
    text_done(&text);
}

void script_run_file(Session *session, const char *path)
{
    bool is_standard_input = strcmp(path, "-") == 0;
    const char *name = is_standard_input ? "<stdin>" : path;
    int descriptor = is_standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        report_trouble((Place){0}, "%s: %s", path, strerror(errno));
        session_fail(session, QUERN_ERROR_IO);
        return;
    }
    if (session->depth >= DEPTH_MAX) {
        report_trouble((Place){0}, "%s: scripts read each other more than %d deep", path, DEPTH_MAX);
        session_fail(session, QUERN_ERROR_SQL);
        session->is_ending = !session->is_prompt;
    } else {
        session->depth++;
        script_run_descriptor(session, descriptor, name);
        session->depth--;
    }
    if (!is_standard_input)
        close(descriptor);
}
