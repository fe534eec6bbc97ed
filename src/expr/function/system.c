/* expr/function/system.c: what the engine says of itself and of types. */
#include "expr/function/family.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/version.h"
#include "column/arrow_name.h"

static void fill_text(KernelCall *call, const char *text)
{
    String string = vector_add_string(call->result, view_of(text));
    for (size_t i = 0; i < call->count; i++)
        VECTOR_DATA(call->result, String)[i] = string;
}

static void type_of_value(KernelCall *call)
{
    char name[TYPE_NAME_SIZE];
    Type type = call->expr->arguments[0]->type;
    fill_text(call, type_name(type.limit >= LIMIT_LENGTH ? type_without_limit(type) : type, name));
}

static void standard_type_of_value(KernelCall *call)
{
    char name[TYPE_NAME_SIZE];
    fill_text(call, type_standard_name(call->expr->arguments[0]->type, name));
}

static void arrow_type_of_value(KernelCall *call)
{
    char name[TYPE_NAME_SIZE];
    fill_text(call, arrow_name(call->expr->arguments[0]->type, name));
}

static void version_text(KernelCall *call)
{
    fill_text(call, "quern " QUERN_VERSION);
}

/* ---- counting NULLs ---- */

static void count_run(KernelCall *call, bool counts_nulls)
{
    for (size_t i = 0; i < call->count; i++) {
        int64_t count = 0;
        for (size_t a = 0; a < call->argument_count; a++)
            count += argument_is_null(call, a, i) == counts_nulls;
        VECTOR_DATA(call->result, int64_t)[i] = count;
    }
}

static void count_nulls(KernelCall *call)
{
    count_run(call, true);
}

static void count_not_nulls(KernelCall *call)
{
    count_run(call, false);
}

/* ---- names ---- */

static void database_name(KernelCall *call)
{
    fill_text(call, "quern");
}

static void user_name(KernelCall *call)
{
    fill_text(call, "quern");
}

static void random_uuid(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        unsigned char bytes[16];
        char text[40];
        if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
            error_raise(ERROR_IO, call->expr->position, "the system gives no random numbers");
        bytes[6] = (unsigned char)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (unsigned char)((bytes[8] & 0x3F) | 0x80);
        size_t size = 0;
        for (size_t b = 0; b < sizeof bytes; b++)
            size += (size_t)snprintf(text + size, sizeof text - size, "%s%02x",
                                     b == 4 || b == 6 || b == 8 || b == 10 ? "-" : "", bytes[b]);
        VECTOR_DATA(call->result, String)[i] = vector_add_string(call->result, (StringView){text, size});
    }
}

#define NAME_OF(title, k, text)                                                                                        \
    {                                                                                                                  \
        .name = title, .signature = "() VARCHAR", .description = text, .result = TYPE_VARCHAR, .kernel = k             \
    }
#define TYPE_OF(title, k, text)                                                                                        \
    {                                                                                                                  \
        .name = title, .signature = "(any) VARCHAR", .description = text, .flags = FUNCTION_NOT_STRICT,                \
        .argument_count = 1, .arguments = {ANY}, .result = TYPE_VARCHAR, .kernel = k                                   \
    }

/* clang-format off */
FunctionFamily function_family_system = {
    TYPE_OF("typeof", type_of_value, "The type's name."),
    TYPE_OF("pg_typeof", standard_type_of_value, "The type's long name, as PostgreSQL has it."),
    {.name = "arrow_typeof", .signature = "(any) VARCHAR", .description = "The name of the type in Apache Arrow.",
     .flags = FUNCTION_NOT_STRICT, ARGUMENTS(ANY), .result = TYPE_VARCHAR, .kernel = arrow_type_of_value},
    {.name = "version", .signature = "() VARCHAR", .description = "Name and version of this program.",
     .result = TYPE_VARCHAR, .kernel = version_text},
    {.name = "num_nulls", .signature = "(any, ...) BIGINT", .description = "How many of them are NULL.",
     .flags = FUNCTION_NOT_STRICT | FUNCTION_VARIADIC, ARGUMENTS(ANY), .result = TYPE_BIGINT, .kernel = count_nulls,
     .resolve = resolve_values},
    {.name = "num_nonnulls", .signature = "(any, ...) BIGINT", .description = "How many of them are not NULL.",
     .flags = FUNCTION_NOT_STRICT | FUNCTION_VARIADIC, ARGUMENTS(ANY), .result = TYPE_BIGINT,
     .kernel = count_not_nulls, .resolve = resolve_values},
    NAME_OF("current_database", database_name, "The name of the one database: quern."),
    NAME_OF("current_catalog", database_name, "The name of the one database: quern."),
    NAME_OF("current_user", user_name, "The name of who asks: always quern."),
    NAME_OF("current_role", user_name, "The name of who asks: always quern."),
    NAME_OF("session_user", user_name, "The name of who asks: always quern."),
    NAME_OF("user", user_name, "The name of who asks: always quern."),
    {.name = "gen_random_uuid", .signature = "() VARCHAR", .description = "A new random UUID (RFC 4122, version 4).",
     .flags = FUNCTION_VOLATILE, .result = TYPE_VARCHAR, .kernel = random_uuid},
    {.name = "uuid", .signature = "() VARCHAR", .description = "A new random UUID (RFC 4122, version 4).",
     .flags = FUNCTION_VOLATILE, .result = TYPE_VARCHAR, .kernel = random_uuid},
    {0},
};
/* clang-format on */
