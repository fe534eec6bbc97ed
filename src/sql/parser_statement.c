/* sql/parser_statement.c: which statement is it, and those that neither create nor change tables. */
#include "sql/parser_internal.h"

/* ---- queries and what shows them ---- */

static void parser_query_statement(Parser *parser, AstStatement *statement)
{
    parser->into_depth = parser->depth + 1;
    AstQuery *query = parser_query(parser);
    parser->into_depth = 0;
    parser_adopt(&statement->height, query->height, statement->position);
    if (parser->into.name.data == NULL) {
        statement->query = query;
        return;
    }
    AstCreateTable *create = arena_new(parser->arena, AstCreateTable);
    create->name = parser->into;
    create->is_temporary = parser->is_into_temporary;
    create->query = query;
    parser->into = (AstObjectName){0};
    statement->kind = AST_STATEMENT_CREATE_TABLE;
    statement->create_table = create;
}

static AstStatement *parser_child_statement(Parser *parser, AstStatement *statement)
{
    AstStatement *child = parser_statement(parser);
    parser_adopt(&statement->height, child->height, child->position);
    return child;
}

/* EXPLAIN (ANALYZE, VERBOSE off, FORMAT json): the first two become flags. */
static void explain_add_option(Parser *parser, AstExplain *explain, AstOption option)
{
    bool is_analyze = view_equal(option.name.text, view_of("analyze"));
    if (!is_analyze && !view_equal(option.name.text, view_of("verbose"))) {
        array_add(parser->arena, &explain->options, option);
        return;
    }
    bool is_on = true;
    const AstExpr *value = option.value;
    if (value && value->kind == AST_BOOLEAN)
        is_on = value->boolean;
    else if (value && value->kind == AST_STRING)
        is_on = !view_equal(value->text, view_of("off")) && !view_equal(value->text, view_of("false"));
    else if (value && value->kind == AST_INTEGER)
        is_on = !view_equal(value->text, view_of("0"));
    *(is_analyze ? &explain->is_analyze : &explain->is_verbose) = is_on;
}

/* Is what stands in the parentheses behind EXPLAIN a list of options, and not a query? */
static bool parser_at_explain_options(Parser *parser)
{
    const Token *first = parser_peek(parser, 1);
    return parser_at(parser, TOKEN_LEFT_PAREN) && first->kind == TOKEN_WORD &&
           (first->keyword == KEYWORD_NONE || keyword_class(first->keyword) == KEYWORD_UNRESERVED) &&
           first->keyword != KEYWORD_DESCRIBE && first->keyword != KEYWORD_SHOW && first->keyword != KEYWORD_SUMMARIZE;
}

static void parser_explain(Parser *parser, AstStatement *statement)
{
    AstExplain *explain = statement->explain = arena_new(parser->arena, AstExplain);
    parser_advance(parser);
    if (parser_at_explain_options(parser)) {
        AstOptions options = parser_option_list(parser, &statement->height);
        for (size_t i = 0; i < options.count; i++)
            explain_add_option(parser, explain, options.items[i]);
    } else {
        explain->is_analyze = parser_accept_keyword(parser, KEYWORD_ANALYZE);
        explain->is_verbose = parser_accept_keyword(parser, KEYWORD_VERBOSE);
        if (parser_accept_word(parser, "format")) {
            AstOption option = {.name = {view_of("format"), parser->last.position}};
            option.value = parser_option_value(parser, &statement->height);
            array_add(parser->arena, &explain->options, option);
        }
    }
    explain->statement = parser_child_statement(parser, statement);
}

/* DESCRIBE or SUMMARIZE: a table, a query, or nothing. */
static void parser_describe(Parser *parser, AstStatement *statement)
{
    AstDescribe *describe = arena_new(parser->arena, AstDescribe);
    bool is_summarize = parser_advance(parser).keyword == KEYWORD_SUMMARIZE;
    *(is_summarize ? &statement->summarize : &statement->describe) = describe;
    TokenKind kind = parser_peek(parser, 0)->kind;
    bool is_end = kind == TOKEN_END || kind == TOKEN_SEMICOLON || kind == TOKEN_RIGHT_PAREN;
    if (is_end && !is_summarize)
        return;
    if (parser_at_query(parser) || kind == TOKEN_LEFT_PAREN) {
        if (parser_accept_keyword(parser, KEYWORD_TABLE)) {
            /* DESCRIBE TABLE t */
        } else {
            describe->query = parser_query(parser);
            parser_adopt(&statement->height, describe->query->height, statement->position);
            return;
        }
    }
    AstTableRef *table = describe->table = arena_new(parser->arena, AstTableRef);
    table->height = 1;
    table->position = parser_position(parser);
    table->kind = kind == TOKEN_STRING ? AST_FROM_FILE : AST_FROM_TABLE;
    if (kind == TOKEN_STRING)
        table->file = parser_string(parser, "a file");
    else
        table->table = parser_object_name(parser, "a table name or a query");
}

/* SHOW's words, and the kind that they mean. */
static const struct {
    Keyword keyword;
    AstShowKind kind;
} show_kinds[] = {
    {KEYWORD_TABLES, AST_SHOW_TABLES},   {KEYWORD_FUNCTIONS, AST_SHOW_FUNCTIONS},
    {KEYWORD_SCHEMAS, AST_SHOW_SCHEMAS}, {KEYWORD_DATABASES, AST_SHOW_DATABASES},
    {KEYWORD_VIEWS, AST_SHOW_VIEWS},
};

static bool parser_accept_in(Parser *parser)
{
    return parser_accept_keyword(parser, KEYWORD_FROM) || parser_accept_keyword(parser, KEYWORD_IN);
}

static void parser_show_what(Parser *parser, AstShow *show)
{
    if (parser_accept_keyword(parser, KEYWORD_ALL)) {
        show->kind = parser_accept_keyword(parser, KEYWORD_TABLES) ? AST_SHOW_ALL_TABLES : AST_SHOW_ALL;
        return;
    }
    if (parser_accept_keyword(parser, KEYWORD_CREATE)) {
        show->kind = AST_SHOW_CREATE_TABLE;
        if (parser_accept_keyword(parser, KEYWORD_VIEW))
            show->kind = AST_SHOW_CREATE_VIEW;
        else
            parser_expect_keyword(parser, KEYWORD_TABLE);
        show->name = parser_object_name(parser, "a table name");
        return;
    }
    if (parser_accept_keyword(parser, KEYWORD_COLUMNS)) {
        show->kind = AST_SHOW_COLUMNS;
        if (!parser_accept_in(parser))
            parser_raise(parser, "FROM");
        show->name = parser_object_name(parser, "a table name");
        return;
    }
    for (size_t i = 0; i < sizeof show_kinds / sizeof *show_kinds; i++) {
        if (!parser_accept_keyword(parser, show_kinds[i].keyword))
            continue;
        show->kind = show_kinds[i].kind;
        if (show->kind == AST_SHOW_TABLES && parser_accept_in(parser)) {
            AstName schema = parser_name(parser, "a schema name");
            show->name = (AstObjectName){.schema = schema.text, .position = schema.position};
        }
        return;
    }
    show->kind = AST_SHOW_SETTING;
    if (parser_accept_keyword(parser, KEYWORD_TIME)) {
        parser_expect_keyword(parser, KEYWORD_ZONE);
        show->name = (AstObjectName){.name = view_of("timezone"), .position = parser->last.position};
        return;
    }
    AstName setting = parser_dotted_name(parser, "a setting's name");
    show->name = (AstObjectName){.name = setting.text, .position = setting.position};
}

static void parser_show(Parser *parser, AstStatement *statement)
{
    AstShow *show = statement->show = arena_new(parser->arena, AstShow);
    parser_advance(parser);
    parser_show_what(parser, show);
    if (show->kind != AST_SHOW_SETTING && parser_accept_keyword(parser, KEYWORD_LIKE))
        show->like = parser_expr_part(parser, &statement->height);
}

/* ---- settings ---- */

/* SET name = value, … | TO value | DEFAULT; SET TIME ZONE value */
static void parser_set(Parser *parser, AstStatement *statement)
{
    AstSet *set = statement->set = arena_new(parser->arena, AstSet);
    parser_advance(parser);
    Keyword behind = parser_keyword_at(parser, 1);
    if (behind != KEYWORD_TO && parser_peek(parser, 1)->kind != TOKEN_EQUAL) {
        set->is_local = parser_accept_keyword(parser, KEYWORD_LOCAL);
        if (!set->is_local && !parser_accept_keyword(parser, KEYWORD_SESSION))
            parser_accept_word(parser, "global");
    }
    if (parser_accept_keywords(parser, KEYWORD_TIME, KEYWORD_ZONE)) {
        set->name = (AstName){view_of("timezone"), parser->last.position};
    } else {
        set->name = parser_dotted_name(parser, "a setting's name");
        if (!parser_accept(parser, TOKEN_EQUAL))
            parser_expect_keyword(parser, KEYWORD_TO);
    }
    if (parser_accept_keyword(parser, KEYWORD_DEFAULT))
        return;
    do {
        array_add(parser->arena, &set->value, parser_option_value(parser, &statement->height));
    } while (parser_accept(parser, TOKEN_COMMA));
}

static AstName *name_copy(Parser *parser, AstName name)
{
    return arena_copy(parser->arena, &name, sizeof name);
}

static void parser_reset(Parser *parser, AstStatement *statement)
{
    parser_advance(parser);
    AstName name = {0};
    if (parser_accept_keywords(parser, KEYWORD_TIME, KEYWORD_ZONE))
        name = (AstName){view_of("timezone"), parser->last.position};
    else if (!parser_accept_keyword(parser, KEYWORD_ALL))
        name = parser_dotted_name(parser, "a setting's name");
    statement->reset = name_copy(parser, name);
}

/* PRAGMA name, name = value, name(value, …) */
static void parser_pragma(Parser *parser, AstStatement *statement)
{
    AstPragma *pragma = statement->pragma = arena_new(parser->arena, AstPragma);
    parser_advance(parser);
    pragma->name = parser_object_name(parser, "a pragma's name");
    bool has_parentheses = parser_accept(parser, TOKEN_LEFT_PAREN);
    if (!has_parentheses && !parser_accept(parser, TOKEN_EQUAL))
        return;
    if (has_parentheses && parser_accept(parser, TOKEN_RIGHT_PAREN))
        return;
    do {
        array_add(parser->arena, &pragma->arguments, parser_option_value(parser, &statement->height));
    } while (has_parentheses && parser_accept_separator(parser));
    if (has_parentheses)
        parser_expect(parser, TOKEN_RIGHT_PAREN);
}

/* ---- databases ---- */

static void parser_attach(Parser *parser, AstStatement *statement)
{
    AstAttach *attach = statement->attach = arena_new(parser->arena, AstAttach);
    parser_advance(parser);
    parser_accept_keyword(parser, KEYWORD_DATABASE);
    attach->is_if_not_exists = parser_accept_if_not_exists(parser);
    attach->path_position = parser_position(parser);
    attach->path = parser_string(parser, "a string with the database's file");
    if (parser_accept_keyword(parser, KEYWORD_AS))
        attach->name = parser_name(parser, "a name for the database");
    if (parser_at(parser, TOKEN_LEFT_PAREN))
        attach->options = parser_option_list(parser, &statement->height);
}

static void parser_detach(Parser *parser, AstStatement *statement)
{
    AstDetach *detach = statement->detach = arena_new(parser->arena, AstDetach);
    parser_advance(parser);
    if (parser_peek(parser, 1)->kind == TOKEN_WORD || parser_peek(parser, 1)->kind == TOKEN_QUOTED)
        parser_accept_keyword(parser, KEYWORD_DATABASE);
    detach->is_if_exists = parser_accept_if_exists(parser);
    detach->name = parser_name(parser, "a database's name");
}

static void parser_use(Parser *parser, AstStatement *statement)
{
    parser_advance(parser);
    statement->use = arena_new(parser->arena, AstObjectName);
    *statement->use = parser_object_name(parser, "a schema name");
}

static void parser_load(Parser *parser, AstStatement *statement)
{
    parser_advance(parser);
    statement->load = name_copy(parser, parser_name_or_string(parser, "a string with the library's file"));
}

static void parser_reindex(Parser *parser, AstStatement *statement)
{
    parser_advance(parser);
    AstObjectName name = {0};
    if (!parser_accept_keyword(parser, KEYWORD_INDEX))
        parser_accept_keyword(parser, KEYWORD_TABLE);
    if (token_is_name(parser_peek(parser, 0)))
        name = parser_object_name(parser, "a name");
    statement->reindex = arena_copy(parser->arena, &name, sizeof name);
}

/* ANALYZE, VACUUM: [words] [table]. CHECKPOINT. */
static void parser_analyze(Parser *parser, AstStatement *statement)
{
    AstObjectName name = {0};
    parser_advance(parser);
    parser_accept_keyword(parser, KEYWORD_ANALYZE);
    if (token_is_name(parser_peek(parser, 0)))
        name = parser_object_name(parser, "a table name");
    statement->analyze = arena_copy(parser->arena, &name, sizeof name);
}

/* ---- transactions ---- */

/* ISOLATION LEVEL …, READ ONLY, READ WRITE, DEFERRED …: only READ ONLY changes anything. */
static void parser_transaction_modes(Parser *parser, AstTransaction *transaction)
{
    static const char *const words[] = {"isolation",   "level",      "serializable", "repeatable", "committed",
                                        "uncommitted", "deferrable", "deferred",     "immediate",  "exclusive"};
    for (;;) {
        bool is_mode = parser_accept(parser, TOKEN_COMMA) || parser_accept_keyword(parser, KEYWORD_NOT);
        if (parser_accept_keyword(parser, KEYWORD_READ)) {
            is_mode = true;
            transaction->is_read_only |= parser_accept_keyword(parser, KEYWORD_ONLY);
            parser_accept_keyword(parser, KEYWORD_WRITE);
        }
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            is_mode |= parser_accept_word(parser, words[i]);
        if (!is_mode)
            return;
    }
}

static void parser_accept_transaction_word(Parser *parser)
{
    if (!parser_accept_keyword(parser, KEYWORD_TRANSACTION))
        parser_accept_keyword(parser, KEYWORD_WORK);
}

static void parser_transaction(Parser *parser, AstStatement *statement)
{
    AstTransaction *transaction = statement->transaction = arena_new(parser->arena, AstTransaction);
    switch (parser_advance(parser).keyword) {
    case KEYWORD_START:
        parser_expect_keyword(parser, KEYWORD_TRANSACTION);
        transaction->kind = AST_TRANSACTION_BEGIN;
        parser_transaction_modes(parser, transaction);
        break;
    case KEYWORD_BEGIN:
        transaction->kind = AST_TRANSACTION_BEGIN;
        parser_transaction_modes(parser, transaction);
        parser_accept_transaction_word(parser);
        parser_transaction_modes(parser, transaction);
        break;
    case KEYWORD_SAVEPOINT:
        transaction->kind = AST_TRANSACTION_SAVEPOINT;
        transaction->savepoint = parser_name(parser, "a savepoint's name");
        break;
    case KEYWORD_RELEASE:
        transaction->kind = AST_TRANSACTION_RELEASE;
        parser_accept_keyword(parser, KEYWORD_SAVEPOINT);
        transaction->savepoint = parser_name(parser, "a savepoint's name");
        break;
    case KEYWORD_ROLLBACK:
        transaction->kind = AST_TRANSACTION_ROLLBACK;
        parser_accept_transaction_word(parser);
        if (parser_accept_keyword(parser, KEYWORD_TO)) {
            transaction->kind = AST_TRANSACTION_ROLLBACK_TO;
            parser_accept_keyword(parser, KEYWORD_SAVEPOINT);
            transaction->savepoint = parser_name(parser, "a savepoint's name");
        }
        break;
    default: /* COMMIT, END */
        transaction->kind = AST_TRANSACTION_COMMIT;
        parser_accept_transaction_word(parser);
        break;
    }
}

/* ---- prepared statements, calls ---- */

static void parser_prepare(Parser *parser, AstStatement *statement)
{
    AstPrepare *prepare = statement->prepare = arena_new(parser->arena, AstPrepare);
    parser_advance(parser);
    prepare->name = parser_name(parser, "a statement's name");
    if (parser_accept(parser, TOKEN_LEFT_PAREN)) {
        do {
            array_add(parser->arena, &prepare->types, parser_type(parser));
        } while (parser_accept_separator(parser));
        parser_expect(parser, TOKEN_RIGHT_PAREN);
    }
    parser_expect_keyword(parser, KEYWORD_AS);
    prepare->statement = parser_child_statement(parser, statement);
}

static void parser_execute(Parser *parser, AstStatement *statement)
{
    AstExecute *execute = statement->execute = arena_new(parser->arena, AstExecute);
    parser_advance(parser);
    execute->name = parser_name(parser, "a statement's name");
    if (parser_accept(parser, TOKEN_LEFT_PAREN) && !parser_accept(parser, TOKEN_RIGHT_PAREN)) {
        parser_arguments(parser, &execute->arguments, &execute->argument_names, &statement->height);
        parser_expect(parser, TOKEN_RIGHT_PAREN);
    }
}

static void parser_deallocate(Parser *parser, AstStatement *statement)
{
    AstName name = {0};
    parser_advance(parser);
    if (parser_at_keyword(parser, KEYWORD_PREPARE) && parser_peek(parser, 1)->kind != TOKEN_END &&
        parser_peek(parser, 1)->kind != TOKEN_SEMICOLON)
        parser_advance(parser);
    if (!parser_accept_keyword(parser, KEYWORD_ALL))
        name = parser_name(parser, "a statement's name");
    statement->deallocate = name_copy(parser, name);
}

static void parser_call_statement(Parser *parser, AstStatement *statement)
{
    parser_advance(parser);
    statement->call = parser_column(parser);
    if (statement->call->kind != AST_FUNCTION)
        parser_raise(parser, "\"(\"");
    parser_adopt(&statement->height, statement->call->height, statement->position);
}

/* ---- which one? ---- */

/* The word that a statement begins with. */
static const struct {
    Keyword keyword;
    AstStatementKind kind; /* some parsers change it: CREATE */
    void (*parse)(Parser *parser, AstStatement *statement);
} statements[] = {
    {KEYWORD_SELECT, AST_STATEMENT_QUERY, parser_query_statement},
    {KEYWORD_WITH, AST_STATEMENT_QUERY, parser_with_statement},
    {KEYWORD_FROM, AST_STATEMENT_QUERY, parser_query_statement},
    {KEYWORD_VALUES, AST_STATEMENT_QUERY, parser_query_statement},
    {KEYWORD_TABLE, AST_STATEMENT_QUERY, parser_query_statement},
    {KEYWORD_PIVOT, AST_STATEMENT_QUERY, parser_query_statement},
    {KEYWORD_UNPIVOT, AST_STATEMENT_QUERY, parser_query_statement},
    {KEYWORD_CREATE, AST_STATEMENT_CREATE_TABLE, parser_create},
    {KEYWORD_DROP, AST_STATEMENT_DROP, parser_drop},
    {KEYWORD_ALTER, AST_STATEMENT_ALTER, parser_alter},
    {KEYWORD_COMMENT, AST_STATEMENT_COMMENT, parser_comment},
    {KEYWORD_REINDEX, AST_STATEMENT_REINDEX, parser_reindex},
    {KEYWORD_INSERT, AST_STATEMENT_INSERT, parser_insert},
    {KEYWORD_REPLACE, AST_STATEMENT_INSERT, parser_replace},
    {KEYWORD_UPDATE, AST_STATEMENT_UPDATE, parser_update},
    {KEYWORD_DELETE, AST_STATEMENT_DELETE, parser_delete},
    {KEYWORD_MERGE, AST_STATEMENT_MERGE, parser_merge},
    {KEYWORD_TRUNCATE, AST_STATEMENT_TRUNCATE, parser_truncate},
    {KEYWORD_COPY, AST_STATEMENT_COPY, parser_copy},
    {KEYWORD_ATTACH, AST_STATEMENT_ATTACH, parser_attach},
    {KEYWORD_DETACH, AST_STATEMENT_DETACH, parser_detach},
    {KEYWORD_EXPLAIN, AST_STATEMENT_EXPLAIN, parser_explain},
    {KEYWORD_DESCRIBE, AST_STATEMENT_DESCRIBE, parser_describe},
    {KEYWORD_DESC, AST_STATEMENT_DESCRIBE, parser_describe},
    {KEYWORD_SUMMARIZE, AST_STATEMENT_SUMMARIZE, parser_describe},
    {KEYWORD_SHOW, AST_STATEMENT_SHOW, parser_show},
    {KEYWORD_SET, AST_STATEMENT_SET, parser_set},
    {KEYWORD_RESET, AST_STATEMENT_RESET, parser_reset},
    {KEYWORD_BEGIN, AST_STATEMENT_TRANSACTION, parser_transaction},
    {KEYWORD_START, AST_STATEMENT_TRANSACTION, parser_transaction},
    {KEYWORD_COMMIT, AST_STATEMENT_TRANSACTION, parser_transaction},
    {KEYWORD_END, AST_STATEMENT_TRANSACTION, parser_transaction},
    {KEYWORD_ROLLBACK, AST_STATEMENT_TRANSACTION, parser_transaction},
    {KEYWORD_SAVEPOINT, AST_STATEMENT_TRANSACTION, parser_transaction},
    {KEYWORD_RELEASE, AST_STATEMENT_TRANSACTION, parser_transaction},
    {KEYWORD_PREPARE, AST_STATEMENT_PREPARE, parser_prepare},
    {KEYWORD_EXECUTE, AST_STATEMENT_EXECUTE, parser_execute},
    {KEYWORD_DEALLOCATE, AST_STATEMENT_DEALLOCATE, parser_deallocate},
    {KEYWORD_LOAD, AST_STATEMENT_LOAD, parser_load},
    {KEYWORD_USE, AST_STATEMENT_USE, parser_use},
    {KEYWORD_PRAGMA, AST_STATEMENT_PRAGMA, parser_pragma},
    {KEYWORD_CALL, AST_STATEMENT_CALL, parser_call_statement},
    {KEYWORD_ANALYZE, AST_STATEMENT_ANALYZE, parser_analyze},
    {KEYWORD_VACUUM, AST_STATEMENT_ANALYZE, parser_analyze},
    {KEYWORD_CHECKPOINT, AST_STATEMENT_ANALYZE, parser_analyze},
};

AstStatement *parser_statement(Parser *parser)
{
    AstStatement *statement = arena_new(parser->arena, AstStatement);
    statement->position = parser_position(parser);
    statement->height = 1;
    parser_enter(parser);
    if (parser_at(parser, TOKEN_LEFT_PAREN)) {
        parser_query_statement(parser, statement);
        parser_leave(parser);
        return statement;
    }
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        if (!parser_at_keyword(parser, statements[i].keyword))
            continue;
        statement->kind = statements[i].kind;
        statements[i].parse(parser, statement);
        parser_leave(parser);
        return statement;
    }
    parser_raise(parser, "a statement");
}
