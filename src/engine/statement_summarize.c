/* engine/statement_summarize.c: SUMMARIZE: one query over all columns, whose one row becomes a row for each of them. */
#include "engine/engine.h"
#include "sql/parser.h"
#include "sql/printer.h"

/* What is computed of a column; %s is its name. Those from `avg` on only where there is an order and a distance. */
static const char *const measures[] = {
    "min(%s)::VARCHAR",
    "max(%s)::VARCHAR",
    "approx_count_distinct(%s)::BIGINT",
    "avg(%s)::DOUBLE::VARCHAR",
    "stddev(%s)::DOUBLE::VARCHAR",
    "quantile_disc(%s, 0.25)::VARCHAR",
    "quantile_disc(%s, 0.5)::VARCHAR",
    "quantile_disc(%s, 0.75)::VARCHAR",
    "count(*)::BIGINT",
    "round(100.0 * (count(*) - count(%s)) / nullif(count(*), 0), 2)::DOUBLE",
};
enum { MEASURE_COUNT = sizeof measures / sizeof *measures, AVERAGE = 3, DEVIATION = 4, FIRST_QUARTILE = 5, COUNT = 8 };

static bool measure_fits(size_t measure, Type type)
{
    if (measure < AVERAGE || measure >= COUNT)
        return true;
    return type_is_numeric(type) || (measure >= FIRST_QUARTILE && type_is_temporal(type));
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

static const char *summary_sql(Statement *statement, const AstDescribe *summarize, const BoundQuery *source)
{
    Text text = text_in(statement->arena);
    text_add(&text, "SELECT ");
    for (size_t c = 0; c < source->column_count; c++)
        for (size_t m = 0; m < MEASURE_COUNT; m++) {
            const char *column = arena_format(statement->arena, "c%zu", c);
            Type type = plan_column(&statement->columns, source->plan->outputs[c])->type;
            text_add(&text, c + m > 0 ? ", " : "");
            for (const char *rest = measure_fits(m, type) ? measures[m] : "NULL::VARCHAR"; *rest; rest++)
                if (rest[0] == '%')
                    text_add(&text, column), rest++;
                else
                    text_add_char(&text, *rest);
        }
    text_add(&text, " FROM (SELECT * FROM ");
    source_print(&text, summarize);
    text_add(&text, ") AS q (");
    for (size_t c = 0; c < source->column_count; c++)
        text_add_format(&text, "%sc%zu", c ? ", " : "", c);
    text_add_char(&text, ')');
    return text_string(&text);
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
    for (size_t c = 0; c < source->column_count; c++) {
        char type[TYPE_NAME_SIZE];
        Value values[MEASURE_COUNT + 2] = {
            value_text(view_of(source->names[c])),
            value_text(view_of(type_name(plan_column(&statement->columns, source->plan->outputs[c])->type, type)))};
        for (size_t m = 0; m < MEASURE_COUNT; m++)
            values[m + 2] = vector_value(batch->columns[c * MEASURE_COUNT + m], batch_row(batch, 0));
        rows_add(rows, values);
    }
    execution_close(execution);
    return rows_stream(rows);
}
