/* provider.h: table providers in shared libraries, and in the program that embeds quern. C11 or C++; it needs the C
 * library alone.
 *
 * A library exports quern_plugin_init, which gives a QuernPlugin: lists of formats and functions. LOAD 'library.so'
 * reads it, and CREATE EXTERNAL TABLE t STORED AS name LOCATION '…' OPTIONS (…) asks the format of that name for a
 * QuernProvider: a table. man quern-provider shows a whole one.
 *
 * Structs. Each begins with its size and version, and only ever grows at its end: QUERN_INIT fills both. Who reads one
 * looks at struct_size before a member that came later. Arrays are arrays of pointers. A function that is optional may
 * be NULL. Pointers that a function is handed are valid until it returns, unless something else is said.
 *
 * Calls return QUERN_PROVIDER_OK or a code, and then `error` says more (quern_provider_fail fills it). They must not
 * unwind through quern: no longjmp, no C++ exception.
 *
 * Threads. A provider is planned with (schema … statistics) by one thread at a time. The partitions of a scan may be
 * opened and read by several threads at once; each stream is used by one at a time. Arrays may be released in any. */
#ifndef QUERN_PROVIDER_H
#define QUERN_PROVIDER_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the Arrow C data and stream interfaces: https://arrow.apache.org/docs/format/CDataInterface.html ---- */

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE           2
#define ARROW_FLAG_MAP_KEYS_SORTED    4

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

#endif

/* ---- making schemas and arrays of tables ---- */

typedef struct QuernColumn {
    const char *name;   /* both live as long as the schemas */
    const char *format; /* Arrow's: "l", "u", "d:15,2", … */
    bool is_nullable;
} QuernColumn;

static inline void quern_schema_release(struct ArrowSchema *schema)
{
    for (int64_t i = 0; i < schema->n_children; i++)
        if (schema->children[i]->release)
            schema->children[i]->release(schema->children[i]);
    free(schema->private_data);
    schema->release = NULL;
}

/* A schema of format "+s" with a child for each of `count` columns: columns[projection[i]], or columns[i] when
 * `projection` is NULL. False when memory is out. */
static inline bool quern_schema_make(struct ArrowSchema *ret_schema, const QuernColumn *columns,
                                     const size_t *projection, size_t count)
{
    char *memory = (char *)calloc(count + 1, sizeof(struct ArrowSchema) + sizeof(struct ArrowSchema *));
    memset(ret_schema, 0, sizeof *ret_schema);
    if (memory == NULL)
        return false;
    struct ArrowSchema *children = (struct ArrowSchema *)(void *)memory;
    ret_schema->children = (struct ArrowSchema **)(void *)(memory + (count + 1) * sizeof *children);
    for (size_t i = 0; i < count; i++) {
        const QuernColumn *column = &columns[projection ? projection[i] : i];
        children[i].format = column->format;
        children[i].name = column->name;
        children[i].flags = column->is_nullable ? ARROW_FLAG_NULLABLE : 0;
        children[i].release = quern_schema_release;
        ret_schema->children[i] = &children[i];
    }
    ret_schema->format = "+s";
    ret_schema->name = "";
    ret_schema->n_children = (int64_t)count;
    ret_schema->private_data = memory;
    ret_schema->release = quern_schema_release;
    return true;
}

static inline void quern_array_child_release(struct ArrowArray *array)
{
    array->release = NULL;
}

static inline void quern_array_release(struct ArrowArray *array)
{
    void **memory = (void **)array->private_data;
    for (int64_t i = 0; i < array->n_children; i++)
        if (array->children[i]->release)
            array->children[i]->release(array->children[i]);
    free(*memory);
    free(memory);
    array->release = NULL;
}

/* An array of format "+s" with `length` rows and `count` children. The children have no NULLs, 2 buffers (fixed-size
 * values), and room for 3 (texts): the caller sets buffers[1] and [2]. `values`, a block of malloc's that they stand
 * in, is freed with the array. False when memory is out; `values` is freed then too. */
static inline bool quern_array_make(struct ArrowArray *ret_array, size_t count, int64_t length, void *values)
{
    size_t size = sizeof(struct ArrowArray) + sizeof(struct ArrowArray *) + 4 * sizeof(const void *);
    char *memory = (char *)calloc(count + 1, size);
    memset(ret_array, 0, sizeof *ret_array);
    if (memory == NULL) {
        free(values);
        return false;
    }
    void **head = (void **)(void *)memory; /* what is freed; a NULL: the root's only buffer */
    head[0] = values;
    const void **buffers = (const void **)(void *)memory + 1;
    struct ArrowArray **pointers = (struct ArrowArray **)(void *)(buffers + 1 + 3 * count);
    struct ArrowArray *children = (struct ArrowArray *)(void *)(pointers + count);
    for (size_t i = 0; i < count; i++) {
        children[i].length = length;
        children[i].n_buffers = 2;
        children[i].buffers = buffers + 1 + 3 * i;
        children[i].release = quern_array_child_release;
        pointers[i] = &children[i];
    }
    ret_array->length = length;
    ret_array->n_buffers = 1;
    ret_array->buffers = buffers;
    ret_array->n_children = (int64_t)count;
    ret_array->children = pointers;
    ret_array->private_data = head;
    ret_array->release = quern_array_release;
    return true;
}

/* ---- versions, errors ---- */

/* Of this header. A host takes plugins of its own version and of all before it. */
#define QUERN_PROVIDER_VERSION 1

/* Zeroes *pointer and fills in its size and version. */
#define QUERN_INIT(pointer)                                                                                            \
    (memset((pointer), 0, sizeof *(pointer)), (pointer)->struct_size = (uint32_t)sizeof *(pointer),                    \
     (pointer)->version = QUERN_PROVIDER_VERSION)

typedef enum QuernProviderCode {
    QUERN_PROVIDER_OK = 0,
    QUERN_PROVIDER_SQL = 1,       /* what was asked for is wrong: an option, a value */
    QUERN_PROVIDER_DATA = 2,      /* the source's content is not what it should be */
    QUERN_PROVIDER_IO = 3,        /* the system refused: file, disk, network, permission */
    QUERN_PROVIDER_LOCKED = 4,    /* somebody else holds it */
    QUERN_PROVIDER_MEMORY = 5,    /* none is left, or the query may take no more */
    QUERN_PROVIDER_CANCELLED = 6, /* stopped because the context said so */
    QUERN_PROVIDER_UNSUPPORTED = 7,
    QUERN_PROVIDER_READ_ONLY = 8,
    QUERN_PROVIDER_DUPLICATE_KEY = 9,
    QUERN_PROVIDER_INTERNAL = 10 /* a bug; codes that are not listed mean the same */
} QuernProviderCode;

/* Made by the caller, filled by who fails. Texts are cut where they do not fit. */
typedef struct QuernProviderError {
    uint32_t struct_size;
    uint32_t version;
    int32_t code;      /* QuernProviderCode; what the call returned counts */
    uint32_t reserved; /* 0 */
    uint64_t line;     /* in `file`, from 1; 0: none */
    uint64_t column;   /* in `line`, from 1; 0: none */
    char file[512];    /* "" : none */
    char message[768]; /* lower case, without a full stop */
    char hint[384];    /* what the user can do about it; "": none */
} QuernProviderError;

#if defined(__GNUC__)
#define QUERN_PROVIDER_PRINTF __attribute__((format(printf, 3, 4), unused))
#else
#define QUERN_PROVIDER_PRINTF
#endif

/* Fills *error (which may be NULL) and returns `code`: return quern_provider_fail(error, QUERN_PROVIDER_IO, …); */
QUERN_PROVIDER_PRINTF
static inline int32_t quern_provider_fail(QuernProviderError *error, QuernProviderCode code, const char *format, ...)
{
    va_list arguments;
    if (error == NULL)
        return (int32_t)code;
    error->code = (int32_t)code;
    va_start(arguments, format);
    (void)vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return (int32_t)code;
}

/* ---- rows made one by one: for sources that have no arrays. Inline, and no part of the binary interface ---- */

enum { QUERN_ROWS_MOST = 1024 }; /* of an array */

typedef struct QuernRowsColumn {
    bool is_text; /* format "u" or "z" */
    char *bytes;  /* values, or texts one after the other */
    size_t size, capacity;
    size_t value_size;                  /* 0: not known yet */
    int32_t ends[QUERN_ROWS_MOST + 1];  /* of texts */
    uint8_t valid[QUERN_ROWS_MOST / 8]; /* bits */
    int64_t null_count;
} QuernRowsColumn;

/* Rows of the wanted columns: values are added by their column in the table, in any order; those that nobody wants are
 * dropped, and a column that was left out is NULL in the row that is ended. */
typedef struct QuernRows {
    const QuernColumn *columns; /* of the table */
    const size_t *projection;   /* the wanted ones */
    size_t column_count;
    QuernRowsColumn *items;
    int64_t count;
    bool has_failed; /* memory is out */
} QuernRows;

/* Bytes of a text, or of a value as the column's format has it: int64_t for "l", int32_t for "tdD", double for "g", …
 * Not for "b". */
static inline void quern_rows_add(QuernRows *rows, size_t column, const void *value, size_t size)
{
    size_t place = 0;
    while (place < rows->column_count && rows->projection[place] != column)
        place++;
    rows->has_failed |= rows->count >= QUERN_ROWS_MOST;
    if (place == rows->column_count || rows->has_failed)
        return;
    QuernRowsColumn *item = &rows->items[place];
    size_t at = item->is_text ? item->size : (size_t)rows->count * size;
    if (at + size > item->capacity || item->bytes == NULL) {
        size_t capacity = (at + size) * 2 + 64;
        char *bytes = (char *)realloc(item->bytes, capacity);
        rows->has_failed = bytes == NULL || (item->is_text && capacity > INT32_MAX);
        item->bytes = bytes ? bytes : item->bytes;
        if (rows->has_failed)
            return;
        item->capacity = capacity;
    }
    if (at > item->size)
        memset(item->bytes + item->size, 0, at - item->size); /* rows that are NULL */
    memcpy(item->bytes + at, value, size);
    item->size = at + size;
    item->value_size = size;
    item->valid[rows->count / 8] |= (uint8_t)(1u << (rows->count % 8));
}

static inline void quern_rows_add_int64(QuernRows *rows, size_t column, int64_t value)
{
    quern_rows_add(rows, column, &value, sizeof value);
}

static inline void quern_rows_add_double(QuernRows *rows, size_t column, double value)
{
    quern_rows_add(rows, column, &value, sizeof value);
}

static inline void quern_rows_add_text(QuernRows *rows, size_t column, const char *text, size_t size)
{
    quern_rows_add(rows, column, text, size);
}

static inline void quern_rows_end_row(QuernRows *rows)
{
    rows->has_failed |= rows->count >= QUERN_ROWS_MOST;
    if (rows->has_failed)
        return;
    for (size_t i = 0; i < rows->column_count; i++) {
        QuernRowsColumn *item = &rows->items[i];
        item->null_count += !(item->valid[rows->count / 8] >> (rows->count % 8) & 1);
        item->ends[rows->count + 1] = item->is_text ? (int32_t)item->size : 0;
    }
    rows->count++;
}

/* A stream of such rows: `next` adds a row and ends it, or does neither at the end; `close` frees what `state` is. */
typedef struct QuernRowStream {
    QuernRows rows;
    void *state;
    int32_t (*next)(void *state, QuernRows *rows, QuernProviderError *error);
    void (*close)(void *state);
    QuernProviderError error;
} QuernRowStream;

static inline int quern_row_stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *ret_schema)
{
    const QuernRows *rows = &((QuernRowStream *)stream->private_data)->rows;
    return quern_schema_make(ret_schema, rows->columns, rows->projection, rows->column_count) ? 0 : ENOMEM;
}

/* Of an array's values or texts. */
static inline size_t quern_rows_room(const QuernRows *rows, const QuernRowsColumn *item)
{
    size_t size = (size_t)rows->count * (item->value_size ? item->value_size : 16);
    return ((item->is_text ? item->size : size) + 15) / 16 * 16;
}

/* What was added becomes an array, and the rows are empty again. */
static inline bool quern_rows_finish(QuernRows *rows, struct ArrowArray *ret_array)
{
    size_t size = 1, valid_size = sizeof rows->items->valid, ends_size = sizeof rows->items->ends;
    for (size_t i = 0; i < rows->column_count; i++)
        size += valid_size + (ends_size + 15) / 16 * 16 + quern_rows_room(rows, &rows->items[i]);
    char *memory = (char *)calloc(1, size), *at = memory;
    if (memory == NULL || rows->has_failed || !quern_array_make(ret_array, rows->column_count, rows->count, memory)) {
        if (memory && rows->has_failed)
            free(memory);
        return false;
    }
    for (size_t i = 0; i < rows->column_count; i++) {
        QuernRowsColumn *item = &rows->items[i];
        struct ArrowArray *column = ret_array->children[i];
        column->null_count = item->null_count;
        column->buffers[0] = memcpy(at, item->valid, valid_size);
        at += valid_size;
        column->buffers[1] = at;
        if (item->is_text) {
            memcpy(at, item->ends, ends_size);
            at += (ends_size + 15) / 16 * 16;
            column->buffers[2] = at;
            column->n_buffers = 3;
        }
        if (item->size)
            memcpy(at, item->bytes, item->size);
        at += quern_rows_room(rows, item);
        item->size = 0;
        item->null_count = 0;
        memset(item->valid, 0, valid_size);
    }
    rows->count = 0;
    return true;
}

static inline int quern_row_stream_next(struct ArrowArrayStream *stream, struct ArrowArray *ret_array)
{
    QuernRowStream *self = (QuernRowStream *)stream->private_data;
    QuernRows *rows = &self->rows;
    int64_t before = -1;
    memset(ret_array, 0, sizeof *ret_array); /* an array without release is the end */
    while (rows->count < QUERN_ROWS_MOST && rows->count > before && !rows->has_failed) {
        before = rows->count;
        int32_t code = self->next(self->state, rows, &self->error);
        if (code != QUERN_PROVIDER_OK)
            return code == QUERN_PROVIDER_IO ? EIO : code == QUERN_PROVIDER_CANCELLED ? ECANCELED : EINVAL;
    }
    return rows->count == 0 || quern_rows_finish(rows, ret_array) ? 0 : ENOMEM;
}

static inline const char *quern_row_stream_error(struct ArrowArrayStream *stream)
{
    const QuernRowStream *self = (QuernRowStream *)stream->private_data;
    return self->error.message[0] ? self->error.message : NULL;
}

static inline void quern_row_stream_release(struct ArrowArrayStream *stream)
{
    QuernRowStream *self = (QuernRowStream *)stream->private_data;
    for (size_t i = 0; self->rows.items && i < self->rows.column_count; i++)
        free(self->rows.items[i].bytes);
    free(self->rows.items);
    if (self->close)
        self->close(self->state);
    free(self);
    stream->release = NULL;
}

/* `columns` and `projection` live as long as the stream. False: memory is out, and `state` is closed. */
static inline bool quern_row_stream_make(struct ArrowArrayStream *ret_stream, const QuernColumn *columns,
                                         const size_t *projection, size_t column_count, void *state,
                                         int32_t (*next)(void *state, QuernRows *rows, QuernProviderError *error),
                                         void (*close)(void *state))
{
    QuernRowStream *self = (QuernRowStream *)calloc(1, sizeof *self);
    if (self == NULL) {
        if (close)
            close(state);
        return false;
    }
    QUERN_INIT(&self->error);
    self->rows.columns = columns;
    self->rows.projection = projection;
    self->rows.column_count = column_count;
    self->rows.items = (QuernRowsColumn *)calloc(column_count + 1, sizeof *self->rows.items);
    self->rows.has_failed = self->rows.items == NULL;
    for (size_t i = 0; i < column_count && self->rows.items; i++) {
        const char *format = columns[projection[i]].format;
        self->rows.items[i].is_text = strcmp(format, "u") == 0 || strcmp(format, "z") == 0;
    }
    self->state = state;
    self->next = next;
    self->close = close;
    ret_stream->get_schema = quern_row_stream_schema;
    ret_stream->get_next = quern_row_stream_next;
    ret_stream->get_last_error = quern_row_stream_error;
    ret_stream->release = quern_row_stream_release;
    ret_stream->private_data = self;
    return true;
}

/* ---- values ---- */

typedef enum QuernType {
    QUERN_TYPE_NULL = 0,
    QUERN_TYPE_BOOLEAN = 1,
    QUERN_TYPE_SMALLINT = 2,
    QUERN_TYPE_INTEGER = 3,
    QUERN_TYPE_BIGINT = 4,
    QUERN_TYPE_UBIGINT = 5,
    QUERN_TYPE_DECIMAL = 6,
    QUERN_TYPE_DOUBLE = 7,
    QUERN_TYPE_VARCHAR = 8,
    QUERN_TYPE_BLOB = 9,
    QUERN_TYPE_DATE = 10,
    QUERN_TYPE_TIME = 11,
    QUERN_TYPE_TIMESTAMP = 12,
    QUERN_TYPE_TIMESTAMPTZ = 13,
    QUERN_TYPE_INTERVAL = 14
} QuernType;

/* One value. Which member of `as` holds it: BOOLEAN boolean; SMALLINT to BIGINT, DATE (days since 1970-01-01), TIME
 * (microseconds since midnight), TIMESTAMP and TIMESTAMPTZ (microseconds since 1970-01-01 00:00 UTC) int64; UBIGINT
 * uint64; DECIMAL decimal, scaled by 10^scale; DOUBLE float64; VARCHAR (UTF-8) and BLOB text; INTERVAL interval. */
typedef struct QuernValue {
    uint32_t struct_size;
    uint32_t version;
    int32_t type; /* QuernType */
    uint8_t is_null;
    uint8_t precision, scale; /* DECIMAL */
    uint8_t reserved;
    union {
        bool boolean;
        int64_t int64;
        uint64_t uint64;
        double float64;
        struct {
            uint64_t low;
            int64_t high;
        } decimal;
        struct {
            const char *data; /* not NUL-terminated */
            size_t size;      /* bytes */
        } text;
        struct {
            int32_t months, days;
            int64_t microseconds;
        } interval;
    } as;
} QuernValue;

/* ---- what quern offers: filters and the context of a statement ---- */

typedef struct QuernExpr QuernExpr;       /* a bound expression: types known, columns resolved */
typedef struct QuernContext QuernContext; /* a running statement */

typedef enum QuernExprKind {
    QUERN_EXPR_COLUMN = 0,
    QUERN_EXPR_CONSTANT = 1,
    QUERN_EXPR_CALL = 2,     /* of a function or operator: expr_name */
    QUERN_EXPR_CAST = 3,     /* to expr_type */
    QUERN_EXPR_TRY_CAST = 4, /* the same; NULL where CAST fails */
    QUERN_EXPR_AND = 5,      /* of two or more */
    QUERN_EXPR_OR = 6,       /* of two or more */
    QUERN_EXPR_CASE = 7,     /* condition, result, …, result otherwise */
    QUERN_EXPR_COALESCE = 8, /* the first that is not NULL */
    QUERN_EXPR_IN = 9        /* a value, then the list; expr_is_negated: NOT IN */
} QuernExprKind;

typedef enum QuernDialect {
    QUERN_DIALECT_ANSI = 0,    /* "column", ? */
    QUERN_DIALECT_SQLITE = 1,  /* "column", ?1 */
    QUERN_DIALECT_POSTGRES = 2 /* "column", $1 */
} QuernDialect;

/* An expression as SQL. Constants are parameters, in order; column names are quoted. */
typedef struct QuernSql {
    uint32_t struct_size;
    uint32_t version;
    const char *text;
    size_t parameter_count;
    const QuernValue *const *parameters;
    void *private_data;
} QuernSql;

/* What became known of a column while the query ran: the keys of a join's other side, the bound of a top-N. Rows that
 * it does not let through are wanted by nobody: they may be left out, or given. Its values live as long as the context.
 */
typedef struct QuernDynamicFilter {
    uint32_t struct_size;
    uint32_t version;
    bool keeps_nulls;              /* NULL is wanted too */
    bool has_minimum, has_maximum; /* both are included */
    bool has_keys;                 /* nothing but `key_count` values is wanted: dynamic_filter_key */
    size_t key_count;
    const void *snapshot; /* quern's */
    QuernValue minimum, maximum;
} QuernDynamicFilter;

/* Functions that a plugin may call, from any thread, while what it hands over is valid. It lives as long as the
 * process. */
typedef struct QuernHost {
    uint32_t struct_size;
    uint32_t version;

    /* True once the user wants the statement to stop: return QUERN_PROVIDER_CANCELLED soon. Ask once a batch. */
    bool (*context_is_cancelled)(const QuernContext *context);
    /* Counts large memory against the statement's limit; false when it is refused. What is not given back is when the
     * scan or call ends. */
    bool (*context_reserve_memory)(QuernContext *context, size_t size);
    void (*context_release_memory)(QuernContext *context, size_t size);
    /* One line for the user; copied. */
    void (*context_warn)(QuernContext *context, const char *message);
    const char *(*context_temp_folder)(const QuernContext *context);
    /* The session forbids writes (--safe). */
    bool (*context_is_read_only)(const QuernContext *context);

    QuernExprKind (*expr_kind)(const QuernExpr *expr);
    QuernType (*expr_type)(const QuernExpr *expr);
    /* COLUMN: index into the provider's schema; else SIZE_MAX. */
    size_t (*expr_column)(const QuernExpr *expr);
    /* CALL: "=", "<>", "<", "<=", ">", ">=", "not", "is null", "is not null", "~~" (LIKE), "lower", …; else "". Lives
     * as long as the process. */
    const char *(*expr_name)(const QuernExpr *expr);
    bool (*expr_is_negated)(const QuernExpr *expr);
    size_t (*expr_argument_count)(const QuernExpr *expr);
    const QuernExpr *(*expr_argument)(const QuernExpr *expr, size_t index); /* NULL: there is none */
    /* CONSTANT: its value (QUERN_INIT it first); text lives as long as the expression. False for other kinds. */
    bool (*expr_constant)(const QuernExpr *expr, QuernValue *ret_value);
    /* A comparison of a column with a constant, taken apart: "=", …, whichever side the column stands on. False when it
     * is none. */
    bool (*expr_comparison)(const QuernExpr *expr, size_t *ret_column, const char **ret_operator,
                            QuernValue *ret_value);
    /* A copy with one share, which lives until its last share is released; NULL when memory is out. */
    QuernExpr *(*expr_copy)(const QuernExpr *expr);
    void (*expr_retain)(QuernExpr *copy);
    void (*expr_release)(QuernExpr *copy); /* NULL is fine */
    /* The expression in a dialect, or QUERN_PROVIDER_UNSUPPORTED where that dialect has no words for it. Its meaning is
     * the dialect's: whether that equals quern's (collation, the case of LIKE) is for the caller to know. */
    int32_t (*expr_sql)(const QuernExpr *expr, QuernDialect dialect, const char *const *column_names,
                        size_t column_count, QuernSql **ret_sql, QuernProviderError *error);
    void (*sql_release)(QuernSql *sql); /* NULL is fine */

    /* Zeroed memory, aligned to 16, that lives as long as what the context is of: for an aggregate function, as its
     * states. NULL: none is left. */
    void *(*context_allocate)(QuernContext *context, size_t size);
    /* What is known by now of the scan's dynamic column `index` (into dynamic_columns), for the context that `open` was
     * given: false when it is nothing. May be asked at each batch, or never. QUERN_INIT the filter first. */
    bool (*context_dynamic_filter)(const QuernContext *context, size_t index, QuernDynamicFilter *ret_filter);
    /* One of the filter's keys; in ascending order. */
    void (*dynamic_filter_key)(const QuernDynamicFilter *filter, size_t index, QuernValue *ret_value);
} QuernHost;

/* ---- a scan: a described read ---- */

#define QUERN_NO_LIMIT UINT64_MAX

typedef struct QuernOrder {
    uint32_t struct_size;
    uint32_t version;
    uint64_t column; /* index into the provider's schema */
    bool is_descending;
    bool is_nulls_first;
} QuernOrder;

/* name(arguments): "count" (without arguments: of rows), "sum", "min", … */
typedef struct QuernAggregate {
    uint32_t struct_size;
    uint32_t version;
    const char *name;
    size_t argument_count;
    const size_t *arguments; /* columns: indexes into the provider's schema */
    bool is_distinct;
    uint8_t precision, scale; /* of a DECIMAL result */
    int32_t type;             /* QuernType of the result */
} QuernAggregate;

/* GROUP BY and aggregates over the rows that pass the filters. Without groups it gives one row, also over no rows. */
typedef struct QuernAggregation {
    uint32_t struct_size;
    uint32_t version;
    size_t group_count;
    const size_t *groups; /* columns */
    size_t aggregate_count;
    const QuernAggregate *const *aggregates;
} QuernAggregation;

/* What is wanted. Everything is a wish but the projection and the filters that were answered EXACT. The pointers are
 * valid until the scan is released. */
typedef struct QuernScanArgs {
    uint32_t struct_size;
    uint32_t version;
    QuernContext *context;
    size_t projection_count; /* 0: rows without columns, for count(*) */
    const size_t *projection;
    size_t filter_count;
    const QuernExpr *const *filters; /* ANDed: those that were answered EXACT or INEXACT, in order */
    uint64_t limit;                  /* of the scan as a whole: after so many rows it may stop */
    size_t order_count;              /* with an order, the limit binds only if the scan says is_ordered */
    const QuernOrder *const *orders;
    size_t parallelism; /* how many partitions may be read at once */
    /* NULL, or what stands directly above the scan. A scan that sets is_aggregated has taken it over whole: its streams
     * have the groups' columns, and behind them the aggregates'. */
    const QuernAggregation *aggregation;
    size_t dynamic_count; /* columns of which something may become known while the query runs */
    const size_t *dynamic_columns;
} QuernScanArgs;

typedef enum QuernPrecision {
    QUERN_PRECISION_ABSENT = 0,
    QUERN_PRECISION_ESTIMATE = 1,
    QUERN_PRECISION_EXACT = 2
} QuernPrecision;

typedef struct QuernColumnStatistics {
    uint32_t struct_size;
    uint32_t version;
    int32_t null_precision, distinct_precision, minimum_precision, maximum_precision; /* QuernPrecision */
    uint64_t null_count, distinct_count;                                              /* distinct: of the rest */
    const QuernValue *minimum, *maximum; /* of the column's type; NULL: absent */
} QuernColumnStatistics;

typedef struct QuernStatistics {
    uint32_t struct_size;
    uint32_t version;
    int32_t row_precision, byte_precision; /* QuernPrecision */
    uint64_t row_count, byte_size;
    size_t column_count; /* 0: nothing known of columns; else as many as the schema has */
    const QuernColumnStatistics *const *columns;
} QuernStatistics;

/* Made by `scan`, released when the statement ends. */
typedef struct QuernScan QuernScan;
struct QuernScan {
    uint32_t struct_size;
    uint32_t version;
    void *private_data;
    size_t partition_count;            /* at least 1 */
    bool is_ordered;                   /* rows come in the wanted order, partition after partition */
    const QuernStatistics *statistics; /* of what will come, columns as projected; may be NULL */
    /* The rows of a partition: columns are the projection, in its order. May do I/O. `context` lives as long as the
     * stream. */
    int32_t (*open)(QuernScan *scan, size_t partition, QuernContext *context, struct ArrowArrayStream *ret_stream,
                    QuernProviderError *error);
    /* Lines "name: text" for EXPLAIN, and for EXPLAIN ANALYZE after it ran; valid until the next call. Optional. */
    const char *(*explain)(QuernScan *scan);
    const char *(*explain_analyze)(QuernScan *scan);
    void (*release)(QuernScan *scan); /* optional */
    bool is_aggregated;               /* it does what args->aggregation wants; its order is free then */
};

/* ---- a provider: a table ---- */

typedef enum QuernTableType { QUERN_TABLE_BASE = 0, QUERN_TABLE_VIEW = 1, QUERN_TABLE_TEMPORARY = 2 } QuernTableType;

typedef enum QuernPushdown {
    QUERN_PUSHDOWN_UNSUPPORTED = 0, /* the filter stays in the plan, and is not handed to scan */
    QUERN_PUSHDOWN_INEXACT = 1,     /* handed to scan, and kept: rows may pass that should not; none may be lost */
    QUERN_PUSHDOWN_EXACT = 2        /* handed to scan alone: those rows pass for which it is TRUE, no others */
} QuernPushdown;

typedef enum QuernInsertOp {
    QUERN_INSERT_APPEND = 0,
    QUERN_INSERT_OVERWRITE = 1, /* what was there goes */
    QUERN_INSERT_REPLACE = 2,   /* rows with a colliding key go */
    QUERN_INSERT_IGNORE = 3     /* new rows with a colliding key stay out, and do not count; asked only of a provider
                                   whose struct goes as far as delete_rows */
} QuernInsertOp;

typedef enum QuernConstraintKind {
    QUERN_CONSTRAINT_PRIMARY_KEY = 0,
    QUERN_CONSTRAINT_UNIQUE = 1,
    QUERN_CONSTRAINT_NOT_NULL = 2,
    QUERN_CONSTRAINT_CHECK = 3
} QuernConstraintKind;

typedef struct QuernConstraint {
    uint32_t struct_size;
    uint32_t version;
    int32_t kind;     /* QuernConstraintKind */
    const char *name; /* or NULL */
    size_t column_count;
    const size_t *columns;
    const char *check; /* CHECK: an SQL condition */
} QuernConstraint;

/* A provider's own struct begins with this. */
typedef struct QuernProvider QuernProvider;
struct QuernProvider {
    uint32_t struct_size;
    uint32_t version;
    void *private_data;
    void (*retain)(QuernProvider *provider); /* one share more */
    void (*release)(QuernProvider *provider);
    /* Of format "+s": a child for each column. Called once, before anything else; may do I/O. */
    int32_t (*schema)(QuernProvider *provider, QuernContext *context, struct ArrowSchema *ret_schema,
                      QuernProviderError *error);
    /* Describes a read; does no I/O. */
    int32_t (*scan)(QuernProvider *provider, const QuernScanArgs *args, QuernScan **ret_scan,
                    QuernProviderError *error);

    /* ---- optional from here on ---- */

    QuernTableType (*table_type)(QuernProvider *provider);
    /* A QuernPushdown for each filter, in order. Pure and cheap. The column stands on the left, constants on the
     * right, both of the column's type; none is volatile or can fail. */
    int32_t (*supports_filters_pushdown)(QuernProvider *provider, const QuernExpr *const *filters, size_t filter_count,
                                         int32_t *ret_answers, QuernProviderError *error);
    /* Lives until the next call, or as long as the provider. May give NULL. */
    int32_t (*statistics)(QuernProvider *provider, QuernContext *context, const QuernStatistics **ret_statistics,
                          QuernProviderError *error);
    /* Asked once; live as long as the provider. */
    size_t (*constraints)(QuernProvider *provider, const QuernConstraint *const **ret_constraints);
    const char *(*column_default)(QuernProvider *provider, size_t column); /* SQL, or NULL */
    const char *(*table_definition)(QuernProvider *provider);              /* the CREATE statement, or NULL */
    const char *(*logical_plan)(QuernProvider *provider);                  /* a view's query as SQL, or NULL */
    /* Reads `input` (the table's columns, in order; defaults filled, constraints other than keys checked) to its end,
     * and says how many rows it took. When the input fails, or anything else, all is as it was. The stream is the
     * caller's: it is not to be released. */
    int32_t (*insert_into)(QuernProvider *provider, QuernContext *context, QuernInsertOp op,
                           struct ArrowArrayStream *input, uint64_t *ret_count, QuernProviderError *error);
    /* Rows for which all filters are TRUE; without filters all rows. All or nothing. Asked only when every filter was
     * answered EXACT; what it does not take goes through delete_rows, or is an error where there is none. */
    int32_t (*delete_from)(QuernProvider *provider, QuernContext *context, const QuernExpr *const *filters,
                           size_t filter_count, uint64_t *ret_count, QuernProviderError *error);
    /* The same: columns[i] becomes values[i], an expression over the row as it was. */
    int32_t (*update)(QuernProvider *provider, QuernContext *context, const size_t *columns,
                      const QuernExpr *const *values, size_t column_count, const QuernExpr *const *filters,
                      size_t filter_count, uint64_t *ret_count, QuernProviderError *error);
    int32_t (*truncate)(QuernProvider *provider, QuernContext *context, uint64_t *ret_count, QuernProviderError *error);

    /* Rows by their numbers, for DELETE and UPDATE of any form: scan is asked for one column more, whose index is the
     * number of the table's columns: the row's own number, an int64 ("l") that is good within the statement. `rows` is
     * a stream whose first column, "row number", is that; it may read this very table until its end, and is the
     * caller's. A number that comes twice counts once. All or nothing. */
    int32_t (*delete_rows)(QuernProvider *provider, QuernContext *context, struct ArrowArrayStream *rows,
                           uint64_t *ret_count, QuernProviderError *error);
    /* Behind the number stand the new values of all columns; `columns` are those that the statement assigns, the others
     * are as they were. A row whose number is NULL is new. */
    int32_t (*update_rows)(QuernProvider *provider, QuernContext *context, const size_t *columns, size_t column_count,
                           struct ArrowArrayStream *rows, uint64_t *ret_count, QuernProviderError *error);
    /* Whether `update` can do this; false: update_rows is asked, or it is an error. Pure and cheap. NULL: it always
     * can, when the values cannot be NULL where the column may not, and the table has no CHECK. */
    bool (*supports_update)(QuernProvider *provider, const size_t *columns, const QuernExpr *const *values,
                            size_t column_count);
    /* Transactions: begin may come again while one is open; commit and rollback are of the newest. What an inner one
     * commits an outer one may still undo; what the outermost commits is there for good when it returns. A commit that
     * fails leaves it open. Each statement that writes is within one. All three, or none: then writes within BEGIN are
     * refused. */
    int32_t (*begin)(QuernProvider *provider, QuernProviderError *error);
    int32_t (*commit)(QuernProvider *provider, QuernProviderError *error);
    void (*rollback)(QuernProvider *provider);
    /* Tables that give the same pointer are one in transactions: one of them is asked for all. NULL: each is its own.
     */
    const void *(*transaction_group)(QuernProvider *provider);
    /* So many of the schema's last columns are hidden: a query may name them, but * does not mean them, and they are
     * never written to. NULL: none. */
    size_t (*hidden_column_count)(QuernProvider *provider);
};

/* ---- formats: STORED AS name ---- */

typedef struct QuernOption {
    uint32_t struct_size;
    uint32_t version;
    const char *name, *value;
} QuernOption;

typedef struct QuernOpenArgs {
    uint32_t struct_size;
    uint32_t version;
    QuernContext *context;
    const char *location;              /* "" when there is none: a plugin's table needs none */
    const struct ArrowSchema *columns; /* those of the statement, or NULL: the caller's */
    size_t option_count;
    const QuernOption *const *options;
    /* What else the statement says of its columns. NOT NULL stands in `columns` alone. A format that cannot keep a
     * promise refuses it. */
    size_t constraint_count;
    const QuernConstraint *const *constraints;
    const char *const *defaults; /* SQL or NULL, one a column; NULL: there are none */
    size_t order_count;          /* WITH ORDER: how the rows are sorted already */
    const QuernOrder *const *orders;
    const char *table_name; /* what the table is going to be called; "" when nothing is known of that */
} QuernOpenArgs;

typedef struct QuernTableFormat QuernTableFormat;
struct QuernTableFormat {
    uint32_t struct_size;
    uint32_t version;
    void *private_data;
    const char *name;        /* STORED AS name */
    const char *extensions;  /* ".kv .log": files of these names have this format; NULL: none */
    const char *description; /* one line, or NULL */
    /* A table with one share for the caller. Options that it does not know are an error. */
    int32_t (*open)(const QuernTableFormat *format, const QuernOpenArgs *args, QuernProvider **ret_provider,
                    QuernProviderError *error);
};

/* ---- functions ----
 *
 * Types of arguments and results are Arrow formats, those in which quern hands out columns: "b" "s" "i" "l" "L" "g" "u"
 * "z" "tdD" "ttu" "tsu:" "tsu:UTC" "tin" "d:precision,scale". Arguments of other types are cast to them. Functions of
 * one name differ in their arguments. They are called by several threads at once. */

enum { QUERN_FUNCTION_MAX_ARGUMENTS = 8, QUERN_AGGREGATE_MAX_ARGUMENTS = 4 };

/* FROM name(arguments): a table made from constants. */
typedef struct QuernTableFunction QuernTableFunction;
struct QuernTableFunction {
    uint32_t struct_size;
    uint32_t version;
    void *private_data;
    const char *name;
    const char *description; /* one line, or NULL */
    size_t argument_count;
    const char *const *arguments;
    size_t optional_count; /* how many of the last ones may be left out */
    /* A table with one share for the caller. */
    int32_t (*open)(const QuernTableFunction *function, QuernContext *context, const QuernValue *const *arguments,
                    size_t argument_count, QuernProvider **ret_provider, QuernProviderError *error);
};

typedef enum QuernFunctionFlag {
    QUERN_FUNCTION_VOLATILE = 1,   /* two calls with the same arguments may differ */
    QUERN_FUNCTION_SEES_NULLS = 2, /* without it: NULL where an argument is; an aggregate passes over such rows */
    QUERN_FUNCTION_ANY_ORDER = 4   /* an aggregate: the order of its rows changes nothing. Without it one thread calls
                                      it, in their order; with it several do, each for states of its own, and merge */
} QuernFunctionFlag;

typedef struct QuernScalarFunction QuernScalarFunction;
struct QuernScalarFunction {
    uint32_t struct_size;
    uint32_t version;
    void *private_data;
    const char *name;
    const char *description; /* one line, or NULL */
    size_t argument_count;
    const char *const *arguments;
    const char *result;
    uint32_t flags; /* QuernFunctionFlag */
    /* `arguments` is a struct ("+s") with a child for each; *ret_result, of as many rows, is released by the caller.
     * A failure counts only if a row that matters is among them: the call is then made again with those rows alone. */
    int32_t (*call)(const QuernScalarFunction *function, QuernContext *context, const struct ArrowArray *arguments,
                    struct ArrowArray *ret_result, QuernProviderError *error);
};

/* State is `state_size` bytes, aligned to 8; all zero is the state of no rows. States are copied bytewise and dropped
 * without notice: what they point to is memory of host->context_allocate. */
typedef struct QuernAggregateFunction QuernAggregateFunction;
struct QuernAggregateFunction {
    uint32_t struct_size;
    uint32_t version;
    void *private_data;
    const char *name;
    const char *description; /* one line, or NULL */
    size_t argument_count;
    const char *const *arguments;
    const char *result;
    uint32_t flags;    /* QUERN_FUNCTION_SEES_NULLS, QUERN_FUNCTION_ANY_ORDER */
    size_t state_size; /* up to 4096 */
    /* Row i of `arguments`, a struct, goes to states[i]. Several may be the same. */
    int32_t (*update)(const QuernAggregateFunction *function, QuernContext *context, const struct ArrowArray *arguments,
                      void *const *states, QuernProviderError *error);
    /* from[i] is merged into into[i], which has the earlier rows (ANY_ORDER: other ones). from[i] stays as it was, and
     * the two share nothing.
     */
    int32_t (*merge)(const QuernAggregateFunction *function, QuernContext *context, const void *const *from,
                     void *const *into, size_t count, QuernProviderError *error);
    /* The value of each state, in an array of `count` rows that the caller releases. */
    int32_t (*finish)(const QuernAggregateFunction *function, QuernContext *context, const void *const *states,
                      size_t count, struct ArrowArray *ret_result, QuernProviderError *error);
};

/* ---- a plugin ---- */

typedef struct QuernPlugin {
    uint32_t struct_size;
    uint32_t version;
    const char *name, *description;
    size_t format_count;
    const QuernTableFormat *const *formats;
    size_t table_function_count;
    const QuernTableFunction *const *table_functions;
    size_t scalar_function_count; /* these two are known to the whole process */
    const QuernScalarFunction *const *scalar_functions;
    size_t aggregate_function_count;
    const QuernAggregateFunction *const *aggregate_functions;
} QuernPlugin;

#if defined(__GNUC__)
#define QUERN_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define QUERN_PLUGIN_EXPORT
#endif

/* What a library exports. Called at each LOAD; what it gives lives as long as the library, which is never unloaded.
 * Look at host->version when something is needed that a later version brought. */
typedef int32_t (*QuernPluginInit)(const QuernHost *host, const QuernPlugin **ret_plugin, QuernProviderError *error);
QUERN_PLUGIN_EXPORT int32_t quern_plugin_init(const QuernHost *host, const QuernPlugin **ret_plugin,
                                              QuernProviderError *error);

/* All that a library needs which brings one format: STORED AS format_name. `host_place`, a const QuernHost **, is told
 * the host, for who calls it; or NULL. */
#define QUERN_PLUGIN_OF_FORMAT(format_name, format_description, format_open, host_place)                               \
    int32_t quern_plugin_init(const QuernHost *quern_host_, const QuernPlugin **quern_plugin_,                         \
                              QuernProviderError *quern_error_)                                                        \
    {                                                                                                                  \
        static QuernTableFormat quern_format_;                                                                         \
        static const QuernTableFormat *const quern_formats_[] = {&quern_format_};                                      \
        static QuernPlugin quern_made_;                                                                                \
        const QuernHost **quern_place_ = (host_place);                                                                 \
        (void)quern_error_;                                                                                            \
        if (quern_place_)                                                                                              \
            *quern_place_ = quern_host_;                                                                               \
        QUERN_INIT(&quern_format_);                                                                                    \
        quern_format_.name = (format_name);                                                                            \
        quern_format_.description = (format_description);                                                              \
        quern_format_.open = (format_open);                                                                            \
        QUERN_INIT(&quern_made_);                                                                                      \
        quern_made_.name = (format_name);                                                                              \
        quern_made_.format_count = 1;                                                                                  \
        quern_made_.formats = quern_formats_;                                                                          \
        *quern_plugin_ = &quern_made_;                                                                                 \
        return QUERN_PROVIDER_OK;                                                                                      \
    }

#ifdef __cplusplus
}
#endif

#endif
