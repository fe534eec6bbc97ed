/* cli/output.c: where results go: standard output, a file, or a pager. */
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/progress.h"

/* A buffer that reaches this size is written. */
#define BUFFER_SIZE 65536
/* -F: leave if it fits the screen after all; -R: keep escapes; -S: cut long lines; -X: leave the screen as it is. */
#define PAGER_DEFAULT "less -FRSX"

void output_init(Output *output)
{
    *output = (Output){.descriptor = STDOUT_FILENO, .is_terminal = isatty(STDOUT_FILENO)};
}

bool output_open(Output *output, const char *path)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return false;
    *output = (Output){.descriptor = descriptor, .is_owned = true, .is_terminal = isatty(descriptor)};
    return true;
}

void output_close(Output *output)
{
    output_flush(output);
    /* Network file systems tell a full disk only here. */
    if (output->is_owned && close(output->descriptor) != 0 && output->error == 0)
        output->error = errno;
    text_done(&output->buffer);
}

/* ---- writing ---- */

static void output_write_all(Output *output, const char *data, size_t size)
{
    int descriptor = output->pager ? output->pager_descriptor : output->descriptor;
    if (output->is_terminal)
        progress_hide();
    while (size > 0) {
        ssize_t written = write(descriptor, data, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            output->is_closed = errno == EPIPE;
            output->error = errno == EPIPE ? 0 : errno;
            return;
        }
        data += written;
        size -= (size_t)written;
    }
}

bool output_flush(Output *output)
{
    bool is_waiting = output->page_rows > 0 && output->pager == 0;
    if (!is_waiting) {
        if (!output->is_closed && output->error == 0 && output->buffer.size > 0)
            output_write_all(output, text_string(&output->buffer), output->buffer.size);
        text_clear(&output->buffer);
    }
    return !output->is_closed && output->error == 0;
}

/* ---- the pager ---- */

static const char *pager_command(void)
{
    const char *command = getenv("PAGER");
    return command ? command : PAGER_DEFAULT;
}

/* If it cannot start, the shell says so and the terminal takes the output. */
static void output_start_pager(Output *output)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return;
    pid_t process = fork();
    if (process == 0) {
        signal(SIGPIPE, SIG_DFL);
        signal(SIGINT, SIG_DFL);
        dup2(ends[0], STDIN_FILENO);
        execl("/bin/sh", "sh", "-c", pager_command(), (char *)NULL);
        _exit(127);
    }
    close(ends[0]);
    if (process < 0) {
        close(ends[1]);
        return;
    }
    output->pager = process;
    output->pager_descriptor = ends[1];
}

void output_page_begin(Output *output, size_t rows)
{
    const char *command = pager_command();
    if (!output->is_terminal || *command == '\0' || strcmp(command, "cat") == 0)
        return;
    output_flush(output);
    output->page_rows = rows;
    output->line_count = 0;
}

static void output_page_look(Output *output, const char *data, size_t size)
{
    for (const char *end = data + size; (data = memchr(data, '\n', (size_t)(end - data))) != NULL; data++)
        output->line_count++;
    if (output->line_count <= output->page_rows)
        return;
    progress_hide();
    output_start_pager(output);
    if (output->pager == 0)
        output->page_rows = 0;
}

void output_page_end(Output *output)
{
    if (output->page_rows == 0)
        return;
    if (output->pager == 0) {
        output->page_rows = 0;
        output_flush(output);
        return;
    }
    output_flush(output);
    close(output->pager_descriptor);
    while (waitpid(output->pager, NULL, 0) < 0 && errno == EINTR)
        ;
    output->pager = 0;
    output->page_rows = 0;
    output->is_closed = false; /* the user left the pager, not the program */
}

/* ---- taking ---- */

bool output_write(Output *output, const char *data, size_t size)
{
    text_add_bytes(&output->buffer, data, size);
    if (output->page_rows > 0 && output->pager == 0)
        output_page_look(output, data, size);
    if (output->buffer.size >= BUFFER_SIZE || (output->pager && output->buffer.size > 0))
        return output_flush(output);
    return !output->is_closed && output->error == 0;
}

bool output_print(Output *output, const char *string)
{
    return output_write(output, string, strlen(string));
}
