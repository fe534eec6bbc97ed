/* provider/csv/csv.h: tables that are CSV files: the provider's one way in. */
#ifndef QUERN_PROVIDER_CSV_CSV_H
#define QUERN_PROVIDER_CSV_CSV_H

#include "provider/catalog.h"

/* CREATE EXTERNAL TABLE … STORED AS CSV LOCATION 'path' OPTIONS (…), and file arguments. "-" is standard input. The
 * options are listed in csv_options.c. */
extern const Format csv_format;

#endif
