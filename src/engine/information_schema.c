/* engine/information_schema.c: its tables, each a list of columns and a function that adds the rows. */
#include "engine/information_schema.h"

#include "engine/rows_table.h"
#include "engine/settings.h"
#include "expr/function.h"
#include "expr/set_function.h"
#include "expr/window.h"
#include "provider/sequence.h"

enum { MOST_COLUMNS = 24 };

/* A table while its rows are added. */
typedef struct Listing {
    const QuernConnection *connection;
    const Context *context;
    Rows *rows;
    const Schema *schema;
    Value values[MOST_COLUMNS]; /* of the row at hand, NULL where nothing was set */
    size_t value_count;
    const char *schema_name; /* while schemas are gone through */
    SchemaProvider *provider;
    void (*add_table)(struct Listing *listing, const char *name, TableProvider *table);
    bool wants_sequences; /* they stand among the tables, and are none */
} Listing;

static const char catalog_name[] = "quern";

/* ---- a row, value by value ---- */

static void add_value(Listing *listing, Value value)
{
    listing->values[listing->value_count++] = value;
}

static void add_text(Listing *listing, const char *text)
{
    add_value(listing, text ? value_text(view_of(text)) : value_null(type_of(TYPE_VARCHAR)));
}

static void add_number(Listing *listing, int64_t number)
{
    add_value(listing, value_integer(type_of(TYPE_INTEGER), number));
}

/* The columns that are left are NULL. */
static void add_row(Listing *listing)
{
    while (listing->value_count < listing->schema->column_count)
        add_value(listing, value_null(listing->schema->columns[listing->value_count].type));
    rows_add(listing->rows, listing->values);
    listing->value_count = 0;
}

static void add_nulls(Listing *listing, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_value(listing, value_null(listing->schema->columns[listing->value_count].type));
}

/* "quern", schema, name: what most rows begin with */
static void add_name(Listing *listing, const char *name)
{
    add_text(listing, catalog_name);
    add_text(listing, listing->schema_name);
    add_text(listing, name);
}

/* ---- every table ---- */

static void table_visit(void *user, const char *name)
{
    Listing *listing = user;
    TableProvider *table = listing->provider->ops->table(listing->provider, view_of(name), listing->context);
    if (table == NULL)
        return;
    provider_own(listing->context->arena, table);
    bool is_sequence = provider_table_type(table) == TABLE_SEQUENCE;
    if (is_sequence == listing->wants_sequences)
        listing->add_table(listing, name, table);
}

static void list_tables(Listing *listing, void (*add_table)(Listing *listing, const char *name, TableProvider *table))
{
    const Catalog *catalog = listing->connection->catalog;
    listing->add_table = add_table;
    for (size_t i = 0; (listing->schema_name = catalog_schema_at(catalog, i)) != NULL; i++) {
        listing->provider = catalog_schema(catalog, view_of(listing->schema_name));
        if (!listing->provider->ops->is_hidden)
            listing->provider->ops->each(listing->provider, listing->context, table_visit, listing);
    }
}

/* ---- schemata, tables, views ---- */

static void list_schemata(Listing *listing)
{
    const char *name;
    for (size_t i = 0; (name = catalog_schema_at(listing->connection->catalog, i)) != NULL; i++) {
        add_text(listing, catalog_name);
        add_text(listing, name);
        add_text(listing, catalog_name);
        add_row(listing);
    }
}

static const char *yes_or_no(bool is_yes)
{
    return is_yes ? "YES" : "NO";
}

static void add_table(Listing *listing, const char *name, TableProvider *table)
{
    static const char *const types[] = {
        [TABLE_BASE] = "BASE TABLE", [TABLE_VIEW] = "VIEW", [TABLE_TEMPORARY] = "LOCAL TEMPORARY"};
    TableType type = provider_table_type(table);
    add_name(listing, name);
    add_text(listing, types[type]);
    add_nulls(listing, 5);
    add_text(listing, yes_or_no(type != TABLE_VIEW && table->ops->insert_into));
    add_text(listing, "NO");
    add_text(listing, type == TABLE_TEMPORARY ? "PRESERVE" : NULL);
    add_row(listing);
}

static void add_view(Listing *listing, const char *name, TableProvider *table)
{
    const char *sql = provider_logical_plan(table);
    if (sql == NULL)
        return;
    add_name(listing, name);
    add_text(listing, sql);
    add_text(listing, "NONE");
    for (size_t i = 0; i < 5; i++) /* is_updatable and the like */
        add_text(listing, "NO");
    add_row(listing);
}

static void list_all_tables(Listing *listing)
{
    list_tables(listing, add_table);
}

static void list_views(Listing *listing)
{
    list_tables(listing, add_view);
}

/* ---- columns ---- */

/* numeric_precision, numeric_precision_radix, numeric_scale */
static void add_numeric(Listing *listing, Type type)
{
    static const struct {
        TypeId id;
        int64_t bits;
    } integers[] = {{TYPE_SMALLINT, 16}, {TYPE_INTEGER, 32}, {TYPE_BIGINT, 64}, {TYPE_UBIGINT, 64}};
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++)
        if (integers[i].id == type.id) {
            add_number(listing, integers[i].bits);
            add_number(listing, 2);
            add_number(listing, 0);
            return;
        }
    if (type.id == TYPE_DECIMAL || type.id == TYPE_DOUBLE) {
        add_number(listing, type.id == TYPE_DECIMAL ? type.precision : 53);
        add_number(listing, type.id == TYPE_DECIMAL ? 10 : 2);
        add_value(listing, type.id == TYPE_DECIMAL ? value_integer(type_of(TYPE_INTEGER), type.scale)
                                                   : value_null(type_of(TYPE_INTEGER)));
        return;
    }
    add_nulls(listing, 3);
}

typedef struct SchemaRequest {
    const Listing *listing;
    TableProvider *table;
    const Schema *schema;
} SchemaRequest;

static void schema_ask(void *argument)
{
    SchemaRequest *request = argument;
    request->schema = request->table->ops->schema(request->table, request->listing->context);
}

/* NULL: a source that cannot be read now, such as a file that went away, must not keep others from being listed. What
 * comes through standard input is not waited for. */
static const Schema *readable_schema(const Listing *listing, const char *name, TableProvider *table)
{
    SchemaRequest request = {listing, table, NULL};
    Error error;
    if (text_equal_ignoring_case(name, "stdin") && strcmp(table->ops->format, "memory") != 0)
        return NULL;
    if (error_protect(schema_ask, &request, &error))
        return request.schema;
    if (error_class(error.code) != ERROR_CLASS_DATA && error_class(error.code) != ERROR_CLASS_IO)
        error_raise_again(&error);
    return NULL;
}

static void add_columns(Listing *listing, const char *name, TableProvider *table)
{
    const Schema *schema = readable_schema(listing, name, table);
    if (schema == NULL)
        return;
    for (size_t i = 0; i < schema->column_count; i++) {
        const Column *column = &schema->columns[i];
        TypeId id = column->type.id;
        char type[TYPE_NAME_SIZE];
        bool has_time = id == TYPE_TIME || id == TYPE_TIMESTAMP || id == TYPE_TIMESTAMPTZ || id == TYPE_INTERVAL;
        add_name(listing, name);
        add_text(listing, column->name);
        add_number(listing, (int64_t)i + 1);
        add_text(listing, provider_column_default(table, i));
        add_text(listing, yes_or_no(column->is_nullable));
        add_text(listing, arena_string(listing->context->arena, type_standard_name(column->type, type)));
        if (id == TYPE_VARCHAR && column->type.limit >= LIMIT_LENGTH)
            add_number(listing, column->type.length);
        else
            add_nulls(listing, 1);
        add_nulls(listing, 1);
        add_numeric(listing, column->type);
        if (has_time || id == TYPE_DATE)
            add_number(listing, has_time ? 6 : 0);
        else
            add_nulls(listing, 1);
        add_text(listing, "NO");
        add_text(listing, provider_column_generated(table, i) ? "ALWAYS" : "NEVER");
        add_text(listing, yes_or_no(provider_table_type(table) != TABLE_VIEW && table->ops->update_rows));
        add_row(listing);
    }
}

static void list_columns(Listing *listing)
{
    list_tables(listing, add_columns);
}

/* ---- constraints ---- */

/* Calls `add` with each constraint that has a row: NOT NULL stands with its column, a unique index is no constraint. */
static void each_constraint(Listing *listing, const char *name, TableProvider *table,
                            void (*add)(Listing *listing, const char *table_name, const char *constraint_name,
                                        const Schema *schema, const Constraint *constraint))
{
    const Constraints *constraints = provider_constraints(table);
    if (constraints == NULL || constraints->count == 0)
        return;
    const Schema *schema = table->ops->schema(table, listing->context);
    for (size_t i = 0; i < constraints->count; i++) {
        const Constraint *constraint = &constraints->items[i];
        if (constraint_is_table_s(constraint))
            add(listing, name, constraint_name(listing->context->arena, name, schema, constraint), schema, constraint);
    }
}

static void add_table_constraint(Listing *listing, const char *table_name, const char *name, const Schema *schema,
                                 const Constraint *constraint)
{
    static const char *const kinds[] = {[CONSTRAINT_PRIMARY_KEY] = "PRIMARY KEY",
                                        [CONSTRAINT_UNIQUE] = "UNIQUE",
                                        [CONSTRAINT_NOT_NULL] = "CHECK",
                                        [CONSTRAINT_CHECK] = "CHECK",
                                        [CONSTRAINT_FOREIGN_KEY] = "FOREIGN KEY"};
    (void)schema;
    add_name(listing, name);
    add_name(listing, table_name);
    add_text(listing, kinds[constraint->kind]);
    add_text(listing, "NO");
    add_text(listing, "NO");
    add_text(listing, "YES");
    add_text(listing, constraint->kind == CONSTRAINT_UNIQUE ? "YES" : NULL);
    add_row(listing);
}

static void add_key_columns(Listing *listing, const char *table_name, const char *name, const Schema *schema,
                            const Constraint *constraint)
{
    for (size_t i = 0; constraint->kind != CONSTRAINT_CHECK && i < constraint->column_count; i++) {
        add_name(listing, name);
        add_name(listing, table_name);
        add_text(listing, schema->columns[constraint->columns[i]].name);
        add_number(listing, (int64_t)i + 1);
        add_row(listing);
    }
}

static void add_check(Listing *listing, const char *table_name, const char *name, const Schema *schema,
                      const Constraint *constraint)
{
    (void)table_name, (void)schema;
    if (constraint->kind != CONSTRAINT_CHECK)
        return;
    add_name(listing, name);
    add_text(listing, constraint->check);
    add_row(listing);
}

static void add_table_constraints(Listing *listing, const char *name, TableProvider *table)
{
    each_constraint(listing, name, table, add_table_constraint);
}

static void add_table_keys(Listing *listing, const char *name, TableProvider *table)
{
    each_constraint(listing, name, table, add_key_columns);
}

static void add_table_checks(Listing *listing, const char *name, TableProvider *table)
{
    each_constraint(listing, name, table, add_check);
}

static void list_table_constraints(Listing *listing)
{
    list_tables(listing, add_table_constraints);
}

static void list_key_columns(Listing *listing)
{
    list_tables(listing, add_table_keys);
}

static void list_checks(Listing *listing)
{
    list_tables(listing, add_table_checks);
}

/* ---- sequences ---- */

/* Those of identity columns are not listed, as in PostgreSQL. */
static void add_sequence(Listing *listing, const char *name, TableProvider *table)
{
    const SequenceDefinition *definition = &table_sequence(table)->definition;
    if (definition->is_identity)
        return;
    const int64_t numbers[] = {definition->start, definition->minimum, definition->maximum, definition->increment};
    char type[TYPE_NAME_SIZE];
    add_name(listing, name);
    add_text(listing, type_standard_name(definition->type, type));
    add_number(listing, definition->type.id == TYPE_SMALLINT ? 16 : definition->type.id == TYPE_INTEGER ? 32 : 64);
    add_number(listing, 2);
    add_number(listing, 0);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        add_text(listing, arena_format(listing->context->arena, "%lld", (long long)numbers[i]));
    add_text(listing, yes_or_no(definition->is_cycling));
    add_row(listing);
}

static void list_sequences(Listing *listing)
{
    listing->wants_sequences = true;
    list_tables(listing, add_sequence);
}

/* ---- functions and settings ---- */

static void add_routine(Listing *listing, const char *name, const char *kind, const char *signature,
                        const char *description)
{
    add_name(listing, name);
    add_name(listing, name);
    add_text(listing, "FUNCTION");
    add_text(listing, kind);
    add_text(listing, signature);
    add_text(listing, description);
    add_row(listing);
}

static void list_routines(Listing *listing)
{
    const Function *function;
    const Aggregate *aggregate;
    const WindowFunction *window;
    const SetFunction *set;
    listing->schema_name = "main";
    for (size_t i = 0; (function = function_at(i)) != NULL; i++)
        add_routine(listing, function->name, "scalar", function->signature, function->description);
    for (size_t i = 0; (aggregate = aggregate_at(i)) != NULL; i++)
        add_routine(listing, aggregate->name, "aggregate", aggregate->signature, aggregate->description);
    for (size_t i = 0; (window = window_function_at(i)) != NULL; i++)
        add_routine(listing, window->name, "window", window->signature, window->description);
    for (size_t i = 0; (set = set_function_at(i)) != NULL; i++)
        add_routine(listing, set->name, "set", set->signature, set->description);
}

static void list_settings(Listing *listing)
{
    const char *name;
    const Settings *settings = &listing->connection->settings;
    for (size_t i = 0; (name = settings_name(i)) != NULL; i++) {
        add_text(listing, name);
        add_text(listing, settings_get(settings, listing->context->arena, view_of(name), NO_POSITION));
        add_text(listing, settings_description(i));
        add_row(listing);
    }
}

/* ---- the tables ---- */

/* Columns are VARCHAR; a # in front of a name: INTEGER. */
static const struct InformationTable {
    const char *name;
    const char *columns;
    void (*list)(Listing *listing);
} tables[] = {
    {"schemata",
     "catalog_name schema_name schema_owner default_character_set_catalog default_character_set_schema "
     "default_character_set_name sql_path",
     list_schemata},
    {"tables",
     "table_catalog table_schema table_name table_type self_referencing_column_name reference_generation "
     "user_defined_type_catalog user_defined_type_schema user_defined_type_name is_insertable_into is_typed "
     "commit_action",
     list_all_tables},
    {"columns",
     "table_catalog table_schema table_name column_name #ordinal_position column_default is_nullable data_type "
     "#character_maximum_length #character_octet_length #numeric_precision #numeric_precision_radix #numeric_scale "
     "#datetime_precision is_identity is_generated is_updatable",
     list_columns},
    {"views",
     "table_catalog table_schema table_name view_definition check_option is_updatable is_insertable_into "
     "is_trigger_updatable is_trigger_deletable is_trigger_insertable_into",
     list_views},
    {"table_constraints",
     "constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name constraint_type "
     "is_deferrable initially_deferred enforced nulls_distinct",
     list_table_constraints},
    {"key_column_usage",
     "constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name column_name "
     "#ordinal_position #position_in_unique_constraint",
     list_key_columns},
    {"check_constraints", "constraint_catalog constraint_schema constraint_name check_clause", list_checks},
    {"routines",
     "specific_catalog specific_schema specific_name routine_catalog routine_schema routine_name routine_type "
     "function_type signature description",
     list_routines},
    {"sequences",
     "sequence_catalog sequence_schema sequence_name data_type #numeric_precision #numeric_precision_radix "
     "#numeric_scale start_value minimum_value maximum_value increment cycle_option",
     list_sequences},
    {"settings", "name value description", list_settings},
};

static const struct InformationTable *find_table(StringView name)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (view_equal_ignoring_case(view_of(tables[i].name), name))
            return &tables[i];
    return NULL;
}

static Schema *table_schema(Arena *arena, const char *columns)
{
    Schema *schema = schema_new(arena, MOST_COLUMNS);
    schema->column_count = 0;
    while (*columns) {
        size_t size = strcspn(columns, " ");
        bool is_number = *columns == '#';
        schema->columns[schema->column_count++] =
            (Column){.name = arena_string_n(arena, columns + is_number, size - is_number),
                     .type = type_of(is_number ? TYPE_INTEGER : TYPE_VARCHAR),
                     .is_nullable = true};
        columns += size + (columns[size] == ' ');
    }
    return schema;
}

/* ---- the schema ---- */

typedef struct InformationSchema {
    SchemaProvider base; /* first, so that a SchemaProvider * can be cast back */
    QuernConnection *connection;
} InformationSchema;

static TableProvider *information_table(SchemaProvider *schema, StringView name, const Context *context)
{
    const struct InformationTable *table = find_table(name);
    if (table == NULL)
        return NULL;
    const Schema *columns = table_schema(context->arena, table->columns);
    Listing listing = {.connection = ((InformationSchema *)schema)->connection,
                       .context = context,
                       .rows = rows_new_of(context->arena, columns),
                       .schema = columns};
    table->list(&listing);
    return rows_table_new(context, rows_stream(listing.rows));
}

static void information_each(SchemaProvider *schema, const Context *context,
                             void (*visit)(void *user, const char *name), void *user)
{
    (void)schema, (void)context;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        visit(user, tables[i].name);
}

static void information_release(SchemaProvider *schema)
{
    arena_free(schema->arena);
}

static const SchemaProviderOps information_ops = {
    .format = "session",
    .table = information_table,
    .each = information_each,
    .release = information_release,
    .is_hidden = true,
};

SchemaProvider *information_schema_new(QuernConnection *connection)
{
    Arena *arena = arena_new_child(NULL);
    InformationSchema *schema = arena_new(arena, InformationSchema);
    schema->base = (SchemaProvider){.ops = &information_ops, .arena = arena};
    schema->connection = connection;
    return &schema->base;
}
