/* INSERT INTO a CSV file: it keeps the file's own way of writing, and is all or nothing: also when the process is
 * killed at any system call, when a write fails at any byte, and when a row fails. */
#include "provider_csv_tables.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "column/convert.h"
#include "provider/csv/csv_journal.h"

/* Rows of the table's types from "1|x\n2|~\n". */
static BatchStream *rows_of(TableProvider *table, const char *text)
{
    const Schema *schema = table->ops->schema(table, &csv_context);
    Batch *batch = batch_new(test_arena, schema);
    for (size_t c = 0; c < schema->column_count; c++)
        vector_prepare(batch->columns[c], BATCH_SIZE);
    size_t row = 0;
    for (const char *p = text; *p; row++) {
        for (size_t c = 0; c < schema->column_count; c++) {
            size_t size = strcspn(p, "|\n");
            StringView view = {p, size};
            Value value;
            Error error;
            if (view_equal(view, view_of("~")))
                vector_set_null(batch->columns[c], row);
            else if (value_parse(test_arena, view, schema->columns[c].type, &value, &error))
                vector_set_value(batch->columns[c], row, &value);
            else
                ck_abort_msg("%s", error.message);
            p += size + 1;
        }
    }
    batch->row_count = batch->vector_size = row;
    Batch **batches = arena_array(test_arena, Batch *, 1);
    batches[0] = batch;
    return stream_of_batches(test_arena, schema, batches, 1);
}

static uint64_t insert(TableProvider *table, InsertOp op, const char *rows)
{
    BatchStream *stream = rows_of(table, rows);
    return table->ops->insert_into(table, &csv_context, op, stream);
}

START_TEST(appended_rows_are_written_as_the_file_is)
{
    static const struct {
        const char *before, *options, *rows, *after;
    } cases[] = {
        {"a,b\n1,x\n", "", "2|y\n3|~\n", "a,b\n1,x\n2,y\n3,\n"},
        {"a,b\n1,x", "", "2|y\n", "a,b\n1,x\n2,y\n"}, /* the missing line end is added */
        {"a;b\r\n1;x\r\n", "", "2|y\n", "a;b\r\n1;x\r\n2;y\r\n"},
        {"a;b\r\n1;x", "", "2|p;q\n", "a;b\r\n1;x\r\n2;\"p;q\"\r\n"},
        {"a\tb\n1\tx\n", "", "2|p,q\n", "a\tb\n1\tx\n2\tp,q\n"},
        {"a,b\r1,x\r", "", "2|y\n", "a,b\r1,x\r2,y\r"},
        {"a,b\n1,x\n", "", "2|\n", "a,b\n1,x\n2,\"\"\n"}, /* the empty text is no NULL */
        {"a,b\n1,x\n", "", "2|say \"hi\"\n", "a,b\n1,x\n2,\"say \"\"hi\"\"\"\n"},
        {"a,b\n1,x\n", "null=NULL", "2|NULL\n~|~\n", "a,b\n1,x\n\"2\",\"NULL\"\nNULL,NULL\n"},
        {"a,b\n1.50,x\n", "", "2.25|y\n", "a,b\n1.50,x\n2.25,y\n"},
        {"a,b\n1,x\n", "", "", "a,b\n1,x\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = csv_file(cases[i].before);
        TableProvider *table = csv_table(path, cases[i].options);
        const char *before = csv_rows_text(table);
        insert(table, INSERT_APPEND, cases[i].rows);
        ck_assert_str_eq(csv_file_content(path, NULL), cases[i].after);
        ck_assert_str_eq(csv_rows_text(table), arena_format(test_arena, "%s%s", before, cases[i].rows));
        /* and the same for one who comes new to it */
        ck_assert_str_eq(csv_rows_text(csv_table(path, cases[i].options)), csv_rows_text(table));
    }
}
END_TEST

START_TEST(the_count_of_rows_is_returned_and_known)
{
    TableProvider *table = csv_table(csv_file("a\n1\n"), "");
    ck_assert_uint_eq(insert(table, INSERT_APPEND, "2\n3\n4\n"), 3);
    const Schema *schema = table->ops->schema(table, &csv_context);
    ck_assert_uint_eq(insert(table, INSERT_APPEND, "5\n"), 1);
    ck_assert_ptr_eq(table->ops->schema(table, &csv_context), schema); /* our own rows do not change it */
    ck_assert_uint_eq(table->ops->statistics(table, &csv_context)->row_count.count, 5);
    ck_assert_int_ne(table->ops->statistics(table, &csv_context)->columns[0].maximum.precision, PRECISION_EXACT);
}
END_TEST

START_TEST(an_empty_file_with_declared_columns_gets_a_header)
{
    Column columns[] = {{"x", {.id = TYPE_INTEGER}, true}, {"y z", {.id = TYPE_VARCHAR}, true}};
    Schema schema = {.column_count = 2, .columns = columns};
    const char *path = csv_file("");
    insert(csv_table_declared(path, "", &schema), INSERT_APPEND, "1|a\n");
    ck_assert_str_eq(csv_file_content(path, NULL), "x,y z\n1,a\n");
    path = csv_file("");
    insert(csv_table_declared(path, "header=false", &schema), INSERT_APPEND, "1|a\n");
    ck_assert_str_eq(csv_file_content(path, NULL), "1,a\n");
}
END_TEST

START_TEST(overwriting_keeps_header_mode_and_links)
{
    const char *path = csv_file("\xEF\xBB\xBF"
                                "a,b\r\n1,x\r\n2,y\r\n");
    char *link_path = arena_format(test_arena, "%s-link", path);
    ck_assert_int_eq(symlink(path, link_path), 0);
    arena_own(test_arena, link_path, csv_path_release);
    ck_assert_int_eq(chmod(path, 0640), 0);
    TableProvider *table = csv_table(link_path, "");
    ck_assert_uint_eq(insert(table, INSERT_OVERWRITE, "7|z\n"), 1);
    ck_assert_str_eq(csv_file_content(path, NULL), "\xEF\xBB\xBF"
                                                   "a,b\r\n7,z\r\n");
    struct stat status;
    ck_assert_int_eq(lstat(link_path, &status), 0);
    ck_assert(S_ISLNK(status.st_mode));
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_eq(status.st_mode & 07777, 0640);
    ck_assert_str_eq(csv_rows_text(table), "7|z\n");
}
END_TEST

/* ---- failures ---- */

typedef struct FailingStream {
    BatchStream base;
    BatchStream *rows;
    size_t left;
} FailingStream;

static Batch *failing_next(BatchStream *stream)
{
    FailingStream *self = (FailingStream *)stream;
    if (self->left-- > 0)
        return ((BatchStream *)self->rows)->next(self->rows);
    error_raise(ERROR_DIVISION_BY_ZERO, NO_POSITION, "division by zero");
}

typedef struct InsertCall {
    TableProvider *table;
    BatchStream *stream;
    InsertOp op;
} InsertCall;

static void insert_body(void *argument)
{
    InsertCall *call = argument;
    call->table->ops->insert_into(call->table, &csv_context, call->op, call->stream);
}

START_TEST(a_row_that_fails_leaves_the_file_as_it_was)
{
    for (int op = INSERT_APPEND; op <= INSERT_OVERWRITE; op++) {
        const char *path = csv_file("a,b\n1,x\n");
        TableProvider *table = csv_table(path, "");
        FailingStream stream = {.rows = rows_of(table, "2|y\n3|z\n"), .left = 1};
        stream.base = (BatchStream){.schema = stream.rows->schema, .next = failing_next};
        InsertCall call = {table, &stream.base, (InsertOp)op};
        expect_error(ERROR_DIVISION_BY_ZERO, insert_body, &call);
        ck_assert_str_eq(csv_file_content(path, NULL), "a,b\n1,x\n");
        ck_assert_int_ne(access(csv_journal_path(test_arena, path), F_OK), 0);
    }
}
END_TEST

START_TEST(a_locked_file_is_reported)
{
    const char *path = csv_file("a,b\n1,x\n");
    TableProvider *table = csv_table(path, "");
    InsertCall call = {table, rows_of(table, "2|y\n"), INSERT_APPEND};
    int descriptor = open(path, O_RDWR);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    ck_assert_int_eq(fcntl(descriptor, F_OFD_SETLK, &lock), 0);
    Error error = expect_error(ERROR_LOCKED, insert_body, &call);
    ck_assert_str_eq(error_sqlstate(error.code), "55P03");
    close(descriptor);
    descriptor = open(path, O_RDWR);
    ck_assert_int_eq(flock(descriptor, LOCK_EX), 0);
    csv_context.arena = arena_new_child(test_arena); /* the statement's: its end lets go of the lock */
    expect_error(ERROR_LOCKED, insert_body, &call);
    arena_free(csv_context.arena);
    csv_context.arena = test_arena;
    close(descriptor);
    insert_body(&(InsertCall){table, rows_of(table, "2|y\n"), INSERT_APPEND});
    ck_assert_str_eq(csv_file_content(path, NULL), "a,b\n1,x\n2,y\n");
}
END_TEST

START_TEST(a_file_changed_by_someone_else_is_not_written_to)
{
    const char *path = csv_file("a,b\n1,x\n");
    TableProvider *table = csv_table(path, "");
    InsertCall call = {table, rows_of(table, "2|y\n"), INSERT_APPEND};
    csv_file_write(path, "a,b,c\n1,x,z\n", 12);
    expect_error(ERROR_BAD_DATA, insert_body, &call);
    ck_assert_str_eq(csv_file_content(path, NULL), "a,b,c\n1,x,z\n");
}
END_TEST

static void journal_put(const char *path, uint64_t old_size, uint64_t new_size)
{
    csv_journal_write(test_arena, path, &(CsvJournal){old_size, new_size});
}

START_TEST(what_a_journal_calls_unfinished_is_not_read_and_is_cut_by_the_next_insert)
{
    const char *path = csv_file("a,b\n1,x\n2,y\n3"); /* killed while it wrote the row 3 */
    journal_put(path, 8, 16);
    TableProvider *table = csv_table(path, "");
    ck_assert_str_eq(csv_rows_text(table), "1|x\n");
    ck_assert_uint_eq(csv_count(table), 1);
    insert(table, INSERT_APPEND, "9|z\n");
    ck_assert_str_eq(csv_file_content(path, NULL), "a,b\n1,x\n9,z\n");
    ck_assert_int_ne(access(csv_journal_path(test_arena, path), F_OK), 0);
}
END_TEST

START_TEST(a_file_longer_than_its_journal_says_is_an_error)
{
    const char *path = csv_file("a,b\n1,x\n2,y\n3,z\n4,z\n");
    journal_put(path, 8, 16);
    Error error = expect_error(ERROR_BAD_DATA, csv_read_body, csv_table(path, ""));
    ck_assert_ptr_nonnull(strstr(error.message, "is longer than its unfinished INSERT"));
    unlink(csv_journal_path(test_arena, path));
}
END_TEST

START_TEST(a_journal_that_is_not_whole_means_nothing)
{
    const char *path = csv_file("a,b\n1,x\n2,y\n");
    const char *journal = csv_journal_path(test_arena, path);
    static const char *const texts[] = {"", "quern csv journal 1 8", "quern csv journal 1 8 16 0000000000000000\n"};
    for (size_t i = 0; i < 3; i++) {
        csv_file_write(journal, texts[i], strlen(texts[i]));
        ck_assert_str_eq(csv_rows_text(csv_table(path, "")), "1|x\n2|y\n");
    }
    insert(csv_table(path, ""), INSERT_APPEND, "3|z\n");
    ck_assert_str_eq(csv_file_content(path, NULL), "a,b\n1,x\n2,y\n3,z\n");
    ck_assert_int_ne(access(journal, F_OK), 0);
}
END_TEST

/* ---- killed, and out of space ---- */

static const char *const BEFORE =
    "a,b\r\n1,x\r\n2,a text that is longer than the journal is so that a limit of the file "
    "size meets the file and not the journal\r\n3,x";
static const char *const ADDED = "4|more\n5|rows\n";
static const char *const ADDED_AS_WRITTEN = "4,more\r\n5,rows\r\n";

/* Either all of the rows are there or none; and the next INSERT works. */
static bool check_all_or_nothing(const char *path, InsertOp op)
{
    const char *before = csv_rows_text(csv_table(csv_file(BEFORE), ""));
    const char *after = op == INSERT_APPEND ? arena_format(test_arena, "%s%s", before, ADDED) : ADDED;
    TableProvider *table = csv_table(path, "");
    const char *rows = csv_rows_text(table);
    bool is_done = strcmp(rows, after) == 0;
    ck_assert_msg(is_done || strcmp(rows, before) == 0, "neither all nor nothing: %s", rows);
    insert(table, INSERT_APPEND, "9|z\n");
    ck_assert_str_eq(csv_rows_text(csv_table(path, "")), arena_format(test_arena, "%s9|z\n", is_done ? after : before));
    return is_done;
}

static bool cannot_trace; /* the system does not let us: then there is nothing to be tested */

/* Runs the INSERT in a child that is killed at its `kill_at`th stop at a system call; false when it came to its end. */
static bool insert_and_kill(const char *path, InsertOp op, long kill_at)
{
    TableProvider *table = csv_table(path, "");
    BatchStream *rows = rows_of(table, ADDED);
    pid_t child = fork();
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(77);
        raise(SIGSTOP);
        Error error;
        InsertCall call = {table, rows, op};
        _exit(error_protect(insert_body, &call, &error) ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    for (long stop = 0; WIFSTOPPED(status); stop++) {
        if (stop == kill_at) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            return true;
        }
        ptrace(PTRACE_SYSCALL, child, NULL, NULL);
        waitpid(child, &status, 0);
    }
    cannot_trace = WIFEXITED(status) && WEXITSTATUS(status) == 77;
    ck_assert_msg(cannot_trace || (WIFEXITED(status) && WEXITSTATUS(status) == 0), "status %d", status);
    return false;
}

static void remove_leftovers(const char *path)
{
    unlink(csv_journal_path(test_arena, path));
    char *command = arena_format(test_arena, "rm -f %s.quern-*", path); /* the new file of a killed OVERWRITE */
    if (system(command) != 0)
        ck_abort();
}

/* Two runs need not make the same calls (memory comes from the system now and then), so nothing is said of the order of
 * outcomes: but the first is nothing, and a run that is not killed is all. */
static void check_killing(InsertOp op)
{
    long stop = 1, undone_count = 0;
    for (bool was_killed = true; was_killed; stop++) {
        const char *path = csv_file(BEFORE);
        was_killed = insert_and_kill(path, op, stop);
        if (cannot_trace)
            return;
        bool is_done = check_all_or_nothing(path, op);
        undone_count += !is_done;
        ck_assert(was_killed || is_done);
        ck_assert(stop > 1 || !is_done);
        remove_leftovers(path);
        arena_reset(test_arena);
        ck_assert_int_lt(stop, 2000);
    }
    ck_assert_int_gt(undone_count, 10); /* it was really stopped at its system calls */
}

START_TEST(killed_at_any_system_call_an_append_is_all_or_nothing)
{
    check_killing(INSERT_APPEND);
}
END_TEST

START_TEST(killed_at_any_system_call_an_overwrite_is_all_or_nothing)
{
    check_killing(INSERT_OVERWRITE);
}
END_TEST

START_TEST(a_write_that_fails_at_any_byte_changes_nothing)
{
    signal(SIGXFSZ, SIG_IGN);
    size_t whole = strlen(BEFORE) + 2 + strlen(ADDED_AS_WRITTEN);
    for (int op = INSERT_APPEND; op <= INSERT_OVERWRITE; op++) {
        size_t limits[] = {0, 1, 40, strlen(BEFORE), strlen(BEFORE) + 1, strlen(BEFORE) + 3, whole - 1, whole};
        for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
            const char *path = csv_file(BEFORE);
            TableProvider *table = csv_table(path, "");
            InsertCall call = {table, rows_of(table, ADDED), (InsertOp)op};
            struct rlimit old_limit, limit;
            getrlimit(RLIMIT_FSIZE, &old_limit);
            limit = old_limit;
            limit.rlim_cur = limits[i];
            setrlimit(RLIMIT_FSIZE, &limit);
            Error error = {0};
            csv_context.arena = arena_new_child(test_arena); /* the statement's: its end lets go of the lock */
            bool is_done = error_protect(insert_body, &call, &error);
            arena_free(csv_context.arena);
            csv_context.arena = test_arena;
            setrlimit(RLIMIT_FSIZE, &old_limit);
            if (!is_done)
                ck_assert_str_eq(csv_file_content(path, NULL), BEFORE);
            if (op == INSERT_APPEND)
                ck_assert_int_eq(is_done, limits[i] >= whole);
            ck_assert_int_ne(access(csv_journal_path(test_arena, path), F_OK), 0);
            ck_assert_int_eq(check_all_or_nothing(path, (InsertOp)op), is_done);
            arena_reset(test_arena);
        }
    }
}
END_TEST

START_TEST(a_full_disk_is_reported_as_one)
{
    if (access("/dev/full", W_OK) != 0)
        return;
    TableProvider *table = csv_table(csv_file("a\n1\n"), "");
    Settings settings = csv_settings;
    settings.temp_directory = "/proc/self"; /* no file can be made here */
    Context context = {.memory = &csv_budget, .settings = &settings, .arena = test_arena};
    Text text = text_in(test_arena);
    const Schema *schema = table->ops->schema(table, &context);
    Batch *batch = batch_new(test_arena, schema), *batches[400];
    vector_prepare(batch->columns[0], BATCH_SIZE);
    for (size_t i = 0; i < BATCH_SIZE; i++)
        VECTOR_DATA(batch->columns[0], int64_t)[i] = INT64_MAX;
    batch->row_count = batch->vector_size = BATCH_SIZE;
    for (size_t i = 0; i < 400; i++)
        batches[i] = batch;
    csv_context.settings = &settings;
    InsertCall call = {table, stream_of_batches(test_arena, schema, batches, 400), INSERT_APPEND};
    Error error = {0};
    ck_assert(!error_protect(insert_body, &call, &error));
    csv_context.settings = &csv_settings;
    ck_assert_int_eq(error_class(error.code), ERROR_CLASS_IO);
    text_add(&text, error.hint);
    ck_assert_ptr_nonnull(strstr(text_string(&text), "temp_directory"));
    ck_assert_str_eq(csv_rows_text(table), "1\n");
}
END_TEST

START_TEST(many_rows_go_through_the_spool_in_order)
{
    const char *path = csv_file("a\r\n0\r\n");
    TableProvider *table = csv_table(path, "");
    const Schema *schema = table->ops->schema(table, &csv_context);
    enum { BATCHES = 200 };
    Batch **batches = arena_array(test_arena, Batch *, BATCHES);
    for (size_t b = 0; b < BATCHES; b++) {
        batches[b] = batch_new(test_arena, schema);
        vector_prepare(batches[b]->columns[0], BATCH_SIZE);
        for (size_t i = 0; i < BATCH_SIZE; i++)
            VECTOR_DATA(batches[b]->columns[0], int64_t)[i] = (int64_t)(b * BATCH_SIZE + i + 1);
        batches[b]->row_count = batches[b]->vector_size = BATCH_SIZE;
    }
    BatchStream *stream = stream_of_batches(test_arena, schema, batches, BATCHES);
    ck_assert_uint_eq(table->ops->insert_into(table, &csv_context, INSERT_APPEND, stream), BATCHES * BATCH_SIZE);
    size_t size;
    const char *p = csv_file_content(path, &size) + 3;
    for (long i = 0; i <= BATCHES * BATCH_SIZE; i++) {
        char *end;
        ck_assert_int_eq(strtol(p, &end, 10), i);
        ck_assert_mem_eq(end, "\r\n", 2);
        p = end + 2;
    }
    ck_assert_str_eq(p, "");
}
END_TEST

static void insert_into_stream(void *table)
{
    insert(table, INSERT_APPEND, "1\n");
}

START_TEST(what_cannot_be_written_is_refused)
{
    TableProvider *table = csv_table(csv_file("a,b\n1,\"x\\\"y\"\n"), "escape=\\");
    InsertCall call = {table, rows_of(table, "2|y\n"), INSERT_APPEND};
    expect_error(ERROR_NOT_SUPPORTED, insert_body, &call);
    table = csv_table(csv_file("a,b\n1,2\n"), "");
    call = (InsertCall){table, rows_of(table, "2|3\n"), INSERT_REPLACE};
    expect_error(ERROR_NOT_SUPPORTED, insert_body, &call);
    Column columns[] = {{"x", {.id = TYPE_INTEGER}, true}};
    Schema schema = {.column_count = 1, .columns = columns};
    expect_error(ERROR_READ_ONLY, insert_into_stream, csv_table_declared("/dev/null", "", &schema));
}
END_TEST

TEST_PROGRAM(appended_rows_are_written_as_the_file_is, the_count_of_rows_is_returned_and_known,
             an_empty_file_with_declared_columns_gets_a_header, overwriting_keeps_header_mode_and_links,
             a_row_that_fails_leaves_the_file_as_it_was, a_locked_file_is_reported,
             a_file_changed_by_someone_else_is_not_written_to,
             what_a_journal_calls_unfinished_is_not_read_and_is_cut_by_the_next_insert,
             a_file_longer_than_its_journal_says_is_an_error, a_journal_that_is_not_whole_means_nothing,
             killed_at_any_system_call_an_append_is_all_or_nothing,
             killed_at_any_system_call_an_overwrite_is_all_or_nothing, a_write_that_fails_at_any_byte_changes_nothing,
             a_full_disk_is_reported_as_one, many_rows_go_through_the_spool_in_order, what_cannot_be_written_is_refused)
