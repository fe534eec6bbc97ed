/* expr/function/text_edit.c: functions that change text: overlay, quoting, accents, Unicode normal forms. */
#include <utf8proc.h>

#include "expr/function/family.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "expr/function/quote.h"
#include "expr/function/text_result.h"

/* ---- overlay ---- */

/* What an overlay replaces: units (characters or bytes) from `start`, counted from 1; as many as the new part has,
 * unless a count is given. False when start is not positive or the numbers overflow. */
static bool overlay_range(const KernelCall *call, size_t row, int64_t part_length, int64_t *ret_start, int64_t *ret_end)
{
    int64_t start = ARGUMENT(call, 2, int64_t, row);
    int64_t count = call->argument_count > 3 ? ARGUMENT(call, 3, int64_t, row) : part_length;
    *ret_start = start;
    return start > 0 && !__builtin_add_overflow(start, count, ret_end);
}

static size_t unit_offset(StringView text, bool is_bytes, int64_t index)
{
    if (index <= 0)
        return 0;
    if (is_bytes || (uint64_t)index >= text.size)
        return (uint64_t)index < text.size ? (size_t)index : text.size;
    return utf8_offset(text, (size_t)index);
}

static void overlay_row(KernelCall *call, size_t row, bool is_bytes)
{
    StringView x = argument_text(call, 0, row), part = argument_text(call, 1, row);
    int64_t start, end;
    if (!overlay_range(call, row, (int64_t)(is_bytes ? part.size : utf8_length(part)), &start, &end)) {
        kernel_fail(call, row, ERROR_INVALID_SUBSTRING, "overlay must start at 1 or behind");
        result_empty(call, row);
        return;
    }
    size_t head = unit_offset(x, is_bytes, start - 1), tail = unit_offset(x, is_bytes, end - 1);
    char *memory = result_memory(call, row, head + part.size + (x.size - tail));
    if (memory == NULL)
        return;
    memory_copy(memory, x.data, head);
    memory_copy(memory + head, part.data, part.size);
    memory_copy(memory + head + part.size, x.data + tail, x.size - tail);
    result_set(call, row, memory, head + part.size + (x.size - tail));
}

static void overlay_text(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        overlay_row(call, i, false);
}

static void overlay_blob(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        overlay_row(call, i, true);
}

/* ---- quoting ---- */

void quote_add(Text *text, StringView view, char quote)
{
    char *out = text_reserve(text, view.size * 2 + 2);
    size_t size = 0;
    out[size++] = quote;
    for (size_t i = 0; i < view.size; i++) {
        context_pace(i);
        if (view.data[i] == quote)
            out[size++] = quote;
        out[size++] = view.data[i];
    }
    out[size++] = quote;
    out[size] = '\0';
    text->size += size;
}

/* With a backslash inside, it is an E'' literal, as PostgreSQL writes it. */
void quote_add_literal(Text *text, StringView view)
{
    if (view.size == 0 || memchr(view.data, '\\', view.size) == NULL) {
        quote_add(text, view, '\'');
        return;
    }
    text_add(text, "E'");
    for (size_t i = 0; i < view.size; i++) {
        context_pace(i);
        if (view.data[i] == '\'' || view.data[i] == '\\')
            text_add_char(text, view.data[i]);
        text_add_char(text, view.data[i]);
    }
    text_add_char(text, '\'');
}

/* Words that PostgreSQL reserves, or that stand for functions and types, must be quoted to be names. In order. */
static const char *const reserved_words[] = {
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "qualify",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
};

static int word_order(const void *key, const void *word)
{
    const StringView *view = key;
    return view_compare(*view, view_of(*(const char *const *)word));
}

static bool is_plain_name(StringView name)
{
    if (name.size == 0 || ascii_is_digit(name.data[0]))
        return false;
    for (size_t i = 0; i < name.size; i++) {
        context_pace(i);
        char c = name.data[i];
        if (c != '_' && !ascii_is_digit(c) && !(c >= 'a' && c <= 'z'))
            return false;
    }
    return bsearch(&name, reserved_words, sizeof reserved_words / sizeof *reserved_words, sizeof *reserved_words,
                   word_order) == NULL;
}

void quote_add_name(Text *text, StringView name)
{
    if (is_plain_name(name))
        text_add_view(text, name);
    else
        quote_add(text, name, '"');
}

static void quote_literal(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        Text *text = scratch_text(call);
        quote_add_literal(text, argument_text(call, 0, i));
        result_copy(call, i, text_view(text));
    }
}

static void quote_ident(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        Text *text = scratch_text(call);
        quote_add_name(text, argument_text(call, 0, i));
        result_copy(call, i, text_view(text));
    }
}

static void quote_nullable(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        Text *text = scratch_text(call);
        if (argument_is_null(call, 0, i))
            text_add(text, "NULL");
        else
            quote_add_literal(text, argument_text(call, 0, i));
        result_copy(call, i, text_view(text));
    }
}

static bool resolve_text(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)function, (void)argument_count, (void)ret_result;
    argument_types[0] = type_of(TYPE_VARCHAR);
    return true;
}

/* ---- Unicode ---- */

enum { PIECE = 1 << 16 }; /* bytes that are mapped at once, if there is a place to cut */

/* Whether it may compose with what is before it, or change places with it: marks and the later letters of a Hangul
 * syllable (Unicode 3.11, 3.12). */
static bool character_joins(utf8proc_int32_t character)
{
    const utf8proc_property_t *property = utf8proc_get_property(character);
    return property->combining_class != 0 || property->category == UTF8PROC_CATEGORY_MN ||
           property->category == UTF8PROC_CATEGORY_MC || property->category == UTF8PROC_CATEGORY_ME ||
           (character >= 0x1160 && character <= 0x11FF);
}

/* Whether a text can be cut before the character at `at`: neither it nor what it begins with when it is decomposed
 * joins what is before it. */
static bool piece_begins(StringView text, size_t at, utf8proc_option_t options)
{
    if ((text.data[at] & 0x80) == 0)
        return true;
    if ((text.data[at] & 0xC0) == 0x80)
        return false;
    utf8proc_int32_t character, parts[32] = {0};
    int boundary = 0;
    utf8proc_iterate((const utf8proc_uint8_t *)text.data + at, (utf8proc_ssize_t)(text.size - at), &character);
    return character >= 0 && !character_joins(character) &&
           utf8proc_decompose_char(character, parts, sizeof parts / sizeof *parts, options, &boundary) > 0 &&
           !character_joins(parts[0]);
}

/* The end of a piece from `start` on. */
static size_t piece_end(StringView text, size_t start, utf8proc_option_t options)
{
    size_t end = text.size - start > PIECE ? start + PIECE : text.size;
    while (end < text.size && !piece_begins(text, end, options)) {
        context_pace(end);
        end++;
    }
    return end;
}

/* Decomposed into code points, and written back as UTF-8, in scratch memory. False: that is too long. */
static bool piece_map(StringView piece, utf8proc_option_t options, Text *scratch, Text *mapped)
{
    const utf8proc_uint8_t *source = (const utf8proc_uint8_t *)piece.data;
    utf8proc_ssize_t count = utf8proc_decompose(source, (utf8proc_ssize_t)piece.size, NULL, 0, options);
    if (count < 0 || (size_t)count >= STRING_MAX_SIZE / sizeof(utf8proc_int32_t))
        return false;
    text_clear(scratch);
    size_t size = ((size_t)count + 1) * sizeof(utf8proc_int32_t);
    utf8proc_int32_t *characters = (utf8proc_int32_t *)(void *)text_reserve(scratch, size);
    utf8proc_decompose(source, (utf8proc_ssize_t)piece.size, characters, count, options);
    utf8proc_ssize_t written = utf8proc_reencode(characters, count, options);
    text_add_view(mapped, (StringView){(const char *)characters, written > 0 ? (size_t)written : 0});
    return mapped->size <= STRING_MAX_SIZE;
}

/* In pieces. False: the row has failed. */
static bool unicode_map(KernelCall *call, size_t row, utf8proc_option_t options, StringView *ret_mapped)
{
    StringView x = argument_text(call, 0, row);
    Text *mapped = scratch_text(call), *scratch = second_scratch_text(call);
    for (size_t start = 0, end; start < x.size; start = end) {
        context_check(call->context);
        end = piece_end(x, start, options);
        if (!piece_map((StringView){x.data + start, end - start}, options, scratch, mapped)) {
            kernel_fail(call, row, ERROR_STRING_TOO_LONG, "text is too long for %s", call->expr->function->name);
            return false;
        }
    }
    *ret_mapped = text_view(mapped);
    return true;
}

static void map_unicode(KernelCall *call, size_t row, utf8proc_option_t options)
{
    StringView mapped;
    if (unicode_map(call, row, options, &mapped))
        result_copy(call, row, mapped);
    else
        result_empty(call, row);
}

static void strip_accents(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        map_unicode(call, i, UTF8PROC_COMPOSE | UTF8PROC_STABLE | UTF8PROC_STRIPMARK);
}

static void casefold_text(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        map_unicode(call, i, UTF8PROC_COMPOSE | UTF8PROC_STABLE | UTF8PROC_CASEFOLD);
}

/* The form that a call asks for, NFC unless it says more. False: there is none of that name. */
static bool normal_form(KernelCall *call, size_t row, utf8proc_option_t *ret_options)
{
    static const struct NormalForm {
        const char *name;
        utf8proc_option_t options;
    } forms[] = {{"NFC", UTF8PROC_STABLE | UTF8PROC_COMPOSE},
                 {"NFD", UTF8PROC_STABLE | UTF8PROC_DECOMPOSE},
                 {"NFKC", UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT},
                 {"NFKD", UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT}};
    StringView name = call->argument_count > 1 ? argument_text(call, 1, row) : view_of("NFC");
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (view_equal_ignoring_case(name, view_of(forms[i].name))) {
            *ret_options = forms[i].options;
            return true;
        }
    kernel_fail(call, row, ERROR_INVALID_PARAMETER, "invalid normalization form: %.*s", VIEW_ARGUMENTS(name));
    return false;
}

static void normalize_text(KernelCall *call)
{
    utf8proc_option_t options;
    for (size_t i = 0; i < call->count; i++)
        if (normal_form(call, i, &options))
            map_unicode(call, i, options);
        else
            result_empty(call, i);
}

static void is_normalized_text(KernelCall *call)
{
    bool *results = call->result->data;
    utf8proc_option_t options;
    StringView mapped;
    for (size_t i = 0; i < call->count; i++)
        results[i] = normal_form(call, i, &options) && unicode_map(call, i, options, &mapped) &&
                     view_equal(mapped, argument_text(call, 0, i));
}

/* ---- the table ---- */

#define OVERLAY(x, k)                                                                                                  \
    {                                                                                                                  \
        .name = "overlay", .signature = "(" #x ", part " #x ", start BIGINT [, count BIGINT]) " #x,                    \
        .description = "With what stands at start, so many or as long as the part, replaced by the part.",             \
        .flags = FAIL, .optional_count = 1, ARGUMENTS(T(x), T(x), T(BIGINT), T(BIGINT)), .result = T(x), .kernel = k   \
    }
#define TEXT(title, k, flag, text)                                                                                     \
    {                                                                                                                  \
        .name = title, .signature = "(VARCHAR) VARCHAR", .description = text, .flags = flag, ARGUMENTS(T(VARCHAR)),    \
        .result = T(VARCHAR), .kernel = k, .prepare = text_prepare                                                     \
    }

/* clang-format off */
FunctionFamily function_family_text_edit = {
    OVERLAY(VARCHAR, overlay_text),
    OVERLAY(BLOB, overlay_blob),
    {.name = "quote_literal", .signature = "(any) VARCHAR", .description = "As a literal of SQL.",
     ARGUMENTS(ANY), .result = T(VARCHAR), .kernel = quote_literal, .prepare = text_prepare, .resolve = resolve_text},
    {.name = "quote_nullable", .signature = "(any) VARCHAR", .description = "As a literal of SQL, or the word NULL.",
     .flags = FUNCTION_NOT_STRICT, ARGUMENTS(ANY), .result = T(VARCHAR), .kernel = quote_nullable,
     .prepare = text_prepare, .resolve = resolve_text},
    TEXT("quote_ident", quote_ident, 0, "As a name of SQL, in double quotes where it needs them."),
    TEXT("strip_accents", strip_accents, FAIL, "Letters without their accents."),
    TEXT("unaccent", strip_accents, FAIL, "Letters without their accents."),
    TEXT("casefold", casefold_text, FAIL, "In the form that is equal for texts that differ in case alone."),
    {.name = "normalize", .signature = "(VARCHAR [, form VARCHAR]) VARCHAR",
     .description = "In a normal form of Unicode: NFC, NFD, NFKC or NFKD.", .flags = FAIL, .optional_count = 1,
     ARGUMENTS(T(VARCHAR), T(VARCHAR)), .result = T(VARCHAR), .kernel = normalize_text, .prepare = text_prepare},
    {.name = "is_normalized", .signature = "(VARCHAR [, form VARCHAR]) BOOLEAN",
     .description = "Whether it is in that normal form of Unicode: x IS NFC NORMALIZED.", .flags = FAIL,
     .optional_count = 1, ARGUMENTS(T(VARCHAR), T(VARCHAR)), .result = T(BOOLEAN), .kernel = is_normalized_text,
     .prepare = text_prepare},
    TEXT("nfc_normalize", normalize_text, FAIL, "In Unicode's normal form NFC."),
    {0},
};
/* clang-format on */
