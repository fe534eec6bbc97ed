/* provider/catalog.c: names to schemas to tables, and formats by name. */
#include "provider/catalog.h"

#include <stdio.h>

#include "base/error.h"

struct Catalog {
    Arena *arena;
    Map schemas;         /* SchemaProvider *, main first */
    Map formats;         /* const Format * */
    Map table_functions; /* const TableFunction * */
    Map files;           /* by path: TableProvider *, a share each */
    const char *current;
};

/* ---- the in-memory schema ---- */

typedef struct MemorySchema {
    SchemaProvider base;
    Arena *tables_arena; /* of the map */
    Map tables;          /* TableProvider *, a share each */
} MemorySchema;

static TableProvider *memory_schema_table(SchemaProvider *schema, StringView name, const Context *context)
{
    (void)context;
    TableProvider *table = map_get(&((MemorySchema *)schema)->tables, name);
    return table ? provider_ref(table) : NULL;
}

static void memory_schema_each(SchemaProvider *schema, const Context *context,
                               void (*visit)(void *user, const char *name), void *user)
{
    (void)context;
    const Map *tables = &((MemorySchema *)schema)->tables;
    for (size_t i = 0; i < tables->entry_count; i++)
        if (tables->entries[i].name.data)
            visit(user, tables->entries[i].name.data);
}

static bool memory_schema_drop(SchemaProvider *schema, StringView name, const Context *context)
{
    (void)context;
    Map *tables = &((MemorySchema *)schema)->tables;
    TableProvider *table = map_get(tables, name);
    if (table == NULL)
        return false;
    map_remove(tables, name);
    provider_unref(table);
    return true;
}

static void memory_schema_release(SchemaProvider *schema)
{
    const Map *tables = &((MemorySchema *)schema)->tables;
    for (size_t i = 0; i < tables->entry_count; i++)
        provider_unref(tables->entries[i].value);
    arena_free(schema->arena);
}

static const SchemaProviderOps memory_schema_ops = {
    .format = "memory",
    .table = memory_schema_table,
    .each = memory_schema_each,
    .drop = memory_schema_drop,
    .release = memory_schema_release,
};

static SchemaProvider *memory_schema_new(Arena *parent)
{
    Arena *arena = arena_new_child(parent);
    MemorySchema *schema = arena_new(arena, MemorySchema);
    schema->base = (SchemaProvider){.ops = &memory_schema_ops, .arena = arena};
    schema->tables_arena = arena_new_child(arena);
    schema->tables = map_in(schema->tables_arena);
    arena_set_parent(arena, NULL);
    return &schema->base;
}

/* ---- the catalog ---- */

static void catalog_release(void *object)
{
    Catalog *catalog = object;
    for (size_t i = 0; i < catalog->schemas.entry_count; i++) {
        SchemaProvider *schema = catalog->schemas.entries[i].value;
        if (schema)
            schema->ops->release(schema);
    }
    for (size_t i = 0; i < catalog->files.entry_count; i++)
        provider_unref(catalog->files.entries[i].value);
}

static void schema_release(void *object)
{
    SchemaProvider *schema = object;
    schema->ops->release(schema);
}

Catalog *catalog_new(Arena *arena)
{
    Catalog *catalog = arena_new(arena, Catalog);
    catalog->arena = arena;
    catalog->schemas = map_in(arena);
    catalog->formats = map_in(arena);
    catalog->table_functions = map_in(arena);
    catalog->files = map_in(arena);
    catalog->current = "main";
    arena_own(arena, catalog, catalog_release);
    catalog_attach(catalog, view_of("main"), memory_schema_new(arena), NO_POSITION);
    return catalog;
}

void catalog_add_format(Catalog *catalog, const Format *format)
{
    map_set(&catalog->formats, view_of(format->name), (void *)format);
}

const Format *catalog_format(const Catalog *catalog, StringView name)
{
    return map_get(&catalog->formats, name);
}

const Format *catalog_format_at(const Catalog *catalog, size_t index)
{
    return index < catalog->formats.entry_count ? catalog->formats.entries[index].value : NULL;
}

void catalog_add_table_function(Catalog *catalog, const TableFunction *function)
{
    map_set(&catalog->table_functions, view_of(function->name), (void *)function);
}

const TableFunction *catalog_table_function(const Catalog *catalog, StringView name)
{
    return map_get(&catalog->table_functions, name);
}

const TableFunction *catalog_table_function_at(const Catalog *catalog, size_t index)
{
    const Map *functions = &catalog->table_functions;
    return index < functions->entry_count ? functions->entries[index].value : NULL;
}

Schema *format_check_schema(Arena *arena)
{
    static const struct {
        const char *name;
        TypeId type;
    } columns[] = {{"file", TYPE_VARCHAR}, {"line", TYPE_BIGINT},     {"field", TYPE_BIGINT}, {"column", TYPE_VARCHAR},
                   {"kind", TYPE_VARCHAR}, {"message", TYPE_VARCHAR}, {"value", TYPE_VARCHAR}};
    Schema *schema = schema_new(arena, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < schema->column_count; i++)
        schema->columns[i] = (Column){.name = columns[i].name, .type = type_of(columns[i].type), .is_nullable = true};
    return schema;
}

/* Whether `path` ends in one of the blank-separated extensions. */
static bool extension_fits(const char *extensions, StringView path)
{
    while (*extensions) {
        StringView extension = {extensions, strcspn(extensions, " ")};
        if (extension.size && path.size > extension.size &&
            view_equal_ignoring_case(extension, (StringView){path.data + path.size - extension.size, extension.size}))
            return true;
        extensions += extension.size + (extensions[extension.size] == ' ');
    }
    return false;
}

const Format *catalog_format_of_file(const Catalog *catalog, StringView path)
{
    for (size_t i = 0; i < catalog->formats.entry_count; i++) {
        const Format *format = catalog->formats.entries[i].value;
        if (format->extensions && extension_fits(format->extensions, path))
            return format;
    }
    return NULL;
}

/* Its place in the map is made before the schema goes in: nothing can fail between taking it and holding it. */
void catalog_attach(Catalog *catalog, StringView name, SchemaProvider *schema, Position position)
{
    Arena *keeper = arena_new_child(catalog->arena);
    arena_own(keeper, schema, schema_release);
    if (map_get(&catalog->schemas, name))
        error_raise_hint(ERROR_DUPLICATE_OBJECT, position, "choose another name with ATTACH '…' AS name",
                         "a schema \"%.*s\" is there already", VIEW_ARGUMENTS(name));
    map_set(&catalog->schemas, name, schema);
    arena_disown(keeper, schema);
    arena_free(keeper);
}

static SchemaProvider *catalog_require_schema(const Catalog *catalog, StringView name, Position position)
{
    SchemaProvider *schema = map_get(&catalog->schemas, name);
    if (schema)
        return schema;
    StringView nearest = map_nearest(&catalog->schemas, name);
    char hint[128] = "";
    if (nearest.data)
        snprintf(hint, sizeof hint, "did you mean \"%.*s\"?", VIEW_ARGUMENTS(nearest));
    error_raise_hint(ERROR_UNDEFINED_OBJECT, position, hint, "there is no schema \"%.*s\"", VIEW_ARGUMENTS(name));
}

void catalog_detach(Catalog *catalog, StringView name, Position position)
{
    SchemaProvider *schema = catalog_require_schema(catalog, name, position);
    if (view_equal_ignoring_case(name, view_of("main")))
        error_raise(ERROR_WRONG_OBJECT_TYPE, position, "schema main cannot be detached");
    if (view_equal_ignoring_case(name, view_of(catalog->current)))
        catalog->current = "main";
    map_remove(&catalog->schemas, name);
    schema->ops->release(schema);
}

SchemaProvider *catalog_schema(const Catalog *catalog, StringView name)
{
    return map_get(&catalog->schemas, name);
}

const char *catalog_schema_at(const Catalog *catalog, size_t index)
{
    for (size_t i = 0; i < catalog->schemas.entry_count; i++)
        if (catalog->schemas.entries[i].name.data && index-- == 0)
            return catalog->schemas.entries[i].name.data;
    return NULL;
}

const char *catalog_current_schema(const Catalog *catalog)
{
    return catalog->current;
}

void catalog_use(Catalog *catalog, StringView schema, Position position)
{
    (void)catalog_require_schema(catalog, schema, position);
    catalog->current = arena_string_n(catalog->arena, schema.data, schema.size);
}

static void table_release(void *table)
{
    provider_unref(table);
}

/* A bare name: the current schema, then main, then the one attached schema that has it. What is found is the
 * statement's while the search goes on, so that it is not lost when a schema raises. */
static TableProvider *catalog_search(Catalog *catalog, StringView name, const Context *context, Position position)
{
    const char *first[] = {catalog->current, "main"};
    for (size_t i = 0; i < 2; i++) {
        SchemaProvider *schema = map_get(&catalog->schemas, view_of(first[i]));
        TableProvider *table = schema->ops->table(schema, name, context);
        if (table)
            return table;
    }
    TableProvider *found = NULL;
    const char *found_in = NULL;
    for (size_t i = 0; i < catalog->schemas.entry_count; i++) {
        const MapEntry *entry = &catalog->schemas.entries[i];
        SchemaProvider *schema = entry->value;
        TableProvider *table = schema ? schema->ops->table(schema, name, context) : NULL;
        if (table == NULL)
            continue;
        arena_own(context->arena, table, table_release);
        if (found)
            error_raise_hint(ERROR_AMBIGUOUS_COLUMN, position, "write the schema in front of the name",
                             "table \"%.*s\" is in %s and in %s", VIEW_ARGUMENTS(name), found_in, entry->name.data);
        found = table;
        found_in = entry->name.data;
    }
    if (found)
        arena_disown(context->arena, found);
    return found;
}

/* Leaves out a leading "quern"; at most schema and table are left. */
static size_t name_normalize(const StringView *parts, size_t part_count, StringView *ret_parts, Position position)
{
    if (part_count == 3 && view_equal_ignoring_case(parts[0], view_of("quern"))) {
        parts++;
        part_count--;
    }
    if (part_count > 2)
        error_raise(ERROR_UNDEFINED_OBJECT, position, "there is no catalog \"%.*s\"", VIEW_ARGUMENTS(parts[0]));
    memcpy(ret_parts, parts, part_count * sizeof *parts);
    return part_count;
}

TableProvider *catalog_table(Catalog *catalog, const StringView *parts, size_t part_count, const Context *context,
                             Position position)
{
    StringView name[2];
    if (name_normalize(parts, part_count, name, position) == 1)
        return catalog_search(catalog, name[0], context, position);
    SchemaProvider *schema = map_get(&catalog->schemas, name[0]);
    return schema ? schema->ops->table(schema, name[1], context) : NULL;
}

typedef struct Nearest {
    StringView name; /* the misspelt one */
    size_t limit;
    char found[128]; /* empty: none yet */
} Nearest;

static void nearest_visit(void *user, const char *name)
{
    Nearest *nearest = user;
    if (nearest->limit == 0)
        return;
    size_t distance = name_distance(view_of(name), nearest->name, nearest->limit);
    if (distance <= nearest->limit && strlen(name) < sizeof nearest->found) {
        strcpy(nearest->found, name);
        nearest->limit = distance - (distance > 0);
    }
}

TableProvider *catalog_require_table(Catalog *catalog, const StringView *parts, size_t part_count,
                                     const Context *context, Position position)
{
    TableProvider *table = catalog_table(catalog, parts, part_count, context, position);
    if (table)
        return table;
    StringView name = parts[part_count - 1];
    Nearest nearest = {.name = name, .limit = name_distance_limit(name.size)};
    if (part_count > 1)
        (void)catalog_require_schema(catalog, parts[part_count - 2], position);
    for (size_t i = 0; i < catalog->schemas.entry_count; i++) {
        const MapEntry *entry = &catalog->schemas.entries[i];
        if (entry->name.data && (part_count == 1 || view_equal_ignoring_case(entry->name, parts[part_count - 2]))) {
            SchemaProvider *schema = entry->value;
            schema->ops->each(schema, context, nearest_visit, &nearest);
        }
    }
    char hint[256] = "";
    if (nearest.found[0])
        snprintf(hint, sizeof hint, "did you mean \"%s\"?", nearest.found);
    else if (memchr(name.data, '.', name.size) || memchr(name.data, '/', name.size))
        snprintf(hint, sizeof hint, "a file's name stands in single quotes: FROM 'file.csv'");
    error_raise_hint(ERROR_UNDEFINED_TABLE, position, hint, "table \"%.*s\" does not exist", VIEW_ARGUMENTS(name));
}

void catalog_register(Catalog *catalog, StringView schema_name, StringView name, TableProvider *table, bool replace,
                      Position position)
{
    Arena *keeper = arena_new_child(catalog->arena);
    arena_own(keeper, table, table_release);
    SchemaProvider *schema = schema_name.size ? catalog_require_schema(catalog, schema_name, position)
                                              : map_get(&catalog->schemas, view_of("main"));
    if (schema->ops != &memory_schema_ops)
        error_raise(ERROR_WRONG_OBJECT_TYPE, position,
                    "schema \"%.*s\" is a database of its own: this cannot stand in it", VIEW_ARGUMENTS(schema_name));
    Map *tables = &((MemorySchema *)schema)->tables;
    TableProvider *old = map_get(tables, name);
    if (old && !replace)
        error_raise_hint(ERROR_DUPLICATE_TABLE, position, "CREATE OR REPLACE takes its place, IF NOT EXISTS keeps it",
                         "table \"%.*s\" is there already", VIEW_ARGUMENTS(name));
    map_set(tables, name, table);
    arena_disown(keeper, table);
    arena_free(keeper);
    provider_unref(old);
}

bool catalog_drop(Catalog *catalog, const StringView *parts, size_t part_count, const Context *context,
                  Position position)
{
    StringView name[2];
    SchemaProvider *schema;
    if (name_normalize(parts, part_count, name, position) == 2) {
        schema = catalog_require_schema(catalog, name[0], position);
        name[0] = name[1];
    } else {
        schema = map_get(&catalog->schemas, view_of(catalog->current));
    }
    if (schema->ops->drop == NULL)
        error_raise(ERROR_READ_ONLY, position, "tables of this schema cannot be dropped");
    return schema->ops->drop(schema, name[0], context);
}

/* ---- files ---- */

TableProvider *catalog_file(const Catalog *catalog, StringView path)
{
    const MapEntry *entry = NULL; /* the map does not tell letters from capitals, files may */
    for (size_t i = 0; i < catalog->files.entry_count && entry == NULL; i++)
        if (view_equal(catalog->files.entries[i].name, path))
            entry = &catalog->files.entries[i];
    return entry ? provider_ref(entry->value) : NULL;
}

void catalog_keep_file(Catalog *catalog, StringView path, TableProvider *table)
{
    if (map_get(&catalog->files, path))
        return; /* a name that differs in case alone: that file is looked at again each time */
    map_set(&catalog->files, path, table);
    provider_ref(table);
}

/* ---- going back ---- */

struct CatalogSnapshot {
    Arena *arena;
    Map tables; /* a share each */
};

static void snapshot_release(void *object)
{
    const CatalogSnapshot *snapshot = object;
    for (size_t i = 0; i < snapshot->tables.entry_count; i++)
        provider_unref(snapshot->tables.entries[i].value);
}

CatalogSnapshot *catalog_snapshot(Catalog *catalog)
{
    const MemorySchema *schema = map_get(&catalog->schemas, view_of("main"));
    Arena *scratch = arena_new_child(catalog->arena), *arena = arena_new_child(scratch);
    CatalogSnapshot *snapshot = arena_new(arena, CatalogSnapshot);
    snapshot->arena = arena;
    snapshot->tables = map_in(arena);
    arena_own(arena, snapshot, snapshot_release);
    for (size_t i = 0; i < schema->tables.entry_count; i++) {
        const MapEntry *entry = &schema->tables.entries[i];
        if (entry->name.data == NULL)
            continue;
        map_set(&snapshot->tables, entry->name, entry->value);
        provider_ref(entry->value);
    }
    arena_set_parent(arena, schema->base.arena);
    arena_free(scratch);
    return snapshot;
}

void catalog_restore(Catalog *catalog, CatalogSnapshot *snapshot)
{
    MemorySchema *schema = map_get(&catalog->schemas, view_of("main"));
    for (size_t i = 0; i < schema->tables.entry_count; i++)
        provider_unref(schema->tables.entries[i].value);
    arena_free(schema->tables_arena);
    schema->tables = snapshot->tables;
    schema->tables_arena = snapshot->arena;
    arena_disown(snapshot->arena, snapshot);
}

void catalog_snapshot_free(CatalogSnapshot *snapshot)
{
    if (snapshot)
        arena_free(snapshot->arena);
}
