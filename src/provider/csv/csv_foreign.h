/* provider/csv/csv_foreign.h: files that are no CSV, by what they begin with. */
#ifndef QUERN_PROVIDER_CSV_CSV_FOREIGN_H
#define QUERN_PROVIDER_CSV_CSV_FOREIGN_H

#include "provider/csv/csv_options.h"

/* Raises BAD_DATA, with a hint at what reads it, when `head` begins as a file of another format does: a binary one, or
 * JSON, unless the options say how fields are written. */
void csv_foreign_refuse(const char *path, const CsvOptions *options, StringView head);

#endif
