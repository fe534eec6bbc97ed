/* unit/provider_plugin.c: Arrow values become ours, and a provider that lies is an error. */
#include "provider/plugin/plugin.h"

#include <errno.h>
#include <stddef.h>

#include "column/arrow/arrow_read.h"
#include "column/arrow/arrow_write.h"
#include "test.h"

/* ---- a provider in this program: one column, one array ---- */

enum { MAX_VALUES = 8 };

typedef struct Source {
    QuernProvider base;
    QuernScan scan;
    const char *format, *stream_format; /* stream_format NULL: the same */
    int64_t flags;
    int64_t length, null_count;
    int64_t buffer_count;
    const void *buffers[6];
    struct ArrowSchema *schema_dictionary;
    struct ArrowArray child, *child_pointer, *dictionary, *grandchildren[2];
    void (*spoil)(struct Source *source, struct ArrowArray *root, struct ArrowArrayStream *stream);
    int arrays_left, live_arrays, live_streams, live_scans, shares;
    QuernScanArgs args;
} Source;

static void schema_release(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

static void child_release(struct ArrowArray *array)
{
    array->release = NULL;
}

static void root_release(struct ArrowArray *array)
{
    ((Source *)array->private_data)->live_arrays--;
    array->release = NULL;
}

static int schema_fill(Source *source, const char *format, struct ArrowSchema *schema)
{
    static struct ArrowSchema child, ends, values, *children[1], *run_children[2] = {&ends, &values};
    child = (struct ArrowSchema){.format = format,
                                 .name = "v",
                                 .flags = source->flags,
                                 .dictionary = source->schema_dictionary,
                                 .release = schema_release};
    if (strcmp(format, "+r") == 0) {
        ends = (struct ArrowSchema){.format = "i", .name = "run_ends", .release = schema_release};
        values =
            (struct ArrowSchema){.format = "u", .name = "values", .flags = source->flags, .release = schema_release};
        child.n_children = 2;
        child.children = run_children;
    }
    children[0] = &child;
    *schema = (struct ArrowSchema){.format = "+s", .n_children = 1, .children = children, .release = schema_release};
    return 0;
}

static int stream_get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *schema)
{
    Source *source = stream->private_data;
    return schema_fill(source, source->stream_format ? source->stream_format : source->format, schema);
}

static int stream_get_next(struct ArrowArrayStream *stream, struct ArrowArray *array)
{
    static const void *no_validity[1];
    Source *source = stream->private_data;
    memset(array, 0, sizeof *array);
    if (source->arrays_left-- <= 0)
        return 0;
    source->child = (struct ArrowArray){.length = source->length,
                                        .null_count = source->null_count,
                                        .n_buffers = source->buffer_count,
                                        .buffers = source->buffers,
                                        .dictionary = source->dictionary,
                                        .release = child_release};
    if (source->grandchildren[0]) {
        source->child.n_children = 2;
        source->child.children = source->grandchildren;
    }
    source->child_pointer = &source->child;
    *array = (struct ArrowArray){.length = source->length,
                                 .n_buffers = 1,
                                 .buffers = no_validity,
                                 .n_children = 1,
                                 .children = &source->child_pointer,
                                 .release = root_release,
                                 .private_data = source};
    source->live_arrays++;
    if (source->spoil)
        source->spoil(source, array, stream);
    return 0;
}

static void stream_release(struct ArrowArrayStream *stream)
{
    ((Source *)stream->private_data)->live_streams--;
    stream->release = NULL;
}

static int32_t source_open(QuernScan *scan, size_t partition, QuernContext *context, struct ArrowArrayStream *stream,
                           QuernProviderError *error)
{
    Source *source = scan->private_data;
    (void)partition, (void)context, (void)error;
    *stream = (struct ArrowArrayStream){stream_get_schema, stream_get_next, NULL, stream_release, source};
    source->live_streams++;
    return QUERN_PROVIDER_OK;
}

static void scan_release(QuernScan *scan)
{
    ((Source *)scan->private_data)->live_scans--;
}

static int32_t source_scan(QuernProvider *provider, const QuernScanArgs *args, QuernScan **ret_scan,
                           QuernProviderError *error)
{
    Source *source = (Source *)provider;
    (void)error;
    source->args = *args;
    QUERN_INIT(&source->scan);
    source->scan.private_data = source;
    source->scan.partition_count = 1;
    source->scan.open = source_open;
    source->scan.release = scan_release;
    source->live_scans++;
    *ret_scan = &source->scan;
    return QUERN_PROVIDER_OK;
}

static int32_t source_schema(QuernProvider *provider, QuernContext *context, struct ArrowSchema *schema,
                             QuernProviderError *error)
{
    (void)context, (void)error;
    return schema_fill((Source *)provider, ((Source *)provider)->format, schema);
}

static void source_retain(QuernProvider *provider)
{
    ((Source *)provider)->shares++;
}

static void source_release(QuernProvider *provider)
{
    ((Source *)provider)->shares--;
}

static void source_init(Source *source, const char *format, int64_t length)
{
    memset(source, 0, sizeof *source);
    QUERN_INIT(&source->base);
    source->base.retain = source_retain;
    source->base.release = source_release;
    source->base.schema = source_schema;
    source->base.scan = source_scan;
    source->format = format;
    source->flags = ARROW_FLAG_NULLABLE;
    source->length = length;
    source->buffer_count = 2;
    source->arrays_left = 1;
    source->shares = 1;
}

static Context test_context;

/* All rows as "v v v", each in value_display's form. */
static const char *source_rows(Source *source, Arena *arena, const char **ret_type)
{
    test_context = (Context){.arena = arena};
    TableProvider *table = plugin_table_new(&source->base, "test", &test_context);
    const Schema *schema = table->ops->schema(table, &test_context);
    char name[TYPE_NAME_SIZE];
    if (ret_type)
        *ret_type = arena_string(test_arena, type_name(schema->columns[0].type, name));
    size_t projection[] = {0};
    ScanArgs args = {.context = &test_context,
                     .arena = arena,
                     .projection_count = 1,
                     .projection = projection,
                     .limit = NO_LIMIT,
                     .parallelism = 1};
    Arena *guard = arena_new_child(arena);
    arena_own(guard, table, (void (*)(void *))provider_unref);
    Scan *scan = table->ops->scan(table, &args);
    BatchStream *stream = scan_read(scan, arena, &test_context);
    Text text = text_in(test_arena);
    for (Batch *batch; (batch = stream_next(stream)) != NULL;)
        for (size_t i = 0; i < batch->row_count; i++) {
            Value value = vector_value(batch->columns[0], batch_row(batch, i));
            const char *shown = value_display(test_arena, &value);
            text_add_format(&text, "%s%s", text.size ? " " : "", shown ? shown : "NULL");
        }
    stream_close(stream);
    return text_string(&text);
}

static void source_ck_released(const Source *source)
{
    ck_assert_int_eq(source->live_arrays, 0);
    ck_assert_int_eq(source->live_streams, 0);
    ck_assert_int_eq(source->live_scans, 0);
    ck_assert_int_eq(source->shares, 0);
}

/* ---- values ---- */

static const uint8_t bit_1[] = {0x02}, bit_0[] = {0x01}, bits_0_1_3[] = {0x0B}, bits_0_2_3[] = {0x0D};
static const int8_t i8[] = {-128, 127};
static const uint8_t u8[] = {0, 255};
static const int16_t i16[] = {-32768, 32767};
static const uint16_t u16[] = {0, 65535};
static const int32_t i32[] = {INT32_MIN, INT32_MAX};
static const uint32_t u32[] = {0, UINT32_MAX};
static const int64_t i64[] = {INT64_MIN, INT64_MAX};
static const uint64_t u64[] = {0, UINT64_MAX};
static const float f32[] = {-0.5f, 3.0f};
static const double f64[] = {0.1, -2.5};
static const int64_t d128[] = {-12345, -1, 99999, 0};
static const int64_t d64[] = {-12345, 99999};
static const int32_t d32[] = {-12345, 99999};
static const int32_t days[] = {0, 19723};
static const int64_t day_millis[] = {0, 19723 * INT64_C(86400000)};
static const int32_t seconds[] = {1, 86399};
static const int64_t nanos[] = {1999, -1};
static const int64_t micros[] = {0, -1};
static const int32_t months[] = {1, -14};
static const int32_t day_ms[] = {1, 2000, 0, -1};
static const struct {
    int32_t months, days;
    int64_t nanoseconds;
} month_day_nano[] = {{1, 2, 3000}, {0, 0, 0}};
static const int32_t offsets32[] = {0, 2, 19};
static const int64_t offsets64[] = {0, 2, 19};
static const char bytes[] = "abseventeen bytes: x";
static const int64_t sizes[] = {20};

/* Expected: the Arrow format's own definition (Columnar.rst) and arithmetic. */
static const struct {
    const char *format, *type, *rows;
    int64_t buffer_count;
    const void *buffers[4];
} values[] = {
    {"c", "SMALLINT", "-128 127", 2, {NULL, i8}},
    {"C", "SMALLINT", "0 255", 2, {NULL, u8}},
    {"s", "SMALLINT", "-32768 32767", 2, {NULL, i16}},
    {"S", "INTEGER", "0 65535", 2, {NULL, u16}},
    {"i", "INTEGER", "-2147483648 2147483647", 2, {NULL, i32}},
    {"I", "BIGINT", "0 4294967295", 2, {NULL, u32}},
    {"l", "BIGINT", "-9223372036854775808 9223372036854775807", 2, {NULL, i64}},
    {"L", "UBIGINT", "0 18446744073709551615", 2, {NULL, u64}},
    {"f", "DOUBLE", "-0.5 3", 2, {NULL, f32}},
    {"g", "DOUBLE", "0.1 -2.5", 2, {NULL, f64}},
    {"b", "BOOLEAN", "false true", 2, {NULL, bit_1}},
    {"d:5,2", "DECIMAL(5,2)", "-123.45 999.99", 2, {NULL, d128}},
    {"d:5,2,64", "DECIMAL(5,2)", "-123.45 999.99", 2, {NULL, d64}},
    {"d:5,2,32", "DECIMAL(5,2)", "-123.45 999.99", 2, {NULL, d32}},
    {"d:20,3", "DECIMAL(20,3)", "-12.345 99.999", 2, {NULL, d128}},
    {"tdD", "DATE", "1970-01-01 2024-01-01", 2, {NULL, days}},
    {"tdm", "DATE", "1970-01-01 2024-01-01", 2, {NULL, day_millis}},
    {"tts", "TIME", "00:00:01 23:59:59", 2, {NULL, seconds}},
    {"tsu:", "TIMESTAMP", "1970-01-01 00:00:00 1969-12-31 23:59:59.999999", 2, {NULL, micros}},
    {"tsn:", "TIMESTAMP", "1970-01-01 00:00:00.000001 1969-12-31 23:59:59.999999", 2, {NULL, nanos}},
    {"tsu:Europe/Berlin", "TIMESTAMPTZ", "1970-01-01 00:00:00+00 1969-12-31 23:59:59.999999+00", 2, {NULL, micros}},
    {"tiM", "INTERVAL", "1 mon -1 years -2 mons", 2, {NULL, months}},
    {"tiD", "INTERVAL", "1 day 00:00:02 -00:00:00.001", 2, {NULL, day_ms}},
    {"tin", "INTERVAL", "1 mon 2 days 00:00:00.000003 00:00:00", 2, {NULL, month_day_nano}},
    {"tDn", "INTERVAL", "00:00:00.000001 -00:00:00.000001", 2, {NULL, nanos}},
    {"u", "VARCHAR", "ab seventeen bytes: ", 3, {NULL, offsets32, bytes}},
    {"U", "VARCHAR", "ab seventeen bytes: ", 3, {NULL, offsets64, bytes}},
    {"z", "BLOB", "\\x6162 \\x736576656e7465656e2062797465733a20", 3, {NULL, offsets32, bytes}},
    {"w:2", "BLOB", "\\x6162 \\x7365", 2, {NULL, bytes}},
    {"n", "VARCHAR", "NULL NULL", 0, {NULL}},
};

START_TEST(each_arrow_type_becomes_ours)
{
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        Source source;
        Arena *arena = arena_new_child(test_arena);
        const char *type;
        source_init(&source, values[i].format, 2);
        source.buffer_count = values[i].buffer_count;
        memcpy(source.buffers, values[i].buffers, sizeof values[i].buffers);
        const char *rows = source_rows(&source, arena, &type);
        ck_assert_msg(strcmp(type, values[i].type) == 0, "%s: %s", values[i].format, type);
        ck_assert_msg(strcmp(rows, values[i].rows) == 0, "%s: %s", values[i].format, rows);
        arena_free(arena);
        source_ck_released(&source);
    }
}
END_TEST

START_TEST(views_dictionaries_and_runs_become_texts)
{
    static Source source; /* released with the arena */
    struct {
        int32_t size;
        char text[12];
    } short_view = {2, "ab"};
    struct {
        int32_t size;
        char prefix[4];
        int32_t buffer, offset;
    } long_view = {17, "seve", 0, 2};
    char views[32];
    memcpy(views, &short_view, 16);
    memcpy(views + 16, &long_view, 16);
    source_init(&source, "vu", 2);
    source.buffer_count = 4;
    memcpy(source.buffers, (const void *[]){NULL, views, bytes, sizes}, 4 * sizeof(void *));
    ck_assert_str_eq(source_rows(&source, test_arena, NULL), "ab seventeen bytes: ");

    struct ArrowSchema words = {.format = "u", .name = "", .release = schema_release};
    const void *word_buffers[] = {NULL, offsets32, bytes};
    static struct ArrowArray dictionary; /* all of it outlives the shares that vectors have */
    dictionary = (struct ArrowArray){.length = 2, .n_buffers = 3, .buffers = word_buffers, .release = child_release};
    static Source coded;
    source_init(&coded, "c", 4);
    coded.schema_dictionary = &words;
    coded.dictionary = &dictionary;
    coded.null_count = 1;
    coded.buffers[0] = bits_0_1_3;
    static const int8_t codes[] = {1, 0, 99, 1};
    coded.buffers[1] = codes; /* the third is NULL */
    ck_assert_str_eq(source_rows(&coded, test_arena, NULL), "seventeen bytes:  ab NULL seventeen bytes: ");

    static const int32_t ends[] = {1, 3};
    const void *end_buffers[] = {NULL, ends};
    static struct ArrowArray run_ends;
    run_ends = (struct ArrowArray){.length = 2, .n_buffers = 2, .buffers = end_buffers, .release = child_release};
    static Source runs;
    source_init(&runs, "+r", 3);
    runs.buffer_count = 0;
    runs.grandchildren[0] = &run_ends;
    runs.grandchildren[1] = &dictionary;
    ck_assert_str_eq(source_rows(&runs, test_arena, NULL), "ab seventeen bytes:  seventeen bytes: ");
}
END_TEST

/* ---- lies ---- */

static void spoil_length(Source *source, struct ArrowArray *root, struct ArrowArrayStream *stream)
{
    (void)stream, (void)root;
    source->child.length = 1;
}
static void spoil_negative_length(Source *source, struct ArrowArray *root, struct ArrowArrayStream *stream)
{
    (void)stream, (void)source;
    root->length = -1;
}
static void spoil_offset(Source *source, struct ArrowArray *root, struct ArrowArrayStream *stream)
{
    (void)stream, (void)root;
    source->child.offset = -8;
}
static void spoil_huge_offset(Source *source, struct ArrowArray *root, struct ArrowArrayStream *stream)
{
    (void)stream, (void)source;
    root->offset = INT64_MAX;
}
static void spoil_null_count(Source *source, struct ArrowArray *root, struct ArrowArrayStream *stream)
{
    (void)stream, (void)root;
    source->child.null_count = 3;
}
static void spoil_validity(Source *source, struct ArrowArray *root, struct ArrowArrayStream *stream)
{
    (void)stream, (void)root;
    source->child.null_count = 1;
}
static void spoil_buffer_count(Source *source, struct ArrowArray *root, struct ArrowArrayStream *stream)
{
    (void)stream, (void)root;
    source->child.n_buffers = 1;
}
static void spoil_buffers(Source *source, struct ArrowArray *root, struct ArrowArrayStream *stream)
{
    (void)stream, (void)root;
    source->child.buffers = NULL;
}
static void spoil_children(Source *source, struct ArrowArray *root, struct ArrowArrayStream *stream)
{
    (void)stream, (void)source;
    root->n_children = 2;
}
static void spoil_child(Source *source, struct ArrowArray *root, struct ArrowArrayStream *stream)
{
    (void)stream, (void)root;
    source->child_pointer = NULL;
}
static void spoil_released_child(Source *source, struct ArrowArray *root, struct ArrowArrayStream *stream)
{
    (void)stream, (void)root;
    source->child.release = NULL;
}
static void spoil_null_rows(Source *source, struct ArrowArray *root, struct ArrowArrayStream *stream)
{
    (void)stream, (void)source;
    root->null_count = 1;
}
static void spoil_promise(Source *source, struct ArrowArray *root, struct ArrowArrayStream *stream)
{
    (void)stream, (void)root;
    source->child.null_count = -1;
    source->buffers[0] = bit_0;
}

static const int32_t offsets_back[] = {0, 5, 2};
static const int32_t offsets_negative[] = {-4, 0, 2};
static const int32_t date_out[] = {0, INT32_MAX};

static const struct {
    const char *format, *stream_format;
    int64_t flags;
    int64_t buffer_count;
    const void *buffers[3];
    void (*spoil)(Source *source, struct ArrowArray *root, struct ArrowArrayStream *stream);
    ErrorCode code;
    const char *message;
} lies[] = {
    {"i", NULL, 2, 2, {NULL, i32}, spoil_length, ERROR_BAD_DATA, "has 1 values where 2 are needed"},
    {"i", NULL, 2, 2, {NULL, i32}, spoil_negative_length, ERROR_BAD_DATA, "length -1"},
    {"i", NULL, 2, 2, {NULL, i32}, spoil_offset, ERROR_BAD_DATA, "offset -8"},
    {"i", NULL, 2, 2, {NULL, i32}, spoil_huge_offset, ERROR_BAD_DATA, "offset 9223372036854775807"},
    {"i", NULL, 2, 2, {NULL, i32}, spoil_null_count, ERROR_BAD_DATA, "3 of its 2 values are NULL"},
    {"i", NULL, 2, 2, {NULL, i32}, spoil_validity, ERROR_BAD_DATA, "but not which"},
    {"i", NULL, 2, 2, {NULL, i32}, spoil_buffer_count, ERROR_BAD_DATA, "has 1 buffers where its type has 2"},
    {"i", NULL, 2, 2, {NULL, i32}, spoil_buffers, ERROR_BAD_DATA, "has no values"},
    {"i", NULL, 2, 2, {NULL, i32}, spoil_children, ERROR_BAD_DATA, "2 columns, its schema 1"},
    {"i", NULL, 2, 2, {NULL, i32}, spoil_child, ERROR_BAD_DATA, "missing or was released"},
    {"i", NULL, 2, 2, {NULL, i32}, spoil_released_child, ERROR_BAD_DATA, "missing or was released"},
    {"i", NULL, 2, 2, {NULL, i32}, spoil_null_rows, ERROR_BAD_DATA, "rows cannot be NULL"},
    {"i", NULL, 0, 2, {NULL, i32}, spoil_promise, ERROR_BAD_DATA, "says that it has none"},
    {"i", "l", 2, 2, {NULL, i64}, NULL, ERROR_BAD_DATA, "comes as BIGINT, but the table says INTEGER"},
    {"tdD", NULL, 2, 2, {NULL, date_out}, NULL, ERROR_BAD_DATA, "2147483647, which is out of range"},
    {"tss:", NULL, 2, 2, {NULL, i64}, NULL, ERROR_BAD_DATA, "out of range"},
    {"tDs", NULL, 2, 2, {NULL, i64}, NULL, ERROR_BAD_DATA, "out of range"},
    {"d:3,0", NULL, 2, 2, {NULL, d128}, NULL, ERROR_BAD_DATA, "more than 3 digits"},
    {"u", NULL, 2, 3, {NULL, offsets_back, bytes}, NULL, ERROR_BAD_DATA, "the offset 2 behind 5"},
    {"u", NULL, 2, 3, {NULL, offsets_negative, bytes}, NULL, ERROR_BAD_DATA, "has the offset -4"},
    {"u", NULL, 2, 3, {NULL, offsets32, NULL}, NULL, ERROR_BAD_DATA, "the offset 2 behind 0"},
    {"u",
     NULL,
     2,
     3,
     {NULL, offsets32, "ab\xff seventeen bytes"},
     NULL,
     ERROR_INVALID_ENCODING,
     "byte 0xff at offset 0"},
    {"e", NULL, 2, 2, {NULL, i16}, NULL, ERROR_NOT_SUPPORTED, "column \"v\" has the Arrow type \"e\""},
    {"+l", NULL, 2, 2, {NULL, i32}, NULL, ERROR_NOT_SUPPORTED, "\"+l\""},
    {"d:4,2,64", NULL, 2, 2, {NULL, d64}, NULL, ERROR_BAD_DATA, "more than 4 digits"},
    {"d:10,2,32", NULL, 2, 2, {NULL, d32}, NULL, ERROR_NOT_SUPPORTED, "\"d:10,2,32\""},
    {"d:5,2,256", NULL, 2, 2, {NULL, d64}, NULL, ERROR_NOT_SUPPORTED, "\"d:5,2,256\""},
    {"d:99,2", NULL, 2, 2, {NULL, d128}, NULL, ERROR_NOT_SUPPORTED, "\"d:99,2\""},
    {"w:-1", NULL, 2, 2, {NULL, i32}, NULL, ERROR_NOT_SUPPORTED, "\"w:-1\""},
};

typedef struct Request {
    Source *source;
    Arena *arena;
} Request;

static void read_rows(void *argument)
{
    Request *request = argument;
    (void)source_rows(request->source, request->arena, NULL);
}

START_TEST(a_stream_that_lies_is_an_error_and_everything_is_released)
{
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        Source source;
        source_init(&source, lies[i].format, 2);
        source.stream_format = lies[i].stream_format;
        source.flags = lies[i].flags;
        source.buffer_count = lies[i].buffer_count;
        memcpy(source.buffers, lies[i].buffers, sizeof lies[i].buffers);
        source.spoil = lies[i].spoil;
        Request request = {&source, arena_new_child(test_arena)};
        Error error = expect_error(lies[i].code, read_rows, &request);
        ck_assert_msg(strstr(error.message, lies[i].message) != NULL, "%s: %s", lies[i].format, error.message);
        arena_free(request.arena);
        source_ck_released(&source);
    }
}
END_TEST

static int32_t scan_fails(QuernProvider *provider, const QuernScanArgs *args, QuernScan **ret_scan,
                          QuernProviderError *error)
{
    (void)provider, (void)args, (void)ret_scan;
    strcpy(error->file, "a.txt");
    strcpy(error->hint, "mend it");
    error->line = 7;
    error->column = 3;
    return quern_provider_fail(error, QUERN_PROVIDER_LOCKED, "somebody has it");
}

static int32_t scan_of_nothing(QuernProvider *provider, const QuernScanArgs *args, QuernScan **ret_scan,
                               QuernProviderError *error)
{
    (void)provider, (void)args, (void)ret_scan, (void)error;
    return QUERN_PROVIDER_OK;
}

START_TEST(an_error_keeps_its_place_and_hint)
{
    static Source source; /* released with the arena */
    source_init(&source, "i", 2);
    source.base.scan = scan_fails;
    Request request = {&source, arena_new_child(test_arena)};
    Error error = expect_error(ERROR_LOCKED, read_rows, &request);
    ck_assert_str_eq(error.message, "a.txt:7:3: test: somebody has it");
    ck_assert_str_eq(error.hint, "mend it");
    arena_free(request.arena);
    source_ck_released(&source);
}
END_TEST

START_TEST(a_provider_without_its_functions_is_an_error)
{
    static Source source; /* released with the arena */
    Request request = {&source, test_arena};
    source_init(&source, "i", 2);
    source.base.scan = NULL;
    (void)expect_error(ERROR_NOT_SUPPORTED, read_rows, &request);
    source_init(&source, "i", 2);
    source.base.struct_size = offsetof(QuernProvider, scan); /* of a smaller struct: scan is not its */
    (void)expect_error(ERROR_NOT_SUPPORTED, read_rows, &request);
    source_init(&source, "i", 2);
    source.base.version = QUERN_PROVIDER_VERSION + 1;
    (void)expect_error(ERROR_NOT_SUPPORTED, read_rows, &request);
    source_init(&source, "i", 2);
    source.base.scan = scan_of_nothing;
    (void)expect_error(ERROR_BAD_DATA, read_rows, &request);
}
END_TEST

/* ---- what the optimizer offers ---- */

static size_t one_hidden(QuernProvider *provider)
{
    (void)provider;
    return 1;
}

static int32_t scan_aggregated(QuernProvider *provider, const QuernScanArgs *args, QuernScan **ret_scan,
                               QuernProviderError *error)
{
    int32_t code = source_scan(provider, args, ret_scan, error);
    (*ret_scan)->is_aggregated = args->aggregation != NULL;
    return code;
}

START_TEST(an_aggregation_is_told_and_taken_over)
{
    static Source source; /* released with the arena */
    static const int64_t sums[] = {42};
    source_init(&source, "l", 1);
    source.buffers[1] = sums;
    source.base.scan = scan_aggregated;
    test_context = (Context){.arena = test_arena};
    TableProvider *table = plugin_table_new(&source.base, "test", &test_context);
    Type type = type_of(TYPE_BIGINT), result;
    bool is_ambiguous;
    AggregateCall call = {.type = type_of(TYPE_BIGINT), .argument_count = 1, .is_distinct = true};
    call.arguments = (Expr *[]){expr_column(test_arena, 0, type, NO_POSITION)};
    call.aggregate = aggregate_resolve(view_of("sum"), &type, NULL, 1, &result, &is_ambiguous);
    ScanAggregation aggregation = {.aggregate_count = 1, .aggregates = &call};
    ScanArgs args = {.context = &test_context, .arena = test_arena, .limit = NO_LIMIT, .aggregation = &aggregation};
    Scan *scan = table->ops->scan(table, &args);
    ck_assert(scan->is_aggregated);
    const QuernAggregation *told = source.args.aggregation;
    ck_assert_uint_eq(told->group_count, 0);
    ck_assert_uint_eq(told->aggregate_count, 1);
    ck_assert_str_eq(told->aggregates[0]->name, "sum");
    ck_assert(told->aggregates[0]->is_distinct);
    ck_assert_uint_eq(told->aggregates[0]->arguments[0], 0);
    ck_assert_int_eq(told->aggregates[0]->type, QUERN_TYPE_BIGINT);
    ck_assert_uint_eq(scan->schema->column_count, 1);
    Batch *batch = stream_next(scan_read(scan, test_arena, &test_context));
    ck_assert_int_eq(vector_value(batch->columns[0], 0).i64, 42);
    /* Refused: the projection as ever. */
    source.base.scan = source_scan;
    ck_assert(!table->ops->scan(table, &args)->is_aggregated);
    provider_unref(table);
}
END_TEST

START_TEST(what_is_known_of_a_column_reaches_the_plugin)
{
    static Source source; /* released with the arena */
    source_init(&source, "l", 1);
    test_context = (Context){.arena = test_arena};
    Type type = type_of(TYPE_BIGINT);
    Value keys[] = {value_integer(type, 3), value_integer(type, 8)};
    DynamicSnapshot snapshot = {
        .type = type, .minimum = keys[0], .maximum = value_null(type), .has_keys = true, .key_count = 2, .keys = keys};
    DynamicFilter filter = {NULL};
    const DynamicFilter *const filters[] = {&filter};
    QuernContext *context = plugin_context_new(test_arena, &test_context);
    QuernDynamicFilter told;
    QuernValue key;
    QUERN_INIT(&told);
    const QuernHost *host = plugin_host();
    ck_assert(!host->context_dynamic_filter(context, 0, &told));
    plugin_context_set_dynamics(context, filters, 1);
    ck_assert(!host->context_dynamic_filter(context, 0, &told)); /* nothing is known yet */
    dynamic_filter_publish(&filter, &snapshot);
    ck_assert(!host->context_dynamic_filter(context, 1, &told));
    ck_assert(host->context_dynamic_filter(context, 0, &told));
    ck_assert(told.has_minimum && !told.has_maximum && told.has_keys && !told.keeps_nulls);
    ck_assert_int_eq(told.minimum.as.int64, 3);
    ck_assert_uint_eq(told.key_count, 2);
    host->dynamic_filter_key(&told, 1, &key);
    ck_assert_int_eq(key.as.int64, 8);
}
END_TEST

START_TEST(a_hidden_column_is_behind_the_others)
{
    static Source source; /* released with the arena */
    source_init(&source, "l", 1);
    source.base.hidden_column_count = one_hidden;
    test_context = (Context){.arena = test_arena};
    TableProvider *table = plugin_table_new(&source.base, "test", &test_context);
    const Schema *schema = table->ops->schema(table, &test_context);
    ck_assert_uint_eq(schema->column_count, 0);
    ck_assert_uint_eq(schema->hidden_count, 1);
    ck_assert_str_eq(schema->columns[0].name, "v");
    provider_unref(table);
}
END_TEST

/* ---- the way out ---- */

START_TEST(a_batch_comes_back_from_arrow_as_it_was)
{
    static Source source; /* released with the arena */
    static const int32_t numbers[] = {1, 2, 3, 4};
    source_init(&source, "i", 4);
    source.null_count = 1;
    source.buffers[0] = bits_0_2_3;
    source.buffers[1] = numbers;
    test_context = (Context){.arena = test_arena};
    Schema *schema = schema_new(test_arena, 1);
    schema->columns[0] = (Column){"v", type_of(TYPE_INTEGER), true};
    Batch *batch = batch_new(test_arena, schema);
    vector_prepare(batch->columns[0], 4);
    memcpy(batch->columns[0]->data, numbers, sizeof numbers);
    vector_set_null(batch->columns[0], 1);
    static const uint16_t selection[] = {1, 3};
    batch->vector_size = 4;
    batch->row_count = 2;
    batch->selection = selection;
    struct ArrowArray array;
    arrow_write_batch(schema, batch, &array);
    ck_assert_int_eq(array.length, 2);
    ck_assert_int_eq(array.n_children, 1);
    struct ArrowArray child = *array.children[0]; /* moved: it must live without its parent */
    array.children[0]->release = NULL;
    array.release(&array);
    ck_assert_int_eq(child.null_count, 1);
    ck_assert_int_eq(((const uint8_t *)child.buffers[0])[0] & 3, 2);
    ck_assert_int_eq(((const int32_t *)child.buffers[1])[1], 4);
    child.release(&child);
    ck_assert_ptr_null(child.release);
}
END_TEST

/* ---- version 1, as compiled plugins have it ---- */

START_TEST(version_1_structs_keep_their_layout)
{
    ck_assert_uint_eq(sizeof(void *), 8); /* the numbers are those of 64-bit machines */
    ck_assert_uint_eq(offsetof(QuernProvider, private_data), 8);
    ck_assert_uint_eq(offsetof(QuernProvider, retain), 16);
    ck_assert_uint_eq(offsetof(QuernProvider, schema), 32);
    ck_assert_uint_eq(offsetof(QuernProvider, scan), 40);
    ck_assert_uint_eq(offsetof(QuernProvider, supports_filters_pushdown), 56);
    ck_assert_uint_eq(offsetof(QuernProvider, insert_into), 104);
    ck_assert_uint_eq(offsetof(QuernProvider, truncate), 128);
    ck_assert_uint_eq(offsetof(QuernScan, partition_count), 16);
    ck_assert_uint_eq(offsetof(QuernScan, statistics), 32);
    ck_assert_uint_eq(offsetof(QuernScan, open), 40);
    ck_assert_uint_eq(offsetof(QuernScan, release), 64);
    ck_assert_uint_eq(offsetof(QuernScanArgs, projection), 24);
    ck_assert_uint_eq(offsetof(QuernScanArgs, filters), 40);
    ck_assert_uint_eq(offsetof(QuernScanArgs, limit), 48);
    ck_assert_uint_eq(offsetof(QuernScanArgs, parallelism), 72);
    ck_assert_uint_eq(offsetof(QuernValue, as), 16);
    ck_assert_uint_eq(sizeof(QuernValue), 32);
    ck_assert_uint_eq(offsetof(QuernProviderError, file), 32);
    ck_assert_uint_eq(offsetof(QuernProviderError, message), 544);
    ck_assert_uint_eq(offsetof(QuernProviderError, hint), 1312);
    ck_assert_uint_eq(offsetof(QuernTableFormat, name), 16);
    ck_assert_uint_eq(offsetof(QuernTableFormat, open), 40);
    ck_assert_uint_eq(offsetof(QuernPlugin, formats), 32);
    ck_assert_uint_eq(offsetof(QuernOpenArgs, location), 16);
    ck_assert_uint_eq(offsetof(QuernOpenArgs, options), 40);
    ck_assert_uint_eq(offsetof(QuernHost, context_is_cancelled), 8);
    ck_assert_uint_eq(offsetof(QuernHost, expr_kind), 56);
    ck_assert_uint_eq(offsetof(QuernHost, sql_release), 160);
    ck_assert_uint_eq(offsetof(QuernStatistics, columns), 40);
    ck_assert_uint_eq(offsetof(QuernConstraint, columns), 32);
    ck_assert_uint_eq(offsetof(QuernProvider, delete_rows), 136);
    ck_assert_uint_eq(offsetof(QuernProvider, supports_update), 152);
    ck_assert_uint_eq(offsetof(QuernProvider, begin), 160);
    ck_assert_uint_eq(offsetof(QuernProvider, transaction_group), 184);
    ck_assert_uint_eq(offsetof(QuernOpenArgs, constraints), 56);
    ck_assert_uint_eq(offsetof(QuernOpenArgs, orders), 80);
    ck_assert_uint_eq(offsetof(QuernOpenArgs, table_name), 88);
    ck_assert_uint_eq(offsetof(QuernHost, context_allocate), 168);
    ck_assert_uint_eq(offsetof(QuernHost, context_dynamic_filter), 176);
    ck_assert_uint_eq(offsetof(QuernScan, is_aggregated), 72);
    ck_assert_uint_eq(offsetof(QuernScanArgs, aggregation), 80);
    ck_assert_uint_eq(offsetof(QuernScanArgs, dynamic_columns), 96);
    ck_assert_uint_eq(offsetof(QuernProvider, hidden_column_count), 192);
    ck_assert_uint_eq(offsetof(QuernDynamicFilter, minimum), 32);
    ck_assert_uint_eq(offsetof(QuernAggregate, type), 36);
    ck_assert_uint_eq(offsetof(QuernPlugin, table_functions), 48);
    ck_assert_uint_eq(offsetof(QuernPlugin, aggregate_functions), 80);
    ck_assert_uint_eq(offsetof(QuernTableFunction, open), 56);
    ck_assert_uint_eq(offsetof(QuernScalarFunction, result), 48);
    ck_assert_uint_eq(offsetof(QuernScalarFunction, call), 64);
    ck_assert_uint_eq(offsetof(QuernAggregateFunction, state_size), 64);
    ck_assert_uint_eq(offsetof(QuernAggregateFunction, finish), 88);
}
END_TEST

/* ---- rows made one by one ---- */

enum { MADE_ROWS = 2 * QUERN_ROWS_MOST + 7 };

static bool is_row_source_closed;

static void row_source_close(void *state)
{
    (void)state;
    is_row_source_closed = true;
}

/* Row i: (i, a text of i % 50 bytes or NULL, i / 4.0 or NULL, i as DATE); some columns are left out, in any order. */
static int32_t row_source_next(void *state, QuernRows *rows, QuernProviderError *error)
{
    int64_t *next = state, i = *next;
    int32_t day = (int32_t)i;
    char text[50];
    if (i == MADE_ROWS)
        return QUERN_PROVIDER_OK;
    if (i == -1)
        return quern_provider_fail(error, QUERN_PROVIDER_DATA, "row %d is spoilt", 7);
    memset(text, 'x', sizeof text);
    quern_rows_add(rows, 3, &day, sizeof day);
    if (i % 3 > 0)
        quern_rows_add_text(rows, 1, text, (size_t)(i % 50));
    if (i % 5 > 0)
        quern_rows_add_double(rows, 2, (double)i / 4);
    quern_rows_add_int64(rows, 0, i);
    quern_rows_end_row(rows);
    ++*next;
    return QUERN_PROVIDER_OK;
}

static const QuernColumn made_columns[] = {{"i", "l", false}, {"t", "u", true}, {"d", "g", true}, {"day", "tdD", true}};
static const size_t made_projection[] = {2, 3, 1};

static BatchStream *made_stream(int64_t *next)
{
    static Column columns[] = {
        {"d", {.id = TYPE_DOUBLE}, true}, {"day", {.id = TYPE_DATE}, true}, {"t", {.id = TYPE_VARCHAR}, true}};
    static const Schema schema = {.column_count = 3, .columns = columns};
    static MemoryBudget budget = {.limit = SIZE_MAX};
    Context *context = arena_new(test_arena, Context);
    *context = (Context){.memory = &budget, .arena = test_arena};
    struct ArrowArrayStream stream;
    is_row_source_closed = false;
    ck_assert(
        quern_row_stream_make(&stream, made_columns, made_projection, 3, next, row_source_next, row_source_close));
    return arrow_read(test_arena, context, &stream, &schema, "made");
}

START_TEST(rows_made_one_by_one_come_as_they_were_added)
{
    int64_t next = 0, i = 0;
    BatchStream *stream = made_stream(&next);
    for (const Batch *batch; (batch = stream_next(stream)) != NULL;)
        for (size_t row = 0; row < batch->row_count; row++, i++) {
            Value number = vector_value(batch->columns[0], row), day = vector_value(batch->columns[1], row);
            Value text = vector_value(batch->columns[2], row);
            ck_assert_int_eq(number.is_null, i % 5 == 0);
            ck_assert(number.is_null || number.f64 == (double)i / 4);
            ck_assert_int_eq(day.i64, i);
            ck_assert_int_eq(text.is_null, i % 3 == 0);
            ck_assert(text.is_null || text.text.size == (size_t)(i % 50));
        }
    ck_assert_int_eq(i, MADE_ROWS);
    stream_close(stream);
    ck_assert(is_row_source_closed);
}
END_TEST

static void stream_pull(void *stream)
{
    stream_next(stream);
}

START_TEST(an_error_while_rows_are_made_is_told)
{
    int64_t next = -1;
    Error error;
    ck_assert(!error_protect(stream_pull, made_stream(&next), &error));
    ck_assert_str_eq(error.message, "made: row 7 is spoilt");
}
END_TEST

TEST_PROGRAM(each_arrow_type_becomes_ours, views_dictionaries_and_runs_become_texts,
             a_stream_that_lies_is_an_error_and_everything_is_released, an_error_keeps_its_place_and_hint,
             a_provider_without_its_functions_is_an_error, an_aggregation_is_told_and_taken_over,
             what_is_known_of_a_column_reaches_the_plugin, a_hidden_column_is_behind_the_others,
             a_batch_comes_back_from_arrow_as_it_was, rows_made_one_by_one_come_as_they_were_added,
             an_error_while_rows_are_made_is_told, version_1_structs_keep_their_layout)
