/* tests/bench/duckdb.c: the part of DuckDB's C API that is needed here, by its documentation, as function pointers. */
#include "duckdb.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DUCKDB_OK = 0 };

/* The API's own struct, which the caller makes and the library fills; all but the size is the library's affair. */
typedef struct DuckDbResult {
    uint64_t fields[5];
    void *internal;
} DuckDbResult;

typedef void (*Replace)(void *info, const char *table_name, void *data);

/* X(name, result, parameters) */
#define FUNCTIONS(X)                                                                                                   \
    X(create_config, int, (void **config))                                                                             \
    X(set_config, int, (void *config, const char *name, const char *value))                                            \
    X(destroy_config, void, (void **config))                                                                           \
    X(open_ext, int, (const char *path, void **database, void *config, char **error))                                  \
    X(close, void, (void **database))                                                                                  \
    X(connect, int, (void *database, void **connection))                                                               \
    X(disconnect, void, (void **connection))                                                                           \
    X(query, int, (void *connection, const char *sql, DuckDbResult *result))                                           \
    X(destroy_result, void, (DuckDbResult * result))                                                                   \
    X(result_error, const char *, (DuckDbResult * result))                                                             \
    X(column_count, uint64_t, (DuckDbResult * result))                                                                 \
    X(row_count, uint64_t, (DuckDbResult * result))                                                                    \
    X(value_varchar, char *, (DuckDbResult * result, uint64_t column, uint64_t row))                                   \
    X(free, void, (void *memory))                                                                                      \
    X(add_replacement_scan, void, (void *database, Replace replace, void *data, void (*release)(void *data)))          \
    X(replacement_scan_set_function_name, void, (void *info, const char *name))                                        \
    X(replacement_scan_add_parameter, void, (void *info, void *value))                                                 \
    X(create_varchar, void *, (const char *text))                                                                      \
    X(destroy_value, void, (void **value))

struct DuckDb {
    void *database, *connection;
    const char *folder;
#define FUNCTION_POINTER(name, result, parameters) result(*name) parameters;
    FUNCTIONS(FUNCTION_POINTER)
#undef FUNCTION_POINTER
};

static void library_load(DuckDb *self, const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        fail("%s", dlerror());
#define FUNCTION_LOAD(name, result, parameters)                                                                        \
    self->name = (result(*) parameters)dlsym(library, "duckdb_" #name);                                                \
    if (self->name == NULL)                                                                                            \
        fail("%s: has no duckdb_" #name, path);
    FUNCTIONS(FUNCTION_LOAD)
#undef FUNCTION_LOAD
}

/* The table `lineitem` is read_csv_auto('FOLDER/lineitem.csv'). */
static void table_replace(void *info, const char *table_name, void *data)
{
    DuckDb *self = data;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.csv", self->folder, table_name);
    void *value = self->create_varchar(path);
    self->replacement_scan_set_function_name(info, "read_csv_auto");
    self->replacement_scan_add_parameter(info, value);
    self->destroy_value(&value);
}

DuckDb *duckdb_start(const char *library, const char *folder, unsigned thread_count)
{
    DuckDb *self = calloc(1, sizeof *self);
    char threads[16], *error = NULL;
    void *config;
    if (self == NULL)
        fail("out of memory");
    library_load(self, library);
    self->folder = folder;
    snprintf(threads, sizeof threads, "%u", thread_count);
    if (self->create_config(&config) != DUCKDB_OK || self->set_config(config, "threads", threads) != DUCKDB_OK ||
        self->open_ext(NULL, &self->database, config, &error) != DUCKDB_OK ||
        self->connect(self->database, &self->connection) != DUCKDB_OK)
        fail("duckdb: cannot be started: %s", error ? error : "no reason given");
    self->destroy_config(&config);
    if (folder)
        self->add_replacement_scan(self->database, table_replace, self, NULL);
    return self;
}

void duckdb_stop(DuckDb *self)
{
    self->disconnect(&self->connection);
    self->close(&self->database);
    free(self);
}

static void answer_take_result(DuckDb *self, DuckDbResult *result, Answer *answer)
{
    uint64_t column_count = self->column_count(result), row_count = self->row_count(result);
    for (uint64_t row = 0; row < row_count; row++) {
        for (uint64_t column = 0; column < column_count; column++) {
            char *text = self->value_varchar(result, column, row);
            answer_append(answer, text ? text : "", text ? strlen(text) : 0);
            answer_append(answer, "\t", 1);
            self->free(text);
        }
        answer_append(answer, "\n", 1);
    }
}

Timing duckdb_run(DuckDb *self, const char *sql, Answer *answer)
{
    DuckDbResult result;
    Timing start = timing_start();
    if (self->query(self->connection, sql, &result) != DUCKDB_OK)
        fail("duckdb: %s\n  %s", self->result_error(&result), sql);
    if (answer) {
        answer_reset(answer);
        answer_take_result(self, &result, answer);
    }
    Timing timing = timing_since(start);
    self->destroy_result(&result);
    return timing;
}
