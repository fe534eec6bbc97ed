/* provider/csv/csv_files.h: which files a folder or a pattern means, and what their paths say (year=2026/). */
#ifndef QUERN_PROVIDER_CSV_CSV_FILES_H
#define QUERN_PROVIDER_CSV_CSV_FILES_H

#include <stdint.h>

#include "base/context.h"

enum {
    CSV_FILES_DEPTH_LIMIT = 32, /* folders below one another */
    CSV_FILES_COUNT_LIMIT = 1000000,
};

typedef struct CsvFiles {
    size_t count;
    const char **paths; /* in byte order */
} CsvFiles;

/* Whether a location means many files: a folder, or a pattern that is no file's own name. */
bool csv_files_are_many(const char *location);

/* A folder: all files in it and below whose names are those of CSV files (`extensions`, as in Format), but for hidden
 * ones and those that begin with '_'. A pattern: the files that fit; '*', '?' and '[…]' stay within one part of a path,
 * "**" stands for any folders. Raises UNDEFINED_FILE when there are none, IO, LIMIT_EXCEEDED. */
CsvFiles csv_files_find(Arena *arena, const Context *context, const char *location, const char *extensions);

/* The parts of a path that are "key=value", in order: at most `limit`. Values as they mean: %XX undone; NULL data: the
 * value that stands for NULL. */
typedef struct CsvPathPart {
    StringView key, value;
} CsvPathPart;
size_t csv_path_parts(Arena *arena, const char *path, CsvPathPart *ret_parts, size_t limit);

#endif
