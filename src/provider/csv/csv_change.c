/* provider/csv/csv_change.c: DELETE, UPDATE and TRUNCATE: a new file beside takes the place of the old one.
 *
 *   row numbers (offsets of records) ─▶ sorted edits ─▶ the file is read once more for where those records end
 *   new file: all bytes between the edited records as they were; in an edited record all fields that are not assigned
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/sort.h"
#include "base/temp_file.h"
#include "base/text.h"
#include "column/convert.h"
#include "provider/csv/csv_block.h"
#include "provider/csv/csv_difference.h"
#include "provider/csv/csv_write.h"

enum {
    KEPT_PARTS = 16,      /* of memory: one of them may be edits */
    LOOK_EDITS = 1 << 12, /* between two looks at how much of what is mapped is in memory */
};

typedef struct Edit {
    uint64_t offset;          /* of the record */
    size_t sequence;          /* the first of several edits of one row counts */
    const StringView *fields; /* UPDATE: the assigned columns as the file writes them */
} Edit;

typedef struct Change {
    CsvWrite write;
    bool is_update;
    const size_t *columns; /* UPDATE: that are assigned */
    size_t column_count;
    Arena *kept; /* of edits and new rows; what is much of it stands in a file that is mapped */
    ARRAY(Edit) edits;
    bool is_sorted; /* edits came in the order of the file, as those of one scan do */
    size_t compared_count;
    Text added; /* new rows, lines of the file */
    uint64_t added_count;
    Arena *scratch; /* of a row */
    NewFile *file;
    uint64_t position; /* in the new file */
    uint64_t copied;   /* of the old one: what is before it has been copied or left out */
    Context quiet;     /* counts no rejected rows: those were counted when they were read */
} Change;

/* ---- fields as the file writes them ---- */

static bool text_needs_quotes(const CsvDialect *dialect, StringView text)
{
    if (text.size == 0 || dialect->null_word_count > 0 || dialect->has_comment)
        return true;
    char first = text.data[0], last = text.data[text.size - 1];
    if (first == ' ' || first == '\t' || last == ' ' || last == '\t')
        return true;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] == dialect->delimiter || text.data[i] == dialect->quote || text.data[i] == '\n' ||
            text.data[i] == '\r')
            return true;
    return false;
}

static void field_write(Text *target, Arena *arena, const CsvDialect *dialect, const Value *value)
{
    char buffer[VALUE_TEXT_SIZE];
    if (value->is_null) {
        text_add(target, csv_null_text(dialect));
        return;
    }
    StringView text = csv_style_has(&dialect->style, value->type) ? csv_style_write(&dialect->style, arena, value)
                                                                  : value_text_view(value, buffer, arena);
    if (!text_needs_quotes(dialect, text)) {
        text_add_view(target, text);
        return;
    }
    text_add_char(target, dialect->quote);
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == dialect->quote)
            text_add_char(target, dialect->quote);
        text_add_char(target, text.data[i]);
    }
    text_add_char(target, dialect->quote);
}

/* ---- the edits ---- */

static void row_add_new(Change *change, const Batch *batch, size_t row)
{
    const CsvDialect *dialect = &change->write.shape->dialect;
    for (size_t c = 0; c < dialect->column_count; c++) {
        Value value = vector_value(batch->columns[c + 1], row);
        if (c)
            text_add_char(&change->added, dialect->delimiter);
        field_write(&change->added, change->scratch, dialect, &value);
    }
    text_add(&change->added, csv_line_end_text(dialect->line_end));
    change->added_count++;
}

static const StringView *edit_fields(Change *change, const Batch *batch, size_t row)
{
    StringView *fields = arena_array(change->kept, StringView, change->column_count);
    for (size_t i = 0; i < change->column_count; i++) {
        Text text = text_in(change->scratch);
        Value value = vector_value(batch->columns[change->columns[i] + 1], row);
        field_write(&text, change->scratch, &change->write.shape->dialect, &value);
        fields[i] = arena_view(change->kept, text_view(&text));
    }
    return fields;
}

static int edit_compare(const void *a, const void *b, void *user)
{
    Change *change = user;
    const Edit *left = a, *right = b;
    if (change->compared_count++ % LOOK_EDITS == 0)
        temp_memory_look();
    if (left->offset != right->offset)
        return left->offset < right->offset ? -1 : 1;
    return left->sequence < right->sequence ? -1 : left->sequence > right->sequence;
}

static void edits_add(Change *change, const Batch *batch, size_t row)
{
    Value number = vector_value(batch->columns[0], row);
    if (change->edits.count % TEMP_LOOKS == 0)
        temp_memory_look();
    arena_reset(change->scratch);
    if (number.is_null) {
        row_add_new(change, batch, row);
        return;
    }
    size_t count = change->edits.count;
    Edit edit = {.offset = (uint64_t)number.i64, .sequence = count};
    change->is_sorted &= count == 0 || change->edits.items[count - 1].offset < edit.offset;
    if (change->is_update)
        edit.fields = edit_fields(change, batch, row);
    array_add(change->kept, &change->edits, edit);
}

static void edits_sort(Change *change)
{
    size_t count = change->edits.count, kept = 1;
    Edit *spare = arena_allocate(change->kept, memory_size_multiply(count, sizeof *spare));
    Edit *edits = change->edits.items =
        sort_items(change->edits.items, spare, count, sizeof *edits, edit_compare, change);
    for (size_t i = 1; i < count; i++) {
        if (i % LOOK_EDITS == 0)
            temp_memory_look();
        if (edits[i].offset != edits[kept - 1].offset)
            edits[kept++] = edits[i];
    }
    change->edits.count = kept;
}

static void edits_gather(Change *change, BatchStream *rows)
{
    change->is_sorted = true;
    for (Batch *batch; (batch = stream_next(rows)) != NULL;) {
        context_check(change->write.context);
        for (size_t i = 0; i < batch->row_count; i++)
            edits_add(change, batch, batch_row(batch, i));
    }
    if (!change->is_sorted)
        edits_sort(change);
}

/* ---- the new file ---- */

static void change_put(Change *change, StringView text)
{
    if (change->file == NULL) /* a dry run */
        return;
    if (!file_write_all(change->file->descriptor, text.data, text.size, change->position))
        file_raise(change->file->target, errno, NO_POSITION);
    change->position += text.size;
}

/* The old file's bytes up to `end`. */
static void change_copy(Change *change, uint64_t end)
{
    if (change->file &&
        !csv_write_copy(&change->write, change->file->descriptor, change->copied, end, change->position))
        file_raise(change->file->target, errno, NO_POSITION);
    change->position += end - change->copied;
    change->copied = end;
}

/* The record with the assigned fields in place of its own, without its line end. */
static StringView record_edit(Change *change, const CsvRows *rows, size_t row, const Edit *edit)
{
    const CsvDialect *dialect = &change->write.shape->dialect;
    Text text = text_in(change->scratch);
    size_t field_count = rows->is_padded ? rows->field_counts[row] : dialect->column_count;
    size_t count = field_count;
    for (size_t i = 0; i < change->column_count; i++)
        if (change->columns[i] >= count)
            count = change->columns[i] + 1;
    for (size_t c = 0; c < count; c++) {
        StringView field = c < field_count ? csv_rows_field(rows, row, c) : (StringView){"", 0};
        for (size_t i = 0; i < change->column_count; i++)
            if (change->columns[i] == c)
                field = edit->fields[i];
        if (c)
            text_add_char(&text, dialect->delimiter);
        text_add_view(&text, field);
    }
    return text_view(&text);
}

static void change_apply(Change *change, const CsvRows *rows, size_t row, const Edit *edit)
{
    uint64_t end = csv_rows_end(rows, row);
    uint64_t file_size = change->write.shape->identity.size;
    end = end < file_size ? end : file_size; /* the last line end may be the block's own */
    StringView record = csv_rows_record(rows, row), edited = {"", 0};
    arena_reset(change->scratch);
    change_copy(change, edit->offset);
    if (change->is_update) {
        edited = record_edit(change, rows, row, edit);
        change_put(change, edited);
        change->copied = edit->offset + record.size; /* its own line end follows */
        change_copy(change, end);
    }
    change->copied = end;
    if (change->write.difference)
        csv_difference_add(change->write.difference, edit->offset, record, edited);
}

static void change_write(Change *change)
{
    CsvWrite *write = &change->write;
    Arena *arena = write->arena;
    const CsvShape *shape = write->shape;
    change->quiet.cancel = write->context->cancel;
    change->quiet.memory = write->context->memory;
    change->quiet.settings = write->context->settings;
    CsvSource *source = csv_source_open(arena, write->context, write->table->path, NULL, shape->identity.size, NULL);
    CsvBlock *block = arena_new(arena, CsvBlock);
    CsvRows *rows = arena_new(arena, CsvRows);
    csv_block_init(block, arena, &change->quiet, source, &shape->dialect, cpu_level(), shape->dialect.data_offset, 0);
    size_t next = 0;
    while (next < change->edits.count && csv_block_take(block, rows, BATCH_SIZE, true)) {
        context_check(write->context);
        for (size_t row = 0; row < rows->count && next < change->edits.count; row++) {
            if (row % TEMP_LOOKS == 0)
                temp_memory_look();
            if (csv_rows_offset(rows, row) == change->edits.items[next].offset)
                change_apply(change, rows, row, &change->edits.items[next++]);
        }
    }
    if (next < change->edits.count)
        error_raise(ERROR_INTERNAL, NO_POSITION, "%s: no row begins at offset %llu", write->table->path,
                    (unsigned long long)change->edits.items[next].offset);
    change_copy(change, shape->identity.size);
    if (change->added.size > 0) {
        change_put(change, view_of(csv_missing_line_end(write)));
        change_put(change, text_view(&change->added));
        if (write->difference)
            csv_difference_add(write->difference, shape->identity.size, (StringView){"", 0}, text_view(&change->added));
    }
}

static uint64_t change_run(TableProvider *base, const Context *context, bool is_update, const size_t *columns,
                           size_t column_count, BatchStream *rows)
{
    Arena *arena = arena_new_child(context->arena);
    Change *change = arena_new(arena, Change);
    change->is_update = is_update;
    change->columns = columns;
    change->column_count = column_count;
    change->scratch = arena_new_child(arena);
    change->kept = arena_new_child(arena);
    arena_overflow_to(change->kept, temp_file_new(arena, context), context->memory->limit / KEPT_PARTS);
    change->added = text_in(change->kept);
    csv_write_begin(&change->write, arena, (CsvTable *)base, context);
    edits_gather(change, rows);
    uint64_t count = change->edits.count + change->added_count;
    if (count > 0) {
        if (change->write.difference == NULL)
            change->file = csv_new_file_open(&change->write);
        change_write(change);
        if (change->file)
            csv_new_file_commit(&change->write, change->file);
    }
    arena_free(arena);
    return count;
}

uint64_t csv_delete_rows(TableProvider *base, const Context *context, BatchStream *rows)
{
    return change_run(base, context, false, NULL, 0, rows);
}

uint64_t csv_update_rows(TableProvider *base, const Context *context, const size_t *columns, size_t column_count,
                         BatchStream *rows)
{
    return change_run(base, context, true, columns, column_count, rows);
}

/* What stands before the first row stays. The rows are counted, and judged, as any reader would. */
uint64_t csv_truncate(TableProvider *base, const Context *context)
{
    Arena *arena = arena_new_child(context->arena);
    CsvWrite *write = arena_new(arena, CsvWrite);
    csv_write_begin(write, arena, (CsvTable *)base, context);
    const CsvShape *shape = write->shape;
    CsvSource *source = csv_source_open(arena, context, write->table->path, NULL, shape->identity.size, NULL);
    CsvBlock *block = arena_new(arena, CsvBlock);
    CsvRows *rows = arena_new(arena, CsvRows);
    uint64_t count = 0;
    csv_block_init(block, arena, context, source, &shape->dialect, cpu_level(), shape->dialect.data_offset, 0);
    while (csv_block_take(block, rows, BATCH_SIZE, false)) {
        context_check(context);
        count += rows->count;
    }
    if (write->difference) {
        uint64_t start = shape->dialect.data_offset;
        csv_difference_add(write->difference, start, csv_write_read(write, start, shape->identity.size),
                           (StringView){"", 0});
        arena_free(arena);
        return count;
    }
    NewFile *file = csv_new_file_open(write);
    if (!csv_write_copy(write, file->descriptor, 0, shape->dialect.data_offset, 0))
        file_raise(file->target, errno, NO_POSITION);
    csv_new_file_commit(write, file);
    arena_free(arena);
    return count;
}
