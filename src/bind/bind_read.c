/* bind/bind_read.c: read_csv('file', delimiter => ';') in FROM: a file with options, by any format that has tables. */
#include "bind/binder.h"
#include "sql/printer.h"

/* read_FORMAT, and DuckDB's read_csv_auto; NULL: the function is none of these. */
static const Format *read_format(const Binder *binder, StringView name)
{
    static const char prefix[] = "read_", suffix[] = "_auto";
    size_t prefix_size = sizeof prefix - 1, suffix_size = sizeof suffix - 1;
    if (name.size <= prefix_size || !view_equal_ignoring_case((StringView){name.data, prefix_size}, view_of(prefix)))
        return NULL;
    StringView word = {name.data + prefix_size, name.size - prefix_size};
    if (word.size > suffix_size &&
        view_equal_ignoring_case((StringView){word.data + word.size - suffix_size, suffix_size}, view_of(suffix)))
        word.size -= suffix_size;
    const Format *format = catalog_format(binder->environment->catalog, word);
    return format && format->table ? format : NULL;
}

static StringView argument_text(const Place *place, const AstExpr *ast)
{
    Expr *expr = bind_convert(place->binder, bind_expr(place, ast), ast_is_untyped(ast), type_of(TYPE_VARCHAR));
    Value value = bind_evaluate(place->binder, expr);
    if (value.is_null)
        bind_error(place->binder, ERROR_INVALID_PARAMETER, ast->position, NULL, "an argument is NULL");
    return arena_view(place->binder->arena, value.text);
}

/* A word may stand without quotes in a list: types = [BIGINT, DATE]. */
static StringView word_text(const Place *place, const AstExpr *ast)
{
    if (ast->kind == AST_COLUMN && ast->column.part_count == 1)
        return ast->column.parts[0].text;
    return argument_text(place, ast);
}

/* An option's value; of a list its words with commas between, of a struct each name with its word. */
static StringView option_text(const Place *place, const AstExpr *ast)
{
    Text text = text_in(place->binder->arena);
    if (ast->kind == AST_ARRAY)
        for (size_t i = 0; i < ast->list.count; i++) {
            text_add(&text, i ? "," : "");
            text_add_view(&text, word_text(place, ast->list.items[i]));
        }
    else if (ast->kind == AST_STRUCT)
        for (size_t i = 0; i < ast->pairs.count; i++) {
            text_add(&text, i ? "," : "");
            text_add_view(&text, ast->pairs.items[i].alias.text);
            text_add_char(&text, ' ');
            text_add_view(&text, word_text(place, ast->pairs.items[i].expr));
        }
    else
        return argument_text(place, ast);
    return text_view(&text);
}

/* columns = {'a': 'BIGINT', …}: all of them, as CREATE EXTERNAL TABLE declares them. */
static const Schema *option_columns(const Place *place, const AstExpr *ast)
{
    Schema *schema = schema_new(place->binder->arena, ast->pairs.count);
    for (size_t i = 0; i < ast->pairs.count; i++) {
        const AstItem *pair = &ast->pairs.items[i];
        StringView type = word_text(place, pair->expr);
        Column *column = &schema->columns[i];
        column->name = arena_string_n(place->binder->arena, pair->alias.text.data, pair->alias.text.size);
        column->is_nullable = true;
        if (!type_parse_text(type, &column->type))
            bind_error(place->binder, ERROR_UNDEFINED_OBJECT, pair->expr->position, NULL,
                       "type \"%.*s\" does not exist", VIEW_ARGUMENTS(type));
    }
    return schema;
}

/* name => value, name := value, and as DuckDB's users write it, name = value. NULL: it is no option. */
static const AstExpr *option_split(const AstFunction *call, size_t i, StringView *ret_name)
{
    const AstExpr *ast = call->arguments.items[i];
    if (call->argument_names && ast_name_is_given(&call->argument_names[i])) {
        *ret_name = call->argument_names[i].text;
        return ast;
    }
    bool is_equality = ast->kind == AST_BINARY && AST_OPERATOR_EQUAL == ast->binary.operator;
    if (!is_equality || ast->binary.left->kind != AST_COLUMN || ast->binary.left->column.part_count != 1)
        return NULL;
    *ret_name = ast->binary.left->column.parts[0].text;
    return ast->binary.right;
}

/* The first argument is the file, the others are options by name. */
static FormatArgs read_args(const Place *place, const AstFunction *call, const Format *format, Position position)
{
    Binder *binder = place->binder;
    size_t count = call->arguments.count, option_count = 0;
    FormatOption *options = arena_array(binder->arena, FormatOption, count);
    const Schema *columns = NULL;
    for (size_t i = 0; i < count; i++) {
        StringView name;
        Position at = call->arguments.items[i]->position;
        const AstExpr *value = option_split(call, i, &name);
        if ((value != NULL) != (i > 0))
            bind_error(binder, ERROR_SYNTAX, at, "as in FROM read_csv('file.csv', delimiter => ';')",
                       i == 0 ? "the first argument is the file, without a name" : "an option needs a name");
        if (value && value->kind == AST_STRUCT && view_equal_ignoring_case(name, view_of("columns")))
            columns = option_columns(place, value);
        else if (value)
            options[option_count++] =
                (FormatOption){.name = name, .value = option_text(place, value), .position = binder_at(binder, at)};
    }
    if (count == 0)
        bind_error(binder, ERROR_UNDEFINED_FUNCTION, position, NULL, "%.*s takes a file, and options by name",
                   VIEW_ARGUMENTS(call->name.name));
    StringView location = argument_text(place, call->arguments.items[0]);
    return (FormatArgs){.format = format,
                        .location = arena_string_n(binder->arena, location.data, location.size),
                        .position = binder_at(binder, position),
                        .columns = columns,
                        .option_count = option_count,
                        .options = options,
                        .context = binder->context};
}

TableProvider *bind_read_table(const From *from, const AstTableRef *ref, Scope *before)
{
    Binder *binder = from->binder;
    const AstFunction *call = ref->function->function;
    const Format *format = read_format(binder, call->name.name);
    if (format == NULL)
        return NULL;
    bind_require_files(binder->environment, binder_at(binder, ref->position));
    Place place = {.binder = binder, .scope = before, .clause = "the arguments of a function in FROM"};
    FormatArgs args = read_args(&place, call, format, ref->position);
    Text key = text_in(binder->arena); /* the same call means the same table: what was found out is kept */
    text_add_format(&key, "%s(%s", format->name, args.location);
    for (size_t i = 0; i < args.option_count; i++) {
        text_add_char(&key, '\n');
        text_add_view(&key, args.options[i].name);
        text_add_char(&key, '\n');
        text_add_view(&key, args.options[i].value);
    }
    for (size_t c = 0; args.columns && c < args.columns->column_count; c++) {
        char type[TYPE_NAME_SIZE];
        text_add_format(&key, "\n%s\n%s", args.columns->columns[c].name,
                        type_name(args.columns->columns[c].type, type));
    }
    TableProvider *known = catalog_file(binder->environment->catalog, text_view(&key));
    TableProvider *table = known ? known : format->table(&args);
    provider_own(binder->arena, table);
    if (known == NULL)
        catalog_keep_file(binder->environment->catalog, text_view(&key), table);
    return table;
}
