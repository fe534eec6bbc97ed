/* Prepared statements of the client API: parameters, values, plans that are kept and what ends them. */
#include <quern/quern.h>

#include "engine/prepared.h"
#include "test.h"

static QuernConnection *connection;

static void must(const char *sql)
{
    QuernResult *result = NULL;
    ck_assert_msg(quern_query(connection, sql, strlen(sql), NULL, &result) == QUERN_OK, "%s: %s", sql,
                  quern_error_message(connection));
    quern_result_free(result);
}

static void open_with_tables(void)
{
    ck_assert_int_eq(quern_open(&connection), QUERN_OK);
    must("CREATE TABLE t (k BIGINT PRIMARY KEY, v VARCHAR, n DECIMAL(6,2), i INTEGER)");
    must("INSERT INTO t VALUES (1, 'one', 1.5, 10), (2, 'two', 2.25, 20), (3, NULL, NULL, NULL)");
}

static QuernStatement *prepare(const char *sql)
{
    QuernStatement *statement = NULL;
    ck_assert_msg(quern_prepare(connection, sql, strlen(sql), NULL, &statement) == QUERN_OK, "%s: %s", sql,
                  quern_error_message(connection));
    return statement;
}

/* Rows as text: cells end with a blank, rows with a bar. */
static const char *run(QuernStatement *statement)
{
    static char text[1024];
    QuernResult *result = NULL;
    size_t size = 0;
    bool has_row = false;
    if (quern_execute(statement, &result) != QUERN_OK)
        return quern_error_sqlstate(connection);
    while (true) {
        if (quern_result_next(result, &has_row) != QUERN_OK)
            return quern_error_sqlstate(connection);
        if (!has_row)
            break;
        for (size_t c = 0; c < quern_result_column_count(result); c++) {
            const char *value = quern_value_text(result, c, NULL);
            size += (size_t)snprintf(text + size, sizeof text - size, "%s ", value ? value : "NULL");
        }
        size += (size_t)snprintf(text + size, sizeof text - size, "|");
    }
    text[size] = '\0';
    quern_result_free(result);
    return text;
}

static void bind(QuernStatement *statement, size_t index, const char *text)
{
    ck_assert_msg(quern_bind_text(statement, index, text, strlen(text)) == QUERN_OK, "%s",
                  quern_error_message(connection));
}

START_TEST(parameters_are_counted_and_have_names_and_types)
{
    open_with_tables();
    QuernStatement *statement = prepare("SELECT v, $who FROM t WHERE k = $2 AND i < $1 AND v <> $who OR n = ?");
    static const struct {
        const char *name, *type;
    } expected[] = {{"1", "INTEGER"}, {"2", "BIGINT"}, {"3", "DECIMAL(6,2)"}, {"who", "VARCHAR"}};
    ck_assert_uint_eq(quern_parameter_count(statement), 4);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_str_eq(quern_parameter_name(statement, i), expected[i].name);
        ck_assert_str_eq(quern_parameter_type(statement, i), expected[i].type);
        ck_assert_uint_eq(quern_parameter_index(statement, expected[i].name), i);
    }
    ck_assert_ptr_null(quern_parameter_name(statement, 4));
    ck_assert_uint_eq(quern_parameter_index(statement, "whom"), SIZE_MAX);
    ck_assert_uint_eq(quern_statement_column_count(statement), 2);
    ck_assert_str_eq(quern_statement_column_name(statement, 0), "v");
    ck_assert_str_eq(quern_statement_column_type(statement, 0), "VARCHAR");
    quern_close(connection); /* and with it the statement */
}
END_TEST

START_TEST(a_statement_answers_for_each_value_that_is_bound)
{
    open_with_tables();
    QuernStatement *statement = prepare("SELECT v, i FROM t WHERE k = $1");
    ck_assert_str_eq(run(statement), "42P02"); /* nothing is bound */
    for (int round = 0; round < 3; round++) {
        ck_assert_int_eq(quern_bind_int64(statement, 0, 1), QUERN_OK);
        ck_assert_str_eq(run(statement), "one 10 |");
        ck_assert_str_eq(run(statement), "one 10 |"); /* the value stays */
        bind(statement, 0, "2");
        ck_assert_str_eq(run(statement), "two 20 |");
        ck_assert_int_eq(quern_bind_double(statement, 0, 3), QUERN_OK);
        ck_assert_str_eq(run(statement), "NULL NULL |");
        ck_assert_int_eq(quern_bind_null(statement, 0), QUERN_OK);
        ck_assert_str_eq(run(statement), "");
        ck_assert_int_eq(quern_bind_int64(statement, 0, 4), QUERN_OK);
        ck_assert_str_eq(run(statement), "");
    }
    quern_statement_free(statement);
    quern_close(connection);
}
END_TEST

START_TEST(values_of_every_kind_come_back_as_they_were_bound)
{
    open_with_tables();
    QuernStatement *statement = prepare("SELECT $1, $2, $3, $4, $5, $6");
    ck_assert_str_eq(quern_parameter_type(statement, 0), "");
    quern_bind_null(statement, 0);
    quern_bind_bool(statement, 1, true);
    quern_bind_int64(statement, 2, INT64_MIN);
    quern_bind_double(statement, 3, 0.1);
    quern_bind_text(statement, 4, "a longer text than fits inline\0, with a zero", 44);
    quern_bind_blob(statement, 5, "\xff\0\xfe", 3);
    QuernResult *result = NULL;
    bool has_row = false, boolean = false;
    int64_t integer = 0;
    double real = 0;
    size_t size = 0;
    ck_assert_int_eq(quern_execute(statement, &result), QUERN_OK);
    ck_assert_int_eq(quern_result_next(result, &has_row), QUERN_OK);
    ck_assert(has_row && quern_value_is_null(result, 0));
    ck_assert(quern_value_bool(result, 1, &boolean) && boolean);
    ck_assert(quern_value_int64(result, 2, &integer) && integer == INT64_MIN);
    ck_assert(quern_value_double(result, 3, &real) && real == 0.1);
    ck_assert(memcmp(quern_value_blob(result, 4, &size), "a longer text than fits inline\0, with a zero", 44) == 0);
    ck_assert_uint_eq(size, 44);
    ck_assert(memcmp(quern_value_blob(result, 5, &size), "\xff\0\xfe", 3) == 0);
    ck_assert_uint_eq(size, 3);
    ck_assert_ptr_null(quern_value_blob(result, 2, &size));
    /* another type is another statement; binding ends the result */
    bind(statement, 2, "x");
    ck_assert_ptr_null(connection->result);
    ck_assert_int_eq(quern_execute(statement, &result), QUERN_OK);
    ck_assert_str_eq(quern_result_column_type(result, 2), "VARCHAR");
    quern_statement_free(statement); /* ends it too */
    ck_assert_ptr_null(connection->result);
    quern_close(connection);
}
END_TEST

START_TEST(what_does_not_convert_is_refused_and_the_value_stays)
{
    open_with_tables();
    QuernStatement *statement = prepare("SELECT v FROM t WHERE i = $1 AND $2 LIKE 'o%'");
    quern_bind_int64(statement, 0, 10);
    bind(statement, 1, "one");
    ck_assert_int_eq(quern_bind_int64(statement, 0, INT64_C(1) << 40), QUERN_ERROR_SQL);
    ck_assert_str_eq(quern_error_sqlstate(connection), "22003");
    ck_assert_int_eq(quern_bind_text(statement, 0, "ten", 3), QUERN_ERROR_SQL);
    ck_assert_str_eq(quern_error_sqlstate(connection), "22P02");
    ck_assert_int_eq(quern_bind_blob(statement, 0, "10", 2), QUERN_ERROR_SQL);
    ck_assert_str_eq(quern_error_sqlstate(connection), "42804");
    ck_assert_int_eq(quern_bind_text(statement, 1, "\xff", 1), QUERN_ERROR_DATA);
    ck_assert_str_eq(quern_error_sqlstate(connection), "22021");
    ck_assert_int_eq(quern_bind_null(statement, 2), QUERN_ERROR_MISUSE);
    ck_assert_int_eq(quern_bind_null(statement, quern_parameter_index(statement, "none")), QUERN_ERROR_MISUSE);
    ck_assert_str_eq(run(statement), "one |");
    quern_close(connection);
}
END_TEST

START_TEST(a_decimal_keeps_the_digits_that_its_column_has_not)
{
    open_with_tables();
    QuernStatement *statement = prepare("SELECT k FROM t WHERE n = $1");
    static const struct {
        const char *value, *rows;
    } cases[] = {{"1.5", "1 |"}, {"1.501", ""}, {"2.25", "2 |"}, {"2.2500", "2 |"}, {"1e3", ""}, {"123456789", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bind(statement, 0, cases[i].value);
        ck_assert_str_eq(run(statement), cases[i].rows);
    }
    quern_bind_double(statement, 0, 2.25);
    ck_assert_str_eq(run(statement), "2 |");
    quern_bind_double(statement, 0, 2.2500001);
    ck_assert_str_eq(run(statement), "");
    quern_bind_int64(statement, 0, 2);
    ck_assert_str_eq(run(statement), "");
    quern_close(connection);
}
END_TEST

/* ---- plans ---- */

START_TEST(a_plan_is_kept_where_no_value_is_needed_for_planning)
{
    static const struct {
        const char *sql;
        bool is_kept;
    } cases[] = {
        {"SELECT v FROM t WHERE k = $1", true},
        {"SELECT v FROM t WHERE $1 = k", true},
        {"SELECT v FROM t WHERE k IN ($1, $1)", true},
        {"SELECT $1 + i, now() FROM t", true},
        {"SELECT a.v FROM t a JOIN t b ON a.k = b.i WHERE b.k = $1", true},
        {"INSERT INTO t (k) SELECT $1 WHERE false", true},
        {"UPDATE t SET v = v WHERE k = $1", true},
        {"DELETE FROM t WHERE k = $1", true},
        {"SELECT v FROM t WHERE k = $1 + 1", false},         /* a key lookup wants the number */
        {"SELECT v FROM t WHERE i = $1::BIGINT", false},     /* narrowed to the column's type */
        {"SELECT v FROM t LIMIT $1", false},                 /* part of the plan */
        {"SELECT count(*) + $1 FROM t", false},              /* the rows were counted while planning */
        {"SELECT $1 FROM information_schema.tables", false}, /* must be planned with what it will read */
        {"SELECT $1 FROM (SHOW TABLES) s", false},
        {"SHOW TABLES", false},
    };
    open_with_tables();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        QuernStatement *statement = prepare(cases[i].sql);
        if (quern_parameter_count(statement) > 0)
            quern_bind_int64(statement, 0, 99);
        (void)run(statement);
        ck_assert_msg(*quern_error_message(connection) == '\0', "%s: %s", cases[i].sql,
                      quern_error_message(connection));
        const KeptPlan *plan = statement->plan;
        ck_assert_msg((plan != NULL) == cases[i].is_kept, "%s", cases[i].sql);
        (void)run(statement);
        ck_assert_msg(statement->plan == plan, "%s: planned again", cases[i].sql);
        quern_statement_free(statement);
    }
    quern_close(connection);
}
END_TEST

START_TEST(a_kept_plan_sees_the_rows_of_now)
{
    open_with_tables();
    QuernStatement *key = prepare("SELECT v FROM t WHERE k = $1"), *all = prepare("SELECT k FROM t WHERE k >= $1");
    QuernStatement *insert = prepare("INSERT INTO t (k, v) VALUES ($1, $2)");
    quern_bind_int64(key, 0, 7);
    quern_bind_int64(all, 0, 2);
    ck_assert_str_eq(run(key), "");
    ck_assert_str_eq(run(all), "2 |3 |");
    quern_bind_int64(insert, 0, 7);
    bind(insert, 1, "seven");
    ck_assert_str_eq(run(insert), "1 |");
    ck_assert_str_eq(run(insert), "23505");
    ck_assert_str_eq(run(key), "seven |");
    const KeptPlan *plan = key->plan;
    ck_assert_str_eq(run(all), "2 |3 |7 |");
    must("DELETE FROM t WHERE k = 2");
    ck_assert_str_eq(run(all), "3 |7 |");
    must("BEGIN");
    quern_bind_int64(insert, 0, 8);
    ck_assert_str_eq(run(insert), "1 |");
    ck_assert_str_eq(run(all), "3 |7 |8 |");
    must("ROLLBACK");
    ck_assert_str_eq(run(all), "3 |7 |");
    ck_assert_ptr_eq(key->plan, plan);
    quern_close(connection);
}
END_TEST

START_TEST(what_changes_the_meaning_of_a_statement_ends_its_plan)
{
    static const char *const changes[] = {
        "CREATE INDEX t_i ON t (i)",
        "ALTER TABLE t ADD COLUMN more INTEGER",
        "CREATE TEMP TABLE t AS SELECT 1::BIGINT AS k, 'temporary' AS v",
        "DROP TABLE temp.t",
        "SET optimizer = off",
        "CREATE SCHEMA s",
        "SET search_path = s",
        "BEGIN; CREATE TABLE other (a INTEGER); ROLLBACK",
        "DROP TABLE t; CREATE TABLE t (k BIGINT, v VARCHAR); INSERT INTO t VALUES (1, 'new')",
    };
    open_with_tables();
    QuernStatement *statement = prepare("SELECT v FROM t WHERE k = $1");
    quern_bind_int64(statement, 0, 1);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        const char *expected = i == 2 ? "temporary |" : i + 1 == sizeof changes / sizeof *changes ? "new |" : "one |";
        (void)run(statement);
        ck_assert_ptr_nonnull(statement->plan);
        for (const char *rest = changes[i]; *rest;) {
            QuernResult *result;
            size_t taken;
            ck_assert_msg(quern_query(connection, rest, strlen(rest), &taken, &result) == QUERN_OK, "%s: %s", rest,
                          quern_error_message(connection));
            rest += taken;
        }
        ck_assert_msg(statement->plan == NULL, "%s", changes[i]); /* it would hold tables that nobody else has */
        ck_assert_str_eq(run(statement), expected);
    }
    must("DROP TABLE t");
    ck_assert_str_eq(run(statement), "42P01");
    quern_close(connection);
}
END_TEST

START_TEST(a_table_that_has_grown_is_planned_for_again)
{
    open_with_tables();
    QuernStatement *statement = prepare("SELECT v FROM t WHERE k = $1");
    quern_bind_int64(statement, 0, 1);
    (void)run(statement);
    uint64_t epoch = 0;
    StringView name = view_of("t");
    Context context = {.arena = test_arena, .settings = &connection->settings, .memory = &connection->memory};
    TableProvider *table = catalog_table(connection->catalog, &name, 1, &context, NO_POSITION);
    epoch = table->ops->plan_epoch(table);
    must("UPDATE t SET v = v");
    must("INSERT INTO t (k) SELECT i FROM generate_series(100, 1000) AS s (i)");
    ck_assert(table->ops->plan_epoch(table) != epoch);
    ck_assert(!kept_plan_is_good(statement->plan, connection));
    ck_assert_str_eq(run(statement), "one |");
    ck_assert(kept_plan_is_good(statement->plan, connection));
    provider_unref(table);
    quern_close(connection);
}
END_TEST

START_TEST(an_index_serves_a_range_only_while_it_is_small)
{
    open_with_tables();
    must("CREATE TABLE big AS SELECT i AS a, i % 7 AS b FROM generate_series(1, 100000) AS s (i)");
    must("CREATE INDEX big_a ON big (a)");
    QuernStatement *statement = prepare("SELECT count(b), sum(b) FROM big WHERE a > $1 AND a <= $2");
    static const struct {
        int64_t low, high;
    } cases[] = {{10, 12}, {0, 100000}, {50000, 50007}, {5, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t count = 0, sum = 0;
        for (int64_t a = cases[i].low + 1; a <= cases[i].high; a++)
            count++, sum += a % 7;
        char expected[64];
        snprintf(expected, sizeof expected, count ? "%lld %lld |" : "%lld NULL |", (long long)count, (long long)sum);
        quern_bind_int64(statement, 0, cases[i].low);
        quern_bind_int64(statement, 1, cases[i].high);
        ck_assert_str_eq(run(statement), expected);
        ck_assert_ptr_nonnull(statement->plan);
    }
    quern_bind_null(statement, 1);
    ck_assert_str_eq(run(statement), "0 NULL |");
    quern_close(connection);
}
END_TEST

START_TEST(any_statement_can_be_prepared_and_errors_tell_where)
{
    open_with_tables();
    QuernStatement *statement = NULL;
    const char *text = "CREATE TABLE made (a INTEGER); SELECT 1";
    size_t taken = 0;
    ck_assert_int_eq(quern_prepare(connection, text, strlen(text), &taken, &statement), QUERN_OK);
    ck_assert_uint_eq(taken, 30);
    ck_assert_uint_eq(quern_statement_column_count(statement), 0);
    ck_assert_str_eq(run(statement), "");
    ck_assert_str_eq(run(statement), "42P07");
    quern_statement_free(statement);
    ck_assert_int_eq(quern_prepare(connection, " -- nothing", 11, NULL, &statement), QUERN_OK);
    ck_assert_ptr_null(statement);
    ck_assert_int_eq(quern_prepare(connection, "SELECT x FROM t", 15, NULL, &statement), QUERN_ERROR_SQL);
    ck_assert_int_eq(quern_error_position(connection), 7);
    statement = prepare("SELECT 1 / i FROM t WHERE k = $1 AND i = i / $2");
    quern_bind_int64(statement, 0, 1);
    quern_bind_int64(statement, 1, 0);
    ck_assert_str_eq(run(statement), "22012");
    ck_assert_int_eq(quern_error_position(connection), 43);
    quern_close(connection);
}
END_TEST

START_TEST(many_executions_take_no_more_memory)
{
    open_with_tables();
    QuernStatement *statement = prepare("SELECT v || $1 FROM t WHERE k = $2");
    char text[200];
    memset(text, 'x', sizeof text);
    for (int64_t i = 0; i < 2000; i++) {
        quern_bind_text(statement, 0, text, (size_t)i % sizeof text);
        quern_bind_int64(statement, 1, i % 4);
        (void)run(statement);
    }
    size_t before = arena_size(connection->arena) + arena_size(statement->arena) + arena_size(statement->run);
    for (int64_t i = 0; i < 2000; i++)
        (void)run(statement);
    ck_assert_uint_eq(arena_size(connection->arena) + arena_size(statement->arena) + arena_size(statement->run),
                      before);
    quern_close(connection);
}
END_TEST

TEST_PROGRAM(parameters_are_counted_and_have_names_and_types, a_statement_answers_for_each_value_that_is_bound,
             values_of_every_kind_come_back_as_they_were_bound, what_does_not_convert_is_refused_and_the_value_stays,
             a_decimal_keeps_the_digits_that_its_column_has_not, a_plan_is_kept_where_no_value_is_needed_for_planning,
             a_kept_plan_sees_the_rows_of_now, what_changes_the_meaning_of_a_statement_ends_its_plan,
             a_table_that_has_grown_is_planned_for_again, an_index_serves_a_range_only_while_it_is_small,
             any_statement_can_be_prepared_and_errors_tell_where, many_executions_take_no_more_memory)
