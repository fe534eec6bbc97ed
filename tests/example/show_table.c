/* Opens a session, registers a table provider under a name, asks it something, prints the answer.
 * The C counterpart of: ctx.register_table_provider("my_table", provider); ctx.table("my_table").show() */
#include <quern/quern.h>
#include <stdio.h>
#include <string.h>

static bool print(void *user, const char *data, size_t size)
{
    return fwrite(data, 1, size, user) == size;
}

static int fail(const QuernConnection *connection)
{
    fprintf(stderr, "%s\n", quern_error_message(connection));
    return 1;
}

int main(int argument_count, char **arguments)
{
    const char *path = argument_count > 1 ? arguments[1] : "data/mills.csv";
    const char *options[] = {"header", "true", NULL};
    const char *sql = "SELECT name, town, built FROM my_table WHERE built < 1800 ORDER BY built";
    const QuernWriteOptions table = {.struct_size = sizeof table, .format = QUERN_FORMAT_TABLE};
    QuernConnection *connection;
    QuernTable *provider;
    QuernResult *result;
    if (quern_open(&connection) != QUERN_OK)
        return 1;
    if (quern_table_open(connection, "csv", path, options, &provider) != QUERN_OK ||
        quern_register(connection, "my_table", provider) != QUERN_OK ||
        quern_query(connection, sql, strlen(sql), NULL, &result) != QUERN_OK ||
        quern_result_write(result, &table, print, stdout, NULL) != QUERN_OK)
        return fail(connection);
    quern_result_free(result);
    quern_close(connection);
    return 0;
}
