/* sql/parser_alter.c: ALTER TABLE, ALTER VIEW and ALTER SCHEMA. */
#include "sql/parser_internal.h"

static void parser_alter_add(Parser *parser, AstAlter *alter, uint16_t *height)
{
    if (parser_at_table_constraint(parser)) {
        alter->kind = AST_ALTER_ADD_CONSTRAINT;
        alter->constraint = parser_table_constraint(parser, height);
        return;
    }
    alter->kind = AST_ALTER_ADD_COLUMN;
    parser_accept_keyword(parser, KEYWORD_COLUMN);
    alter->is_column_condition = parser_accept_if_not_exists(parser);
    alter->definition = parser_column_definition(parser, height);
}

static void parser_alter_drop(Parser *parser, AstAlter *alter)
{
    bool is_constraint = parser_accept_keyword(parser, KEYWORD_CONSTRAINT);
    alter->kind = is_constraint ? AST_ALTER_DROP_CONSTRAINT : AST_ALTER_DROP_COLUMN;
    if (!is_constraint)
        parser_accept_keyword(parser, KEYWORD_COLUMN);
    alter->is_column_condition = parser_accept_if_exists(parser);
    alter->column = parser_name(parser, is_constraint ? "a constraint's name" : "a column name");
    alter->is_cascade = parser_cascade(parser);
}

static void parser_alter_rename(Parser *parser, AstAlter *alter)
{
    if (parser_accept_keyword(parser, KEYWORD_TO)) {
        alter->kind = AST_ALTER_RENAME_TABLE;
        alter->new_name = parser_name(parser, "a table name");
        return;
    }
    alter->kind = AST_ALTER_RENAME_COLUMN;
    parser_accept_keyword(parser, KEYWORD_COLUMN);
    alter->column = parser_name(parser, "a column name");
    parser_expect_keyword(parser, KEYWORD_TO);
    alter->new_name = parser_name(parser, "a column name");
}

/* Behind SET; false: it is that of SET DATA TYPE. */
static bool parser_alter_set(Parser *parser, AstAlter *alter, uint16_t *height)
{
    if (parser_accept_keyword(parser, KEYWORD_DEFAULT)) {
        alter->kind = AST_ALTER_SET_DEFAULT;
        alter->expr = parser_expr_part(parser, height);
    } else if (parser_accept_keywords(parser, KEYWORD_NOT, KEYWORD_NULL)) {
        alter->kind = AST_ALTER_SET_NOT_NULL;
    } else if (parser_accept_keyword(parser, KEYWORD_GENERATED)) {
        alter->kind = AST_ALTER_SET_IDENTITY;
        alter->constraint.is_always = parser_is_always(parser);
    } else {
        return false;
    }
    return true;
}

/* Behind DROP */
static void parser_alter_unset(Parser *parser, AstAlter *alter)
{
    if (parser_accept_keyword(parser, KEYWORD_DEFAULT)) {
        alter->kind = AST_ALTER_DROP_DEFAULT;
    } else if (parser_accept_word(parser, "identity")) {
        alter->kind = AST_ALTER_DROP_IDENTITY;
        alter->is_column_condition = parser_accept_if_exists(parser);
    } else {
        alter->kind = AST_ALTER_DROP_NOT_NULL;
        parser_expect_keyword(parser, KEYWORD_NOT);
        parser_expect_keyword(parser, KEYWORD_NULL);
    }
}

/* ADD GENERATED … AS IDENTITY */
static void parser_alter_add_identity(Parser *parser, AstAlter *alter)
{
    alter->kind = AST_ALTER_ADD_IDENTITY;
    alter->constraint.position = parser_position(parser);
    parser_expect_keyword(parser, KEYWORD_GENERATED);
    alter->constraint.is_always = parser_is_always(parser);
    parser_expect_keyword(parser, KEYWORD_AS);
    parser_expect_word(parser, "identity");
    parser_identity(parser, &alter->constraint);
}

/* ALTER [COLUMN] c [SET DATA] TYPE t | SET … | DROP … | ADD … */
static void parser_alter_column(Parser *parser, AstAlter *alter, uint16_t *height)
{
    parser_accept_keyword(parser, KEYWORD_COLUMN);
    alter->column = parser_name(parser, "a column name");
    bool is_set = parser_accept_keyword(parser, KEYWORD_SET);
    if (is_set && parser_alter_set(parser, alter, height))
        return;
    if (!is_set && parser_accept_keyword(parser, KEYWORD_DROP)) {
        parser_alter_unset(parser, alter);
    } else if (!is_set && parser_accept_keyword(parser, KEYWORD_ADD)) {
        parser_alter_add_identity(parser, alter);
    } else {
        alter->kind = AST_ALTER_SET_TYPE;
        if (is_set)
            parser_accept_keyword(parser, KEYWORD_DATA);
        parser_expect_keyword(parser, KEYWORD_TYPE);
        alter->definition.type = parser_type(parser);
        if (parser_accept_keyword(parser, KEYWORD_USING))
            alter->expr = parser_expr_part(parser, height);
    }
}

static void parser_alter_action(Parser *parser, AstAlter *alter, uint16_t *height)
{
    if (parser_accept_keyword(parser, KEYWORD_ADD)) {
        parser_alter_add(parser, alter, height);
    } else if (parser_accept_keyword(parser, KEYWORD_DROP)) {
        parser_alter_drop(parser, alter);
    } else {
        parser_expect_keyword(parser, KEYWORD_ALTER);
        parser_alter_column(parser, alter, height);
    }
}

/* OWNER TO role */
static void parser_alter_owner(Parser *parser, AstAlter *alter)
{
    alter->kind = AST_ALTER_OWNER;
    parser_expect_word(parser, "owner");
    parser_expect_keyword(parser, KEYWORD_TO);
    alter->new_name = parser_label(parser, "a role's name");
}

void parser_alter(Parser *parser, AstStatement *statement)
{
    parser_expect_keyword(parser, KEYWORD_ALTER);
    if (parser_accept_word(parser, "sequence")) {
        parser_alter_sequence(parser, statement);
        return;
    }
    AstAlter *alter = statement->alter = arena_new(parser->arena, AstAlter);
    alter->object = AST_OBJECT_TABLE;
    if (parser_accept_keyword(parser, KEYWORD_SCHEMA)) {
        alter->object = AST_OBJECT_SCHEMA;
        alter->name = parser_object_name(parser, "a schema name");
        parser_alter_owner(parser, alter);
        return;
    }
    if (parser_accept_keyword(parser, KEYWORD_VIEW))
        alter->object = AST_OBJECT_VIEW;
    else
        parser_expect_keyword(parser, KEYWORD_TABLE);
    alter->is_if_exists = parser_accept_if_exists(parser);
    if (token_is_name(parser_peek(parser, 1)))
        parser_accept_word(parser, "only"); /* no table has others below it */
    alter->name = parser_object_name(parser, "a table name");
    if (parser_accept_keyword(parser, KEYWORD_RENAME)) {
        parser_alter_rename(parser, alter);
        return;
    }
    if (parser_at_word(parser, "owner")) {
        parser_alter_owner(parser, alter);
        return;
    }
    if (alter->object == AST_OBJECT_VIEW)
        parser_raise(parser, NULL);
    parser_alter_action(parser, alter, &statement->height);
    while (parser_accept(parser, TOKEN_COMMA)) {
        alter = alter->next = arena_new(parser->arena, AstAlter);
        parser_alter_action(parser, alter, &statement->height);
    }
}
