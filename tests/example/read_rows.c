/* Fetches a result row by row, with a bound parameter, and handles an error. */
#include <quern/quern.h>
#include <stdio.h>
#include <string.h>

static QuernResult *query(QuernConnection *connection, const char *sql)
{
    QuernResult *result = NULL;
    if (quern_query(connection, sql, strlen(sql), NULL, &result) != QUERN_OK)
        printf("%s at byte %lld: %s (%s)\n", quern_error_sqlstate(connection),
               (long long)quern_error_position(connection), quern_error_message(connection),
               quern_error_hint(connection));
    return result;
}

int main(void)
{
    QuernConnection *connection;
    bool has_row;
    int64_t sum = 0, number;
    if (quern_open(&connection) != QUERN_OK)
        return 1;
    quern_result_free(query(connection, "CREATE TABLE t (name VARCHAR, amount DECIMAL(10,2))"));
    quern_result_free(query(connection, "INSERT INTO t VALUES ('a', 1.50), ('b', 12), (NULL, 8)"));
    quern_bind(connection, "least", "5");
    QuernResult *result = query(connection, "SELECT name, amount FROM t WHERE amount > $least ORDER BY amount");
    for (size_t i = 0; result && i < quern_result_column_count(result); i++)
        printf("%s %s\n", quern_result_column_name(result, i), quern_result_column_type(result, i));
    while (result && quern_result_next(result, &has_row) == QUERN_OK && has_row) {
        const char *name = quern_value_text(result, 0, NULL);
        printf("%s %s\n", name ? name : "(null)", quern_value_text(result, 1, NULL));
        if (quern_value_int64(result, 1, &number))
            sum += number;
    }
    printf("sum %lld\n", (long long)sum);
    quern_result_free(result);
    query(connection, "SELECT nam FROM t");
    quern_close(connection);
    return 0;
}
