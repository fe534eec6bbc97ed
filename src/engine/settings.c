/* engine/settings.c: base/context.h lists the settings; here they are read and written by name. */
#include "engine/settings.h"

#include <stddef.h>
#include <stdio.h>

#include "base/map.h"
#include "column/number.h"

typedef enum SettingKind {
    SETTING_BOOL,
    SETTING_SIZE,
    SETTING_COUNT,
    SETTING_TEXT,
    SETTING_VERIFICATION,
    SETTING_NULL_ORDER
} SettingKind;

static const struct {
    const char *name;
    SettingKind kind;
    size_t offset;
    const char *value; /* the default */
    const char *description;
} settings_list[] = {
#define SETTING_ENTRY(name, type, kind, value, description)                                                            \
    {#name, SETTING_##kind, offsetof(Settings, name), value, description},
    SETTINGS(SETTING_ENTRY)
#undef SETTING_ENTRY
};
enum { SETTING_TOTAL = sizeof settings_list / sizeof *settings_list };

const char *settings_name(size_t index)
{
    return index < SETTING_TOTAL ? settings_list[index].name : NULL;
}

const char *settings_description(size_t index)
{
    return settings_list[index].description;
}

/* What other engines call settings, and what quern is: setting it to that changes nothing, to anything else is an
 * error. NULL: it chooses among ways to one answer, or what is shown on the way, so any value does. */
static const struct ForeignSetting {
    const char *name;
    const char *value;
} foreign_settings[] = {
    /* PostgreSQL's, as its dumps begin with them */
    {"timezone", "UTC"},
    {"client_encoding", "UTF8"},
    {"standard_conforming_strings", "on"},
    {"bytea_output", "hex"},
    {"intervalstyle", "postgres"},
    {"client_min_messages", NULL},
    {"check_function_bodies", NULL},
    {"row_security", NULL},
    {"default_tablespace", NULL},
    {"application_name", NULL},
    {"statement_timeout", "0"},
    {"lock_timeout", "0"},
    {"transaction_timeout", "0"},
    {"idle_in_transaction_session_timeout", "0"},
    {"xmloption", NULL},
    {"default_table_access_method", NULL},
    /* DuckDB's */
    {"ieee_floating_point_ops", "true"},
    {"scalar_subquery_error_on_multiple_rows", "true"},
    {"preserve_insertion_order", NULL},
    {"enable_progress_bar", NULL},
    {"progress_bar_time", NULL},
    {"explain_output", NULL},
    {"enable_object_cache", NULL},
    {"enable_caching_operators", NULL},
    {"disabled_optimizers", NULL},
};

static const struct ForeignSetting *foreign_setting(StringView name)
{
    for (size_t i = 0; i < sizeof foreign_settings / sizeof *foreign_settings; i++)
        if (view_equal_ignoring_case(name, view_of(foreign_settings[i].name)))
            return &foreign_settings[i];
    return NULL;
}

static void foreign_setting_require(const struct ForeignSetting *setting, const char *text, Position position)
{
    bool is_on, is_wanted_on;
    if (setting->value == NULL || text == NULL || view_equal_ignoring_case(view_of(text), view_of(setting->value)))
        return;
    if (boolean_parse(view_of(setting->value), &is_wanted_on) && boolean_parse(view_of(text), &is_on) &&
        is_on == is_wanted_on)
        return;
    error_raise(ERROR_NOT_SUPPORTED, position, "%s is always %s", setting->name, setting->value);
}

/* A last part is enough: DataFusion's "datafusion.execution.batch_size" is batch_size. */
static StringView setting_last_part(StringView name)
{
    for (size_t i = name.size; i > 0; i--)
        if (name.data[i - 1] == '.')
            return (StringView){name.data + i, name.size - i};
    return name;
}

static size_t setting_find(StringView name, Position position)
{
    name = setting_last_part(name);
    size_t nearest = SETTING_TOTAL, limit = name_distance_limit(name.size);
    for (size_t i = 0; i < SETTING_TOTAL; i++) {
        size_t distance = name_distance(view_of(settings_list[i].name), name, limit);
        if (distance == 0)
            return i;
        if (distance <= limit)
            nearest = i, limit = distance - 1;
    }
    char hint[128] = "SHOW ALL lists the settings";
    if (nearest < SETTING_TOTAL)
        snprintf(hint, sizeof hint, "did you mean %s?", settings_list[nearest].name);
    error_raise_hint(ERROR_UNDEFINED_OBJECT, position, hint, "there is no setting \"%.*s\"", VIEW_ARGUMENTS(name));
}

/* "64MB", "1.5 GiB", "1000": units of 1024, as memory is counted. */
static bool size_parse(StringView text, size_t *ret_size)
{
    static const char units[] = "KMGT";
    size_t digits = 0;
    text = view_trim(text);
    while (digits < text.size && (ascii_is_digit(text.data[digits]) || text.data[digits] == '.'))
        digits++;
    double number;
    bool overflow;
    StringView unit = view_trim((StringView){text.data + digits, text.size - digits});
    if (!double_parse((StringView){text.data, digits}, &number, &overflow))
        return false;
    if (unit.size > 0 && unit.data[0] != 'B' && unit.data[0] != 'b') {
        const char *found = strchr(units, unit.data[0] & ~0x20);
        if (found == NULL)
            return false;
        for (const char *u = units; u <= found; u++)
            number *= 1024;
        unit = (StringView){unit.data + 1, unit.size - 1};
    }
    bool is_plain =
        unit.size == 0 || view_equal_ignoring_case(unit, view_of("b")) || view_equal_ignoring_case(unit, view_of("ib"));
    if (!is_plain || !(number < 9e18))
        return false;
    *ret_size = (size_t)number;
    return true;
}

static const char *const verifications[] = {
    [VERIFICATION_OFF] = "off", [VERIFICATION_ON] = "on", [VERIFICATION_FULL] = "full"};

static bool verification_parse(StringView text, Verification *ret_verification)
{
    bool is_on;
    if (view_equal_ignoring_case(text, view_of(verifications[VERIFICATION_FULL]))) {
        *ret_verification = VERIFICATION_FULL;
        return true;
    }
    if (!boolean_parse(text, &is_on))
        return false;
    *ret_verification = is_on ? VERIFICATION_ON : VERIFICATION_OFF;
    return true;
}

/* DuckDB's names. "nulls_first", "NULLS FIRST" and "first" are one, and an engine's name is its way. */
static const struct NullOrderName {
    const char *name;
    NullOrder order;
} null_orders[] = {
    {"nulls_last_on_asc_first_on_desc", NULL_ORDER_LARGEST},
    {"nulls_first_on_asc_last_on_desc", NULL_ORDER_SMALLEST},
    {"nulls_first", NULL_ORDER_FIRST},
    {"nulls_last", NULL_ORDER_LAST},
    {"nulls first", NULL_ORDER_FIRST},
    {"nulls last", NULL_ORDER_LAST},
    {"first", NULL_ORDER_FIRST},
    {"last", NULL_ORDER_LAST},
    {"postgres", NULL_ORDER_LARGEST},
    {"sqlite", NULL_ORDER_SMALLEST},
    {"mysql", NULL_ORDER_SMALLEST},
};
enum { NULL_ORDER_NAMES = sizeof null_orders / sizeof *null_orders };

static bool null_order_parse(StringView text, NullOrder *ret_order)
{
    for (size_t i = 0; i < NULL_ORDER_NAMES; i++)
        if (view_equal_ignoring_case(text, view_of(null_orders[i].name))) {
            *ret_order = null_orders[i].order;
            return true;
        }
    return false;
}

static const char *null_order_name(NullOrder order)
{
    const struct NullOrderName *entry = null_orders;
    while (entry->order != order)
        entry++;
    return entry->name;
}

static void setting_assign(Settings *settings, Arena *arena, size_t index, const char *text, Position position)
{
    void *field = (char *)settings + settings_list[index].offset;
    uint64_t count;
    bool overflow, is_valid = true;
    switch (settings_list[index].kind) {
    case SETTING_BOOL:
        is_valid = boolean_parse(view_of(text), field);
        break;
    case SETTING_SIZE:
        is_valid = size_parse(view_of(text), field);
        break;
    case SETTING_COUNT:
        is_valid = uint64_parse(view_of(text), &count, &overflow);
        if (is_valid)
            *(size_t *)field = count;
        break;
    case SETTING_VERIFICATION:
        is_valid = verification_parse(view_of(text), field);
        break;
    case SETTING_NULL_ORDER:
        is_valid = null_order_parse(view_of(text), field);
        break;
    case SETTING_TEXT:
        *(const char **)field = arena ? arena_string(arena, text) : text;
        break;
    }
    if (is_valid && field == &settings->batch_size)
        is_valid = settings->batch_size >= 1 && settings->batch_size <= 2048;
    if (!is_valid)
        error_raise_hint(ERROR_INVALID_PARAMETER, position, settings_list[index].description,
                         "\"%s\" is no value for %s", text, settings_list[index].name);
}

void settings_init(Settings *settings)
{
    for (size_t i = 0; i < SETTING_TOTAL; i++)
        setting_assign(settings, NULL, i, settings_list[i].value, NO_POSITION);
}

void settings_set(Settings *settings, Arena *arena, StringView name, const char *text, Position position)
{
    const struct ForeignSetting *foreign = foreign_setting(name);
    if (foreign) {
        foreign_setting_require(foreign, text, position);
        return;
    }
    size_t index = setting_find(name, position);
    Settings changed = *settings; /* a wrong value leaves the old one */
    setting_assign(&changed, arena, index, text ? text : settings_list[index].value, position);
    *settings = changed;
}

const char *settings_get(const Settings *settings, Arena *arena, StringView name, Position position)
{
    const struct ForeignSetting *foreign = foreign_setting(name);
    if (foreign && foreign->value)
        return foreign->value;
    size_t index = setting_find(name, position);
    const void *field = (const char *)settings + settings_list[index].offset;
    switch (settings_list[index].kind) {
    case SETTING_BOOL:
        return *(const bool *)field ? "on" : "off";
    case SETTING_VERIFICATION:
        return verifications[*(const Verification *)field];
    case SETTING_NULL_ORDER:
        return null_order_name(*(const NullOrder *)field);
    case SETTING_TEXT:
        return *(const char *const *)field;
    default:
        return arena_format(arena, "%zu", *(const size_t *)field);
    }
}
