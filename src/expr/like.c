/* expr/like.c: LIKE without backtracking.
 *
 * A pattern is cut at its %: "ab%c_d%e" is the segments "ab", "c_d", "e". The first stands at the text's start, the
 * last at its end, and each between at the first place behind the one before: taking the first place loses no match,
 * because a segment always takes the same number of characters. */
#include "expr/like.h"

#include <string.h>
#include <utf8proc.h>

#include "base/array.h"
#include "base/context.h"
#include "base/find.h"
#include "base/utf8.h"

/* Literal bytes, or so many characters of any kind. */
typedef struct LikeRun {
    const char *bytes; /* NULL: any */
    size_t size;       /* bytes, or characters */
} LikeRun;

typedef struct LikeSegment {
    size_t run_count;
    LikeRun *runs;
    size_t character_count;
    bool is_literal; /* one literal run, or none */
} LikeSegment;

struct LikePattern {
    size_t segment_count; /* one more than there are runs of % */
    LikeSegment *segments;
    bool is_word; /* %word% */
};

/* ---- compiling ---- */

typedef struct LikeCompiler {
    Arena *arena;
    ARRAY(LikeRun) runs;
    ARRAY(LikeSegment) segments;
    char *literal; /* where the next literal byte goes; runs point into this copy */
    size_t character_count;
} LikeCompiler;

static void compiler_add_literal(LikeCompiler *compiler, const char *bytes, size_t size)
{
    LikeRun *last = compiler->runs.count ? &compiler->runs.items[compiler->runs.count - 1] : NULL;
    if (last == NULL || last->bytes == NULL) {
        LikeRun run = {compiler->literal, 0};
        array_add(compiler->arena, &compiler->runs, run);
        last = &compiler->runs.items[compiler->runs.count - 1];
    }
    memcpy(compiler->literal, bytes, size);
    compiler->literal += size;
    last->size += size;
    compiler->character_count++;
}

static void compiler_add_any(LikeCompiler *compiler)
{
    LikeRun *last = compiler->runs.count ? &compiler->runs.items[compiler->runs.count - 1] : NULL;
    if (last && last->bytes == NULL) {
        last->size++;
    } else {
        LikeRun run = {NULL, 1};
        array_add(compiler->arena, &compiler->runs, run);
    }
    compiler->character_count++;
}

static void compiler_end_segment(LikeCompiler *compiler)
{
    LikeSegment segment = {compiler->runs.count, compiler->runs.items, compiler->character_count, false};
    segment.is_literal = segment.run_count == 0 || (segment.run_count == 1 && segment.runs[0].bytes);
    array_add(compiler->arena, &compiler->segments, segment);
    memset(&compiler->runs, 0, sizeof compiler->runs);
    compiler->character_count = 0;
}

LikePattern *like_compile(Arena *arena, StringView pattern, StringView escape)
{
    LikeCompiler compiler = {.arena = arena};
    compiler.literal = arena_allocate(arena, pattern.size + 1);
    for (size_t i = 0; i < pattern.size;) {
        context_pace(i);
        size_t size;
        utf8_decode(pattern.data + i, pattern.size - i, &size);
        StringView character = {pattern.data + i, size};
        if (escape.size && view_equal(character, escape)) {
            i += size;
            if (i == pattern.size)
                return NULL;
            utf8_decode(pattern.data + i, pattern.size - i, &size);
            compiler_add_literal(&compiler, pattern.data + i, size);
        } else if (pattern.data[i] == '%') {
            compiler_end_segment(&compiler);
            while (i + 1 < pattern.size && pattern.data[i + 1] == '%')
                i++;
        } else if (pattern.data[i] == '_') {
            compiler_add_any(&compiler);
        } else {
            compiler_add_literal(&compiler, pattern.data + i, size);
        }
        i += size;
    }
    compiler_end_segment(&compiler);
    LikePattern *compiled = arena_new(arena, LikePattern);
    compiled->segment_count = compiler.segments.count;
    compiled->segments = compiler.segments.items;
    compiled->is_word = compiled->segment_count == 3 && compiled->segments[0].run_count == 0 &&
                        compiled->segments[1].is_literal && compiled->segments[1].run_count == 1 &&
                        compiled->segments[2].run_count == 0;
    return compiled;
}

/* ---- matching ---- */

static size_t character_size(const char *text, size_t size)
{
    unsigned char first = (unsigned char)text[0];
    size_t wanted = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    return wanted <= size ? wanted : size;
}

/* Whether the segment stands at the text's start; then *ret_size is what it takes. */
static bool segment_matches(const LikeSegment *segment, StringView text, size_t *ret_size)
{
    size_t position = 0;
    for (size_t i = 0; i < segment->run_count; i++) {
        context_pace_item(i);
        const LikeRun *run = &segment->runs[i];
        if (run->bytes) {
            const char *at = text.data + position;
            if (text.size - position < run->size || *at != run->bytes[0] || memcmp(at, run->bytes, run->size) != 0)
                return false;
            position += run->size;
            continue;
        }
        for (size_t k = 0; k < run->size; k++) {
            context_pace(k);
            if (position == text.size)
                return false;
            position += character_size(text.data + position, text.size - position);
        }
    }
    *ret_size = position;
    return true;
}

enum { MUCH_WORK = 1 << 19 };

/* The first place where the segment stands; cuts the text behind it. */
static bool segment_find(const LikeSegment *segment, StringView *text)
{
    if (segment->run_count == 0)
        return true;
    const LikeRun *first = &segment->runs[0];
    size_t work = 0; /* characters compared */
    for (; text->size > 0; work += segment->character_count) {
        if (work > MUCH_WORK) {
            context_check(context_entered());
            work = 0;
        }
        if (first->bytes) {
            const char *found = view_find(*text, (StringView){first->bytes, first->size});
            if (found == NULL)
                return false;
            text->size -= (size_t)(found - text->data);
            text->data = found;
        }
        size_t size;
        bool matches = segment_matches(segment, *text, &size);
        if (!matches)
            size = character_size(text->data, text->size);
        text->data += size;
        text->size -= size;
        if (matches)
            return true;
    }
    return false;
}

/* The last so many characters of the text; false when it has fewer. */
static bool text_tail(StringView text, size_t character_count, StringView *ret_tail)
{
    size_t start = text.size;
    for (; character_count > 0; character_count--) {
        if (start == 0)
            return false;
        start--;
        while (start > 0 && ((unsigned char)text.data[start] & 0xC0) == 0x80)
            start--;
    }
    *ret_tail = (StringView){text.data + start, text.size - start};
    return true;
}

static bool segment_ends(const LikeSegment *segment, StringView text)
{
    if (segment->run_count == 0)
        return true;
    if (segment->is_literal) {
        size_t size = segment->runs[0].size;
        return text.size >= size && memcmp(text.data + text.size - size, segment->runs[0].bytes, size) == 0;
    }
    StringView tail;
    size_t size;
    return text_tail(text, segment->character_count, &tail) && segment_matches(segment, tail, &size) &&
           size == tail.size;
}

bool like_matches(const LikePattern *pattern, StringView text)
{
    size_t size;
    if (pattern->is_word) {
        const LikeRun *word = pattern->segments[1].runs;
        return view_find(text, (StringView){word->bytes, word->size}) != NULL;
    }
    if (!segment_matches(&pattern->segments[0], text, &size))
        return false;
    if (pattern->segment_count == 1)
        return size == text.size;
    text.data += size;
    text.size -= size;
    for (size_t i = 1; i + 1 < pattern->segment_count; i++) {
        context_pace(i);
        if (!segment_find(&pattern->segments[i], &text))
            return false;
    }
    return segment_ends(&pattern->segments[pattern->segment_count - 1], text);
}

/* ---- case ---- */

size_t like_fold(StringView text, char *ret_text)
{
    if (view_is_ascii(text)) {
        ascii_change_case(text, /* to_upper= */ false, ret_text);
        return text.size;
    }
    size_t written = 0;
    for (size_t i = 0; i < text.size;) {
        context_pace(i);
        size_t size;
        uint32_t character = utf8_decode(text.data + i, text.size - i, &size);
        written += utf8_encode((uint32_t)utf8proc_tolower((utf8proc_int32_t)character), ret_text + written);
        i += size;
    }
    return written;
}
