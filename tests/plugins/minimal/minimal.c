/* plugins/minimal/minimal.c: STORED AS LINES: a text file as a table of lines (number BIGINT, text VARCHAR).
 *
 * The smallest provider that does something: a schema, and a scan that reads. It takes no filters and no limit: quern
 * does that. It is the tutorial of quern-provider(3). */
#include <errno.h>
#include <quern/provider.h>

enum { ROWS = 1024, TEXT_SIZE = 1 << 16 }; /* of one array */

static const QuernColumn columns[] = {{"number", "l", false}, {"text", "u", false}};

/* A table. Its first member is what quern sees. */
typedef struct Lines {
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

typedef struct LinesStream {
    const LinesScan *scan;
    FILE *file;
    int64_t line;
} LinesStream;

/* ---- 4: a stream of arrays ---- */

typedef struct Block {
    int64_t numbers[ROWS];
    int32_t ends[ROWS + 1]; /* text i stands at ends[i] .. ends[i + 1] - 1 */
    char text[TEXT_SIZE];
} Block;

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *ret_schema)
{
    const LinesScan *scan = ((LinesStream *)stream->private_data)->scan;
    return quern_schema_make(ret_schema, columns, scan->projection, scan->column_count) ? 0 : ENOMEM;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *ret_array)
{
    LinesStream *self = stream->private_data;
    Block *block = malloc(sizeof *block);
    int64_t count = 0;
    int32_t size = 0;
    memset(ret_array, 0, sizeof *ret_array); /* an array without release is the end */
    if (block == NULL)
        return ENOMEM;
    block->ends[0] = 0;
    while (count < ROWS && size < TEXT_SIZE / 2 && fgets(block->text + size, TEXT_SIZE - size, self->file)) {
        size += (int32_t)strcspn(block->text + size, "\n");
        block->numbers[count++] = ++self->line;
        block->ends[count] = size;
    }
    if (count == 0 || ferror(self->file)) {
        free(block);
        return ferror(self->file) ? EIO : 0;
    }
    if (!quern_array_make(ret_array, self->scan->column_count, count, block))
        return ENOMEM;
    for (size_t i = 0; i < self->scan->column_count; i++) {
        struct ArrowArray *column = ret_array->children[i];
        bool is_text = self->scan->projection[i] == 1;
        column->n_buffers = is_text ? 3 : 2;
        column->buffers[1] = is_text ? (const void *)block->ends : block->numbers;
        column->buffers[2] = block->text;
    }
    return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return NULL; /* errno's text will do */
}

static void stream_release(struct ArrowArrayStream *stream)
{
    LinesStream *self = stream->private_data;
    fclose(self->file);
    free(self);
    stream->release = NULL;
}

static int32_t scan_open(QuernScan *scan, size_t partition, QuernContext *context, struct ArrowArrayStream *ret_stream,
                         QuernProviderError *error)
{
    LinesStream *self = calloc(1, sizeof *self);
    (void)partition, (void)context; /* there is one partition */
    if (self == NULL)
        return quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory");
    self->scan = (LinesScan *)scan;
    self->file = fopen(self->scan->path, "r");
    if (self->file == NULL) {
        free(self);
        return quern_provider_fail(error, QUERN_PROVIDER_IO, "%s: %s", ((LinesScan *)scan)->path, strerror(errno));
    }
    *ret_stream = (struct ArrowArrayStream){get_schema, get_next, get_last_error, stream_release, self};
    return QUERN_PROVIDER_OK;
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
    scan->base.open = scan_open;
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
    return quern_schema_make(ret_schema, columns, NULL, 2)
               ? QUERN_PROVIDER_OK
               : quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory");
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

int32_t quern_plugin_init(const QuernHost *host, const QuernPlugin **ret_plugin, QuernProviderError *error)
{
    static QuernTableFormat format;
    static const QuernTableFormat *const formats[] = {&format};
    static QuernPlugin plugin;
    (void)host, (void)error;
    QUERN_INIT(&format);
    format.name = "lines";
    format.description = "a text file as a table of lines";
    format.open = lines_open;
    QUERN_INIT(&plugin);
    plugin.name = "minimal";
    plugin.format_count = 1;
    plugin.formats = formats;
    *ret_plugin = &plugin;
    return QUERN_PROVIDER_OK;
}
