/* runner/run.c: runs one test file on a connection of its own and counts verdicts.
 *
 * The file is interpreted line by line: a loop runs its lines again with other variables, an include runs another
 * file's lines in the same place. */
#include "run.h"

#include <errno.h>
#include <ftw.h>
#include <glob.h>
#include <libgen.h>
#include <quern/quern.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"
#include "compare.h"
#include "loop.h"
#include "pattern.h"
#include "watchdog.h"

#define NESTING_MAX 16 /* loops and includes within each other */

typedef struct Run {
    Arena *arena;  /* the file's */
    Arena *record; /* emptied before each record */
    const RunOptions *options;
    const SkipList *skips;
    Totals *totals;
    QuernConnection *connection;
    const Script *script; /* the one that is read: the file, or one that it includes */
    Variables variables;
    Map labels; /* the hash that all queries of a label share */
    SortMode sort;
    unsigned depth;
    size_t failures_shown;
    bool is_dropped;   /* a condition says so of the next record */
    bool is_halted;    /* nothing more is read */
    bool is_skipping;  /* nothing more is run, but counted */
    bool is_mode_skip; /* between mode skip and mode unskip */
    char scratch[32];  /* folder for __TEST_DIR__ */
} Run;

/* What the engine did with a record's SQL. */
typedef struct Outcome {
    QuernStatus status;
    const char *sqlstate, *message; /* of an error */
    Answer answer;
    int64_t changed_count; /* -1: not reported */
} Outcome;

static void run_lines(Run *run, size_t line, size_t end);

/* ---- talk ---- */

static void run_report(Run *run, size_t line, const char *sql, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void run_report(Run *run, size_t line, const char *sql, const char *format, ...)
{
    if (run->failures_shown++ >= run->options->failures_shown)
        return;
    va_list arguments;
    va_start(arguments, format);
    printf("%s:%zu: %s\n", run->script->path, line, arena_format_list(run->record, format, arguments));
    va_end(arguments);
    if (sql)
        printf("    %.*s%s\n", (int)strnlen(sql, 2000), sql, strlen(sql) > 2000 ? "..." : "");
    for (size_t i = 0; i < run->variables.count; i++)
        printf("    with %s = %s\n", run->variables.items[i].name, run->variables.items[i].value);
}

/* ---- the engine ---- */

static void outcome_take_error(Run *run, Outcome *outcome, QuernStatus status)
{
    outcome->status = status;
    outcome->sqlstate = arena_string(run->record, quern_error_sqlstate(run->connection));
    outcome->message = status == QUERN_ERROR_INTERRUPTED /* by the watchdog */
                           ? arena_format(run->record, "not done after %u seconds", run->options->timeout_seconds)
                           : arena_string(run->record, quern_error_message(run->connection));
}

static void outcome_take_row(Run *run, Outcome *outcome, QuernResult *result, const Record *record)
{
    size_t column_count = outcome->answer.column_count;
    bool is_hashed = record->result.count == 1 && strstr(record->result.items[0], " values hashing to ") != NULL;
    for (size_t i = 0; i < column_count; i++) {
        Text text = text_in(run->record);
        size_t size = 0;
        const char *value = quern_value_is_null(result, i) ? NULL : quern_value_text(result, i, &size);
        char letter = record->types && i < strlen(record->types) ? record->types[i] : 'T';
        value_format(&text, run->script->dialect, letter, outcome->answer.classes[i], value, size, is_hashed);
        array_add(run->record, &outcome->answer.values, text_string(&text));
    }
}

/* All rows of a result; of several statements in a record, the last result counts. */
static void outcome_take_result(Run *run, Outcome *outcome, QuernResult *result, const Record *record)
{
    size_t column_count = quern_result_column_count(result);
    if (column_count > 0) {
        ValueClass *classes = arena_array(run->record, ValueClass, column_count);
        for (size_t i = 0; i < column_count; i++)
            classes[i] = value_class(quern_result_column_type(result, i));
        outcome->answer = (Answer){.column_count = column_count, .classes = classes};
        outcome->changed_count = -1;
    }
    bool is_count = column_count == 1 && strcmp(quern_result_column_name(result, 0), "count") == 0;
    bool has_row;
    QuernStatus status;
    while ((status = quern_result_next(result, &has_row)) == QUERN_OK && has_row) {
        outcome_take_row(run, outcome, result, record);
        if (is_count)
            quern_value_int64(result, 0, &outcome->changed_count);
    }
    if (status != QUERN_OK)
        outcome_take_error(run, outcome, status);
}

static Outcome record_execute(Run *run, const Record *record)
{
    Outcome outcome = {.status = QUERN_OK, .sqlstate = "", .message = "", .changed_count = -1};
    const char *sql = record->sql, *end = sql + strlen(sql);
    watchdog_arm();
    while (outcome.status == QUERN_OK && sql < end) {
        size_t taken = 0;
        QuernResult *result = NULL;
        QuernStatus status = quern_query(run->connection, sql, (size_t)(end - sql), &taken, &result);
        if (status != QUERN_OK)
            outcome_take_error(run, &outcome, status);
        else if (result)
            outcome_take_result(run, &outcome, result, record);
        quern_result_free(result);
        if (taken == 0)
            break;
        sql += taken;
    }
    watchdog_disarm();
    return outcome;
}

/* ---- verdicts ---- */

static bool texts_are_compared(const Run *run)
{
    return run->options->has_strict_errors || run->script->dialect == DIALECT_QUERN;
}

static bool error_text_matches(Run *run, const Record *record, const Outcome *outcome)
{
    const char *text = arena_format(run->record, "%s: %s", outcome->sqlstate, outcome->message);
    if (record->error_pattern && !pattern_matches(record->error_pattern, text, false))
        return false;
    if (record->error_text == NULL || *record->error_text == '\0')
        return true;
    if (strncmp(record->error_text, "<REGEX>:", 8) == 0)
        return pattern_matches(record->error_text + 8, text, false);
    return strstr(text, record->error_text) != NULL;
}

static bool error_is_expected(Run *run, const Record *record, const Outcome *outcome)
{
    if (outcome->status == QUERN_OK) {
        run_report(run, record->line, record->sql, "succeeded, an error was expected");
        return false;
    }
    if (outcome->status == QUERN_ERROR_INTERRUPTED || outcome->status == QUERN_ERROR_INTERNAL) {
        run_report(run, record->line, record->sql, "failed: %s: %s", outcome->sqlstate, outcome->message);
        return false;
    }
    bool is_syntax = strcmp(outcome->sqlstate, "42601") == 0 || strcmp(outcome->sqlstate, "0A000") == 0;
    run->totals->unsupported += is_syntax;
    if (error_text_matches(run, record, outcome))
        return true;
    if (!texts_are_compared(run)) {
        run->totals->other_texts++;
        return true;
    }
    run_report(run, record->line, record->sql, "another error than `%s`\n    got: %s: %s",
               record->error_pattern ? record->error_pattern : record->error_text, outcome->sqlstate, outcome->message);
    return false;
}

/* All queries of a file that carry one label give the same values. */
static bool label_is_consistent(Run *run, const Record *record, const Answer *answer)
{
    if (record->label == NULL)
        return true;
    char hash[33];
    answer_hash(answer, hash);
    const char *first = map_get(&run->labels, view_of(record->label));
    if (first == NULL)
        map_set(&run->labels, view_of(record->label), arena_string(run->arena, hash));
    if (first == NULL || strcmp(first, hash) == 0)
        return true;
    run_report(run, record->line, record->sql, "another answer than an earlier query with the label %s", record->label);
    return false;
}

static bool answer_is_expected(Run *run, const Record *record, Outcome *outcome)
{
    const char *why = "";
    if (!answer_matches(run->record, &outcome->answer, record, run->script->dialect, &why)) {
        run_report(run, record->line, record->sql, "%s", why);
        return false;
    }
    return label_is_consistent(run, record, &outcome->answer);
}

static bool record_passes(Run *run, const Record *record, Outcome *outcome)
{
    if (record->expectation == EXPECT_ERROR)
        return error_is_expected(run, record, outcome);
    if (outcome->status != QUERN_OK) {
        if (record->expectation == EXPECT_MAYBE && outcome->status != QUERN_ERROR_INTERNAL)
            return true;
        run_report(run, record->line, record->sql, "failed: %s: %s", outcome->sqlstate, outcome->message);
        return false;
    }
    if (record->expectation == EXPECT_ROWS)
        return answer_is_expected(run, record, outcome);
    if (record->expectation == EXPECT_COUNT && outcome->changed_count >= 0 &&
        outcome->changed_count != record->row_count) {
        run_report(run, record->line, record->sql, "changed %lld rows, expected %lld",
                   (long long)outcome->changed_count, (long long)record->row_count);
        return false;
    }
    return true;
}

/* ---- which records are run ---- */

/* Statements of the other engines about themselves, and plans, say nothing about this one. */
static bool record_is_judged(const Run *run, const Record *record)
{
    static const char *const own[] = {"PRAGMA",  "SET",   "RESET",   "CHECKPOINT", "LOAD",
                                      "INSTALL", "FORCE", "ANALYZE", "VACUUM",     "EXPLAIN"};
    if (run->script->dialect != DIALECT_RS && run->script->dialect != DIALECT_DUCKDB)
        return true;
    const char *sql = record->sql + strspn(record->sql, " \t\n(");
    size_t size = strcspn(sql, " \t\n;(");
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (view_equal_ignoring_case((StringView){sql, size}, view_of(own[i])))
            return false;
    return true;
}

static bool record_is_listed(const Run *run, const Record *record)
{
    size_t path_size = strlen(run->script->path);
    for (size_t i = 0; i < run->skips->count; i++) {
        const SkippedLine *skip = &run->skips->items[i];
        size_t size = strlen(skip->path);
        if (skip->line == record->line && size <= path_size &&
            strcmp(run->script->path + path_size - size, skip->path) == 0)
            return true;
    }
    return false;
}

static const char *scratch_substitute(Run *run, const char *sql)
{
    static const char *const names[] = {"__TEST_DIR__", "{TEST_DIR}", "{TEMP_DIR}"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (const char *found; (found = strstr(sql, names[i])) != NULL;)
            sql =
                arena_format(run->record, "%.*s%s%s", (int)(found - sql), sql, run->scratch, found + strlen(names[i]));
    return sql;
}

static void directive_record(Run *run, const Words *words, size_t *line)
{
    (void)words;
    size_t first = *line;
    Record *record = record_read(run->record, run->script, line, &run->variables, run->sort);
    bool is_dropped = run->is_dropped || run->is_skipping || run->is_mode_skip;
    run->is_dropped = false;
    if (record == NULL) {
        run_report(run, first + 1, NULL, "not a record: %s", run->script->lines[first]);
        run->totals->failed[KIND_STATEMENT]++;
        while (*line < run->script->line_count && !line_is_blank(run->script->lines[*line]))
            ++*line;
        return;
    }
    if (is_dropped || record_is_listed(run, record)) {
        run->totals->skipped++;
        return;
    }
    if (!record_is_judged(run, record)) {
        record_execute(run, record); /* what it sets may be a setting here too */
        run->totals->unjudged++;
        return;
    }
    record->sql = scratch_substitute(run, record->sql);
    run->totals->current_line = record->line;
    Outcome outcome = record_execute(run, record);
    RecordKind kind = record->expectation == EXPECT_ERROR ? KIND_ERROR : record->is_query ? KIND_QUERY : KIND_STATEMENT;
    bool is_passed = record_passes(run, record, &outcome);
    if (run->options->is_verbose)
        printf("%s:%zu: %s\n", run->script->path, record->line, is_passed ? "ok" : "FAILED");
    (is_passed ? run->totals->passed : run->totals->failed)[kind]++;
}

/* ---- other directives; *line stands at theirs, and is to be set behind it ---- */

static void directive_condition(Run *run, const Words *words, size_t *line)
{
    ++*line;
    if (words->count < 2)
        return;
    const char *name = words->items[1];
    bool holds;
    if (!loop_condition_holds(&run->variables, name, &holds))
        holds = text_equal_ignoring_case(name, "quern") || text_equal_ignoring_case(name, run->options->label);
    run->is_dropped |= holds == (strcmp(words->items[0], "skipif") == 0);
}

static void directive_halt(Run *run, const Words *words, size_t *line)
{
    (void)words;
    ++*line;
    run->is_halted = !run->is_dropped;
    run->is_dropped = false;
}

static void directive_mode(Run *run, const Words *words, size_t *line)
{
    ++*line;
    if (words->count > 1 && strcmp(words->items[1], "skip") == 0)
        run->is_mode_skip = true;
    else if (words->count > 1 && strcmp(words->items[1], "unskip") == 0)
        run->is_mode_skip = false;
}

static void directive_control(Run *run, const Words *words, size_t *line)
{
    ++*line;
    if (words->count > 2 && strcmp(words->items[1], "sortmode") == 0)
        sort_mode_parse(words->items[2], &run->sort);
}

static void directive_nothing(Run *run, const Words *words, size_t *line)
{
    (void)words;
    ++*line;
    run->is_dropped = false;
}

/* rs's system and let: the whole record. */
static void directive_block(Run *run, const Words *words, size_t *line)
{
    directive_nothing(run, words, line);
    while (*line < run->script->line_count && !line_is_blank(run->script->lines[*line]))
        ++*line;
}

static void directive_require(Run *run, const Words *words, size_t *line)
{
    static const char *const met[] = {"skip_reload",
                                      "vector_size",
                                      "notwindows",
                                      "core_functions",
                                      "64bit",
                                      "noforcestorage",
                                      "no_alternative_verify",
                                      "notmusl",
                                      "no_extension_autoloading",
                                      "no_vector_verification",
                                      "noalternativeverify"};
    ++*line;
    for (size_t i = 0; words->count > 1 && i < sizeof met / sizeof *met; i++)
        if (strcmp(words->items[1], met[i]) == 0)
            return;
    run->is_skipping = true;
}

static void directive_skip_rest(Run *run, const Words *words, size_t *line)
{
    /* A load before anything else only names the database file. */
    bool is_first_load = strcmp(words->items[0], "load") == 0 && run->totals->current_line == 0;
    ++*line;
    run->is_skipping |= !is_first_load;
}

static void directive_include(Run *run, const Words *words, size_t *line)
{
    ++*line;
    if (words->count < 2 || run->depth >= NESTING_MAX)
        return;
    const Script *script = run->script;
    const char *folder = dirname(arena_string(run->arena, script->path));
    const char *pattern =
        words->items[1][0] == '/' ? words->items[1] : arena_format(run->arena, "%s/%s", folder, words->items[1]);
    glob_t paths;
    if (glob(pattern, 0, NULL, &paths) != 0) {
        run_report(run, *line, NULL, "nothing to include: %s", pattern);
        run->totals->failed[KIND_STATEMENT]++;
        return;
    }
    run->depth++;
    for (size_t i = 0; i < paths.gl_pathc && !run->is_halted; i++) {
        run->script = script_read(run->arena, arena_string(run->arena, paths.gl_pathv[i]), script->dialect);
        if (run->script)
            run_lines(run, 0, run->script->line_count);
    }
    run->depth--;
    run->script = script;
    globfree(&paths);
}

static void directive_loop(Run *run, const Words *words, size_t *line)
{
    size_t begin = *line + 1, end = loop_end(run->arena, run->script, begin);
    *line = end + 1;
    const char *kind = words->items[0];
    Loop loop;
    if (strncmp(kind, "concurrent", 10) == 0) { /* records within cannot be run one after the other */
        run->is_mode_skip = true;
        run_lines(run, begin, end);
        run->is_mode_skip = false;
        return;
    }
    if (run->depth >= NESTING_MAX || end == run->script->line_count || !loop_parse(run->arena, words, &loop)) {
        run_report(run, begin, NULL, "not a loop: %s", run->script->lines[begin - 1]);
        run->totals->failed[KIND_STATEMENT]++;
        return;
    }
    run->depth++;
    size_t outer_count = run->variables.count;
    for (size_t turn = 0; turn < loop.turn_count && !run->is_halted; turn++) {
        for (size_t i = 0; i < loop.names.count; i++)
            array_add(run->arena, &run->variables,
                      ((Variable){loop.names.items[i], loop_value(run->arena, &loop, turn, i)}));
        run_lines(run, begin, end);
        run->variables.count = outer_count;
    }
    run->depth--;
}

static const struct {
    const char *name;
    void (*obey)(Run *run, const Words *words, size_t *line);
} directives[] = {
    {"statement", directive_record},    {"query", directive_record},
    {"skipif", directive_condition},    {"onlyif", directive_condition},
    {"halt", directive_halt},           {"hash-threshold", directive_nothing},
    {"loop", directive_loop},           {"foreach", directive_loop},
    {"concurrentloop", directive_loop}, {"concurrentforeach", directive_loop},
    {"endloop", directive_nothing},     {"mode", directive_mode},
    {"control", directive_control},     {"include", directive_include},
    {"require", directive_require},     {"require-env", directive_skip_rest},
    {"load", directive_skip_rest},      {"restart", directive_skip_rest},
    {"reconnect", directive_skip_rest}, {"unzip", directive_skip_rest},
    {"template", directive_skip_rest},  {"system", directive_block},
    {"let", directive_block},           {"subtest", directive_nothing},
    {"sleep", directive_nothing},       {"connection", directive_nothing},
    {"set", directive_nothing},         {"reset", directive_nothing},
    {"tags", directive_nothing},        {"test-env", directive_nothing},
    {"user", directive_nothing},        {"onunsupported", directive_nothing},
};

static void run_lines(Run *run, size_t line, size_t end)
{
    while (line < end && !run->is_halted) {
        const char *text = run->script->lines[line];
        if (text[0] == '#' || line_is_blank(text)) {
            line++;
            continue;
        }
        arena_reset(run->record);
        /* A loop's words are needed while its body resets that arena. */
        Arena *arena = strstr(text, "loop") || strstr(text, "foreach") ? run->arena : run->record;
        Words words = words_split(arena, line_substitute(arena, text, &run->variables));
        size_t i = 0, count = sizeof directives / sizeof *directives;
        while (i < count && strcmp(words.items[0], directives[i].name) != 0)
            i++;
        if (i < count) {
            directives[i].obey(run, &words, &line);
        } else {
            run_report(run, line + 1, NULL, "unknown directive: %s", text);
            run->totals->failed[KIND_STATEMENT]++;
            directive_block(run, &words, &line);
        }
    }
}

/* ---- the file ---- */

/* Files of other projects name their data relative to a folder of theirs. */
static void folder_enter(Arena *arena, const Script *script)
{
    const char *mark = script->dialect == DIALECT_DUCKDB ? "/test/"
                       : script->dialect == DIALECT_RS   ? "/test_files/"
                                                         : NULL;
    const char *found = mark ? strstr(script->path, mark) : NULL;
    if (found && chdir(arena_string_n(arena, script->path, (size_t)(found - script->path))) != 0)
        printf("%s: cannot enter its folder: %s\n", script->path, strerror(errno));
}

static bool settings_apply(Run *run)
{
    for (size_t i = 0; i < run->options->setting_count; i++) {
        const char *setting = run->options->settings[i], *value = strchr(setting, '=');
        const char *sql = arena_format(run->arena, "SET %.*s = %s", (int)(value - setting), setting, value + 1);
        QuernResult *result;
        if (quern_query(run->connection, sql, strlen(sql), NULL, &result) != QUERN_OK) {
            printf("%s: %s\n", sql, quern_error_message(run->connection));
            return false;
        }
        quern_result_free(result);
    }
    return true;
}

static int entry_remove(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status, (void)type, (void)place;
    return remove(path);
}

static bool script_run(Run *run)
{
    if (mkdtemp(run->scratch) == NULL) {
        printf("%s: %s\n", run->scratch, strerror(errno));
        return false;
    }
    folder_enter(run->arena, run->script);
    bool is_run = quern_open(&run->connection) == QUERN_OK && settings_apply(run);
    if (is_run) {
        watchdog_start(run->connection, run->options->timeout_seconds);
        run_lines(run, 0, run->script->line_count);
        watchdog_stop();
    }
    quern_close(run->connection);
    nftw(run->scratch, entry_remove, 16, FTW_DEPTH | FTW_PHYS);
    return is_run;
}

bool file_run(const char *path, const RunOptions *options, const SkipList *skips, Totals *totals)
{
    Arena *arena = arena_new_child(NULL);
    Run run = {.arena = arena,
               .record = arena_new_child(arena),
               .options = options,
               .skips = skips,
               .totals = totals,
               .labels = map_in(arena),
               .scratch = "/tmp/quern-slt-XXXXXX"};
    run.script = script_read(arena, path, options->dialect);
    bool is_run = run.script != NULL;
    if (is_run)
        is_run = script_run(&run);
    else
        printf("%s: %s\n", path, strerror(errno));
    if (run.failures_shown > options->failures_shown)
        printf("%s: %zu more failures\n", path, run.failures_shown - options->failures_shown);
    arena_free(arena);
    return is_run;
}
