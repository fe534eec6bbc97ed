/* unit/engine_scan_args.c: what each call of `scan` is told, query by query: columns, filters, limit, order,
 * aggregation, dynamic filters; and that a provider which declines all of it gives the same answers.
 *
 *   t    a: 1 to 6, b: 10 to 60, c: x and y in turn; in the order of a
 *   u    a: 2, 4, 6, its primary key; b: 1 to 3; c: p, q, r
 *   e    as t, and it knows its statistics exactly
 *
 * Comparisons of `a` are taken as EXACT, of `b` as INEXACT (and not applied), all else is UNSUPPORTED. The order of `a`
 * ascending is granted; of aggregations, count(*) of all rows. */
#include <quern/quern.h>

#include "engine/engine.h"
#include "expr/function.h"
#include "test.h"

enum { COLUMNS = 3, MOST_ROWS = 6 };

typedef struct Teller {
    TableProvider base;
    const char *name;
    size_t row_count;
    int64_t a[MOST_ROWS], b[MOST_ROWS];
    const char *c[MOST_ROWS];
    bool declines;
    Schema *schema;
    Statistics statistics;
    ColumnStatistics columns[COLUMNS];
} Teller;

typedef struct TellerScan {
    Scan base;
    const Teller *teller;
    const ScanArgs *args;
} TellerScan;

typedef struct TellerReading {
    const DynamicFilter *const *dynamics;
} TellerReading;

typedef struct TellerCursor {
    BatchStream base;
    const TellerScan *scan;
    Arena *arena;
    bool is_done;
} TellerCursor;

static Text asked;  /* of the query at hand: each scan's args */
static Text learnt; /* and what its dynamic filters knew when it was opened */
static const char *const column_names[COLUMNS] = {"a", "b", "c"};

/* ---- the provider ---- */

static const Schema *teller_schema(TableProvider *table, const Context *context)
{
    (void)context;
    return ((Teller *)table)->schema;
}

/* A comparison of the column with a constant. */
static bool filter_compares(const Expr *filter, size_t *ret_column)
{
    static const char *const signs[] = {"=", "<>", "<", "<=", ">", ">="};
    if (filter->kind != EXPR_CALL || filter->argument_count != 2 || filter->arguments[0]->kind != EXPR_COLUMN ||
        filter->arguments[1]->kind != EXPR_CONSTANT)
        return false;
    *ret_column = filter->arguments[0]->column;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strcmp(filter->function->name, signs[i]) == 0)
            return true;
    return false;
}

static void teller_answers(TableProvider *table, Expr *const *filters, size_t count, FilterPushdown *ret_answers)
{
    for (size_t i = 0; i < count; i++) {
        size_t column;
        bool is_known = filter_compares(filters[i], &column) && !((Teller *)table)->declines;
        ret_answers[i] = is_known && column == 0   ? FILTER_EXACT
                         : is_known && column == 1 ? FILTER_INEXACT
                                                   : FILTER_UNSUPPORTED;
    }
}

static const Statistics *teller_statistics(TableProvider *table, const Context *context)
{
    (void)context;
    return ((Teller *)table)->declines ? NULL : &((Teller *)table)->statistics;
}

static const Constraints *teller_constraints(TableProvider *table)
{
    static const size_t columns[] = {0};
    static const Constraint key = {.kind = CONSTRAINT_PRIMARY_KEY, .column_count = 1, .columns = columns};
    static const Constraints keys = {1, &key};
    const Teller *teller = (Teller *)table;
    return strcmp(teller->name, "u") == 0 && !teller->declines ? &keys : NULL;
}

static void teller_release(TableProvider *table)
{
    (void)table; /* the test's arena */
}

static bool row_passes(const TellerScan *scan, size_t row)
{
    for (size_t i = 0; i < scan->args->filter_count; i++) {
        const Expr *filter = scan->args->filters[i];
        const char *sign = filter->function->name;
        int64_t a = scan->teller->a[row], constant = filter->arguments[1]->constant.i64;
        if (filter->arguments[0]->column != 0)
            continue;
        bool has_equal = sign[0] == '=' || sign[1] == '=', has_less = sign[0] == '<', has_more = sign[0] == '>';
        if (strcmp(sign, "<>") == 0)
            has_more = true;
        if (a == constant ? !has_equal : a < constant ? !has_less : !has_more)
            return false;
    }
    return true;
}

static Batch *teller_next(BatchStream *stream)
{
    TellerCursor *cursor = (TellerCursor *)stream;
    const TellerScan *scan = cursor->scan;
    size_t count = 0, rows[MOST_ROWS];
    if (cursor->is_done)
        return NULL;
    cursor->is_done = true;
    for (size_t row = 0; row < scan->teller->row_count; row++)
        if (row_passes(scan, row))
            rows[count++] = row;
    Batch *batch = batch_new(cursor->arena, stream->schema);
    for (size_t c = 0; c < batch->column_count; c++) {
        Vector *vector = batch->columns[c];
        vector_prepare(vector, MOST_ROWS);
        for (size_t i = 0; i < count && !scan->base.is_aggregated; i++)
            if (scan->args->projection[c] == 2)
                VECTOR_DATA(vector, String)[i] = string_make(scan->teller->c[rows[i]], 1);
            else
                VECTOR_DATA(vector, int64_t)
        [i] = scan->args->projection[c] == 0 ? scan->teller->a[rows[i]] : scan->teller->b[rows[i]];
        if (scan->base.is_aggregated)
            VECTOR_DATA(vector, int64_t)[0] = (int64_t)count;
    }
    batch->row_count = batch->vector_size = scan->base.is_aggregated ? 1 : count;
    return batch;
}

static void *teller_start(Scan *scan, Arena *arena, const Context *context, const DynamicFilter *const *dynamics)
{
    (void)scan, (void)context;
    TellerReading *reading = arena_new(arena, TellerReading);
    reading->dynamics = dynamics;
    return reading;
}

static BatchStream *teller_open(Scan *base, void *reading, Arena *arena, const Context *context)
{
    const TellerScan *scan = (TellerScan *)base;
    (void)context;
    for (size_t i = 0; i < scan->args->dynamic_count; i++) {
        const DynamicSnapshot *snapshot = dynamic_filter_newest(((TellerReading *)reading)->dynamics[i]);
        if (snapshot == NULL)
            continue;
        text_add_format(&learnt, "%s%s.%s", learnt.size ? " " : "", scan->teller->name,
                        column_names[scan->args->dynamic_columns[i]]);
        for (size_t k = 0; k < snapshot->key_count; k++)
            text_add_format(&learnt, "%s%s", k ? "," : "=", value_sql(test_arena, &snapshot->keys[k]));
    }
    TellerCursor *cursor = arena_new(arena, TellerCursor);
    cursor->base = (BatchStream){.schema = base->schema, .next = teller_next};
    cursor->scan = scan;
    cursor->arena = arena;
    return &cursor->base;
}

/* ---- telling ---- */

static const char *column_name(void *user, ColumnId column)
{
    (void)user;
    return column_names[column];
}

static void tell_aggregation(const ScanAggregation *aggregation)
{
    text_add(&asked, " does");
    for (size_t i = 0; i < aggregation->aggregate_count; i++) {
        const AggregateCall *call = &aggregation->aggregates[i];
        text_add_format(&asked, "%s%s(%s%s)", i ? ", " : " ", call->aggregate->name,
                        call->is_distinct ? "distinct " : "",
                        call->argument_count ? column_names[call->arguments[0]->column] : "*");
    }
    for (size_t i = 0; i < aggregation->group_count; i++)
        text_add_format(&asked, "%s%s", i ? "," : " by ", column_names[aggregation->groups[i]]);
}

/* "t(a,b) where a > 3 order a desc limit 2" */
static void tell(const Teller *teller, const ScanArgs *args)
{
    text_add_format(&asked, "%s%s(", asked.size ? " / " : "", teller->name);
    for (size_t i = 0; i < args->projection_count; i++)
        text_add_format(&asked, "%s%s", i ? "," : "", column_names[args->projection[i]]);
    text_add(&asked, ")");
    for (size_t i = 0; i < args->filter_count; i++) {
        text_add(&asked, i ? " and " : " where ");
        expr_print(args->filters[i], &asked, column_name, NULL);
    }
    for (size_t i = 0; i < args->order_count; i++)
        text_add_format(&asked, "%s%s%s%s", i ? "," : " order ", column_names[args->orders[i].column],
                        args->orders[i].order.is_descending ? " desc" : "",
                        args->orders[i].order.is_descending == args->orders[i].order.nulls_first ? ""
                        : args->orders[i].order.nulls_first                                      ? " nulls first"
                                                                                                 : " nulls last");
    if (args->limit != NO_LIMIT)
        text_add_format(&asked, " limit %zu", args->limit);
    if (args->aggregation)
        tell_aggregation(args->aggregation);
    for (size_t i = 0; i < args->dynamic_count; i++)
        text_add_format(&asked, "%s%s", i ? "," : " learns ", column_names[args->dynamic_columns[i]]);
}

static bool takes_aggregation(const Teller *teller, const ScanAggregation *aggregation)
{
    return aggregation && !teller->declines && aggregation->group_count == 0 && aggregation->aggregate_count == 1 &&
           aggregation->aggregates[0].argument_count == 0;
}

static Scan *teller_scan(TableProvider *table, const ScanArgs *args)
{
    const Teller *teller = (Teller *)table;
    TellerScan *scan = arena_new(args->arena, TellerScan);
    tell(teller, args);
    scan->teller = teller;
    scan->args = arena_copy(args->arena, args, sizeof *args);
    bool is_aggregated = takes_aggregation(teller, args->aggregation);
    Schema *schema = schema_new(args->arena, is_aggregated ? 1 : args->projection_count);
    for (size_t i = 0; i < schema->column_count; i++)
        schema->columns[i] = is_aggregated ? (Column){"count", type_of(TYPE_BIGINT), true}
                                           : teller->schema->columns[args->projection[i]];
    scan->base = (Scan){.schema = schema,
                        .is_aggregated = is_aggregated,
                        .is_ordered = !teller->declines && args->order_count == 1 && args->orders[0].column == 0 &&
                                      !args->orders[0].order.is_descending,
                        .start = teller_start,
                        .open = teller_open};
    return &scan->base;
}

static const TableProviderOps teller_ops = {
    .format = "teller",
    .schema = teller_schema,
    .supports_filters_pushdown = teller_answers,
    .scan = teller_scan,
    .statistics = teller_statistics,
    .constraints = teller_constraints,
    .release = teller_release,
};

static Teller *teller_new(const char *name, size_t row_count, int64_t a_step, int64_t b_step, const char *letters,
                          bool declines)
{
    Teller *teller = arena_new(test_arena, Teller);
    teller->base = (TableProvider){.ops = &teller_ops, .share_count = 1, .arena = test_arena};
    teller->name = name;
    teller->row_count = row_count;
    teller->declines = declines;
    teller->schema = schema_new(test_arena, COLUMNS);
    for (size_t c = 0; c < COLUMNS; c++)
        teller->schema->columns[c] =
            (Column){column_names[c], type_of(c == 2 ? TYPE_VARCHAR : TYPE_BIGINT), /* is_nullable= */ false};
    for (size_t row = 0; row < row_count; row++) {
        teller->a[row] = ((int64_t)row + 1) * a_step;
        teller->b[row] = ((int64_t)row + 1) * b_step;
        teller->c[row] = letters + row % strlen(letters);
    }
    Precision precision = strcmp(name, "e") == 0 ? PRECISION_EXACT : PRECISION_ESTIMATE;
    teller->statistics = (Statistics){.row_count = {precision, row_count},
                                      .column_count = precision == PRECISION_EXACT ? COLUMNS : 0,
                                      .columns = teller->columns};
    for (size_t c = 0; c < COLUMNS; c++)
        teller->columns[c].null_count.precision = precision;
    teller->columns[0].minimum = (StatisticsBound){precision, value_integer(type_of(TYPE_BIGINT), 1)};
    teller->columns[0].maximum = (StatisticsBound){precision, value_integer(type_of(TYPE_BIGINT), 6)};
    return teller;
}

/* ---- queries: what is told follows from the rules in src/provider/provider.h, the rows from arithmetic ---- */

static const struct {
    const char *sql, *asked, *rows, *learnt; /* learnt: or NULL, nothing */
} queries[] = {
    /* only the columns that are needed, in no filter that was taken as EXACT; none at all for a count */
    {"SELECT * FROM t WHERE a = 2", "t(a,b,c) where a = 2", "2 20 y", NULL},
    {"SELECT b FROM t WHERE a < 3", "t(b) where a < 3", "10 20", NULL},
    {"SELECT a FROM t WHERE b > 40", "t(a,b) where b > 40", "5 6", NULL},
    {"SELECT a FROM t WHERE c = 'x'", "t(a,c)", "1 3 5", NULL},
    {"SELECT b FROM t WHERE a > 1 AND b > 20 AND c = 'x'", "t(b,c) where a > 1 and b > 20", "30 50", NULL},
    {"SELECT count(*) FROM t WHERE c = 'x'", "t(c)", "3", NULL},
    {"SELECT 1 FROM t WHERE a = 1", "t() where a = 1", "1", NULL},
    {"SELECT q.a FROM (SELECT *, upper(c) AS d FROM t) q WHERE q.a = 6", "t(a) where a = 6", "6", NULL},
    /* one normal form */
    {"SELECT b FROM t WHERE 5 = a", "t(b) where a = 5", "50", NULL},
    {"SELECT b FROM t WHERE a = 2 + 3", "t(b) where a = 5", "50", NULL},
    {"SELECT b FROM t WHERE NOT (a < 6 OR c = 'x')", "t(b,c) where a >= 6", "60", NULL},
    {"SELECT b FROM t WHERE a BETWEEN 2 AND 3", "t(b) where a >= 2 and a <= 3", "20 30", NULL},
    {"SELECT b FROM t WHERE a IN (4)", "t(b) where a = 4", "40", NULL},
    {"SELECT b FROM t WHERE a = 1 OR a = 6", "t(a,b)", "10 60", NULL},
    {"SELECT b FROM t WHERE (a = 1 AND c = 'x') OR (a = 1 AND c = 'y')", "t(b,c) where a = 1", "10", NULL},
    {"SELECT b FROM t WHERE a = 3::INTEGER", "t(b) where a = 3", "30", NULL},
    /* not offered: volatile, able to fail, a subquery */
    {"SELECT b FROM t WHERE random() >= 0 AND a = 1", "t(b) where a = 1", "10", NULL},
    {"SELECT b FROM t WHERE 6 / a > 2", "t(a,b)", "10 20", NULL},
    {"SELECT b FROM t WHERE a = (SELECT 3)", "t(a,b) learns a", "30", "t.a=3"},
    {"SELECT a FROM t WHERE 1 = 2", "", "", NULL},
    /* a limit: offset and limit together, only where no filter stayed */
    {"SELECT a FROM t LIMIT 2 OFFSET 1", "t(a) limit 3", "2 3", NULL},
    {"SELECT b FROM t WHERE a > 3 LIMIT 2", "t(b) where a > 3 limit 2", "40 50", NULL},
    {"SELECT a FROM t WHERE b > 40 LIMIT 2", "t(a,b) where b > 40", "5 6", NULL},
    {"SELECT a FROM t WHERE c = 'y' LIMIT 1", "t(a,c)", "2", NULL},
    {"SELECT a FROM t LIMIT 0", "", "", NULL},
    {"SELECT * FROM (SELECT a FROM t LIMIT 4 OFFSET 1) q LIMIT 2 OFFSET 1", "t(a) limit 4", "3 4", NULL},
    {"SELECT a FROM t UNION ALL SELECT a FROM t WHERE a > 5 LIMIT 7", "t(a) limit 7 / t(a) where a > 5 limit 7",
     "1 2 3 4 5 6 6", NULL},
    {"SELECT DISTINCT c FROM t LIMIT 2", "t(c) does by c", "x y", NULL},
    {"SELECT count(*) FROM t LIMIT 1", "t() does count(*)", "6", NULL},
    {"SELECT t.a, u.b FROM t LEFT JOIN u ON u.a = t.a LIMIT 1", "t(a) limit 1 / u(a,b)", "1 NULL", NULL},
    {"SELECT a, random() > 2 FROM t LIMIT 1", "t(a) limit 1", "1 false", NULL},
    /* an order; with its limit where no filter stayed */
    {"SELECT a FROM t ORDER BY a", "t(a) order a", "1 2 3 4 5 6", NULL},
    {"SELECT a FROM t ORDER BY a LIMIT 2 OFFSET 1", "t(a) order a limit 3 learns a", "2 3", NULL},
    {"SELECT a FROM t ORDER BY a DESC LIMIT 2", "t(a) order a desc limit 2 learns a", "6 5", NULL},
    {"SELECT b FROM t ORDER BY c, a DESC", "t(a,b,c) order c,a desc", "50 30 10 60 40 20", NULL},
    {"SELECT a FROM t ORDER BY a NULLS FIRST LIMIT 1", "t(a) order a nulls first limit 1 learns a", "1", NULL},
    {"SELECT a FROM t WHERE c = 'y' ORDER BY a LIMIT 1", "t(a,c) order a learns a", "2", NULL},
    {"SELECT a FROM t WHERE a > 3 ORDER BY a LIMIT 1", "t(a) where a > 3 order a limit 1 learns a", "4", NULL},
    {"SELECT a FROM t ORDER BY a + b LIMIT 1", "t(a,b)", "1", NULL},
    {"SELECT x FROM (SELECT a AS x, b FROM t) q ORDER BY x LIMIT 1", "t(a) order a limit 1 learns a", "1", NULL},
    {"SELECT a FROM (SELECT a FROM t LIMIT 3) q ORDER BY a DESC", "t(a) limit 3", "3 2 1", NULL},
    /* through what filters may pass, and not through what they may not */
    {"SELECT x FROM (SELECT a AS x, b FROM t) s WHERE x > 4", "t(a) where a > 4", "5 6", NULL},
    {"SELECT c, count(*) FROM t WHERE a > 4 GROUP BY c HAVING c = 'x'", "t(c) where a > 4", "x 1", NULL},
    {"SELECT a, count(*) FROM t GROUP BY a HAVING a > 5", "t(a) where a > 5 does count(*) by a", "6 1", NULL},
    {"SELECT a FROM (SELECT a FROM t LIMIT 3) s WHERE a > 2", "t(a) limit 3", "3", NULL},
    {"SELECT a FROM (SELECT a, count(*) OVER () AS n FROM t) s WHERE a > 5", "t(a)", "6", NULL},
    {"SELECT a FROM (SELECT a, count(*) OVER (PARTITION BY a) AS n FROM t) s WHERE a > 5", "t(a) where a > 5", "6",
     NULL},
    {"SELECT a FROM (SELECT a FROM t UNION ALL SELECT b FROM t) s WHERE a = 20",
     "t(a) where a = 20 / t(b) where b = 20", "20", NULL},
    {"SELECT a FROM (SELECT DISTINCT a, c FROM t) s WHERE a = 2", "t(a,c) where a = 2 does by a,c", "2", NULL},
    {"WITH s AS (SELECT a FROM t) SELECT a FROM s WHERE a = 2", "t(a) where a = 2", "2", NULL},
    /* joins: to the side that has the columns, not to the one that is padded; what follows for the other */
    {"SELECT t.b, u.c FROM t JOIN u ON t.a = u.a WHERE u.b = 2", "t(a,b) learns a / u(a,b,c) where b = 2", "40 q",
     "t.a=4"},
    {"SELECT t.b, u.c FROM t JOIN u ON t.a = u.a WHERE t.a = 4", "u(a,c) where a = 4 learns a / t(a,b) where a = 4",
     "40 q", "u.a=4"},
    {"SELECT t.b, u.c FROM t LEFT JOIN u ON t.a = u.a WHERE t.a < 3", "t(a,b) where a < 3 / u(a,c) where a < 3",
     "10 NULL 20 p", NULL},
    {"SELECT t.b, u.c FROM t LEFT JOIN u ON t.a = u.a AND u.a > 4 WHERE t.b > 40",
     "t(a,b) where b > 40 / u(a,c) where a > 4", "50 NULL 60 r", NULL},
    {"SELECT t.b, u.c FROM t LEFT JOIN u ON t.a = u.a AND t.a > 4 WHERE t.a > 3",
     "t(a,b) where a > 3 / u(a,c) where a > 3", "40 NULL 50 NULL 60 r", NULL},
    {"SELECT t.b, u.c FROM t LEFT JOIN u ON t.a = u.a WHERE u.a > 3",
     "t(a,b) where a > 3 learns a / u(a,c) where a > 3", "40 q 60 r", "t.a=4,6"},
    {"SELECT count(*) FROM t FULL JOIN u ON t.a = u.a AND u.a > 3", "t(a) / u(a)", "7", NULL},
    {"SELECT t.b FROM t LEFT JOIN u ON t.a = u.a WHERE t.a = 6", "t(b) where a = 6", "60", NULL},
    {"SELECT b FROM t WHERE a IN (SELECT a FROM u WHERE c = 'q')", "t(a,b) learns a / u(a,c)", "40", "t.a=4"},
    {"SELECT b FROM t WHERE a > 3 AND NOT EXISTS (SELECT 1 FROM u WHERE u.a = t.a)",
     "t(a,b) where a > 3 / u(a) where a > 3", "50", NULL},
    {"SELECT t.b FROM t JOIN u ON t.a = u.a AND u.c = 'none'", "t(a,b) learns a / u(a,c)", "", NULL},
    {"SELECT q.n FROM (SELECT a, count(*) AS n FROM t GROUP BY a) q JOIN u ON u.a = q.a AND u.c = 'r'",
     "t(a) does count(*) by a learns a / u(a,c)", "1", "t.a=6"},
    /* aggregates: bare columns, directly above the scan */
    {"SELECT count(*) FROM t", "t() does count(*)", "6", NULL},
    {"SELECT count(*) FROM t WHERE a <= 2", "t() where a <= 2 does count(*)", "2", NULL},
    {"SELECT sum(a), max(b) FROM t", "t(a,b) does sum(a), max(b)", "21 60", NULL},
    {"SELECT sum(a + b) FROM t", "t(a,b)", "231", NULL},
    {"SELECT c, count(DISTINCT a) FROM t GROUP BY c", "t(a,c) does count(distinct a) by c", "x 3 y 3", NULL},
    {"SELECT count(*) FILTER (WHERE a > 2) FROM t", "t(a)", "4", NULL},
    {"SELECT sum(b) FROM t WHERE b > 20", "t(b) where b > 20", "180", NULL},
    {"SELECT DISTINCT a, b FROM u", "u(a,b)", "2 1 4 2 6 3", NULL},
    /* what the provider knows exactly needs no scan */
    {"SELECT count(*), count(c), min(a), max(a) FROM e", "", "6 6 1 6", NULL},
    {"SELECT count(*) FROM e WHERE a > 2", "e() where a > 2 does count(*)", "4", NULL},
    {"SELECT min(b) FROM e", "e(b) does min(b)", "10", NULL},
};

static int text_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Rows, their values apart by blanks; in the order in which they come, or sorted. */
static const char *run(QuernConnection *connection, const char *sql, bool is_sorted)
{
    QuernResult *result = NULL;
    bool has_row = false;
    const char *rows[64];
    size_t count = 0;
    Text text = text_in(test_arena);
    text_clear(&asked);
    text_clear(&learnt);
    QuernStatus status = quern_query(connection, sql, strlen(sql), NULL, &result);
    ck_assert_msg(status == QUERN_OK, "%s: %s", sql, quern_error_message(connection));
    while (quern_result_next(result, &has_row) == QUERN_OK && has_row) {
        Text row = text_in(test_arena);
        for (size_t i = 0; i < quern_result_column_count(result); i++) {
            const char *value = quern_value_text(result, i, NULL);
            text_add_format(&row, "%s%s", i ? " " : "", value ? value : "NULL");
        }
        rows[count++] = text_string(&row);
    }
    quern_result_free(result);
    if (is_sorted)
        qsort(rows, count, sizeof *rows, text_order);
    for (size_t i = 0; i < count; i++)
        text_add_format(&text, "%s%s", i ? " " : "", rows[i]);
    return text_string(&text);
}

static void register_teller(QuernConnection *connection, Teller *teller)
{
    catalog_register(connection->catalog, (StringView){0}, view_of(teller->name), &teller->base, /* replace= */ false,
                     NO_POSITION);
}

typedef struct Registration {
    QuernConnection *connection;
    bool declines;
} Registration;

static void register_all(void *user)
{
    const Registration *self = user;
    register_teller(self->connection, teller_new("t", 6, 1, 10, "xy", self->declines));
    register_teller(self->connection, teller_new("u", 3, 2, 1, "pqr", self->declines));
    register_teller(self->connection, teller_new("e", 6, 1, 10, "xy", self->declines));
}

static QuernConnection *connection_with(bool declines)
{
    QuernConnection *connection;
    Error error;
    asked = text_in(test_arena);
    learnt = text_in(test_arena);
    ck_assert_int_eq(quern_open(&connection), QUERN_OK);
    ck_assert_msg(error_protect(register_all, &(Registration){connection, declines}, &error), "%s", error.message);
    return connection;
}

START_TEST(a_scan_is_told_all_that_helps_and_nothing_that_is_wrong)
{
    QuernConnection *connection = connection_with(false);
    Text wrong = text_in(test_arena);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        const char *rows = run(connection, queries[i].sql, false);
        const char *expected_learnt = queries[i].learnt ? queries[i].learnt : "";
        if (strcmp(text_string(&asked), queries[i].asked) != 0)
            text_add_format(&wrong, "\n%s\n  asked    %s\n  expected %s", queries[i].sql, text_string(&asked),
                            queries[i].asked);
        if (strcmp(rows, queries[i].rows) != 0)
            text_add_format(&wrong, "\n%s\n  rows     %s\n  expected %s", queries[i].sql, rows, queries[i].rows);
        if (strcmp(text_string(&learnt), expected_learnt) != 0)
            text_add_format(&wrong, "\n%s\n  learnt   %s\n  expected %s", queries[i].sql, text_string(&learnt),
                            expected_learnt);
    }
    ck_assert_msg(wrong.size == 0, "%s", text_string(&wrong));
    quern_close(connection);
}
END_TEST

START_TEST(who_declines_all_gives_the_same_answers)
{
    QuernConnection *takes = connection_with(false), *declines = connection_with(true);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        bool is_ordered = strstr(queries[i].sql, "ORDER BY") != NULL;
        const char *expected = run(takes, queries[i].sql, !is_ordered);
        const char *rows = run(declines, queries[i].sql, !is_ordered);
        ck_assert_msg(strstr(text_string(&asked), "where") == NULL, "%s: %s", queries[i].sql, text_string(&asked));
        ck_assert_msg(strcmp(rows, expected) == 0, "%s\ndeclined %s\ntaken    %s", queries[i].sql, rows, expected);
    }
    quern_close(takes);
    quern_close(declines);
}
END_TEST

START_TEST(without_the_optimizer_a_scan_is_told_nothing)
{
    QuernConnection *connection = connection_with(false);
    (void)run(connection, "SET optimizer = off", false);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        (void)run(connection, queries[i].sql, false);
        ck_assert_msg(strpbrk(text_string(&asked), "><=") == NULL && !strstr(text_string(&asked), "limit") &&
                          !strstr(text_string(&asked), "order") && !strstr(text_string(&asked), "learns"),
                      "%s: %s", queries[i].sql, text_string(&asked));
    }
    quern_close(connection);
}
END_TEST

TEST_PROGRAM(a_scan_is_told_all_that_helps_and_nothing_that_is_wrong, who_declines_all_gives_the_same_answers,
             without_the_optimizer_a_scan_is_told_nothing)
