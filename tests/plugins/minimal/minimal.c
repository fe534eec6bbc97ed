/* plugins/minimal/minimal.c: STORED AS LINES: a text file as a table of lines (number BIGINT, text VARCHAR).
 *
 * The smallest provider that does something: a schema, and a scan that reads. It takes no filters and no limit: quern
 * does that. */
#include <errno.h>
#include <quern/provider.h>
#include <stdlib.h>

enum { ROWS = 1024, TEXT_SIZE = 1 << 16 }; /* of one array */

typedef struct Lines {
    QuernProvider base; /* first: quern sees only this */
    int shares;         /* tables are made and dropped by one thread at a time */
    char path[1];       /* grows to the path's length */
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

/* ---- schemas: an int64 ("l") and a text ("u") ---- */

static void schema_release(struct ArrowSchema *schema)
{
    for (int64_t i = 0; i < schema->n_children; i++)
        if (schema->children[i]->release)
            schema->children[i]->release(schema->children[i]);
    free(schema->children); /* the children stand in one block with the pointers */
    schema->release = NULL;
}

/* The columns of `projection`, or both. */
static int schema_make(struct ArrowSchema *schema, const size_t *projection, size_t count)
{
    char *memory = calloc(count + 1, sizeof(struct ArrowSchema *) + sizeof(struct ArrowSchema));
    if (memory == NULL)
        return ENOMEM;
    *schema = (struct ArrowSchema){.format = "+s", .name = "", .n_children = (int64_t)count, .release = schema_release};
    schema->children = (struct ArrowSchema **)memory;
    struct ArrowSchema *children = (struct ArrowSchema *)(memory + (count + 1) * sizeof(struct ArrowSchema *));
    for (size_t i = 0; i < count; i++) {
        size_t column = projection ? projection[i] : i;
        children[i] = (struct ArrowSchema){
            .format = column ? "u" : "l", .name = column ? "text" : "number", .release = schema_release};
        schema->children[i] = &children[i];
    }
    return 0;
}

/* ---- arrays: all memory of one hangs on its root ---- */

typedef struct Block {
    struct ArrowArray children[2], *child_pointers[2];
    const void *root_buffers[1], *buffers[2][3];
    int64_t numbers[ROWS];
    int32_t offsets[ROWS + 1];
    char text[TEXT_SIZE];
} Block;

static void child_release(struct ArrowArray *array)
{
    array->release = NULL;
}

static void block_release(struct ArrowArray *array)
{
    free(array->private_data);
    array->release = NULL;
}

static int stream_get_next(struct ArrowArrayStream *stream, struct ArrowArray *array)
{
    LinesStream *self = stream->private_data;
    Block *block = malloc(sizeof *block);
    int64_t count = 0;
    int32_t size = 0;
    memset(array, 0, sizeof *array);
    if (block == NULL)
        return ENOMEM;
    block->offsets[0] = 0;
    while (count < ROWS && size < TEXT_SIZE / 2 && fgets(block->text + size, TEXT_SIZE - size, self->file)) {
        size += (int32_t)strcspn(block->text + size, "\n");
        block->numbers[count++] = ++self->line;
        block->offsets[count] = size;
    }
    if (count == 0 || ferror(self->file)) {
        free(block); /* an array without release is the end */
        return ferror(self->file) ? EIO : 0;
    }
    *array = (struct ArrowArray){.length = count, .n_buffers = 1, .release = block_release, .private_data = block};
    array->n_children = (int64_t)self->scan->column_count;
    array->children = block->child_pointers;
    block->root_buffers[0] = NULL;
    array->buffers = block->root_buffers;
    for (size_t i = 0; i < self->scan->column_count; i++) {
        bool is_text = self->scan->projection[i] == 1;
        const void **buffers = block->buffers[i];
        buffers[0] = NULL; /* no NULLs */
        buffers[1] = is_text ? (const void *)block->offsets : block->numbers;
        buffers[2] = block->text;
        block->child_pointers[i] = &block->children[i];
        block->children[i] = (struct ArrowArray){
            .length = count, .n_buffers = is_text ? 3 : 2, .buffers = buffers, .release = child_release};
    }
    return 0;
}

/* ---- the stream ---- */

static int stream_get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *schema)
{
    const LinesScan *scan = ((LinesStream *)stream->private_data)->scan;
    return schema_make(schema, scan->projection, scan->column_count);
}

static const char *stream_get_last_error(struct ArrowArrayStream *stream)
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

static int32_t scan_open(QuernScan *scan, size_t partition, QuernContext *context, struct ArrowArrayStream *stream,
                         QuernProviderError *error)
{
    LinesScan *self = (LinesScan *)scan;
    (void)partition, (void)context; /* there is one partition */
    LinesStream *state = calloc(1, sizeof *state);
    if (state == NULL)
        return quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory");
    state->scan = self;
    state->file = fopen(self->path, "r");
    if (state->file == NULL) {
        free(state);
        return quern_provider_fail(error, QUERN_PROVIDER_IO, "%s: %s", self->path, strerror(errno));
    }
    *stream =
        (struct ArrowArrayStream){stream_get_schema, stream_get_next, stream_get_last_error, stream_release, state};
    return QUERN_PROVIDER_OK;
}

/* ---- the table ---- */

static void scan_release(QuernScan *scan)
{
    free(scan);
}

static int32_t lines_scan(QuernProvider *provider, const QuernScanArgs *args, QuernScan **ret_scan,
                          QuernProviderError *error)
{
    LinesScan *scan = malloc(sizeof *scan);
    if (scan == NULL)
        return quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory");
    QUERN_INIT(&scan->base);
    scan->base.partition_count = 1;
    scan->base.open = scan_open;
    scan->base.release = scan_release;
    scan->path = ((Lines *)provider)->path;
    scan->projection = args->projection;
    scan->column_count = args->projection_count;
    if (scan->column_count > 2) {
        free(scan);
        return quern_provider_fail(error, QUERN_PROVIDER_UNSUPPORTED, "a column is wanted twice");
    }
    *ret_scan = &scan->base;
    return QUERN_PROVIDER_OK;
}

static int32_t lines_schema(QuernProvider *provider, QuernContext *context, struct ArrowSchema *schema,
                            QuernProviderError *error)
{
    (void)provider, (void)context;
    return schema_make(schema, NULL, 2) ? quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory") : 0;
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

/* ---- the format ---- */

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
