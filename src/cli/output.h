/* cli/output.h: where results go: standard output, a file, or a pager. */
#ifndef QUERN_CLI_OUTPUT_H
#define QUERN_CLI_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cli/text.h"

typedef struct Output {
    int descriptor;
    bool is_owned; /* the descriptor is closed with it */
    bool is_terminal;
    bool is_closed;     /* the reader went away: nothing more is written, quietly */
    int error;          /* errno of the first write that failed otherwise; 0: none */
    bool is_error_told; /* it has been reported */
    Text buffer;        /* not yet written */
    size_t page_rows;   /* 0: no paging; else the pager starts once the buffer has more lines than this */
    size_t line_count;  /* in the buffer, while paging */
    pid_t pager;        /* 0: none */
    int pager_descriptor;
} Output;

/* Standard output, or a file that is made anew. On failure errno says why. */
void output_init(Output *output);
bool output_open(Output *output, const char *path);
/* Flushes, closes a file. */
void output_close(Output *output);

/* Takes bytes; false: stop, nobody wants more or the write failed. */
bool output_write(Output *output, const char *data, size_t size);
bool output_print(Output *output, const char *string);
/* Writes what is in the buffer. */
bool output_flush(Output *output);

/* A result of more than `rows` lines goes through $PAGER; output_page_end waits until the user has left it. */
void output_page_begin(Output *output, size_t rows);
void output_page_end(Output *output);

#endif
