/* provider/csv/csv_difference.h: what a statement would change in a file, as lines of diff -u: SET dry_run. */
#ifndef QUERN_PROVIDER_CSV_CSV_DIFFERENCE_H
#define QUERN_PROVIDER_CSV_CSV_DIFFERENCE_H

#include "provider/csv/csv_error.h"
#include "provider/csv/csv_write.h"

typedef struct CsvDifference {
    const Context *context;
    CsvSource *source; /* of the file, to count lines */
    CsvPlace place;
    uint64_t removed_count, added_count; /* lines so far */
} CsvDifference;

/* Names the file. The difference lives in the write's arena. */
CsvDifference *csv_difference_new(CsvWrite *write);
/* At `offset` of the file, which is no smaller than the one before: `removed` goes, `added` comes. Both are whole
 * lines, or empty. */
void csv_difference_add(CsvDifference *difference, uint64_t offset, StringView removed, StringView added);

#endif
