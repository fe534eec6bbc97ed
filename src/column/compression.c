/* column/compression.c: the list of compressions, looked up. */
#include "column/compression.h"

static const struct {
    const char *name, *ending;
} compressions[COMPRESSION_COUNT] = {[COMPRESSION_NONE] = {"none", ""},
#define COMPRESSION_ENTRY(name, text, ending, magic) [COMPRESSION_##name] = {text, ending},
                                     COMPRESSIONS(COMPRESSION_ENTRY)
#undef COMPRESSION_ENTRY
};

const char *compression_name(Compression compression)
{
    return compressions[compression].name;
}

bool compression_parse(StringView name, Compression *ret_compression)
{
    for (size_t i = 0; i < COMPRESSION_COUNT; i++)
        if (view_equal_ignoring_case(name, view_of(compressions[i].name))) {
            *ret_compression = (Compression)i;
            return true;
        }
    return false;
}

Compression compression_of_path(StringView path, StringView *ret_stem)
{
    *ret_stem = path;
    for (size_t i = COMPRESSION_NONE + 1; i < COMPRESSION_COUNT; i++) {
        StringView ending = view_of(compressions[i].ending);
        if (path.size <= ending.size)
            continue;
        size_t stem_size = path.size - ending.size;
        if (!view_equal_ignoring_case((StringView){path.data + stem_size, ending.size}, ending))
            continue;
        ret_stem->size = stem_size;
        return (Compression)i;
    }
    return COMPRESSION_NONE;
}
