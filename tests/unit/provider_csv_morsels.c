/* Pieces of a file, read by several cursors, hold its records: each once, in order, whatever the piece's size. */
#include "test.h"

#include <pthread.h>

#include "../fuzz/csv_oracle.h"
#include "base/context.h"
#include "provider/csv/csv_morsels.h"

enum { CURSOR_COUNT = 3, ROW_LIMIT = 4096 };

static const size_t piece_sizes[] = {1, 2, 3, 7, 64, 100, 1000, 1 << 20};
static MemoryBudget budget = {.limit = SIZE_MAX};
static Context context = {.memory = &budget};
static const CsvDialect dialect = {.delimiter = ',', .quote = '"', .has_quote = true, .escape = '"', .column_count = 2};

static uint32_t random_state;
static uint32_t random_next(uint32_t bound)
{
    random_state = random_state * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)random_state * bound >> 32);
}

static CsvSource *source_new(Arena *arena, StringView data)
{
    CsvSource *source = oracle_source(arena, data);
    source->context = &context;
    return source;
}

/* Rows of two fields, of all kinds. */
static StringView random_rows(Text *text, size_t row_count)
{
    static const char *const ends[] = {"\n", "\r\n", "\r", "\n", "\n\n", "\r\n\r\n"};
    static const char *const fields[] = {
        "", "a", "42", "\"\"", "\"x,y\"", "\"\"\"q\"\"\"", "\"l\nm\"", "\"\r\n\r\"", "\"\"\"\n\"\"\""};
    for (size_t r = 0; r < row_count; r++)
        text_add_format(text, "%s,%s%s", fields[random_next(9)], fields[random_next(9)], ends[random_next(6)]);
    if (text->size && random_next(3) == 0)
        text->size--;
    return text_view(text);
}

/* What one cursor found: offsets of records, and of which piece. */
typedef struct Found {
    size_t count;
    uint64_t offsets[ROW_LIMIT], morsels[ROW_LIMIT];
    CsvPlace places[ROW_LIMIT]; /* of the pieces */
    size_t piece_count;
} Found;

typedef struct Cursor {
    CsvMorsels *morsels;
    CsvBlock block;
    CsvRows rows;
    Found found;
    bool wants_fields;
} Cursor;

static Cursor *cursor_new(Arena *arena, CsvSource *source, CsvMorsels *morsels, CpuLevel level, bool wants_fields)
{
    Cursor *cursor = arena_new(arena, Cursor);
    cursor->morsels = morsels;
    cursor->wants_fields = wants_fields;
    csv_block_init(&cursor->block, arena, &context, source, &dialect, level, 0, 0);
    return cursor;
}

/* Without fields only how many rows there are is known: they are noted as offset 0. */
static bool cursor_read_piece(Cursor *cursor)
{
    CsvRows *rows = &cursor->rows;
    uint64_t morsel;
    if (!csv_morsels_take(cursor->morsels, &morsel))
        return false;
    csv_morsels_read(cursor->morsels, &cursor->block, morsel,
                     &cursor->found.places[cursor->found.piece_count++ % ROW_LIMIT]);
    while (csv_block_take(&cursor->block, rows, 1 + morsel % 5, cursor->wants_fields))
        for (size_t row = 0; row < rows->count; row++) {
            Found *found = &cursor->found;
            ck_assert_uint_lt(found->count, ROW_LIMIT);
            found->offsets[found->count] = cursor->wants_fields ? csv_rows_offset(rows, row) : 0;
            found->morsels[found->count++] = morsel;
        }
    return true;
}

static size_t read_in_order(Arena *arena, CsvSource *source, uint64_t *offsets)
{
    CsvBlock block;
    CsvRows *rows = arena_new(arena, CsvRows);
    size_t count = 0;
    csv_block_init(&block, arena, &context, source, &dialect, CPU_PORTABLE, 0, 0);
    while (csv_block_take(&block, rows, BATCH_SIZE, true))
        for (size_t row = 0; row < rows->count; row++)
            offsets[count++] = csv_rows_offset(rows, row);
    arena_release(arena, &block);
    return count;
}

/* The cursors' records, put in the order of their pieces, are those of the file. */
static void check_found(Cursor **cursors, const uint64_t *offsets, size_t count)
{
    size_t next[CURSOR_COUNT] = {0}, total = 0;
    for (; total < count; total++) {
        size_t first = CURSOR_COUNT;
        for (size_t c = 0; c < CURSOR_COUNT; c++) {
            const Found *found = &cursors[c]->found;
            if (next[c] < found->count &&
                (first == CURSOR_COUNT || found->morsels[next[c]] < cursors[first]->found.morsels[next[first]]))
                first = c;
        }
        ck_assert_msg(first < CURSOR_COUNT, "%zu of %zu records", total, count);
        uint64_t offset = cursors[first]->found.offsets[next[first]++];
        if (cursors[first]->wants_fields)
            ck_assert_uint_eq(offset, offsets[total]);
    }
    for (size_t c = 0; c < CURSOR_COUNT; c++)
        ck_assert_uint_eq(next[c], cursors[c]->found.count);
}

/* And each piece knows its line. */
static void check_lines(Cursor **cursors, StringView data)
{
    for (size_t c = 0; c < CURSOR_COUNT; c++) {
        const Found *found = &cursors[c]->found;
        for (size_t i = 0; i < found->piece_count && i < ROW_LIMIT; i++) {
            uint64_t line = 1;
            for (size_t b = 0; b < found->places[i].offset; b++)
                line +=
                    data.data[b] == '\n' || (data.data[b] == '\r' && (b + 1 == data.size || data.data[b + 1] != '\n'));
            ck_assert_uint_eq(found->places[i].line, line);
        }
    }
}

static void check_pieces(StringView data, size_t piece_size, CpuLevel level, bool wants_fields)
{
    static uint64_t offsets[ROW_LIMIT];
    Arena *arena = arena_new_child(test_arena);
    CsvSource *source = source_new(arena, data);
    size_t count = read_in_order(arena, source, offsets);
    CsvMorsels *morsels = csv_morsels_new(arena, &dialect, 0, data.size, piece_size, true);
    Cursor *cursors[CURSOR_COUNT];
    for (size_t c = 0; c < CURSOR_COUNT; c++)
        cursors[c] = cursor_new(arena, source, morsels, level, wants_fields);
    while (cursor_read_piece(cursors[random_next(CURSOR_COUNT)]))
        ;
    check_found(cursors, offsets, count);
    check_lines(cursors, data);
    close(source->descriptor);
    arena_free(arena);
}

START_TEST(pieces_of_any_size_hold_each_record_once)
{
    for (uint32_t seed = 1; seed < 60; seed++) {
        random_state = seed;
        Text text = text_in(test_arena);
        StringView data = random_rows(&text, random_next(60));
        for (size_t s = 0; s < sizeof piece_sizes / sizeof *piece_sizes && data.size > 0; s++)
            for (int level = 0; level <= (int)cpu_level(); level++)
                check_pieces(data, piece_sizes[s], (CpuLevel)level, seed % 2);
        arena_reset(test_arena);
    }
}
END_TEST

START_TEST(a_record_of_many_pieces_is_read_once)
{
    Text text = text_in(test_arena);
    text_add(&text, "a,b\nc,\"");
    text_add_repeated(&text, '\n', 70000);
    text_add(&text, "\"\nd,e\n");
    for (size_t s = 4; s < sizeof piece_sizes / sizeof *piece_sizes; s++)
        check_pieces(text_view(&text), piece_sizes[s], cpu_level(), true);
}
END_TEST

static void *cursor_run(void *argument)
{
    Cursor *cursor = argument;
    while (cursor_read_piece(cursor))
        ;
    return NULL;
}

START_TEST(threads_read_what_one_reads)
{
    static uint64_t offsets[ROW_LIMIT];
    for (uint32_t seed = 1; seed < 20; seed++) {
        random_state = seed;
        Text text = text_in(test_arena);
        StringView data = random_rows(&text, ROW_LIMIT / 2);
        Arena *arenas[CURSOR_COUNT];
        CsvSource *source = source_new(test_arena, data);
        size_t count = read_in_order(test_arena, source, offsets);
        CsvMorsels *morsels = csv_morsels_new(test_arena, &dialect, 0, data.size, 50 + seed * 20, true);
        Cursor *cursors[CURSOR_COUNT];
        pthread_t threads[CURSOR_COUNT];
        for (size_t c = 0; c < CURSOR_COUNT; c++) {
            arenas[c] = arena_new_child(NULL);
            CsvSource *own = arena_copy(arenas[c], source, sizeof *source);
            cursors[c] = cursor_new(arenas[c], own, morsels, cpu_level(), true);
        }
        for (size_t c = 0; c < CURSOR_COUNT; c++)
            ck_assert_int_eq(pthread_create(&threads[c], NULL, cursor_run, cursors[c]), 0);
        for (size_t c = 0; c < CURSOR_COUNT; c++)
            pthread_join(threads[c], NULL);
        check_found(cursors, offsets, count);
        check_lines(cursors, data);
        for (size_t c = 0; c < CURSOR_COUNT; c++)
            arena_free(arenas[c]);
        close(source->descriptor);
        arena_reset(test_arena);
    }
}
END_TEST

static void read_all(void *cursor)
{
    cursor_run(cursor);
}

/* Where pieces are read in their order the first error is that of the first bad record. */
START_TEST(errors_in_pieces_name_their_line)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"a,b\n\"c\nd\",e\nf\ng,h\n", ":4: 1 field where 2 are expected"},
        {"a,b\nc,d\ne\"f,g\nh,i\n", ":3:1: a quote within an unquoted field"},
        {"a,b\nc,d\n\"e\"f,g\nh,i\n", ":3:1: text behind a closing quote"},
        {"a,b\nc,d\ne,\"f\ng,h\n", ":3:2: a quote that is opened here is never closed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t piece_size = 1; piece_size < 24; piece_size++) {
            Arena *arena = arena_new_child(test_arena);
            StringView data = view_of(cases[i].text);
            CsvSource *source = source_new(arena, data);
            CsvMorsels *morsels = csv_morsels_new(arena, &dialect, 0, data.size, piece_size, true);
            Error error = expect_error(ERROR_BAD_DATA, read_all, cursor_new(arena, source, morsels, cpu_level(), true));
            ck_assert_msg(strstr(error.message, cases[i].message), "piece size %zu: %s", piece_size, error.message);
            close(source->descriptor);
            arena_free(arena);
        }
    }
}
END_TEST

/* The rows of a block's piece that are not taken yet; *ret_last: where the last begins, with fields only. */
static size_t piece_rows(CsvBlock *block, CsvRows *rows, bool wants_fields, uint64_t *ret_last)
{
    size_t count = 0;
    for (; csv_block_take(block, rows, BATCH_SIZE, wants_fields); count += rows->count)
        *ret_last = wants_fields ? csv_rows_offset(rows, rows->count - 1) : 0;
    return count;
}

START_TEST(a_piece_can_be_gone_over_again_without_reading_it)
{
    Text text = text_in(test_arena);
    for (size_t i = 0; i < 10000; i++)
        text_add(&text, "1,\"2\n3\"\n"); /* 8 bytes */
    text_add(&text, "1,");
    text_add_repeated(&text, 'x', 100000);
    text_add(&text, "\n");
    CsvSource *source = oracle_source(test_arena, text_view(&text));
    CsvBlock *block = arena_new(test_arena, CsvBlock);
    CsvRows *rows = arena_new(test_arena, CsvRows);
    uint64_t last;
    source->context = &context;
    csv_block_init(block, test_arena, &context, source, &dialect, cpu_level(), 0, 4096);
    csv_block_seek(block, 1000, 2000);
    ck_assert(!csv_block_rewind(block, 0));                        /* another was sought */
    ck_assert_uint_eq(piece_rows(block, rows, false, &last), 126); /* and the one that begins at its end */
    uint64_t before = source->stored_read;
    ck_assert(csv_block_rewind(block, 1000));
    ck_assert_uint_eq(piece_rows(block, rows, true, &last), 126);
    ck_assert_uint_eq(last, 2000);
    ck_assert_uint_eq(source->stored_read, before);
    csv_block_seek(block, 79000, 80002);
    ck_assert_uint_eq(piece_rows(block, rows, true, &last), 126);
    ck_assert(!csv_block_rewind(block, 79000)); /* what its last record needed has taken the place of the others */
}
END_TEST

TEST_PROGRAM(pieces_of_any_size_hold_each_record_once, a_record_of_many_pieces_is_read_once,
             threads_read_what_one_reads, errors_in_pieces_name_their_line,
             a_piece_can_be_gone_over_again_without_reading_it)
