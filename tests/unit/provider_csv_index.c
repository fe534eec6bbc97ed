/* The fast CSV reader says what libcsv says: at every block size, with every kernel, over random and real files. */
#include "test.h"

#include <ftw.h>

#include "../fuzz/csv_oracle.h"
#include "base/cpu.h"
#include "provider/csv/csv_backslash.h"
#include "provider/csv/csv_careful.h"
#include "provider/csv/kernel/csv_kernel.h"

static const size_t read_sizes[] = {1, 7, 64, 100, 4096, 1 << 20};

static uint32_t random_state;
static uint32_t random_next(uint32_t bound)
{
    random_state = random_state * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)random_state * bound >> 32);
}

/* Compares all readers on one text, read in blocks of one size. */
static void check_blocks(StringView data, char delimiter, char quote, size_t column_count, size_t read_size)
{
    Arena *arena = arena_new_child(test_arena);
    CsvSource *source = oracle_source(arena, data);
    for (int level = 0; level <= (int)cpu_level() + 1; level++) {
        bool careful = level > (int)cpu_level();
        const char *difference = oracle_compare(arena, source, data, delimiter, quote, column_count,
                                                careful ? CPU_PORTABLE : (CpuLevel)level, read_size, careful);
        ck_assert_msg(difference == NULL, "read size %zu, %s, %zu columns, %c and %c: %s\n%.*s", read_size,
                      careful ? "careful" : cpu_level_name((CpuLevel)level), column_count, delimiter, quote, difference,
                      VIEW_ARGUMENTS(data));
    }
    close(source->descriptor);
    arena_free(arena);
}

static void check_text(StringView data, char delimiter, size_t column_count)
{
    for (size_t s = 0; s < sizeof read_sizes / sizeof *read_sizes; s++)
        if (read_sizes[s] >= 64 || data.size <= 20000) /* quadratic in the number of reads */
            check_blocks(data, delimiter, '"', column_count, read_sizes[s]);
}

/* Well-formed rows, of all kinds of fields, with an error now and then. */
static StringView random_rows(Text *text, size_t row_count, size_t column_count, bool with_errors)
{
    static const char *const ends[] = {"\n", "\r\n", "\r", "\n", "\n\n"};
    static const char *const fields[] = {"",         "a",       "42",
                                         "\"\"",     "\"x,y\"", "\"\"\"q\"\"\"",
                                         "\"l\nm\"", "\"\r\"",  "longer than twelve bytes",
                                         "\xC3\xA9", " b ",     "\"a\"\"\""};
    static const char *const bad_fields[] = {"a\"b", "\"a\"b", "\"", "a\"\""};
    for (size_t r = 0; r < row_count; r++) {
        size_t count = with_errors && random_next(20) == 0 ? 1 + random_next(4) : column_count;
        for (size_t c = 0; c < count; c++) {
            if (c)
                text_add_char(text, ',');
            if (with_errors && random_next(60) == 0)
                text_add(text, bad_fields[random_next(4)]);
            else
                text_add(text, fields[random_next(12)]);
        }
        text_add(text, ends[random_next(5)]);
    }
    if (text->size && random_next(3) == 0)
        text->size--; /* no line end at the end, or half of one */
    return text_view(text);
}

START_TEST(random_files_read_as_libcsv_reads_them)
{
    for (random_state = 1; random_state < 120; random_state++) {
        uint32_t seed = random_state;
        Text text = text_in(test_arena);
        size_t column_count = 1 + random_next(4);
        StringView data = random_rows(&text, random_next(40), column_count, random_next(2));
        check_text(data, ',', column_count);
        random_state = seed;
        arena_reset(test_arena);
    }
}
END_TEST

START_TEST(random_bytes_read_as_libcsv_reads_them)
{
    static const char alphabet[] = ",,\"\"\n\r ab";
    for (random_state = 1; random_state < 300; random_state++) {
        uint32_t seed = random_state;
        char bytes[300];
        size_t size = random_next(sizeof bytes);
        for (size_t i = 0; i < size; i++)
            bytes[i] = alphabet[random_next(sizeof alphabet - 1)];
        check_text((StringView){bytes, size}, ',', 1 + random_next(3));
        random_state = seed;
        arena_reset(test_arena);
    }
}
END_TEST

/* Every size from one byte to more than the file, in dialects that libcsv knows: any two bytes but line ends. */
START_TEST(blocks_of_every_size_read_as_libcsv_reads_them_in_every_dialect)
{
    static const char delimiters[] = ",;\t| :a\x01\xFF", quotes[] = "\"'`^\x03";
    for (random_state = 1; random_state < 46; random_state++) {
        uint32_t seed = random_state;
        Text text = text_in(test_arena);
        size_t column_count = 1 + random_next(4);
        StringView data = random_rows(&text, random_next(12), column_count, seed % 3 == 0);
        char delimiter = delimiters[seed % (sizeof delimiters - 1)], quote = quotes[seed / 9 % (sizeof quotes - 1)];
        for (size_t i = 0; i < data.size; i++) { /* all bytes but these two have no meaning */
            char *byte = (char *)data.data + i;
            *byte = *byte == ','                           ? delimiter
                    : *byte == '"'                         ? quote
                    : *byte == delimiter || *byte == quote ? '_'
                                                           : *byte;
        }
        for (size_t read_size = 1; read_size <= data.size + 2; read_size++)
            check_blocks(data, delimiter, quote, column_count, read_size);
        random_state = seed;
        arena_reset(test_arena);
    }
}
END_TEST

START_TEST(fields_longer_than_any_block_are_whole)
{
    Text text = text_in(test_arena);
    text_add(&text, "a,\"");
    text_add_repeated(&text, 'x', 15000);
    text_add(&text, "\n");
    text_add_repeated(&text, '"', 200);
    text_add(&text, "\"\nb,c\n");
    check_text(text_view(&text), ',', 2);
}
END_TEST

/* Every pair of special bytes on both sides of the end of a group, and of one that kernels look at together with
 * others.
 */
START_TEST(what_stands_at_the_end_of_64_bytes_is_seen)
{
    static const char *const pieces[] = {"\r\n", "\"\"", "\",", ",\"", "\r\r", "\n\"", "\"\n", "\"\r\n", "\"\"\""};
    static const size_t groups[] = {1, 63, 64, 65, 128};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces * sizeof groups / sizeof *groups; i++) {
        const char *piece = pieces[i % (sizeof pieces / sizeof *pieces)];
        size_t end = groups[i / (sizeof pieces / sizeof *pieces)] * CSV_KERNEL_GROUP;
        for (size_t before = end - 4; before < end + 2; before++) {
            for (int is_quoted = 0; is_quoted < 2; is_quoted++) {
                Text text = text_in(test_arena);
                if (is_quoted)
                    text_add_char(&text, '"');
                text_add_repeated(&text, 'x', before - (size_t)is_quoted);
                text_add(&text, piece);
                text_add(&text, "y,z\n1,2\n");
                for (size_t s = 0; s < sizeof read_sizes / sizeof *read_sizes; s++)
                    if (read_sizes[s] >= end || end == CSV_KERNEL_GROUP)
                        check_blocks(text_view(&text), ',', '"', 2, read_sizes[s]);
            }
        }
    }
}
END_TEST

static const CsvKernel kernels[] = {
    csv_kernel_portable,
#if defined(__x86_64__)
    csv_kernel_avx2,
    csv_kernel_avx512,
#endif
};

/* Levels that this machine has give equal arrays, not only equal rows. */
START_TEST(kernels_of_all_levels_write_the_same_index)
{
    for (random_state = 1; random_state < 200; random_state++) {
        uint32_t seed = random_state;
        Text text = text_in(test_arena);
        StringView data = random_rows(&text, random_next(200), 1 + random_next(5), random_next(2));
        char *padded = arena_allocate_zero(test_arena, data.size + CSV_KERNEL_GROUP);
        memcpy(padded, data.data, data.size);
        CsvKernelCall calls[CPU_LEVEL_COUNT];
        for (int level = 0; level <= (int)cpu_level(); level++) {
            CsvKernelCall *call = &calls[level];
            *call = (CsvKernelCall){.data = padded, .size = data.size, .base = 3, .delimiter = ',', .quote = '"'};
            call->has_quote = true;
            call->capacity = data.size + 200;
            call->ends = arena_array(test_arena, uint32_t, call->capacity);
            call->records = arena_array(test_arena, uint32_t, call->capacity);
            kernels[level](call);
            ck_assert_uint_eq(call->field_count, calls[0].field_count);
            ck_assert_uint_eq(call->record_count, calls[0].record_count);
            ck_assert_uint_eq(call->end, calls[0].end);
            ck_assert_mem_eq(call->ends, calls[0].ends, call->field_count * sizeof *call->ends);
            ck_assert_mem_eq(call->records, calls[0].records, call->record_count * sizeof *call->records);
            ck_assert(call->has_bad_quote == calls[0].has_bad_quote && call->is_ascii == calls[0].is_ascii &&
                      call->has_nul == calls[0].has_nul && call->has_quotes == calls[0].has_quotes);
        }
        random_state = seed;
        arena_reset(test_arena);
    }
}
END_TEST

START_TEST(kernels_stop_when_the_index_is_full)
{
    char data[10000 + CSV_KERNEL_GROUP] = {0};
    static const struct {
        size_t size, capacity, field_count;
    } cases[] = {
        {1000, 200, 192}, /* a fourth group might not fit */
        {10000, 6000, 5952},
        {10000, 9984, 9984},
        {10000, 10048, 10000}, /* all fit */
    };
    memset(data, ',', 10000);
    data[10] = '\n';
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int level = 0; level <= (int)cpu_level(); level++) {
            uint32_t *ends = arena_array(test_arena, uint32_t, cases[i].capacity + CSV_KERNEL_GROUP);
            uint32_t *records = arena_array(test_arena, uint32_t, cases[i].capacity + CSV_KERNEL_GROUP);
            CsvKernelCall call = {.data = data,
                                  .size = cases[i].size,
                                  .delimiter = ',',
                                  .ends = ends,
                                  .records = records,
                                  .capacity = cases[i].capacity};
            kernels[level](&call);
            ck_assert(call.is_full == (cases[i].field_count < cases[i].size));
            ck_assert_uint_eq(call.field_count, cases[i].field_count);
            ck_assert_uint_eq(call.record_count, 1);
            ck_assert_uint_eq(call.end, 11);
            for (size_t field = 0; field < call.field_count; field++)
                ck_assert_uint_eq(ends[field], field);
        }
    }
}
END_TEST

/* Real files: QUERN_CSV_CORPUS names a folder of them. */
static int check_file(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)walk;
    size_t length = strlen(path);
    if (kind != FTW_F || status->st_size > 300000 || length < 4 || strcmp(path + length - 4, ".csv") != 0)
        return 0;
    FILE *file = fopen(path, "rb");
    char *bytes = arena_allocate(test_arena, (size_t)status->st_size + 1);
    size_t size = fread(bytes, 1, (size_t)status->st_size, file);
    fclose(file);
    static const char delimiters[] = ",;\t|";
    for (const char *d = delimiters; *d; d++) {
        size_t column_count = 1;
        for (size_t i = 0; i < size && bytes[i] != '\n'; i++)
            column_count += bytes[i] == *d;
        check_text((StringView){bytes, size}, *d, column_count);
    }
    return 0;
}

START_TEST(real_files_read_as_libcsv_reads_them)
{
    const char *folder = getenv("QUERN_CSV_CORPUS");
    nftw(folder ? folder : "data", check_file, 16, FTW_PHYS);
}
END_TEST

static _Atomic bool is_cancelled;
static Context cancelled_context = {.cancel = &is_cancelled};
static const CsvDialect plain = {.delimiter = ',', .quote = '"', .has_quote = true, .escape = '"', .column_count = 2};

static void end_find(void *argument)
{
    StringView text = *(StringView *)argument;
    context_enter(&cancelled_context);
    (void)csv_record_end(&plain, text.data, 0, text.size, /* is_inside= */ false);
}

static void record_index(void *argument)
{
    StringView text = *(StringView *)argument;
    CsvIndex index;
    csv_index_init(&index, test_arena, 16);
    context_enter(&cancelled_context);
    csv_index_run(&index, &plain, cpu_level(), text.data, 0, text.size, /* is_end= */ true, /* wants_ends= */ true);
}

static void field_unescape(void *argument)
{
    StringView text = *(StringView *)argument;
    char *target = arena_allocate(test_arena, text.size);
    context_enter(&cancelled_context);
    (void)csv_unescape(&plain, text, target);
}

static void backslashes_undo(void *argument)
{
    StringView text = *(StringView *)argument;
    char *target = arena_allocate(test_arena, text.size);
    context_enter(&cancelled_context);
    (void)csv_backslash_undo(text, target);
}

START_TEST(a_record_of_a_million_bytes_can_be_interrupted)
{
    enum { SIZE = 1000000 };
    char *data = arena_allocate_zero(test_arena, SIZE + CSV_KERNEL_GROUP);
    memset(data, 'x', SIZE);
    memcpy(data, "1,\"", 3); /* a quote that nothing closes */
    StringView text = {data, SIZE};
    void (*const works[])(void *) = {end_find, record_index, field_unescape, backslashes_undo};
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        Error error;
        atomic_store(&is_cancelled, false);
        ck_assert(error_protect(works[i], &text, &error));
        atomic_store(&is_cancelled, true);
        ck_assert_msg(!error_protect(works[i], &text, &error) && error.code == ERROR_INTERRUPTED, "work %zu", i);
    }
}
END_TEST

static void text_read(void *argument)
{
    StringView text = *(StringView *)argument;
    char *target = arena_allocate(test_arena, text.size);
    CsvSource *source = oracle_source(test_arena, text);
    source->context = &cancelled_context;
    ck_assert_uint_eq(csv_source_read(source, 0, target, text.size), text.size);
    ck_assert(memcmp(target, text.data, text.size) == 0);
}

START_TEST(a_read_of_many_megabytes_can_be_interrupted)
{
    enum { SIZE = 10000000 };
    char *data = arena_allocate(test_arena, SIZE);
    for (size_t i = 0; i < SIZE; i++)
        data[i] = (char)('a' + i * 7919 % 26);
    StringView text = {data, SIZE};
    atomic_store(&is_cancelled, false);
    text_read(&text);
    atomic_store(&is_cancelled, true);
    expect_error(ERROR_INTERRUPTED, text_read, &text);
}
END_TEST

/* ---- rows that are none ---- */

typedef struct Rejects {
    CsvBlock block;
    CsvRows rows;
    size_t count, largest_window;
    bool cancels;
} Rejects;

static void reject_note(void *user, uint64_t offset, size_t field, const char *reason, StringView text)
{
    (void)offset, (void)field, (void)reason, (void)text;
    Rejects *rejects = user;
    if (rejects->count++ > 0 && rejects->block.window > rejects->largest_window)
        rejects->largest_window = rejects->block.window;
    atomic_store(&is_cancelled, rejects->cancels);
}

static void rejects_take(void *argument)
{
    Rejects *rejects = argument;
    Text text = text_in(test_arena);
    for (size_t i = 0; i < 10000; i++)
        text_add(&text, "1,\"x\"y\n");
    text_add(&text, "1,2\n");
    CsvDialect dialect = plain;
    dialect.on_error = CSV_ERROR_REJECT;
    CsvSource *source = oracle_source(test_arena, text_view(&text));
    source->context = &cancelled_context;
    csv_block_init(&rejects->block, test_arena, &cancelled_context, source, &dialect, cpu_level(), 0, 0);
    rejects->block.on_reject = reject_note;
    rejects->block.reject_user = rejects;
    ck_assert(csv_block_take(&rejects->block, &rejects->rows, BATCH_SIZE, true));
    ck_assert_uint_eq(rejects->rows.count, 1);
    ck_assert(!csv_block_take(&rejects->block, &rejects->rows, BATCH_SIZE, true));
}

START_TEST(bad_rows_one_after_the_other_are_not_indexed_again_and_again)
{
    Rejects *rejects = arena_new(test_arena, Rejects);
    atomic_store(&is_cancelled, false);
    rejects_take(rejects);
    ck_assert_uint_eq(rejects->count, 10000);
    ck_assert_uint_lt(rejects->largest_window, 16 << 10); /* bytes, not half a megabyte */
}
END_TEST

START_TEST(bad_rows_one_after_the_other_can_be_interrupted)
{
    Rejects *rejects = arena_new(test_arena, Rejects);
    rejects->cancels = true;
    expect_error(ERROR_INTERRUPTED, rejects_take, rejects);
    ck_assert_uint_eq(rejects->count, 1);
}
END_TEST

TEST_PROGRAM(random_files_read_as_libcsv_reads_them, random_bytes_read_as_libcsv_reads_them,
             blocks_of_every_size_read_as_libcsv_reads_them_in_every_dialect, fields_longer_than_any_block_are_whole,
             what_stands_at_the_end_of_64_bytes_is_seen, kernels_of_all_levels_write_the_same_index,
             kernels_stop_when_the_index_is_full, a_record_of_a_million_bytes_can_be_interrupted,
             a_read_of_many_megabytes_can_be_interrupted, bad_rows_one_after_the_other_are_not_indexed_again_and_again,
             bad_rows_one_after_the_other_can_be_interrupted, real_files_read_as_libcsv_reads_them)
