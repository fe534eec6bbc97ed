/* engine/settings.h: SET, RESET and SHOW: the settings by name. */
#ifndef QUERN_ENGINE_SETTINGS_H
#define QUERN_ENGINE_SETTINGS_H

#include "base/context.h"
#include "base/error.h"

void settings_init(Settings *settings);
/* Raises UNDEFINED_OBJECT (with "did you mean") or INVALID_PARAMETER. `text` NULL: the default. Texts are the arena's.
 */
void settings_set(Settings *settings, Arena *arena, StringView name, const char *text, Position position);
/* The value as text. */
const char *settings_get(const Settings *settings, Arena *arena, StringView name, Position position);
/* Names in order: index 0, 1, ...; NULL behind the last. */
const char *settings_name(size_t index);
const char *settings_description(size_t index);

#endif
