/* cli/session.h: one run of the program: a connection, how results are shown, and one statement after the other. */
#ifndef QUERN_CLI_SESSION_H
#define QUERN_CLI_SESSION_H

#include "cli/inline_data.h"
#include "cli/output.h"
#include "cli/report.h"

/* Words of --FORMAT, .mode and their help. X(word, format, what it is) */
#define MODES(X)                                                                                                       \
    X("csv", QUERN_FORMAT_CSV, "comma-separated values, quoted where needed")                                          \
    X("tsv", QUERN_FORMAT_TSV, "tab-separated values; \\t \\n \\r \\\\ within")                                        \
    X("json", QUERN_FORMAT_JSON, "one array of objects")                                                               \
    X("ndjson", QUERN_FORMAT_NDJSON, "a JSON object a line")                                                           \
    X("markdown", QUERN_FORMAT_MARKDOWN, "a table for Markdown")                                                       \
    X("table", QUERN_FORMAT_TABLE, "a box, fitted to the terminal's width")                                            \
    X("line", QUERN_FORMAT_LINE, "name = value, a line a column")                                                      \
    X("html", QUERN_FORMAT_HTML, "a <table>")                                                                          \
    X("insert", QUERN_FORMAT_INSERT, "INSERT statements; a table's name may follow")                                   \
    X("arrow", QUERN_FORMAT_ARROW, "an Arrow IPC file")                                                                \
    X("arrows", QUERN_FORMAT_ARROW_STREAM, "an Arrow IPC stream")

typedef struct Session {
    QuernConnection *connection;
    Output standard_output;
    Output file_output; /* in use while file_name is set: -o, .output */
    char *file_name;
    char *mode;       /* a word of MODES; NULL: table at a terminal, csv elsewhere */
    char *table_name; /* for insert; NULL: the format's own */
    char *null_value; /* NULL: the format's own */
    size_t width;     /* of tables; 0: the terminal's */
    size_t max_rows;  /* of tables; 0: all */
    bool has_no_header;
    bool has_timer;
    bool keeps_going;  /* --keep-going: on after errors, and no part of a result that fails */
    bool is_safe;      /* --safe */
    char *restriction; /* the key of .restrict; NULL: none is in force */
    bool is_prompt;    /* the user types: results may be paged, errors end nothing */
    bool is_ending;    /* .quit */
    unsigned depth;    /* scripts that read scripts */
    InlineData data;   /* of COPY … FROM STDIN, while it is read */
    int exit_status;   /* of the first thing that failed */
    bool has_rejects;  /* rows were left out, as an option asked: the exit status says so when all else went well */
} Session;

void session_init(Session *session, QuernConnection *connection);
void session_done(Session *session);

Output *session_output(Session *session);
/* Results go to the file from now on; NULL: back to standard output. False, and reported, when it cannot be. */
bool session_set_output(Session *session, const char *path, Place place);
/* False: no such mode. "auto" takes the choice back. */
bool session_set_mode(Session *session, const char *word);

/* Runs the first statement of the text and shows its result; *ret_taken is what it took. False: it failed, which has
 * been reported and noted in the exit status. */
bool session_run(Session *session, const char *sql, size_t size, size_t *ret_taken, Place place);
/* The same for the statement of session->data, whose rows are all there; none is open afterwards. */
void session_run_with_data(Session *session);
/* The same for a statement that a command makes. */
bool session_run_text(Session *session, const char *sql, Place place);
/* Shows what is wrong with files. Bad data, if there is any, is noted in the exit status. */
bool session_check(Session *session, const char *const *paths, size_t path_count);

/* Calls `take` with the texts of the named columns (ended by NULL) of each row of a query, which is not shown; a column
 * that is not there gives NULL. Errors are not reported. */
void session_read(Session *session, const char *sql, const char *const *columns,
                  void (*take)(void *user, const char *const *values), void *user);
/* A name as SQL always understands it: in quotes. */
void text_add_quoted(Text *text, const char *name);

/* Notes a failure: the first one decides the exit status. */
void session_fail(Session *session, int status);
/* Nothing more is to be run: .quit, an error without --keep-going, an interrupt, a closed pipe. */
bool session_is_over(const Session *session);

#endif
