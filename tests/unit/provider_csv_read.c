/* Reading: errors name file, line and column; policies, filters, limits, streams, and files that are odd in one way. */
#include "provider_csv_tables.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "provider/csv/csv_source.h"

typedef struct ErrorCase {
    const char *content, *options;
    ErrorCode code;
    const char *place, *text; /* what the message has behind the file's name, and what else is in it */
} ErrorCase;

static void check_error(const ErrorCase *expected, void (*body)(void *))
{
    const char *path = csv_file(expected->content);
    Error error = expect_error(expected->code, body, csv_table(path, expected->options));
    size_t length = strlen(path);
    ck_assert_msg(strncmp(error.message, path, length) == 0, "%s", error.message);
    ck_assert_msg(strncmp(error.message + length, expected->place, strlen(expected->place)) == 0, "%s",
                  error.message + length);
    ck_assert_msg(strstr(error.message, expected->text) != NULL, "%s", error.message);
}

START_TEST(errors_name_line_and_column)
{
    static const ErrorCase cases[] = {
        {"a,b\n1,2\n3\n4,5\n6,7\n", "", ERROR_BAD_DATA, ":3: ", "1 field where 2 are expected"},
        {"a,b\n1,2\n3,4,5\n6,7\n", "", ERROR_BAD_DATA, ":3: ", "3 fields where 2 are expected"},
        {"a,b\n1,2\n3,x\"y\n4,5\n", "", ERROR_BAD_DATA, ":3:2: ", "a quote within an unquoted field"},
        {"a,b\n1,\"l\nm\"\n3,\"x\"y\n4,5\n", "", ERROR_BAD_DATA, ":4:2: ", "text behind a closing quote"},
        {"a,b\n1,2\n3,4\n5,\"x\n6,7\n", "", ERROR_BAD_DATA, ":4:2: ", "never closed"},
        {"a,b\r1,2\r3\r", "", ERROR_BAD_DATA, ":3: ", "1 field"},
        {"a,b\r\n1,2\r\n\r\n3\r\n4,5\r\n", "", ERROR_BAD_DATA, ":4: ", "1 field"},
        {"a,b\n1,2\n3,4\n", "types=b DATE", ERROR_BAD_DATA, ":2:2: ", "'2' is no DATE (column b)"},
        {"a,b\n1,2\n3,4\n", "types=b DECIMAL(2,1)\nheader=true", ERROR_NONE, "", ""},
        {"a,b\n1,2\n3,40\n", "types=b DECIMAL(2,1)", ERROR_BAD_DATA, ":3:2: ", "'40' is no DECIMAL(2,1)"},
        {"a\nx\n\xFFy\n", "", ERROR_INVALID_ENCODING, ":3:1: ", "invalid UTF-8: byte 0xff"},
        {"", "", ERROR_BAD_DATA, ": is empty", "no columns"},
        {"\n\n", "", ERROR_BAD_DATA, ": is empty", "no columns"},
        {"\"a,b\n", "", ERROR_BAD_DATA, ":1:1: ", "never closed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (cases[i].code != ERROR_NONE)
            check_error(&cases[i], csv_read_body);
        else
            csv_rows_text(csv_table(csv_file(cases[i].content), cases[i].options));
    }
}
END_TEST

START_TEST(count_judges_the_structure_of_every_row)
{
    static const ErrorCase cases[] = {
        {"a,b\n1,2\n3\n", "", ERROR_BAD_DATA, ":3: ", "1 field where 2"},
        {"a,b\n1,2\n3,4,5\n1,2\n", "", ERROR_BAD_DATA, ":3: ", "3 fields where 2"},
        {"a,b\n1,2\n3,x\"\n1,2\n", "", ERROR_BAD_DATA, ":3:2: ", "a quote"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_error(&cases[i], csv_count_body);
    ck_assert_uint_eq(csv_count(csv_table(csv_file("a,b\n1,2\n\n3,\"\n\"\n\n"), "")), 2);
    ck_assert_uint_eq(csv_count(csv_table(csv_file("a,b\n1,2\n#\n3,4\n"), "comment=#")), 2);
    ck_assert_uint_eq(csv_count(csv_table(csv_file("a,b\n1,2\n3\n"), "ragged=null")), 2);
}
END_TEST

START_TEST(bad_rows_and_values_are_handled_as_asked)
{
    const char *path = csv_file("a,b\n1,2\n3\nx,4\n5,y\n6,7\"\n8,9\n");
    atomic_store(&csv_context.rejects, 0);
    TableProvider *table = csv_table(path, "types=BIGINT,BIGINT\non_error=reject");
    ck_assert_str_eq(csv_rows_text(table), "1|2\n8|9\n");
    ck_assert_uint_eq(atomic_load(&csv_context.rejects), 4);
    path = csv_file("a,b\n1,2\nx,4\n5,y\n");
    table = csv_table(path, "types=BIGINT,BIGINT\non_error=null");
    ck_assert_str_eq(csv_rows_text(table), "1|2\n~|4\n5|~\n");
}
END_TEST

static void open_missing(void *path)
{
    csv_rows_text(csv_table(path, ""));
}

START_TEST(what_is_no_file_is_an_error)
{
    Error error = expect_error(ERROR_UNDEFINED_FILE, open_missing, "/nowhere/x.csv");
    ck_assert_str_eq(error.message, "/nowhere/x.csv: no such file");
    const char *binary = csv_file_n("\x7F"
                                    "ELF\x02\x01\x01\0\0\0\xFE\xFF\xFD\x90\x81\0\0",
                                    17);
    expect_error(ERROR_INVALID_ENCODING, open_missing, (void *)binary);
}
END_TEST

START_TEST(a_field_of_ten_megabytes_is_read)
{
    Text text = text_in(test_arena);
    text_add(&text, "a,b\n1,\"");
    text_add_repeated(&text, 'x', 10 << 20);
    text_add(&text, "\"\"\n\"\n2,y\n");
    TableProvider *table = csv_table(csv_file(text_string(&text)), "");
    const char *rows = csv_rows_text(table);
    ck_assert_uint_eq(strlen(rows), strlen("1|\"\n\n2|y\n") + (10 << 20));
    ck_assert_uint_eq(csv_count(table), 2);
}
END_TEST

START_TEST(four_thousand_columns_are_read)
{
    Text text = text_in(test_arena);
    for (int row = 0; row < 3; row++)
        for (int c = 0; c < 4000; c++)
            text_add_format(&text, row ? "%d%s" : "c%d%s", row ? row * c : c, c == 3999 ? "\n" : ",");
    TableProvider *table = csv_table(csv_file(text_string(&text)), "");
    const Schema *schema = table->ops->schema(table, &csv_context);
    ck_assert_uint_eq(schema->column_count, 4000);
    ck_assert_str_eq(schema->columns[3999].name, "c3999");
    const char *rows = csv_rows_text(table);
    ck_assert_ptr_nonnull(strstr(rows, "|3998|3999\n0|2|4|"));
    ck_assert_uint_eq(csv_count(table), 2);
}
END_TEST

START_TEST(many_equal_names_become_different_ones)
{
    Text text = text_in(test_arena);
    for (int c = 0; c < 4000; c++)
        text_add(&text, c == 3999 ? "a\n" : "a,");
    for (int c = 0; c < 4000; c++)
        text_add(&text, c == 3999 ? "1\n" : "1,");
    TableProvider *table = csv_table(csv_file(text_string(&text)), "");
    const Schema *schema = table->ops->schema(table, &csv_context);
    ck_assert_str_eq(schema->columns[3999].name, "a_3999");
}
END_TEST

/* Long strings point into the file's block: a batch that is kept must not change when the block is read anew. */
START_TEST(kept_batches_do_not_change)
{
    Text text = text_in(test_arena);
    text_add(&text, "n,t\n");
    for (int i = 0; i < 60000; i++)
        text_add_format(&text, "%d,this is the text of row %d and longer than twelve bytes\n", i, i);
    TableProvider *table = csv_table(csv_file(text_string(&text)), "");
    Scan *scan = csv_scan_all(table, NULL, 0, NO_LIMIT);
    BatchStream *stream = scan_read(scan, test_arena, &csv_context);
    Batch *kept[100];
    size_t count = 0;
    for (Batch *batch; (batch = stream_next(stream)) != NULL;)
        kept[count++] = batch_ref(test_arena, batch);
    int64_t row = 0;
    for (size_t k = 0; k < count; k++) {
        for (size_t i = 0; i < kept[k]->row_count; i++, row++) {
            Value number = vector_value(kept[k]->columns[0], i), string = vector_value(kept[k]->columns[1], i);
            ck_assert_int_eq(number.i64, row);
            const char *expected =
                arena_format(test_arena, "this is the text of row %d and longer than twelve bytes", (int)row);
            ck_assert(view_equal(string.text, view_of(expected)));
        }
    }
    ck_assert_int_eq(row, 60000);
}
END_TEST

START_TEST(pushed_filters_let_only_true_rows_through)
{
    TableProvider *table = csv_table(csv_file("a,b\n1,x\n2,\n,x\n4,x\n5,\"y\"\n"), "");
    table->ops->schema(table, &csv_context);
    Type bigint = type_of(TYPE_BIGINT), text = type_of(TYPE_VARCHAR);
    Expr *filters[] = {csv_compare(">", 0, bigint, value_integer(bigint, 1)),
                       csv_compare("=", 1, text, value_text(view_of("x")))};
    FilterPushdown answers[2];
    table->ops->supports_filters_pushdown(table, filters, 2, answers);
    ck_assert_int_eq(answers[0], FILTER_EXACT);
    ck_assert_int_eq(answers[1], FILTER_EXACT);
    ck_assert_str_eq(csv_scan_text(csv_scan_all(table, filters, 1, NO_LIMIT)), "2|~\n4|x\n5|y\n");
    ck_assert_str_eq(csv_scan_text(csv_scan_all(table, filters, 2, NO_LIMIT)), "4|x\n");
    /* a filter column that is not projected, and a projected one that no filter needs */
    size_t projection[] = {1};
    ScanArgs args = {.context = &csv_context,
                     .arena = test_arena,
                     .projection = projection,
                     .projection_count = 1,
                     .filters = filters,
                     .filter_count = 1,
                     .limit = NO_LIMIT,
                     .parallelism = 1};
    ck_assert_str_eq(csv_scan_text(table->ops->scan(table, &args)), "~\nx\ny\n");
    args.projection_count = 0;
    ck_assert_str_eq(csv_scan_text(table->ops->scan(table, &args)), "\n\n\n");
}
END_TEST

/* Fields of rows that a filter drops are not parsed: "text" in b is met only where a is 2. */
START_TEST(only_rows_that_pass_are_parsed)
{
    TableProvider *table = csv_table(csv_file("a,b\n1,10\n2,text\n3,30\n"), "types=BIGINT,BIGINT");
    table->ops->schema(table, &csv_context);
    Type bigint = type_of(TYPE_BIGINT);
    Expr *filters[] = {csv_compare("<>", 0, bigint, value_integer(bigint, 2))};
    Scan *scan = csv_scan_all(table, filters, 1, NO_LIMIT);
    ck_assert_str_eq(csv_scan_text(scan), "1|10\n3|30\n");
    Text text = text_in(test_arena);
    scan->explain_analyze(scan, &text);
    ck_assert_ptr_nonnull(strstr(text_string(&text), "rows dropped by filters: 1\n"));
    ck_assert_ptr_nonnull(strstr(text_string(&text), "fields parsed: 5\n"));
}
END_TEST

/* The rows of a scan of `n`, which counts up from 0. Returns how many there were. */
static size_t counted_rows_check(Scan *scan)
{
    BatchStream *stream = scan->open(scan, scan_start(scan, test_arena, &csv_context, NULL), test_arena, &csv_context);
    size_t count = 0;
    for (Batch *batch; (batch = stream_next(stream)) != NULL;)
        for (size_t i = 0; i < batch->row_count; i++)
            ck_assert_int_eq(VECTOR_DATA(batch->columns[0], int64_t)[batch_row(batch, i)], (int64_t)count++);
    return count;
}

/* Of 6.9 MB, in rows of 7 bytes, and 4 KiB behind each piece. */
START_TEST(a_limit_stops_reading)
{
    static const struct {
        size_t limit;
        bool has_filter; /* that all rows pass: nobody knows before */
        const char *bytes_read;
    } cases[] = {
        {3, false, "bytes read: 65536\n"},
        {20000, false, "bytes read: 284110\n"}, /* twice as much as that many rows take */
        {3, true, "bytes read: 987136\n"},
    };
    Text text = text_in(test_arena);
    text_add(&text, "n\n");
    for (int i = 0; i < 1000000; i++)
        text_add_format(&text, "%d\n", i);
    TableProvider *table = csv_table(csv_file(text_string(&text)), "");
    Type bigint = type_of(TYPE_BIGINT);
    Expr *filters[] = {csv_compare(">=", 0, bigint, value_integer(bigint, 0))};
    table->ops->schema(table, &csv_context);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Scan *scan = csv_scan_all(table, filters, cases[i].has_filter, cases[i].limit);
        Text analyzed = text_in(test_arena);
        ck_assert_uint_ge(counted_rows_check(scan), cases[i].limit);
        scan->explain_analyze(scan, &analyzed);
        ck_assert_msg(strstr(text_string(&analyzed), cases[i].bytes_read) != NULL, "%s", text_string(&analyzed));
    }
    ck_assert_str_eq(csv_scan_text(csv_scan_all(table, NULL, 0, 0)), "");
}
END_TEST

/* The sample has short rows only: the pieces that were to have as many rows as are wanted have few. */
START_TEST(a_limit_over_longer_rows_than_were_expected_reads_on)
{
    Text text = text_in(test_arena);
    text_add(&text, "n,text\n");
    for (int i = 0; i < 40; i++) {
        text_add_format(&text, "%d,", i);
        text_add_repeated(&text, 'x', 30000);
        text_add_char(&text, '\n');
    }
    for (int i = 40; i < 300000; i++)
        text_add_format(&text, "%d,\n", i);
    Scan *scan = csv_scan_all(csv_table(csv_file(text_string(&text)), ""), NULL, 0, 100);
    ck_assert_uint_eq(counted_rows_check(scan), 100);
}
END_TEST

START_TEST(a_second_cursor_finds_nothing_left)
{
    TableProvider *table = csv_table(csv_file("a\n1\n2\n"), "");
    Scan *scan = csv_scan_all(table, NULL, 0, NO_LIMIT);
    void *reading = scan_start(scan, test_arena, &csv_context, NULL);
    BatchStream *first = scan->open(scan, reading, test_arena, &csv_context);
    BatchStream *second = scan->open(scan, reading, test_arena, &csv_context);
    ck_assert_uint_eq(stream_next(first)->row_count, 2);
    ck_assert_ptr_null(stream_next(second));
    ck_assert_ptr_null(stream_next(first));
}
END_TEST

START_TEST(a_scan_can_be_read_again)
{
    TableProvider *table = csv_table(csv_file("a\n1\n2\n"), "");
    Scan *scan = csv_scan_all(table, NULL, 0, NO_LIMIT);
    ck_assert_str_eq(csv_scan_text(scan), "1\n2\n");
    ck_assert_str_eq(csv_scan_text(scan), "1\n2\n");
}
END_TEST

START_TEST(small_batches_give_the_same_rows)
{
    TableProvider *table = csv_table(csv_file("a,b\n1,x\n2,y\n3,z\n"), "");
    csv_settings.batch_size = 1;
    ck_assert_str_eq(csv_rows_text(table), "1|x\n2|y\n3|z\n");
    csv_settings.batch_size = 2048;
}
END_TEST

/* A pipe is read once by the system, and as often as wanted by us. */
static const char *fifo_new(void)
{
    const char *path = arena_format(test_arena, "/tmp/quern-test-fifo-%d", (int)getpid());
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    arena_own(test_arena, (void *)path, csv_path_release);
    return path;
}

START_TEST(a_pipe_can_be_scanned_twice)
{
    const char *path = fifo_new();
    pid_t child = fork();
    if (child == 0) {
        int descriptor = open(path, O_WRONLY);
        const char *pieces[] = {"a,b\n1,", "x\n2,\"y", "\n\"\n", "3,z"};
        for (int i = 0; i < 4; i++) {
            if (write(descriptor, pieces[i], strlen(pieces[i])) < 0)
                _exit(1);
            usleep(2000);
        }
        _exit(0);
    }
    TableProvider *table = csv_table(path, "");
    ck_assert_str_eq(csv_schema_text(table), "a BIGINT, b VARCHAR");
    ck_assert_str_eq(csv_rows_text(table), "1|x\n2|y\n\n3|z\n");
    ck_assert_str_eq(csv_rows_text(table), "1|x\n2|y\n\n3|z\n");
    int status;
    waitpid(child, &status, 0);
    ck_assert_int_eq(status, 0);
}
END_TEST

/* What comes in pieces of 64 KB is not handed over in as many, which whoever has a long record would all go over. */
START_TEST(much_is_read_of_a_pipe_at_once_where_much_is_asked_for)
{
    enum { SIZE = 16 << 20, PIECE = 64 << 10 };
    const char *path = fifo_new();
    char *text = memset(arena_allocate(test_arena, SIZE), 'x', SIZE);
    pid_t child = fork();
    if (child == 0) {
        int descriptor = open(path, O_WRONLY);
        for (size_t i = 0; i < SIZE; i += PIECE)
            if (write(descriptor, text + i, PIECE) != PIECE)
                _exit(1);
        _exit(0);
    }
    CsvSource *source =
        csv_source_open(test_arena, &csv_context, path, csv_spool_open(test_arena, path, NULL), 0, NULL);
    size_t done = 0, count = 0;
    for (size_t got; (got = csv_source_read(source, done, text + done, SIZE - done)) > 0; done += got)
        count++;
    ck_assert_uint_eq(done, SIZE);
    ck_assert_uint_lt(count, SIZE / PIECE / 4);
    int status;
    waitpid(child, &status, 0);
    ck_assert_int_eq(status, 0);
}
END_TEST

static void drain(void *stream)
{
    while (stream_next(stream))
        ;
}

START_TEST(a_file_that_shrinks_while_it_is_read_is_an_error)
{
    Text text = text_in(test_arena);
    text_add(&text, "n,t\n");
    for (int i = 0; i < 200000; i++)
        text_add_format(&text, "%d,text\n", i);
    const char *path = csv_file(text_string(&text));
    TableProvider *table = csv_table(path, "");
    Scan *scan = csv_scan_all(table, NULL, 0, NO_LIMIT);
    BatchStream *stream = scan_read(scan, test_arena, &csv_context);
    ck_assert_ptr_nonnull(stream_next(stream));
    ck_assert_int_eq(truncate(path, 1000), 0);
    Error error = expect_error(ERROR_BAD_DATA, drain, stream);
    ck_assert_ptr_nonnull(strstr(error.message, "has become shorter while it was being read"));
}
END_TEST

/* Beyond 64 MB only pieces are looked at. A value that contradicts what they show is an error with its place, and what
 * it shows counts from then on. */
START_TEST(a_value_that_the_sample_did_not_show_widens_its_column)
{
    const char *path = csv_file("");
    FILE *file = fopen(path, "wb");
    fprintf(file, "n,t\n");
    int odd = 3500000; /* between two pieces */
    for (int i = 0; i < 7000000; i++)
        fprintf(file, "%s,abc\n", i == odd ? "9223372036854775808" : "1234567");
    fclose(file);
    TableProvider *table = csv_table(path, "");
    ck_assert_str_eq(csv_schema_text(table), "n BIGINT, t VARCHAR");
    ck_assert_int_eq(table->ops->statistics(table, &csv_context)->row_count.precision, PRECISION_ESTIMATE);
    uint64_t estimate = table->ops->statistics(table, &csv_context)->row_count.count;
    ck_assert(estimate > 6900000 && estimate < 7100000);
    size_t projection[] = {0};
    ScanArgs args = {.context = &csv_context,
                     .arena = test_arena,
                     .projection = projection,
                     .projection_count = 1,
                     .limit = NO_LIMIT,
                     .parallelism = 1};
    Scan *scan = table->ops->scan(table, &args);
    Error error = expect_error(ERROR_BAD_DATA, drain, scan_read(scan, test_arena, &csv_context));
    ck_assert_ptr_nonnull(strstr(error.message, ":3500002:1: '9223372036854775808' is no BIGINT (column n)"));
    ck_assert_str_eq(csv_schema_text(table), "n DECIMAL(38,0), t VARCHAR");
    scan = table->ops->scan(table, &args);
    drain(scan_read(scan, test_arena, &csv_context));
}
END_TEST

START_TEST(explain_says_how_the_file_is_read)
{
    TableProvider *table = csv_table(csv_file("a;b\n1;2\n"), "");
    Scan *scan = csv_scan_all(table, NULL, 0, NO_LIMIT);
    Text text = text_in(test_arena);
    scan->explain(scan, &text);
    ck_assert_ptr_nonnull(strstr(text_string(&text), "(8 bytes)\n"));
    ck_assert_ptr_nonnull(strstr(text_string(&text), "dialect: delimiter ';', quote '\"', header\n"));
    ck_assert_ptr_nonnull(strstr(text_string(&text), "columns parsed: 2 of 2\n"));
}
END_TEST

TEST_PROGRAM(errors_name_line_and_column, count_judges_the_structure_of_every_row,
             bad_rows_and_values_are_handled_as_asked, what_is_no_file_is_an_error, a_field_of_ten_megabytes_is_read,
             four_thousand_columns_are_read, many_equal_names_become_different_ones, kept_batches_do_not_change,
             pushed_filters_let_only_true_rows_through, only_rows_that_pass_are_parsed, a_limit_stops_reading,
             a_limit_over_longer_rows_than_were_expected_reads_on, a_second_cursor_finds_nothing_left,
             a_scan_can_be_read_again, small_batches_give_the_same_rows, a_pipe_can_be_scanned_twice,
             much_is_read_of_a_pipe_at_once_where_much_is_asked_for, a_file_that_shrinks_while_it_is_read_is_an_error,
             a_value_that_the_sample_did_not_show_widens_its_column, explain_says_how_the_file_is_read)
