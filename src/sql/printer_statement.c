/* sql/printer_statement.c: statements to SQL; those of CREATE and ALTER are in printer_create.c. */
#include "sql/printer_internal.h"

static void print_where(Printer *printer, const AstExpr *where)
{
    if (where) {
        print(printer, " WHERE ");
        print_expr(printer, where);
    }
}

static void print_returning(Printer *printer, const AstItems *returning)
{
    if (returning->count) {
        print(printer, " RETURNING ");
        print_items(printer, returning);
    }
}

static void print_assignments(Printer *printer, const AstAssignments *assignments)
{
    print(printer, " SET ");
    for (size_t i = 0; i < assignments->count; i++) {
        const AstAssignment *assignment = &assignments->items[i];
        print_comma(printer, i);
        if (assignment->columns.count == 1)
            print_name(printer, assignment->columns.items[0].text);
        else
            print_name_list(printer, &assignment->columns);
        print(printer, " = ");
        print_expr(printer, assignment->value);
    }
}

static void print_overriding(Printer *printer, AstOverriding overriding)
{
    static const char *const words[] = {[AST_OVERRIDING_NONE] = "",
                                        [AST_OVERRIDING_SYSTEM] = "OVERRIDING SYSTEM VALUE ",
                                        [AST_OVERRIDING_USER] = "OVERRIDING USER VALUE "};
    print(printer, words[overriding]);
}

/* ---- statements that change tables ---- */

static void print_insert(Printer *printer, const AstInsert *insert)
{
    static const char *const modes[] = {[AST_INSERT_APPEND] = "INSERT INTO ",
                                        [AST_INSERT_OVERWRITE] = "INSERT OVERWRITE ",
                                        [AST_INSERT_REPLACE] = "INSERT OR REPLACE INTO ",
                                        [AST_INSERT_IGNORE] = "INSERT OR IGNORE INTO "};
    print_with(printer, &insert->with, insert->is_recursive);
    print(printer, modes[insert->mode]);
    print_object_name(printer, &insert->table);
    print_alias(printer, &insert->alias);
    print_name_list(printer, &insert->columns);
    print(printer, insert->is_by_name ? " BY NAME " : " ");
    print_overriding(printer, insert->overriding);
    if (insert->query)
        print_query(printer, insert->query);
    else
        print(printer, "DEFAULT VALUES");
    if (insert->has_on_conflict) {
        print(printer, " ON CONFLICT");
        print_name_list(printer, &insert->conflict_columns);
        print_where(printer, insert->conflict_where);
        if (ast_name_is_given(&insert->conflict_constraint)) {
            print(printer, " ON CONSTRAINT ");
            print_name(printer, insert->conflict_constraint.text);
        }
        print(printer, insert->is_do_update ? " DO UPDATE" : " DO NOTHING");
        if (insert->is_do_update)
            print_assignments(printer, &insert->assignments);
        print_where(printer, insert->update_where);
    }
    print_returning(printer, &insert->returning);
}

static void print_update(Printer *printer, const AstUpdate *update)
{
    print_with(printer, &update->with, update->is_recursive);
    print(printer, "UPDATE ");
    print_object_name(printer, &update->table);
    print_alias(printer, &update->alias);
    print_assignments(printer, &update->assignments);
    if (update->from.count) {
        print(printer, " FROM ");
        print_table_refs(printer, &update->from);
    }
    print_where(printer, update->where);
    print_returning(printer, &update->returning);
}

static void print_delete(Printer *printer, const AstDelete *delete)
{
    print_with(printer, &delete->with, delete->is_recursive);
    print(printer, "DELETE FROM ");
    print_object_name(printer, &delete->table);
    print_alias(printer, &delete->alias);
    if (delete->using.count) {
        print(printer, " USING ");
        print_table_refs(printer, &delete->using);
    }
    print_where(printer, delete->where);
    print_returning(printer, &delete->returning);
}

static void print_merge_when(Printer *printer, const AstMergeWhen *when)
{
    static const char *const matches[] = {[AST_MERGE_MATCHED] = " WHEN MATCHED",
                                          [AST_MERGE_NOT_MATCHED] = " WHEN NOT MATCHED",
                                          [AST_MERGE_NOT_MATCHED_BY_SOURCE] = " WHEN NOT MATCHED BY SOURCE"};
    static const char *const actions[] = {[AST_MERGE_NOTHING] = " THEN DO NOTHING",
                                          [AST_MERGE_UPDATE] = " THEN UPDATE",
                                          [AST_MERGE_DELETE] = " THEN DELETE",
                                          [AST_MERGE_INSERT] = " THEN INSERT"};
    print(printer, matches[when->match]);
    if (when->condition) {
        print(printer, " AND ");
        print_expr(printer, when->condition);
    }
    print(printer, actions[when->action]);
    if (when->action == AST_MERGE_UPDATE)
        print_assignments(printer, &when->assignments);
    if (when->action != AST_MERGE_INSERT)
        return;
    print_name_list(printer, &when->columns);
    print(printer, " ");
    print_overriding(printer, when->overriding);
    if (when->values)
        print_query(printer, when->values);
    else
        print(printer, "DEFAULT VALUES");
}

static void print_merge(Printer *printer, const AstMerge *merge)
{
    print_with(printer, &merge->with, merge->is_recursive);
    print(printer, "MERGE INTO ");
    print_object_name(printer, &merge->table);
    print_alias(printer, &merge->alias);
    print(printer, " USING ");
    print_table_ref(printer, merge->source);
    print(printer, " ON ");
    print_expr(printer, merge->on);
    for (size_t i = 0; i < merge->whens.count; i++)
        print_merge_when(printer, &merge->whens.items[i]);
    print_returning(printer, &merge->returning);
}

static void print_truncate(Printer *printer, const AstTruncate *truncate)
{
    for (size_t i = 0; i < truncate->names.count; i++) {
        print(printer, i ? ", " : "TRUNCATE ");
        print_object_name(printer, &truncate->names.items[i]);
    }
    print(printer, truncate->restarts_identity ? " RESTART IDENTITY" : "");
    print(printer, truncate->is_cascade ? " CASCADE" : "");
}

static void print_copy(Printer *printer, const AstCopy *copy)
{
    print(printer, "COPY ");
    if (copy->query) {
        print(printer, "(");
        print_query(printer, copy->query);
        print(printer, ")");
    } else {
        print_object_name(printer, &copy->table);
        print_name_list(printer, &copy->columns);
    }
    print(printer, copy->is_from ? " FROM " : " TO ");
    if (copy->file.data)
        print_string(printer, copy->file);
    else
        print(printer, copy->is_from ? "STDIN" : "STDOUT");
    if (copy->options.count) {
        print(printer, " ");
        print_options(printer, &copy->options);
    }
}

void print_object_kind(Printer *printer, AstObjectKind kind)
{
    static const char *const words[] = {[AST_OBJECT_TABLE] = "TABLE ",
                                        [AST_OBJECT_VIEW] = "VIEW ",
                                        [AST_OBJECT_INDEX] = "INDEX ",
                                        [AST_OBJECT_SCHEMA] = "SCHEMA ",
                                        [AST_OBJECT_SEQUENCE] = "SEQUENCE "};
    print(printer, words[kind]);
}

static void print_drop(Printer *printer, const AstDrop *drop)
{
    print(printer, "DROP ");
    print_object_kind(printer, drop->kind);
    print(printer, drop->is_if_exists ? "IF EXISTS " : "");
    for (size_t i = 0; i < drop->names.count; i++) {
        print_comma(printer, i);
        print_object_name(printer, &drop->names.items[i]);
    }
    print(printer, drop->is_cascade ? " CASCADE" : "");
}

static void print_comment(Printer *printer, const AstComment *comment)
{
    print(printer, "COMMENT ON ");
    if (comment->is_column)
        print(printer, "COLUMN ");
    else
        print_object_kind(printer, comment->kind);
    print_object_name(printer, &comment->name);
    print(printer, " IS ");
    print_expr(printer, comment->text);
}

/* ---- statements that show ---- */

/* With options, ANALYZE and VERBOSE are written among them. */
static void print_explain(Printer *printer, const AstExplain *explain)
{
    static const char *const words[] = {"", "VERBOSE ", "ANALYZE ", "ANALYZE VERBOSE "};
    static const char *const options[] = {"", "verbose, ", "analyze, ", "analyze, verbose, "};
    size_t flags = 2u * explain->is_analyze + explain->is_verbose;
    print(printer, "EXPLAIN ");
    if (explain->options.count) {
        print(printer, "(");
        print(printer, options[flags]);
        print_option_items(printer, &explain->options);
        print(printer, ") ");
    } else {
        print(printer, words[flags]);
    }
    print_statement(printer, explain->statement);
}

static void print_described(Printer *printer, const char *word, const AstDescribe *describe)
{
    print(printer, word);
    if (describe->table) {
        print(printer, " ");
        print_table_ref(printer, describe->table);
    } else if (describe->query) {
        print(printer, " ");
        print_query(printer, describe->query);
    }
}

static void print_describe(Printer *printer, const AstDescribe *describe)
{
    print_described(printer, "DESCRIBE", describe);
}

static void print_summarize(Printer *printer, const AstDescribe *summarize)
{
    print_described(printer, "SUMMARIZE", summarize);
}

/* The parser takes "x.y" as one name; quoted as a whole it is the same. */
static void print_setting_name(Printer *printer, StringView name)
{
    print(printer, "\"");
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] == '"')
            print(printer, "\"");
        text_add_char(printer->text, name.data[i]);
    }
    print(printer, "\"");
}

static void print_show(Printer *printer, const AstShow *show)
{
    static const char *const words[] = {[AST_SHOW_SETTING] = "SHOW ",
                                        [AST_SHOW_ALL] = "SHOW ALL",
                                        [AST_SHOW_TABLES] = "SHOW TABLES",
                                        [AST_SHOW_ALL_TABLES] = "SHOW ALL TABLES",
                                        [AST_SHOW_COLUMNS] = "SHOW COLUMNS FROM ",
                                        [AST_SHOW_CREATE_TABLE] = "SHOW CREATE TABLE ",
                                        [AST_SHOW_CREATE_VIEW] = "SHOW CREATE VIEW ",
                                        [AST_SHOW_FUNCTIONS] = "SHOW FUNCTIONS",
                                        [AST_SHOW_SCHEMAS] = "SHOW SCHEMAS",
                                        [AST_SHOW_DATABASES] = "SHOW DATABASES",
                                        [AST_SHOW_VIEWS] = "SHOW VIEWS"};
    print(printer, words[show->kind]);
    if (show->kind == AST_SHOW_SETTING) {
        print_setting_name(printer, show->name.name);
    } else if (show->kind == AST_SHOW_TABLES && show->name.schema.data) {
        print(printer, " FROM ");
        print_name(printer, show->name.schema);
    } else if (show->name.name.data) {
        print_object_name(printer, &show->name);
    }
    if (show->like) {
        print(printer, " LIKE ");
        print_expr(printer, show->like);
    }
}

/* ---- settings and databases ---- */

static void print_set(Printer *printer, const AstSet *set)
{
    print(printer, set->is_local ? "SET LOCAL " : "SET ");
    print_setting_name(printer, set->name.text);
    print(printer, " = ");
    print(printer, set->value.count ? "" : "DEFAULT");
    print_option_values(printer, &set->value);
}

static void print_reset(Printer *printer, const AstName *name)
{
    print(printer, "RESET ");
    if (ast_name_is_given(name))
        print_setting_name(printer, name->text);
    else
        print(printer, "ALL");
}

static void print_pragma(Printer *printer, const AstPragma *pragma)
{
    print(printer, "PRAGMA ");
    print_object_name(printer, &pragma->name);
    if (pragma->arguments.count) {
        print(printer, "(");
        print_option_values(printer, &pragma->arguments);
        print(printer, ")");
    }
}

static void print_attach(Printer *printer, const AstAttach *attach)
{
    print(printer, attach->is_if_not_exists ? "ATTACH IF NOT EXISTS " : "ATTACH ");
    print_string(printer, attach->path);
    print_alias(printer, &attach->name);
    if (attach->options.count) {
        print(printer, " ");
        print_options(printer, &attach->options);
    }
}

static void print_word_and_name(Printer *printer, const char *word, const AstObjectName *name)
{
    print(printer, word);
    if (name->name.data) {
        print(printer, " ");
        print_object_name(printer, name);
    }
}

static void print_detach(Printer *printer, const AstDetach *detach)
{
    print(printer, detach->is_if_exists ? "DETACH DATABASE IF EXISTS " : "DETACH DATABASE ");
    print_name(printer, detach->name.text);
}

static void print_use(Printer *printer, const AstObjectName *name)
{
    print_word_and_name(printer, "USE", name);
}

static void print_analyze(Printer *printer, const AstObjectName *name)
{
    print_word_and_name(printer, "ANALYZE", name);
}

static void print_reindex(Printer *printer, const AstObjectName *name)
{
    print_word_and_name(printer, "REINDEX", name);
}

static void print_load(Printer *printer, const AstName *file)
{
    print(printer, "LOAD ");
    print_string(printer, file->text);
}

static void print_call(Printer *printer, const AstExpr *call)
{
    print(printer, "CALL ");
    print_expr(printer, call);
}

/* ---- transactions, prepared statements ---- */

static void print_transaction(Printer *printer, const AstTransaction *transaction)
{
    static const char *const words[] = {[AST_TRANSACTION_BEGIN] = "BEGIN",
                                        [AST_TRANSACTION_COMMIT] = "COMMIT",
                                        [AST_TRANSACTION_ROLLBACK] = "ROLLBACK",
                                        [AST_TRANSACTION_SAVEPOINT] = "SAVEPOINT ",
                                        [AST_TRANSACTION_RELEASE] = "RELEASE SAVEPOINT ",
                                        [AST_TRANSACTION_ROLLBACK_TO] = "ROLLBACK TO SAVEPOINT "};
    print(printer, words[transaction->kind]);
    if (ast_name_is_given(&transaction->savepoint))
        print_name(printer, transaction->savepoint.text);
    print(printer, transaction->is_read_only ? " READ ONLY" : "");
}

static void print_prepare(Printer *printer, const AstPrepare *prepare)
{
    print(printer, "PREPARE ");
    print_name(printer, prepare->name.text);
    for (size_t i = 0; i < prepare->types.count; i++) {
        print(printer, i ? ", " : " (");
        print_type(printer, &prepare->types.items[i]);
    }
    print(printer, prepare->types.count ? ") AS " : " AS ");
    print_statement(printer, prepare->statement);
}

static void print_execute(Printer *printer, const AstExecute *execute)
{
    print(printer, "EXECUTE ");
    print_name(printer, execute->name.text);
    if (execute->arguments.count) {
        print(printer, "(");
        print_arguments(printer, &execute->arguments, execute->argument_names);
        print(printer, ")");
    }
}

static void print_deallocate(Printer *printer, const AstName *name)
{
    print(printer, "DEALLOCATE ");
    if (ast_name_is_given(name))
        print_name(printer, name->text);
    else
        print(printer, "ALL");
}

/* ---- which one ---- */

void print_statement(Printer *printer, const AstStatement *statement)
{
    switch (statement->kind) {
#define PRINT_CASE(name, type, field)                                                                                  \
    case AST_STATEMENT_##name:                                                                                         \
        print_##field(printer, statement->field);                                                                      \
        break;
        AST_STATEMENTS(PRINT_CASE)
#undef PRINT_CASE
    case AST_STATEMENT_KIND_COUNT:
        break;
    }
}
