/* plugins/minimal/minimal.c: STORED AS LINES: a text file as a table of lines (number BIGINT, text VARCHAR).
 *
 * The smallest provider that does something: a schema, and a scan that reads. It takes no filters and no limit: quern
 * does that. It is the tutorial of quern-provider(3). */
#include <quern/provider.h>

static const QuernColumn columns[] = {{"number", "l", false}, {"text", "u", false}};

typedef struct Lines { /* a table; its first member is what quern sees */
    QuernProvider base;
    int shares;   /* tables are made and dropped by one thread at a time */
    char path[1]; /* grows to the path's length */
} Lines;

typedef struct LinesScan {
    QuernScan base;
    const char *path;
    const size_t *projection; /* lives as long as the scan */
    size_t column_count;
} LinesScan;

typedef struct Reader {
    FILE *file;
    int64_t number;
    char *line;
    size_t capacity;
} Reader;

/* ---- 4: rows ---- */

static int32_t reader_next(void *state, QuernRows *rows, QuernProviderError *error)
{
    Reader *reader = state;
    ssize_t size = getline(&reader->line, &reader->capacity, reader->file);
    if (size < 0 && ferror(reader->file))
        return quern_provider_fail(error, QUERN_PROVIDER_IO, "%s", strerror(errno));
    if (size < 0)
        return QUERN_PROVIDER_OK; /* no row: the end */
    quern_rows_add_int64(rows, 0, ++reader->number);
    quern_rows_add_text(rows, 1, reader->line, (size_t)size - (reader->line[size - 1] == '\n'));
    quern_rows_end_row(rows);
    return QUERN_PROVIDER_OK;
}

static void reader_close(void *state)
{
    Reader *reader = state;
    if (reader->file)
        fclose(reader->file);
    free(reader->line);
    free(reader);
}

static int32_t lines_read(QuernScan *base, size_t partition, QuernContext *context, struct ArrowArrayStream *ret_stream,
                          QuernProviderError *error)
{
    LinesScan *scan = (LinesScan *)base;
    Reader *reader = calloc(1, sizeof *reader);
    (void)partition, (void)context; /* there is one partition */
    if (reader && (reader->file = fopen(scan->path, "r")) == NULL) {
        reader_close(reader);
        return quern_provider_fail(error, QUERN_PROVIDER_IO, "%s: %s", scan->path, strerror(errno));
    }
    bool is_made = reader && quern_row_stream_make(ret_stream, columns, scan->projection, scan->column_count, reader,
                                                   reader_next, reader_close);
    return is_made ? QUERN_PROVIDER_OK : quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory");
}

/* ---- 3: the table: what it is, and a scan of it ---- */

static void scan_release(QuernScan *scan)
{
    free(scan);
}

static int32_t lines_scan(QuernProvider *provider, const QuernScanArgs *args, QuernScan **ret_scan,
                          QuernProviderError *error)
{
    LinesScan *scan = calloc(1, sizeof *scan);
    if (scan == NULL)
        return quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory");
    QUERN_INIT(&scan->base);
    scan->base.partition_count = 1;
    scan->base.open = lines_read;
    scan->base.release = scan_release;
    scan->path = ((Lines *)provider)->path;
    scan->projection = args->projection;
    scan->column_count = args->projection_count;
    *ret_scan = &scan->base;
    return QUERN_PROVIDER_OK;
}

static int32_t lines_schema(QuernProvider *provider, QuernContext *context, struct ArrowSchema *ret_schema,
                            QuernProviderError *error)
{
    (void)provider, (void)context;
    bool is_made = quern_schema_make(ret_schema, columns, NULL, 2);
    return is_made ? QUERN_PROVIDER_OK : quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory");
}

static void lines_retain(QuernProvider *provider)
{
    ((Lines *)provider)->shares++;
}

static void lines_release(QuernProvider *provider)
{
    if (--((Lines *)provider)->shares == 0)
        free(provider);
}

/* ---- 2: the format makes tables ---- */

static int32_t lines_open(const QuernTableFormat *format, const QuernOpenArgs *args, QuernProvider **ret_provider,
                          QuernProviderError *error)
{
    (void)format;
    if (args->option_count > 0)
        return quern_provider_fail(error, QUERN_PROVIDER_SQL, "there is no option \"%s\"", args->options[0]->name);
    Lines *lines = malloc(sizeof *lines + strlen(args->location));
    if (lines == NULL)
        return quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory");
    QUERN_INIT(&lines->base);
    lines->base.retain = lines_retain;
    lines->base.release = lines_release;
    lines->base.schema = lines_schema;
    lines->base.scan = lines_scan;
    lines->shares = 1;
    strcpy(lines->path, args->location);
    *ret_provider = &lines->base;
    return QUERN_PROVIDER_OK;
}

/* ---- 1: what LOAD calls ---- */

QUERN_PLUGIN_OF_FORMAT("lines", "a text file as a table of lines", lines_open, /* host_place= */ NULL)
