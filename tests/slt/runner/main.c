/* runner/main.c: slt-run, which runs sqllogictest files against the engine. Each file runs in a process of its own, so
 * that a crash is a failure of that file and not the end of the run. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"
#include "watchdog.h"

#define FOLDER_DEPTH_MAX 32

static const char usage[] = "usage: slt-run [OPTIONS] FILE|FOLDER...\n"
                            "  --label NAME         our second name in skipif and onlyif, beside quern (postgresql)\n"
                            "  --dialect NAME       quern, rs, sqlite or duckdb; otherwise guessed for each file\n"
                            "  --strict-errors      compare error texts in foreign files too\n"
                            "  --set NAME=VALUE     run SET NAME = VALUE before each file; may be repeated\n"
                            "  --skip FILE          records not to be run: lines PATH:LINE REASON\n"
                            "  --timeout SECONDS    for a record (60); 0: none\n"
                            "  --max-failures N     shown for each file (10)\n"
                            "  --jobs N             files at a time (1)\n"
                            "  --quiet              a line for each failing file, and the totals\n"
                            "  --verbose            a line for each record\n";

typedef ARRAY(char *) Paths;

/* One file's process. */
typedef struct Job {
    pid_t process; /* 0: free */
    const char *path;
    int output;     /* a memory file with all that it printed */
    Totals *totals; /* shared with it */
} Job;

typedef struct Runner {
    Arena *arena;
    RunOptions options;
    SkipList skips;
    Paths paths;
    size_t job_count;
    bool is_quiet;
    Totals totals; /* of all files */
    size_t failed_file_count;
} Runner;

static _Noreturn void usage_fail(const char *format, const char *what)
{
    fprintf(stderr, format, what);
    fputs(usage, stderr);
    exit(2);
}

/* ---- which files ---- */

static int path_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool path_is_script(const char *path)
{
    const char *point = strrchr(path, '.');
    return point && (strcmp(point, ".slt") == 0 || strcmp(point, ".test") == 0 || strcmp(point, ".test_slow") == 0);
}

static void paths_add(Runner *runner, const char *path, unsigned depth)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        fprintf(stderr, "slt-run: %s: %s\n", path, strerror(errno));
        exit(2);
    }
    if (!S_ISDIR(status.st_mode)) {
        if (depth == 0 || path_is_script(path))
            array_add(runner->arena, &runner->paths, arena_string(runner->arena, path));
        return;
    }
    DIR *folder = depth < FOLDER_DEPTH_MAX ? opendir(path) : NULL;
    if (folder == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.')
            paths_add(runner, arena_format(runner->arena, "%s/%s", path, entry->d_name), depth + 1);
    closedir(folder);
}

static void skips_read(Runner *runner, const char *path)
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        usage_fail("slt-run: cannot read %s\n", path);
    char line[PATH_MAX + 512];
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, " \t\r\n")] = '\0';
        char *colon = strrchr(line, ':');
        if (line[0] == '#' || colon == NULL)
            continue;
        *colon = '\0';
        SkippedLine skip = {arena_string(runner->arena, line), strtoul(colon + 1, NULL, 10)};
        array_add(runner->arena, &runner->skips, skip);
    }
    fclose(file);
}

/* ---- jobs ---- */

static _Noreturn void job_main(const Runner *runner, const char *path, int output, Totals *totals)
{
    char real[PATH_MAX];
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    /* The file's folder may be entered, so the path must hold from there as well. */
    bool is_run = file_run(realpath(path, real) ? real : path, &runner->options, &runner->skips, totals);
    exit(is_run ? 0 : 98);
}

static void job_start(Runner *runner, Job *job, const char *path)
{
    *job = (Job){.path = path, .output = memfd_create("slt-run", MFD_CLOEXEC)};
    job->totals = mmap(NULL, sizeof *job->totals, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    fflush(stdout);
    job->process = job->totals == MAP_FAILED || job->output < 0 ? -1 : fork();
    if (job->process < 0) {
        perror("slt-run: cannot start a process");
        exit(2);
    }
    if (job->process == 0)
        job_main(runner, path, job->output, job->totals);
}

static uint64_t totals_sum(const uint64_t counts[KIND_COUNT])
{
    return counts[KIND_QUERY] + counts[KIND_STATEMENT] + counts[KIND_ERROR];
}

static void totals_add(Totals *sum, const Totals *part)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        sum->passed[i] += part->passed[i];
        sum->failed[i] += part->failed[i];
    }
    sum->skipped += part->skipped;
    sum->unjudged += part->unjudged;
    sum->unsupported += part->unsupported;
    sum->other_texts += part->other_texts;
}

static void job_print_output(const Job *job)
{
    char block[65536];
    ssize_t size;
    lseek(job->output, 0, SEEK_SET);
    while ((size = read(job->output, block, sizeof block)) > 0)
        fwrite(block, 1, (size_t)size, stdout);
}

/* How the process ended, if not well. NULL: well. */
static const char *job_trouble(Arena *arena, const Job *job, int status)
{
    if (WIFSIGNALED(status))
        return arena_format(arena, "crashed at line %zu: %s", job->totals->current_line, strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status) == WATCHDOG_EXIT_STATUS)
        return arena_format(arena, "hung at line %zu", job->totals->current_line);
    if (WEXITSTATUS(status) == 98)
        return "could not be run";
    if (WEXITSTATUS(status) != 0)
        return arena_format(arena, "ended with status %d after line %zu", WEXITSTATUS(status),
                            job->totals->current_line);
    return NULL;
}

static void job_finish(Runner *runner, Job *job, int status)
{
    const char *trouble = job_trouble(runner->arena, job, status);
    if (trouble)
        job->totals->failed[KIND_STATEMENT]++;
    uint64_t failed = totals_sum(job->totals->failed), passed = totals_sum(job->totals->passed);
    if (!runner->is_quiet || trouble)
        job_print_output(job);
    if (trouble)
        printf("%s: %s\n", job->path, trouble);
    if (failed > 0)
        printf("FAIL %s: %" PRIu64 " passed, %" PRIu64 " failed\n", job->path, passed, failed);
    else if (runner->options.is_verbose)
        printf("ok   %s: %" PRIu64 " passed\n", job->path, passed);
    runner->failed_file_count += failed > 0;
    totals_add(&runner->totals, job->totals);
    munmap(job->totals, sizeof *job->totals);
    close(job->output);
    job->process = 0;
}

static void jobs_run(Runner *runner)
{
    Job *jobs = arena_array(runner->arena, Job, runner->job_count);
    size_t next = 0, running = 0;
    while (next < runner->paths.count || running > 0) {
        for (size_t i = 0; i < runner->job_count && next < runner->paths.count; i++)
            if (jobs[i].process == 0) {
                job_start(runner, &jobs[i], runner->paths.items[next++]);
                running++;
            }
        int status;
        pid_t process = wait(&status);
        for (size_t i = 0; i < runner->job_count; i++)
            if (jobs[i].process == process && process > 0) {
                job_finish(runner, &jobs[i], status);
                running--;
            }
    }
}

/* ---- the command line ---- */

static Dialect dialect_parse(const char *name)
{
    static const char *const names[] = {
        [DIALECT_QUERN] = "quern", [DIALECT_RS] = "rs", [DIALECT_SQLITE] = "sqlite", [DIALECT_DUCKDB] = "duckdb"};
    for (size_t i = DIALECT_QUERN; i <= DIALECT_DUCKDB; i++)
        if (strcmp(name, names[i]) == 0)
            return (Dialect)i;
    usage_fail("slt-run: no dialect %s\n", name);
}

static void options_parse(Runner *runner, int argument_count, char **arguments)
{
    ARRAY(const char *) settings = {0};
    for (int i = 1; i < argument_count; i++) {
        const char *name = arguments[i], *value = i + 1 < argument_count ? arguments[i + 1] : NULL;
        bool takes_value = true;
        if (strcmp(name, "--quiet") == 0)
            runner->is_quiet = true, takes_value = false;
        else if (strcmp(name, "--verbose") == 0)
            runner->options.is_verbose = true, takes_value = false;
        else if (strcmp(name, "--strict-errors") == 0)
            runner->options.has_strict_errors = true, takes_value = false;
        else if (strcmp(name, "--help") == 0)
            exit(fputs(usage, stdout) < 0);
        else if (strncmp(name, "--", 2) != 0)
            paths_add(runner, name, 0), takes_value = false;
        else if (value == NULL)
            usage_fail("slt-run: %s: unknown, or its value is missing\n", name);
        else if (strcmp(name, "--label") == 0)
            runner->options.label = value;
        else if (strcmp(name, "--dialect") == 0)
            runner->options.dialect = dialect_parse(value);
        else if (strcmp(name, "--skip") == 0)
            skips_read(runner, value);
        else if (strcmp(name, "--timeout") == 0)
            runner->options.timeout_seconds = (unsigned)strtoul(value, NULL, 10);
        else if (strcmp(name, "--max-failures") == 0)
            runner->options.failures_shown = strtoul(value, NULL, 10);
        else if (strcmp(name, "--jobs") == 0)
            runner->job_count = strtoul(value, NULL, 10);
        else if (strcmp(name, "--set") == 0 && strchr(value, '='))
            array_add(runner->arena, &settings, value);
        else
            usage_fail("slt-run: no option %s\n", name);
        i += takes_value;
    }
    runner->options.settings = settings.items;
    runner->options.setting_count = settings.count;
    if (runner->paths.count == 0)
        usage_fail("slt-run: %s\n", "no files");
    if (runner->job_count < 1 || runner->job_count > 256)
        usage_fail("slt-run: --jobs: %s\n", "1 to 256");
}

int main(int argument_count, char **arguments)
{
    Arena *arena = arena_new_child(NULL);
    Runner runner = {.arena = arena,
                     .job_count = 1,
                     .options = {.label = "postgresql", .timeout_seconds = 60, .failures_shown = 10}};
    options_parse(&runner, argument_count, arguments);
    qsort(runner.paths.items, runner.paths.count, sizeof *runner.paths.items, path_compare);
    jobs_run(&runner);

    static const char *const kinds[] = {"queries", "statements", "expected errors"};
    const Totals *totals = &runner.totals;
    for (size_t i = 0; i < KIND_COUNT; i++)
        printf("%-15s %8" PRIu64 " ok %8" PRIu64 " not\n", kinds[i], totals->passed[i], totals->failed[i]);
    printf("of the expected errors, %" PRIu64 " were a syntax error or not supported, %" PRIu64 " had another text\n",
           totals->unsupported, totals->other_texts);
    printf("%zu files, %zu of them with failures; %" PRIu64 " records not judged\n", runner.paths.count,
           runner.failed_file_count, totals->unjudged);
    uint64_t failed = totals_sum(totals->failed);
    printf("%" PRIu64 " passed, %" PRIu64 " failed, %" PRIu64 " skipped\n", totals_sum(totals->passed), failed,
           totals->skipped);
    arena_free(arena);
    return failed > 0;
}
