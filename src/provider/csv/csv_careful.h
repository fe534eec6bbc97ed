/* provider/csv/csv_careful.h: the byte-by-byte reader: dialects that the kernels do not know, and the place of errors.
 */
#ifndef QUERN_PROVIDER_CSV_CSV_CAREFUL_H
#define QUERN_PROVIDER_CSV_CSV_CAREFUL_H

#include "provider/csv/csv_index.h"

/* As csv_index_run, for every dialect. Stops at the first record that cannot be read: index->problem. */
void csv_careful_run(CsvIndex *index, const CsvDialect *dialect, const char *data, size_t start, size_t size,
                     bool is_end);

/* The text of a quoted field without its quotes, or of one with backslashes, escapes undone; `target` has room for
 * content.size bytes. */
size_t csv_unescape(const CsvDialect *dialect, StringView content, char *target);

#endif
