/* provider/csv/csv_check.c: reads a whole file and lists what is wrong with it, and what was decided about it and why.
 *
 * A row for each record that breaks the structure and each value that is not of its column's type, in the order of the
 * file; then a row for each column, and one for the file. The line of a problem is counted with a reader of its own,
 * which only goes forward. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/text.h"
#include "provider/csv/csv.h"
#include "provider/csv/csv_block.h"
#include "provider/csv/csv_error.h"
#include "provider/csv/csv_field.h"
#include "provider/csv/csv_files.h"
#include "provider/csv/csv_parse.h"
#include "provider/csv/csv_table.h"

enum { VALUE_SIZE = 200 }; /* bytes of a value that are shown */

/* A row of the result. */
typedef struct Finding {
    uint64_t offset;
    size_t field;                                /* from 1; 0: none */
    const char *column, *kind, *message, *value; /* NULL: none */
    bool has_place;
} Finding;

/* Text columns: what each value could have been. */
typedef struct Alternative {
    uint64_t count;     /* values that are of this kind */
    bool has_exception; /* the first that is not: */
    uint64_t exception_offset;
    const char *exception;
} Alternative;

typedef struct ColumnCheck {
    uint64_t value_count, null_count;
    Alternative *alternatives; /* CSV_KIND_COUNT of them, of a text column that was not declared; else NULL */
    Vector *target;
} ColumnCheck;

typedef struct CsvCheck {
    BatchStream base; /* first, so that a BatchStream * can be cast back */
    const Context *context;
    CsvFiles files;
    size_t file_next;
    const CsvOptions *options;
    Batch *output;
    /* of the file that is being read: */
    Arena *arena; /* NULL: the next one has to be opened */
    const char *path;
    CsvTable *table;
    CsvShape *shape;
    CsvDialect dialect;
    CsvBlock *block;
    CsvRows *rows;
    ColumnCheck *columns;
    CsvSource *line_source;
    CsvPlace place;
    uint64_t row_count, problem_count;
    bool has_ended; /* what is left of it are findings */
    Arena *finding_arena;
    ARRAY(Finding) findings;
    size_t finding_next;
} CsvCheck;

/* ---- findings ---- */

static const char *value_shown(CsvCheck *check, StringView value)
{
    return arena_string_n(check->finding_arena, value.data, value.size < VALUE_SIZE ? value.size : VALUE_SIZE);
}

static void finding_add(CsvCheck *check, Finding finding)
{
    array_add(check->finding_arena, &check->findings, finding);
}

/* All were told. */
static void findings_clear(CsvCheck *check)
{
    arena_reset(check->finding_arena);
    check->findings.items = NULL;
    check->findings.count = check->findings.capacity = check->finding_next = 0;
}

static void check_reject(void *user, uint64_t offset, size_t field, const char *reason, StringView text)
{
    CsvCheck *check = user;
    while (text.size && (text.data[text.size - 1] == '\n' || text.data[text.size - 1] == '\r'))
        text.size--;
    check->problem_count++;
    finding_add(check, (Finding){.offset = offset,
                                 .field = field,
                                 .kind = "structure",
                                 .message = arena_string(check->finding_arena, reason),
                                 .value = value_shown(check, text),
                                 .has_place = true});
}

static void check_value(CsvCheck *check, size_t row, size_t column)
{
    const Column *about = &check->shape->schema->columns[column];
    StringView text = {"", 0};
    char type[TYPE_NAME_SIZE];
    csv_field_text(check->finding_arena, &check->dialect, csv_rows_field(check->rows, row, column), &text);
    bool is_text = about->type.id == TYPE_VARCHAR;
    atomic_fetch_add_explicit(&context_counts(check->context)->rejects, 1, memory_order_relaxed);
    check->problem_count++;
    finding_add(
        check, (Finding){.offset = csv_rows_offset(check->rows, row),
                         .field = column + 1,
                         .column = about->name,
                         .kind = "type",
                         .message = is_text ? "no UTF-8, or a NUL byte"
                                            : arena_format(check->finding_arena, "no %s", type_name(about->type, type)),
                         .value = is_text ? NULL : value_shown(check, text),
                         .has_place = true});
}

/* ---- columns of text ---- */

static bool value_is(CsvKind kind, const char *text, size_t size)
{
    int64_t integer;
    int32_t days;
    bool boolean;
    double number;
    CsvNumberShape shape;
    switch (kind) {
    case CSV_KIND_INTEGER:
        return csv_integer_read(text, size, &integer);
    case CSV_KIND_PLAIN:
        return csv_number_shape(text, size, &shape) && shape.is_plain;
    case CSV_KIND_DOUBLE:
        return csv_double_read(text, size, &number);
    case CSV_KIND_BOOLEAN:
        return csv_boolean_read(text, size, &boolean);
    case CSV_KIND_DATE:
        return csv_date_read(text, size, &days);
    case CSV_KIND_TIME:
        return csv_time_read(text, size, &integer);
    case CSV_KIND_TIMESTAMP:
        return csv_timestamp_read(text, size, &integer);
    default:
        return false;
    }
}

static void alternatives_add(CsvCheck *check, ColumnCheck *column, StringView text, uint64_t offset)
{
    for (CsvKind kind = 0; kind < CSV_KIND_COUNT; kind++) {
        Alternative *alternative = &column->alternatives[kind];
        if (value_is(kind, text.data, text.size)) {
            alternative->count++;
        } else if (!alternative->has_exception) {
            alternative->has_exception = true;
            alternative->exception_offset = offset;
            alternative->exception =
                arena_string_n(check->arena, text.data, text.size < VALUE_SIZE ? text.size : VALUE_SIZE);
        }
    }
}

static void column_look(CsvCheck *check, size_t index, Arena *scratch)
{
    ColumnCheck *column = &check->columns[index];
    const CsvStyle *style = &check->dialect.style;
    const CsvRows *rows = check->rows;
    for (size_t row = 0; row < rows->count; row++) {
        StringView text;
        bool is_missing = rows->is_padded && index >= rows->field_counts[row];
        if (is_missing || !csv_field_text(scratch, &check->dialect, csv_rows_field(rows, row, index), &text)) {
            column->null_count++;
            continue;
        }
        column->value_count++;
        if (column->alternatives)
            alternatives_add(check, column, csv_style_plain(style, scratch, text), csv_rows_offset(rows, row));
    }
}

static void column_parse(CsvCheck *check, size_t index)
{
    uint64_t rejected[VALIDITY_WORDS] = {0};
    CsvParse parse = {
        .rows = check->rows,
        .column = index,
        .type = check->shape->schema->columns[index].type,
        .is_declared = check->shape->is_declared[index],
        .count = check->rows->count,
        .target = check->columns[index].target,
        .rejected = rejected,
    };
    csv_parse_column(&parse);
    for (size_t row = 0; row < check->rows->count; row++)
        if (validity_get(rejected, row))
            check_value(check, row, index);
}

/* ---- what was decided, and why ---- */

static const char *const kind_names[] = {
    [CSV_KIND_INTEGER] = "whole numbers", [CSV_KIND_PLAIN] = "decimals", [CSV_KIND_DOUBLE] = "numbers",
    [CSV_KIND_BOOLEAN] = "booleans",      [CSV_KIND_DATE] = "dates",     [CSV_KIND_TIME] = "times",
    [CSV_KIND_TIMESTAMP] = "timestamps",
};

static const char *type_reason(Type type)
{
    switch ((TypeId)type.id) {
    case TYPE_BIGINT:
        return "whole numbers";
    case TYPE_DECIMAL:
        return "decimals or whole numbers";
    case TYPE_DOUBLE:
        return "numbers that a double keeps";
    case TYPE_BOOLEAN:
        return "true or false";
    case TYPE_DATE:
        return "dates";
    case TYPE_TIME:
        return "times";
    case TYPE_TIMESTAMP:
        return "timestamps";
    default:
        return "text";
    }
}

static void column_explain(CsvCheck *check, size_t index)
{
    const ColumnCheck *column = &check->columns[index];
    const Column *about = &check->shape->schema->columns[index];
    Finding finding = {.field = index + 1, .column = about->name, .kind = "column"};
    Text text = text_in(check->finding_arena);
    char type[TYPE_NAME_SIZE];
    text_add_format(&text, "%s: ", type_name(about->type, type));
    const Alternative *best = NULL;
    for (CsvKind kind = 0; column->alternatives && kind < CSV_KIND_COUNT; kind++)
        if (best == NULL || column->alternatives[kind].count > best->count)
            best = &column->alternatives[kind];
    if (check->shape->is_declared[index]) {
        text_add(&text, "declared");
    } else if (column->value_count == 0) {
        text_add(&text, "there are no values");
    } else if (best && best->count > column->value_count / 2 && best->has_exception) {
        text_add_format(&text, "%" PRIu64 " of %" PRIu64 " values are no %s, the first here",
                        column->value_count - best->count, column->value_count,
                        kind_names[best - column->alternatives]);
        finding.has_place = true;
        finding.offset = best->exception_offset;
        finding.value = best->exception;
    } else {
        text_add_format(&text, "%" PRIu64 " values are %s", column->value_count, type_reason(about->type));
    }
    if (column->null_count)
        text_add_format(&text, "; %" PRIu64 " NULL%s", column->null_count, column->null_count == 1 ? "" : "s");
    finding.message = text_string(&text);
    finding_add(check, finding);
}

static void file_explain(CsvCheck *check)
{
    static const char *const line_ends[] = {[CSV_LINE_LF] = "LF", [CSV_LINE_CRLF] = "CR LF", [CSV_LINE_CR] = "CR"};
    const CsvDialect *dialect = &check->dialect;
    Text text = text_in(check->finding_arena);
    text_add_format(&text, "%" PRIu64 " row%s of %zu column%s, %" PRIu64 " problem%s; ", check->row_count,
                    check->row_count == 1 ? "" : "s", dialect->column_count, dialect->column_count == 1 ? "" : "s",
                    check->problem_count, check->problem_count == 1 ? "" : "s");
    if (check->shape->compression)
        text_add_format(&text, "%s; ", compression_name(check->shape->compression));
    if (check->shape->encoding)
        text_add_format(&text, "%s; ", check->shape->encoding);
    if (dialect->delimiter == '\t')
        text_add(&text, "delimiter tab");
    else
        text_add_format(&text, "delimiter '%c'", dialect->delimiter);
    if (dialect->has_quote)
        text_add_format(&text, ", quote %c", dialect->quote);
    text_add_format(&text, ", %s, line ends %s", dialect->has_header ? "header" : "no header",
                    line_ends[dialect->line_end]);
    if (dialect->preamble_lines)
        text_add_format(&text, ", %zu line%s above the table skipped", dialect->preamble_lines,
                        dialect->preamble_lines == 1 ? "" : "s");
    finding_add(check, (Finding){.kind = "file", .message = text_string(&text)});
}

/* ---- reading ---- */

static void check_open(void *argument)
{
    CsvCheck *check = argument;
    Arena *arena = check->arena;
    CsvTable *table = csv_table_make(arena, check->path, check->options, check->context->input);
    check->path = table->path;
    CsvShape *shape = check->shape = csv_table_shape(table, check->context);
    check->table = table;
    check->dialect = shape->dialect;
    check->dialect.on_error = CSV_ERROR_REJECT;
    CsvSource *source = csv_table_source(table, shape, arena, check->context);
    check->line_source = csv_table_source(table, shape, arena, check->context);
    check->block = arena_new(arena, CsvBlock);
    csv_block_init(check->block, arena, check->context, source, &check->dialect, cpu_level(),
                   shape->dialect.data_offset, 0);
    check->block->on_reject = check_reject;
    check->block->reject_user = check;
    check->rows = arena_new(arena, CsvRows);
    check->columns = arena_array(arena, ColumnCheck, shape->schema->column_count);
    for (size_t c = 0; c < shape->schema->column_count; c++) {
        Type type = shape->schema->columns[c].type;
        check->columns[c].target = vector_new(arena, type);
        if (type.id == TYPE_VARCHAR && !shape->is_declared[c])
            check->columns[c].alternatives = arena_array(arena, Alternative, CSV_KIND_COUNT);
    }
    progress_expect(check->context->progress, table->spool ? 0 : shape->identity.size);
    check->place = (CsvPlace){.line = 1};
    check->row_count = check->problem_count = 0;
    check->has_ended = false;
}

/* What nobody can find columns in is told of like all else, and those behind it are checked: so an error ends here. */
static void check_open_next(CsvCheck *check)
{
    Error error;
    check->path = check->files.paths[check->file_next++];
    check->arena = arena_new_child(check->context->arena);
    check->finding_arena = arena_new_child(check->arena);
    check->has_ended = true;
    if (error_protect(check_open, check, &error))
        return;
    if (error_class(error.code) != ERROR_CLASS_DATA)
        error_raise_again(&error);
    const char *message = arena_string(check->finding_arena, error.message);
    size_t size = strlen(check->path);
    if (strncmp(message, check->path, size) == 0 && strncmp(message + size, ": ", 2) == 0)
        message += size + 2;
    atomic_fetch_add(&context_counts(check->context)->rejects, 1);
    finding_add(check, (Finding){.kind = "structure", .message = message});
}

static int finding_compare(const void *a, const void *b)
{
    const Finding *left = a, *right = b;
    if (left->offset != right->offset)
        return left->offset < right->offset ? -1 : 1;
    return left->field < right->field ? -1 : left->field > right->field;
}

/* Reads on until there is something to tell. */
static void check_advance(CsvCheck *check)
{
    findings_clear(check);
    size_t column_count = check->shape->schema->column_count;
    while (check->findings.count == 0) {
        context_check(check->context);
        Arena *scratch = arena_new_child(check->finding_arena);
        uint64_t bytes_before = check->block->source->stored_read;
        bool has_rows = csv_block_take(check->block, check->rows, BATCH_SIZE, true);
        progress_add(check->context->progress, check->block->source->stored_read - bytes_before);
        for (size_t c = 0; has_rows && c < column_count; c++) {
            column_look(check, c, scratch);
            column_parse(check, c);
        }
        arena_free(scratch);
        if (has_rows) {
            check->row_count += check->rows->count;
            for (size_t c = 0; c < column_count; c++)
                vector_prepare(check->columns[c].target, 0); /* lets go of the block */
            continue;
        }
        check->has_ended = true;
        break;
    }
    if (check->findings.count)
        qsort(check->findings.items, check->findings.count, sizeof *check->findings.items, finding_compare);
    if (!check->has_ended)
        return;
    for (size_t c = 0; c < column_count; c++)
        column_explain(check, c);
    file_explain(check);
}

static Value text_or_null(const char *text)
{
    return text ? value_text(view_of(text)) : value_null(type_of(TYPE_VARCHAR));
}

static void row_write(CsvCheck *check, const Finding *finding, size_t row)
{
    Type bigint = type_of(TYPE_BIGINT);
    Value line = value_null(bigint);
    if (finding->has_place && finding->offset >= check->place.offset) {
        csv_place_advance(&check->place, check->line_source, finding->offset);
        line = value_integer(bigint, (int64_t)check->place.line);
    } else if (finding->has_place) {
        line = value_integer(bigint, (int64_t)csv_line_number(check->line_source, finding->offset));
    }
    Value values[] = {
        value_text(view_of(check->path)),
        line,
        finding->field ? value_integer(bigint, (int64_t)finding->field) : value_null(bigint),
        text_or_null(finding->column),
        text_or_null(finding->kind),
        text_or_null(finding->message),
        text_or_null(finding->value),
    };
    for (size_t c = 0; c < sizeof values / sizeof *values; c++)
        vector_set_value(check->output->columns[c], row, &values[c]);
}

static Batch *check_next(BatchStream *base)
{
    CsvCheck *check = (CsvCheck *)base;
    for (;;) {
        if (check->arena && check->finding_next < check->findings.count)
            break;
        if (check->arena && check->has_ended) {
            findings_clear(check);
            arena_free(check->arena);
            check->arena = NULL;
        }
        if (check->arena == NULL && check->file_next == check->files.count)
            return NULL;
        if (check->arena == NULL)
            check_open_next(check);
        if (!check->has_ended)
            check_advance(check);
    }
    Batch *output = check->output;
    size_t count = check->findings.count - check->finding_next;
    count = count < BATCH_SIZE ? count : BATCH_SIZE;
    for (size_t c = 0; c < output->column_count; c++)
        vector_prepare(output->columns[c], count);
    for (size_t row = 0; row < count; row++)
        row_write(check, &check->findings.items[check->finding_next++], row);
    output->row_count = output->vector_size = count;
    return output;
}

BatchStream *csv_check(const FormatArgs *args)
{
    Arena *arena = args->context->arena;
    CsvCheck *check = arena_new(arena, CsvCheck);
    check->base = (BatchStream){.schema = format_check_schema(arena), .next = check_next};
    check->context = args->context;
    check->options = csv_options_read(arena, args);
    if (csv_files_are_many(args->location)) {
        check->files = csv_files_find(arena, args->context, args->location, csv_format.extensions);
    } else {
        check->files = (CsvFiles){.count = 1, .paths = arena_array(arena, const char *, 1)};
        check->files.paths[0] = csv_source_path(args->location, args->context->input);
    }
    check->output = batch_new(arena, check->base.schema);
    return &check->base;
}
