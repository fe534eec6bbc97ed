/* provider/csv/csv_journal.h: a note beside a file that an INSERT is under way: how large the file was, and will be.
 *
 *   data.csv                  data.csv.quern-journal
 *   +-----------+--------+    "quern csv journal 1 OLD NEW CHECKSUM\n"
 *   | committed | tail   |
 *   +-----------+--------+
 *             OLD      NEW
 *
 * The journal is on disk before the first byte of the tail is, and goes when the last one is: so while it is there, the
 * tail does not count. Readers stop at OLD, the next writer cuts the file there. A journal that is not whole was never
 * followed by a tail, and means nothing. */
#ifndef QUERN_PROVIDER_CSV_CSV_JOURNAL_H
#define QUERN_PROVIDER_CSV_CSV_JOURNAL_H

#include <stdint.h>

#include "base/arena.h"

typedef struct CsvJournal {
    uint64_t old_size, new_size;
} CsvJournal;

/* Symbolic links are followed: the journal stands beside the file itself. */
const char *csv_journal_path(Arena *arena, const char *path);
/* Whether there is a whole journal. Raises IO when it cannot be read. */
bool csv_journal_read(Arena *scratch, const char *path, CsvJournal *ret_journal);
/* Written, and on disk. Raises IO or DISK_FULL, and then there is none. */
void csv_journal_write(Arena *scratch, const char *path, const CsvJournal *journal);
/* Gone, and that on disk. Raises IO. None there is fine. */
void csv_journal_remove(Arena *scratch, const char *path);

#endif
