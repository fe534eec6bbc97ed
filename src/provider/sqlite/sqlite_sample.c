/* provider/sqlite/sqlite_sample.c: some rows of a table for who plans: behind rowids all over it, by one SELECT. */
#include <math.h>

#include "expr/function.h"
#include "provider/sqlite/sqlite_cursor.h"

enum {
    PLACE_COUNT = 32,
    UNEXPECTED_ROWS = 1000, /* more than so many beyond twice the estimate: it was no good, and the table is large */
};

static Expr *rowid_compare(Arena *arena, const char *sign, size_t rowid, int64_t bound)
{
    Type type = type_of(TYPE_BIGINT);
    Expr *arguments[] = {expr_column(arena, rowid, type, NO_POSITION),
                         expr_constant(arena, value_integer(type, bound), NO_POSITION)};
    return function_call(arena, sign, arguments, 2, NO_POSITION);
}

/* Ranges from all over the table, which are to have so many rows together. */
static Expr *places_filter(Arena *arena, const SqliteTable *table, uint64_t estimate, size_t row_count)
{
    Expr *ranges[PLACE_COUNT];
    size_t rowid = table->shape->schema->column_count; /* the first hidden column */
    uint64_t largest = sqlite_largest_rowid(table, arena), step = largest / PLACE_COUNT;
    double density = fmin((double)estimate / fmax((double)largest, 1), 1);
    int64_t size = (int64_t)fmin((double)row_count / PLACE_COUNT / fmax(density, 1e-9), (double)step);
    for (uint64_t place = 0; place < PLACE_COUNT; place++) {
        int64_t first = (int64_t)(step * place) + 1;
        Expr *bounds[] = {rowid_compare(arena, ">=", rowid, first), rowid_compare(arena, "<", rowid, first + size)};
        ranges[place] = expr_junction(arena, EXPR_AND, bounds, 2, NO_POSITION);
    }
    return expr_junction(arena, EXPR_OR, ranges, PLACE_COUNT, NO_POSITION);
}

bool sqlite_sample(TableProvider *base, const Context *context, Arena *arena, const size_t *columns,
                   size_t column_count, size_t row_count, void (*visit)(void *user, Batch *batch), void *user)
{
    SqliteTable table = *(SqliteTable *)base;
    const Statistics *statistics = provider_statistics(base, context);
    const SqliteShape *shape = table.shape;
    if (statistics == NULL || shape->rowid_name == NULL)
        return false;
    table.is_mismatch_null = true; /* it is for the statement itself to raise, if it meets the row */
    uint64_t estimate = statistics->row_count.count;
    bool is_whole = row_count / 2 >= estimate;
    size_t limit = is_whole ? 2 * estimate + UNEXPECTED_ROWS : row_count;
    Schema *schema = schema_new(arena, column_count);
    for (size_t i = 0; i < column_count; i++)
        schema->columns[i] = shape->schema->columns[columns[i]];
    Expr *places = is_whole ? NULL : places_filter(arena, &table, estimate, row_count);
    SqliteQuery query = {.table = &table, .shape = shape};
    SqliteRequest request = {.column_count = column_count,
                             .columns = columns,
                             .filter_count = !is_whole,
                             .filters = &places,
                             .limit = limit};
    sqlite_query_init(&query, arena, &table, shape, &request);
    sqlite_database_add_scan(table.database, arena, 0); /* ends what is read here, if nothing else is */
    BatchStream *rows = sqlite_cursor_stream(sqlite_cursor_new(arena, context, &query, schema, NULL, NULL));
    uint64_t seen = 0;
    for (Batch *batch; (batch = stream_next(rows)) != NULL; seen += batch->row_count)
        visit(user, batch);
    stream_close(rows);
    return is_whole && seen < limit;
}
