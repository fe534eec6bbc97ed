/* provider/csv/csv_cache.h: what a session has parsed of a file, kept for its later statements.
 *
 *   piece      0      1      2      3          a piece of the file (csv_morsels.h)
 *   column a   [==]   [==]          [==]       an entry: the column's vectors, one a batch
 *   column b   [==]                 [==]
 *   rows       [==]   [==]          [==]       how many rows each batch has, and where they begin;
 *                                              the piece's columns are cut into the same batches
 *
 * A file's first statement keeps nothing, since it may be the last; from the second on what is parsed is kept, and from
 * the third on a piece of which all is there is not read. Entries never change and are counted: they go when the last
 * cursor that reads them is done. Up to a quarter of the session's memory is taken for a file, half of it for all; then
 * columns that the statement does not ask for go, those that were not asked for the longest first; and where somebody
 * else would be refused memory, as many as it takes. All goes when the file has changed. */
#ifndef QUERN_PROVIDER_CSV_CSV_CACHE_H
#define QUERN_PROVIDER_CSV_CSV_CACHE_H

#include "column/vector.h"
#include "provider/csv/csv_shape.h"

typedef struct CsvCache CsvCache;

/* Which columns a scan asks for, as which types. */
typedef struct CsvCacheColumn {
    size_t column; /* of the file */
    Type type;
    bool is_declared;
} CsvCacheColumn;

/* A table's, in its arena. */
CsvCache *csv_cache_new(Arena *arena);

/* A reading of this state of the file begins. Returns its number, 0: nothing is kept. *ret_fills: what is parsed is to
 * be kept. */
uint64_t csv_cache_begin(CsvCache *cache, const Context *context, const CsvShape *shape, size_t piece_count,
                         const CsvCacheColumn *columns, size_t column_count, bool *ret_fills);

/* What one cursor takes from the cache, or makes for it, piece by piece. Its shares of entries are its arena's. */
typedef struct CsvKept CsvKept;

CsvKept *csv_kept_new(Arena *arena, const Context *context, CsvCache *cache, uint64_t reading,
                      const CsvCacheColumn *columns, size_t column_count);
/* The piece as it was kept: then csv_kept_next gives its batches. False: not all of it was. */
bool csv_kept_find(CsvKept *kept, uint64_t piece, bool *ret_is_odd);
/* The next batch: `targets` refer to its columns. False at the piece's end. */
bool csv_kept_next(CsvKept *kept, Vector **targets, size_t *ret_row_count, uint64_t *ret_offset);
/* A piece is read, and each of its batches added, whole; at its end all is kept. Forgotten when another begins first.
 */
void csv_kept_begin(CsvKept *kept, uint64_t piece, bool is_odd);
void csv_kept_add(CsvKept *kept, Vector *const *columns, size_t row_count, uint64_t offset);
/* False: there is no memory for more. */
bool csv_kept_end(CsvKept *kept);
/* What was begun is not wanted: there is a value that no statement may have to look at. */
void csv_kept_forget(CsvKept *kept);

#endif
