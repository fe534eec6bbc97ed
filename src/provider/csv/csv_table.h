/* provider/csv/csv_table.h: one CSV file as a table: what its provider functions share. */
#ifndef QUERN_PROVIDER_CSV_CSV_TABLE_H
#define QUERN_PROVIDER_CSV_CSV_TABLE_H

#include <pthread.h>

#include "provider/catalog.h"
#include "provider/csv/csv_cache.h"
#include "provider/csv/csv_shape.h"
#include "provider/provider.h"

/* Shapes live as long as the table: plans refer to them. `mutex` guards `shape` and `is_contradicted`, and what
 * csv_table_contradict adds to the shape's evidence. */
typedef struct CsvTable {
    TableProvider base; /* first, so that a TableProvider * can be cast back */
    const char *path;   /* "stdin" for a stream that is standard input */
    const CsvOptions *options;
    CsvSpool *spool; /* of a stream; NULL: a regular file */
    CsvCache *cache;
    pthread_mutex_t mutex;
    CsvShape *shape;      /* of the file as it was seen last; NULL: not yet */
    bool is_contradicted; /* a value did not fit its column's detected type: the next shape is wider */
} CsvTable;

/* The shape of the file as it is now: looked at again when it has changed. */
CsvShape *csv_table_shape(CsvTable *table, const Context *context);
/* The table's text once more: a file, or a share of its spool. */
CsvSource *csv_table_source(CsvTable *table, const CsvShape *shape, Arena *arena, const Context *context);
/* A value was met that its column's type does not take; `text` is without the file's style (csv_style.h). */
void csv_table_contradict(CsvTable *table, CsvShape *shape, size_t column, StringView text);

/* csv_provider.c: a table over one file, in `arena`; whose share count nobody looks at but who made it. */
CsvTable *csv_table_make(Arena *arena, const char *path, const CsvOptions *options, const ContextInput *input);
/* csv_union.c: one over all files that a folder or a pattern means. */
TableProvider *csv_union_new(const FormatArgs *args);

/* csv_scan.c */
Scan *csv_scan(TableProvider *table, const ScanArgs *args);
/* The same with a shape of the caller's: of the table's file, columns of other types that keep every value. */
Scan *csv_scan_shape(CsvTable *table, CsvShape *shape, const ScanArgs *args);
/* What cursors on a scan have done, for EXPLAIN ANALYZE. */
typedef struct CsvScanCounts {
    uint64_t bytes_read, row_count, dropped_count, parsed_count, kept_count;
} CsvScanCounts;
CsvScanCounts csv_scan_counts(Scan *scan);
void csv_scan_counts_explain(const CsvScanCounts *counts, bool has_filters, Text *text);
void csv_supports_filters_pushdown(TableProvider *table, Expr *const *filters, size_t filter_count,
                                   FilterPushdown *ret_answers);
/* csv_cursor.c */
/* Whether nothing is left for another cursor of the reading. */
bool csv_reading_is_taken(Scan *scan, void *reading);
/* A cursor is part of another: its morsels are told there, from `morsel_base` on. */
void csv_stream_set_outer(BatchStream *stream, BatchStream *outer, uint64_t morsel_base);
/* csv_sample.c */
bool csv_sample(TableProvider *table, const Context *context, Arena *arena, const size_t *columns, size_t column_count,
                size_t row_count, void (*visit)(void *user, Batch *batch), void *user);
/* csv_check.c */
BatchStream *csv_check(const FormatArgs *args);
/* csv_insert.c */
uint64_t csv_insert_into(TableProvider *table, const Context *context, InsertOp op, BatchStream *input);
/* csv_change.c */
uint64_t csv_delete_rows(TableProvider *table, const Context *context, BatchStream *rows);
uint64_t csv_update_rows(TableProvider *table, const Context *context, const size_t *columns, size_t column_count,
                         BatchStream *rows);
uint64_t csv_truncate(TableProvider *table, const Context *context);

#endif
