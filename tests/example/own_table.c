/* Registers a table and a function of the program itself, and fetches what SQL makes of them as Arrow batches. The
 * table is an array of the program, read where it stands. */
#include <quern/provider.h>
#include <quern/quern.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- the table: (city VARCHAR, degrees DOUBLE), in one batch ---- */

static const char city_bytes[] = "BonnKielTrier";
static const int32_t city_ends[] = {0, 4, 8, 13};
static const double degrees[] = {21.5, 17.0, 23.5};
enum { CITIES = 3, CITY = 0 };

typedef struct Reading {
    QuernScan base; /* first: quern sees only this */
    const size_t *projection;
    size_t count;
    bool is_done;
    struct ArrowArray children[2], *child_pointers[2];
    struct ArrowSchema columns[2], *column_pointers[2];
} Reading;

static void schema_release(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

static void array_release(struct ArrowArray *array)
{
    array->release = NULL;
}

static void schema_fill(struct ArrowSchema *schema, struct ArrowSchema *columns, struct ArrowSchema **pointers,
                        const size_t *projection, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool is_city = (projection ? projection[i] : i) == CITY;
        columns[i] = (struct ArrowSchema){
            .format = is_city ? "u" : "g", .name = is_city ? "city" : "degrees", .release = schema_release};
        pointers[i] = &columns[i];
    }
    *schema = (struct ArrowSchema){
        .format = "+s", .name = "", .n_children = (int64_t)count, .children = pointers, .release = schema_release};
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *ret_schema)
{
    Reading *reading = stream->private_data;
    schema_fill(ret_schema, reading->columns, reading->column_pointers, reading->projection, reading->count);
    return 0;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *ret_array)
{
    static const void *no_buffers[1], *city_buffers[] = {NULL, city_ends, city_bytes},
                                      *degree_buffers[] = {NULL, degrees};
    Reading *reading = stream->private_data;
    *ret_array = (struct ArrowArray){0}; /* without release: the end */
    if (reading->is_done)
        return 0;
    reading->is_done = true;
    for (size_t i = 0; i < reading->count; i++) {
        bool is_city = reading->projection[i] == CITY;
        reading->children[i] = (struct ArrowArray){.length = CITIES,
                                                   .n_buffers = is_city ? 3 : 2,
                                                   .buffers = is_city ? city_buffers : degree_buffers,
                                                   .release = array_release};
        reading->child_pointers[i] = &reading->children[i];
    }
    *ret_array = (struct ArrowArray){.length = CITIES,
                                     .n_buffers = 1,
                                     .buffers = no_buffers,
                                     .n_children = (int64_t)reading->count,
                                     .children = reading->child_pointers,
                                     .release = array_release};
    return 0;
}

static void stream_release(struct ArrowArrayStream *stream)
{
    stream->release = NULL;
}

static int32_t scan_open(QuernScan *scan, size_t partition, QuernContext *context, struct ArrowArrayStream *ret_stream,
                         QuernProviderError *error)
{
    (void)partition, (void)context, (void)error;
    ((Reading *)scan)->is_done = false;
    *ret_stream = (struct ArrowArrayStream){get_schema, get_next, NULL, stream_release, scan};
    return QUERN_PROVIDER_OK;
}

static int32_t table_scan(QuernProvider *provider, const QuernScanArgs *args, QuernScan **ret_scan,
                          QuernProviderError *error)
{
    static Reading reading; /* this program reads one table at a time */
    (void)provider;
    if (args->projection_count > 2)
        return quern_provider_fail(error, QUERN_PROVIDER_UNSUPPORTED, "a column is wanted twice");
    QUERN_INIT(&reading.base);
    reading.base.partition_count = 1;
    reading.base.open = scan_open;
    reading.projection = args->projection;
    reading.count = args->projection_count;
    *ret_scan = &reading.base;
    return QUERN_PROVIDER_OK;
}

static int32_t table_schema(QuernProvider *provider, QuernContext *context, struct ArrowSchema *ret_schema,
                            QuernProviderError *error)
{
    static struct ArrowSchema columns[2], *pointers[2];
    (void)provider, (void)context, (void)error;
    schema_fill(ret_schema, columns, pointers, NULL, 2);
    return QUERN_PROVIDER_OK;
}

static void nothing(QuernProvider *provider)
{
    (void)provider; /* the table is there as long as the program */
}

/* ---- the function: fahrenheit(DOUBLE) DOUBLE ---- */

static void result_release(struct ArrowArray *array)
{
    free(array->private_data);
    array->release = NULL;
}

static int32_t fahrenheit(const QuernScalarFunction *function, QuernContext *context,
                          const struct ArrowArray *arguments, struct ArrowArray *ret_result, QuernProviderError *error)
{
    const struct ArrowArray *celsius = arguments->children[0];
    const double *values = (const double *)celsius->buffers[1] + celsius->offset;
    size_t count = (size_t)arguments->length;
    const void **buffers = malloc(2 * sizeof *buffers + count * sizeof(double));
    (void)function, (void)context;
    if (buffers == NULL)
        return quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory");
    double *results = (double *)(buffers + 2);
    for (size_t i = 0; i < count; i++)
        results[i] = values[i] * 9 / 5 + 32;
    buffers[0] = NULL; /* what comes of NULL is NULL anyway */
    buffers[1] = results;
    *ret_result = (struct ArrowArray){.length = (int64_t)count,
                                      .n_buffers = 2,
                                      .buffers = buffers,
                                      .release = result_release,
                                      .private_data = buffers};
    return QUERN_PROVIDER_OK;
}

/* ---- the program ---- */

static void print(const struct ArrowArray *batch)
{
    const int32_t *ends = batch->children[0]->buffers[1];
    const char *bytes = batch->children[0]->buffers[2];
    const double *numbers = batch->children[1]->buffers[1];
    for (int64_t i = 0; i < batch->length; i++)
        printf("%.*s %.1f\n", (int)(ends[i + 1] - ends[i]), bytes + ends[i], numbers[i]);
}

int main(void)
{
    static const char sql[] = "SELECT city, fahrenheit(degrees) FROM weather WHERE degrees > 20 ORDER BY city";
    static const char *const arguments[] = {"g"};
    static QuernProvider weather;
    static QuernScalarFunction function;
    static const QuernScalarFunction *const functions[] = {&function};
    static QuernPlugin plugin;
    QuernConnection *connection;
    QuernResult *result;
    struct ArrowArrayStream stream;
    struct ArrowArray batch;

    QUERN_INIT(&weather);
    weather.retain = weather.release = nothing;
    weather.schema = table_schema;
    weather.scan = table_scan;
    QUERN_INIT(&function);
    function.name = "fahrenheit";
    function.argument_count = 1;
    function.arguments = arguments;
    function.result = "g";
    function.call = fahrenheit;
    QUERN_INIT(&plugin);
    plugin.scalar_function_count = 1;
    plugin.scalar_functions = functions;

    if (quern_open(&connection) != QUERN_OK)
        return 1;
    if (quern_set(connection, "memory_limit", "100MB") != QUERN_OK ||
        quern_register_plugin(connection, &plugin) != QUERN_OK ||
        quern_register_provider(connection, "weather", &weather) != QUERN_OK ||
        quern_query(connection, sql, sizeof sql - 1, NULL, &result) != QUERN_OK ||
        quern_result_export(result, &stream) != QUERN_OK) {
        fprintf(stderr, "%s\n", quern_error_message(connection));
        return 1;
    }
    while (stream.get_next(&stream, &batch) == 0 && batch.release) {
        print(&batch);
        batch.release(&batch);
    }
    stream.release(&stream);
    if (quern_set(connection, "memory_limt", "1") != QUERN_OK)
        printf("%s (%s)\n", quern_error_message(connection), quern_error_hint(connection));
    quern_result_free(result);
    quern_close(connection);
    return 0;
}
