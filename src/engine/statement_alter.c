/* engine/statement_alter.c: ALTER TABLE and ALTER VIEW. A table in memory becomes another one: its CREATE TABLE is
 * written out, changed as a tree and bound again. Where columns stay what they are, go, or come with one value for all
 * rows the new table shares those of the old one; else rows are copied by INSERT INTO new SELECT … FROM old, which
 * checks all that the new one promises.
 */
#include "base/array.h"
#include "engine/foreign_key.h"
#include "engine/identity.h"
#include "engine/transaction.h"
#include "sql/parser.h"
#include "sql/printer.h"

#define NEW_COLUMN SIZE_MAX

/* Where a column's values come from. */
typedef struct Source {
    size_t column;       /* of the old table; NEW_COLUMN: the default */
    bool is_generated;   /* from the others, when rows are copied */
    const AstExpr *expr; /* SET TYPE … USING */
} Source;

typedef struct IndexDraft {
    const char *name;
    bool is_unique;
    AstOrders keys;
    AstExpr *where; /* or NULL */
} IndexDraft;

typedef struct Alteration {
    Statement *statement;
    NamedTable named;
    AstCreateTable *create;
    ARRAY(Source) sources;           /* one a column */
    ARRAY(const char *) constraints; /* the names of create->constraints */
    ARRAY(IndexDraft) indexes;
    bool copies_rows;
    AstObjectName table_name;
} Alteration;

/* ---- the table as it is ---- */

static void alteration_take_constraints(Alteration *self, const Schema *schema)
{
    Arena *arena = self->statement->arena;
    const Constraints *constraints = provider_constraints(self->named.table);
    const char *table_name = arena_view(arena, self->named.name).data;
    for (size_t i = 0; i < constraints->count; i++) {
        const Constraint *constraint = &constraints->items[i];
        if (constraint_is_table_s(constraint)) /* as the definition has them */
            array_add(arena, &self->constraints, constraint_name(arena, table_name, schema, constraint));
    }
}

static void alteration_take_indexes(Alteration *self)
{
    Arena *arena = self->statement->arena;
    const Indexes *indexes = provider_indexes(self->named.table);
    for (size_t i = 0; i < indexes->count; i++) {
        const Index *index = &indexes->items[i];
        IndexDraft draft = {.name = index->name, .is_unique = index->is_unique};
        for (size_t k = 0; k < index->key_count; k++) {
            SortOrder order = index->keys[k].order;
            AstOrder key = {.expr = parser_parse_expression(arena, view_of(index->keys[k].sql)),
                            .is_descending = order.is_descending,
                            .nulls = order.nulls_first ? AST_NULLS_FIRST : AST_NULLS_LAST};
            array_add(arena, &draft.keys, key);
        }
        if (index->predicate_sql)
            draft.where = parser_parse_expression(arena, view_of(index->predicate_sql));
        array_add(arena, &self->indexes, draft);
    }
}

static void alteration_begin(Alteration *self)
{
    Statement *statement = self->statement;
    TableProvider *table = self->named.table;
    const Schema *schema = table->ops->schema(table, &statement->context);
    const char *sql = statement_table_definition(statement, table, &(AstObjectName){.name = self->named.name});
    self->create = parser_parse(statement->arena, view_of(sql), NULL)->create_table;
    for (size_t i = 0; i < schema->column_count; i++) {
        Source source = {.column = i, .is_generated = provider_column_generated(table, i) != NULL};
        array_add(statement->arena, &self->sources, source);
        AstConstraint *identity = ast_column_constraint(&self->create->columns.items[i], AST_CONSTRAINT_IDENTITY);
        if (identity) /* the sequence stays */
            identity->expr = parser_parse_expression(statement->arena, view_of(provider_column_default(table, i)));
    }
    alteration_take_constraints(self, schema);
    alteration_take_indexes(self);
}

/* ---- columns in expressions ---- */

typedef struct ColumnUse {
    StringView column;
    StringView new_name; /* data NULL: it is only looked for */
    bool is_found;
} ColumnUse;

static void column_use_visit(void *user, AstExpr *expr)
{
    ColumnUse *use = user;
    if (expr->kind != AST_COLUMN)
        return;
    AstName *name = &expr->column.parts[expr->column.part_count - 1];
    if (!view_equal_ignoring_case(name->text, use->column))
        return;
    use->is_found = true;
    if (use->new_name.data)
        name->text = use->new_name;
}

static bool constraint_uses(AstConstraint *constraint, ColumnUse use)
{
    ast_expr_walk(constraint->expr, column_use_visit, &use);
    for (size_t i = 0; i < constraint->columns.count; i++) {
        AstName *name = &constraint->columns.items[i];
        if (!view_equal_ignoring_case(name->text, use.column))
            continue;
        use.is_found = true;
        if (use.new_name.data)
            name->text = use.new_name;
    }
    return use.is_found;
}

/* The expressions of generated columns. */
static bool generated_use(AstColumnDefinitions *columns, ColumnUse use)
{
    for (size_t c = 0; c < columns->count; c++) {
        AstConstraints *constraints = &columns->items[c].constraints;
        for (size_t i = 0; i < constraints->count; i++)
            if (constraints->items[i].kind == AST_CONSTRAINT_GENERATED)
                ast_expr_walk(constraints->items[i].expr, column_use_visit, &use);
    }
    return use.is_found;
}

/* The columns that a table's reference to itself names. */
static void reference_rename(AstConstraint *constraint, StringView table, ColumnUse use)
{
    bool is_own =
        constraint->kind == AST_CONSTRAINT_FOREIGN_KEY && view_equal_ignoring_case(constraint->reference.name, table);
    for (size_t i = 0; is_own && i < constraint->reference_columns.count; i++)
        if (view_equal_ignoring_case(constraint->reference_columns.items[i].text, use.column))
            constraint->reference_columns.items[i].text = use.new_name;
}

static bool index_uses(IndexDraft *index, ColumnUse use)
{
    for (size_t i = 0; i < index->keys.count; i++)
        ast_expr_walk(index->keys.items[i].expr, column_use_visit, &use);
    ast_expr_walk(index->where, column_use_visit, &use);
    return use.is_found;
}

/* ---- the actions ---- */

static ptrdiff_t find_column(const Alteration *self, const AstName *name)
{
    ptrdiff_t found = -1;
    for (size_t i = 0; i < self->create->columns.count; i++) {
        StringView column = self->create->columns.items[i].name.text;
        if (view_equal(column, name->text))
            return (ptrdiff_t)i;
        if (view_equal_ignoring_case(column, name->text))
            found = (ptrdiff_t)i;
    }
    return found;
}

static size_t require_column(const Alteration *self, const AstName *name)
{
    ptrdiff_t column = find_column(self, name);
    if (column < 0)
        error_raise(ERROR_UNDEFINED_COLUMN, name->position, "column \"%.*s\" of table \"%.*s\" does not exist",
                    VIEW_ARGUMENTS(name->text), VIEW_ARGUMENTS(self->named.name));
    return (size_t)column;
}

static void require_no_column(const Alteration *self, const AstName *name)
{
    if (find_column(self, name) >= 0)
        error_raise(ERROR_DUPLICATE_COLUMN, name->position, "column \"%.*s\" of table \"%.*s\" already exists",
                    VIEW_ARGUMENTS(name->text), VIEW_ARGUMENTS(self->named.name));
}

static void add_column(Alteration *self, const AstAlter *action)
{
    Arena *arena = self->statement->arena;
    if (action->is_column_condition && find_column(self, &action->definition.name) >= 0)
        return;
    require_no_column(self, &action->definition.name);
    AstColumnDefinition definition = action->definition;
    definition.constraints.capacity = definition.constraints.count; /* what is added makes a copy */
    statement_expand_identity(self->statement, &self->table_name, &definition);
    array_add(arena, &self->create->columns, definition);
    array_add(arena, &self->sources, (Source){.column = NEW_COLUMN});
    self->copies_rows |= ast_column_constraint(&definition, AST_CONSTRAINT_CHECK) ||
                         ast_column_constraint(&definition, AST_CONSTRAINT_GENERATED);
}

static void drop_constraint_at(Alteration *self, size_t index)
{
    AstConstraints *constraints = &self->create->constraints;
    constraints->count--;
    self->constraints.count--;
    for (size_t i = index; i < constraints->count; i++) {
        constraints->items[i] = constraints->items[i + 1];
        self->constraints.items[i] = self->constraints.items[i + 1];
    }
}

/* The sequence that numbers a column of the table as it was. */
static void drop_old_sequence(const Alteration *self, StringView column)
{
    TableProvider *table = self->named.table;
    ptrdiff_t index = schema_find(table->ops->schema(table, &self->statement->context), column);
    if (index >= 0)
        owned_sequence_drop(self->statement, table, (size_t)index);
}

/* The constraints and indexes that it is a part of go with it. */
static void drop_column(Alteration *self, const AstAlter *action)
{
    AstColumnDefinitions *columns = &self->create->columns;
    if (action->is_column_condition && find_column(self, &action->column) < 0)
        return;
    size_t column = require_column(self, &action->column);
    if (columns->count == 1)
        error_raise(ERROR_NOT_SUPPORTED, action->column.position, "a table has at least one column");
    ColumnUse use = {.column = columns->items[column].name.text};
    if (generated_use(columns, use))
        error_raise(ERROR_DEPENDENT_OBJECTS, action->column.position,
                    "column \"%.*s\" is what a generated column is made of", VIEW_ARGUMENTS(use.column));
    for (size_t i = self->create->constraints.count; i-- > 0;)
        if (constraint_uses(&self->create->constraints.items[i], use))
            drop_constraint_at(self, i);
    size_t kept = 0;
    for (size_t i = 0; i < self->indexes.count; i++)
        if (!index_uses(&self->indexes.items[i], use))
            self->indexes.items[kept++] = self->indexes.items[i];
    self->indexes.count = kept;
    drop_old_sequence(self, use.column);
    columns->count--;
    self->sources.count--;
    for (size_t i = column; i < columns->count; i++) {
        columns->items[i] = columns->items[i + 1];
        self->sources.items[i] = self->sources.items[i + 1];
    }
}

static void rename_column(Alteration *self, const AstAlter *action)
{
    size_t column = require_column(self, &action->column);
    require_no_column(self, &action->new_name);
    AstName *name = &self->create->columns.items[column].name;
    ColumnUse use = {.column = name->text, .new_name = action->new_name.text};
    name->text = action->new_name.text;
    (void)generated_use(&self->create->columns, use);
    for (size_t i = 0; i < self->create->constraints.count; i++) {
        constraint_uses(&self->create->constraints.items[i], use);
        reference_rename(&self->create->constraints.items[i], self->named.name, use);
    }
    for (size_t i = 0; i < self->indexes.count; i++)
        index_uses(&self->indexes.items[i], use);
}

/* Takes out the column's constraints of a kind; adds one unless `expr` is NULL and it is a DEFAULT's. */
static void column_set_constraint(Alteration *self, size_t column, AstConstraintKind kind, bool is_set, AstExpr *expr)
{
    AstConstraints *constraints = &self->create->columns.items[column].constraints;
    size_t kept = 0;
    for (size_t i = 0; i < constraints->count; i++)
        if (constraints->items[i].kind != kind)
            constraints->items[kept++] = constraints->items[i];
    constraints->count = kept;
    AstConstraint constraint = {.kind = kind, .expr = expr};
    if (is_set)
        array_add(self->statement->arena, constraints, constraint);
}

static void require_not_primary(const Alteration *self, const AstAlter *action)
{
    const AstConstraints *constraints = &self->create->constraints;
    for (size_t i = 0; i < constraints->count; i++)
        if (constraints->items[i].kind == AST_CONSTRAINT_PRIMARY_KEY &&
            constraint_uses(&constraints->items[i], (ColumnUse){.column = action->column.text}))
            error_raise(ERROR_INVALID_TABLE_DEFINITION, action->column.position, "column \"%.*s\" is in a primary key",
                        VIEW_ARGUMENTS(action->column.text));
}

/* ADD GENERATED … AS IDENTITY */
static void add_identity(Alteration *self, size_t column, const AstAlter *action)
{
    AstColumnDefinition *definition = &self->create->columns.items[column];
    bool has_default = ast_column_constraint(definition, AST_CONSTRAINT_DEFAULT) ||
                       ast_column_constraint(definition, AST_CONSTRAINT_IDENTITY);
    if (has_default || ast_column_constraint(definition, AST_CONSTRAINT_NOT_NULL) == NULL)
        error_raise(ERROR_NOT_READY, action->column.position,
                    has_default ? "column \"%.*s\" has a default already"
                                : "column \"%.*s\" must be declared NOT NULL before identity can be added",
                    VIEW_ARGUMENTS(action->column.text));
    array_add(self->statement->arena, &definition->constraints, action->constraint);
    statement_expand_identity(self->statement, &self->table_name, definition);
}

/* SET GENERATED …, DROP IDENTITY */
static void change_identity(Alteration *self, size_t column, const AstAlter *action)
{
    AstColumnDefinition *definition = &self->create->columns.items[column];
    AstConstraint *identity = ast_column_constraint(definition, AST_CONSTRAINT_IDENTITY);
    if (identity == NULL) {
        if (!action->is_column_condition)
            error_raise(ERROR_NOT_READY, action->column.position, "column \"%.*s\" is not an identity column",
                        VIEW_ARGUMENTS(action->column.text));
        return;
    }
    identity->is_always = action->constraint.is_always;
    if (action->kind == AST_ALTER_DROP_IDENTITY) {
        column_set_constraint(self, column, AST_CONSTRAINT_IDENTITY, false, NULL);
        drop_old_sequence(self, definition->name.text);
    }
}

/* Its default and NOT NULL are what it is. */
static size_t require_no_identity(const Alteration *self, const AstAlter *action)
{
    size_t column = require_column(self, &action->column);
    if (ast_column_constraint(&self->create->columns.items[column], AST_CONSTRAINT_IDENTITY))
        error_raise_hint(ERROR_SYNTAX, action->column.position, "ALTER TABLE … ALTER COLUMN … DROP IDENTITY",
                         "column \"%.*s\" is an identity column", VIEW_ARGUMENTS(action->column.text));
    return column;
}

static void add_constraint(Alteration *self, const AstAlter *action)
{
    Arena *arena = self->statement->arena;
    const AstName *name = &action->constraint.name;
    for (size_t i = 0; ast_name_is_given(name) && i < self->constraints.count; i++)
        if (self->constraints.items[i] && view_equal_ignoring_case(view_of(self->constraints.items[i]), name->text))
            error_raise(ERROR_DUPLICATE_OBJECT, name->position, "constraint \"%.*s\" for table \"%.*s\" already exists",
                        VIEW_ARGUMENTS(name->text), VIEW_ARGUMENTS(self->named.name));
    array_add(arena, &self->create->constraints, action->constraint);
    array_add(arena, &self->constraints, ast_name_is_given(name) ? arena_view(arena, name->text).data : NULL);
    self->copies_rows |= action->constraint.kind == AST_CONSTRAINT_CHECK;
}

static void drop_constraint(Alteration *self, const AstAlter *action)
{
    for (size_t i = 0; i < self->constraints.count; i++)
        if (self->constraints.items[i] &&
            view_equal_ignoring_case(view_of(self->constraints.items[i]), action->column.text)) {
            drop_constraint_at(self, i);
            return;
        }
    if (!action->is_column_condition)
        error_raise(ERROR_UNDEFINED_OBJECT, action->column.position,
                    "constraint \"%.*s\" of table \"%.*s\" does not exist", VIEW_ARGUMENTS(action->column.text),
                    VIEW_ARGUMENTS(self->named.name));
}

static void set_type(Alteration *self, size_t column, const AstAlter *action)
{
    self->create->columns.items[column].type = action->definition.type;
    self->sources.items[column].expr = action->expr;
    self->copies_rows = true;
}

static void alteration_apply(Alteration *self, const AstAlter *action)
{
    switch (action->kind) {
    case AST_ALTER_ADD_COLUMN:
        add_column(self, action);
        break;
    case AST_ALTER_DROP_COLUMN:
        drop_column(self, action);
        break;
    case AST_ALTER_RENAME_COLUMN:
        rename_column(self, action);
        break;
    case AST_ALTER_SET_TYPE:
        set_type(self, require_column(self, &action->column), action);
        break;
    case AST_ALTER_SET_DEFAULT:
        column_set_constraint(self, require_no_identity(self, action), AST_CONSTRAINT_DEFAULT, true, action->expr);
        break;
    case AST_ALTER_DROP_DEFAULT:
        column_set_constraint(self, require_no_identity(self, action), AST_CONSTRAINT_DEFAULT, false, NULL);
        break;
    case AST_ALTER_SET_NOT_NULL:
        column_set_constraint(self, require_column(self, &action->column), AST_CONSTRAINT_NOT_NULL, true, NULL);
        break;
    case AST_ALTER_DROP_NOT_NULL:
        require_not_primary(self, action);
        column_set_constraint(self, require_no_identity(self, action), AST_CONSTRAINT_NOT_NULL, false, NULL);
        break;
    case AST_ALTER_ADD_CONSTRAINT:
        add_constraint(self, action);
        break;
    case AST_ALTER_DROP_CONSTRAINT:
        drop_constraint(self, action);
        break;
    case AST_ALTER_ADD_IDENTITY:
        add_identity(self, require_column(self, &action->column), action);
        break;
    case AST_ALTER_SET_IDENTITY:
    case AST_ALTER_DROP_IDENTITY:
        change_identity(self, require_column(self, &action->column), action);
        break;
    case AST_ALTER_RENAME_TABLE:
    case AST_ALTER_OWNER:
        break;
    }
}

/* ---- the new table ---- */

static TableDefinition alteration_definition(const Alteration *self)
{
    Statement *statement = self->statement;
    const BoundTable *bound =
        bind_table_definition(&statement->environment, &self->create->columns, &self->create->constraints);
    TableDefinition definition = {
        .schema = bound->schema, .constraints = bound->constraints, .defaults = bound->defaults};
    Index *items = arena_array(statement->arena, Index, self->indexes.count);
    for (size_t i = 0; i < self->indexes.count; i++) {
        const IndexDraft *draft = &self->indexes.items[i];
        items[i] =
            *statement_bind_index(statement, bound->schema, draft->name, draft->is_unique, &draft->keys, draft->where);
    }
    Indexes indexes = {self->indexes.count, items};
    definition = definition_with_indexes(statement, &definition, &indexes);
    foreign_keys_resolve(statement, self->named.schema_name, self->named.name, &definition, self->named.position);
    return definition;
}

/* What each column is for memory_table_like; NULL: a new one may differ from row to row. */
static const MemorySource *alteration_sources(const Alteration *self, const TableDefinition *definition)
{
    Statement *statement = self->statement;
    MemorySource *sources = arena_array(statement->arena, MemorySource, self->sources.count);
    for (size_t i = 0; i < self->sources.count; i++) {
        sources[i].column = self->sources.items[i].column;
        if (sources[i].column != NEW_COLUMN)
            continue;
        Value *value = arena_new(statement->arena, Value);
        if (!bind_default_value(&statement->environment, definition->schema, i, definition->defaults[i],
                                self->named.position, value))
            return NULL;
        sources[i].value = value;
    }
    return sources;
}

/* SELECT old columns FROM old; *ret_columns are those of the new table that they go to. */
static AstQuery *alteration_query(const Alteration *self, size_t **ret_columns, size_t *ret_count)
{
    Arena *arena = self->statement->arena;
    const Schema *schema = self->named.table->ops->schema(self->named.table, &self->statement->context);
    *ret_columns = arena_array(arena, size_t, self->sources.count);
    *ret_count = 0;
    Text text = text_in(arena);
    text_add(&text, "SELECT ");
    for (size_t i = 0; i < self->sources.count; i++) {
        const Source *source = &self->sources.items[i];
        if (source->column == NEW_COLUMN || source->is_generated)
            continue;
        text_add(&text, *ret_count > 0 ? ", " : "");
        if (source->expr)
            printer_print_expr(&text, source->expr, PRINTER_PLAIN);
        else
            printer_print_name(&text, view_of(schema->columns[source->column].name));
        (*ret_columns)[(*ret_count)++] = i;
    }
    text_add(&text, " FROM ");
    printer_print_object_name(&text, &self->table_name);
    return parser_parse_query(arena, view_of(text_string(&text)));
}

static void alteration_copy_rows(const Alteration *self, TableProvider *table)
{
    Statement *statement = self->statement;
    size_t *columns, count;
    const AstQuery *ast = alteration_query(self, &columns, &count);
    BoundQuery *query = bind_query(&statement->environment, ast);
    Plan *plan = bind_insert_query(&statement->environment, table, arena_view(statement->arena, self->named.name).data,
                                   INSERT_APPEND, query, columns, count, self->named.position);
    const char *name = "count";
    (void)statement_run_write(statement, &(BoundQuery){.plan = plan, .column_count = 1, .names = &name});
}

static void alter_memory_table(Statement *statement, const NamedTable *named, const AstAlter *alter)
{
    Alteration self = {.statement = statement, .named = *named};
    self.table_name = (AstObjectName){.schema = view_of(named->schema_name), .name = named->name};
    alteration_begin(&self);
    for (const AstAlter *action = alter; action; action = action->next)
        alteration_apply(&self, action);
    statement->environment.outer_position = &named->position; /* most of the text is not the user's */
    TableDefinition definition = alteration_definition(&self);
    const MemorySource *sources = self.copies_rows ? NULL : alteration_sources(&self, &definition);
    if (sources) {
        statement_redefine_table(statement, named, &definition, sources);
    } else {
        TableProvider *table = memory_table_of(&statement->context, &definition, provider_table_type(named->table));
        statement_keep_table(statement, table);
        alteration_copy_rows(&self, table);
        statement_replace_table(statement, named, table);
    }
    if (alter->kind == AST_ALTER_RENAME_COLUMN)
        foreign_keys_rename(statement, named, alter->column.text, alter->new_name.text);
    foreign_keys_check_altered(statement, named);
}

/* ---- names ---- */

static void rename_table(Statement *statement, const NamedTable *named, const AstAlter *alter)
{
    Catalog *catalog = statement->connection->catalog;
    StringView schema = view_of(named->schema_name);
    statement_begin_catalog(statement);
    foreign_keys_rename(statement, named, (StringView){0}, alter->new_name.text);
    NamedTable now = statement_require_named_table(statement, &alter->name); /* which may refer to itself */
    catalog_register(catalog, schema, alter->new_name.text, provider_ref(now.table), /* replace= */ false,
                     alter->new_name.position);
    (void)catalog_drop(catalog, (StringView[]){schema, named->name}, 2, &statement->context, named->position);
}

/* ---- databases ---- */

static const char *foreign_sql(Statement *statement, const AstAlter *alter)
{
    AstAlter own = *alter;
    own.name.catalog = (StringView){0};
    own.name.schema = view_of("main");
    own.is_if_exists = own.is_column_condition = own.is_cascade = false;
    Text text = text_in(statement->arena);
    printer_print_statement(&text, &(AstStatement){.kind = AST_STATEMENT_ALTER, .alter = &own}, PRINTER_PLAIN);
    return text_string(&text);
}

static bool foreign_is_done(Statement *statement, const NamedTable *named, const AstAlter *alter)
{
    if (!alter->is_column_condition)
        return false;
    const Schema *schema = named->table->ops->schema(named->table, &statement->context);
    bool is_add = alter->kind == AST_ALTER_ADD_COLUMN;
    return (schema_find(schema, is_add ? alter->definition.name.text : alter->column.text) >= 0) == is_add;
}

static void alter_foreign(Statement *statement, const NamedTable *named, const AstStatement *ast)
{
    const AstAlter *alter = ast->alter;
    bool is_possible = alter->kind == AST_ALTER_ADD_COLUMN || alter->kind == AST_ALTER_DROP_COLUMN ||
                       alter->kind == AST_ALTER_RENAME_COLUMN || alter->kind == AST_ALTER_RENAME_TABLE;
    if (!is_possible || alter->next)
        error_raise(ERROR_NOT_SUPPORTED, alter->name.position,
                    "tables of this schema (%s) can be renamed, and one column added, dropped or renamed",
                    named->schema->ops->format);
    if (!foreign_is_done(statement, named, alter))
        statement_pass_on(statement, named, ast, foreign_sql(statement, alter));
}

/* ---- the statement ---- */

BatchStream *statement_alter(Statement *statement, const AstStatement *ast)
{
    const AstAlter *alter = ast->alter;
    if (alter->object == AST_OBJECT_SCHEMA) { /* OWNER TO */
        (void)catalog_require_schema(statement->connection->catalog, alter->name.name, alter->name.position);
        return NULL;
    }
    NamedTable named = alter->is_if_exists ? statement_named_table(statement, &alter->name)
                                           : statement_require_named_table(statement, &alter->name);
    if (named.table == NULL || alter->kind == AST_ALTER_OWNER)
        return NULL;
    bool is_view = provider_table_type(named.table) == TABLE_VIEW;
    if (alter->object == AST_OBJECT_VIEW && !is_view)
        error_raise_hint(ERROR_WRONG_OBJECT_TYPE, alter->name.position, "use ALTER TABLE", "\"%.*s\" is a table",
                         VIEW_ARGUMENTS(alter->name.name));
    if (named.schema->ops->execute)
        alter_foreign(statement, &named, ast);
    else if (alter->kind == AST_ALTER_RENAME_TABLE)
        rename_table(statement, &named, alter);
    else if (table_is_memory(named.table))
        alter_memory_table(statement, &named, alter);
    else
        error_raise(ERROR_WRONG_OBJECT_TYPE, alter->name.position, "ALTER TABLE cannot change \"%.*s\" (%s)",
                    VIEW_ARGUMENTS(alter->name.name), is_view ? "a view" : named.table->ops->format);
    return NULL;
}
