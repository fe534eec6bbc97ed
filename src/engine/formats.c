/* engine/formats.c: the built-in formats. */
#include "engine/formats.h"

#include "provider/arrow/arrow.h"
#include "provider/csv/csv.h"
#include "provider/sqlite/sqlite.h"

const Format *const engine_formats[] = {&csv_format, &sqlite_format, &arrow_format, NULL};
