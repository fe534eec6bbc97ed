/* tests/unit/plans.h: plans made by hand over tables that are written in the test, and what comes out of them as text.
 *
 *     Plan *t = table("INTEGER;VARCHAR", "1,a 2,NULL");
 *     Plan *f = filter(t, call("=", column(t, 0), integer(1)));
 *     ck_assert_str_eq(rows_text(f), "1,a");
 *
 * A table gives its rows in batches of test_batch_rows, each in another form: flat, with a selection, dictionary
 * vectors, decimals of other widths; so an operator that minds the form is found out. */
#ifndef QUERN_TESTS_UNIT_PLANS_H
#define QUERN_TESTS_UNIT_PLANS_H

#include <pthread.h>

#include "base/text.h"
#include "column/convert.h"
#include "exec/exec.h"
#include "expr/function.h"
#include "plan/plan.h"
#include "test.h"

static MemoryBudget test_budget, test_temp;
static Settings test_settings;
static _Atomic bool test_cancel;
static Context test_context;
static PlanColumns test_columns;
static size_t test_batch_rows;
static _Atomic size_t test_pulls; /* batches that tables gave */
/* Called before a table gives its batch of this number, which is also its morsel, by the thread that asked; or NULL. */
static void (*test_at_batch)(size_t batch_number);

/* Call it first in a test. */
static inline void plans_begin(size_t batch_size, size_t batch_rows)
{
    test_budget = test_temp = (MemoryBudget){.limit = SIZE_MAX};
    test_settings = (Settings){.batch_size = batch_size, .threads = 3, .temp_directory = ""};
    test_cancel = false;
    test_context = (Context){.cancel = &test_cancel,
                             .memory = &test_budget,
                             .temp = &test_temp,
                             .settings = &test_settings,
                             .arena = test_arena};
    test_columns = (PlanColumns){.arena = test_arena, .context = &test_context};
    test_batch_rows = batch_rows;
    test_pulls = 0;
    test_at_batch = NULL;
}

/* ---- tables ---- */

typedef struct TestTable {
    Scan scan; /* first, so that a Scan * can be cast back */
    size_t row_count, column_count;
    Type *types;
    Value *cells; /* row by row */
    int shapes;   /* bits of ShapeBits that batches may take */
} TestTable;

enum { SHAPE_SELECTION = 1, SHAPE_DICTIONARY = 2, SHAPE_WIDE = 4, SHAPE_ALL = 7 };

/* Cursors share the rows: each takes the next batch of them. */
typedef struct TestReading {
    pthread_mutex_t lock;
    size_t next_row, next_batch;
} TestReading;

typedef struct TestCursor {
    BatchStream base;
    const TestTable *table;
    TestReading *reading;
    Arena *arena;
    Batch *batch;
    uint16_t selection[BATCH_SIZE];
} TestCursor;

/* Writes cells to `slots[i]` of a vector of `size` slots. */
static inline void test_write_column(TestCursor *cursor, Vector *vector, size_t column, size_t first, size_t count,
                                     const uint16_t *slots, size_t size, int shape)
{
    const TestTable *table = cursor->table;
    Type type = table->types[column];
    bool is_wide = type.id == TYPE_DECIMAL && (shape & SHAPE_WIDE);
    vector_prepare_as(vector, type, is_wide ? PHYSICAL_I128 : type_physical(type), size);
    vector_set_all_null(vector, size);
    for (size_t i = 0; i < count; i++) {
        const Value *cell = &table->cells[(first + i) * table->column_count + column];
        if (!cell->is_null)
            vector_set_value(vector, slots[i], cell);
    }
}

static inline void test_make_dictionary(TestCursor *cursor, Vector *vector, size_t size)
{
    Vector *values = vector_new(cursor->arena, vector->type);
    vector_reference(values, vector);
    Vector *coded = vector_new(cursor->arena, vector->type);
    vector_prepare_dictionary(coded, values, size, size);
    for (size_t i = 0; i < size; i++)
        VECTOR_DATA(coded, uint32_t)[i] = (uint32_t)i;
    vector_reference(vector, coded);
}

/* Rows of the next batch, and its number: how many; 0: there is none. */
static inline size_t test_cursor_take(TestCursor *cursor, size_t *ret_first, size_t *ret_number, int *ret_shape)
{
    TestReading *reading = cursor->reading;
    const TestTable *table = cursor->table;
    pthread_mutex_lock(&reading->lock);
    *ret_first = reading->next_row;
    *ret_number = reading->next_batch++;
    *ret_shape = (int)(*ret_number % 8) & table->shapes;
    size_t count = table->row_count - reading->next_row;
    size_t most = (*ret_shape & SHAPE_SELECTION) && test_batch_rows > BATCH_SIZE / 2 ? BATCH_SIZE / 2 : test_batch_rows;
    count = count < most ? count : most;
    reading->next_row += count;
    pthread_mutex_unlock(&reading->lock);
    return count;
}

static inline Batch *test_cursor_next(BatchStream *stream)
{
    TestCursor *cursor = (TestCursor *)stream;
    const TestTable *table = cursor->table;
    int shape;
    size_t first, number, count = test_cursor_take(cursor, &first, &number, &shape);
    if (count == 0)
        return NULL;
    cursor->base.morsel = cursor->batch->morsel = number;
    if (test_at_batch)
        test_at_batch(number);
    test_pulls++;
    size_t step = shape & SHAPE_SELECTION ? 2 : 1, size = count * step;
    uint16_t slots[BATCH_SIZE];
    for (size_t i = 0; i < count; i++)
        slots[i] = cursor->selection[i] = (uint16_t)(i * step);
    for (size_t c = 0; c < table->column_count; c++) {
        test_write_column(cursor, cursor->batch->columns[c], c, first, count, slots, size, shape);
        if (shape & SHAPE_DICTIONARY)
            test_make_dictionary(cursor, cursor->batch->columns[c], size);
    }
    cursor->batch->row_count = count;
    cursor->batch->vector_size = size;
    cursor->batch->selection = step > 1 ? cursor->selection : NULL;
    return cursor->batch;
}

static inline void *test_scan_start(Scan *scan, Arena *arena, const Context *context,
                                    const DynamicFilter *const *dynamics)
{
    (void)scan, (void)context, (void)dynamics;
    TestReading *reading = arena_new(arena, TestReading);
    pthread_mutex_init(&reading->lock, NULL);
    return reading;
}

static inline BatchStream *test_scan_open(Scan *scan, void *reading, Arena *arena, const Context *context)
{
    (void)context;
    TestCursor *cursor = arena_new(arena, TestCursor);
    cursor->base = (BatchStream){.schema = scan->schema, .next = test_cursor_next};
    cursor->table = (const TestTable *)scan;
    cursor->reading = reading;
    cursor->arena = arena;
    cursor->batch = batch_new(arena, scan->schema);
    return &cursor->base;
}

/* A scan over cells, which are the arena's. */
static inline Plan *table_of(const Type *types, size_t column_count, Value *cells, size_t row_count)
{
    TestTable *table = arena_new(test_arena, TestTable);
    Schema *schema = schema_new(test_arena, column_count);
    PlanScan *scan = (PlanScan *)plan_new(&test_columns, PLAN_SCAN, 0);
    scan->base.output_count = column_count;
    scan->base.outputs = arena_array(test_arena, ColumnId, column_count);
    for (size_t c = 0; c < column_count; c++) {
        const char *name = arena_format(test_arena, "c%zu", c);
        schema->columns[c] = (Column){.name = name, .type = types[c], .is_nullable = true};
        scan->base.outputs[c] = plan_column_new(&test_columns, name, "t", types[c], true);
    }
    *table = (TestTable){
        .scan = {.schema = schema, .cursor_limit = SIZE_MAX, .start = test_scan_start, .open = test_scan_open},
        .row_count = row_count,
        .column_count = column_count,
        .types = arena_copy(test_arena, types, column_count * sizeof *types),
        .cells = cells,
        .shapes = SHAPE_ALL,
    };
    scan->scan = &table->scan;
    scan->name = "t";
    return &scan->base;
}

static inline Value cell_parse(Type type, StringView text)
{
    if (view_equal(text, view_of("NULL")))
        return value_null(type);
    Value value;
    Error error;
    ck_assert_msg(value_parse(test_arena, text, type, &value, &error), "%s", error.message);
    return value;
}

/* Pieces of text between separators; none of an empty text. */
static inline size_t text_split(const char *text, char separator, StringView *pieces, size_t most)
{
    size_t count = 0;
    while (*text) {
        const char *end = strchr(text, separator);
        size_t size = end ? (size_t)(end - text) : strlen(text);
        ck_assert(count < most);
        pieces[count++] = (StringView){text, size};
        text += size + (end != NULL);
    }
    return count;
}

/* Types "INTEGER;DECIMAL(10,2)", rows "1,2.50 2,NULL". No rows: "". */
static inline Plan *table(const char *type_names, const char *rows)
{
    enum { MOST_COLUMNS = 16, MOST_ROWS = 512 };
    StringView names[MOST_COLUMNS], lines[MOST_ROWS], parts[MOST_COLUMNS];
    Type types[MOST_COLUMNS];
    size_t column_count = text_split(type_names, ';', names, MOST_COLUMNS);
    for (size_t c = 0; c < column_count; c++)
        ck_assert(type_parse_text(names[c], &types[c]));
    size_t row_count = text_split(rows, ' ', lines, MOST_ROWS);
    Value *cells = arena_array(test_arena, Value, row_count * column_count);
    for (size_t r = 0; r < row_count; r++) {
        const char *line = arena_string_n(test_arena, lines[r].data, lines[r].size);
        ck_assert_uint_eq(text_split(line, ',', parts, MOST_COLUMNS), column_count);
        for (size_t c = 0; c < column_count; c++)
            cells[r * column_count + c] = cell_parse(types[c], parts[c]);
    }
    return table_of(types, column_count, cells, row_count);
}

/* ---- expressions ---- */

static inline Expr *column(const Plan *plan, size_t output)
{
    return plan_column_expr(&test_columns, plan->outputs[output], NO_POSITION);
}

static inline Expr *constant(const char *type_name, const char *text)
{
    Type type;
    ck_assert(type_parse_text(view_of(type_name), &type));
    return expr_constant(test_arena, cell_parse(type, view_of(text)), NO_POSITION);
}

static inline Expr *integer(int64_t value)
{
    return expr_constant(test_arena, value_integer(type_of(TYPE_INTEGER), value), NO_POSITION);
}

static inline Expr *call(const char *name, Expr *first, Expr *second)
{
    Expr *arguments[] = {first, second};
    return function_call(test_arena, name, arguments, second ? 2 : 1, NO_POSITION);
}

/* ---- nodes ---- */

static inline Plan *filter(Plan *input, Expr *condition)
{
    return plan_filter_new(&test_columns, input, &condition, 1);
}

static inline Plan *project(Plan *input, Expr *const *exprs, size_t count)
{
    PlanProject *project = plan_project_new(&test_columns, input, count);
    for (size_t i = 0; i < count; i++) {
        project->exprs[i] = exprs[i];
        project->base.outputs[i] = plan_column_new(&test_columns, "x", NULL, exprs[i]->type, true);
    }
    return &project->base;
}

static inline Plan *limit(Plan *input, size_t offset, size_t count)
{
    return &plan_limit_new(&test_columns, input, offset, count)->base;
}

/* Keys: outputs, from 1; negative: descending. NULLs come last ascending, first descending. */
static inline Plan *sort(Plan *input, const int *keys, size_t key_count, size_t limit)
{
    PlanSort *sort = plan_sort_new(&test_columns, input, key_count);
    for (size_t k = 0; k < key_count; k++) {
        sort->keys[k] = column(input, (size_t)(abs(keys[k]) - 1));
        sort->orders[k] = (SortOrder){.is_descending = keys[k] < 0, .nulls_first = keys[k] < 0};
    }
    sort->limit = limit;
    return &sort->base;
}

/* ---- results ---- */

static inline Execution *execute(Plan *plan)
{
    plan_number(plan);
    return execution_new(test_arena, &test_context, &test_columns, plan, /* is_timed= */ true);
}

static inline void batch_print(const Batch *batch, Text *text)
{
    for (size_t i = 0; i < batch->row_count; i++) {
        if (text->size)
            text_add_char(text, ' ');
        for (size_t c = 0; c < batch->column_count; c++) {
            Value value = vector_value(batch->columns[c], batch_row(batch, i));
            const char *shown = value_display(text->arena, &value);
            if (c)
                text_add_char(text, ',');
            text_add(text, shown ? shown : "NULL");
        }
        if (batch->column_count == 0)
            text_add_char(text, '-');
    }
}

/* All rows, as table() takes them; a row without columns is "-". Batches are no larger than asked for. */
static inline const char *rows_text(Plan *plan)
{
    Execution *execution = execute(plan);
    Text text = {.arena = test_arena};
    for (const Batch *batch; (batch = execution_next(execution)) != NULL;) {
        ck_assert_uint_gt(batch->row_count, 0);
        batch_print(batch, &text);
    }
    ck_assert_ptr_null(execution_next(execution));
    return text_string(&text);
}

static inline int text_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Words in alphabetical order: rows whose order is free. */
static inline const char *text_sorted(const char *text)
{
    size_t count = 0;
    char *copy = arena_string(test_arena, text);
    char **words = arena_array(test_arena, char *, strlen(text) + 1);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        words[count++] = word;
    qsort(words, count, sizeof *words, text_compare);
    Text sorted = {.arena = test_arena};
    for (size_t i = 0; i < count; i++) {
        if (i)
            text_add_char(&sorted, ' ');
        text_add(&sorted, words[i]);
    }
    return text_string(&sorted);
}

#endif
