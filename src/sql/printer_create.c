/* sql/printer_create.c: CREATE and ALTER to SQL. */
#include "sql/printer_internal.h"

/* ---- columns and constraints ---- */

static void print_reference_action(Printer *printer, const char *event, AstReferenceAction action)
{
    static const char *const words[] = {
        [AST_REFERENCE_RESTRICT] = "RESTRICT",
        [AST_REFERENCE_CASCADE] = "CASCADE",
        [AST_REFERENCE_SET_NULL] = "SET NULL",
        [AST_REFERENCE_SET_DEFAULT] = "SET DEFAULT",
    };
    if (action == AST_REFERENCE_NO_ACTION) /* which is what nothing said means */
        return;
    print(printer, event);
    print(printer, words[action]);
}

static void print_reference(Printer *printer, const AstConstraint *constraint)
{
    print(printer, "REFERENCES ");
    print_object_name(printer, &constraint->reference);
    print_name_list(printer, &constraint->reference_columns);
    print(printer, constraint->is_match_full ? " MATCH FULL" : "");
    print_reference_action(printer, " ON DELETE ", constraint->on_delete);
    print_reference_action(printer, " ON UPDATE ", constraint->on_update);
}

static void print_in_parentheses(Printer *printer, const char *word, const AstExpr *expr)
{
    print(printer, word);
    print_expr(printer, expr);
    print(printer, ")");
}

static void print_constraint(Printer *printer, const AstConstraint *constraint)
{
    if (ast_name_is_given(&constraint->name)) {
        print(printer, "CONSTRAINT ");
        print_name(printer, constraint->name.text);
        print(printer, " ");
    }
    switch (constraint->kind) {
    case AST_CONSTRAINT_NOT_NULL:
        print(printer, "NOT NULL");
        break;
    case AST_CONSTRAINT_NULL:
        print(printer, "NULL");
        break;
    case AST_CONSTRAINT_PRIMARY_KEY:
        print(printer, "PRIMARY KEY");
        print_name_list(printer, &constraint->columns);
        print(printer, constraint->is_descending ? " DESC" : "");
        print(printer, constraint->is_autoincrement ? " AUTOINCREMENT" : "");
        break;
    case AST_CONSTRAINT_UNIQUE:
        print(printer, "UNIQUE");
        print_name_list(printer, &constraint->columns);
        break;
    case AST_CONSTRAINT_CHECK:
        print_in_parentheses(printer, "CHECK (", constraint->expr);
        break;
    case AST_CONSTRAINT_FOREIGN_KEY:
        if (constraint->columns.count) {
            print(printer, "FOREIGN KEY");
            print_name_list(printer, &constraint->columns);
            print(printer, " ");
        }
        print_reference(printer, constraint);
        break;
    case AST_CONSTRAINT_DEFAULT:
        print(printer, "DEFAULT ");
        print_operand(printer, constraint->expr, PRECEDENCE_PATTERN + 1);
        break;
    case AST_CONSTRAINT_COLLATE:
        print(printer, "COLLATE ");
        print_object_name(printer, &constraint->reference);
        break;
    case AST_CONSTRAINT_GENERATED:
        print_in_parentheses(printer, "GENERATED ALWAYS AS (", constraint->expr);
        break;
    }
}

static void print_column_definition(Printer *printer, const AstColumnDefinition *column)
{
    print_name(printer, column->name.text);
    if (column->type.name.data) {
        print(printer, " ");
        print_type(printer, &column->type);
    }
    for (size_t i = 0; i < column->constraints.count; i++) {
        print(printer, " ");
        print_constraint(printer, &column->constraints.items[i]);
    }
}

static void print_like(Printer *printer, const AstLike *like)
{
    static const char *const words[] = {" INCLUDING DEFAULTS", " INCLUDING CONSTRAINTS", " INCLUDING INDEXES",
                                        " INCLUDING GENERATED"};
    print(printer, "LIKE ");
    print_object_name(printer, &like->table);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (like->parts >> i & 1)
            print(printer, words[i]);
}

/* `likes` may be NULL. */
static void print_table_elements(Printer *printer, const AstColumnDefinitions *columns,
                                 const AstConstraints *constraints, const AstLikes *likes)
{
    size_t count = 0, like = 0;
    print(printer, " (");
    for (size_t i = 0; i <= columns->count; i++) {
        for (; likes && like < likes->count && likes->items[like].column_index == i; like++) {
            print_comma(printer, count++);
            print_like(printer, &likes->items[like]);
        }
        if (i < columns->count) {
            print_comma(printer, count++);
            print_column_definition(printer, &columns->items[i]);
        }
    }
    for (size_t i = 0; i < constraints->count; i++) {
        print_comma(printer, count++);
        print_constraint(printer, &constraints->items[i]);
    }
    print(printer, ")");
}

/* ---- CREATE ---- */

static void print_create_head(Printer *printer, bool is_or_replace, bool is_temporary, const char *what,
                              bool is_if_not_exists)
{
    print(printer, is_or_replace ? "CREATE OR REPLACE " : "CREATE ");
    print(printer, is_temporary ? "TEMPORARY " : "");
    print(printer, what);
    print(printer, is_if_not_exists ? " IF NOT EXISTS " : " ");
}

void print_create_table(Printer *printer, const AstCreateTable *create)
{
    print_create_head(printer, create->is_or_replace, create->is_temporary, "TABLE", create->is_if_not_exists);
    print_object_name(printer, &create->name);
    if (create->columns.count || create->constraints.count || create->likes.count || create->query == NULL)
        print_table_elements(printer, &create->columns, &create->constraints, &create->likes);
    if (create->options.count) {
        print(printer, " WITH ");
        print_options(printer, &create->options);
    }
    if (create->query) {
        print(printer, " AS ");
        print_query(printer, create->query);
        print(printer, create->is_with_no_data ? " WITH NO DATA" : "");
    }
}

void print_create_view(Printer *printer, const AstCreateView *create)
{
    print_create_head(printer, create->is_or_replace, create->is_temporary, "VIEW", create->is_if_not_exists);
    print_object_name(printer, &create->name);
    print_name_list(printer, &create->columns);
    print(printer, " AS ");
    print_query(printer, create->query);
}

void print_create_external_table(Printer *printer, const AstCreateExternalTable *create)
{
    print_create_head(printer, create->is_or_replace, false, "EXTERNAL TABLE", create->is_if_not_exists);
    print_object_name(printer, &create->name);
    if (create->columns.count || create->constraints.count)
        print_table_elements(printer, &create->columns, &create->constraints, NULL);
    if (ast_name_is_given(&create->format)) {
        print(printer, " STORED AS ");
        print_name(printer, create->format.text);
    }
    if (create->partitioned_by.count) {
        print(printer, " PARTITIONED BY");
        print_name_list(printer, &create->partitioned_by);
    }
    for (size_t i = 0; i < create->orders.count; i++) {
        print(printer, " WITH ORDER (");
        print_orders(printer, &create->orders.items[i]);
        print(printer, ")");
    }
    print(printer, create->is_with_header_row ? " WITH HEADER ROW" : "");
    if (create->location.data) {
        print(printer, " LOCATION ");
        print_string(printer, create->location);
    }
    if (create->options.count) {
        print(printer, " OPTIONS ");
        print_options(printer, &create->options);
    }
}

void print_create_index(Printer *printer, const AstCreateIndex *create)
{
    print_create_head(printer, false, false, create->is_unique ? "UNIQUE INDEX" : "INDEX", create->is_if_not_exists);
    if (create->name.name.data) {
        print_object_name(printer, &create->name);
        print(printer, " ");
    }
    print(printer, "ON ");
    print_object_name(printer, &create->table);
    if (create->method.data) {
        print(printer, " USING ");
        print_name(printer, create->method);
    }
    print(printer, " (");
    print_orders(printer, &create->keys);
    print(printer, ")");
    if (create->where) {
        print(printer, " WHERE ");
        print_expr(printer, create->where);
    }
}

void print_create_schema(Printer *printer, const AstCreateSchema *create)
{
    print_create_head(printer, create->is_or_replace, false, "SCHEMA", create->is_if_not_exists);
    print_object_name(printer, &create->name);
}

/* ---- sequences ---- */

static void print_sequence_option(Printer *printer, const AstSequenceOption *option)
{
    static const char *const words[] = {
        [AST_SEQUENCE_AS] = " AS ",
        [AST_SEQUENCE_INCREMENT] = " INCREMENT BY ",
        [AST_SEQUENCE_MINVALUE] = " MINVALUE ",
        [AST_SEQUENCE_MAXVALUE] = " MAXVALUE ",
        [AST_SEQUENCE_START] = " START WITH ",
        [AST_SEQUENCE_RESTART] = " RESTART WITH ",
        [AST_SEQUENCE_CYCLE] = " CYCLE",
    };
    if (option->is_no)
        print(printer, " NO");
    if (option->kind == AST_SEQUENCE_RESTART && option->number.size == 0)
        print(printer, " RESTART");
    else if (option->is_no && option->kind != AST_SEQUENCE_CYCLE)
        print(printer, option->kind == AST_SEQUENCE_MINVALUE ? " MINVALUE" : " MAXVALUE");
    else
        print(printer, words[option->kind]);
    if (option->kind == AST_SEQUENCE_AS)
        print_type(printer, &option->type);
    text_add_view(printer->text, option->number);
}

static void print_sequence_options(Printer *printer, const AstSequence *sequence)
{
    for (size_t i = 0; i < sequence->options.count; i++)
        print_sequence_option(printer, &sequence->options.items[i]);
}

void print_create_sequence(Printer *printer, const AstSequence *create)
{
    print_create_head(printer, create->is_or_replace, create->is_temporary, "SEQUENCE", create->is_if_not_exists);
    print_object_name(printer, &create->name);
    print_sequence_options(printer, create);
}

void print_alter_sequence(Printer *printer, const AstSequence *alter)
{
    print(printer, alter->is_if_exists ? "ALTER SEQUENCE IF EXISTS " : "ALTER SEQUENCE ");
    print_object_name(printer, &alter->name);
    print_sequence_options(printer, alter);
}

/* ---- ALTER ---- */

static void print_alter_action(Printer *printer, const AstAlter *alter)
{
    const char *cascade = alter->is_cascade ? " CASCADE" : "";
    switch (alter->kind) {
    case AST_ALTER_ADD_COLUMN:
        print(printer, alter->is_column_condition ? "ADD COLUMN IF NOT EXISTS " : "ADD COLUMN ");
        print_column_definition(printer, &alter->definition);
        break;
    case AST_ALTER_DROP_COLUMN:
        print(printer, alter->is_column_condition ? "DROP COLUMN IF EXISTS " : "DROP COLUMN ");
        print_name(printer, alter->column.text);
        print(printer, cascade);
        break;
    case AST_ALTER_DROP_CONSTRAINT:
        print(printer, alter->is_column_condition ? "DROP CONSTRAINT IF EXISTS " : "DROP CONSTRAINT ");
        print_name(printer, alter->column.text);
        print(printer, cascade);
        break;
    case AST_ALTER_RENAME_COLUMN:
        print(printer, "RENAME COLUMN ");
        print_name(printer, alter->column.text);
        print(printer, " TO ");
        print_name(printer, alter->new_name.text);
        break;
    case AST_ALTER_RENAME_TABLE:
        print(printer, "RENAME TO ");
        print_name(printer, alter->new_name.text);
        break;
    case AST_ALTER_ADD_CONSTRAINT:
        print(printer, "ADD ");
        print_constraint(printer, &alter->constraint);
        break;
    default:
        print(printer, "ALTER COLUMN ");
        print_name(printer, alter->column.text);
        break;
    }
}

static void print_alter_rest(Printer *printer, const AstAlter *alter)
{
    switch (alter->kind) {
    case AST_ALTER_SET_TYPE:
        print(printer, " TYPE ");
        print_type(printer, &alter->definition.type);
        if (alter->expr) {
            print(printer, " USING ");
            print_expr(printer, alter->expr);
        }
        break;
    case AST_ALTER_SET_DEFAULT:
        print(printer, " SET DEFAULT ");
        print_expr(printer, alter->expr);
        break;
    case AST_ALTER_DROP_DEFAULT:
        print(printer, " DROP DEFAULT");
        break;
    case AST_ALTER_SET_NOT_NULL:
        print(printer, " SET NOT NULL");
        break;
    case AST_ALTER_DROP_NOT_NULL:
        print(printer, " DROP NOT NULL");
        break;
    default:
        break;
    }
}

void print_alter(Printer *printer, const AstAlter *alter)
{
    print(printer, alter->object == AST_OBJECT_VIEW ? "ALTER VIEW " : "ALTER TABLE ");
    print(printer, alter->is_if_exists ? "IF EXISTS " : "");
    print_object_name(printer, &alter->name);
    print(printer, " ");
    for (const AstAlter *action = alter; action; action = action->next) {
        print(printer, action == alter ? "" : ", ");
        print_alter_action(printer, action);
        print_alter_rest(printer, action);
    }
}
