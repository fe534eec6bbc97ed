/* bind/bind_table.c: the columns and constraints of CREATE TABLE. */
#include "base/map.h"
#include "bind/binder.h"
#include "sql/printer.h"

typedef struct Definition {
    Binder *binder;
    const AstColumnDefinitions *columns;
    BoundTable *bound;
    Scope scope; /* the new columns, for CHECK */
    ARRAY(Constraint) constraints;
    bool has_primary_key;
    const Expr **generated; /* one a column; NULL: it is not generated */
} Definition;

static const char *expr_sql(Binder *binder, const AstExpr *expr)
{
    Text text = text_in(binder->arena);
    printer_print_expr(&text, expr, PRINTER_PLAIN);
    return text_string(&text);
}

/* ---- columns ---- */

static void definition_add_columns(Definition *definition)
{
    Binder *binder = definition->binder;
    ScopeTable *table = arena_new(binder->arena, ScopeTable);
    Map names = map_in(binder->arena);
    for (size_t i = 0; i < definition->columns->count; i++) {
        const AstColumnDefinition *ast = &definition->columns->items[i];
        Column *column = &definition->bound->schema->columns[i];
        if (map_get(&names, ast->name.text))
            bind_error(binder, ERROR_DUPLICATE_COLUMN, ast->name.position, NULL,
                       "column \"%.*s\" is there more than once", VIEW_ARGUMENTS(ast->name.text));
        map_set(&names, ast->name.text, column);
        if (ast->type.name.data == NULL)
            bind_error(binder, ERROR_SYNTAX, ast->name.position, NULL, "column \"%.*s\" has no type",
                       VIEW_ARGUMENTS(ast->name.text));
        *column = (Column){binder_string(binder, ast->name.text), bind_type(&ast->type), /* is_nullable= */ true};
        ColumnId id = plan_column_new(binder->columns, column->name, NULL, column->type, true);
        ScopeColumn scope_column = scope_column_new(column->name, NULL, id);
        array_add(binder->arena, &table->columns, scope_column);
    }
    relation_add_table(binder, &definition->scope.relation, table);
}

static void definition_set_default(Definition *definition, size_t column, const AstExpr *ast)
{
    Binder *binder = definition->binder;
    const Column *target = &definition->bound->schema->columns[column];
    if (definition->bound->defaults[column])
        bind_error(binder, ERROR_SYNTAX, ast->position, NULL, "column \"%s\" has more than one default", target->name);
    Place place = {.binder = binder, .clause = "DEFAULT"};
    Expr *expr = bind_expr(&place, ast);
    bind_assign(binder, expr, ast_is_untyped(ast), target->type, target->name);
    definition->bound->defaults[column] = expr_sql(binder, ast);
}

/* ---- constraints ---- */

static void definition_add_key(Definition *definition, const AstConstraint *ast, const size_t *columns, size_t count)
{
    Binder *binder = definition->binder;
    bool is_primary = ast->kind == AST_CONSTRAINT_PRIMARY_KEY;
    if (is_primary && definition->has_primary_key)
        bind_error(binder, ERROR_DUPLICATE_OBJECT, ast->position, NULL, "a table has one primary key only");
    if (ast->is_autoincrement)
        bind_error(binder, ERROR_NOT_SUPPORTED, ast->position, NULL, "AUTOINCREMENT is not supported");
    definition->has_primary_key |= is_primary;
    for (size_t i = 0; is_primary && i < count; i++)
        definition->bound->schema->columns[columns[i]].is_nullable = false;
    Constraint constraint = {.kind = is_primary ? CONSTRAINT_PRIMARY_KEY : CONSTRAINT_UNIQUE,
                             .name = ast->name.text.data ? binder_string(binder, ast->name.text) : NULL,
                             .column_count = count,
                             .columns = columns};
    array_add(binder->arena, &definition->constraints, constraint);
}

/* The new columns that an expression looks at. */
static size_t *check_columns(const Definition *definition, const Expr *condition, size_t *ret_count)
{
    ColumnSet used = column_set_in(definition->binder->arena);
    column_set_add_expr(&used, condition);
    const ScopeColumns *columns = &definition->scope.relation.columns;
    ARRAY(size_t) indexes = {0};
    for (size_t i = 0; i < columns->count; i++)
        if (column_set_has(&used, columns->items[i].column))
            array_add(definition->binder->arena, &indexes, i);
    *ret_count = indexes.count;
    return indexes.items;
}

static void definition_add_check(Definition *definition, const AstConstraint *ast)
{
    Binder *binder = definition->binder;
    Place place = {.binder = binder, .scope = &definition->scope, .clause = "CHECK"};
    const Expr *condition = bind_check(&place, ast->expr);
    size_t column_count;
    const size_t *columns = check_columns(definition, condition, &column_count);
    Constraint constraint = {.kind = CONSTRAINT_CHECK,
                             .column_count = column_count,
                             .columns = columns,
                             .name = ast->name.text.data ? binder_string(binder, ast->name.text) : NULL,
                             .check = expr_sql(binder, ast->expr)};
    array_add(binder->arena, &definition->constraints, constraint);
}

static void definition_add_generated(Definition *definition, const AstConstraint *ast, const size_t *columns)
{
    Binder *binder = definition->binder;
    const Column *target = &definition->bound->schema->columns[columns[0]];
    Place place = {.binder = binder, .scope = &definition->scope, .clause = "GENERATED"};
    const Expr *expr =
        bind_assign(binder, bind_expr(&place, ast->expr), ast_is_untyped(ast->expr), target->type, target->name);
    if (expr_is_volatile(expr))
        bind_error(binder, ERROR_INVALID_OBJECT_DEFINITION, ast->position, NULL,
                   "what generates column \"%s\" has another value each time", target->name);
    definition->generated[columns[0]] = expr;
    Constraint constraint = {
        .kind = CONSTRAINT_GENERATED, .column_count = 1, .columns = columns, .check = expr_sql(binder, ast->expr)};
    array_add(binder->arena, &definition->constraints, constraint);
}

/* A generated column has no default, and is not made of others that are generated. */
static void definition_check_generated(const Definition *definition)
{
    Binder *binder = definition->binder;
    const Column *columns = definition->bound->schema->columns;
    for (size_t i = 0; i < definition->columns->count; i++) {
        const Expr *expr = definition->generated[i];
        if (expr == NULL)
            continue;
        if (definition->bound->defaults[i])
            bind_error(binder, ERROR_SYNTAX, definition->columns->items[i].name.position, NULL,
                       "column \"%s\" has both a default and an expression that generates it", columns[i].name);
        size_t used_count;
        const size_t *used = check_columns(definition, expr, &used_count);
        for (size_t u = 0; u < used_count; u++)
            if (definition->generated[used[u]])
                bind_error(binder, ERROR_INVALID_OBJECT_DEFINITION, definition->columns->items[i].name.position, NULL,
                           "generated column \"%s\" cannot be made of another one, \"%s\"", columns[i].name,
                           columns[used[u]].name);
    }
}

/* Its default is the next number of a sequence, which engine/identity.c has made. */
static void definition_add_identity(Definition *definition, const AstConstraint *ast, const size_t *columns)
{
    Binder *binder = definition->binder;
    const AstColumnDefinition *column = &definition->columns->items[columns[0]];
    if (ast->expr == NULL)
        bind_error(binder, ERROR_NOT_SUPPORTED, ast->position, NULL, "identity columns are for tables in memory");
    for (size_t i = 0; i < column->constraints.count; i++) {
        AstConstraintKind kind = column->constraints.items[i].kind;
        if (kind == AST_CONSTRAINT_IDENTITY && column->constraints.items[i].position != ast->position)
            bind_error(binder, ERROR_SYNTAX, ast->position, NULL, "column \"%.*s\" has more than one identity",
                       VIEW_ARGUMENTS(column->name.text));
        if (kind == AST_CONSTRAINT_DEFAULT || kind == AST_CONSTRAINT_GENERATED)
            bind_error(binder, ERROR_SYNTAX, ast->position, NULL, "column \"%.*s\" has both %s and an identity",
                       VIEW_ARGUMENTS(column->name.text),
                       kind == AST_CONSTRAINT_DEFAULT ? "a default" : "an expression that generates it");
    }
    definition_set_default(definition, columns[0], ast->expr);
    definition->bound->schema->columns[columns[0]].is_nullable = false;
    Constraint constraint = {
        .kind = CONSTRAINT_IDENTITY, .is_always = ast->is_always, .column_count = 1, .columns = columns};
    array_add(binder->arena, &definition->constraints, constraint);
}

static void definition_add_not_null(Definition *definition, const AstConstraint *ast, const size_t *columns)
{
    Binder *binder = definition->binder;
    definition->bound->schema->columns[columns[0]].is_nullable = false;
    Constraint constraint = {.kind = CONSTRAINT_NOT_NULL,
                             .name = ast->name.text.data ? binder_string(binder, ast->name.text) : NULL,
                             .column_count = 1,
                             .columns = columns};
    array_add(binder->arena, &definition->constraints, constraint);
}

/* What it refers to is looked up when the table's own name is known: engine/foreign_key.c. */
static void definition_add_foreign_key(Definition *definition, const AstConstraint *ast, const size_t *columns,
                                       size_t count)
{
    static const ReferenceAction actions[] = {
        [AST_REFERENCE_NO_ACTION] = REFERENCE_NO_ACTION,     [AST_REFERENCE_RESTRICT] = REFERENCE_RESTRICT,
        [AST_REFERENCE_CASCADE] = REFERENCE_CASCADE,         [AST_REFERENCE_SET_NULL] = REFERENCE_SET_NULL,
        [AST_REFERENCE_SET_DEFAULT] = REFERENCE_SET_DEFAULT,
    };
    Binder *binder = definition->binder;
    const char **names = arena_array(binder->arena, const char *, ast->reference_columns.count);
    for (size_t i = 0; i < ast->reference_columns.count; i++)
        names[i] = binder_string(binder, ast->reference_columns.items[i].text);
    Reference *reference = arena_new(binder->arena, Reference);
    *reference = (Reference){.schema = ast->reference.schema.data ? binder_string(binder, ast->reference.schema) : NULL,
                             .table = binder_string(binder, ast->reference.name),
                             .column_count = ast->reference_columns.count,
                             .columns = names,
                             .on_delete = actions[ast->on_delete],
                             .on_update = actions[ast->on_update],
                             .is_match_full = ast->is_match_full};
    if (reference->column_count > 0 && reference->column_count != count)
        bind_error(binder, ERROR_INVALID_FOREIGN_KEY, ast->position, NULL,
                   "%zu columns refer to %zu: a foreign key has as many as what it refers to", count,
                   reference->column_count);
    Constraint constraint = {.kind = CONSTRAINT_FOREIGN_KEY,
                             .name = ast->name.text.data ? binder_string(binder, ast->name.text) : NULL,
                             .column_count = count,
                             .columns = columns,
                             .reference = reference};
    array_add(binder->arena, &definition->constraints, constraint);
}

static void require_binary_collation(const Binder *binder, const AstConstraint *ast)
{
    static const char *const binary[] = {"c", "posix", "binary", "ucs_basic", "default"};
    for (size_t i = 0; i < sizeof binary / sizeof *binary; i++)
        if (view_equal_ignoring_case(ast->reference.name, view_of(binary[i])))
            return;
    bind_error(binder, ERROR_UNDEFINED_OBJECT, ast->position, "text is compared byte by byte: COLLATE \"C\"",
               "collation \"%.*s\" does not exist", VIEW_ARGUMENTS(ast->reference.name));
}

/* `columns`: what the constraint is about: its column, or those that it lists. */
static void definition_add_constraint(Definition *definition, const AstConstraint *ast, const size_t *columns,
                                      size_t count)
{
    switch (ast->kind) {
    case AST_CONSTRAINT_NOT_NULL:
        definition_add_not_null(definition, ast, columns);
        break;
    case AST_CONSTRAINT_NULL:
        break;
    case AST_CONSTRAINT_PRIMARY_KEY:
    case AST_CONSTRAINT_UNIQUE:
        definition_add_key(definition, ast, columns, count);
        break;
    case AST_CONSTRAINT_CHECK:
        definition_add_check(definition, ast);
        break;
    case AST_CONSTRAINT_FOREIGN_KEY:
        definition_add_foreign_key(definition, ast, columns, count);
        break;
    case AST_CONSTRAINT_DEFAULT:
        definition_set_default(definition, columns[0], ast->expr);
        break;
    case AST_CONSTRAINT_COLLATE:
        require_binary_collation(definition->binder, ast);
        break;
    case AST_CONSTRAINT_GENERATED:
        definition_add_generated(definition, ast, columns);
        break;
    case AST_CONSTRAINT_IDENTITY:
        definition_add_identity(definition, ast, columns);
    }
}

static void definition_add_column_constraints(Definition *definition)
{
    for (size_t i = 0; i < definition->columns->count; i++) {
        const AstConstraints *constraints = &definition->columns->items[i].constraints;
        for (size_t j = 0; j < constraints->count; j++) {
            size_t *column = arena_new(definition->binder->arena, size_t);
            *column = i;
            definition_add_constraint(definition, &constraints->items[j], column, 1);
        }
    }
}

static void definition_add_table_constraint(Definition *definition, const AstConstraint *ast)
{
    Binder *binder = definition->binder;
    size_t *columns = arena_array(binder->arena, size_t, ast->columns.count);
    for (size_t i = 0; i < ast->columns.count; i++) {
        const AstName *name = &ast->columns.items[i];
        ptrdiff_t index = schema_find(definition->bound->schema, name->text);
        if (index < 0)
            bind_error(binder, ERROR_UNDEFINED_COLUMN, name->position, NULL,
                       "column \"%.*s\" named in the constraint does not exist", VIEW_ARGUMENTS(name->text));
        columns[i] = (size_t)index;
        for (size_t j = 0; j < i; j++)
            if (columns[j] == columns[i])
                bind_error(binder, ERROR_DUPLICATE_COLUMN, name->position, NULL,
                           "column \"%.*s\" is in the constraint more than once", VIEW_ARGUMENTS(name->text));
    }
    definition_add_constraint(definition, ast, columns, ast->columns.count);
}

BoundTable *bind_table_definition(BindEnvironment *environment, const AstColumnDefinitions *columns,
                                  const AstConstraints *constraints)
{
    Binder *binder = binder_new(environment);
    BoundTable *bound = arena_new(binder->arena, BoundTable);
    bound->schema = schema_new(binder->arena, columns->count);
    bound->defaults = arena_allocate_zero(binder->arena, memory_size_multiply(columns->count, sizeof *bound->defaults));
    Definition definition = {.binder = binder, .columns = columns, .bound = bound};
    definition.generated = arena_allocate_zero(binder->arena, memory_size_multiply(columns->count, sizeof(Expr *)));
    definition_add_columns(&definition);
    definition_add_column_constraints(&definition);
    definition_check_generated(&definition);
    for (size_t i = 0; constraints && i < constraints->count; i++)
        definition_add_table_constraint(&definition, &constraints->items[i]);
    bound->constraints = (Constraints){definition.constraints.count, definition.constraints.items};
    return bound;
}
