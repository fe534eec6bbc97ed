/* quern.h: the client API of quern, whole. C11 or C++.
 *
 * A connection and all that is made from it belong to one thread at a time; quern_interrupt and quern_progress alone
 * may come from another, the former from a signal handler too. Text is UTF-8. Every function that can fail returns a
 * QuernStatus; on failure the output parameters are untouched and quern_error_* say what happened.
 *
 *     QuernConnection *connection;
 *     QuernResult *result;
 *     if (quern_open(&connection) == QUERN_OK &&
 *         quern_query(connection, sql, strlen(sql), NULL, &result) == QUERN_OK) ...
 */
#ifndef QUERN_QUERN_H
#define QUERN_QUERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define QUERN_API __attribute__((visibility("default")))
#else
#define QUERN_API
#endif

typedef struct QuernConnection QuernConnection; /* a catalog of tables, and settings */
typedef struct QuernTable QuernTable;           /* a table provider, not yet under a name */
typedef struct QuernStatement QuernStatement;   /* a prepared statement and the values of its parameters */
typedef struct QuernResult QuernResult;         /* one running statement */

typedef enum QuernStatus {
    QUERN_OK = 0,
    QUERN_ERROR_SQL = 1,    /* the statement is wrong, or fails on the values it met */
    QUERN_ERROR_MISUSE = 2, /* the call is wrong */
    QUERN_ERROR_DATA = 3,   /* a file's content is not what it should be */
    QUERN_ERROR_IO = 4,     /* the system refused: file, disk, permission */
    QUERN_ERROR_LOCKED = 5, /* another process holds the file or database */
    QUERN_ERROR_RESOURCE = 6,
    QUERN_ERROR_INTERNAL = 7,
    QUERN_ERROR_INTERRUPTED = 130
} QuernStatus;

/* "1.0.0" */
QUERN_API const char *quern_version(void);

/* ---- connections ---- */

/* Opens a connection with the built-in formats and an empty in-memory schema `main`. The caller owns it. On failure
 * (no memory) *ret_connection is NULL. */
QUERN_API QuernStatus quern_open(QuernConnection **ret_connection);
/* What SET name = 'value' does; NULL: RESET name. */
QUERN_API QuernStatus quern_set(QuernConnection *connection, const char *name, const char *value);
/* Frees its results and tables too. NULL is fine. */
QUERN_API void quern_close(QuernConnection *connection);
/* Makes the running statement fail with QUERN_ERROR_INTERRUPTED soon. Safe in a signal handler and from any thread. */
QUERN_API void quern_interrupt(QuernConnection *connection);

/* ---- the last error; each is valid until the connection's next call ---- */

QUERN_API const char *quern_error_message(const QuernConnection *connection); /* "" when there was none */
QUERN_API const char *quern_error_hint(const QuernConnection *connection);    /* "" when there is none */
QUERN_API const char *quern_error_sqlstate(const QuernConnection *connection);
/* Byte offset into the text that was given to quern_query, or -1. */
QUERN_API int64_t quern_error_position(const QuernConnection *connection);

/* Where warnings go: `message` is one line. NULL drops them. */
QUERN_API void quern_set_warning_handler(QuernConnection *connection, void (*warn)(void *user, const char *message),
                                         void *user);

/* With SET dry_run = on, where a statement that would change a file tells what: lines as those of diff -u, without
 * their line end, which may hold any bytes. NULL drops them. */
QUERN_API void quern_set_difference_handler(QuernConnection *connection,
                                            void (*difference)(void *user, const char *line, size_t size), void *user);

/* ---- statements ---- */

/* Bytes of the first statement of a text, its semicolon included, or 0 when the text ends before one (an open quote,
 * comment or no semicolon at all). Needs no connection. */
QUERN_API size_t quern_statement_size(const char *text, size_t size);

/* Whether the first statement of a text is COPY ... FROM STDIN, be it right or not: in a script the lines behind it are
 * data, up to one that is \. alone. Needs no connection. */
QUERN_API bool quern_statement_reads_input(const char *text, size_t size);
/* What COPY ... FROM STDIN reads from now on in the place of standard input: a descriptor, which stays the caller's.
 * `name`, which is not copied, and `line`, the number of its first line, are for messages. -1: standard input again. */
QUERN_API void quern_set_input(QuernConnection *connection, int descriptor, const char *name, uint64_t line);

/* Starts the first statement of a text. *ret_taken (may be NULL) is how many bytes of the text it took, set also on
 * failure, so that a caller can go on behind it. *ret_result is NULL when the text holds only blanks and comments.
 * A semicolon at the end of the text may be left out. What a statement changes is done when this returns; rows are
 * computed while they are fetched. One result may be open at a time: the one before is freed. */
QUERN_API QuernStatus quern_query(QuernConnection *connection, const char *sql, size_t size, size_t *ret_taken,
                                  QuernResult **ret_result);
/* Ends the statement, finished or not. NULL is fine. */
QUERN_API void quern_result_free(QuernResult *result);

/* Binds the parameter $name (or $1: "1") for the statements that follow; `text` NULL binds NULL. The value takes the
 * type that its place in the statement wants, as a quoted literal would. Copies both. */
QUERN_API QuernStatus quern_bind(QuernConnection *connection, const char *name, const char *text);

/* ---- prepared statements: planned once, run many times ----
 *
 *     QuernStatement *statement;
 *     quern_prepare(connection, sql, strlen(sql), NULL, &statement);
 *     for (int64_t id = 0; id < 10; id++) {
 *         quern_bind_int64(statement, 0, id);
 *         quern_execute(statement, &result);
 *         ...
 *     }
 *     quern_statement_free(statement);
 *
 * Parameters are $1, $2, ... (or ?) in their order, then those with names ($name, :name) in the order of their first
 * use; they are counted from 0, so that $1 is parameter 0. One that stands in several places is one. A parameter has
 * the type that its first place wants (BIGINT in `id = $1`), else that of the value which is bound. What is bound is
 * converted to it as an assignment would be, and stays until something else is bound. Binding ends the result of the
 * statement. */

/* Looks at the first statement of a text without running it: any statement, with or without parameters. *ret_taken and
 * text without a statement as in quern_query. The caller owns *ret_statement (quern_statement_free); an open result
 * stays. Positions of later errors are those in this text. */
QUERN_API QuernStatus quern_prepare(QuernConnection *connection, const char *sql, size_t size, size_t *ret_taken,
                                    QuernStatement **ret_statement);
/* Ends its result too; so does quern_close, which frees all statements. NULL is fine. */
QUERN_API void quern_statement_free(QuernStatement *statement);

QUERN_API size_t quern_parameter_count(const QuernStatement *statement);
/* "1", "name"; as long as the statement lives; NULL: no such parameter. */
QUERN_API const char *quern_parameter_name(const QuernStatement *statement, size_t index);
/* As SQL writes it: "BIGINT"; "" when the value that is bound will tell; NULL: no such parameter. */
QUERN_API const char *quern_parameter_type(const QuernStatement *statement, size_t index);
/* The parameter of that name without its $; SIZE_MAX: there is none, which quern_bind_* refuse. */
QUERN_API size_t quern_parameter_index(const QuernStatement *statement, const char *name);

/* QUERN_ERROR_MISUSE: no such parameter. QUERN_ERROR_SQL: the value does not convert to its type. QUERN_ERROR_DATA:
 * text that is not UTF-8. On an error the parameter keeps the value that it had. Texts and blobs are copied. */
QUERN_API QuernStatus quern_bind_null(QuernStatement *statement, size_t index);
QUERN_API QuernStatus quern_bind_bool(QuernStatement *statement, size_t index, bool value);
QUERN_API QuernStatus quern_bind_int64(QuernStatement *statement, size_t index, int64_t value);
QUERN_API QuernStatus quern_bind_double(QuernStatement *statement, size_t index, double value);
QUERN_API QuernStatus quern_bind_text(QuernStatement *statement, size_t index, const char *text, size_t size);
QUERN_API QuernStatus quern_bind_blob(QuernStatement *statement, size_t index, const void *data, size_t size);

/* The result's columns before it runs. 0: no result, or (SHOW, EXPLAIN and the like) one that only running it shows. */
QUERN_API size_t quern_statement_column_count(const QuernStatement *statement);
QUERN_API const char *quern_statement_column_name(const QuernStatement *statement, size_t column_index);
QUERN_API const char *quern_statement_column_type(const QuernStatement *statement, size_t column_index);

/* Runs it with the values that are bound; a parameter without one is an error. As quern_query, it frees the
 * connection's result before; the new one is used and freed like any other. Plans are kept from one call to the next
 * while all tables are in memory, and made anew when tables, settings or the type of a value have changed. */
QUERN_API QuernStatus quern_execute(QuernStatement *statement, QuernResult **ret_result);

/* ---- results ---- */

/* 0: the statement has no result at all (CREATE TABLE, SET). */
QUERN_API size_t quern_result_column_count(const QuernResult *result);
QUERN_API const char *quern_result_column_name(const QuernResult *result, size_t column_index);
/* As SQL writes it: "DECIMAL(15,2)". Types that were found out from samples of a large file are settled by the first
 * row that is fetched. */
QUERN_API const char *quern_result_column_type(const QuernResult *result, size_t column_index);

/* Steps to the next row; *ret_row is false behind the last. Values are valid until the next step. */
QUERN_API QuernStatus quern_result_next(QuernResult *result, bool *ret_row);
QUERN_API bool quern_value_is_null(const QuernResult *result, size_t column_index);
/* The value as text, as quern shows it; NULL for NULL. *ret_size may be NULL; the text is NUL-terminated as well. */
QUERN_API const char *quern_value_text(QuernResult *result, size_t column_index, size_t *ret_size);
/* The bytes of a BLOB or the text of a VARCHAR as they are; NULL for NULL and for other types. */
QUERN_API const void *quern_value_blob(const QuernResult *result, size_t column_index, size_t *ret_size);
/* Converted; false when it is NULL or does not fit. */
QUERN_API bool quern_value_bool(QuernResult *result, size_t column_index, bool *ret_value);
QUERN_API bool quern_value_int64(QuernResult *result, size_t column_index, int64_t *ret_value);
QUERN_API bool quern_value_double(QuernResult *result, size_t column_index, double *ret_value);

/* ---- writing results ---- */

typedef enum QuernFormat {
    QUERN_FORMAT_CSV,
    QUERN_FORMAT_TSV,      /* tab, line feed, return and backslash written as \t \n \r \\ */
    QUERN_FORMAT_JSON,     /* one array of objects */
    QUERN_FORMAT_NDJSON,   /* an object a line */
    QUERN_FORMAT_MARKDOWN, /* a GitHub table */
    QUERN_FORMAT_TABLE,    /* boxes, fitted to `width` */
    QUERN_FORMAT_LINE,     /* "name = value", a line a column */
    QUERN_FORMAT_HTML,     /* <tr> rows within a <table> */
    QUERN_FORMAT_INSERT,   /* INSERT INTO statements */
    QUERN_FORMAT_ARROW,    /* an Arrow IPC file */
    QUERN_FORMAT_ARROW_STREAM
} QuernFormat;

typedef struct QuernWriteOptions {
    size_t struct_size; /* sizeof(QuernWriteOptions): lets it grow */
    QuernFormat format;
    const char *null_value; /* text of NULL; NULL: the format's own ("" in CSV and TSV, NULL in TABLE and LINE) */
    const char *table_name; /* for INSERT; NULL: "result" */
    bool no_header;         /* CSV, TSV, TABLE and MARKDOWN: leave the names out */
    size_t width;           /* TABLE: columns of the terminal; 0: as wide as it takes, nothing cut */
    size_t max_rows;        /* TABLE: show the first and last rows of a longer result; 0: all */
    /* Nothing leaves before 64 MB have been read of files whose types were guessed from samples, or all: when a value
     * does not fit till then, its column's type becomes wider, and the query is run again. Later it is an error. */
    bool holds_back;
    bool holds_all; /* nothing leaves before all of it is there: nothing of a result that fails */
} QuernWriteOptions;

/* Takes `size` bytes; returns false to stop (a closed pipe), which ends quern_result_write with QUERN_OK. */
typedef bool (*QuernWriteFunction)(void *user, const char *data, size_t size);

/* Writes all rows that are left. Rows leave as they are computed, in pieces of up to some hundred kilobytes, where the
 * format allows (TABLE looks at some rows before it begins); those before one that fails leave too, unless they are
 * held back. *ret_row_count (may be NULL): how many were written. Whatever it returns, the result has no rows after it.
 */
QUERN_API QuernStatus quern_result_write(QuernResult *result, const QuernWriteOptions *options,
                                         QuernWriteFunction write, void *user, uint64_t *ret_row_count);

/* Rows of files that were bad and left out so far, because an option (on_error) said to go on. */
QUERN_API uint64_t quern_result_rejected_count(const QuernResult *result);

/* ---- tables from code ---- */

/* Makes a table provider of a format ("csv", "sqlite") over a location, as CREATE EXTERNAL TABLE does. `options` are
 * names and values in turn, ended by NULL; may be NULL. The caller owns it until it is registered. */
QUERN_API QuernStatus quern_table_open(QuernConnection *connection, const char *format, const char *location,
                                       const char *const *options, QuernTable **ret_table);
/* Only for tables that were never registered. NULL is fine. */
QUERN_API void quern_table_free(QuernTable *table);
/* Puts the provider into the catalog under a name; the connection owns it from then on, also when this fails. */
QUERN_API QuernStatus quern_register(QuernConnection *connection, const char *name, QuernTable *table);

/* ---- tables and rows by the Arrow C interfaces; quern/provider.h has the structs ---- */

struct QuernProvider;
struct QuernPlugin;
struct QuernHost;
struct ArrowArrayStream;

/* Puts a table provider of the program itself into the catalog. Takes one share of it, also when this fails; it is
 * released when the table is dropped, or with the connection. `name` is that of the table. */
QUERN_API QuernStatus quern_register_provider(QuernConnection *connection, const char *name,
                                              struct QuernProvider *provider);
/* Adds formats and functions of the program itself, as LOAD adds those of a library. *plugin lives as long as the
 * process: scalar and aggregate functions are known to all of its connections. */
QUERN_API QuernStatus quern_register_plugin(QuernConnection *connection, const struct QuernPlugin *plugin);
/* What a provider may call: the functions that quern_plugin_init hands to a library. Never fails. */
QUERN_API const struct QuernHost *quern_provider_host(void);
/* The rows of a result as a stream of Arrow arrays, a struct ("+s") with a child for each column; none may have been
 * fetched before. The caller releases the stream; when the result is freed first, what it has given stays valid and
 * the next call fails. Arrays have memory of their own. */
QUERN_API QuernStatus quern_result_export(QuernResult *result, struct ArrowArrayStream *ret_stream);

/* ---- for tools ---- */

/* What a command line's file argument does: a .db or .sqlite file is attached, any other becomes a table; both under
 * the file's base name, which *ret_name (may be NULL) is, valid until the next call. */
QUERN_API QuernStatus quern_add_file(QuernConnection *connection, const char *path, const char **ret_name);
/* Reads the files whole and lists what is wrong with them: a row for each record that breaks the structure of its file
 * and each value that is not of its column's type (kinds "structure" and "type"), and rows that say what was found out
 * about columns and files, and why (kinds "column" and "file"). Columns: file, line, field, column, kind, message,
 * value. `options` are those of quern_table_open. Behind the last row quern_result_rejected_count is the number of
 * problems. The result is as one of quern_query. */
QUERN_API QuernStatus quern_check(QuernConnection *connection, const char *const *paths, size_t path_count,
                                  const char *const *options, QuernResult **ret_result);
/* The grammar's keywords in alphabetic order; NULL behind the last. */
QUERN_API const char *quern_keyword(size_t index);
/* How far the running statement is: scans, the rows that operators give after they have kept them, and what is on disk,
 * in bytes or what takes about as long. The total may grow, as when rows turn out not to fit into memory; 0: unknown.
 * Safe from any thread. */
QUERN_API void quern_progress(const QuernConnection *connection, uint64_t *ret_done, uint64_t *ret_total);

#ifdef __cplusplus
}
#endif

#endif
