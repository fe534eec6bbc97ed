/* provider/sqlite/sqlite_ranges.h: a table's rowids in parts, which the cursors of a reading take one after the other.
 * How many parts there are hangs on the rowids alone. */
#ifndef QUERN_PROVIDER_SQLITE_SQLITE_RANGES_H
#define QUERN_PROVIDER_SQLITE_SQLITE_RANGES_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

typedef struct SqliteParts {
    bool is_whole; /* one part, which has no bounds: the rows are looked up */
    size_t count;
    int64_t first, last;
    uint64_t size; /* rowids of each but the last */
} SqliteParts;

/* Those of rowids first .. last. */
SqliteParts sqlite_parts_of(int64_t first, int64_t last);
/* Of a part below `count`. */
void sqlite_part_bounds(const SqliteParts *parts, size_t part, int64_t *ret_first, int64_t *ret_last);

typedef struct SqliteRanges {
    pthread_mutex_t mutex; /* guards what follows */
    bool is_agreed;
    SqliteParts parts;
    _Atomic size_t next; /* part that nobody has taken; not guarded */
} SqliteRanges;

/* `arena` is its owner. */
void sqlite_ranges_init(SqliteRanges *ranges, Arena *arena);
/* The parts that the first cursor came with: all take those, whatever they have come with. */
SqliteParts sqlite_ranges_agree(SqliteRanges *ranges, SqliteParts own);

#endif
