/* Prepares a statement, and runs it for several values. */
#include <quern/quern.h>
#include <stdio.h>
#include <string.h>

static void run(QuernConnection *connection, const char *sql)
{
    QuernResult *result = NULL;
    if (quern_query(connection, sql, strlen(sql), NULL, &result) != QUERN_OK)
        printf("%s\n", quern_error_message(connection));
    quern_result_free(result);
}

static void look_up(QuernStatement *statement, int64_t id)
{
    QuernResult *result;
    bool has_row;
    if (quern_bind_int64(statement, 0, id) != QUERN_OK || quern_execute(statement, &result) != QUERN_OK)
        return;
    if (quern_result_next(result, &has_row) == QUERN_OK)
        printf("%lld: %s\n", (long long)id, has_row ? quern_value_text(result, 0, NULL) : "nobody");
    quern_result_free(result);
}

int main(void)
{
    const char *sql = "SELECT name FROM mills WHERE id = $1";
    QuernConnection *connection;
    QuernStatement *statement;
    if (quern_open(&connection) != QUERN_OK)
        return 1;
    run(connection, "CREATE TABLE mills (id BIGINT PRIMARY KEY, name VARCHAR)");
    run(connection, "INSERT INTO mills VALUES (1, 'Low Ford'), (2, 'Oxhill')");
    if (quern_prepare(connection, sql, strlen(sql), NULL, &statement) != QUERN_OK) {
        printf("%s\n", quern_error_message(connection));
        return 1;
    }
    printf("%zu parameter of type %s: %s\n", quern_parameter_count(statement), quern_parameter_type(statement, 0),
           quern_parameter_name(statement, 0));
    look_up(statement, 2);
    look_up(statement, 3);
    look_up(statement, 1);
    if (quern_bind_text(statement, 0, "first", 5) != QUERN_OK)
        printf("%s: %s\n", quern_error_sqlstate(connection), quern_error_message(connection));
    quern_statement_free(statement);
    quern_close(connection);
    return 0;
}
