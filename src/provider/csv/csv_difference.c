/* provider/csv/csv_difference.c: hunks without lines around them. */
#include "provider/csv/csv_difference.h"

#include <inttypes.h>
#include <string.h>

static void difference_put(const CsvDifference *difference, const Text *line)
{
    const Context *context = difference->context;
    if (context->difference)
        context->difference(context->difference_user, line->data, line->size);
}

CsvDifference *csv_difference_new(CsvWrite *write)
{
    CsvDifference *difference = arena_new(write->arena, CsvDifference);
    difference->context = write->context;
    difference->source = csv_table_source(write->table, write->shape, write->arena, write->context);
    difference->place = csv_place_first(difference->source);
    Text line = text_in(write->arena);
    text_add_format(&line, "--- %s", write->table->path);
    difference_put(difference, &line);
    memcpy(line.data, "+++", 3);
    difference_put(difference, &line);
    return difference;
}

/* The next line of the text, without its end; false when there is none. */
static bool line_next(StringView *text, StringView *ret_line)
{
    size_t taken = csv_line_skip(text->data, 0, text->size), size = taken;
    while (size > 0 && (text->data[size - 1] == '\n' || text->data[size - 1] == '\r'))
        size--;
    *ret_line = (StringView){text->data, size};
    text->data += taken;
    text->size -= taken;
    return taken > 0;
}

static uint64_t line_count(StringView text)
{
    StringView line;
    uint64_t count = 0;
    while (line_next(&text, &line))
        count++;
    return count;
}

static void lines_put(const CsvDifference *difference, Text *target, char sign, StringView text)
{
    StringView line;
    while (line_next(&text, &line)) {
        context_check(difference->context);
        target->size = 0;
        text_add_char(target, sign);
        text_add_view(target, line);
        difference_put(difference, target);
    }
}

void csv_difference_add(CsvDifference *difference, uint64_t offset, StringView removed, StringView added)
{
    Arena *scratch = arena_new_child(difference->context->arena);
    Text line = text_in(scratch);
    uint64_t removed_count = line_count(removed), added_count = line_count(added);
    csv_place_advance(&difference->place, difference->source, offset);
    /* a side without lines is named by the line before it, as diff does */
    uint64_t old_line = difference->place.line - (removed_count == 0);
    uint64_t new_line =
        difference->place.line + difference->added_count - difference->removed_count - (added_count == 0);
    text_add_format(&line, "@@ -%" PRIu64 ",%" PRIu64 " +%" PRIu64 ",%" PRIu64 " @@", old_line, removed_count, new_line,
                    added_count);
    difference_put(difference, &line);
    lines_put(difference, &line, '-', removed);
    lines_put(difference, &line, '+', added);
    difference->removed_count += removed_count;
    difference->added_count += added_count;
    arena_free(scratch);
}
