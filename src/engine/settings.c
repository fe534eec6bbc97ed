/* engine/settings.c: base/context.h lists the settings; here they are read and written by name. */
#include "engine/settings.h"

#include <stddef.h>
#include <stdio.h>

#include "base/map.h"
#include "column/number.h"

typedef enum SettingKind { SETTING_BOOL, SETTING_SIZE, SETTING_COUNT, SETTING_TEXT, SETTING_VERIFICATION } SettingKind;

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

/* A last part is enough: DataFusion's "datafusion.execution.batch_size" is batch_size. */
static size_t setting_find(StringView name, Position position)
{
    for (size_t i = name.size; i > 0; i--)
        if (name.data[i - 1] == '.') {
            name = (StringView){name.data + i, name.size - i};
            break;
        }
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
    size_t index = setting_find(name, position);
    Settings changed = *settings; /* a wrong value leaves the old one */
    setting_assign(&changed, arena, index, text ? text : settings_list[index].value, position);
    *settings = changed;
}

const char *settings_get(const Settings *settings, Arena *arena, StringView name, Position position)
{
    size_t index = setting_find(name, position);
    const void *field = (const char *)settings + settings_list[index].offset;
    switch (settings_list[index].kind) {
    case SETTING_BOOL:
        return *(const bool *)field ? "on" : "off";
    case SETTING_VERIFICATION:
        return verifications[*(const Verification *)field];
    case SETTING_TEXT:
        return *(const char *const *)field;
    default:
        return arena_format(arena, "%zu", *(const size_t *)field);
    }
}
