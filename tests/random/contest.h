/* tests/random/contest.h: runs a query everywhere and says whether the answers agree. */
#ifndef QUERN_RANDOM_CONTEST_H
#define QUERN_RANDOM_CONTEST_H

#include <quern/quern.h>
#include <sqlite3.h>

#include "generator.h"

/* Settings of quern that must not change an answer, and what they change; the first is the default. */
#define CONFIGURATIONS(X)                                                                                              \
    X("", "")                                                                                                          \
    X("optimizer off", "SET optimizer = off")                                                                          \
    X("batch_size 1", "SET batch_size = 1")                                                                            \
    X("batch_size 3", "SET batch_size = 3")                                                                            \
    X("optimizer off, batch_size 3", "SET optimizer = off; SET batch_size = 3")                                        \
    X("spill_after 3", "SET spill_after = 3")                                                                          \
    X("threads 4", "SET threads = 4")                                                                                  \
    X("threads 4, spill_after 3", "SET threads = 4; SET batch_size = 3; SET spill_after = 3")                          \
    X("a rule left out", "") /* contest->skip_rule */

enum { RULE_LIMIT = 28 }; /* at least as many as the optimizer has */

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
    Arena *arena;     /* of one query's answers: reset by each run */
    size_t skip_rule; /* the number of the optimizer's rule that one configuration leaves out */
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
