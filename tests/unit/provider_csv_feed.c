/* Text that is read in order alone, in pieces for several threads: all rows, once, in order, on their lines. */
#include "provider_csv_pack.h"
#include "provider_csv_tables.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>

enum { CURSOR_COUNT = 3, MEMBER_COUNT = 150 };

static uint32_t random_state = 7;
static uint32_t random_next(uint32_t bound)
{
    random_state = random_state * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)random_state * bound >> 32);
}

/* Rows with quoted line ends, ends of all kinds, blank lines, and now and then a long one. */
static StringView rows_write(Text *text, size_t size)
{
    static const char *const ends[] = {"\n", "\r\n", "\n", "\n\n", "\r"};
    text_add(text, "id,text,amount\n");
    for (int i = 0; text->size < size; i++) {
        text_add_format(text, "%d,", i);
        if (random_next(3) == 0)
            text_add_format(text, "\"of\r\n\"\"%u\"\"\nlines\"", random_next(1000));
        else if (random_next(5000) == 0)
            text_add_repeated(text, 'x', random_next(3 << 20));
        else
            text_add_format(text, "name %u", random_next(100000));
        text_add_format(text, ",%u.%02u%s", random_next(1000), random_next(100), ends[random_next(5)]);
    }
    return text_view(text);
}

/* ---- the same text in many members ---- */

/* A block of BGZF: its size is written down. */
static Packed bgzf_pack(const char *text, size_t size)
{
    static const char head[18] = "\x1F\x8B\x08\x04\0\0\0\0\0\xFF\x06\0BC\x02\0";
    z_stream stream = {0};
    ck_assert_int_eq(deflateInit2(&stream, 1, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&stream, size) + 64;
    char *target = arena_allocate(test_arena, room);
    stream.next_in = (Bytef *)text, stream.avail_in = (uInt)size;
    stream.next_out = (Bytef *)target + sizeof head, stream.avail_out = (uInt)(room - sizeof head);
    ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t end = room - stream.avail_out, whole = end + 8;
    deflateEnd(&stream);
    memcpy(target, head, sizeof head);
    target[16] = (char)((whole - 1) & 0xFF), target[17] = (char)((whole - 1) >> 8);
    uint32_t tail[2] = {(uint32_t)crc32(0, (const Bytef *)text, (uInt)size), (uint32_t)size};
    memcpy(target + end, tail, sizeof tail); /* little-endian, as this machine is */
    return (Packed){target, whole};
}

/* As pzstd writes: a frame that is skipped tells the size of the next. */
static Packed pzstd_pack(const char *text, size_t size)
{
    Packed frame = zstd_pack(text, size);
    char *head = arena_allocate(test_arena, 12);
    memcpy(head, "\x50\x2A\x4D\x18\x04\0\0\0", 8);
    uint32_t frame_size = (uint32_t)frame.size;
    memcpy(head + 8, &frame_size, 4);
    return packed_join((Packed){head, 12}, frame);
}

static Packed members_pack(StringView text, Packed (*pack)(const char *, size_t))
{
    Text all = text_in(test_arena);
    for (size_t start = 0, end; start < text.size; start = end) {
        end = start + 1 + random_next((uint32_t)(2 * text.size / MEMBER_COUNT));
        if (end - start > 60000)
            end = start + 60000;
        if (end > text.size)
            end = text.size;
        Packed member = pack(text.data + start, end - start);
        text_add_view(&all, (StringView){member.data, member.size});
    }
    return (Packed){(char *)text_string(&all), all.size};
}

static Packed bgzf_members(const char *text, size_t size)
{
    return members_pack((StringView){text, size}, bgzf_pack);
}

static Packed zstd_members(const char *text, size_t size)
{
    return members_pack((StringView){text, size}, zstd_pack);
}

static Packed pzstd_members(const char *text, size_t size)
{
    return members_pack((StringView){text, size}, pzstd_pack);
}

static Packed gzip_members(const char *text, size_t size)
{
    return members_pack((StringView){text, size}, gzip_pack);
}

static const struct {
    const char *name;
    Packed (*pack)(const char *text, size_t size);
} packings[] = {
    {"gzip", gzip_pack},    {"zstd", zstd_pack},      {"bzip2", bzip2_pack},    {"xz", xz_pack},
    {"bgzf", bgzf_members}, {"frames", zstd_members}, {"pzstd", pzstd_members}, {"members", gzip_members},
};
enum { PACKING_COUNT = sizeof packings / sizeof *packings };

/* ---- reading with several threads ---- */

typedef struct Cursor {
    Arena *arena;
    Scan *scan;
    void *reading;
    Text rows;         /* "line|id|text|amount" */
    size_t ends[4096]; /* of each batch's rows in it */
    uint64_t morsels[4096];
    size_t batch_count;
    Error error; /* NONE: none */
} Cursor;

static void cursor_read(void *argument)
{
    Cursor *cursor = argument;
    BatchStream *stream = cursor->scan->open(cursor->scan, cursor->reading, cursor->arena, &csv_context);
    for (Batch *batch; (batch = stream_next(stream)) != NULL;) {
        for (size_t i = 0; i < batch->row_count; i++) {
            Arena *scratch = arena_new_child(cursor->arena);
            for (size_t c = 0; c < batch->column_count; c++) {
                Value value = vector_value(batch->columns[c], batch_row(batch, i));
                text_add_format(&cursor->rows, "%s|", value_display(scratch, &value));
            }
            text_add_char(&cursor->rows, '\n');
            arena_free(scratch);
        }
        ck_assert_uint_lt(cursor->batch_count, 4096);
        cursor->morsels[cursor->batch_count] = batch->morsel;
        cursor->ends[cursor->batch_count++] = cursor->rows.size;
    }
}

static _Atomic bool stops; /* some cursor has failed */

static void *cursor_run(void *argument)
{
    Cursor *cursor = argument;
    if (error_protect(cursor_read, cursor, &cursor->error))
        cursor->error.code = ERROR_NONE;
    else
        atomic_store(&stops, true);
    return NULL;
}

static Scan *scan_with_lines(TableProvider *table)
{
    const Schema *schema = table->ops->schema(table, &csv_context);
    size_t *projection = arena_array(test_arena, size_t, 4);
    projection[0] = schema->column_count + 1; /* _line */
    for (size_t c = 0; c < 3; c++)
        projection[c + 1] = c;
    ScanArgs args = {.context = &csv_context,
                     .arena = test_arena,
                     .projection = projection,
                     .projection_count = 4,
                     .limit = NO_LIMIT,
                     .parallelism = CURSOR_COUNT};
    return table->ops->scan(table, &args);
}

/* The rows of all cursors, by morsel. */
static const char *rows_join(Cursor *cursors, size_t count)
{
    Text all = text_in(test_arena);
    size_t next[CURSOR_COUNT] = {0};
    for (;;) {
        size_t first = count;
        for (size_t c = 0; c < count; c++)
            if (next[c] < cursors[c].batch_count &&
                (first == count || cursors[c].morsels[next[c]] < cursors[first].morsels[next[first]]))
                first = c;
        if (first == count)
            return text_string(&all);
        Cursor *cursor = &cursors[first];
        size_t batch = next[first]++, start = batch ? cursor->ends[batch - 1] : 0;
        text_add_view(&all, (StringView){cursor->rows.data + start, cursor->ends[batch] - start});
    }
}

/* All rows; or NULL, and in *ret_error what went wrong. */
static const char *read_side_by_side(TableProvider *table, size_t count, Error *ret_error)
{
    static Cursor cursors[CURSOR_COUNT];
    pthread_t threads[CURSOR_COUNT];
    memset(cursors, 0, sizeof cursors);
    Scan *scan = scan_with_lines(table);
    void *reading = scan_start(scan, test_arena, &csv_context, NULL);
    csv_context.stop = &stops;
    atomic_store(&stops, false);
    for (size_t c = 0; c < count; c++) {
        cursors[c] = (Cursor){.arena = arena_new_child(NULL), .scan = scan, .reading = reading};
        cursors[c].rows = text_in(cursors[c].arena);
        ck_assert_int_eq(pthread_create(&threads[c], NULL, cursor_run, &cursors[c]), 0);
    }
    ret_error->code = ERROR_NONE;
    for (size_t c = 0; c < count; c++)
        pthread_join(threads[c], NULL);
    for (size_t c = 0; c < count; c++)
        if (cursors[c].error.code != ERROR_NONE && ret_error->code != ERROR_BAD_DATA)
            *ret_error = cursors[c].error;
    const char *rows = ret_error->code == ERROR_NONE ? rows_join(cursors, count) : NULL;
    for (size_t c = 0; c < count; c++)
        arena_free(cursors[c].arena);
    csv_context.stop = NULL;
    return rows;
}

START_TEST(threads_read_what_one_reads_of_the_plain_file)
{
    Text text = text_in(test_arena);
    StringView content = rows_write(&text, 12 << 20);
    Error error;
    const char *rows = read_side_by_side(csv_table(csv_file_n(content.data, content.size), ""), 1, &error);
    ck_assert_ptr_nonnull(rows);
    Arena *outer = test_arena;
    for (size_t i = 0; i < PACKING_COUNT; i++) {
        test_arena = arena_new_child(outer);
        Packed packed = packings[i].pack(content.data, content.size);
        TableProvider *table = csv_table(csv_file_n(packed.data, packed.size), "");
        const char *fed = read_side_by_side(table, CURSOR_COUNT, &error);
        ck_assert_msg(fed != NULL, "%s: %s", packings[i].name, error.message);
        ck_assert_msg(strcmp(fed, rows) == 0, "%s", packings[i].name);
        arena_free(test_arena);
        test_arena = outer;
    }
}
END_TEST

/* Changes a byte of a file that looks as if nobody had touched it: so detection does not read it again. */
static void file_damage(const char *path, uint64_t offset)
{
    struct stat status;
    char byte;
    int descriptor = open(path, O_RDWR);
    ck_assert_int_eq(fstat(descriptor, &status), 0);
    ck_assert_int_eq(pread(descriptor, &byte, 1, (off_t)offset), 1);
    byte ^= 0x5A;
    ck_assert_int_eq(pwrite(descriptor, &byte, 1, (off_t)offset), 1);
    struct timespec times[2] = {status.st_atim, status.st_mtim};
    ck_assert_int_eq(futimens(descriptor, times), 0);
    close(descriptor);
}

START_TEST(parts_that_are_damaged_are_an_error_and_never_other_rows)
{
    Text text = text_in(test_arena);
    StringView content = rows_write(&text, 1 << 20);
    Packed packed[2] = {bgzf_members(content.data, content.size), zstd_members(content.data, content.size)};
    Error error;
    const char *rows = read_side_by_side(csv_table(csv_file_n(content.data, content.size), ""), 1, &error);
    Arena *outer = test_arena;
    size_t error_count = 0;
    for (int i = 0; i < 60; i++) {
        test_arena = arena_new_child(outer);
        const char *path = csv_file_n(packed[i % 2].data, packed[i % 2].size);
        TableProvider *table = csv_table(path, "");
        table->ops->schema(table, &csv_context);
        file_damage(path, 30 + random_next((uint32_t)packed[i % 2].size - 60));
        const char *damaged = read_side_by_side(table, CURSOR_COUNT, &error);
        ck_assert_msg(damaged ? strcmp(damaged, rows) == 0 : error.code == ERROR_BAD_DATA, "%s", error.message);
        error_count += damaged == NULL;
        arena_free(test_arena);
        test_arena = outer;
    }
    ck_assert_uint_gt(error_count, 40); /* a byte of a head may mean nothing */
}
END_TEST

TEST_PROGRAM(threads_read_what_one_reads_of_the_plain_file, parts_that_are_damaged_are_an_error_and_never_other_rows)
