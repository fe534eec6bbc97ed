/* exec/row_run.c: rows to blocks of a file and back. */
#include "exec/row_run.h"

#include <string.h>

#include "base/memory.h"

RowRun *row_run_new(Arena *arena, const Context *context, TempFile *file, const RowLayout *layout, bool has_tags,
                    size_t block_size)
{
    RowRun *run = arena_new(arena, RowRun);
    run->arena = arena;
    run->file = file;
    run->layout = layout;
    run->stride = layout->row_size + (has_tags ? sizeof(RowTag) : 0);
    run->block_rows = block_size / run->stride ? block_size / run->stride : 1;
    run->rows = block_new(arena, context, "rows on their way to disk");
    run->strings = block_new(arena, context, "rows on their way to disk");
    return run;
}

size_t row_run_size(const RowRun *run)
{
    return run->rows->size + run->strings->size;
}

static void run_discard(RowRun *run, const RowBlock *block)
{
    if (!run->keeps_place)
        temp_file_discard(run->file, block->offset, block->row_count * run->stride + block->string_size);
}

void row_run_clear(RowRun *run)
{
    for (; run->next_block < run->blocks.count; run->next_block++)
        run_discard(run, &run->blocks.items[run->next_block]);
    block_clear(run->rows);
    block_clear(run->strings);
    run->blocks.count = run->next_block = 0;
    run->row_count = run->string_size = run->largest_strings = 0;
    run->used_rows = run->used_strings = 0;
}

/* ---- long strings ---- */

static void run_take_strings(RowRun *run, uint8_t *row)
{
    const RowLayout *layout = run->layout;
    for (size_t c = 0; c < layout->column_count; c++) {
        String *string = row_long_string(layout, row, c);
        if (string == NULL)
            continue;
        block_grow(run->strings, run->used_strings, memory_size_add(run->used_strings, string->size));
        memory_copy((char *)run->strings->data + run->used_strings, string->pointer, string->size);
        string->pointer = (const char *)(uintptr_t)run->used_strings; /* its place */
        run->used_strings += string->size;
        run->string_size += string->size;
    }
}

static void run_place_strings(RowRun *run, size_t row_count)
{
    const RowLayout *layout = run->layout;
    const char *strings = run->strings->data;
    for (size_t c = 0; c < layout->column_count; c++) {
        if (type_physical(layout->types[c]) != PHYSICAL_STRING)
            continue;
        for (size_t i = 0; i < row_count; i++) {
            String *string = row_long_string(layout, row_run_row(run, i), c);
            if (string)
                string->pointer = strings + (uintptr_t)string->pointer;
        }
    }
}

/* ---- writing ---- */

static void run_add_block(RowRun *run, RowBlock block)
{
    array_add(run->arena, &run->blocks, block);
    if (block.string_size > run->largest_strings)
        run->largest_strings = block.string_size;
}

static void run_write_block(RowRun *run)
{
    if (run->used_rows == 0)
        return;
    RowBlock block = {.row_count = run->used_rows, .string_size = run->used_strings};
    size_t rows_size = run->used_rows * run->stride;
    block.offset = temp_file_take(run->file, rows_size + run->used_strings);
    temp_file_write(run->file, block.offset, run->rows->data, rows_size);
    if (run->used_strings > 0)
        temp_file_write(run->file, block.offset + rows_size, run->strings->data, run->used_strings);
    run_add_block(run, block);
    run->used_rows = run->used_strings = 0;
}

/* A block of the one row in hand, whose strings go to the file from where they stand: there may be sixteen runs, and
 * each would keep memory for a value of many megabytes. */
static void run_write_long(RowRun *run, uint8_t *row, size_t string_size)
{
    RowBlock block = {.row_count = 1, .string_size = string_size};
    size_t place = 0;
    block.offset = temp_file_take(run->file, run->stride + string_size);
    for (size_t c = 0; c < run->layout->column_count; c++) {
        String *string = row_long_string(run->layout, row, c);
        if (string == NULL)
            continue;
        temp_file_write(run->file, block.offset + run->stride + place, string->pointer, string->size);
        string->pointer = (const char *)(uintptr_t)place;
        place += string->size;
    }
    temp_file_write(run->file, block.offset, run->rows->data, run->stride);
    run_add_block(run, block);
    run->string_size += string_size;
}

void row_run_add(RowRun *run, uint8_t *row, RowTag tag)
{
    size_t row_size = run->layout->row_size, block_size = run->block_rows * run->stride;
    size_t string_size = row_long_strings_size(run->layout, row);
    bool is_long = string_size >= block_size;
    if (is_long || run->used_rows == run->block_rows || run->used_strings >= block_size)
        run_write_block(run);
    if (run->rows->data == NULL)
        block_renew(run->rows, block_size);
    uint8_t *target = (uint8_t *)run->rows->data + run->used_rows * run->stride;
    if (run->stride > row_size) {
        memcpy(target, &tag, sizeof tag);
        target += sizeof tag;
    }
    memcpy(target, row, row_size);
    run->row_count++;
    if (is_long) {
        run_write_long(run, target, string_size);
        return;
    }
    if (run->layout->has_strings)
        run_take_strings(run, target);
    run->used_rows++;
}

void row_run_finish(RowRun *run)
{
    run_write_block(run);
    block_clear(run->rows);
    block_clear(run->strings);
}

/* ---- reading ---- */

size_t row_run_read(RowRun *run)
{
    if (run->next_block == run->blocks.count) {
        row_run_clear(run);
        return 0;
    }
    const RowBlock *block = &run->blocks.items[run->next_block];
    size_t rows_size = block->row_count * run->stride;
    block_grow(run->rows, 0, rows_size);
    if (run->strings->size < block->string_size)
        block_renew(run->strings, run->largest_strings);
    temp_file_read(run->file, block->offset, run->rows->data, rows_size);
    if (block->string_size > 0) {
        temp_file_read(run->file, block->offset + rows_size, run->strings->data, block->string_size);
        run_place_strings(run, block->row_count);
    }
    run_discard(run, block);
    run->next_block++;
    return block->row_count;
}
