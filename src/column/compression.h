/* column/compression.h: how files may be compressed as a whole: names, and the endings of their names. */
#ifndef QUERN_COLUMN_COMPRESSION_H
#define QUERN_COLUMN_COMPRESSION_H

#include "base/string_view.h"

/* X(NAME, "name", "ending of a file's name", magic bytes that such a file begins with) */
#define COMPRESSIONS(X)                                                                                                \
    X(GZIP, "gzip", ".gz", "\x1F\x8B\x08")                                                                             \
    X(ZSTD, "zstd", ".zst", "\x28\xB5\x2F\xFD")                                                                        \
    X(BZIP2, "bzip2", ".bz2", "BZh")                                                                                   \
    X(XZ, "xz", ".xz", "\xFD\x37zXZ")

typedef enum Compression {
    COMPRESSION_NONE,
#define COMPRESSION_ENUM(name, text, ending, magic) COMPRESSION_##name,
    COMPRESSIONS(COMPRESSION_ENUM)
#undef COMPRESSION_ENUM
        COMPRESSION_COUNT
} Compression;

const char *compression_name(Compression compression); /* "gzip"; "none" */
/* By its name, in any case. */
bool compression_parse(StringView name, Compression *ret_compression);
/* That the path's ending, in any case, stands for; *ret_stem is the path without it. */
Compression compression_of_path(StringView path, StringView *ret_stem);

#endif
