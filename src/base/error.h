/* base/error.h: errors unwind. error_raise never returns: it unwinds to the nearest error_protect of its thread
 * (setjmp and longjmp, PostgreSQL's and Lua's way). What was allocated on the way belongs to arenas, so nothing leaks.
 *
 * error_protect stands in three kinds of place only: an API entry, a worker thread's entry, and around a callback from
 * a foreign library (libcsv, SQLite, qsort, readline), which keeps the Error and raises it again behind the library. */
#ifndef QUERN_BASE_ERROR_H
#define QUERN_BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A byte offset into the statement's text, for the caret under the line. */
typedef uint32_t Position;
#define NO_POSITION UINT32_MAX

/* What kind of trouble an error is; decides the program's exit status and the API's QuernStatus. */
typedef enum ErrorClass {
    ERROR_CLASS_SQL,         /* the statement is wrong, or wrong for the data it met */
    ERROR_CLASS_DATA,        /* a file's content is not what it should be */
    ERROR_CLASS_IO,          /* the system refused: files, disk, permission */
    ERROR_CLASS_LOCKED,      /* somebody else holds a lock */
    ERROR_CLASS_INTERRUPTED, /* the user stopped it */
    ERROR_CLASS_RESOURCE,    /* out of memory, over a limit */
    ERROR_CLASS_INTERNAL,    /* a bug that an error could still report */
} ErrorClass;

/* X(name, SQLSTATE, class). States are PostgreSQL's (its appendix A) where it has one. */
#define ERROR_CODES(X)                                                                                                 \
    X(SYNTAX, "42601", SQL)                                                                                            \
    X(UNDEFINED_TABLE, "42P01", SQL)                                                                                   \
    X(UNDEFINED_COLUMN, "42703", SQL)                                                                                  \
    X(UNDEFINED_FUNCTION, "42883", SQL)                                                                                \
    X(UNDEFINED_OBJECT, "42704", SQL)                                                                                  \
    X(UNDEFINED_SCHEMA, "3F000", SQL)                                                                                  \
    X(DUPLICATE_SCHEMA, "42P06", SQL)                                                                                  \
    X(DEPENDENT_OBJECTS, "2BP01", SQL)                                                                                 \
    X(INVALID_TABLE_DEFINITION, "42P16", SQL)                                                                          \
    X(UNDEFINED_PARAMETER, "42P02", SQL)                                                                               \
    X(INVALID_COLUMN_REFERENCE, "42P10", SQL)                                                                          \
    X(AMBIGUOUS_COLUMN, "42702", SQL)                                                                                  \
    X(AMBIGUOUS_FUNCTION, "42725", SQL)                                                                                \
    X(DUPLICATE_TABLE, "42P07", SQL)                                                                                   \
    X(DUPLICATE_COLUMN, "42701", SQL)                                                                                  \
    X(DUPLICATE_ALIAS, "42712", SQL)                                                                                   \
    X(DUPLICATE_OBJECT, "42710", SQL)                                                                                  \
    X(DUPLICATE_PREPARED, "42P05", SQL)                                                                                \
    X(UNDEFINED_PREPARED, "26000", SQL)                                                                                \
    X(WRONG_OBJECT_TYPE, "42809", SQL)                                                                                 \
    X(GROUPING, "42803", SQL)                                                                                          \
    X(WINDOWING, "42P20", SQL)                                                                                         \
    X(INVALID_RECURSION, "42P19", SQL)                                                                                 \
    X(DATATYPE_MISMATCH, "42804", SQL)                                                                                 \
    X(CANNOT_COERCE, "42846", SQL)                                                                                     \
    X(INVALID_NAME, "42602", SQL)                                                                                      \
    X(INVALID_PARAMETER, "22023", SQL)                                                                                 \
    X(INVALID_TEXT, "22P02", SQL)                                                                                      \
    X(INVALID_DATETIME, "22007", SQL)                                                                                  \
    X(DATETIME_OVERFLOW, "22008", SQL)                                                                                 \
    X(OUT_OF_RANGE, "22003", SQL)                                                                                      \
    X(DIVISION_BY_ZERO, "22012", SQL)                                                                                  \
    X(STRING_TOO_LONG, "22001", SQL)                                                                                   \
    X(INVALID_ESCAPE, "22025", SQL)                                                                                    \
    X(INVALID_REGULAR_EXPRESSION, "2201B", SQL)                                                                        \
    X(INVALID_LIMIT, "2201W", SQL)                                                                                     \
    X(INVALID_OFFSET, "2201X", SQL)                                                                                    \
    X(SEQUENCE_LIMIT, "2200H", SQL)                                                                                    \
    X(NOT_READY, "55000", SQL)                                                                                         \
    X(INVALID_SAMPLE, "2202H", SQL)                                                                                    \
    X(INVALID_LOGARITHM, "2201E", SQL)                                                                                 \
    X(INVALID_POWER, "2201F", SQL)                                                                                     \
    X(INVALID_WIDTH_BUCKET, "2201G", SQL)                                                                              \
    X(INVALID_SUBSTRING, "22011", SQL)                                                                                 \
    X(INVALID_SUBSCRIPT, "2202E", SQL)                                                                                 \
    X(INVALID_FRAME, "22013", SQL)                                                                                     \
    X(INVALID_NTILE, "22014", SQL)                                                                                     \
    X(INVALID_NTH_VALUE, "22016", SQL)                                                                                 \
    X(NULL_NOT_ALLOWED, "22004", SQL)                                                                                  \
    X(INVALID_ENCODING, "22021", DATA)                                                                                 \
    X(CARDINALITY, "21000", SQL)                                                                                       \
    X(NOT_NULL_VIOLATION, "23502", SQL)                                                                                \
    X(UNIQUE_VIOLATION, "23505", SQL)                                                                                  \
    X(FOREIGN_KEY_VIOLATION, "23503", SQL)                                                                             \
    X(GENERATED_ALWAYS, "428C9", SQL)                                                                                  \
    X(INVALID_OBJECT_DEFINITION, "42P17", SQL)                                                                         \
    X(INVALID_FOREIGN_KEY, "42830", SQL)                                                                               \
    X(CHECK_VIOLATION, "23514", SQL)                                                                                   \
    X(READ_ONLY, "25006", SQL)                                                                                         \
    X(INVALID_TRANSACTION, "25000", SQL)                                                                               \
    X(NO_TRANSACTION, "25P01", SQL)                                                                                    \
    X(INVALID_SAVEPOINT, "3B001", SQL)                                                                                 \
    X(NOT_SUPPORTED, "0A000", SQL)                                                                                     \
    X(BAD_DATA, "22P04", DATA)                                                                                         \
    X(IO, "58030", IO)                                                                                                 \
    X(UNDEFINED_FILE, "58P01", IO)                                                                                     \
    X(LOCKED, "55P03", LOCKED)                                                                                         \
    X(INTERRUPTED, "57014", INTERRUPTED)                                                                               \
    X(OUT_OF_MEMORY, "53200", RESOURCE)                                                                                \
    X(MEMORY_LIMIT, "53200", RESOURCE)                                                                                 \
    X(TEMP_LIMIT, "53400", RESOURCE)                                                                                   \
    X(DISK_FULL, "53100", IO)                                                                                          \
    X(TOO_COMPLEX, "54001", RESOURCE)                                                                                  \
    X(LIMIT_EXCEEDED, "54000", RESOURCE)                                                                               \
    X(EXTERNAL, "38000", DATA) /* a plugin's bug */                                                                    \
    X(INTERNAL, "XX000", INTERNAL)

typedef enum ErrorCode {
    ERROR_NONE,
#define ERROR_ENUM(name, state, class) ERROR_##name,
    ERROR_CODES(ERROR_ENUM)
#undef ERROR_ENUM
} ErrorCode;

/* One error, by value: no memory of its own, so that reporting "out of memory" needs none. Texts that are too long end
 * in "..." (a value quoted in a message may be megabytes). */
typedef struct Error {
    ErrorCode code;
    Position position; /* in the SQL text, or NO_POSITION */
    char message[1024];
    char hint[512]; /* empty: none */
} Error;

/* Raise: unwinds, never returns. `format` makes the message: lower case, no full stop, what and where. */
_Noreturn void error_raise(ErrorCode code, Position position, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with a hint: what the user can do about it. */
_Noreturn void error_raise_hint(ErrorCode code, Position position, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Raise a copy of an error that was caught: behind a foreign library, in another thread. */
_Noreturn void error_raise_again(const Error *error);

/* Run body(argument). True when it came to its end; false when it raised, and then *ret_error says what. */
bool error_protect(void (*body)(void *argument), void *argument, Error *ret_error);

/* Fill *error without raising it. */
void error_set(Error *error, ErrorCode code, Position position, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

const char *error_sqlstate(ErrorCode code);
ErrorClass error_class(ErrorCode code);

#endif
