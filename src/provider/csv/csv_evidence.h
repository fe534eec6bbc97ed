/* provider/csv/csv_evidence.h: what the values of one column have in common: which types would keep every one. */
#ifndef QUERN_PROVIDER_CSV_CSV_EVIDENCE_H
#define QUERN_PROVIDER_CSV_CSV_EVIDENCE_H

#include "base/sketch.h"
#include "base/string_view.h"
#include "column/types.h"
#include "provider/statistics.h"

/* X(NAME): what all values so far could be. */
#define CSV_KINDS(X)                                                                                                   \
    X(INTEGER)                                                                                                         \
    X(PLAIN)  /* numbers without exponent */                                                                           \
    X(DOUBLE) /* numbers that a double keeps */                                                                        \
    X(BOOLEAN)                                                                                                         \
    X(DATE)                                                                                                            \
    X(TIME)                                                                                                            \
    X(TIMESTAMP)

typedef enum CsvKind {
#define CSV_KIND_ENUM(name) CSV_KIND_##name,
    CSV_KINDS(CSV_KIND_ENUM)
#undef CSV_KIND_ENUM
        CSV_KIND_COUNT
} CsvKind;

enum { CSV_SKETCH_VALUES = 1 << 16 };

typedef struct CsvEvidence {
    uint8_t possible;          /* bit a CsvKind */
    int integer_digits, scale; /* the most of any plain number; a lone 0 before the point is no digit */
    uint64_t null_count, value_count;
    bool has_bounds;
    int64_t lowest, highest;              /* of integers, booleans, dates and times */
    double lowest_number, highest_number; /* of all numbers */
    uint64_t sketched_count;
    Sketch sketch; /* of the first CSV_SKETCH_VALUES values */
} CsvEvidence;

void csv_evidence_init(CsvEvidence *evidence);
/* A field's text, unquoted, or NULL. Readable for CSV_FIELD_PADDING bytes more. */
void csv_evidence_add(CsvEvidence *evidence, const char *text, size_t size);
/* A column's texts in their order; where one's data is NULL, so is the value. */
void csv_evidence_add_texts(CsvEvidence *evidence, const StringView *texts, size_t count);
/* What the next values are likely to be, so that many can be read at once: BIGINT, DECIMAL or DATE; VARCHAR: no guess.
 */
Type csv_evidence_guess(const CsvEvidence *evidence);
/* Values of the guessed type, in 64 bits (dates: 32), read strictly from rows 0 .. count-1 but for those in `left` (bit
 * a row), whose text is added one by one. Adds to `left` what has to be looked at as text too. */
void csv_evidence_add_values(CsvEvidence *evidence, Type type, const void *values, size_t count, uint64_t *left);
/* Whether a value's text still matters; if not, null_count and value_count alone have to be right. */
static inline bool csv_evidence_wants_text(const CsvEvidence *evidence)
{
    return evidence->possible != 0 || evidence->sketched_count < CSV_SKETCH_VALUES;
}
/* As if all values of `other` had been added. */
void csv_evidence_merge(CsvEvidence *evidence, const CsvEvidence *other);
static inline void csv_evidence_add_null(CsvEvidence *evidence)
{
    evidence->null_count++;
}

/* The narrowest type that keeps every value: VARCHAR when there is none, or nothing but NULLs. */
Type csv_evidence_type(const CsvEvidence *evidence);
/* Statistics for a table of row_count rows, when the evidence comes from all rows (is_total) or from some. */
ColumnStatistics csv_evidence_statistics(const CsvEvidence *evidence, Type type, uint64_t row_count, bool is_total);

#endif
