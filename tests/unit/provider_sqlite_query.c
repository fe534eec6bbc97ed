/* unit/provider_sqlite_query.c: orders and aggregates that SQLite takes over give what the rows give when we order and
 * aggregate them: each line of the tables in src/provider/sqlite/README.md. */
#include "column/sort_key.h"
#include "provider_sqlite.h"

static const char data[] =
    "CREATE TABLE t (id INTEGER PRIMARY KEY, i INTEGER, d REAL, n DECIMAL(10,2), l DECIMAL(20,2), b BOOLEAN, s TEXT,"
    " c TEXT COLLATE NOCASE, x BLOB, dt DATE, ts TIMESTAMP, tm TIME, iv INTERVAL, u);"
    "CREATE INDEX t_c ON t (c);"
    "INSERT INTO t (id) VALUES (1), (11);"
    "INSERT INTO t VALUES (2, 5, 0.1, 0.1, 0.1, 1, 'abc', 'abc', x'00', '2024-01-05', '2024-01-05', '10:00:00.0',"
    " '24:00:00', 5);"
    "INSERT INTO t VALUES (3, -5, 5, 5, 5, 0, 'ABC', 'ABC', x'ff00', '2024-01-06', '2024-01-05T12:00:00', '10:00:00',"
    " '1 day', '5');"
    "INSERT INTO t VALUES (4, 9007199254740993, 1e18, 99999999.99, 99999999.99, 1, 'abd', 'abD', x'', '9999-12-31',"
    " '2024-01-06 00:00:00.000001', '00:00:00', '30 days', 'abc');"
    "INSERT INTO t VALUES (5, 0, -0.0, 0.29, 12345678901.25, 0, 'ab\xC3\xA4', 'AB\xC3\xA4', x'61', '0001-01-01',"
    " '2023-12-31 23:59', '23:59:59.999999', '1 mon', 0.5);"
    "INSERT INTO t VALUES (6, 5, 0.1, 0.10, -1, 1, 'abc', 'ABC', x'00', '2024-01-05', '2024-01-05 00:00:00',"
    " '12:30:00', '-1 day', x'61');"
    "INSERT INTO t VALUES (7, 2, 2, 2, 2, 1, 'Z', 'abc ', x'62', '2024-02-01', '2024-02-01', '01:00:00', '1 day',"
    " NULL);";

/* Of each column: whether its order is taken; which of count(DISTINCT), min and max, sum and avg are. */
static const struct {
    const char *column;
    bool order, distinct, bounds, sum;
} columns[] = {
    {"id", true, true, true, true},     {"i", true, true, true, true},      {"d", true, true, true, false},
    {"n", true, true, true, false},     {"l", false, false, false, false},  {"b", true, true, true, false},
    {"s", true, true, true, false},     {"c", true, true, true, false},     {"x", true, true, true, false},
    {"dt", true, true, true, false},    {"ts", false, false, false, false}, {"tm", false, false, false, false},
    {"iv", false, false, false, false}, {"u", false, false, false, false},
};

static Scan *scan_with(TableProvider *table, const size_t *column, const ScanOrder *order, size_t limit,
                       const ScanAggregation *aggregation)
{
    (void)table->ops->schema(table, context_new());
    ScanArgs args = {.context = context_new(),
                     .arena = arena_new_child(test_arena),
                     .projection_count = 1,
                     .projection = column,
                     .limit = limit,
                     .order_count = order != NULL,
                     .orders = order,
                     .aggregation = aggregation};
    return table->ops->scan(table, &args);
}

/* The values of the scan's first column. */
static size_t scan_values(Scan *scan, Value *ret_values)
{
    BatchStream *cursor = scan_read(scan, arena_new_child(test_arena), context_new());
    size_t count = 0;
    for (Batch *batch; (batch = stream_next(cursor)) != NULL;)
        for (size_t i = 0; i < batch->row_count; i++) {
            Value value = vector_value(batch->columns[0], batch_row(batch, i));
            ret_values[count++] = value_copy(test_arena, &value);
        }
    stream_close(cursor);
    return count;
}

static SortOrder sort_order;

static int value_order(const void *a, const void *b)
{
    const Value *first = a, *second = b;
    if (first->is_null || second->is_null)
        return first->is_null == second->is_null ? 0 : first->is_null == sort_order.nulls_first ? -1 : 1;
    int order = value_compare(first, second);
    return sort_order.is_descending ? -order : order;
}

enum { ROWS = 8, MOST = 4 };

START_TEST(an_order_that_is_taken_is_ours)
{
    database_make(data);
    TableProvider *table = table_open("t"), *lenient = table_open_with("t", "on_mismatch", "null", NULL);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        for (size_t o = 0; o < 4; o++) {
            Value all[ROWS], some[ROWS];
            size_t column = i;
            sort_order = (SortOrder){o & 1, o & 2};
            ScanOrder order = {column, sort_order};
            Scan *scan = scan_with(table, &column, &order, MOST, NULL);
            ck_assert_msg(scan->is_ordered == columns[i].order, "%s", columns[i].column);
            ck_assert(!scan_with(lenient, &column, &order, MOST, NULL)->is_ordered);
            ck_assert_uint_eq(scan_values(scan_with(table, &column, NULL, NO_LIMIT, NULL), all), ROWS);
            size_t count = scan_values(scan, some);
            if (!scan->is_ordered) {
                ck_assert_uint_eq(count, ROWS); /* the limit binds only with the order */
                continue;
            }
            ck_assert_uint_eq(count, MOST);
            qsort(all, ROWS, sizeof *all, value_order);
            for (size_t row = 0; row < MOST; row++)
                ck_assert_msg(value_order(&all[row], &some[row]) == 0, "%s, order %zu, row %zu", columns[i].column, o,
                              row);
        }
}
END_TEST

START_TEST(all_rows_are_ordered_only_where_sqlite_need_not_sort)
{
    database_make(data);
    TableProvider *table = table_open("t");
    size_t id = 0, c = 7, i = 1;
    ScanOrder by_id = {0, {false, false}}, by_c = {7, {false, false}}, by_i = {1, {false, false}};
    ck_assert(scan_with(table, &id, &by_id, NO_LIMIT, NULL)->is_ordered);
    ck_assert(!scan_with(table, &i, &by_i, NO_LIMIT, NULL)->is_ordered);
    ck_assert(!scan_with(table, &c, &by_c, NO_LIMIT, NULL)->is_ordered); /* its index ignores case */
}
END_TEST

/* The aggregate's scan; NULL: it was not taken over. */
static Scan *aggregated(TableProvider *table, const char *name, size_t column, bool is_distinct)
{
    const Schema *schema = table->ops->schema(table, context_new());
    Type types[] = {schema->columns[column].type}, result;
    bool is_unknown[] = {false}, is_ambiguous;
    const Aggregate *aggregate = aggregate_resolve(view_of(name), types, is_unknown, 1, &result, &is_ambiguous);
    ScanAggregation *aggregation = arena_new(test_arena, ScanAggregation);
    AggregateCall *call = arena_new(test_arena, AggregateCall);
    if (aggregate == NULL || !type_equal(types[0], schema->columns[column].type))
        return NULL;
    Expr **arguments = arena_new(test_arena, Expr *);
    arguments[0] = expr_column(test_arena, (ColumnId)column, types[0], NO_POSITION);
    *call = (AggregateCall){.aggregate = aggregate,
                            .type = result,
                            .argument_count = 1,
                            .arguments = arguments,
                            .is_distinct = is_distinct};
    *aggregation = (ScanAggregation){.aggregate_count = 1, .aggregates = call};
    Scan *scan = scan_with(table, &column, NULL, NO_LIMIT, aggregation);
    return scan->is_aggregated ? scan : NULL;
}

static Value only_value(Scan *scan)
{
    Value values[ROWS];
    ck_assert_uint_eq(scan_values(scan, values), 1);
    return values[0];
}

START_TEST(aggregates_that_are_taken_are_ours)
{
    database_make(data);
    TableProvider *table = table_open("t"), *lenient = table_open_with("t", "on_mismatch", "null", NULL);
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        const char *name = columns[c].column;
        Value all[ROWS];
        size_t column = c, count = 0, distinct = 0;
        Int128 sum = 0;
        ck_assert_uint_eq(scan_values(scan_with(table, &column, NULL, NO_LIMIT, NULL), all), ROWS);
        sort_order = (SortOrder){false, false};
        qsort(all, ROWS, sizeof *all, value_order);
        for (size_t i = 0; i < ROWS && !all[i].is_null; i++) {
            distinct += i == 0 || value_compare(&all[i - 1], &all[i]) != 0;
            sum += all[i].i64;
            count++;
        }
        Scan *scan = aggregated(table, "count", c, false);
        ck_assert_msg(scan && only_value(scan).i64 == (int64_t)count, "count of %s", name);
        ck_assert_ptr_null(aggregated(lenient, "count", c, false));
        scan = aggregated(table, "count", c, true);
        ck_assert_msg((scan != NULL) == columns[c].distinct, "distinct %s", name);
        ck_assert_msg(!scan || only_value(scan).i64 == (int64_t)distinct, "count of distinct %s", name);
        for (size_t side = 0; side < 2; side++) {
            Value bound;
            scan = aggregated(table, side ? "max" : "min", c, false);
            ck_assert_msg((scan != NULL) == columns[c].bounds, "bounds of %s", name);
            if (scan == NULL)
                continue;
            bound = only_value(scan);
            ck_assert_msg(value_compare(&bound, &all[side ? count - 1 : 0]) == 0, "bound of %s", name);
        }
        scan = aggregated(table, "sum", c, false);
        ck_assert_msg((scan != NULL) == columns[c].sum, "sum of %s", name);
        ck_assert_msg(!scan || only_value(scan).i64 == (int64_t)sum, "sum of %s", name);
        scan = aggregated(table, "avg", c, false);
        ck_assert_msg((scan != NULL) == columns[c].sum, "avg of %s", name);
        ck_assert_msg(!scan || only_value(scan).f64 == (double)sum / (double)count, "avg of %s", name);
    }
}
END_TEST

START_TEST(groups_that_are_taken_are_ours)
{
    database_make(data);
    TableProvider *table = table_open("t");
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        Value all[ROWS], groups[ROWS];
        size_t column = c, distinct = 0;
        ScanAggregation aggregation = {.group_count = 1, .groups = &column};
        Scan *scan = scan_with(table, &column, NULL, NO_LIMIT, &aggregation);
        ck_assert_msg(scan->is_aggregated == columns[c].distinct, "%s", columns[c].column);
        if (!scan->is_aggregated)
            continue;
        ck_assert_uint_eq(scan_values(scan_with(table, &column, NULL, NO_LIMIT, NULL), all), ROWS);
        size_t count = scan_values(scan, groups);
        qsort(all, ROWS, sizeof *all, value_order);
        qsort(groups, count, sizeof *groups, value_order);
        for (size_t i = 0; i < ROWS; i++)
            if (i == 0 || value_order(&all[i - 1], &all[i]) != 0) {
                ck_assert_msg(distinct < count && value_order(&groups[distinct], &all[i]) == 0, "%s",
                              columns[c].column);
                distinct++;
            }
        ck_assert_uint_eq(distinct, count);
    }
}
END_TEST

static void read_all(void *scan)
{
    Value values[ROWS];
    (void)scan_values(scan, values);
}

START_TEST(a_sum_over_what_is_no_number_names_the_row)
{
    database_make("CREATE TABLE t (id INTEGER PRIMARY KEY, i INTEGER);"
                  "INSERT INTO t VALUES (1, 5), (2, NULL), (3, 'five'), (4, 7)");
    Scan *scan = aggregated(table_open("t"), "sum", 1, false);
    ck_assert_ptr_nonnull(scan);
    Error error = expect_error(ERROR_BAD_DATA, read_all, scan);
    ck_assert_msg(strstr(error.message, "rowid 3") && strstr(error.message, "'five'"), "%s", error.message);
}
END_TEST

START_TEST(a_sum_may_leave_64_bits_on_the_way_but_not_in_the_end)
{
    database_make("CREATE TABLE t (i INTEGER);"
                  "INSERT INTO t VALUES (9223372036854775807), (9223372036854775807), (-9223372036854775808), (-1)");
    ck_assert_int_eq(only_value(aggregated(table_open("t"), "sum", 0, false)).i64, 9223372036854775805);
    database_make("CREATE TABLE t (i INTEGER);"
                  "INSERT INTO t VALUES (9223372036854775807), (9223372036854775807), (-1)");
    (void)expect_error(ERROR_OUT_OF_RANGE, read_all, aggregated(table_open("t"), "sum", 0, false));
}
END_TEST

TEST_PROGRAM(an_order_that_is_taken_is_ours, all_rows_are_ordered_only_where_sqlite_need_not_sort,
             aggregates_that_are_taken_are_ours, groups_that_are_taken_are_ours,
             a_sum_over_what_is_no_number_names_the_row, a_sum_may_leave_64_bits_on_the_way_but_not_in_the_end)
