/* column/writer_table.c: boxed tables, fitted to a terminal.
 *
 *   ┌──────────┬────┐    The first rows are kept until the widths are known; what follows streams out in those widths:
 *   │ name     │  n │    a wider value overflows its box, or is cut where the terminal has an end. With max_rows all is
 *   ├──────────┼────┤    held back, as no more than the first max_rows and the last half of max_rows can be shown:
 *   │ Zürich   │  1 │
 *   │ a↵b      │ 20 │        head: rows 1 … max_rows          tails: the newest rows, in two blocks that take turns
 *   └──────────┴────┘        [========]                       [older ====] [newer ==  ]
 *   (2 rows)
 *
 * Only a terminal's width cuts, texts and names before numbers and dates: with width 0 every value stands whole. The
 * footer says what is not shown. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/array.h"
#include "base/temp_file.h"
#include "base/text.h"
#include "base/utf8.h"
#include "column/writer_format.h"

enum {
    SAMPLED_ROWS = 10000, /* whose widths decide, or fewer that take */
    SAMPLED_BYTES = 32 << 20,
    MEMORY_PARTS = 64, /* one of them is enough for rows that are held; the rest stand in a file */
    SHRUNK_WIDTH = 8,  /* columns are hidden before they get narrower than this */
    WHOLE_WIDTH = 32,  /* numbers, dates and the like that are no wider stay whole: their names are cut, and texts */
    BORDER_WIDTH = 3,  /* of a column: "│ " and " " */
};

typedef struct Cell {
    const char *data;
    size_t size;  /* bytes */
    size_t width; /* columns of a terminal; when the width is limited, what is surely too wide is not kept whole */
} Cell;

/* Rows that are kept, with the text of their cells. */
typedef struct TableRows {
    Arena *arena;
    ARRAY(Cell *) rows; /* each of as many cells as there are columns */
} TableRows;

/* Some of them that are shown. */
typedef struct RowSpan {
    const TableRows *rows;
    size_t first, count;
} RowSpan;

typedef struct TableColumn {
    Cell name;
    size_t width;       /* that it is shown in */
    size_t whole_width; /* of its widest value, where no value is to be cut for the width of others */
    bool aligns_right;  /* numbers */
    bool is_text;
} TableColumn;

typedef struct TableWriter {
    TableColumn *columns;
    size_t column_count;
    size_t left_count, right_count; /* columns shown from either end; all are in left_count when none is hidden */
    bool is_laid_out;               /* the widths are fixed and the head is written */
    bool has_cut;                   /* some value was cut */
    uint64_t seen_count;            /* rows that came */
    TempFile *file;                 /* where those stand that are not in memory */
    TableRows head, tails[2];       /* tails[newer] is being filled */
    size_t newer;
    size_t tail_count; /* rows of the end to show when there are more than max_rows */
    StringView null_text;
} TableWriter;

/* ---- cells ---- */

/* What a control character is shown as, so that no value moves the cursor: \t, \x1b, \u0085. */
static size_t control_write(uint32_t character, char *target)
{
    switch (character) {
    case '\n':
        return utf8_encode(0x21B5, target); /* ↵ */
    case '\t':
        memcpy(target, "\\t", 2);
        return 2;
    case '\r':
        memcpy(target, "\\r", 2);
        return 2;
    default:
        return (size_t)sprintf(target, character < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)character);
    }
}

static bool is_control(uint32_t character)
{
    return character < 0x20 || (character >= 0x7F && character < 0xA0);
}

/* The text as it can be printed. What is wider than `limit` (0: none) is kept only as far as it takes to know. */
static Cell cell_make(Arena *arena, StringView view, size_t limit)
{
    StringView head = {view.data, limit && view.size > limit ? limit + 1 : view.size};
    if (view_is_printable_ascii(head))
        return (Cell){arena_string_n(arena, head.data, head.size), head.size, head.size};
    Text text = text_in(arena);
    size_t width = 0, start = 0, at = 0;
    while (at < view.size && (limit == 0 || width <= limit)) {
        size_t size;
        context_pace(at);
        uint32_t character = utf8_decode(view.data + at, view.size - at, &size);
        if (is_control(character)) {
            char shown[16];
            size_t shown_size = control_write(character, shown);
            text_add_view(&text, (StringView){view.data + start, at - start});
            text_add_view(&text, (StringView){shown, shown_size});
            width += utf8_width((StringView){shown, shown_size});
            start = at + size;
        } else {
            width += (size_t)utf8_character_width(character);
        }
        at += size;
    }
    text_add_view(&text, (StringView){view.data + start, at - start});
    return (Cell){text_string(&text), text.size, width};
}

static void rows_clear(TableRows *rows)
{
    arena_reset(rows->arena);
    *rows = (TableRows){.arena = rows->arena};
}

/* The cells of one row of the batch that is shown. */
static Cell *row_make(Writer *writer, Arena *arena, size_t row)
{
    const TableWriter *table = writer->state;
    Cell *cells = arena_array(arena, Cell, table->column_count);
    for (size_t c = 0; c < table->column_count; c++) {
        StringView text;
        bool is_shown = writer_shown(writer, c, row, &text);
        cells[c] = cell_make(arena, is_shown ? text : table->null_text, writer->options.width);
    }
    return cells;
}

static void rows_add(Writer *writer, TableRows *rows, size_t row)
{
    temp_file_look(((TableWriter *)writer->state)->file);
    array_add(rows->arena, &rows->rows, row_make(writer, rows->arena, row));
}

/* ---- layout ---- */

static void widths_grow(TableWriter *table, const Cell *cells)
{
    for (size_t c = 0; c < table->column_count; c++) {
        TableColumn *column = &table->columns[c];
        if (cells[c].width > column->width)
            column->width = cells[c].width;
        if (!column->is_text && cells[c].width > column->whole_width && cells[c].width <= WHOLE_WIDTH)
            column->whole_width = cells[c].width;
    }
}

static size_t width_at_most(const TableColumn *column, size_t limit)
{
    size_t most = limit > column->whole_width ? limit : column->whole_width;
    return column->width < most ? column->width : most;
}

/* Columns left_count from the left and right_count from the right, none wider than `limit` unless it is to be whole. */
static size_t layout_width(const TableWriter *table, size_t left_count, size_t right_count, size_t limit)
{
    size_t width = 1;
    for (size_t c = 0; c < left_count; c++)
        width += BORDER_WIDTH + width_at_most(&table->columns[c], limit);
    for (size_t c = table->column_count - right_count; c < table->column_count; c++)
        width += BORDER_WIDTH + width_at_most(&table->columns[c], limit);
    if (left_count + right_count < table->column_count)
        width += BORDER_WIDTH + 1; /* … in their place */
    return width;
}

/* Hides columns from the middle on, until the rest fits when it is shrunk. One always stays. */
static void layout_hide(TableWriter *table, size_t width)
{
    size_t shown = table->column_count;
    table->left_count = shown;
    table->right_count = 0;
    while (shown > 1 && layout_width(table, table->left_count, table->right_count, SHRUNK_WIDTH) > width) {
        shown--;
        table->left_count = (shown + 1) / 2;
        table->right_count = shown / 2;
    }
}

static bool column_is_shown(const TableWriter *table, size_t column_index)
{
    return column_index < table->left_count || column_index >= table->column_count - table->right_count;
}

/* Lowers the widest columns to the largest common width at which the table fits; columns left over go to the first. */
static void layout_shrink(TableWriter *table, size_t width)
{
    size_t low = 1, high = 1; /* low fits, or nothing does */
    for (size_t c = 0; c < table->column_count; c++)
        if (column_is_shown(table, c) && table->columns[c].width > high)
            high = table->columns[c].width;
    while (low < high) {
        size_t middle = low + (high - low + 1) / 2;
        if (layout_width(table, table->left_count, table->right_count, middle) <= width)
            low = middle;
        else
            high = middle - 1;
    }
    size_t used = layout_width(table, table->left_count, table->right_count, low);
    size_t left = used < width ? width - used : 0;
    for (size_t c = 0; c < table->column_count; c++) {
        size_t shrunk = width_at_most(&table->columns[c], low);
        if (!column_is_shown(table, c) || table->columns[c].width <= shrunk)
            continue;
        table->columns[c].width = shrunk + (left > 0);
        left -= left > 0;
    }
}

/* From the names and the rows that are to be shown. */
static void table_lay_out(Writer *writer, const RowSpan *spans, size_t span_count)
{
    TableWriter *table = writer->state;
    for (size_t c = 0; c < table->column_count; c++) {
        size_t name_width = writer->options.no_header ? 0 : table->columns[c].name.width;
        table->columns[c].width = name_width ? name_width : 1;
    }
    for (size_t i = 0; i < span_count; i++)
        for (size_t row = 0; row < spans[i].count; row++) {
            assert(spans[i].rows != NULL);
            temp_file_look(table->file);
            widths_grow(table, spans[i].rows->rows.items[spans[i].first + row]);
        }
    table->left_count = table->column_count;
    if (writer->options.width && layout_width(table, table->column_count, 0, SIZE_MAX) > writer->options.width) {
        layout_hide(table, writer->options.width);
        if (layout_width(table, table->left_count, table->right_count, SHRUNK_WIDTH) > writer->options.width)
            table->columns[0].whole_width = 0; /* the last one shown */
        layout_shrink(table, writer->options.width);
    }
    table->is_laid_out = true;
}

/* ---- drawing ---- */

static bool table_hides(const TableWriter *table)
{
    return table->left_count + table->right_count < table->column_count;
}

/* "├", "┼", "┤" with lines between. */
static void rule_put(Writer *writer, const char *left, const char *cross, const char *right)
{
    const TableWriter *table = writer->state;
    writer_put_text(writer, left);
    for (size_t c = 0; c < table->column_count; c++) {
        bool is_gap = c == table->left_count && table_hides(table);
        if (!is_gap && !column_is_shown(table, c))
            continue;
        if (c)
            writer_put_text(writer, cross);
        writer_put_repeated(writer, "─", is_gap ? 3 : table->columns[c].width + 2);
    }
    writer_put_text(writer, right);
    writer_put_char(writer, '\n');
}

/* As much of the text as is at most `width` wide; returns its bytes. */
static size_t cell_fitting_size(const Cell *cell, size_t width, size_t *ret_width)
{
    size_t at = 0, used = 0, size;
    for (; at < cell->size; at += size) {
        size_t more = (size_t)utf8_character_width(utf8_decode(cell->data + at, cell->size - at, &size));
        if (used + more > width)
            break;
        used += more;
    }
    *ret_width = used;
    return at;
}

static void cell_put(Writer *writer, const TableColumn *column, Cell cell)
{
    TableWriter *table = writer->state;
    bool is_cut = cell.width > column->width && writer->options.width != 0;
    size_t width = cell.width;
    if (is_cut) {
        cell.size = cell_fitting_size(&cell, column->width - 1, &width);
        width++; /* … */
        table->has_cut = true;
    }
    size_t padding = width < column->width ? column->width - width : 0;
    writer_put_text(writer, "│ ");
    if (column->aligns_right)
        writer_put_repeated(writer, " ", padding);
    writer_put(writer, (StringView){cell.data, cell.size});
    if (is_cut)
        writer_put_text(writer, "…");
    if (!column->aligns_right)
        writer_put_repeated(writer, " ", padding);
    writer_put_char(writer, ' ');
}

static void row_put(Writer *writer, const Cell *cells)
{
    const TableWriter *table = writer->state;
    for (size_t c = 0; c < table->column_count; c++) {
        if (column_is_shown(table, c))
            cell_put(writer, &table->columns[c], cells[c]);
        else if (c == table->left_count)
            writer_put_text(writer, "│ … ");
    }
    writer_put_text(writer, "│\n");
}

static void span_put(Writer *writer, RowSpan span)
{
    const TableWriter *table = writer->state;
    for (size_t row = span.first; row < span.first + span.count; row++) {
        temp_file_look(table->file);
        row_put(writer, span.rows->rows.items[row]);
    }
}

/* Fixes the widths, and writes the top of the table. */
static void table_start(Writer *writer, const RowSpan *spans, size_t span_count)
{
    TableWriter *table = writer->state;
    table_lay_out(writer, spans, span_count);
    rule_put(writer, "┌", "┬", "┐");
    if (writer->options.no_header)
        return;
    Cell *names = arena_array(writer->arena, Cell, table->column_count);
    for (size_t c = 0; c < table->column_count; c++)
        names[c] = table->columns[c].name;
    row_put(writer, names);
    rule_put(writer, "├", "┼", "┤");
}

static void omission_put(Writer *writer)
{
    const TableWriter *table = writer->state;
    Cell *dots = arena_array(writer->arena, Cell, table->column_count);
    for (size_t c = 0; c < table->column_count; c++)
        dots[c] = (Cell){"⋮", sizeof "⋮" - 1, 1};
    row_put(writer, dots);
}

/* "(1000000 rows, 40 shown; 6 of 20 columns shown; long values cut)" */
static void footer_put(Writer *writer, uint64_t shown_count)
{
    const TableWriter *table = writer->state;
    char text[160];
    snprintf(text, sizeof text, "(%" PRIu64 " row%s", table->seen_count, table->seen_count == 1 ? "" : "s");
    writer_put_text(writer, text);
    if (shown_count < table->seen_count) {
        snprintf(text, sizeof text, ", %" PRIu64 " shown", shown_count);
        writer_put_text(writer, text);
    }
    if (table_hides(table)) {
        snprintf(text, sizeof text, "; %zu of %zu columns shown", table->left_count + table->right_count,
                 table->column_count);
        writer_put_text(writer, text);
    }
    writer_put_text(writer, table->has_cut ? "; long values cut)\n" : ")\n");
}

/* ---- rows as they come ---- */

static Arena *rows_arena_new(Writer *writer, TempFile *file)
{
    const MemoryBudget *budget = writer->context->memory;
    Arena *arena = arena_new_child(writer->arena);
    if (budget)
        arena_overflow_to(arena, file, budget->limit / MEMORY_PARTS);
    return arena;
}

static void table_begin(Writer *writer)
{
    const Schema *schema = writer->schema;
    TableWriter *table = arena_new(writer->arena, TableWriter);
    writer->state = table;
    table->column_count = schema->column_count;
    table->columns = arena_array(writer->arena, TableColumn, schema->column_count);
    for (size_t c = 0; c < schema->column_count; c++) {
        table->columns[c].name = cell_make(writer->arena, view_of(schema->columns[c].name), writer->options.width);
        table->columns[c].aligns_right = type_is_numeric(schema->columns[c].type);
        table->columns[c].is_text = type_physical(schema->columns[c].type) == PHYSICAL_STRING;
    }
    table->null_text = writer_null_text(writer, "NULL");
    table->tail_count = writer->options.max_rows / 2;
    table->file = temp_file_new(writer->arena, writer->context);
    table->head.arena = rows_arena_new(writer, table->file);
    for (size_t i = 0; i < 2; i++)
        table->tails[i].arena = rows_arena_new(writer, table->file);
}

/* Into the newer tail block; when it holds all that the end can show, the older one is done with. */
static void tail_add(Writer *writer, size_t row)
{
    TableWriter *table = writer->state;
    if (table->tail_count == 0)
        return;
    if (table->tails[table->newer].rows.count == table->tail_count) {
        table->newer = !table->newer;
        rows_clear(&table->tails[table->newer]);
    }
    rows_add(writer, &table->tails[table->newer], row);
}

static RowSpan head_span(const TableWriter *table)
{
    return (RowSpan){&table->head, 0, table->head.rows.count};
}

static void head_add(Writer *writer, size_t row)
{
    TableWriter *table = writer->state;
    rows_add(writer, &table->head, row);
    if (writer->options.max_rows ||
        (table->head.rows.count < SAMPLED_ROWS && arena_size(table->head.arena) < SAMPLED_BYTES))
        return;
    RowSpan span = head_span(table);
    table_start(writer, &span, 1);
    span_put(writer, span);
    rows_clear(&table->head);
}

static void row_stream(Writer *writer, size_t row)
{
    arena_reset(writer->scratch);
    row_put(writer, row_make(writer, writer->scratch, row));
}

static void table_batch(Writer *writer, const Batch *batch)
{
    TableWriter *table = writer->state;
    table->seen_count += batch->row_count;
    if (batch->column_count == 0)
        return;
    size_t max_rows = writer->options.max_rows;
    Batch rest = *batch;
    uint16_t selection[BATCH_SIZE];
    if (max_rows && table->head.rows.count == max_rows && rest.row_count > table->tail_count)
        batch_slice(&rest, rest.row_count - table->tail_count, table->tail_count, selection); /* none before is shown */
    writer_show_batch(writer, &rest);
    for (size_t i = 0; i < rest.row_count; i++) {
        size_t row = batch_row(&rest, i);
        if (max_rows ? table->head.rows.count < max_rows : !table->is_laid_out)
            head_add(writer, row);
        else if (max_rows)
            tail_add(writer, row);
        else
            row_stream(writer, row);
    }
}

/* The last `count` rows that came, in order: of the tails, and, when those are few, of the head. */
static void last_spans(const TableWriter *table, size_t count, RowSpan ret_spans[3])
{
    const TableRows *blocks[3] = {&table->head, &table->tails[!table->newer], &table->tails[table->newer]};
    for (size_t i = 3; i-- > 0;) {
        size_t taken = blocks[i]->rows.count < count ? blocks[i]->rows.count : count;
        ret_spans[i] = (RowSpan){blocks[i], blocks[i]->rows.count - taken, taken};
        count -= taken;
    }
}

/* What was held back. Returns how many rows that shows. */
static uint64_t held_rows_put(Writer *writer)
{
    TableWriter *table = writer->state;
    size_t max_rows = writer->options.max_rows;
    RowSpan spans[4] = {head_span(table)};
    if (max_rows == 0 || table->seen_count <= max_rows) {
        table_start(writer, spans, 1);
        span_put(writer, spans[0]);
        return table->seen_count;
    }
    spans[0].count = max_rows - table->tail_count;
    last_spans(table, table->tail_count, spans + 1);
    table_start(writer, spans, 4);
    span_put(writer, spans[0]);
    omission_put(writer);
    for (size_t i = 1; i < 4; i++)
        span_put(writer, spans[i]);
    return max_rows;
}

static void table_end(Writer *writer)
{
    const TableWriter *table = writer->state;
    uint64_t shown_count = table->seen_count;
    if (table->column_count) {
        if (!table->is_laid_out)
            shown_count = held_rows_put(writer);
        rule_put(writer, "└", "┴", "┘");
    }
    footer_put(writer, shown_count);
}

const WriterOps writer_table_ops = {.begin = table_begin, .batch = table_batch, .end = table_end};
