/* sql/parser_change.c: statements that change or move rows: INSERT, UPDATE, DELETE, MERGE, TRUNCATE, COPY. */
#include "sql/parser_internal.h"

/* ---- parts ---- */

static AstItems parser_accept_returning(Parser *parser, AstStatement *statement)
{
    if (!parser_accept_keyword(parser, KEYWORD_RETURNING))
        return (AstItems){0};
    return parser_items(parser, &statement->height);
}

/* a = x, (b, c) = (…), … */
static AstAssignments parser_assignments(Parser *parser, AstStatement *statement)
{
    AstAssignments assignments = {0};
    do {
        AstAssignment assignment = {0};
        if (parser_at(parser, TOKEN_LEFT_PAREN))
            assignment.columns = parser_name_list(parser, "a column name");
        else
            array_add(parser->arena, &assignment.columns, parser_name(parser, "a column name"));
        parser_expect(parser, TOKEN_EQUAL);
        assignment.value = parser_expr_part(parser, &statement->height);
        array_add(parser->arena, &assignments, assignment);
    } while (parser_accept_separator(parser));
    return assignments;
}

/* [AS] alias, where SET is none */
static AstName parser_accept_alias(Parser *parser)
{
    if (parser_accept_keyword(parser, KEYWORD_AS) ||
        (token_is_bare_alias(parser_peek(parser, 0)) && parser_keyword_at(parser, 0) != KEYWORD_SET))
        return parser_name(parser, "an alias");
    return (AstName){0};
}

static AstExpr *parser_accept_where(Parser *parser, AstStatement *statement)
{
    return parser_accept_keyword(parser, KEYWORD_WHERE) ? parser_expr_part(parser, &statement->height) : NULL;
}

/* ---- INSERT ---- */

/* ON CONFLICT [(columns) [WHERE …] | ON CONSTRAINT name] DO NOTHING | DO UPDATE SET … [WHERE …] */
static void parser_on_conflict(Parser *parser, AstStatement *statement, AstInsert *insert)
{
    insert->has_on_conflict = true;
    parser_expect_keyword(parser, KEYWORD_CONFLICT);
    insert->conflict_columns = parser_accept_name_list(parser, "a column name");
    if (insert->conflict_columns.count)
        insert->conflict_where = parser_accept_where(parser, statement);
    else if (parser_accept_keywords(parser, KEYWORD_ON, KEYWORD_CONSTRAINT))
        insert->conflict_constraint = parser_name(parser, "a constraint's name");
    parser_expect_keyword(parser, KEYWORD_DO);
    if (parser_accept_keyword(parser, KEYWORD_NOTHING))
        return;
    parser_expect_keyword(parser, KEYWORD_UPDATE);
    parser_expect_keyword(parser, KEYWORD_SET);
    insert->is_do_update = true;
    insert->assignments = parser_assignments(parser, statement);
    insert->update_where = parser_accept_where(parser, statement);
}

/* Is the parenthesis in view a column list, and not the start of a query? */
static bool parser_at_column_list(Parser *parser)
{
    if (!parser_at(parser, TOKEN_LEFT_PAREN) || !token_is_name(parser_peek(parser, 1)))
        return false;
    TokenKind next = parser_peek(parser, 2)->kind;
    return next == TOKEN_COMMA || next == TOKEN_RIGHT_PAREN;
}

/* [OVERRIDING { SYSTEM | USER } VALUE] */
static AstOverriding parser_overriding(Parser *parser)
{
    if (!parser_accept_word(parser, "overriding"))
        return AST_OVERRIDING_NONE;
    bool is_system = parser_accept_word(parser, "system");
    if (!is_system)
        parser_expect_word(parser, "user");
    parser_expect_word(parser, "value");
    return is_system ? AST_OVERRIDING_SYSTEM : AST_OVERRIDING_USER;
}

/* From INTO or OVERWRITE on. */
static void parser_insert_rest(Parser *parser, AstStatement *statement, AstInsert *insert)
{
    insert->table = parser_object_name(parser, "a table name");
    if (parser_accept_keyword(parser, KEYWORD_AS))
        insert->alias = parser_name(parser, "an alias");
    if (parser_at_column_list(parser))
        insert->columns = parser_name_list(parser, "a column name");
    insert->is_by_name = parser_accept_keywords(parser, KEYWORD_BY, KEYWORD_NAME);
    insert->overriding = parser_overriding(parser);
    if (!parser_accept_keywords(parser, KEYWORD_DEFAULT, KEYWORD_VALUES)) {
        parser_at_keyword(parser, KEYWORD_VALUES); /* for messages */
        insert->query = parser_query_child(parser, statement);
    }
    if (parser_accept_keyword(parser, KEYWORD_ON))
        parser_on_conflict(parser, statement, insert);
    insert->returning = parser_accept_returning(parser, statement);
}

void parser_insert(Parser *parser, AstStatement *statement)
{
    AstInsert *insert = statement->insert = arena_new(parser->arena, AstInsert);
    parser_expect_keyword(parser, KEYWORD_INSERT);
    if (parser_accept_keyword(parser, KEYWORD_OR)) {
        insert->mode = AST_INSERT_IGNORE;
        if (!parser_accept_keyword(parser, KEYWORD_IGNORE)) {
            parser_expect_keyword(parser, KEYWORD_REPLACE);
            insert->mode = AST_INSERT_REPLACE;
        }
    }
    if (insert->mode == AST_INSERT_APPEND && parser_accept_keyword(parser, KEYWORD_OVERWRITE)) {
        insert->mode = AST_INSERT_OVERWRITE;
        parser_accept_keyword(parser, KEYWORD_INTO);
        parser_accept_keyword(parser, KEYWORD_TABLE);
    } else {
        parser_expect_keyword(parser, KEYWORD_INTO);
    }
    parser_insert_rest(parser, statement, insert);
}

/* REPLACE INTO */
void parser_replace(Parser *parser, AstStatement *statement)
{
    AstInsert *insert = statement->insert = arena_new(parser->arena, AstInsert);
    parser_expect_keyword(parser, KEYWORD_REPLACE);
    parser_expect_keyword(parser, KEYWORD_INTO);
    insert->mode = AST_INSERT_REPLACE;
    parser_insert_rest(parser, statement, insert);
}

/* ---- UPDATE, DELETE, TRUNCATE ---- */

void parser_update(Parser *parser, AstStatement *statement)
{
    AstUpdate *update = statement->update = arena_new(parser->arena, AstUpdate);
    parser_expect_keyword(parser, KEYWORD_UPDATE);
    update->table = parser_object_name(parser, "a table name");
    update->alias = parser_accept_alias(parser);
    parser_expect_keyword(parser, KEYWORD_SET);
    update->assignments = parser_assignments(parser, statement);
    if (parser_accept_keyword(parser, KEYWORD_FROM))
        update->from = parser_table_refs(parser, &statement->height);
    update->where = parser_accept_where(parser, statement);
    update->returning = parser_accept_returning(parser, statement);
}

void parser_delete(Parser *parser, AstStatement *statement)
{
    AstDelete *delete = statement->delete = arena_new(parser->arena, AstDelete);
    parser_expect_keyword(parser, KEYWORD_DELETE);
    parser_expect_keyword(parser, KEYWORD_FROM);
    delete->table = parser_object_name(parser, "a table name");
    delete->alias = parser_accept_alias(parser);
    if (parser_accept_keyword(parser, KEYWORD_USING))
        delete->using = parser_table_refs(parser, &statement->height);
    delete->where = parser_accept_where(parser, statement);
    delete->returning = parser_accept_returning(parser, statement);
}

void parser_truncate(Parser *parser, AstStatement *statement)
{
    parser_expect_keyword(parser, KEYWORD_TRUNCATE);
    parser_accept_keyword(parser, KEYWORD_TABLE);
    statement->truncate = arena_new(parser->arena, AstTruncate);
    do {
        array_add(parser->arena, &statement->truncate->names, parser_object_name(parser, "a table name"));
    } while (parser_accept(parser, TOKEN_COMMA));
    statement->truncate->restarts_identity = parser_accept_word(parser, "restart");
    if (statement->truncate->restarts_identity || parser_accept_word(parser, "continue"))
        parser_expect_word(parser, "identity");
    statement->truncate->is_cascade = parser_cascade(parser);
}

/* ---- MERGE ---- */

/* Behind THEN */
static void parser_merge_action(Parser *parser, AstStatement *statement, AstMergeWhen *when)
{
    bool is_insert = when->match == AST_MERGE_NOT_MATCHED;
    if (parser_accept_keyword(parser, KEYWORD_DO)) {
        parser_expect_keyword(parser, KEYWORD_NOTHING);
    } else if (is_insert) {
        parser_expect_keyword(parser, KEYWORD_INSERT);
        when->action = AST_MERGE_INSERT;
        if (parser_accept_keywords(parser, KEYWORD_DEFAULT, KEYWORD_VALUES))
            return;
        when->columns = parser_accept_name_list(parser, "a column name");
        when->overriding = parser_overriding(parser);
        if (!parser_at_keyword(parser, KEYWORD_VALUES))
            parser_raise(parser, NULL);
        when->values = parser_values(parser);
        parser_adopt(&statement->height, when->values->height, when->values->position);
    } else if (parser_accept_keyword(parser, KEYWORD_DELETE)) {
        when->action = AST_MERGE_DELETE;
    } else {
        parser_expect_keyword(parser, KEYWORD_UPDATE);
        parser_expect_keyword(parser, KEYWORD_SET);
        when->action = AST_MERGE_UPDATE;
        when->assignments = parser_assignments(parser, statement);
    }
}

/* WHEN [NOT] MATCHED [BY { SOURCE | TARGET }] [AND condition] THEN action */
static AstMergeWhen parser_merge_when(Parser *parser, AstStatement *statement)
{
    AstMergeWhen when = {.position = parser_position(parser)};
    parser_expect_keyword(parser, KEYWORD_WHEN);
    bool is_not = parser_accept_keyword(parser, KEYWORD_NOT);
    parser_expect_word(parser, "matched");
    if (is_not) {
        when.match = AST_MERGE_NOT_MATCHED;
        if (parser_accept_keyword(parser, KEYWORD_BY)) {
            if (parser_accept_word(parser, "source"))
                when.match = AST_MERGE_NOT_MATCHED_BY_SOURCE;
            else
                parser_expect_word(parser, "target");
        }
    }
    if (parser_accept_keyword(parser, KEYWORD_AND))
        when.condition = parser_expr_part(parser, &statement->height);
    parser_expect_keyword(parser, KEYWORD_THEN);
    parser_merge_action(parser, statement, &when);
    return when;
}

void parser_merge(Parser *parser, AstStatement *statement)
{
    AstMerge *merge = statement->merge = arena_new(parser->arena, AstMerge);
    parser_expect_keyword(parser, KEYWORD_MERGE);
    parser_expect_keyword(parser, KEYWORD_INTO);
    merge->table = parser_object_name(parser, "a table name");
    merge->alias = parser_accept_alias(parser);
    parser_expect_keyword(parser, KEYWORD_USING);
    merge->source = parser_table_ref(parser);
    parser_adopt(&statement->height, merge->source->height, merge->source->position);
    parser_expect_keyword(parser, KEYWORD_ON);
    merge->on = parser_expr_part(parser, &statement->height);
    do {
        array_add(parser->arena, &merge->whens, parser_merge_when(parser, statement));
    } while (parser_at_keyword(parser, KEYWORD_WHEN));
    merge->returning = parser_accept_returning(parser, statement);
}

/* ---- WITH ---- */

bool parser_accept_change(Parser *parser, AstStatement *statement)
{
    switch (parser_keyword_at(parser, 0)) {
    case KEYWORD_INSERT:
        statement->kind = AST_STATEMENT_INSERT;
        parser_insert(parser, statement);
        return true;
    case KEYWORD_UPDATE:
        statement->kind = AST_STATEMENT_UPDATE;
        parser_update(parser, statement);
        return true;
    case KEYWORD_DELETE:
        statement->kind = AST_STATEMENT_DELETE;
        parser_delete(parser, statement);
        return true;
    case KEYWORD_MERGE:
        statement->kind = AST_STATEMENT_MERGE;
        parser_merge(parser, statement);
        return true;
    default:
        return false;
    }
}

void parser_with_statement(Parser *parser, AstStatement *statement)
{
    bool is_recursive;
    AstCtes with = parser_with(parser, /* begins_statement= */ true, &is_recursive, &statement->height);
    if (!parser_accept_change(parser, statement)) {
        statement->kind = AST_STATEMENT_QUERY;
        statement->query = parser_query_with(parser, with, is_recursive, statement->height);
        parser_adopt(&statement->height, statement->query->height, statement->position);
    } else if (statement->kind == AST_STATEMENT_INSERT) {
        statement->insert->with = with;
        statement->insert->is_recursive = is_recursive;
    } else if (statement->kind == AST_STATEMENT_UPDATE) {
        statement->update->with = with;
        statement->update->is_recursive = is_recursive;
    } else if (statement->kind == AST_STATEMENT_DELETE) {
        statement->delete->with = with;
        statement->delete->is_recursive = is_recursive;
    } else {
        statement->merge->with = with;
        statement->merge->is_recursive = is_recursive;
    }
}

/* ---- COPY ---- */

/* WITH (…), or the old loose form: [WITH] CSV HEADER DELIMITER ',' … */
static AstOptions parser_copy_options(Parser *parser, AstStatement *statement)
{
    AstOptions options = {0};
    parser_accept_keyword(parser, KEYWORD_WITH);
    if (parser_accept_keyword(parser, KEYWORD_STORED)) {
        AstOption format = {.name = {view_of("format"), parser->last.position}};
        parser_expect_keyword(parser, KEYWORD_AS);
        AstName name = parser_name_or_string(parser, "a format's name");
        format.value = ast_expr_new_string(parser, name.text, name.position);
        parser_adopt(&statement->height, 1, name.position);
        array_add(parser->arena, &options, format);
    }
    parser_accept_keyword(parser, KEYWORD_OPTIONS);
    if (parser_at(parser, TOKEN_LEFT_PAREN)) {
        AstOptions more = parser_option_list(parser, &statement->height);
        for (size_t i = 0; i < more.count; i++)
            array_add(parser->arena, &options, more.items[i]);
        return options;
    }
    while (parser_peek(parser, 0)->kind == TOKEN_WORD) {
        AstOption option = {.name = parser_label(parser, "an option's name")};
        parser_accept_keyword(parser, KEYWORD_AS);
        TokenKind kind = parser_peek(parser, 0)->kind;
        bool is_format = view_equal(option.name.text, view_of("csv"));
        if (is_format) {
            option.value = ast_expr_new_string(parser, option.name.text, option.name.position);
            option.name.text = view_of("format");
            parser_adopt(&statement->height, 1, option.name.position);
        } else if (kind == TOKEN_STRING || kind == TOKEN_INTEGER || parser_keyword_at(parser, 0) == KEYWORD_TRUE ||
                   parser_keyword_at(parser, 0) == KEYWORD_FALSE || view_equal(option.name.text, view_of("format"))) {
            option.value = parser_option_value(parser, &statement->height);
        }
        array_add(parser->arena, &options, option);
    }
    return options;
}

void parser_copy(Parser *parser, AstStatement *statement)
{
    AstCopy *copy = statement->copy = arena_new(parser->arena, AstCopy);
    parser_expect_keyword(parser, KEYWORD_COPY);
    if (parser_at(parser, TOKEN_LEFT_PAREN)) {
        copy->query = parser_query_in_parentheses(parser);
        parser_adopt(&statement->height, copy->query->height, copy->query->position);
    } else {
        copy->table = parser_object_name(parser, "a table name or a query in parentheses");
        copy->columns = parser_accept_name_list(parser, "a column name");
        copy->is_from = parser_accept_keyword(parser, KEYWORD_FROM);
    }
    if (!copy->is_from)
        parser_expect_keyword(parser, KEYWORD_TO);
    copy->file_position = parser_position(parser);
    if (!parser_accept_word(parser, copy->is_from ? "stdin" : "stdout"))
        copy->file = parser_string(parser, "a string with the file's name");
    copy->options = parser_copy_options(parser, statement);
}
