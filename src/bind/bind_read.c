/* bind/bind_read.c: read_csv('file', delimiter => ';') in FROM: a file with options, by any format that has tables. */
#include "bind/binder.h"
#include "sql/printer.h"

static void table_unref(void *table)
{
    provider_unref(table);
}

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

/* The first argument is the file, the others are options by name. */
static FormatArgs read_args(const Place *place, const AstFunction *call, const Format *format, Position position)
{
    Binder *binder = place->binder;
    size_t count = call->arguments.count;
    FormatOption *options = arena_array(binder->arena, FormatOption, count);
    for (size_t i = 0; i < count; i++) {
        bool is_named = call->argument_names && ast_name_is_given(&call->argument_names[i]);
        Position at = call->arguments.items[i]->position;
        if (is_named != (i > 0))
            bind_error(binder, ERROR_SYNTAX, at, "as in FROM read_csv('file.csv', delimiter => ';')",
                       i == 0 ? "the first argument is the file, without a name" : "an option needs a name");
        if (is_named)
            options[i - 1] = (FormatOption){.name = call->argument_names[i].text,
                                            .value = argument_text(place, call->arguments.items[i]),
                                            .position = binder_at(binder, at)};
    }
    if (count == 0)
        bind_error(binder, ERROR_UNDEFINED_FUNCTION, position, NULL, "%.*s takes a file, and options by name",
                   VIEW_ARGUMENTS(call->name.name));
    StringView location = argument_text(place, call->arguments.items[0]);
    return (FormatArgs){.format = format,
                        .location = arena_string_n(binder->arena, location.data, location.size),
                        .position = binder_at(binder, position),
                        .option_count = count - 1,
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
    for (size_t i = 0; i < args.option_count; i++)
        text_add_format(&key, "\n%.*s\n%.*s", VIEW_ARGUMENTS(args.options[i].name),
                        VIEW_ARGUMENTS(args.options[i].value));
    TableProvider *known = catalog_file(binder->environment->catalog, text_view(&key));
    TableProvider *table = known ? known : format->table(&args);
    arena_own(binder->arena, table, table_unref);
    if (known == NULL)
        catalog_keep_file(binder->environment->catalog, text_view(&key), table);
    return table;
}
