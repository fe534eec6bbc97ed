/* tests/random/contest.h: runs a query everywhere and says whether the answers agree. */
#ifndef QUERN_RANDOM_CONTEST_H
#define QUERN_RANDOM_CONTEST_H

#include <quern/quern.h>
#include <sqlite3.h>

#include "generator.h"

/* Settings of quern that must not change an answer; the first is the default. */
#define CONFIGURATIONS(X)                                                                                              \
    X("", "on", "2048", "0", "1")                                                                                      \
    X("optimizer off", "off", "2048", "0", "1")                                                                        \
    X("batch_size 1", "on", "1", "0", "1")                                                                             \
    X("batch_size 3", "on", "3", "0", "1")                                                                             \
    X("optimizer off, batch_size 3", "off", "3", "0", "1")                                                             \
    X("spill_after 3", "on", "2048", "3", "1")                                                                         \
    X("threads 4", "on", "2048", "0", "4")                                                                             \
    X("threads 4, spill_after 3", "on", "3", "3", "4")

typedef enum Verdict {
    AGREED,         /* all answers are the same */
    AGREED_ALONE,   /* quern's answers are; SQLite has no such query */
    SKIPPED,        /* a value did not fit, or both refused: nothing to compare */
    SQLITE_DOUBTS,  /* SQLite gives quern's answer with its optimizer off, and another with it on */
    UNSUPPORTED,    /* quern says that it has no such feature */
    DIFFERS_SQLITE, /* quern's answers agree, SQLite's is another */
    DIFFERS_SELF,   /* quern's answers depend on its settings */
    REFUSED         /* quern raises where SQLite answers */
} Verdict;

typedef struct Contest {
    Arena *arena; /* of one query's answers: reset by each run */
    QuernConnection *quern;
    sqlite3 *sqlite;
    const char *folder; /* for files of tables; ends with no slash */
    size_t row_count;   /* of the last answer of quern */
    Text difference;    /* what differed, for people */
    char error[256];    /* of quern, where the verdict is REFUSED */
} Contest;

void contest_init(Contest *contest, const char *folder);
void contest_done(Contest *contest);
/* Drops the tables of before and makes these. */
void contest_load(Contest *contest, const Tables *tables);
Verdict contest_run(Contest *contest, const Node *query);
static inline bool verdict_is_failure(Verdict verdict)
{
    return verdict >= DIFFERS_SQLITE;
}
/* What makes the tables in quern, as a script. */
void contest_write_tables(const Contest *contest, const Tables *tables, Text *text);

#endif
