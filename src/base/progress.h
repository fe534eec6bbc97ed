/* base/progress.h: how far a statement is, by what drives its pipelines: scans, kept rows that are given, rows on disk.
 *
 * Each of them is a part, and says before it begins how much it has to go through, in bytes or what takes as long as
 * one. These are the driver nodes of Chaudhuri, Narasayya, Ramamurthy, "Estimating Progress of Execution for SQL
 * Queries" (SIGMOD 2004). Safe from any thread. */
#ifndef QUERN_BASE_PROGRESS_H
#define QUERN_BASE_PROGRESS_H

#include <stdatomic.h>
#include <stdint.h>

/* Of a statement. The total grows when more turns out to be done, such as when rows go to disk. */
typedef struct Progress {
    _Atomic uint64_t done, total;
} Progress;

typedef struct ProgressPart {
    Progress *whole; /* NULL: nobody wants to know */
    uint64_t total;
    uint64_t row_size;      /* what a row counts for; 0: no rows are counted */
    _Atomic uint64_t done;  /* may exceed the total, and does not count then */
    _Atomic uint64_t users; /* that have not left */
} ProgressPart;

/* What costs as much as bytes that are read: a row that an operator has kept, or that a source gives one by one. */
enum { PROGRESS_ROW = 32 };

/* Nothing is done, and nothing is known to be. */
void progress_reset(Progress *progress);
/* More is to be done than was told, or has been done. `progress` may be NULL. */
void progress_expect(Progress *progress, uint64_t size);
void progress_add(Progress *progress, uint64_t size);

/* `part` is zeroed. */
void progress_part_begin(ProgressPart *part, Progress *whole, uint64_t total, uint64_t row_size);
/* NULL is fine. */
void progress_part_add(ProgressPart *part, uint64_t size);
/* Copies of an operator work at one part; when the last of them leaves, all of it counts as done. */
void progress_part_enter(ProgressPart *part);
void progress_part_leave(ProgressPart *part);

#endif
