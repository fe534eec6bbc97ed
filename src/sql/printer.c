/* sql/printer.c: the entries of the printer, and the parts that all statements share: names, strings, types, options.
 */
#include "sql/printer.h"

#include "sql/keyword.h"
#include "sql/printer_internal.h"

/* ---- names ---- */

/* Words that name columns, but mean something else in some place where a name may stand. */
static bool keyword_is_ambiguous(Keyword keyword)
{
    switch (keyword) {
    case KEYWORD_CUBE:
    case KEYWORD_CURRENT:
    case KEYWORD_GROUPS:
    case KEYWORD_IF:
    case KEYWORD_LOCAL:
    case KEYWORD_PARTITION:
    case KEYWORD_PREPARE:
    case KEYWORD_RANGE:
    case KEYWORD_RECURSIVE:
    case KEYWORD_ROLLUP:
    case KEYWORD_ROWS:
    case KEYWORD_SAVEPOINT:
    case KEYWORD_SESSION:
    case KEYWORD_SET:
    case KEYWORD_UNBOUNDED:
        return true;
    default:
        return false;
    }
}

/* Would the lexer give this back for the bare word? */
static bool name_is_word(StringView name)
{
    if (name.size == 0 || ascii_is_digit(name.data[0]) || name.data[0] == '$')
        return false;
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        if (!(c >= 'a' && c <= 'z') && c != '_' && !ascii_is_digit(c) && c != '$')
            return false;
    }
    return true;
}

static bool name_is_plain(StringView name)
{
    Keyword keyword = keyword_find(name);
    return name_is_word(name) && (keyword == KEYWORD_NONE ||
                                  (keyword_class(keyword) == KEYWORD_UNRESERVED && !keyword_is_ambiguous(keyword)));
}

/* Before an opening parenthesis more words are names, and other ones are not. */
static bool name_is_plain_call(StringView name)
{
    Keyword keyword = keyword_find(name);
    if (!name_is_word(name) || keyword == KEYWORD_NONE)
        return name_is_word(name);
    switch (keyword) {
    case KEYWORD_CUBE:
    case KEYWORD_ROLLUP:
    case KEYWORD_UNBOUNDED:
    case KEYWORD_PIVOT:
    case KEYWORD_UNPIVOT:
        return false;
    default:
        return keyword_class(keyword) == KEYWORD_UNRESERVED || keyword_class(keyword) == KEYWORD_TYPE_FUNCTION;
    }
}

static void text_add_quoted(Text *text, StringView string, char quote)
{
    text_add_char(text, quote);
    for (size_t i = 0; i < string.size; i++) {
        if (string.data[i] == quote)
            text_add_char(text, quote);
        text_add_char(text, string.data[i]);
    }
    text_add_char(text, quote);
}

void printer_print_name(Text *text, StringView name)
{
    if (name_is_plain(name))
        text_add_view(text, name);
    else
        text_add_quoted(text, name, '"');
}

void printer_print_string(Text *text, StringView string)
{
    text_add_quoted(text, string, '\'');
}

void printer_print_object_name(Text *text, const AstObjectName *name)
{
    if (name->catalog.data) {
        printer_print_name(text, name->catalog);
        text_add_char(text, '.');
    }
    if (name->schema.data) {
        printer_print_name(text, name->schema);
        text_add_char(text, '.');
    }
    printer_print_name(text, name->name);
}

void print_name(Printer *printer, StringView name)
{
    printer_print_name(printer->text, name);
}

void print_call_name(Printer *printer, const AstObjectName *name)
{
    if (name->schema.data == NULL && name_is_plain_call(name->name))
        text_add_view(printer->text, name->name);
    else
        printer_print_object_name(printer->text, name);
}

void print_object_name(Printer *printer, const AstObjectName *name)
{
    printer_print_object_name(printer->text, name);
}

void print_string(Printer *printer, StringView string)
{
    printer_print_string(printer->text, string);
}

void print_name_list(Printer *printer, const AstNames *names)
{
    if (names->count == 0)
        return;
    print(printer, " (");
    for (size_t i = 0; i < names->count; i++) {
        print_comma(printer, i);
        print_name(printer, names->items[i].text);
    }
    print(printer, ")");
}

void print_alias(Printer *printer, const AstName *alias)
{
    if (!ast_name_is_given(alias))
        return;
    print(printer, " AS ");
    print_name(printer, alias->text);
}

/* ---- types ---- */

/* Where a suffix such as " with time zone" or "[3]" starts; the type's size when it has none. */
static size_t type_base_size(StringView name)
{
    static const char *const suffixes[] = {" with time zone", " without time zone", " unsigned"};
    while (name.size && name.data[name.size - 1] == ']') {
        size_t size = name.size - 1;
        while (size && ascii_is_digit(name.data[size - 1]))
            size--;
        if (size == 0 || name.data[size - 1] != '[')
            break;
        name.size = size - 1;
    }
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        StringView suffix = view_of(suffixes[i]);
        if (name.size > suffix.size &&
            view_equal((StringView){name.data + name.size - suffix.size, suffix.size}, suffix))
            return name.size - suffix.size;
    }
    return name.size;
}

/* Words of lower case letters and digits, single blanks between: what the parser makes of types written bare. */
static bool type_is_words(StringView name)
{
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        bool is_word = (c >= 'a' && c <= 'z') || c == '_' || ((ascii_is_digit(c) || c == '$') && i > 0);
        bool is_gap = c == ' ' && i > 0 && i + 1 < name.size && name.data[i + 1] >= 'a' && name.data[i + 1] <= 'z';
        if (!is_word && !is_gap)
            return false;
    }
    Keyword keyword = keyword_find(name);
    return name.size > 0 && (keyword == KEYWORD_NONE || keyword_class(keyword) <= KEYWORD_COLUMN_NAME);
}

void printer_print_type(Text *text, const AstType *type)
{
    size_t base_size = type_base_size(type->name);
    StringView base = {type->name.data, base_size};
    if (type_is_words(base))
        text_add_view(text, base);
    else
        text_add_quoted(text, base, '"');
    if (type->fields.data) {
        text_add_char(text, ' ');
        text_add_view(text, type->fields);
    }
    for (size_t i = 0; i < type->modifier_count; i++)
        text_add_format(text, "%s%lld", i ? ", " : "(", (long long)type->modifiers[i]);
    if (type->modifier_count)
        text_add_char(text, ')');
    text_add_view(text, (StringView){type->name.data + base_size, type->name.size - base_size});
}

void print_type(Printer *printer, const AstType *type)
{
    printer_print_type(printer->text, type);
}

/* ---- options ---- */

/* A list is in parentheses whatever its length. */
void print_option_value(Printer *printer, const AstExpr *value)
{
    if (value->kind != AST_ROW) {
        print_expr(printer, value);
        return;
    }
    print(printer, "(");
    print_option_values(printer, &value->list);
    print(printer, ")");
}

void print_option_values(Printer *printer, const AstExprs *values)
{
    for (size_t i = 0; i < values->count; i++) {
        print_comma(printer, i);
        print_option_value(printer, values->items[i]);
    }
}

void print_option_items(Printer *printer, const AstOptions *options)
{
    for (size_t i = 0; i < options->count; i++) {
        print_comma(printer, i);
        print_string(printer, options->items[i].name.text);
        if (options->items[i].value) {
            print(printer, " ");
            print_option_value(printer, options->items[i].value);
        }
    }
}

void print_options(Printer *printer, const AstOptions *options)
{
    print(printer, "(");
    print_option_items(printer, options);
    print(printer, ")");
}

/* ---- entries ---- */

void printer_print_statement(Text *text, const AstStatement *statement, PrinterMode mode)
{
    print_statement(&(Printer){text, mode}, statement);
}

void printer_print_query(Text *text, const AstQuery *query, PrinterMode mode)
{
    print_query(&(Printer){text, mode}, query);
}

void printer_print_expr(Text *text, const AstExpr *expr, PrinterMode mode)
{
    print_expr(&(Printer){text, mode}, expr);
}
