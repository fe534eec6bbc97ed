/* column/value_text.c: scalars as SQL and as results show them. */
#include "base/text.h"
#include "column/convert.h"

/* 'it''s' */
static void text_add_quoted(Text *text, StringView view)
{
    text_add_char(text, '\'');
    while (view.size) {
        const char *quote = memchr(view.data, '\'', view.size);
        size_t size = quote ? (size_t)(quote - view.data) + 1 : view.size;
        text_add_view(text, (StringView){view.data, size});
        if (quote)
            text_add_char(text, '\'');
        view.data += size;
        view.size -= size;
    }
    text_add_char(text, '\'');
}

/* X'0a1b' from \x0a1b. */
static void text_add_blob(Text *text, StringView shown)
{
    text_add(text, "X'");
    text_add_view(text, (StringView){shown.data + 2, shown.size - 2});
    text_add_char(text, '\'');
}

/* With an exponent, because 0.1 alone is a DECIMAL. */
static void text_add_double(Text *text, double value, StringView shown)
{
    if (value - value != 0) { /* NaN or infinite */
        text_add_quoted(text, shown);
        text_add(text, "::DOUBLE");
        return;
    }
    text_add_view(text, shown);
    if (memchr(shown.data, 'e', shown.size) == NULL)
        text_add(text, "e0");
}

const char *value_sql(Arena *arena, const Value *value)
{
    if (value->is_null || value->type.id == TYPE_NULL)
        return "NULL";
    char buffer[VALUE_TEXT_SIZE];
    StringView shown = value_text_view(value, buffer, arena);
    Text text = text_in(arena);
    switch ((TypeId)value->type.id) {
    case TYPE_BOOLEAN:
        return value->boolean ? "TRUE" : "FALSE";
    case TYPE_VARCHAR:
        text_add_quoted(&text, shown);
        break;
    case TYPE_BLOB:
        text_add_blob(&text, shown);
        break;
    case TYPE_DOUBLE:
        text_add_double(&text, value->f64, shown);
        break;
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
    case TYPE_INTERVAL:
        text_add(&text, type_id_name((TypeId)value->type.id));
        text_add_char(&text, ' ');
        text_add_quoted(&text, shown);
        break;
    default: /* integers and decimals */
        text_add_view(&text, shown);
    }
    return text_string(&text);
}

const char *value_display(Arena *arena, const Value *value)
{
    if (value->is_null || value->type.id == TYPE_NULL)
        return NULL;
    char buffer[VALUE_TEXT_SIZE];
    StringView shown = value_text_view(value, buffer, arena);
    return arena_string_n(arena, shown.data, shown.size);
}
