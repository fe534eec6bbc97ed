/* expr/function/system.c: what the engine says of itself and of types. */
#include "expr/function/family.h"

#include <string.h>

#include "base/version.h"

static void fill_text(KernelCall *call, const char *text)
{
    String string = vector_add_string(call->result, view_of(text));
    for (size_t i = 0; i < call->count; i++)
        VECTOR_DATA(call->result, String)[i] = string;
}

static void type_of_value(KernelCall *call)
{
    char name[TYPE_NAME_SIZE];
    fill_text(call, type_name(call->arguments[0]->type, name));
}

static void version_text(KernelCall *call)
{
    fill_text(call, "quern " QUERN_VERSION);
}

#define TYPE_OF(title)                                                                                                 \
    {                                                                                                                  \
        .name = title, .signature = "(any) VARCHAR", .description = "The type's name.", .flags = FUNCTION_NOT_STRICT,  \
        .argument_count = 1, .arguments = {ANY}, .result = TYPE_VARCHAR, .kernel = type_of_value                       \
    }

/* clang-format off */
FunctionFamily function_family_system = {
    TYPE_OF("typeof"),
    TYPE_OF("pg_typeof"),
    {.name = "version", .signature = "() VARCHAR", .description = "Name and version of this program.",
     .result = TYPE_VARCHAR, .kernel = version_text},
    {0},
};
/* clang-format on */
