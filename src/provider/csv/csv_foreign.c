/* provider/csv/csv_foreign.c: files that are no CSV, by what they begin with. */
#include "provider/csv/csv_foreign.h"

#include <string.h>

#include "base/error.h"
#include "column/compression.h"

/* ---- binary files ---- */

static const struct {
    const char *start;
    size_t size;
    const char *what, *hint;
} binary_kinds[] = {
#define START(text) text, sizeof text - 1
    {START("PAR1"), "a Parquet file", "quern does not read Parquet: have it written as CSV or Arrow"},
    {START("PK\3\4"), "a ZIP archive, as .xlsx and .ods files are", "unpack it, or save the sheet as CSV"},
    {START("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "a file of Microsoft Office", "save the sheet as CSV"},
    {START("SQLite format 3\0"), "a SQLite database", "ATTACH it, then name a table of it"},
    {START("ARROW1\0\0"), "an Arrow file", "CREATE EXTERNAL TABLE … STORED AS ARROW reads it"},
#undef START
};

static bool starts_with(StringView view, const char *start, size_t size)
{
    return view.size >= size && memcmp(view.data, start, size) == 0;
}

/* Text has no NUL, and may begin with any of these letters. */
static void binary_refuse(const char *path, StringView head)
{
    if (head.size == 0 || memchr(head.data, '\0', head.size) == NULL)
        return;
    for (size_t i = 0; i < sizeof binary_kinds / sizeof *binary_kinds; i++)
        if (starts_with(head, binary_kinds[i].start, binary_kinds[i].size))
            error_raise_hint(ERROR_BAD_DATA, NO_POSITION, binary_kinds[i].hint, "%s: is %s, not CSV", path,
                             binary_kinds[i].what);
}

/* ---- JSON ---- */

static StringView behind_blanks(StringView view)
{
    while (view.size > 0 && ascii_is_space(*view.data))
        view.data++, view.size--;
    return view;
}

/* Takes one byte, which is `byte`, and the blanks behind it. */
static bool byte_take(StringView *view, char byte)
{
    if (view->size == 0 || *view->data != byte)
        return false;
    *view = behind_blanks((StringView){view->data + 1, view->size - 1});
    return true;
}

/* {"name": or [{"name": */
static bool starts_object(StringView text)
{
    byte_take(&text, '[');
    if (!byte_take(&text, '{') || text.size == 0 || *text.data != '"')
        return false;
    size_t end = 1;
    while (end < text.size && text.data[end] != '"')
        end += text.data[end] == '\\' ? 2 : 1;
    if (end >= text.size)
        return false;
    text = (StringView){text.data + end, text.size - end};
    return byte_take(&text, '"') && byte_take(&text, ':');
}

static bool path_is_json(const char *path)
{
    static const char *const endings[] = {".json", ".jsonl", ".ndjson", ".geojson"};
    StringView stem;
    compression_of_path(view_of(path), &stem);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        StringView ending = view_of(endings[i]);
        if (stem.size > ending.size &&
            view_equal_ignoring_case((StringView){stem.data + stem.size - ending.size, ending.size}, ending))
            return true;
    }
    return false;
}

static void json_refuse(const char *path, const CsvOptions *options, StringView head)
{
    if (options->has_delimiter || options->has_quote != CSV_CHOICE_AUTO || options->has_header != CSV_CHOICE_AUTO ||
        options->is_lenient)
        return;
    StringView text = behind_blanks(head);
    bool begins_so = text.size > 0 && (*text.data == '{' || *text.data == '[');
    if (starts_object(text) || (begins_so && path_is_json(path)))
        error_raise_hint(ERROR_BAD_DATA, NO_POSITION,
                         "with OPTIONS (delimiter 'tab', quote '', header 'false') each line is a row, for ->> to look "
                         "into; jq makes CSV of JSON",
                         "%s: is JSON, not CSV", path);
}

void csv_foreign_refuse(const char *path, const CsvOptions *options, StringView head)
{
    binary_refuse(path, head);
    if (starts_with(head, "\xEF\xBB\xBF", 3))
        head = (StringView){head.data + 3, head.size - 3};
    json_refuse(path, options, head);
}
