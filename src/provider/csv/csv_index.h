/* provider/csv/csv_index.h: where the fields and records of a piece of a file end: what the reader's first step makes.
 *
 *      data        i d , n a m e LF 1 , A n n LF 2 , B o LF
 *                  0     3       7    9       13   15    18
 *   ends[-1] = -1
 *   ends           2 7 9 13 15 18          of each field, in order, its delimiter or line end
 *   records[-1] = 0
 *   records        2 4 6                   fields up to the end of each record
 *
 * Field c of record r begins behind ends[records[r - 1] + c - 1] and ends before ends[records[r - 1] + c]. */
#ifndef QUERN_PROVIDER_CSV_CSV_INDEX_H
#define QUERN_PROVIDER_CSV_CSV_INDEX_H

#include "base/arena.h"
#include "base/cpu.h"
#include "provider/csv/csv_dialect.h"

typedef enum CsvProblemKind {
    CSV_PROBLEM_NONE,
    CSV_PROBLEM_STRAY_QUOTE,      /* within an unquoted field */
    CSV_PROBLEM_TEXT_AFTER_QUOTE, /* behind a closing quote */
    CSV_PROBLEM_UNCLOSED_QUOTE,   /* the data ends within quotes */
    CSV_PROBLEM_TEXT_AFTER_END,   /* behind \. */
} CsvProblemKind;

/* Why the record behind the last whole one cannot be read. Positions are those of `ends`. */
typedef struct CsvProblem {
    CsvProblemKind kind;
    uint32_t record_start, field_start;
    uint32_t position;     /* of what is wrong */
    uint32_t field_number; /* from 1 */
    uint32_t resume;       /* behind the line that the problem is in: where a reader that leaves it out goes on */
} CsvProblem;

typedef struct CsvIndex {
    uint32_t *ends;    /* ends[-1] may be read: the position before the first record, modulo 2^32 */
    uint32_t *records; /* records[-1] may be read: 0 */
    size_t capacity;
    size_t record_count;
    size_t end; /* behind the last record: where the next begins */
    bool has_ends;
    bool is_full; /* stopped for want of capacity */
    bool has_quotes;
    bool is_ascii;
    bool has_nul;
    CsvProblem problem; /* behind the last record */
} CsvIndex;

/* Room for `capacity` fields; freed with the arena. */
void csv_index_init(CsvIndex *index, Arena *arena, size_t capacity);
/* Room for twice as many; what was indexed is forgotten. */
void csv_index_grow(CsvIndex *index, Arena *arena);

/* Indexes data[start .. size-1], which begins with a record; readable for CSV_KERNEL_GROUP bytes more. What stands
 * behind the last whole record is left for a later call, unless is_end, where it is an unclosed quote. At the end of a
 * file the caller has made sure of a line end. Without `wants_ends` only `records` is filled, where the dialect is
 * plain and has no bad quote (has_ends tells). */
void csv_index_run(CsvIndex *index, const CsvDialect *dialect, CpuLevel level, const char *data, size_t start,
                   size_t size, bool is_end, bool wants_ends);

/* Behind the first line end outside quotes in data[start .. size-1]; 0: there is none. Of a plain dialect; `is_inside`:
 * data[start] is within quotes. data[size] is readable, and tells whether a CR before it is a line end. */
size_t csv_record_end(const CsvDialect *dialect, const char *data, size_t start, size_t size, bool is_inside);
/* Behind the last line end outside quotes in data[0 .. size-1], which begins with a record; 0: there is none. Likewise.
 */
size_t csv_record_last_end(const CsvDialect *dialect, CpuLevel level, const char *data, size_t size);
/* Whether there is an odd number of quotes. */
bool csv_index_is_odd(CpuLevel level, const char *data, size_t size, char quote);
/* How many line ends there are, that of CR LF at its LF: data[size] is readable. */
size_t csv_index_line_count(CpuLevel level, const char *data, size_t size);

#endif
