/* provider/csv/csv_write.h: what all writing to a file has in common: the lock, and the new file that takes its place.
 */
#ifndef QUERN_PROVIDER_CSV_CSV_WRITE_H
#define QUERN_PROVIDER_CSV_CSV_WRITE_H

#include "base/file.h"
#include "provider/csv/csv_table.h"

/* One statement's writing: all it holds goes with the arena, the lock too. */
typedef struct CsvWrite {
    CsvTable *table;
    CsvShape *shape;
    const Context *context;
    Arena *arena;
    int descriptor; /* of the file, locked */
    struct stat status;
    char *copy_buffer;
    struct CsvDifference *difference; /* SET dry_run: nothing is written, this is told; else NULL */
} CsvWrite;

/* Locks the file, and cuts off what an INSERT that was killed has left. Raises where the file cannot be written to, by
 * us or at all, or is no longer what it was when the statement was planned. */
void csv_write_begin(CsvWrite *write, Arena *arena, CsvTable *table, const Context *context);
/* The line end that a file without a final one lacks; "": it has one. */
const char *csv_missing_line_end(CsvWrite *write);
const char *csv_line_end_text(CsvLineEnd line_end);
/* What NULL is written as: nothing where that is read as NULL, else the first word that is. */
const char *csv_null_text(const CsvDialect *dialect);

/* The file's bytes start .. end-1, to another's target_offset. False: errno says why. */
bool csv_write_copy(CsvWrite *write, int target, uint64_t start, uint64_t end, uint64_t target_offset);
/* The file's bytes start .. end-1, in the write's arena: for a difference. */
StringView csv_write_read(CsvWrite *write, uint64_t start, uint64_t end);
/* Raises unless the file is still what it was when the lock was taken: before anything is written. */
void csv_write_require_same(CsvWrite *write);

/* A file beside the table's, of the same owner and mode. */
NewFile *csv_new_file_open(CsvWrite *write);
/* On disk, and in the place of the table's file, which must be as it was. */
void csv_new_file_commit(CsvWrite *write, NewFile *file);

#endif
