/* expr/function/date_pattern.c: dates and times by patterns: PostgreSQL's (to_char, to_date, to_timestamp:
 * 'YYYY-MM-DD') and C's (strftime, strptime: '%Y-%m-%d'). */
#include "expr/function/date.h"

#include <string.h>

#include "column/datetime.h"
#include "expr/date_pattern.h"
#include "expr/function/date_piece.h"
#include "expr/function/number_pattern.h"
#include "expr/function/text_result.h"

/* Short texts of days. */
typedef struct DayTexts {
    int32_t days[KEPT_DAYS];
    String texts[KEPT_DAYS];
} DayTexts;

/* A pattern is mostly constant: then it is taken apart once. */
typedef struct PatternState {
    Text texts[2]; /* as text_prepare makes them */
    bool is_known;
    PieceList pieces;
    DayTexts *day_texts; /* for writing by a known pattern that says nothing of the time of day; else NULL */
} PatternState;

static bool pieces_are_of_days(const PieceList *pieces)
{
    for (size_t i = 0; i < pieces->count; i++)
        if (!piece_is_of_day(&pieces->items[i]))
            return false;
    return true;
}

static PatternState *pattern_state_new(Arena *arena, const Expr *call, bool is_c)
{
    PatternState *state = arena_new(arena, PatternState);
    const Expr *pattern = call->arguments[1];
    state->texts[0] = state->texts[1] = text_in(arena);
    if (expr_is_constant(pattern) && !pattern->constant.is_null)
        state->is_known =
            pieces_add(arena, &state->pieces, (PiecePattern){.is_c = is_c, .rest = pattern->constant.text});
    return state;
}

void *kernel_pattern_prepare(Arena *arena, const Expr *call)
{
    return pattern_state_new(arena, call, false);
}

static void *strptime_prepare(Arena *arena, const Expr *call)
{
    return pattern_state_new(arena, call, true);
}

static PatternState *write_state_new(Arena *arena, const Expr *call, bool is_c)
{
    PatternState *state = pattern_state_new(arena, call, is_c);
    if (state->is_known && pieces_are_of_days(&state->pieces)) {
        state->day_texts = arena_new(arena, DayTexts);
        state->day_texts->days[0] = 1; /* nothing is there yet, day 0 neither */
    }
    return state;
}

static void *to_char_prepare(Arena *arena, const Expr *call)
{
    return write_state_new(arena, call, false);
}

static void *format_prepare(Arena *arena, const Expr *call)
{
    return write_state_new(arena, call, true);
}

static PiecePattern row_pattern(const KernelCall *call, size_t row, bool is_c)
{
    const PatternState *state = call->state;
    if (state->is_known)
        return (PiecePattern){.is_c = is_c, .known = &state->pieces};
    return (PiecePattern){.is_c = is_c, .rest = argument_text(call, 1, row)};
}

static void write_row(KernelCall *call, size_t row, const Clock *clock, bool is_c)
{
    PiecePattern pieces = row_pattern(call, row, is_c);
    Text *text = scratch_text(call);
    Piece room;
    for (const Piece *piece; (piece = piece_next(&pieces, &room)) != NULL;) {
        if (pieces.is_bad)
            kernel_fail(call, row, ERROR_INVALID_PARAMETER, "%%%.*s means nothing in a format",
                        VIEW_ARGUMENTS(piece->text));
        piece_write(text, piece, clock, is_c ? 0 : 9);
        if (text->size > STRING_MAX_SIZE)
            break;
    }
    result_copy(call, row, text_view(text));
}

static void write_timestamps(KernelCall *call, bool has_zone, bool is_c)
{
    DayTexts *kept = ((const PatternState *)call->state)->day_texts;
    String *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        int64_t timestamp = ARGUMENT(call, 0, int64_t, i);
        int32_t day = timestamp_date(timestamp);
        size_t at = (uint32_t)day % KEPT_DAYS;
        if (kept && kept->days[at] == day) {
            results[i] = kept->texts[at];
            continue;
        }
        Clock clock = clock_of_timestamp(timestamp, has_zone);
        write_row(call, i, &clock, is_c);
        if (kept && results[i].size <= STRING_INLINE_SIZE) {
            kept->days[at] = day;
            kept->texts[at] = results[i];
        }
    }
}

static void timestamp_to_char(KernelCall *call)
{
    write_timestamps(call, call->arguments[0]->type.id == TYPE_TIMESTAMPTZ, false);
}

static void interval_to_char(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        Clock clock = clock_of_interval(ARGUMENT(call, 0, Interval, i));
        write_row(call, i, &clock, false);
    }
}

static void format_timestamp(KernelCall *call)
{
    write_timestamps(call, true, true);
}

/* ---- reading ---- */

static void read_row(KernelCall *call, size_t row, bool is_c, bool may_miss, int64_t *ret_timestamp)
{
    StringView text = argument_text(call, 0, row), pattern = argument_text(call, 1, row);
    *ret_timestamp = 0;
    PieceResult result = pieces_read(text, row_pattern(call, row, is_c), ret_timestamp);
    if (result == PIECES_READ)
        return;
    if (may_miss)
        vector_set_null(call->result, row);
    else
        kernel_fail(call, row, result == PIECES_NO_MATCH ? ERROR_INVALID_DATETIME : ERROR_DATETIME_OVERFLOW,
                    result == PIECES_NO_MATCH ? "'%.*s' is not as '%.*s' says" : "'%.*s' by '%.*s' is out of range",
                    VIEW_ARGUMENTS(text), VIEW_ARGUMENTS(pattern));
}

static void read_run(KernelCall *call, bool is_c, bool may_miss)
{
    int64_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++)
        read_row(call, i, is_c, may_miss, &results[i]);
}

void kernel_timestamp_by_pattern(KernelCall *call)
{
    read_run(call, false, false);
}

static void strptime_text(KernelCall *call)
{
    read_run(call, true, false);
}

static void try_strptime_text(KernelCall *call)
{
    read_run(call, true, true);
}

/* PostgreSQL's patterns have no %. */
static bool pattern_is_c(StringView pattern)
{
    return pattern.size && memchr(pattern.data, '%', pattern.size) != NULL;
}

static void *to_date_prepare(Arena *arena, const Expr *call)
{
    const Expr *pattern = call->arguments[1];
    bool is_c = expr_is_constant(pattern) && !pattern->constant.is_null && pattern_is_c(pattern->constant.text);
    return pattern_state_new(arena, call, is_c);
}

static void date_by_pattern(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        int64_t timestamp;
        read_row(call, i, pattern_is_c(argument_text(call, 1, i)), false, &timestamp);
        VECTOR_DATA(call->result, int32_t)[i] = timestamp_date(timestamp);
    }
}

static void date_of_text(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        StringView text = argument_text(call, 0, i);
        int64_t timestamp = 0;
        if (timestamp_read(text, &timestamp) != DATETIME_OK)
            kernel_fail(call, i, ERROR_INVALID_DATETIME, "invalid input syntax for type date: \"%.*s\"",
                        VIEW_ARGUMENTS(text));
        VECTOR_DATA(call->result, int32_t)[i] = timestamp_date(timestamp);
    }
}

/* ---- for who is no function ---- */

struct DatePattern {
    PieceList pieces;
};

DatePattern *date_pattern_new(Arena *arena, StringView pattern)
{
    DatePattern *self = arena_new(arena, DatePattern);
    bool is_good = pieces_add(arena, &self->pieces, (PiecePattern){.is_c = true, .rest = arena_view(arena, pattern)});
    return is_good ? self : NULL;
}

bool date_pattern_read(const DatePattern *self, StringView text, int64_t *ret_timestamp)
{
    return pieces_read(text, (PiecePattern){.is_c = true, .known = &self->pieces}, ret_timestamp) == PIECES_READ;
}

void date_pattern_write(const DatePattern *self, Text *text, int64_t timestamp)
{
    Clock clock = clock_of_timestamp(timestamp, true);
    for (size_t i = 0; i < self->pieces.count; i++)
        piece_write(text, &self->pieces.items[i], &clock, 0);
}

/* ---- the table ---- */

#define WRITE(title, x, k, p, text)                                                                                    \
    {                                                                                                                  \
        .name = title, .signature = "(" #x ", pattern VARCHAR) VARCHAR", .description = text, .flags = FAIL,           \
        ARGUMENTS(T(x), T(VARCHAR)), .result = T(VARCHAR), .kernel = k, .prepare = p                                   \
    }
#define READ(title, r, k, p, text)                                                                                     \
    {                                                                                                                  \
        .name = title, .signature = "(VARCHAR, pattern VARCHAR) " #r, .description = text, .flags = FAIL,              \
        ARGUMENTS(T(VARCHAR), T(VARCHAR)), .result = T(r), .kernel = k, .prepare = p                                   \
    }

/* clang-format off */
FunctionFamily function_family_date_pattern = {
    WRITE("to_char", TIMESTAMP, timestamp_to_char, to_char_prepare, "Written by a pattern: 'DD Mon YYYY HH24:MI:SS'."),
    WRITE("to_char", TIMESTAMPTZ, timestamp_to_char, to_char_prepare, "Written by a pattern: 'DD Mon YYYY HH24:MI:SS'."),
    WRITE("to_char", INTERVAL, interval_to_char, to_char_prepare, "Written by a pattern: 'HH24:MI:SS'."),
    WRITE("to_char", BIGINT, kernel_bigint_to_char, text_prepare, "Written by a pattern: '999,990'."),
    {.name = "to_char", .signature = "(DECIMAL, pattern VARCHAR) VARCHAR",
     .description = "Written by a pattern: '999,990.00'.", .flags = FAIL, ARGUMENTS(T(DECIMAL), T(VARCHAR)),
     .result = T(VARCHAR), .kernel = kernel_decimal_to_char, .prepare = text_prepare},
    WRITE("to_char", DOUBLE, kernel_double_to_char, text_prepare, "Written by a pattern: '999,990.00'."),
    {.name = "to_number", .signature = "(VARCHAR, pattern VARCHAR) DECIMAL",
     .description = "The number in a text, with the digits behind the point that the pattern has.", .flags = FAIL,
     ARGUMENTS(T(VARCHAR), T(VARCHAR)), .result = T(DECIMAL), .kernel = kernel_to_number, .prepare = text_prepare,
     .resolve = to_number_resolve, .refine = to_number_refine},
    READ("to_date", DATE, date_by_pattern, to_date_prepare, "Read by a pattern: 'DD Mon YYYY', or C's: '%d.%m.%Y'."),
    {.name = "to_date", .signature = "(VARCHAR) DATE", .description = "The day of a timestamp's text.", .flags = FAIL,
     ARGUMENTS(T(VARCHAR)), .result = T(DATE), .kernel = date_of_text},
    WRITE("strftime", TIMESTAMP, format_timestamp, format_prepare, "Written by C's pattern: '%d.%m.%Y %H:%M:%S'."),
    WRITE("strftime", TIMESTAMPTZ, format_timestamp, format_prepare, "Written by C's pattern: '%d.%m.%Y %H:%M:%S'."),
    WRITE("date_format", TIMESTAMP, format_timestamp, format_prepare, "Written by C's pattern: '%d.%m.%Y %H:%M:%S'."),
    READ("strptime", TIMESTAMP, strptime_text, strptime_prepare, "Read by C's pattern: '%d.%m.%Y %H:%M:%S'."),
    READ("try_strptime", TIMESTAMP, try_strptime_text, strptime_prepare, "The same; NULL where the text is not so."),
    {0},
};
/* clang-format on */
