/* provider/csv/csv_provider.c: the table provider over one file, and the format that makes it. */
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "provider/csv/csv.h"
#include "provider/csv/csv_files.h"
#include "provider/csv/csv_table.h"

static void mutex_release(void *object)
{
    pthread_mutex_destroy(object);
}

/* ---- which shape ---- */

static CsvShape *table_look(CsvTable *table, const Context *context, const CsvIdentity *identity)
{
    Arena *arena = arena_new_child(context->arena); /* the table's once it is whole */
    Arena *scratch = arena_new_child(arena);
    CsvSource *source =
        csv_source_open(scratch, context, table->path, table->spool, identity->size, table->options->encoding);
    CsvShape *shape = csv_shape_detect(arena, context, source, table->options, identity);
    arena_free(scratch);
    arena_set_parent(arena, table->base.arena);
    return shape;
}

CsvSource *csv_table_source(CsvTable *table, const CsvShape *shape, Arena *arena, const Context *context)
{
    return csv_source_open(arena, context, table->path, table->spool, shape->identity.size, table->options->encoding);
}

CsvShape *csv_table_shape(CsvTable *table, const Context *context)
{
    CsvIdentity identity = {.size = UINT64_MAX};
    if (table->spool == NULL) {
        Arena *scratch = arena_new_child(context->arena);
        bool is_regular = csv_identity_read(scratch, table->path, &identity);
        arena_free(scratch);
        if (!is_regular)
            error_raise(ERROR_IO, NO_POSITION, "%s: is no regular file any more", table->path);
    }
    CsvShape *shape = table->shape;
    if (shape && csv_identity_equal(&shape->identity, &identity)) {
        if (!table->is_contradicted)
            return shape;
        shape = csv_shape_widen(table->base.arena, shape);
    } else {
        shape = table_look(table, context, &identity);
    }
    pthread_mutex_lock(&table->mutex);
    table->shape = shape;
    table->is_contradicted = false;
    pthread_mutex_unlock(&table->mutex);
    return shape;
}

void csv_table_contradict(CsvTable *table, CsvShape *shape, size_t column, StringView text)
{
    pthread_mutex_lock(&table->mutex);
    csv_evidence_add(&shape->evidence[column], text.data, text.size);
    table->is_contradicted |= shape->evidence == table->shape->evidence;
    pthread_mutex_unlock(&table->mutex);
}

/* ---- the contract ---- */

static const Schema *csv_schema(TableProvider *base, const Context *context)
{
    return csv_table_shape((CsvTable *)base, context)->schema;
}

static const Statistics *csv_statistics(TableProvider *base, const Context *context)
{
    CsvTable *table = (CsvTable *)base;
    return (table->shape ? table->shape : csv_table_shape(table, context))->statistics;
}

static void text_add_quoted(Text *text, const char *value, char quote)
{
    text_add_char(text, quote);
    for (; *value; value++) {
        if (*value == quote)
            text_add_char(text, quote);
        text_add_char(text, *value);
    }
    text_add_char(text, quote);
}

static void text_add_option(Text *text, const char *name, char byte, bool is_first)
{
    char value[2] = {byte, '\0'};
    text_add_format(text, "%s%s ", is_first ? "" : ", ", name);
    text_add_quoted(text, value, '\'');
}

static const char *csv_table_definition(TableProvider *base, const char *name, Arena *arena)
{
    CsvTable *table = (CsvTable *)base;
    CsvShape *shape = table->shape;
    if (shape == NULL || table->spool)
        return NULL;
    Text text = text_in(arena);
    text_add_format(&text, "CREATE EXTERNAL TABLE %s (", name);
    for (size_t c = 0; c < shape->schema->column_count; c++) {
        char type[TYPE_NAME_SIZE];
        text_add(&text, c ? ", " : "");
        text_add_quoted(&text, shape->schema->columns[c].name, '"');
        text_add_format(&text, " %s", type_name(shape->schema->columns[c].type, type));
    }
    text_add(&text, ") STORED AS CSV LOCATION ");
    text_add_quoted(&text, table->path, '\'');
    text_add(&text, " OPTIONS (");
    text_add_option(&text, "delimiter", shape->dialect.delimiter, true);
    if (shape->dialect.has_quote)
        text_add_option(&text, "quote", shape->dialect.quote, false);
    else
        text_add(&text, ", quote ''");
    if (shape->dialect.has_quote && shape->dialect.escape != shape->dialect.quote)
        text_add_option(&text, "escape", shape->dialect.escape, false);
    if (shape->dialect.preamble_lines)
        text_add_format(&text, ", skip '%zu'", shape->dialect.preamble_lines);
    text_add_format(&text, ", header '%s'%s)", shape->dialect.has_header ? "true" : "false", table->options->others);
    return text_string(&text);
}

static void csv_release(TableProvider *base)
{
    arena_free(base->arena);
}

static const TableProviderOps csv_ops = {
    .format = "csv",
    .has_dry_run = true,
    .schema = csv_schema,
    .supports_filters_pushdown = csv_supports_filters_pushdown,
    .scan = csv_scan,
    .statistics = csv_statistics,
    .sample = csv_sample,
    .table_definition = csv_table_definition,
    .insert_into = csv_insert_into,
    .delete_rows = csv_delete_rows,
    .update_rows = csv_update_rows,
    .truncate = csv_truncate,
    .release = csv_release,
};

/* ---- the format ---- */

CsvTable *csv_table_make(Arena *arena, const char *path, const CsvOptions *options, const ContextInput *input)
{
    CsvTable *table = arena_new(arena, CsvTable);
    table->base = (TableProvider){.ops = &csv_ops, .share_count = 1, .arena = arena};
    table->path = arena_string(arena, path);
    table->options = options;
    pthread_mutex_init(&table->mutex, NULL);
    arena_own(arena, &table->mutex, mutex_release);
    table->cache = csv_cache_new(arena);
    table->spool = csv_spool_open(arena, table->path, input);
    if (table->spool && strcmp(table->path, "-") == 0)
        table->path = "stdin";
    return table;
}

static TableProvider *csv_table_new(const FormatArgs *args)
{
    if (csv_files_are_many(args->location))
        return csv_union_new(args);
    Arena *arena = arena_new_child(args->context->arena); /* its own master once nothing can raise any more */
    const ContextInput *input = args->context->input;
    const char *path = csv_source_path(args->location, input);
    CsvTable *table = csv_table_make(arena, path, csv_options_read(arena, args), input);
    arena_set_parent(arena, NULL);
    return &table->base;
}

const Format csv_format = {
    .name = "csv",
    .extensions =
        ".csv .tsv .tab .psv .txt .csv.gz .csv.zst .csv.bz2 .csv.xz .tsv.gz .tsv.zst .tsv.bz2 .tsv.xz .txt.gz "
        ".txt.zst .txt.bz2 .txt.xz",
    .description = "a text file of rows and fields: comma, tab, semicolon or bar between them",
    .table = csv_table_new,
    .check = csv_check,
};
