/* provider/sqlite/sqlite_filter.c: which conditions mean the same to SQLite, and how they are written there.
 *
 * A value that does not fit its column's type would raise when read. So a condition need only mean the same for values
 * that do fit; one that does not may pass or be passed over. (By option such values are NULL: then nothing is EXACT.)
 */
#include "provider/sqlite/sqlite_filter.h"

#include <string.h>

#include "base/utf8.h"
#include "column/datetime.h"
#include "expr/function.h"
#include "provider/sqlite/sqlite_value.h"

/* SQLite has limits of its own: 32766 parameters, and trees 1000 deep. */
enum { MOST_DEPTH = 4, MOST_PARAMETERS = 10000 };

typedef struct SqliteWriter {
    SqliteSql *sql;
    const SqliteTable *table;
    const SqliteShape *shape;
} SqliteWriter;

static FilterPushdown weaker(FilterPushdown a, FilterPushdown b)
{
    return a < b ? a : b;
}

static void write_column(SqliteWriter *writer, const SqliteColumn *column, bool is_text)
{
    text_add(&writer->sql->text, writer->sql->avoids_indexes ? "+" : "");
    text_add_sqlite_name(&writer->sql->text, column->name);
    if (is_text && !column->is_binary_collation)
        text_add(&writer->sql->text, " COLLATE BINARY");
}

static void write_parameter(SqliteWriter *writer, const Value *stored)
{
    array_add(writer->sql->arena, &writer->sql->parameters, *stored);
    text_add_format(&writer->sql->text, "?%zu", writer->sql->parameters.count);
}

/* ---- a column and a constant ---- */

/* The constant as SQLite is to compare it with the column; false when no comparison there means the same. */
static bool constant_store(SqliteWriter *writer, const SqliteColumn *column, const Expr *constant, Value *ret_stored)
{
    if (constant->kind != EXPR_CONSTANT || constant->constant.is_null || constant->type.id != column->type.id)
        return false;
    if (column->is_rendered || writer->shape->is_virtual)
        return false;
    if (column->type.id == TYPE_DECIMAL && column->type.precision > SQLITE_EXACT_DIGITS)
        return false; /* some of its values are doubles that stand for more than one decimal */
    switch ((TypeId)column->type.id) {
    case TYPE_TIME:     /* 10:00:00 and 10:00:00.0 are equal, but not as text */
    case TYPE_INTERVAL: /* and so are 1 day and 24:00:00 */
        return false;
    default:
        return sqlite_value_store(writer->sql->arena, &constant->constant, ret_stored);
    }
}

/* Timestamps are text of several forms, which begin with their day; with a zone, perhaps with a neighbour of it. So the
 * day narrows: nothing is lost, and the condition stays above. */
static FilterPushdown write_timestamp_comparison(SqliteWriter *writer, const SqliteColumn *column, const char *sign,
                                                 const Value *value)
{
    int32_t day = timestamp_date(value->i64), slack = column->type.id == TYPE_TIMESTAMPTZ;
    bool has_low = sign[0] == '>' || sign[0] == '=', has_high = (sign[0] == '<' && sign[1] != '>') || sign[0] == '=';
    Value low, high, first = value_integer(type_of(TYPE_DATE), day - slack),
                     behind = value_integer(type_of(TYPE_DATE), day + slack + 1);
    if ((!has_low && !has_high) || !sqlite_value_store(writer->sql->arena, &first, &low) ||
        !sqlite_value_store(writer->sql->arena, &behind, &high))
        return FILTER_UNSUPPORTED;
    if (has_low) {
        write_column(writer, column, /* is_text= */ true);
        text_add(&writer->sql->text, " >= ");
        write_parameter(writer, &low);
    }
    text_add(&writer->sql->text, has_low && has_high ? " AND " : "");
    if (has_high) {
        write_column(writer, column, /* is_text= */ true);
        text_add(&writer->sql->text, " < ");
        write_parameter(writer, &high);
    }
    return FILTER_INEXACT;
}

static bool type_is_timestamp(Type type)
{
    return type.id == TYPE_TIMESTAMP || type.id == TYPE_TIMESTAMPTZ;
}

static FilterPushdown write_comparison(SqliteWriter *writer, const SqliteColumn *column, const char *sign,
                                       const char *sqlite_sign, const Expr *constant)
{
    Value stored;
    if (!constant_store(writer, column, constant, &stored))
        return FILTER_UNSUPPORTED;
    bool is_order = strchr("<>", sign[0]) && strcmp(sign, "<>") != 0;
    if (type_is_timestamp(column->type))
        return write_timestamp_comparison(writer, column, sign, &constant->constant);
    if (is_order && column->type.id == TYPE_VARCHAR && !writer->table->database->is_utf8)
        return FILTER_UNSUPPORTED; /* SQLite orders UTF-16 by its bytes */
    write_column(writer, column, stored.type.id == TYPE_VARCHAR);
    text_add_format(&writer->sql->text, " %s ", sqlite_sign);
    write_parameter(writer, &stored);
    return FILTER_EXACT;
}

/* ---- LIKE ---- */

/* The smallest text above all that begin with the prefix: its last character that has a next one becomes that. False
 * when there is none. */
static bool prefix_end(Arena *arena, StringView prefix, StringView *ret_end)
{
    char *end = arena_string_n(arena, prefix.data, prefix.size);
    size_t size = prefix.size;
    while (size > 0) {
        size_t start = size - 1, character_size;
        while (start > 0 && ((unsigned char)end[start] & 0xC0) == 0x80)
            start--;
        uint32_t character = utf8_decode(end + start, size - start, &character_size) + 1;
        if (character == 0xD800) /* surrogates are no characters */
            character = 0xE000;
        char next[4];
        size_t next_size = utf8_encode(character, next);
        if (next_size > 0) {
            char *text = arena_allocate(arena, start + next_size);
            memcpy(text, end, start);
            memcpy(text + start, next, next_size);
            *ret_end = (StringView){text, start + next_size};
            return true;
        }
        size = start;
    }
    return false;
}

/* SQLite's own LIKE ignores case and ends at a zero byte: the text before the first wildcard is a range instead. */
static FilterPushdown write_like(SqliteWriter *writer, const SqliteColumn *column, const Expr *pattern)
{
    Value stored;
    StringView end;
    if (column->type.id != TYPE_VARCHAR || !writer->table->database->is_utf8 ||
        !constant_store(writer, column, pattern, &stored))
        return FILTER_UNSUPPORTED;
    StringView text = stored.text;
    size_t size = 0;
    while (size < text.size && !(text.data[size] && strchr("%_\\", text.data[size])))
        size++;
    bool is_prefix_alone = size + 1 == text.size && text.data[size] == '%';
    stored.text.size = size;
    if (size == text.size) { /* no wildcard at all */
        write_column(writer, column, /* is_text= */ true);
        text_add(&writer->sql->text, " = ");
        write_parameter(writer, &stored);
        return FILTER_EXACT;
    }
    if (size == 0 || !prefix_end(writer->sql->arena, stored.text, &end))
        return FILTER_UNSUPPORTED;
    Value high = value_text(end);
    write_column(writer, column, /* is_text= */ true);
    text_add(&writer->sql->text, " >= ");
    write_parameter(writer, &stored);
    text_add(&writer->sql->text, " AND ");
    write_column(writer, column, /* is_text= */ true);
    text_add(&writer->sql->text, " < ");
    write_parameter(writer, &high);
    return is_prefix_alone ? FILTER_EXACT : FILTER_INEXACT;
}

/* ---- conditions ---- */

static FilterPushdown write_filter(SqliteWriter *writer, const Expr *filter, size_t depth);

/* The column itself, or NULL when it is anything else. */
static const SqliteColumn *filter_column(const SqliteWriter *writer, const Expr *expr)
{
    bool is_column = expr->kind == EXPR_COLUMN && expr->column < schema_width(writer->shape->schema) &&
                     type_equal(expr->type, writer->shape->columns[expr->column].type);
    return is_column ? &writer->shape->columns[expr->column] : NULL;
}

static FilterPushdown write_text(SqliteWriter *writer, const SqliteColumn *column, const char *test)
{
    text_add_sqlite_name(&writer->sql->text, column->name);
    text_add_format(&writer->sql->text, " %s", test);
    return FILTER_EXACT;
}

/* A BOOLEAN column is 0 or 1. */
static FilterPushdown write_truth(SqliteWriter *writer, const Expr *expr, bool truth)
{
    const SqliteColumn *column = filter_column(writer, expr);
    if (column == NULL || column->type.id != TYPE_BOOLEAN || column->is_rendered || writer->shape->is_virtual)
        return FILTER_UNSUPPORTED;
    return write_text(writer, column, truth ? "= 1" : "= 0");
}

static FilterPushdown write_test(SqliteWriter *writer, const Expr *filter)
{
    const char *name = filter->function->name;
    const Expr *argument = filter->arguments[0];
    const SqliteColumn *column = filter_column(writer, argument);
    if (strcmp(name, "not") == 0 || strcmp(name, "is false") == 0)
        return write_truth(writer, argument, false);
    if (strcmp(name, "is true") == 0)
        return write_truth(writer, argument, true);
    if (column && strcmp(name, "is null") == 0) /* by option more are NULL than SQLite knows */
        return writer->table->is_mismatch_null ? FILTER_UNSUPPORTED : write_text(writer, column, "IS NULL");
    if (column && strcmp(name, "is not null") == 0)
        return write_text(writer, column, "IS NOT NULL");
    return FILTER_UNSUPPORTED;
}

static FilterPushdown write_call(SqliteWriter *writer, const Expr *filter)
{
    static const struct {
        const char *sign, *sqlite_sign;
    } signs[] = {
        {"=", "="}, {"<>", "<>"}, {"<", "<"}, {"<=", "<="}, {">", ">"}, {">=", ">="},
    };
    if (filter->argument_count == 1)
        return write_test(writer, filter);
    const SqliteColumn *column = filter->argument_count == 2 ? filter_column(writer, filter->arguments[0]) : NULL;
    if (column == NULL)
        return FILTER_UNSUPPORTED;
    const char *name = filter->function->name;
    if (strcmp(name, "~~") == 0)
        return write_like(writer, column, filter->arguments[1]);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strcmp(name, signs[i].sign) == 0)
            return write_comparison(writer, column, name, signs[i].sqlite_sign, filter->arguments[1]);
    return FILTER_UNSUPPORTED;
}

static FilterPushdown write_in(SqliteWriter *writer, const Expr *filter)
{
    const SqliteColumn *column = filter_column(writer, filter->arguments[0]);
    if (column == NULL || type_is_timestamp(column->type))
        return FILTER_UNSUPPORTED;
    size_t written = 0;
    for (size_t i = 1; i < filter->argument_count; i++) {
        const Expr *item = filter->arguments[i];
        Value stored;
        if (item->kind == EXPR_CONSTANT && item->constant.is_null && !filter->is_negated)
            continue; /* makes FALSE NULL, which is no more TRUE */
        if (!constant_store(writer, column, item, &stored))
            return FILTER_UNSUPPORTED;
        if (written++ == 0) {
            write_column(writer, column, stored.type.id == TYPE_VARCHAR);
            text_add(&writer->sql->text, filter->is_negated ? " NOT IN (" : " IN (");
        } else {
            text_add(&writer->sql->text, ", ");
        }
        write_parameter(writer, &stored);
    }
    text_add(&writer->sql->text, written ? ")" : "0");
    return FILTER_EXACT;
}

/* All parts of OR must be known; of AND, what is known narrows. */
static FilterPushdown write_junction(SqliteWriter *writer, const Expr *filter, size_t depth)
{
    bool is_and = filter->kind == EXPR_AND;
    FilterPushdown answer = FILTER_EXACT;
    size_t written = 0;
    if (filter->argument_count > SQLITE_MOST_PARTS)
        return FILTER_UNSUPPORTED;
    text_add_char(&writer->sql->text, '(');
    for (size_t i = 0; i < filter->argument_count; i++) {
        size_t before = writer->sql->text.size;
        text_add(&writer->sql->text, written == 0 ? "" : is_and ? " AND " : " OR ");
        FilterPushdown part = write_filter(writer, filter->arguments[i], depth + 1);
        if (part != FILTER_UNSUPPORTED) {
            answer = weaker(answer, part);
            written++;
            continue;
        }
        if (!is_and)
            return FILTER_UNSUPPORTED;
        answer = FILTER_INEXACT;
        writer->sql->text.size = before;
        writer->sql->text.data[before] = '\0';
    }
    text_add_char(&writer->sql->text, ')');
    return written ? answer : FILTER_UNSUPPORTED;
}

/* Adds the condition; what UNSUPPORTED leaves behind is taken away again. */
static FilterPushdown write_filter(SqliteWriter *writer, const Expr *filter, size_t depth)
{
    size_t text_size = writer->sql->text.size, parameter_count = writer->sql->parameters.count;
    FilterPushdown answer = FILTER_UNSUPPORTED;
    if (depth < MOST_DEPTH)
        switch (filter->kind) {
        case EXPR_COLUMN:
            answer = write_truth(writer, filter, true);
            break;
        case EXPR_CALL:
            answer = write_call(writer, filter);
            break;
        case EXPR_IN:
            answer = write_in(writer, filter);
            break;
        case EXPR_AND:
        case EXPR_OR:
            answer = write_junction(writer, filter, depth);
            break;
        default:
            break;
        }
    if (writer->sql->parameters.count > MOST_PARAMETERS)
        answer = FILTER_UNSUPPORTED;
    if (answer == FILTER_UNSUPPORTED && writer->sql->text.data) {
        writer->sql->text.size = text_size;
        writer->sql->text.data[text_size] = '\0';
        writer->sql->parameters.count = parameter_count;
    }
    return answer;
}

FilterPushdown sqlite_filter_add(SqliteSql *sql, const SqliteTable *table, const SqliteShape *shape, const Expr *filter)
{
    SqliteWriter writer = {sql, table, shape};
    FilterPushdown answer = write_filter(&writer, filter, 0);
    return table->is_mismatch_null ? weaker(answer, FILTER_INEXACT) : answer;
}

void sqlite_supports_filters_pushdown(TableProvider *base, Expr *const *filters, size_t filter_count,
                                      FilterPushdown *ret_answers)
{
    SqliteTable *table = (SqliteTable *)base;
    Arena *scratch = arena_new_child(base->arena);
    SqliteSql sql = sqlite_sql_in(scratch);
    for (size_t i = 0; i < filter_count; i++)
        ret_answers[i] =
            i < SQLITE_MOST_PARTS ? sqlite_filter_add(&sql, table, table->shape, filters[i]) : FILTER_UNSUPPORTED;
    arena_free(scratch);
}
