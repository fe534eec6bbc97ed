/* provider/catalog.h: names to tables: a catalog holds schemas, a schema holds tables.
 *
 *   main      in memory: what CREATE TABLE, CREATE VIEW and registering make; PostgreSQL's name for it, public, is
 *             another one of it
 *   temp      in memory: temporary tables and views, from the first on; pg_temp is another name of it
 *   <name>    in memory too: made by CREATE SCHEMA
 *   <name>    an attached database: its tables are looked up in the source itself
 *
 * A name of one part is looked for in temp, in the schemas of the search path, then in main, then in every attached one
 * (in two of them at once: ambiguous, an error). The current schema, in which things are made, is the first of the path
 * that there is, else main. Names compare without regard to ASCII case, exact spelling first. */
#ifndef QUERN_PROVIDER_CATALOG_H
#define QUERN_PROVIDER_CATALOG_H

#include "base/map.h"
#include "expr/sequence.h"
#include "provider/provider.h"

typedef struct Catalog Catalog;
typedef struct SchemaProvider SchemaProvider;

/* Schemas in which names of one part are looked for; those that there are not are passed over. */
typedef struct SearchPath {
    size_t count;
    const char *const *names;
} SearchPath;

/* A namespace of tables. Functions may raise. */
typedef struct SchemaProviderOps {
    const char *format;
    /* The table of that name with a share for the caller, or NULL. */
    TableProvider *(*table)(SchemaProvider *schema, StringView name, const Context *context);
    /* Calls visit for every table, by name in the source's order. */
    void (*each)(SchemaProvider *schema, const Context *context, void (*visit)(void *user, const char *name),
                 void *user);
    /* Make a table from a description (CREATE TABLE in an attached database). NULL: read-only. */
    void (*create)(SchemaProvider *schema, const char *name, const Schema *columns, const Constraints *constraints,
                   const char *const *defaults, const Context *context);
    /* DROP TABLE or VIEW. NULL: not possible. False: no such table. */
    bool (*drop)(SchemaProvider *schema, StringView name, const Context *context);
    /* ALTER TABLE, CREATE INDEX, DROP INDEX, REINDEX: SQL text in which this schema is called main. NULL: not possible.
     */
    void (*execute)(SchemaProvider *schema, const char *sql, const Context *context);
    /* The table that has the index of that name, with a share for the caller, or NULL. NULL: there are none. */
    TableProvider *(*index_table)(SchemaProvider *schema, StringView name, const Context *context);
    void (*release)(SchemaProvider *schema);
    bool is_hidden; /* its tables are found under its name alone */
} SchemaProviderOps;

struct SchemaProvider {
    const SchemaProviderOps *ops;
    Arena *arena; /* its own; freed by release */
};

/* How a format makes a table: CREATE EXTERNAL TABLE … STORED AS format, and file arguments. */
typedef struct FormatOption {
    StringView name, value;
    Position position;
} FormatOption;

typedef struct FormatArgs {
    const struct Format *format; /* the one that is asked */
    const char *table_name;      /* NULL: nothing is known of that */
    const char *location;
    Position position;     /* of the location in the statement */
    const Schema *columns; /* declared, or NULL; then also: */
    const Constraints *constraints;
    const char *const *defaults; /* one a column, SQL text or NULL */
    size_t order_count;          /* WITH ORDER: how the rows are sorted already; nobody has to make use of it */
    const ScanOrder *orders;
    size_t option_count;
    const FormatOption *options;
    const Context *context;
} FormatArgs;

typedef struct Format {
    const char *name;
    const char *extensions;  /* ".csv .tsv": file names that mean this format */
    const char *description; /* one line, for people */
    bool needs_no_location;  /* its tables may come from nowhere */
    /* A table with one share. Raises on unknown options, naming them. NULL: the format has databases only. */
    TableProvider *(*table)(const FormatArgs *args);
    /* A database to attach. NULL: the format has single tables only. */
    SchemaProvider *(*attach)(const FormatArgs *args);
    /* Reads all of a location: a row for each problem, and rows that say what was found out and why
     * (format_check_schema has their columns). Rows are made while they are pulled; each problem counts in
     * context->rejects. The stream lives in the context's arena. NULL: the format has nothing to check. */
    BatchStream *(*check)(const FormatArgs *args);
} Format;

/* file, line, field, column, kind, message, value. Kinds: structure, type (these are problems), column, file. */
Schema *format_check_schema(Arena *arena);

/* A table made from constants: FROM name(arguments). */
typedef struct TableFunction TableFunction;
struct TableFunction {
    const char *name;
    const char *description; /* one line, for people */
    size_t argument_count, optional_count;
    const Type *arguments; /* what is given is cast to these */
    /* With one share. */
    TableProvider *(*table)(const TableFunction *function, const Context *context, const Value *arguments,
                            size_t argument_count);
};

Catalog *catalog_new(Arena *arena); /* with an empty schema main */

/* Where its sequences note what nextval gave. */
LastValue *catalog_last_value(Catalog *catalog);

void catalog_add_format(Catalog *catalog, const Format *format);
const Format *catalog_format(const Catalog *catalog, StringView name); /* or NULL */
const Format *catalog_format_at(const Catalog *catalog, size_t index);
/* By the file name's extension; NULL when none fits. */
const Format *catalog_format_of_file(const Catalog *catalog, StringView path);

/* One of the same name goes. */
void catalog_add_table_function(Catalog *catalog, const TableFunction *function);
const TableFunction *catalog_table_function(const Catalog *catalog, StringView name); /* or NULL */
const TableFunction *catalog_table_function_at(const Catalog *catalog, size_t index);

/* Takes the schema. Raises DUPLICATE_OBJECT. */
void catalog_attach(Catalog *catalog, StringView name, SchemaProvider *schema, Position position);
void catalog_detach(Catalog *catalog, StringView name, Position position);
SchemaProvider *catalog_schema(const Catalog *catalog, StringView name); /* or NULL */
/* The same; raises UNDEFINED_SCHEMA with "did you mean". */
SchemaProvider *catalog_require_schema(const Catalog *catalog, StringView name, Position position);
/* Schema names in order of attaching, main first; NULL behind the last. */
const char *catalog_schema_at(const Catalog *catalog, size_t index);
/* CREATE SCHEMA: raises DUPLICATE_SCHEMA. DROP SCHEMA: raises DEPENDENT_OBJECTS when something is in it, unless
 * is_cascade. */
void catalog_create_schema(Catalog *catalog, StringView name, Position position);
void catalog_drop_schema(Catalog *catalog, StringView name, bool is_cascade, Position position);
bool schema_is_memory(const SchemaProvider *schema);

/* Another number as soon as a name may mean something else. */
uint64_t catalog_generation(const Catalog *catalog);

const char *catalog_current_schema(const Catalog *catalog);
SearchPath catalog_path(const Catalog *catalog);
void catalog_set_path(Catalog *catalog, const StringView *names, size_t count);
/* A path of one schema, which must be there. */
void catalog_use(Catalog *catalog, StringView schema, Position position);

/* A table by its name of one to three parts (catalog.schema.table: the first is ignored when it is "quern"), with a
 * share for the caller; NULL when there is none. */
TableProvider *catalog_table(Catalog *catalog, const StringView *parts, size_t part_count, const Context *context,
                             Position position);
/* The same; *ret_schema (if found) is the name of the schema that has it. */
TableProvider *catalog_find(Catalog *catalog, const StringView *parts, size_t part_count, const Context *context,
                            Position position, const char **ret_schema);
/* The same; raises UNDEFINED_TABLE with "did you mean" when there is none. */
TableProvider *catalog_require_table(Catalog *catalog, const StringView *parts, size_t part_count,
                                     const Context *context, Position position);
/* The same along another path than the session's. */
TableProvider *catalog_require_table_along(Catalog *catalog, const SearchPath *path, const StringView *parts,
                                           size_t part_count, const Context *context, Position position);
/* Takes one share of the table into a schema (schema.size 0: the current one, or main when that is a database). Raises
 * DUPLICATE_TABLE unless replace. */
void catalog_register(Catalog *catalog, StringView schema, StringView name, TableProvider *table, bool replace,
                      Position position);
/* False when there is no such table. */
bool catalog_drop(Catalog *catalog, const StringView *parts, size_t part_count, const Context *context,
                  Position position);

/* ---- files named in SQL: FROM 'file.csv' ---- */

/* The table that the path meant before, with a share for the caller, or NULL. What was found out about a file is so
 * found out once in a session. */
TableProvider *catalog_file(const Catalog *catalog, StringView path);
/* Takes a share of its own. */
void catalog_keep_file(Catalog *catalog, StringView path, TableProvider *table);

/* The schemas in memory as they are, to go back to: catalog_restore takes the snapshot, and never raises. */
typedef struct CatalogSnapshot CatalogSnapshot;
CatalogSnapshot *catalog_snapshot(Catalog *catalog);
void catalog_restore(Catalog *catalog, CatalogSnapshot *snapshot);
/* NULL is fine. */
void catalog_snapshot_free(CatalogSnapshot *snapshot);

/* ---- views: a provider that is a query ---- */

/* `sql` is the query's text, whose names are looked for along `path`; `columns` its schema with the view's column
 * names. */
TableProvider *view_new(const Context *context, const char *sql, const Schema *columns, const SearchPath *path);
/* NULL: it is none of these. */
const SearchPath *view_path(const TableProvider *table);

#endif
