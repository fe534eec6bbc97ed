/* provider/csv/csv_reject.c: gathers the rejected rows of a batch, and finds the lines that they begin on. */
#include "provider/csv/csv_reject.h"

#include <stdlib.h>

#include "base/array.h"
#include "provider/csv/csv_error.h"

typedef struct Reject {
    uint64_t offset;
    const char *column, *reason;
    StringView text;
} Reject;

struct CsvRejects {
    Arena *arena;
    const Context *context;
    CsvTable *table;
    const CsvShape *shape;
    Arena *row_arena; /* of the rows that were not reported yet */
    ARRAY(Reject) rows;
    CsvSource *line_source; /* NULL: no row was rejected so far */
    CsvPlace place;         /* of the last one that was reported */
};

CsvRejects *csv_rejects_new(Arena *arena, const Context *context, CsvTable *table, const CsvShape *shape)
{
    CsvRejects *rejects = arena_new(arena, CsvRejects);
    *rejects = (CsvRejects){.arena = arena, .context = context, .table = table, .shape = shape};
    rejects->row_arena = arena_new_child(arena);
    return rejects;
}

static void reject_add(CsvRejects *rejects, Reject reject)
{
    reject.text = arena_view(rejects->row_arena, reject.text);
    array_add(rejects->row_arena, &rejects->rows, reject);
}

void csv_rejects_add(void *user, uint64_t offset, size_t field, const char *reason, StringView text)
{
    CsvRejects *rejects = user;
    const Schema *schema = rejects->shape->schema;
    while (text.size && (text.data[text.size - 1] == '\n' || text.data[text.size - 1] == '\r'))
        text.size--;
    reject_add(rejects,
               (Reject){.offset = offset,
                        .column = field >= 1 && field <= schema->column_count ? schema->columns[field - 1].name : NULL,
                        .reason = arena_string(rejects->row_arena, reason),
                        .text = text});
}

static const char *value_reason(CsvRejects *rejects, const CsvParse *parse, size_t row)
{
    char type[TYPE_NAME_SIZE], quoted[CSV_QUOTE_SIZE];
    StringView text = {"", 0};
    if (parse->type.id == TYPE_VARCHAR)
        return "no UTF-8, or a NUL byte";
    csv_field_text(rejects->row_arena, &rejects->shape->dialect, csv_rows_field(parse->rows, row, parse->column),
                   &text);
    return arena_format(rejects->row_arena, "'%s' is no %s", csv_value_quote(text, quoted),
                        type_name(parse->type, type));
}

void csv_rejects_add_values(CsvRejects *rejects, const CsvParse *parse, const uint64_t *before)
{
    for (size_t row = 0; row < parse->rows->count; row++)
        if (validity_get(parse->rejected, row) && !validity_get(before, row))
            reject_add(rejects, (Reject){.offset = csv_rows_offset(parse->rows, row),
                                         .column = rejects->shape->schema->columns[parse->column].name,
                                         .reason = value_reason(rejects, parse, row),
                                         .text = csv_rows_record(parse->rows, row)});
}

static int reject_compare(const void *a, const void *b)
{
    const Reject *left = a, *right = b;
    return left->offset < right->offset ? -1 : left->offset > right->offset;
}

void csv_rejects_report(CsvRejects *rejects)
{
    if (rejects == NULL || rejects->rows.count == 0)
        return;
    const Context *context = rejects->context;
    if (rejects->line_source == NULL) {
        rejects->line_source = csv_table_source(rejects->table, rejects->shape, rejects->arena, context);
        rejects->place = csv_place_first(rejects->line_source);
    }
    qsort(rejects->rows.items, rejects->rows.count, sizeof *rejects->rows.items, reject_compare);
    for (size_t i = 0; context->reject && i < rejects->rows.count; i++) {
        const Reject *reject = &rejects->rows.items[i];
        csv_place_advance(&rejects->place, rejects->line_source, reject->offset);
        RejectedRow row = {.file = rejects->line_source->path,
                           .line = rejects->place.line,
                           .offset = reject->offset,
                           .column = reject->column,
                           .reason = reject->reason,
                           .text = reject->text.data,
                           .text_size = reject->text.size};
        context->reject(context->reject_user, &row);
    }
    rejects->rows.items = NULL;
    rejects->rows.count = rejects->rows.capacity = 0;
    arena_reset(rejects->row_arena);
}
