/* provider/csv/csv_reject.h: rows that are left out (on_error reject), told to the session with their places. */
#ifndef QUERN_PROVIDER_CSV_CSV_REJECT_H
#define QUERN_PROVIDER_CSV_CSV_REJECT_H

#include "provider/csv/csv_parse.h"
#include "provider/csv/csv_table.h"

/* Those of one cursor that were not reported yet. */
typedef struct CsvRejects CsvRejects;

CsvRejects *csv_rejects_new(Arena *arena, const Context *context, CsvTable *table, const CsvShape *shape);
/* A record that breaks the structure; a CsvRejectFunction. */
void csv_rejects_add(void *rejects, uint64_t offset, size_t field, const char *reason, StringView text);
/* Rows that the parse has marked as rejected and that were not `before`. */
void csv_rejects_add_values(CsvRejects *rejects, const CsvParse *parse, const uint64_t *before);
/* Tells of all that were added, in the order of the file: once a batch, while its bytes are near. NULL is fine. */
void csv_rejects_report(CsvRejects *rejects);

#endif
