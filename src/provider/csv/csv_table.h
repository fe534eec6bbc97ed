/* provider/csv/csv_table.h: one CSV file as a table: what its provider functions share. */
#ifndef QUERN_PROVIDER_CSV_CSV_TABLE_H
#define QUERN_PROVIDER_CSV_CSV_TABLE_H

#include <pthread.h>

#include "provider/csv/csv_shape.h"
#include "provider/provider.h"

/* Shapes live as long as the table: plans refer to them. `mutex` guards `shape` and `is_contradicted`, and what
 * csv_table_contradict adds to the shape's evidence. */
typedef struct CsvTable {
    TableProvider base; /* first, so that a TableProvider * can be cast back */
    const char *path;   /* "stdin" for a stream that is standard input */
    const CsvOptions *options;
    CsvSpool *spool; /* of a stream; NULL: a regular file */
    pthread_mutex_t mutex;
    CsvShape *shape;      /* of the file as it was seen last; NULL: not yet */
    bool is_contradicted; /* a value did not fit its column's detected type: the next shape is wider */
} CsvTable;

/* The shape of the file as it is now: looked at again when it has changed. */
CsvShape *csv_table_shape(CsvTable *table, const Context *context);
/* A value was met that its column's type does not take. */
void csv_table_contradict(CsvTable *table, CsvShape *shape, size_t column, StringView text);

/* csv_scan.c */
Scan *csv_scan(TableProvider *table, const ScanArgs *args);
void csv_supports_filters_pushdown(TableProvider *table, Expr *const *filters, size_t filter_count,
                                   FilterPushdown *ret_answers);
/* csv_insert.c */
uint64_t csv_insert_into(TableProvider *table, const Context *context, InsertOp op, BatchStream *input);

#endif
