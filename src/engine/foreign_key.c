/* engine/foreign_key.c: FOREIGN KEY: looking references up, and queries that find rows which refer to nothing. */
#include "engine/foreign_key.h"

#include "engine/transaction.h"
#include "sql/parser.h"
#include "sql/printer.h"

/* A foreign key of the catalog. */
typedef struct ForeignKey {
    const char *schema, *name; /* of the table that refers */
    TableProvider *table;
    const Schema *columns;
    const Constraint *constraint;
    TableProvider *referenced; /* NULL: it is not there any more */
} ForeignKey;

typedef ARRAY(ForeignKey) ForeignKeys;

/* ---- all keys of the catalog ---- */

typedef struct KeySearch {
    Statement *statement;
    ForeignKeys keys;
} KeySearch;

/* The table of a schema in memory, with a share that the statement has; NULL: there is none. */
static TableProvider *schema_table(Statement *statement, StringView schema, StringView name)
{
    SchemaProvider *provider = catalog_schema(statement->connection->catalog, schema);
    TableProvider *table =
        provider && schema_is_memory(provider) ? provider->ops->table(provider, name, &statement->context) : NULL;
    if (table)
        statement_keep_table(statement, table);
    return table;
}

static void key_search_visit(void *user, const NamedTable *named)
{
    KeySearch *search = user;
    Statement *statement = search->statement;
    const Constraints *constraints = provider_constraints(named->table);
    for (size_t i = 0; i < constraints->count; i++) {
        const Constraint *constraint = &constraints->items[i];
        if (constraint->kind != CONSTRAINT_FOREIGN_KEY)
            continue;
        const Reference *reference = constraint->reference;
        ForeignKey key = {.schema = named->schema_name,
                          .name = named->name.data,
                          .table = named->table,
                          .columns = named->table->ops->schema(named->table, &statement->context),
                          .constraint = constraint,
                          .referenced = schema_table(statement, view_of(reference->schema), view_of(reference->table))};
        array_add(statement->arena, &search->keys, key);
    }
}

static ForeignKeys foreign_keys_all(Statement *statement)
{
    KeySearch search = {.statement = statement};
    if (statement->connection->has_foreign_keys)
        statement_each_table(statement, key_search_visit, &search);
    return search.keys;
}

static const char *foreign_key_name(Statement *statement, const ForeignKey *key)
{
    return constraint_name(statement->arena, key->name, key->columns, key->constraint);
}

/* ---- what a reference means ---- */

static bool constraint_is_key(const Constraint *constraint)
{
    return constraint->kind == CONSTRAINT_PRIMARY_KEY || constraint->kind == CONSTRAINT_UNIQUE;
}

/* Whether the constraint's columns are those, in any order. */
static bool key_has_columns(const Constraint *key, const Schema *schema, const Reference *reference)
{
    size_t found = 0;
    for (size_t i = 0; i < reference->column_count; i++) {
        ptrdiff_t column = schema_find(schema, view_of(reference->columns[i]));
        for (size_t k = 0; k < key->column_count; k++)
            found += column == (ptrdiff_t)key->columns[k];
    }
    return found == key->column_count && found == reference->column_count;
}

static bool reference_has_key(const Reference *reference, const Schema *schema, const Constraints *constraints)
{
    for (size_t i = 0; i < constraints->count; i++)
        if (constraint_is_key(&constraints->items[i]) && key_has_columns(&constraints->items[i], schema, reference))
            return true;
    return false;
}

/* REFERENCES t without columns: its primary key. */
static void reference_take_primary_key(Statement *statement, Reference *reference, const Schema *schema,
                                       const Constraints *constraints, Position position)
{
    for (size_t i = 0; i < constraints->count; i++) {
        const Constraint *key = &constraints->items[i];
        if (key->kind != CONSTRAINT_PRIMARY_KEY)
            continue;
        const char **columns = arena_array(statement->arena, const char *, key->column_count);
        for (size_t c = 0; c < key->column_count; c++)
            columns[c] = schema->columns[key->columns[c]].name;
        reference->columns = columns;
        reference->column_count = key->column_count;
        return;
    }
    error_raise(ERROR_UNDEFINED_OBJECT, position, "there is no primary key for referenced table \"%s\"",
                reference->table);
}

static void require_comparable(const Constraint *constraint, const Schema *own, const Schema *schema, Position position)
{
    const Reference *reference = constraint->reference;
    for (size_t i = 0; i < constraint->column_count; i++) {
        ptrdiff_t other = schema_find(schema, view_of(reference->columns[i]));
        Type common, a = own->columns[constraint->columns[i]].type, b = schema->columns[other].type;
        char a_name[TYPE_NAME_SIZE], b_name[TYPE_NAME_SIZE];
        bool is_text = a.id == TYPE_VARCHAR;
        if (!type_common(a, b, &common) || is_text != (b.id == TYPE_VARCHAR))
            error_raise(ERROR_DATATYPE_MISMATCH, position,
                        "foreign key column \"%s\" (%s) cannot be compared with \"%s\" (%s)",
                        own->columns[constraint->columns[i]].name, type_name(a, a_name), reference->columns[i],
                        type_name(b, b_name));
    }
}

static void constraint_resolve(Statement *statement, const char *schema_name, StringView table_name,
                               const TableDefinition *definition, Constraint *constraint, Position position)
{
    Reference *reference = arena_copy(statement->arena, constraint->reference, sizeof *reference);
    StringView name = view_of(reference->table);
    bool is_own = view_equal_ignoring_case(name, table_name) &&
                  (reference->schema == NULL || text_equal_ignoring_case(reference->schema, schema_name));
    const Schema *schema = definition->schema;
    const Constraints *constraints = &definition->constraints;
    if (is_own) {
        reference->schema = schema_name;
    } else {
        AstObjectName written = {.name = name, .position = position};
        if (reference->schema)
            written.schema = view_of(reference->schema);
        NamedTable named = statement_require_named_table(statement, &written);
        if (named.schema_name == NULL || !table_is_memory(named.table))
            error_raise(ERROR_NOT_SUPPORTED, position, "a foreign key refers to a table in memory: \"%s\" is none",
                        reference->table);
        reference->schema = named.schema_name;
        schema = named.table->ops->schema(named.table, &statement->context);
        constraints = provider_constraints(named.table);
    }
    if (reference->column_count == 0)
        reference_take_primary_key(statement, reference, schema, constraints, position);
    for (size_t i = 0; i < reference->column_count; i++)
        if (schema_find(schema, view_of(reference->columns[i])) < 0)
            error_raise(ERROR_UNDEFINED_COLUMN, position,
                        "column \"%s\" referenced in foreign key constraint does not exist", reference->columns[i]);
    if (reference->column_count != constraint->column_count || !reference_has_key(reference, schema, constraints))
        error_raise(ERROR_INVALID_FOREIGN_KEY, position,
                    "there is no unique constraint matching given keys for referenced table \"%s\"", reference->table);
    constraint->reference = reference;
    require_comparable(constraint, definition->schema, schema, position);
}

void foreign_keys_resolve(Statement *statement, const char *schema, StringView table, TableDefinition *definition,
                          Position position)
{
    size_t count = definition->constraints.count;
    Constraint *items = arena_copy(statement->arena, definition->constraints.items, count * sizeof *items);
    definition->constraints.items = items;
    for (size_t i = 0; i < count; i++) {
        if (items[i].kind != CONSTRAINT_FOREIGN_KEY)
            continue;
        constraint_resolve(statement, schema, table, definition, &items[i], position);
        statement->connection->has_foreign_keys = true;
    }
}

/* ---- rows that refer to nothing ---- */

static void add_column(Text *text, const char *alias, const char *name)
{
    text_add_format(text, "%s.", alias);
    printer_print_name(text, view_of(name));
}

static const char *own_column(const ForeignKey *key, size_t index)
{
    return key->columns->columns[key->constraint->columns[index]].name;
}

static void add_table(Text *text, const char *schema, const char *name)
{
    printer_print_object_name(text, &(AstObjectName){.schema = view_of(schema), .name = view_of(name)});
}

/* The condition, over the table as `c`, that a row's key is nowhere. A key with a NULL refers to nothing, and may. */
static void add_orphan_condition(Text *text, const ForeignKey *key)
{
    const Reference *reference = key->constraint->reference;
    bool is_full = reference->is_match_full;
    text_add(text, is_full ? " WHERE NOT (" : " WHERE ");
    for (size_t i = 0; i < reference->column_count; i++) {
        text_add(text, i ? " AND " : "");
        add_column(text, "c", own_column(key, i));
        text_add(text, is_full ? " IS NULL" : " IS NOT NULL");
    }
    text_add(text, is_full ? ")" : "");
    text_add(text, " AND NOT EXISTS (SELECT 1 FROM ");
    add_table(text, reference->schema, reference->table);
    text_add(text, " AS p");
    for (size_t i = 0; i < reference->column_count; i++) {
        text_add(text, i ? " AND " : " WHERE ");
        add_column(text, "p", reference->columns[i]);
        text_add(text, " = ");
        add_column(text, "c", own_column(key, i));
    }
    text_add_char(text, ')');
}

/* Raises when a row refers to nothing; rows behind the first `old_count` alone. `is_referenced`: it was the other table
 * that has changed. */
static void foreign_key_check(Statement *statement, const ForeignKey *key, uint64_t old_count, bool is_referenced)
{
    const Reference *reference = key->constraint->reference;
    Text text = text_in(statement->arena);
    text_add(&text, "SELECT (");
    for (size_t i = 0; i < reference->column_count; i++) {
        text_add(&text, i ? " || ', ' || coalesce(" : "coalesce(");
        add_column(&text, "c", own_column(key, i));
        text_add(&text, "::VARCHAR, 'NULL')");
    }
    text_add(&text, ") FROM (SELECT * FROM ");
    add_table(&text, key->schema, key->name);
    if (old_count > 0)
        text_add_format(&text, " OFFSET %llu", (unsigned long long)old_count);
    text_add(&text, ") AS c");
    add_orphan_condition(&text, key);
    text_add(&text, " LIMIT 1");
    const AstQuery *ast = parser_parse_query(statement->arena, view_of(text_string(&text)));
    Execution *execution = statement_start_query(statement, bind_query(&statement->environment, ast), NULL);
    Batch *batch = execution_next(execution);
    if (batch == NULL) {
        execution_close(execution);
        return;
    }
    Value value = vector_value(batch->columns[0], batch_row(batch, 0));
    const char *shown = value_display(statement->arena, &value);
    const char *name = foreign_key_name(statement, key);
    const char *hint = arena_format(statement->arena, "key (%s) is not in table \"%s\"", shown, reference->table);
    if (is_referenced)
        error_raise_hint(ERROR_FOREIGN_KEY_VIOLATION, NO_POSITION, hint,
                         "update or delete on table \"%s\" violates foreign key constraint \"%s\" on table \"%s\"",
                         reference->table, name, key->name);
    error_raise_hint(ERROR_FOREIGN_KEY_VIOLATION, NO_POSITION, hint,
                     "insert or update on table \"%s\" violates foreign key constraint \"%s\"", key->name, name);
}

/* ---- actions ---- */

/* What is still to be followed, and what has been. */
typedef ARRAY(TableWrite) TableWrites;

static uint64_t run_change(Statement *statement, const char *sql)
{
    const AstStatement *ast = parser_parse(statement->arena, view_of(sql), NULL);
    BoundQuery *bound = statement_bind(statement, ast);
    Batch *batch = stream_next(statement_write_rows(statement, bound));
    return vector_value(batch->columns[0], 0).u64;
}

/* Rows that the change has left alone go the way of their key; true: there were some. */
static bool foreign_key_act(Statement *statement, const ForeignKey *key, ReferenceAction action)
{
    if (action == REFERENCE_NO_ACTION || action == REFERENCE_RESTRICT)
        return false;
    Text text = text_in(statement->arena);
    text_add(&text, action == REFERENCE_CASCADE ? "DELETE FROM " : "UPDATE ");
    add_table(&text, key->schema, key->name);
    text_add(&text, action == REFERENCE_CASCADE ? " AS c" : " AS c SET ");
    for (size_t i = 0; action != REFERENCE_CASCADE && i < key->constraint->column_count; i++) {
        text_add(&text, i ? ", " : "");
        printer_print_name(&text, view_of(own_column(key, i)));
        text_add(&text, action == REFERENCE_SET_NULL ? " = NULL" : " = DEFAULT");
    }
    add_orphan_condition(&text, key);
    return run_change(statement, text_string(&text)) > 0;
}

static bool change_assigns(const PlanChange *change, const Schema *schema, const Reference *reference)
{
    for (size_t i = 0; i < reference->column_count; i++)
        for (size_t c = 0; c < change->column_count; c++)
            if (schema_find(schema, view_of(reference->columns[i])) == (ptrdiff_t)change->columns[c])
                return true;
    return false;
}

/* Nobody has noted what the new key of a row is, nor, behind a MERGE, whether it has one or is gone. */
static bool action_is_unknown(Statement *statement, const Reference *reference, const TableWrite *write)
{
    if (write->event == WRITE_UPDATE)
        return reference->on_update == REFERENCE_CASCADE;
    bool is_one = reference->on_update == reference->on_delete && reference->on_update != REFERENCE_CASCADE;
    return write->merge && !is_one &&
           change_assigns(write->merge, write->table->ops->schema(write->table, &statement->context), reference);
}

static void write_act(Statement *statement, const ForeignKeys *keys, TableWrite write, TableWrites *writes)
{
    if (write.event == WRITE_INSERT)
        return;
    for (size_t i = 0; i < keys->count; i++) {
        const ForeignKey *key = &keys->items[i];
        const Reference *reference = key->constraint->reference;
        if (key->referenced != write.table || action_is_unknown(statement, reference, &write))
            continue; /* the check raises */
        ReferenceAction action = write.event == WRITE_UPDATE ? reference->on_update : reference->on_delete;
        WriteEvent event = action == REFERENCE_CASCADE ? WRITE_DELETE : WRITE_UPDATE;
        if (foreign_key_act(statement, key, action))
            array_add(statement->arena, writes, ((TableWrite){.table = key->table, .event = event}));
    }
}

static void write_check(Statement *statement, const ForeignKeys *keys, const TableWrite *write)
{
    for (size_t i = 0; i < keys->count; i++) {
        const ForeignKey *key = &keys->items[i];
        if (key->table == write->table && write->event != WRITE_DELETE)
            foreign_key_check(statement, key, write->old_count, /* is_referenced= */ false);
        if (key->referenced == write->table && write->event != WRITE_INSERT)
            foreign_key_check(statement, key, /* old_count= */ 0, /* is_referenced= */ true);
    }
}

static uint64_t table_row_count(Statement *statement, TableProvider *table)
{
    const Statistics *statistics = provider_statistics(table, &statement->context);
    return statistics && statistics->row_count.precision == PRECISION_EXACT ? statistics->row_count.count : 0;
}

static WriteEvent plan_event(const Plan *plan)
{
    if (plan->kind == PLAN_INSERT) {
        InsertOp op = ((const PlanInsert *)plan)->op;
        return op == INSERT_APPEND || op == INSERT_IGNORE ? WRITE_INSERT : WRITE_REPLACE;
    }
    const PlanChange *change = (const PlanChange *)plan;
    if (change->deletes_too)
        return WRITE_REPLACE;
    return change->kind == PLAN_CHANGE_DELETE ? WRITE_DELETE : WRITE_UPDATE;
}

TableWrite table_write_of(Statement *statement, const Plan *plan)
{
    const Plan *node = statement_written_plan(plan);
    TableWrite write = {.table = statement_written_table(plan), .event = plan_event(node)};
    if (node->kind == PLAN_CHANGE && write.event == WRITE_REPLACE)
        write.merge = (const PlanChange *)node;
    if (statement->connection->has_foreign_keys && write.event == WRITE_INSERT)
        write.old_count = table_row_count(statement, write.table);
    return write;
}

void foreign_keys_follow(Statement *statement, const TableWrite *write)
{
    ForeignKeys keys = foreign_keys_all(statement);
    if (keys.count == 0)
        return;
    const Position *outer_position = statement->environment.outer_position;
    static const Position start = 0;
    statement->environment.outer_position = &start; /* the text of the queries is not the user's */
    TableWrites writes = {0};
    array_add(statement->arena, &writes, *write);
    for (size_t i = 0; i < writes.count; i++)
        write_act(statement, &keys, writes.items[i], &writes);
    for (size_t i = 0; i < writes.count; i++)
        write_check(statement, &keys, &writes.items[i]);
    statement->environment.outer_position = outer_position;
}

/* ---- definitions that change ---- */

static bool table_is_among(const TableProvider *table, const Tables *tables)
{
    for (size_t i = 0; tables && i < tables->count; i++)
        if (tables->items[i] == table)
            return true;
    return false;
}

void foreign_keys_require_unused(Statement *statement, const TableProvider *table, const Tables *gone, ErrorCode code,
                                 const char *verb)
{
    ForeignKeys keys = foreign_keys_all(statement);
    for (size_t i = 0; i < keys.count; i++) {
        const ForeignKey *key = &keys.items[i];
        if (key->referenced == table && key->table != table && !table_is_among(key->table, gone))
            error_raise(code, NO_POSITION, "cannot %s table \"%s\": constraint \"%s\" of table \"%s\" refers to it",
                        verb, key->constraint->reference->table, foreign_key_name(statement, key), key->name);
    }
}

void foreign_keys_add_referring(Statement *statement, Tables *tables)
{
    ForeignKeys keys = foreign_keys_all(statement);
    for (size_t t = 0; t < tables->count; t++)
        for (size_t i = 0; i < keys.count; i++)
            if (keys.items[i].referenced == tables->items[t] && !table_is_among(keys.items[i].table, tables))
                array_add(statement->arena, tables, keys.items[i].table);
}

/* The table of a key with another constraint in the key's place, or (NULL) without it. */
static void foreign_key_replace(Statement *statement, const ForeignKey *key, const Constraint *constraint)
{
    TableProvider *table = schema_table(statement, view_of(key->schema), view_of(key->name));
    TableDefinition definition = table_definition(statement, table);
    const char *name = foreign_key_name(statement, key);
    Constraint *items = arena_array(statement->arena, Constraint, definition.constraints.count);
    size_t count = 0;
    for (size_t i = 0; i < definition.constraints.count; i++) {
        const Constraint *old = &definition.constraints.items[i];
        bool is_it = strcmp(constraint_name(statement->arena, key->name, key->columns, old), name) == 0;
        if (!is_it || constraint)
            items[count++] = is_it ? *constraint : *old;
    }
    definition.constraints = (Constraints){count, items};
    NamedTable named = {.table = table,
                        .schema_name = key->schema,
                        .schema = catalog_schema(statement->connection->catalog, view_of(key->schema)),
                        .name = view_of(key->name),
                        .position = NO_POSITION};
    statement_redefine_table(statement, &named, &definition, /* sources= */ NULL);
}

void foreign_keys_drop(Statement *statement, const TableProvider *table)
{
    ForeignKeys keys = foreign_keys_all(statement);
    for (size_t i = 0; i < keys.count; i++)
        if (keys.items[i].referenced == table && keys.items[i].table != table)
            foreign_key_replace(statement, &keys.items[i], NULL);
}

void foreign_keys_rename(Statement *statement, const NamedTable *named, StringView column, StringView new_name)
{
    ForeignKeys keys = foreign_keys_all(statement);
    const char *new_text = arena_view(statement->arena, new_name).data;
    for (size_t i = 0; i < keys.count; i++) {
        const ForeignKey *key = &keys.items[i];
        Reference reference = *key->constraint->reference;
        if (!text_equal_ignoring_case(reference.schema, named->schema_name) ||
            !view_equal_ignoring_case(view_of(reference.table), named->name))
            continue;
        const char **columns =
            arena_copy(statement->arena, reference.columns, reference.column_count * sizeof *columns);
        for (size_t c = 0; c < reference.column_count; c++)
            if (column.data && view_equal_ignoring_case(view_of(columns[c]), column))
                columns[c] = new_text;
        reference.columns = columns;
        if (column.data == NULL)
            reference.table = new_text;
        Constraint constraint = *key->constraint;
        constraint.reference = &reference;
        foreign_key_replace(statement, key, &constraint);
    }
}

void foreign_keys_check_altered(Statement *statement, const NamedTable *named)
{
    ForeignKeys keys = foreign_keys_all(statement);
    for (size_t i = 0; i < keys.count; i++) {
        const ForeignKey *key = &keys.items[i];
        const Reference *reference = key->constraint->reference;
        bool is_own = text_equal_ignoring_case(key->schema, named->schema_name) &&
                      view_equal_ignoring_case(view_of(key->name), named->name);
        if (key->referenced == NULL ||
            !reference_has_key(reference, key->referenced->ops->schema(key->referenced, &statement->context),
                               provider_constraints(key->referenced)))
            error_raise(ERROR_DEPENDENT_OBJECTS, named->position,
                        "constraint \"%s\" of table \"%s\" refers to a key of table \"%s\"",
                        foreign_key_name(statement, key), key->name, reference->table);
        if (is_own)
            foreign_key_check(statement, key, /* old_count= */ 0, /* is_referenced= */ false);
    }
}
