/* column/arrow/arrow_type.h: what an Arrow column is here: its type, and how its bytes become ours. */
#ifndef QUERN_COLUMN_ARROW_ARROW_TYPE_H
#define QUERN_COLUMN_ARROW_ARROW_TYPE_H

#include <quern/provider.h>

#include "column/schema.h"

typedef enum ArrowLayout {
    ARROW_NULLS,        /* "n" */
    ARROW_BITS,         /* "b" */
    ARROW_SIGNED,       /* of `width` bytes; times multiplier, by divisor rounding down */
    ARROW_UNSIGNED,     /* of `width` bytes */
    ARROW_FLOAT,        /* "f" */
    ARROW_DOUBLE,       /* "g" */
    ARROW_DECIMAL,      /* "d:p,s" of `width` bytes: 4, 8, 16 */
    ARROW_TEXT,         /* offsets of `width` bytes, then bytes */
    ARROW_VIEWS,        /* "vu", "vz" */
    ARROW_FIXED,        /* "w:n" */
    ARROW_MONTHS,       /* "tiM" */
    ARROW_DAY_MILLIS,   /* "tiD" */
    ARROW_MONTH_DAY_NS, /* "tin" */
    ARROW_DURATION,     /* "tD*" */
    ARROW_CODES,        /* indexes into the dictionary: `codes` and `values` */
    ARROW_RUNS,         /* run ends and values: `codes` and `values` */
} ArrowLayout;

typedef struct ArrowType ArrowType;
struct ArrowType {
    Type type;
    ArrowLayout layout;
    size_t width;                /* bytes of a value or offset */
    int64_t multiplier, divisor; /* SIGNED, DURATION: to our unit */
    const char *column;          /* for messages */
    bool is_nullable;
    const ArrowType *codes, *values;
};

/* Raises NOT_SUPPORTED by column name for a type that has no counterpart, BAD_DATA for a malformed schema. `source`
 * names the table in messages. */
const ArrowType *arrow_type_of(Arena *arena, const struct ArrowSchema *schema, const char *source);
/* That of a plain format alone, without children, all nullable; NULL when it is none. `name` stands for the column in
 * messages. */
const ArrowType *arrow_type_of_format(Arena *arena, const char *format, const char *name);
/* The format in which columns of a type go out; a DECIMAL's is made in the arena. */
const char *arrow_format_of(Arena *arena, Type type);
/* The columns of a schema of format "+s": *ret_types (may be NULL) has one for each. */
Schema *arrow_schema_import(Arena *arena, const struct ArrowSchema *schema, const char *source,
                            const ArrowType ***ret_types);
/* The caller releases it. Raises when memory is out, and then *ret_schema is released. */
void arrow_schema_export(const Schema *schema, struct ArrowSchema *ret_schema);

#endif
