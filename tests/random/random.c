/* tests/random/random.c: random queries over random tables: quern's answers must be SQLite's, and must not depend on
 * quern's settings.
 *   random SECONDS SEED [KEEP]
 * Runs for SECONDS, or for a count of queries where it is written as "500q". A difference is made small and printed as
 * a script; KEEP ("keep") goes on behind it. The last line is "N passed, N failed". */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "contest.h"
#include "shrink.h"

enum { QUERIES_PER_TABLES = 40, FAILURE_LIMIT = 20 };

static const char *const verdict_names[] = {
    "agreed",
    "agreed, without sqlite",
    "skipped",
    "sqlite contradicts itself",
    "not supported",
    "differs from sqlite",
    "differs with its settings",
    "refused, and sqlite answers",
};

typedef struct Tester {
    Contest contest;
    uint64_t seed;
    size_t counts[REFUSED + 1];
    size_t with_rows; /* queries that agreed on something */
    Arena *tables_arena, *query_arena;
    char folder[64];
} Tester;

/* What is running, for a handler of crashes. */
static struct {
    const char *tables, *query;
    QuernConnection *connection;
} current;

static void text_print(const char *text)
{
    if (text != NULL && write(STDERR_FILENO, text, strlen(text)) < 0)
        _exit(2);
}

static void crash_report(int signal_number)
{
    text_print("\n-- quern crashed on\n");
    text_print(current.tables);
    text_print(current.query);
    text_print(";\n");
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void alarm_interrupt(int signal_number)
{
    (void)signal_number;
    quern_interrupt(current.connection);
}

static void failure_print(Tester *tester, const Tables *tables, const Node *query, uint64_t seed, Verdict verdict)
{
    Text text = text_in(tester->query_arena);
    text_add_format(&text, "\n-- %s: make random SECONDS=1q SEED=%llu\n", verdict_names[verdict],
                    (unsigned long long)seed);
    contest_write_tables(&tester->contest, tables, &text);
    node_write(query, QUERN, &text);
    text_add(&text, ";\n");
    if (verdict != DIFFERS_SELF) {
        text_add(&text, "-- in SQLite:\n-- ");
        node_write(query, SQLITE, &text);
        text_add(&text, ";\n");
    }
    text_add(&text, text_string(&tester->contest.difference));
    fputs(text_string(&text), stdout);
    fflush(stdout);
}

/* Each query is made from a seed of its own, and its tables from that of the round: `seed` counts queries. */
static bool query_test(Tester *tester, uint64_t seed, bool is_first)
{
    static Tables tables;
    Random table_random = {seed - seed % QUERIES_PER_TABLES}, random = {~seed};
    random.state = random_next(&random); /* neighbours would give the same numbers, shifted */
    if (is_first || seed % QUERIES_PER_TABLES == 0) {
        arena_reset(tester->tables_arena);
        tables_generate(&tables, tester->tables_arena, &table_random);
        contest_load(&tester->contest, &tables);
        Text text = text_in(tester->tables_arena);
        contest_write_tables(&tester->contest, &tables, &text);
        current.tables = text_string(&text);
    }
    arena_reset(tester->query_arena);
    Node *query = query_generate(&tables, tester->query_arena, &random);
    Text text = text_in(tester->query_arena);
    node_write(query, QUERN, &text);
    current.query = text_string(&text);
    tester->contest.skip_rule = 1 + seed % RULE_LIMIT;
    Verdict verdict = contest_run(&tester->contest, query);
    tester->counts[verdict]++;
    tester->with_rows += verdict <= AGREED_ALONE && tester->contest.row_count > 0;
    if (!verdict_is_failure(verdict))
        return true;
    Tables small = tables;
    shrink(&tester->contest, &small, query, tester->query_arena, verdict);
    failure_print(tester, &small, query, seed, verdict);
    contest_load(&tester->contest, &tables);
    return false;
}

static size_t failure_count(const Tester *tester)
{
    size_t count = 0;
    for (size_t v = DIFFERS_SQLITE; v <= REFUSED; v++)
        count += tester->counts[v];
    return count;
}

static void tester_run(Tester *tester, const char *duration, size_t failure_limit)
{
    bool is_count = strchr(duration, 'q') != NULL;
    size_t limit = strtoull(duration, NULL, 10);
    time_t start = time(NULL);
    for (size_t i = 0; is_count ? i < limit : (size_t)(time(NULL) - start) < limit; i++) {
        query_test(tester, tester->seed + i, i == 0);
        if (failure_count(tester) >= failure_limit)
            break;
    }
}

static void folder_remove(const Tester *tester)
{
    char path[128];
    for (size_t i = 0; i < TABLE_LIMIT; i++) {
        snprintf(path, sizeof path, "%s/t%zu.csv", tester->folder, i);
        unlink(path);
        snprintf(path, sizeof path, "%s/t%zu.db", tester->folder, i);
        unlink(path);
    }
    rmdir(tester->folder);
}

int main(int argument_count, char **arguments)
{
    static Tester tester = {.folder = "/tmp/quern-random-XXXXXX"};
    if (argument_count < 3 || mkdtemp(tester.folder) == NULL) {
        fprintf(stderr, "usage: random SECONDS SEED [keep]\n");
        return 2;
    }
    tester.seed = strtoull(arguments[2], NULL, 10);
    tester.tables_arena = arena_new_child(NULL);
    tester.query_arena = arena_new_child(NULL);
    contest_init(&tester.contest, tester.folder);
    current.connection = tester.contest.quern;
    signal(SIGSEGV, crash_report);
    signal(SIGABRT, crash_report);
    signal(SIGFPE, crash_report);
    signal(SIGALRM, alarm_interrupt);
    printf("seed %llu\n", (unsigned long long)tester.seed);
    tester_run(&tester, arguments[1], argument_count > 3 ? FAILURE_LIMIT : 1);
    folder_remove(&tester);
    for (size_t v = 0; v <= REFUSED; v++)
        if (tester.counts[v] > 0)
            printf("%s: %zu\n", verdict_names[v], tester.counts[v]);
    printf("agreed on some rows: %zu\n", tester.with_rows);
    size_t failed = failure_count(&tester);
    printf("%zu passed, %zu failed\n", tester.counts[AGREED] + tester.counts[AGREED_ALONE], failed);
    contest_done(&tester.contest);
    arena_free(tester.tables_arena);
    arena_free(tester.query_arena);
    return failed > 0;
}
