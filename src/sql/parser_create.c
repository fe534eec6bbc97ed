/* sql/parser_create.c: CREATE, DROP and COMMENT ON. */
#include "sql/parser_internal.h"

/* ---- columns and constraints ---- */

static AstReferenceAction parser_reference_action(Parser *parser)
{
    if (parser_accept_keyword(parser, KEYWORD_CASCADE))
        return AST_REFERENCE_CASCADE;
    if (parser_accept_keyword(parser, KEYWORD_SET)) {
        if (parser_accept_keyword(parser, KEYWORD_NULL))
            return AST_REFERENCE_SET_NULL;
        parser_expect_keyword(parser, KEYWORD_DEFAULT);
        return AST_REFERENCE_SET_DEFAULT;
    }
    if (parser_accept_keyword(parser, KEYWORD_NO)) {
        parser_expect_word(parser, "action");
        return AST_REFERENCE_NO_ACTION;
    }
    parser_expect_keyword(parser, KEYWORD_RESTRICT);
    return AST_REFERENCE_RESTRICT;
}

/* REFERENCES t (columns) [MATCH FULL | MATCH SIMPLE] and its actions */
static void parser_references(Parser *parser, AstConstraint *constraint)
{
    constraint->reference = parser_object_name(parser, "a table name");
    constraint->reference_columns = parser_accept_name_list(parser, "a column name");
    if (parser_accept_word(parser, "match")) {
        constraint->is_match_full = parser_accept_keyword(parser, KEYWORD_FULL);
        if (!constraint->is_match_full)
            parser_expect_word(parser, "simple");
    }
    while (parser_accept_keyword(parser, KEYWORD_ON)) {
        if (parser_accept_keyword(parser, KEYWORD_DELETE)) {
            constraint->on_delete = parser_reference_action(parser);
        } else {
            parser_expect_keyword(parser, KEYWORD_UPDATE);
            constraint->on_update = parser_reference_action(parser);
        }
    }
}

static void parser_check(Parser *parser, AstConstraint *constraint, uint16_t *height)
{
    constraint->kind = AST_CONSTRAINT_CHECK;
    parser_expect(parser, TOKEN_LEFT_PAREN);
    constraint->expr = parser_expr_part(parser, height);
    parser_expect(parser, TOKEN_RIGHT_PAREN);
}

/* CONSTRAINT name, and the constraint's place */
static AstConstraint parser_constraint_head(Parser *parser)
{
    AstConstraint constraint = {.position = parser_position(parser)};
    if (parser_accept_keyword(parser, KEYWORD_CONSTRAINT))
        constraint.name = parser_name(parser, "a constraint's name");
    return constraint;
}

static void parser_column_primary_key(Parser *parser, AstConstraint *constraint)
{
    constraint->kind = AST_CONSTRAINT_PRIMARY_KEY;
    parser_expect_keyword(parser, KEYWORD_KEY);
    constraint->is_descending = parser_accept_keyword(parser, KEYWORD_DESC);
    if (!constraint->is_descending)
        parser_accept_keyword(parser, KEYWORD_ASC);
    constraint->is_autoincrement = parser_accept_keyword(parser, KEYWORD_AUTOINCREMENT);
}

bool parser_is_always(Parser *parser)
{
    if (parser_accept_keyword(parser, KEYWORD_ALWAYS))
        return true;
    parser_expect_keyword(parser, KEYWORD_BY);
    parser_expect_keyword(parser, KEYWORD_DEFAULT);
    return false;
}

/* [GENERATED ALWAYS] AS (expr) [STORED | VIRTUAL] */
static void parser_generated(Parser *parser, AstConstraint *constraint, uint16_t *height)
{
    constraint->kind = AST_CONSTRAINT_GENERATED;
    parser_expect(parser, TOKEN_LEFT_PAREN);
    constraint->expr = parser_expr_part(parser, height);
    parser_expect(parser, TOKEN_RIGHT_PAREN);
    if (!parser_accept_keyword(parser, KEYWORD_STORED))
        parser_accept_word(parser, "virtual");
}

/* One constraint of a column; false when none is in view. */
static bool parser_accept_column_constraint(Parser *parser, AstConstraint *ret_constraint, uint16_t *height)
{
    AstConstraint constraint = parser_constraint_head(parser);
    if (parser_accept_keywords(parser, KEYWORD_NOT, KEYWORD_NULL)) {
        constraint.kind = AST_CONSTRAINT_NOT_NULL;
    } else if (parser_accept_keyword(parser, KEYWORD_NULL)) {
        constraint.kind = AST_CONSTRAINT_NULL;
    } else if (parser_accept_keyword(parser, KEYWORD_PRIMARY)) {
        parser_column_primary_key(parser, &constraint);
    } else if (parser_accept_keyword(parser, KEYWORD_UNIQUE)) {
        constraint.kind = AST_CONSTRAINT_UNIQUE;
    } else if (parser_accept_keyword(parser, KEYWORD_CHECK)) {
        parser_check(parser, &constraint, height);
    } else if (parser_accept_keyword(parser, KEYWORD_DEFAULT)) {
        constraint.kind = AST_CONSTRAINT_DEFAULT;
        /* NOT NULL may follow, and is no operator then. */
        constraint.expr = parser_expr_above(parser, PRECEDENCE_PATTERN + 1);
        parser_adopt(height, constraint.expr->height, constraint.position);
    } else if (parser_accept_keyword(parser, KEYWORD_COLLATE)) {
        constraint.kind = AST_CONSTRAINT_COLLATE;
        constraint.reference = parser_object_name(parser, "a collation name");
    } else if (parser_accept_keyword(parser, KEYWORD_REFERENCES)) {
        constraint.kind = AST_CONSTRAINT_FOREIGN_KEY;
        parser_references(parser, &constraint);
    } else if (parser_accept_keyword(parser, KEYWORD_GENERATED)) {
        constraint.is_always = parser_is_always(parser);
        parser_expect_keyword(parser, KEYWORD_AS);
        if (parser_accept_word(parser, "identity"))
            parser_identity(parser, &constraint);
        else if (constraint.is_always)
            parser_generated(parser, &constraint, height);
        else
            parser_raise(parser, NULL);
    } else if (parser_at_keyword(parser, KEYWORD_AS) && parser_peek(parser, 1)->kind == TOKEN_LEFT_PAREN) {
        parser_advance(parser);
        parser_generated(parser, &constraint, height);
    } else {
        if (ast_name_is_given(&constraint.name))
            parser_raise(parser, "a constraint");
        return false;
    }
    *ret_constraint = constraint;
    return true;
}

/* (a, b), where the keys of a primary key may say ASC or DESC */
static AstNames parser_key_columns(Parser *parser)
{
    AstNames names = {0};
    parser_expect(parser, TOKEN_LEFT_PAREN);
    do {
        array_add(parser->arena, &names, parser_name(parser, "a column name"));
        if (!parser_accept_keyword(parser, KEYWORD_ASC))
            parser_accept_keyword(parser, KEYWORD_DESC);
    } while (parser_accept_separator(parser));
    parser_expect(parser, TOKEN_RIGHT_PAREN);
    return names;
}

bool parser_at_table_constraint(Parser *parser)
{
    switch (parser_keyword_at(parser, 0)) {
    case KEYWORD_CONSTRAINT:
    case KEYWORD_PRIMARY:
    case KEYWORD_UNIQUE:
    case KEYWORD_CHECK:
    case KEYWORD_FOREIGN:
        return true;
    default:
        return false;
    }
}

AstConstraint parser_table_constraint(Parser *parser, uint16_t *height)
{
    AstConstraint constraint = parser_constraint_head(parser);
    if (parser_accept_keyword(parser, KEYWORD_PRIMARY)) {
        constraint.kind = AST_CONSTRAINT_PRIMARY_KEY;
        parser_expect_keyword(parser, KEYWORD_KEY);
        constraint.columns = parser_key_columns(parser);
    } else if (parser_accept_keyword(parser, KEYWORD_UNIQUE)) {
        constraint.kind = AST_CONSTRAINT_UNIQUE;
        constraint.columns = parser_key_columns(parser);
    } else if (parser_accept_keyword(parser, KEYWORD_FOREIGN)) {
        constraint.kind = AST_CONSTRAINT_FOREIGN_KEY;
        parser_expect_keyword(parser, KEYWORD_KEY);
        constraint.columns = parser_name_list(parser, "a column name");
        parser_expect_keyword(parser, KEYWORD_REFERENCES);
        parser_references(parser, &constraint);
    } else {
        parser_expect_keyword(parser, KEYWORD_CHECK);
        parser_check(parser, &constraint, height);
    }
    return constraint;
}

/* name [type] constraints */
AstColumnDefinition parser_column_definition(Parser *parser, uint16_t *height)
{
    AstColumnDefinition column = {.name = parser_name(parser, "a column name")};
    const Token *token = parser_peek(parser, 0);
    bool is_type = token->kind == TOKEN_QUOTED ||
                   (token->kind == TOKEN_WORD && token->keyword != KEYWORD_GENERATED &&
                    (token->keyword == KEYWORD_NONE || keyword_class(token->keyword) != KEYWORD_RESERVED));
    if (is_type)
        column.type = parser_type(parser);
    AstConstraint constraint;
    while (parser_accept_column_constraint(parser, &constraint, height))
        array_add(parser->arena, &column.constraints, constraint);
    return column;
}

/* One word behind INCLUDING or EXCLUDING; those that mean nothing here have no bit. */
static unsigned parser_like_part(Parser *parser)
{
    static const struct {
        const char *word;
        unsigned part;
    } words[] = {{"defaults", AST_LIKE_DEFAULTS},
                 {"constraints", AST_LIKE_CONSTRAINTS},
                 {"indexes", AST_LIKE_INDEXES},
                 {"generated", AST_LIKE_GENERATED},
                 {"all", AST_LIKE_ALL},
                 {"comments", 0},
                 {"compression", 0},
                 {"identity", AST_LIKE_IDENTITY},
                 {"statistics", 0},
                 {"storage", 0}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (parser_accept_word(parser, words[i].word))
            return words[i].part;
    parser_raise(parser, "ALL, CONSTRAINTS, DEFAULTS, GENERATED, IDENTITY or INDEXES");
}

/* Behind LIKE */
static AstLike parser_like_table(Parser *parser, size_t column_index)
{
    AstLike like = {.table = parser_object_name(parser, "a table name"), .column_index = column_index};
    for (;;) {
        if (parser_accept_word(parser, "including"))
            like.parts |= parser_like_part(parser);
        else if (parser_accept_word(parser, "excluding"))
            like.parts &= ~parser_like_part(parser);
        else
            return like;
    }
}

/* (columns and constraints); `likes` NULL: LIKE is not possible */
static void parser_table_elements(Parser *parser, AstColumnDefinitions *columns, AstConstraints *constraints,
                                  AstLikes *likes, uint16_t *height)
{
    parser_expect(parser, TOKEN_LEFT_PAREN);
    while (!parser_at(parser, TOKEN_RIGHT_PAREN)) {
        if (likes && parser_accept_keyword(parser, KEYWORD_LIKE))
            array_add(parser->arena, likes, parser_like_table(parser, columns->count));
        else if (parser_at_table_constraint(parser))
            array_add(parser->arena, constraints, parser_table_constraint(parser, height));
        else
            array_add(parser->arena, columns, parser_column_definition(parser, height));
        if (!parser_accept(parser, TOKEN_COMMA))
            break;
    }
    parser_expect(parser, TOKEN_RIGHT_PAREN);
}

/* ---- CREATE ---- */

static void parser_create_table(Parser *parser, AstStatement *statement, CreateHead head)
{
    AstCreateTable *create = arena_new(parser->arena, AstCreateTable);
    statement->kind = AST_STATEMENT_CREATE_TABLE;
    statement->create_table = create;
    create->is_or_replace = head.is_or_replace;
    create->is_temporary = head.is_temporary;
    create->is_if_not_exists = parser_accept_if_not_exists(parser);
    create->name = parser_object_name(parser, "a table name");
    bool has_columns = parser_at(parser, TOKEN_LEFT_PAREN);
    if (has_columns)
        parser_table_elements(parser, &create->columns, &create->constraints, &create->likes, &statement->height);
    if (parser_accept_keyword(parser, KEYWORD_WITHOUT)) { /* SQLite's WITHOUT ROWID: how it is stored */
        parser_expect_word(parser, "rowid");
    } else if (parser_at_keyword(parser, KEYWORD_WITH) && parser_peek(parser, 1)->kind == TOKEN_LEFT_PAREN) {
        parser_advance(parser);
        create->options = parser_option_list(parser, &statement->height);
    }
    if (head.is_temporary && parser_accept_keyword(parser, KEYWORD_ON)) { /* which is what they all do */
        parser_expect_keyword(parser, KEYWORD_COMMIT);
        parser_expect_word(parser, "preserve");
        parser_expect_keyword(parser, KEYWORD_ROWS);
    }
    if (has_columns ? create->likes.count == 0 && parser_accept_keyword(parser, KEYWORD_AS)
                    : (parser_expect_keyword(parser, KEYWORD_AS), true)) {
        create->query = parser_query_child(parser, statement);
        if (parser_accept_keyword(parser, KEYWORD_WITH)) {
            create->is_with_no_data = parser_accept_keyword(parser, KEYWORD_NO);
            parser_expect_keyword(parser, KEYWORD_DATA);
        }
    }
}

static void parser_create_view(Parser *parser, AstStatement *statement, CreateHead head)
{
    AstCreateView *create = arena_new(parser->arena, AstCreateView);
    statement->kind = AST_STATEMENT_CREATE_VIEW;
    statement->create_view = create;
    create->is_or_replace = head.is_or_replace;
    create->is_temporary = head.is_temporary;
    create->is_if_not_exists = parser_accept_if_not_exists(parser);
    create->name = parser_object_name(parser, "a view's name");
    create->columns = parser_accept_name_list(parser, "a column name");
    parser_expect_keyword(parser, KEYWORD_AS);
    create->query_text_position = parser_position(parser);
    create->query = parser_query_child(parser, statement);
    size_t end = parser->last.position + parser->last.size;
    create->query_text =
        (StringView){parser->lexer.text.data + create->query_text_position, end - create->query_text_position};
}

/* One clause of CREATE EXTERNAL TABLE; false when none is in view. */
static bool parser_accept_external_clause(Parser *parser, AstStatement *statement, AstCreateExternalTable *create)
{
    if (parser_accept_keyword(parser, KEYWORD_STORED)) {
        parser_expect_keyword(parser, KEYWORD_AS);
        create->format = parser_name_or_string(parser, "a format's name");
    } else if (parser_accept_keyword(parser, KEYWORD_LOCATION)) {
        create->location_position = parser_position(parser);
        create->location = parser_string(parser, "a string with the location");
    } else if (parser_accept_keyword(parser, KEYWORD_OPTIONS)) {
        create->options = parser_option_list(parser, &statement->height);
    } else if (parser_accept_keyword(parser, KEYWORD_PARTITIONED)) {
        parser_expect_keyword(parser, KEYWORD_BY);
        create->partitioned_by = parser_name_list(parser, "a column name");
    } else if (parser_accept_keywords(parser, KEYWORD_WITH, KEYWORD_ORDER)) {
        parser_expect(parser, TOKEN_LEFT_PAREN);
        array_add(parser->arena, &create->orders, parser_orders(parser, &statement->height));
        parser_expect(parser, TOKEN_RIGHT_PAREN);
    } else if (parser_accept_keyword(parser, KEYWORD_WITH)) {
        parser_expect_word(parser, "header");
        parser_expect_keyword(parser, KEYWORD_ROW);
        create->is_with_header_row = true;
    } else {
        return false;
    }
    return true;
}

static void parser_create_external_table(Parser *parser, AstStatement *statement, CreateHead head)
{
    AstCreateExternalTable *create = arena_new(parser->arena, AstCreateExternalTable);
    statement->kind = AST_STATEMENT_CREATE_EXTERNAL_TABLE;
    statement->create_external_table = create;
    create->is_or_replace = head.is_or_replace;
    parser_expect_keyword(parser, KEYWORD_TABLE);
    create->is_if_not_exists = parser_accept_if_not_exists(parser);
    create->name = parser_object_name(parser, "a table name");
    if (parser_at(parser, TOKEN_LEFT_PAREN))
        parser_table_elements(parser, &create->columns, &create->constraints, NULL, &statement->height);
    while (parser_accept_external_clause(parser, statement, create))
        ;
    if (create->location.data == NULL && !ast_name_is_given(&create->format))
        parser_raise(parser, NULL);
}

static void parser_create_index(Parser *parser, AstStatement *statement, bool is_unique)
{
    AstCreateIndex *create = arena_new(parser->arena, AstCreateIndex);
    statement->kind = AST_STATEMENT_CREATE_INDEX;
    statement->create_index = create;
    create->is_unique = is_unique;
    parser_accept_word(parser, "concurrently");
    create->is_if_not_exists = parser_accept_if_not_exists(parser);
    if (!parser_at_keyword(parser, KEYWORD_ON))
        create->name = parser_object_name(parser, "an index name");
    parser_expect_keyword(parser, KEYWORD_ON);
    create->table = parser_object_name(parser, "a table name");
    if (parser_accept_keyword(parser, KEYWORD_USING))
        create->method = parser_name(parser, "an index method's name").text;
    parser_expect(parser, TOKEN_LEFT_PAREN);
    create->keys = parser_orders(parser, &statement->height);
    parser_expect(parser, TOKEN_RIGHT_PAREN);
    if (parser_accept_keyword(parser, KEYWORD_WHERE))
        create->where = parser_expr_part(parser, &statement->height);
}

static void parser_create_schema(Parser *parser, AstStatement *statement, CreateHead head)
{
    AstCreateSchema *create = arena_new(parser->arena, AstCreateSchema);
    statement->kind = AST_STATEMENT_CREATE_SCHEMA;
    statement->create_schema = create;
    create->is_or_replace = head.is_or_replace;
    create->is_if_not_exists = parser_accept_if_not_exists(parser);
    create->name = parser_object_name(parser, "a schema name");
}

void parser_create(Parser *parser, AstStatement *statement)
{
    CreateHead head = {0};
    parser_expect_keyword(parser, KEYWORD_CREATE);
    if (parser_accept_keyword(parser, KEYWORD_OR)) {
        parser_expect_keyword(parser, KEYWORD_REPLACE);
        head.is_or_replace = true;
    }
    if (parser_accept_word(parser, "global") || parser_accept_keyword(parser, KEYWORD_LOCAL))
        head.is_temporary = true;
    if (parser_accept_keyword(parser, KEYWORD_TEMP) || parser_accept_keyword(parser, KEYWORD_TEMPORARY))
        head.is_temporary = true;
    else if (parser_accept_word(parser, "unlogged") && !parser_at_keyword(parser, KEYWORD_TABLE))
        parser_raise(parser, "TABLE"); /* there is no log */
    if (parser_accept_keyword(parser, KEYWORD_TABLE)) {
        parser_create_table(parser, statement, head);
    } else if (parser_accept_keyword(parser, KEYWORD_VIEW)) {
        parser_create_view(parser, statement, head);
    } else if (parser_accept_word(parser, "sequence")) {
        parser_create_sequence(parser, statement, head);
    } else if (!head.is_temporary && (parser_accept_keywords(parser, KEYWORD_UNBOUNDED, KEYWORD_EXTERNAL) ||
                                      parser_accept_keyword(parser, KEYWORD_EXTERNAL))) {
        parser_create_external_table(parser, statement, head);
    } else if (!head.is_temporary && parser_accept_keyword(parser, KEYWORD_SCHEMA)) {
        parser_create_schema(parser, statement, head);
    } else if (!head.is_temporary && parser_accept_keyword(parser, KEYWORD_UNIQUE)) {
        parser_expect_keyword(parser, KEYWORD_INDEX);
        parser_create_index(parser, statement, true);
    } else if (!head.is_temporary && parser_accept_keyword(parser, KEYWORD_INDEX)) {
        parser_create_index(parser, statement, false);
    } else {
        parser_raise(parser, head.is_temporary ? "TABLE, VIEW or SEQUENCE"
                                               : "TABLE, VIEW, EXTERNAL TABLE, INDEX, SEQUENCE or SCHEMA");
    }
}

/* ---- DROP ---- */

static AstObjectKind parser_object_kind(Parser *parser)
{
    if (parser_accept_keyword(parser, KEYWORD_TABLE))
        return AST_OBJECT_TABLE;
    if (parser_accept_keyword(parser, KEYWORD_VIEW))
        return AST_OBJECT_VIEW;
    if (parser_accept_keyword(parser, KEYWORD_INDEX))
        return AST_OBJECT_INDEX;
    if (parser_accept_word(parser, "sequence"))
        return AST_OBJECT_SEQUENCE;
    if (!parser_accept_keyword(parser, KEYWORD_SCHEMA))
        parser_raise(parser, "TABLE, VIEW, INDEX, SEQUENCE or SCHEMA");
    return AST_OBJECT_SCHEMA;
}

bool parser_cascade(Parser *parser)
{
    if (parser_accept_keyword(parser, KEYWORD_CASCADE))
        return true;
    parser_accept_keyword(parser, KEYWORD_RESTRICT);
    return false;
}

void parser_drop(Parser *parser, AstStatement *statement)
{
    AstDrop *drop = arena_new(parser->arena, AstDrop);
    parser_expect_keyword(parser, KEYWORD_DROP);
    statement->drop = drop;
    drop->kind = parser_object_kind(parser);
    drop->is_if_exists = parser_accept_if_exists(parser);
    do {
        array_add(parser->arena, &drop->names, parser_object_name(parser, "a name"));
    } while (parser_accept(parser, TOKEN_COMMA));
    drop->is_cascade = parser_cascade(parser);
}

/* ---- COMMENT ON ---- */

void parser_comment(Parser *parser, AstStatement *statement)
{
    AstComment *comment = statement->comment = arena_new(parser->arena, AstComment);
    parser_expect_keyword(parser, KEYWORD_COMMENT);
    parser_expect_keyword(parser, KEYWORD_ON);
    comment->is_column = parser_accept_keyword(parser, KEYWORD_COLUMN);
    if (!comment->is_column)
        comment->kind = parser_object_kind(parser);
    comment->name = parser_object_name(parser, "a name");
    if (comment->is_column && comment->name.schema.data == NULL)
        parser_raise(parser, "\".\" and a column name");
    parser_expect_keyword(parser, KEYWORD_IS);
    if (parser_at(parser, TOKEN_STRING) || parser_at_keyword(parser, KEYWORD_NULL))
        comment->text = parser_expr_part(parser, &statement->height);
    else
        parser_raise(parser, "a string");
}
