/* provider/catalog.c: names to schemas to tables, and formats by name. */
#include "provider/catalog.h"

#include <stdio.h>

#include "base/error.h"

struct Catalog {
    Arena *arena;
    Arena *schemas_arena; /* of the map; freed by hand, behind the schemas */
    Map schemas;          /* SchemaProvider *, main first */
    Map formats;          /* const Format * */
    Map table_functions;  /* const TableFunction * */
    Map files;            /* by path: TableProvider *, a share each */
    SearchPath path;
    uint64_t generation; /* goes up whenever a name may mean something else */
    LastValue last_value;
};

/* ---- schemas in memory ---- */

typedef struct MemorySchema {
    SchemaProvider base;
    size_t share_count;  /* the catalog's, and those of snapshots */
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

static TableProvider *memory_schema_index_table(SchemaProvider *schema, StringView name, const Context *context)
{
    (void)context;
    const Map *tables = &((MemorySchema *)schema)->tables;
    for (size_t t = 0; t < tables->entry_count; t++) {
        TableProvider *table = tables->entries[t].value;
        const Indexes *indexes = table ? provider_indexes(table) : NULL;
        for (size_t i = 0; indexes && i < indexes->count; i++)
            if (view_equal_ignoring_case(view_of(indexes->items[i].name), name))
                return provider_ref(table);
    }
    return NULL;
}

static void tables_unref(const Map *tables)
{
    for (size_t i = 0; i < tables->entry_count; i++)
        provider_unref(tables->entries[i].value);
}

static void memory_schema_release(SchemaProvider *base)
{
    MemorySchema *schema = (MemorySchema *)base;
    if (--schema->share_count > 0)
        return;
    tables_unref(&schema->tables);
    arena_free(base->arena);
}

static const SchemaProviderOps memory_schema_ops = {
    .format = "memory",
    .table = memory_schema_table,
    .each = memory_schema_each,
    .drop = memory_schema_drop,
    .index_table = memory_schema_index_table,
    .release = memory_schema_release,
};

static SchemaProvider *memory_schema_new(Arena *parent)
{
    Arena *arena = arena_new_child(parent);
    MemorySchema *schema = arena_new(arena, MemorySchema);
    schema->base = (SchemaProvider){.ops = &memory_schema_ops, .arena = arena};
    schema->share_count = 1;
    schema->tables_arena = arena_new_child(arena);
    schema->tables = map_in(schema->tables_arena);
    arena_set_parent(arena, NULL);
    return &schema->base;
}

bool schema_is_memory(const SchemaProvider *schema)
{
    return schema->ops == &memory_schema_ops;
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
    arena_free(catalog->schemas_arena);
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
    catalog->formats = map_in(arena);
    catalog->table_functions = map_in(arena);
    catalog->files = map_in(arena);
    arena_own(arena, catalog, catalog_release);
    catalog->schemas_arena = arena_new_child(NULL);
    catalog->schemas = map_in(catalog->schemas_arena);
    catalog_attach(catalog, view_of("main"), memory_schema_new(arena), NO_POSITION);
    return catalog;
}

LastValue *catalog_last_value(Catalog *catalog)
{
    return &catalog->last_value;
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
    catalog->generation++;
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
    catalog->generation++;
    arena_disown(keeper, schema);
    arena_free(keeper);
}

/* For who writes FROM file.csv. */
#define FILE_HINT "a file's name stands in single quotes: FROM 'file.csv'"

/* PostgreSQL's names for the first schema and for that of temporary tables, unless there are schemas of these names. */
SchemaProvider *catalog_schema(const Catalog *catalog, StringView name)
{
    static const struct {
        const char *name, *meant;
    } others[] = {{"public", "main"}, {"pg_temp", "temp"}};
    SchemaProvider *schema = map_get(&catalog->schemas, name);
    for (size_t i = 0; schema == NULL && i < sizeof others / sizeof *others; i++)
        if (view_equal_ignoring_case(name, view_of(others[i].name)))
            schema = map_get(&catalog->schemas, view_of(others[i].meant));
    return schema;
}

/* Raises `code`, with a schema of nearly this name as a hint, else `hint`. */
static SchemaProvider *catalog_require_schema_or(const Catalog *catalog, StringView name, ErrorCode code,
                                                 const char *hint, Position position)
{
    SchemaProvider *schema = catalog_schema(catalog, name);
    if (schema)
        return schema;
    StringView nearest = map_nearest(&catalog->schemas, name);
    char text[128];
    if (nearest.data) {
        snprintf(text, sizeof text, "did you mean \"%.*s\"?", VIEW_ARGUMENTS(nearest));
        hint = text;
    }
    error_raise_hint(code, position, hint, "there is no schema \"%.*s\"", VIEW_ARGUMENTS(name));
}

SchemaProvider *catalog_require_schema(const Catalog *catalog, StringView name, Position position)
{
    return catalog_require_schema_or(catalog, name, ERROR_UNDEFINED_SCHEMA, "", position);
}

void catalog_create_schema(Catalog *catalog, StringView name, Position position)
{
    if (map_get(&catalog->schemas, name))
        error_raise(ERROR_DUPLICATE_SCHEMA, position, "schema \"%.*s\" already exists", VIEW_ARGUMENTS(name));
    catalog_attach(catalog, name, memory_schema_new(catalog->arena), position);
}

void catalog_drop_schema(Catalog *catalog, StringView name, bool is_cascade, Position position)
{
    SchemaProvider *schema = catalog_require_schema(catalog, name, position);
    if (!schema_is_memory(schema) || schema == map_get(&catalog->schemas, view_of("main")))
        error_raise_hint(ERROR_WRONG_OBJECT_TYPE, position, schema_is_memory(schema) ? "" : "use DETACH",
                         "schema \"%.*s\" cannot be dropped", VIEW_ARGUMENTS(name));
    if (((MemorySchema *)schema)->tables.live_count > 0 && !is_cascade)
        error_raise_hint(ERROR_DEPENDENT_OBJECTS, position, "DROP SCHEMA … CASCADE drops what is in it too",
                         "schema \"%.*s\" is not empty", VIEW_ARGUMENTS(name));
    map_remove(&catalog->schemas, name);
    catalog->generation++;
    schema->ops->release(schema);
}

void catalog_detach(Catalog *catalog, StringView name, Position position)
{
    SchemaProvider *schema = catalog_require_schema(catalog, name, position);
    if (schema_is_memory(schema) || schema->ops->is_hidden)
        error_raise(ERROR_WRONG_OBJECT_TYPE, position, "schema %.*s cannot be detached", VIEW_ARGUMENTS(name));
    map_remove(&catalog->schemas, name);
    catalog->generation++;
    schema->ops->release(schema);
}

const char *catalog_schema_at(const Catalog *catalog, size_t index)
{
    for (size_t i = 0; i < catalog->schemas.entry_count; i++)
        if (catalog->schemas.entries[i].name.data && index-- == 0)
            return catalog->schemas.entries[i].name.data;
    return NULL;
}

/* ---- the search path ---- */

/* The name that the catalog has it under, or NULL. */
static const char *schema_own_name(const Catalog *catalog, StringView name)
{
    const SchemaProvider *schema = catalog_schema(catalog, name);
    for (size_t i = 0; schema && i < catalog->schemas.entry_count; i++)
        if (catalog->schemas.entries[i].value == schema && catalog->schemas.entries[i].name.data)
            return catalog->schemas.entries[i].name.data;
    return NULL;
}

uint64_t catalog_generation(const Catalog *catalog)
{
    return catalog->generation;
}

const char *catalog_current_schema(const Catalog *catalog)
{
    for (size_t i = 0; i < catalog->path.count; i++) {
        const char *name = schema_own_name(catalog, view_of(catalog->path.names[i]));
        if (name)
            return name;
    }
    return "main";
}

SearchPath catalog_path(const Catalog *catalog)
{
    return catalog->path;
}

void catalog_set_path(Catalog *catalog, const StringView *names, size_t count)
{
    const char **path = arena_array(catalog->arena, const char *, count);
    for (size_t i = 0; i < count; i++)
        path[i] = arena_view(catalog->arena, names[i]).data;
    catalog->path = (SearchPath){count, path};
    catalog->generation++;
}

void catalog_use(Catalog *catalog, StringView schema, Position position)
{
    (void)catalog_require_schema(catalog, schema, position);
    catalog_set_path(catalog, &schema, 1);
}

/* ---- names to tables ---- */

static TableProvider *table_in(const Catalog *catalog, const char *schema_name, StringView name, const Context *context,
                               const char **ret_schema)
{
    SchemaProvider *schema = schema_name ? catalog_schema(catalog, view_of(schema_name)) : NULL;
    TableProvider *table = schema ? schema->ops->table(schema, name, context) : NULL;
    if (table)
        *ret_schema = schema_name;
    return table;
}

/* Among temporary tables, in the search path, and in main. */
static TableProvider *path_search(const Catalog *catalog, const SearchPath *path, StringView name,
                                  const Context *context, const char **ret_schema)
{
    TableProvider *table = table_in(catalog, "temp", name, context, ret_schema);
    for (size_t i = 0; table == NULL && i < path->count; i++)
        table = table_in(catalog, schema_own_name(catalog, view_of(path->names[i])), name, context, ret_schema);
    return table ? table : table_in(catalog, "main", name, context, ret_schema);
}

/* A bare name: the search path, then main, then the one attached schema that has it. What is found is the statement's
 * while the search goes on, so that it is not lost when a schema raises. */
static TableProvider *catalog_search(const Catalog *catalog, const SearchPath *path, StringView name,
                                     const Context *context, Position position, const char **ret_schema)
{
    TableProvider *found = path_search(catalog, path, name, context, ret_schema);
    if (found)
        return found;
    for (size_t i = 0; i < catalog->schemas.entry_count; i++) {
        const MapEntry *entry = &catalog->schemas.entries[i];
        SchemaProvider *schema = entry->value;
        bool is_searched = schema && !schema_is_memory(schema) && !schema->ops->is_hidden;
        TableProvider *table = is_searched ? schema->ops->table(schema, name, context) : NULL;
        if (table == NULL)
            continue;
        provider_own(context->arena, table);
        if (found)
            error_raise_hint(ERROR_AMBIGUOUS_COLUMN, position, "write the schema in front of the name",
                             "table \"%.*s\" is in %s and in %s", VIEW_ARGUMENTS(name), *ret_schema, entry->name.data);
        found = table;
        *ret_schema = entry->name.data;
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
        error_raise_hint(ERROR_UNDEFINED_OBJECT, position, FILE_HINT, "there is no catalog \"%.*s\"",
                         VIEW_ARGUMENTS(parts[0]));
    memcpy(ret_parts, parts, part_count * sizeof *parts);
    return part_count;
}

static TableProvider *find_along(const Catalog *catalog, const SearchPath *path, const StringView *parts,
                                 size_t part_count, const Context *context, Position position, const char **ret_schema)
{
    StringView name[2];
    if (name_normalize(parts, part_count, name, position) == 1)
        return catalog_search(catalog, path, name[0], context, position, ret_schema);
    SchemaProvider *schema = catalog_schema(catalog, name[0]);
    *ret_schema = schema_own_name(catalog, name[0]);
    return schema ? schema->ops->table(schema, name[1], context) : NULL;
}

TableProvider *catalog_find(Catalog *catalog, const StringView *parts, size_t part_count, const Context *context,
                            Position position, const char **ret_schema)
{
    return find_along(catalog, &catalog->path, parts, part_count, context, position, ret_schema);
}

TableProvider *catalog_table(Catalog *catalog, const StringView *parts, size_t part_count, const Context *context,
                             Position position)
{
    const char *schema;
    return catalog_find(catalog, parts, part_count, context, position, &schema);
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
    return catalog_require_table_along(catalog, &catalog->path, parts, part_count, context, position);
}

TableProvider *catalog_require_table_along(Catalog *catalog, const SearchPath *path, const StringView *parts,
                                           size_t part_count, const Context *context, Position position)
{
    const char *schema_name;
    TableProvider *table = find_along(catalog, path, parts, part_count, context, position, &schema_name);
    if (table)
        return table;
    StringView name = parts[part_count - 1];
    Nearest nearest = {.name = name, .limit = name_distance_limit(name.size)};
    const SchemaProvider *wanted =
        part_count > 1
            ? catalog_require_schema_or(catalog, parts[part_count - 2], ERROR_UNDEFINED_TABLE, FILE_HINT, position)
            : NULL;
    for (size_t i = 0; i < catalog->schemas.entry_count; i++) {
        SchemaProvider *schema = catalog->schemas.entries[i].value;
        if (schema && (wanted ? schema == wanted : !schema->ops->is_hidden))
            schema->ops->each(schema, context, nearest_visit, &nearest);
    }
    char hint[256] = "";
    if (nearest.found[0])
        snprintf(hint, sizeof hint, "did you mean \"%s\"?", nearest.found);
    else if (memchr(name.data, '.', name.size) || memchr(name.data, '/', name.size))
        snprintf(hint, sizeof hint, FILE_HINT);
    error_raise_hint(ERROR_UNDEFINED_TABLE, position, hint, "table \"%.*s\" does not exist", VIEW_ARGUMENTS(name));
}

void catalog_register(Catalog *catalog, StringView schema_name, StringView name, TableProvider *table, bool replace,
                      Position position)
{
    Arena *keeper = arena_new_child(catalog->arena);
    provider_own(keeper, table);
    SchemaProvider *schema = schema_name.size ? catalog_require_schema(catalog, schema_name, position)
                                              : catalog_schema(catalog, view_of(catalog_current_schema(catalog)));
    if (schema_name.size == 0 && !schema_is_memory(schema))
        schema = catalog_schema(catalog, view_of("main"));
    if (!schema_is_memory(schema))
        error_raise(ERROR_WRONG_OBJECT_TYPE, position,
                    "schema \"%.*s\" is a database of its own: this cannot stand in it", VIEW_ARGUMENTS(schema_name));
    Map *tables = &((MemorySchema *)schema)->tables;
    TableProvider *old = map_get(tables, name);
    if (old && !replace)
        error_raise_hint(ERROR_DUPLICATE_TABLE, position, "CREATE OR REPLACE takes its place, IF NOT EXISTS keeps it",
                         "table \"%.*s\" is there already", VIEW_ARGUMENTS(name));
    map_set(tables, name, table);
    catalog->generation++;
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
        const char *schema_name;
        TableProvider *table = path_search(catalog, &catalog->path, name[0], context, &schema_name);
        if (table == NULL)
            return false;
        provider_unref(table); /* the schema has a share */
        schema = catalog_schema(catalog, view_of(schema_name));
    }
    if (schema->ops->drop == NULL)
        error_raise(ERROR_READ_ONLY, position, "tables of this schema cannot be dropped");
    catalog->generation++;
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

/* The tables of one schema, as they were. */
typedef struct SchemaTables {
    MemorySchema *schema; /* one share */
    Map tables;           /* a share each */
} SchemaTables;

struct CatalogSnapshot {
    Arena *arena;
    Map schemas; /* the catalog's; those in memory with the shares of `memory` */
    size_t memory_count;
    SchemaTables *memory;
};

/* What a map's arena owns is released while the map is still there. */
static void schema_tables_release(void *object)
{
    const SchemaTables *set = object;
    tables_unref(&set->tables);
    memory_schema_release(&set->schema->base);
}

static void snapshot_take_schema(CatalogSnapshot *snapshot, MemorySchema *schema)
{
    SchemaTables *set = &snapshot->memory[snapshot->memory_count];
    *set = (SchemaTables){.schema = schema, .tables = map_in(arena_new_child(snapshot->arena))};
    arena_own(set->tables.arena, set, schema_tables_release);
    snapshot->memory_count++;
    schema->share_count++;
    for (size_t i = 0; i < schema->tables.entry_count; i++) {
        const MapEntry *entry = &schema->tables.entries[i];
        if (entry->name.data == NULL)
            continue;
        map_set(&set->tables, entry->name, entry->value);
        provider_ref(entry->value);
    }
}

CatalogSnapshot *catalog_snapshot(Catalog *catalog)
{
    Arena *scratch = arena_new_child(catalog->arena), *arena = arena_new_child(scratch);
    CatalogSnapshot *snapshot = arena_new(arena, CatalogSnapshot);
    snapshot->arena = arena;
    snapshot->schemas = map_in(arena_new_child(arena));
    snapshot->memory = arena_array(arena, SchemaTables, catalog->schemas.entry_count);
    for (size_t i = 0; i < catalog->schemas.entry_count; i++) {
        const MapEntry *entry = &catalog->schemas.entries[i];
        if (entry->name.data == NULL)
            continue;
        map_set(&snapshot->schemas, entry->name, entry->value);
        if (schema_is_memory(entry->value))
            snapshot_take_schema(snapshot, entry->value);
    }
    arena_set_parent(arena, catalog->arena);
    arena_free(scratch);
    return snapshot;
}

void catalog_restore(Catalog *catalog, CatalogSnapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->memory_count; i++) {
        MemorySchema *schema = snapshot->memory[i].schema;
        tables_unref(&schema->tables);
        arena_free(schema->tables_arena);
        schema->tables = snapshot->memory[i].tables;
        schema->tables_arena = schema->tables.arena;
        arena_disown(schema->tables_arena, &snapshot->memory[i]);
        arena_set_parent(schema->tables_arena, schema->base.arena);
    }
    for (size_t i = 0; i < catalog->schemas.entry_count; i++) {
        SchemaProvider *schema = catalog->schemas.entries[i].value;
        if (schema && schema_is_memory(schema))
            memory_schema_release(schema);
    }
    arena_free(catalog->schemas_arena);
    catalog->schemas = snapshot->schemas;
    catalog->schemas_arena = catalog->schemas.arena;
    arena_set_parent(catalog->schemas_arena, NULL);
    catalog->generation++;
    arena_free(snapshot->arena);
}

void catalog_snapshot_free(CatalogSnapshot *snapshot)
{
    if (snapshot)
        arena_free(snapshot->arena);
}
