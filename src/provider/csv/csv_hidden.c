/* provider/csv/csv_hidden.c: where rows come from, and what they looked like. */
#include "provider/csv/csv_hidden.h"

#include <string.h>

#include "base/utf8.h"
#include "provider/csv/csv_parse.h"

const Column csv_hidden_columns[CSV_HIDDEN_COUNT] = {
    [CSV_HIDDEN_FILE] = {.name = "_file", .type = {.id = TYPE_VARCHAR}},
    [CSV_HIDDEN_LINE] = {.name = "_line", .type = {.id = TYPE_BIGINT}},
    [CSV_HIDDEN_RAW] = {.name = "_raw", .type = {.id = TYPE_VARCHAR}},
};

/* ---- lines ---- */

CsvLines *csv_lines_new(Arena *arena, CsvSource *source)
{
    CsvLines *lines = arena_new(arena, CsvLines);
    lines->source = source;
    lines->place = csv_place_first(source);
    return lines;
}

void csv_lines_begin(CsvLines *lines, CsvPlace place)
{
    lines->place = place;
}

static void lines_advance(CsvLines *lines, const CsvBlock *block, uint64_t offset)
{
    if (lines->place.offset < block->offset)
        csv_place_advance(&lines->place, lines->source, block->offset);
    lines->place.line += csv_index_line_count(block->level, block->data + (lines->place.offset - block->offset),
                                              (size_t)(offset - lines->place.offset));
    lines->place.offset = offset;
}

void csv_lines_count(CsvLines *lines, const CsvRows *rows)
{
    for (size_t row = 0; row < rows->count; row++) {
        lines_advance(lines, rows->block, csv_rows_offset(rows, row));
        lines->of_rows[row] = (int64_t)lines->place.line;
    }
    if (rows->count > 0) /* while the last row is still in the block */
        lines_advance(lines, rows->block, csv_rows_end(rows, rows->count - 1));
}

/* ---- text ---- */

void csv_raw_take(const CsvRows *rows, const uint16_t *selection, size_t count, Vector *target)
{
    const CsvBlock *block = rows->block;
    vector_prepare(target, rows->count);
    String *values = target->data;
    if (selection)
        memset(values, 0, rows->count * sizeof *values);
    for (size_t i = 0; i < count; i++) {
        size_t row = selection ? selection[i] : i;
        StringView text = csv_rows_record(rows, row);
        csv_text_require(rows, row, /* field= */ 0, text);
        values[row] = string_make(text.data, text.size);
    }
    vector_keep_buffer(target, block->buffer);
}
