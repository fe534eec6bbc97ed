/* provider/sqlite/sqlite_type.c: declared types. SQLite reads an affinity out of any text by looking for parts of
 * words; we read a type, such that every value of it is stored as that affinity stores it. */
#include <string.h>

#include "provider/sqlite/sqlite_table.h"

static bool text_contains(const char *text, const char *part)
{
    size_t size = strlen(part);
    for (; strlen(text) >= size; text++)
        if (view_equal_ignoring_case((StringView){text, size}, view_of(part)))
            return true;
    return false;
}

/* A name that means exactly one of our types, whatever its affinity; TIMESTAMP(3) is TIMESTAMP. */
static bool type_of_name(const char *declared, Type *ret_type)
{
    StringView name = view_trim((StringView){declared, strcspn(declared, "(")});
    static const struct {
        const char *name;
        TypeId type;
    } names[] = {
        {"boolean", TYPE_BOOLEAN},
        {"bool", TYPE_BOOLEAN},
        {"date", TYPE_DATE},
        {"time", TYPE_TIME},
        {"datetime", TYPE_TIMESTAMP},
        {"timestamp", TYPE_TIMESTAMP},
        {"timestamptz", TYPE_TIMESTAMPTZ},
        {"timestamp with time zone", TYPE_TIMESTAMPTZ},
        {"interval", TYPE_INTERVAL},
        {"ubigint", TYPE_UBIGINT},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (view_equal_ignoring_case(name, view_of(names[i].name))) {
            *ret_type = type_of(names[i].type);
            return true;
        }
    }
    return false;
}

/* DECIMAL(p,s) and NUMERIC(p,s) as they say; without modifiers, DOUBLE, as SQLite stores them. */
static bool type_of_decimal(const char *declared, Type *ret_type)
{
    if (!text_contains(declared, "numeric") && !text_contains(declared, "decimal"))
        return false;
    *ret_type = type_of(TYPE_DOUBLE);
    Type type;
    if (strchr(declared, '(') && type_parse_text(view_of(declared), &type) && type.id == TYPE_DECIMAL)
        *ret_type = type;
    return true;
}

/* "Datatypes In SQLite", section 3.1: the rules of affinity, in their order. */
bool sqlite_type_of_declared(const char *declared, Type *ret_type)
{
    if (declared[0] == '\0')
        return false;
    if (type_of_name(declared, ret_type))
        return true;
    if (text_contains(declared, "point")) /* FLOATING POINT is an integer to SQLite: its values must tell */
        return false;
    if (text_contains(declared, "int"))
        *ret_type = type_of(TYPE_BIGINT);
    else if (text_contains(declared, "char") || text_contains(declared, "clob") || text_contains(declared, "text"))
        *ret_type = type_of(TYPE_VARCHAR);
    else if (text_contains(declared, "blob"))
        *ret_type = type_of(TYPE_BLOB);
    else if (text_contains(declared, "real") || text_contains(declared, "floa") || text_contains(declared, "doub"))
        *ret_type = type_of(TYPE_DOUBLE);
    else
        return type_of_decimal(declared, ret_type);
    return true;
}

void text_add_sqlite_type(Text *text, Type type)
{
    char name[TYPE_NAME_SIZE];
    text_add(text, type.id == TYPE_VARCHAR ? "TEXT" : type_name(type_without_limit(type), name));
}
