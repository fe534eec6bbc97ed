/* engine/statement_summarize.c: SUMMARIZE: one query over all columns, whose one row becomes a row for each of them.
 * There may be a thousand columns, so it asks for no more than must be computed of the rows. */
#include "base/error.h"
#include "engine/engine.h"
#include "sql/parser.h"
#include "sql/printer.h"

enum { MIN, MAX, DISTINCT, AVERAGE, DEVIATION, QUARTILE, MEDIAN, LAST_QUARTILE, COUNT };

/* What is computed of a column; %s is its name. */
static const char *const measures[] = {
    [MIN] = "min(%s)",
    [MAX] = "max(%s)",
    [DISTINCT] = "approx_count_distinct(%s)",
    [AVERAGE] = "avg(%s)",
    [DEVIATION] = "stddev(%s)",
    [QUARTILE] = "quantile_disc(%s, 0.25)",
    [MEDIAN] = "quantile_disc(%s, 0.5)",
    [LAST_QUARTILE] = "quantile_disc(%s, 0.75)",
    [COUNT] = "count(%s)",
};
enum { MEASURE_COUNT = sizeof measures / sizeof *measures };

/* Averages are of numbers, quartiles where there is a distance, too. */
static bool measure_fits(size_t measure, Type type)
{
    if (measure < AVERAGE || measure == COUNT)
        return true;
    return type_is_numeric(type) || (measure >= QUARTILE && type_is_temporal(type));
}

static void source_print(Text *text, const AstDescribe *summarize)
{
    if (summarize->query) {
        text_add_char(text, '(');
        printer_print_query(text, summarize->query, PRINTER_PLAIN);
        text_add_char(text, ')');
    } else if (summarize->table->kind == AST_FROM_TABLE) {
        printer_print_object_name(text, &summarize->table->table);
    } else {
        printer_print_string(text, summarize->table->file);
    }
}

/* The columns of what is summarized; in the query they are c0, c1, …, whatever their names. */
static const BoundQuery *source_bind(Statement *statement, const AstDescribe *summarize)
{
    if (summarize->query)
        return bind_query(&statement->environment, summarize->query);
    Text text = text_in(statement->arena);
    text_add(&text, "SELECT * FROM ");
    source_print(&text, summarize);
    return bind_query(&statement->environment, parser_parse_query(statement->arena, view_of(text_string(&text))));
}

static Type source_type(const Statement *statement, const BoundQuery *source, size_t column_index)
{
    return plan_column(&statement->columns, source->plan->outputs[column_index])->type;
}

/* How many rows there are, then the measures of each column that fit. */
static const char *summary_sql(Statement *statement, const AstDescribe *summarize, const BoundQuery *source)
{
    Text text = text_in(statement->arena);
    text_add(&text, "SELECT count(*)");
    for (size_t c = 0; c < source->column_count; c++)
        for (size_t m = 0; m < MEASURE_COUNT; m++) {
            if (!measure_fits(m, source_type(statement, source, c)))
                continue;
            const char *rest = strchr(measures[m], '%');
            text_add_format(&text, ", %.*sc%zu%s", (int)(rest - measures[m]), measures[m], c, rest + strlen("%s"));
        }
    text_add(&text, " FROM (SELECT * FROM ");
    source_print(&text, summarize);
    text_add(&text, ") AS q (");
    for (size_t c = 0; c < source->column_count; c++)
        text_add_format(&text, "%sc%zu", c ? ", " : "", c);
    text_add_char(&text, ')');
    return text_string(&text);
}

static Value value_as(Arena *arena, Value value, TypeId type)
{
    Value result;
    Error error;
    if (!value_cast(arena, &value, type_of(type), &result, &error))
        error_raise_again(&error);
    return result;
}

/* How many of the rows are NULL, to two places. */
static Value null_percentage(int64_t row_count, int64_t value_count)
{
    if (row_count == 0)
        return value_null(type_of(TYPE_DOUBLE));
    Int128 nulls = row_count - value_count, hundredths = (nulls * 20000 + row_count) / ((Int128)row_count * 2);
    return value_double((double)hundredths / 100);
}

/* The measures of a column, which stand in the batch's one row from *next on. */
static void summary_read(Arena *arena, const Batch *batch, Type type, size_t *next, Value ret_values[MEASURE_COUNT])
{
    for (size_t m = 0; m < MEASURE_COUNT; m++) {
        Value value = value_null(type);
        if (measure_fits(m, type))
            value = vector_value(batch->columns[(*next)++], batch_row(batch, 0));
        if (m == AVERAGE || m == DEVIATION)
            value = value_as(arena, value, TYPE_DOUBLE); /* of a DECIMAL */
        ret_values[m] = value_as(arena, value, m == DISTINCT || m == COUNT ? TYPE_BIGINT : TYPE_VARCHAR);
    }
}

BatchStream *statement_summarize(Statement *statement, const AstStatement *ast)
{
    const AstDescribe *summarize = ast->summarize;
    Rows *rows = rows_new(statement->arena, 12, "column_name", TYPE_VARCHAR, "column_type", TYPE_VARCHAR, "min",
                          TYPE_VARCHAR, "max", TYPE_VARCHAR, "approx_unique", TYPE_BIGINT, "avg", TYPE_VARCHAR, "std",
                          TYPE_VARCHAR, "q25", TYPE_VARCHAR, "q50", TYPE_VARCHAR, "q75", TYPE_VARCHAR, "count",
                          TYPE_BIGINT, "null_percentage", TYPE_DOUBLE);
    statement->environment.outer_position = &ast->position;
    const BoundQuery *source = source_bind(statement, summarize);
    const char *sql = summary_sql(statement, summarize, source);
    const BoundQuery *query = bind_query(&statement->environment, parser_parse_query(statement->arena, view_of(sql)));
    Execution *execution = statement_start_query(statement, query, NULL);
    const Batch *batch = execution_next(execution);
    size_t next = 0;
    Value row_count =
        value_as(statement->arena, vector_value(batch->columns[next++], batch_row(batch, 0)), TYPE_BIGINT);
    for (size_t c = 0; c < source->column_count; c++) {
        Type type = source_type(statement, source, c);
        char name[TYPE_NAME_SIZE];
        Value values[2 + MEASURE_COUNT + 1] = {value_text(view_of(source->names[c])),
                                               value_text(view_of(type_name(type, name)))};
        summary_read(statement->arena, batch, type, &next, values + 2);
        int64_t value_count = values[2 + COUNT].i64;
        values[2 + COUNT] = row_count;
        values[2 + COUNT + 1] = null_percentage(row_count.i64, value_count);
        rows_add(rows, values);
    }
    execution_close(execution);
    return rows_stream(rows);
}
