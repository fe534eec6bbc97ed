/* provider/csv/csv_options.c: the options of CREATE EXTERNAL TABLE … STORED AS CSV, in one list.
 *
 * Names are also taken with DataFusion's prefix "format.", so that its statements work as they are. */
#include "provider/csv/csv_options.h"

#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "expr/date_pattern.h"
#include "provider/csv/csv_decode.h"

typedef struct OptionReader {
    Arena *arena;
    Text *others; /* CsvOptions.others, growing */
    const FormatOption *option;
    CsvOptions *options;
} OptionReader;

static _Noreturn void option_raise(const OptionReader *reader, const char *expected)
{
    error_raise(ERROR_INVALID_PARAMETER, reader->option->position, "option %.*s is '%.*s' where %s is expected",
                VIEW_ARGUMENTS(reader->option->name), VIEW_ARGUMENTS(reader->option->value), expected);
}

static bool value_is(const OptionReader *reader, const char *word)
{
    return view_equal_ignoring_case(reader->option->value, view_of(word));
}

static bool option_boolean(const OptionReader *reader)
{
    if (value_is(reader, "true") || value_is(reader, "on") || value_is(reader, "yes") || value_is(reader, "1"))
        return true;
    if (value_is(reader, "false") || value_is(reader, "off") || value_is(reader, "no") || value_is(reader, "0"))
        return false;
    option_raise(reader, "true or false");
}

/* One byte; "\t" and "tab" are a tab. */
static char option_byte(const OptionReader *reader)
{
    StringView value = reader->option->value;
    if (value_is(reader, "\\t") || value_is(reader, "tab"))
        return '\t';
    if (value.size != 1 || value.data[0] == '\n' || value.data[0] == '\r' || value.data[0] == '\0')
        option_raise(reader, "one byte that is no line end");
    return value.data[0];
}

static void read_header(OptionReader *reader)
{
    if (value_is(reader, "auto"))
        reader->options->has_header = CSV_CHOICE_AUTO;
    else
        reader->options->has_header = option_boolean(reader) ? CSV_CHOICE_YES : CSV_CHOICE_NO;
}

static void read_delimiter(OptionReader *reader)
{
    reader->options->delimiter = option_byte(reader);
    reader->options->has_delimiter = true;
}

static void read_quote(OptionReader *reader)
{
    if (reader->option->value.size == 0) {
        reader->options->has_quote = CSV_CHOICE_NO;
        return;
    }
    reader->options->quote = option_byte(reader);
    reader->options->has_quote = CSV_CHOICE_YES;
}

static void read_escape(OptionReader *reader)
{
    reader->options->escape = option_byte(reader);
    reader->options->has_escape = true;
}

static void read_comment(OptionReader *reader)
{
    reader->options->has_comment = reader->option->value.size > 0;
    if (reader->options->has_comment)
        reader->options->comment = option_byte(reader);
}

static void read_quotes(OptionReader *reader)
{
    if (!value_is(reader, "lenient") && !value_is(reader, "strict"))
        option_raise(reader, "'strict' or 'lenient'");
    reader->options->is_lenient = value_is(reader, "lenient");
    reader->options->is_strict = !reader->options->is_lenient;
}

/* Words between `separator`s; a lone one may hold anything but it. */
static size_t words_split(Arena *arena, StringView text, char separator, StringView **ret_words)
{
    ARRAY(StringView) words = {0};
    while (true) {
        const char *found = text.size ? memchr(text.data, separator, text.size) : NULL;
        size_t size = found ? (size_t)(found - text.data) : text.size;
        StringView word = arena_view(arena, (StringView){text.data, size});
        array_add(arena, &words, word);
        if (found == NULL)
            break;
        text.data += size + 1, text.size -= size + 1;
    }
    *ret_words = words.items;
    return words.count;
}

static void read_null(OptionReader *reader)
{
    StringView words = arena_view(reader->arena, reader->option->value);
    reader->options->null_word_count = words_split(reader->arena, words, ',', &reader->options->null_words);
}

/* "a BIGINT, b DECIMAL(10,2)", "a=BIGINT" or "BIGINT, VARCHAR". */
static void read_types(OptionReader *reader)
{
    StringView text = arena_view(reader->arena, reader->option->value);
    ARRAY(CsvTypeOption) types = {0};
    size_t start = 0, depth = 0;
    for (size_t i = 0; i <= text.size; i++) {
        char byte = i < text.size ? text.data[i] : ',';
        depth += byte == '(';
        depth -= byte == ')' && depth > 0;
        if (byte != ',' || (depth > 0 && i < text.size))
            continue;
        StringView item = view_trim((StringView){text.data + start, i - start});
        start = i + 1;
        CsvTypeOption type = {0};
        if (!type_parse_text(item, &type.type)) {
            size_t split = 0;
            while (split < item.size && item.data[split] != '=' && item.data[split] != ' ' && item.data[split] != ':')
                split++;
            type.name = (StringView){item.data, split};
            StringView rest = {item.data + split, item.size - split};
            rest = view_trim(rest);
            if (rest.size && (rest.data[0] == '=' || rest.data[0] == ':'))
                rest = view_trim((StringView){rest.data + 1, rest.size - 1});
            if (!type_parse_text(rest, &type.type))
                option_raise(reader, "a list of columns and types, such as 'id BIGINT, code VARCHAR',");
        }
        array_add(reader->arena, &types, type);
    }
    reader->options->types = types.items;
    reader->options->type_count = types.count;
}

static void read_all_text(OptionReader *reader)
{
    reader->options->is_all_text = option_boolean(reader);
}

static void read_skip(OptionReader *reader)
{
    StringView value = reader->option->value;
    size_t number = 0;
    for (size_t i = 0; i < value.size; i++) {
        if (!ascii_is_digit(value.data[i]) || number > SIZE_MAX / 10 - 10)
            option_raise(reader, "a number of lines");
        number = number * 10 + (size_t)(value.data[i] - '0');
    }
    if (value.size == 0)
        option_raise(reader, "a number of lines");
    reader->options->skip = number;
    reader->options->has_skip = true;
}

static void read_encoding(OptionReader *reader)
{
    reader->options->encoding = NULL;
    if (value_is(reader, "auto") || value_is(reader, "utf-8") || value_is(reader, "utf8"))
        return;
    StringView value = reader->option->value;
    const char *name = arena_string_n(reader->arena, value.data, value.size);
    if (value.size == 0 || memchr(name, '/', value.size) ||
        !csv_encoding_is_known(name)) /* "//" begins iconv's flags */
        option_raise(reader, "an encoding, such as 'utf-8', 'latin1', 'windows-1252' or 'utf-16',");
    reader->options->encoding = name;
}

static void read_decimal(OptionReader *reader)
{
    if (!value_is(reader, ".") && !value_is(reader, ","))
        option_raise(reader, "'.' or ','");
    reader->options->style.decimal = reader->option->value.data[0];
}

static void read_thousands(OptionReader *reader)
{
    StringView value = reader->option->value;
    if (value.size > 1 || (value.size == 1 && strchr(".,' _", value.data[0]) == NULL))
        option_raise(reader, "one of . , ' _ and a blank, or nothing,");
    reader->options->style.thousands = value.size ? value.data[0] : '\0';
}

static const DatePattern *option_pattern(const OptionReader *reader)
{
    StringView value = reader->option->value;
    const DatePattern *pattern = NULL;
    if (value.size > 0 && memchr(value.data, '%', value.size) != NULL)
        pattern = date_pattern_new(reader->arena, value);
    if (pattern == NULL)
        option_raise(reader, "a pattern such as '%d/%m/%Y'");
    return pattern;
}

static void read_date_format(OptionReader *reader)
{
    reader->options->style.date_format = option_pattern(reader);
}

static void read_timestamp_format(OptionReader *reader)
{
    reader->options->style.timestamp_format = option_pattern(reader);
}

static void read_on_error(OptionReader *reader)
{
    if (value_is(reader, "fail"))
        reader->options->on_error = CSV_ERROR_FAIL;
    else if (value_is(reader, "null"))
        reader->options->on_error = CSV_ERROR_NULL;
    else if (value_is(reader, "reject"))
        reader->options->on_error = CSV_ERROR_REJECT;
    else
        option_raise(reader, "'fail', 'null' or 'reject'");
}

static void read_ignore_errors(OptionReader *reader)
{
    reader->options->on_error = option_boolean(reader) ? CSV_ERROR_REJECT : CSV_ERROR_FAIL;
}

static void read_strict_mode(OptionReader *reader)
{
    reader->options->is_strict = option_boolean(reader);
    reader->options->is_lenient = !reader->options->is_strict;
}

static void read_backslashes(OptionReader *reader)
{
    reader->options->has_backslashes = option_boolean(reader);
}

/* What other engines need to be told, and this reader does not: how much to look at, how much to read at once. */
static void read_nothing(OptionReader *reader)
{
    (void)reader;
}

static void read_ragged(OptionReader *reader)
{
    if (!value_is(reader, "fail") && !value_is(reader, "null"))
        option_raise(reader, "'fail' or 'null'");
    reader->options->pads_rows = value_is(reader, "null");
}

static void read_null_padding(OptionReader *reader)
{
    reader->options->pads_rows = option_boolean(reader);
}

/* X(name, function) */
#define CSV_OPTIONS(X)                                                                                                 \
    X(header, read_header) /* true, false, auto */                                                                     \
    X(has_header, read_header)                                                                                         \
    X(delimiter, read_delimiter) /* one byte */                                                                        \
    X(delim, read_delimiter)                                                                                           \
    X(sep, read_delimiter)                                                                                             \
    X(quote, read_quote)     /* one byte; empty: no quotes */                                                          \
    X(escape, read_escape)   /* one byte, before a quote within quotes */                                              \
    X(comment, read_comment) /* one byte that begins lines to skip */                                                  \
    X(quotes, read_quotes)   /* strict, lenient */                                                                     \
    X(null, read_null)       /* words that are NULL, with commas between */                                            \
    X(nullstr, read_null)                                                                                              \
    X(null_value, read_null)                                                                                           \
    X(types, read_types) /* "a BIGINT, b VARCHAR" */                                                                   \
    X(dtypes, read_types)                                                                                              \
    X(column_types, read_types)                                                                                        \
    X(all_text, read_all_text) /* true: every column is VARCHAR */                                                     \
    X(all_varchar, read_all_text)                                                                                      \
    X(decimal, read_decimal) /* . or , before fractions */                                                             \
    X(decimal_separator, read_decimal)                                                                                 \
    X(thousands, read_thousands)     /* one byte between groups of three digits */                                     \
    X(date_format, read_date_format) /* "%d/%m/%Y" */                                                                  \
    X(dateformat, read_date_format)                                                                                    \
    X(timestamp_format, read_timestamp_format)                                                                         \
    X(timestampformat, read_timestamp_format)                                                                          \
    X(skip, read_skip)                   /* lines before the header */                                                 \
    X(encoding, read_encoding)           /* utf-8, latin1, windows-1252, utf-16, what else iconv knows */              \
    X(on_error, read_on_error)           /* fail, null, reject */                                                      \
    X(ragged, read_ragged)               /* fail, null */                                                              \
    X(null_padding, read_null_padding)   /* true: as ragged 'null' */                                                  \
    X(backslashes, read_backslashes)     /* true: in unquoted fields, as in PostgreSQL's text format */                \
    X(ignore_errors, read_ignore_errors) /* true: as on_error 'reject' */                                              \
    X(strict_mode, read_strict_mode)     /* false: as quotes 'lenient' */                                              \
    X(auto_detect, read_nothing)                                                                                       \
    X(sample_size, read_nothing)                                                                                       \
    X(buffer_size, read_nothing)                                                                                       \
    X(max_line_size, read_nothing)                                                                                     \
    X(parallel, read_nothing)

static const struct {
    const char *name;
    void (*read)(OptionReader *reader);
} readers[] = {
#define OPTION_ENTRY(name, function) {#name, function},
    CSV_OPTIONS(OPTION_ENTRY)
#undef OPTION_ENTRY
};

static _Noreturn void option_raise_unknown(Arena *arena, const FormatOption *option, StringView name)
{
    Map names = map_in(arena);
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        map_set(&names, view_of(readers[i].name), (void *)readers[i].name);
    StringView nearest = map_nearest(&names, name);
    const char *hint =
        nearest.size
            ? arena_format(arena, "did you mean %.*s?", VIEW_ARGUMENTS(nearest))
            : "there are header, delimiter, quote, escape, comment, quotes, null, types, "
              "all_text, backslashes, decimal, thousands, date_format, timestamp_format, skip, encoding, on_error "
              "and ragged";
    error_raise_hint(ERROR_INVALID_PARAMETER, option->position, hint, "a CSV table has no option %.*s",
                     VIEW_ARGUMENTS(option->name));
}

/* Options that a definition of the table says otherwise. */
static bool is_told_by_shape(void (*read)(OptionReader *reader))
{
    return read == read_header || read == read_delimiter || read == read_quote || read == read_escape ||
           read == read_types || read == read_all_text;
}

static void option_note(OptionReader *reader, const char *name)
{
    StringView value = reader->option->value;
    text_add_format(reader->others, ", %s '", name);
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] == '\'')
            text_add_char(reader->others, '\'');
        text_add_char(reader->others, value.data[i]);
    }
    text_add_char(reader->others, '\'');
}

static void option_read(OptionReader *reader)
{
    static const char prefix[] = "format.";
    StringView name = reader->option->name;
    size_t prefix_size = sizeof prefix - 1;
    if (name.size > prefix_size && view_equal_ignoring_case((StringView){name.data, prefix_size}, view_of(prefix)))
        name = (StringView){name.data + prefix_size, name.size - prefix_size};
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        if (view_equal_ignoring_case(name, view_of(readers[i].name))) {
            readers[i].read(reader);
            if (!is_told_by_shape(readers[i].read))
                option_note(reader, readers[i].name);
            return;
        }
    }
    option_raise_unknown(reader->arena, reader->option, name);
}

CsvOptions *csv_options_read(Arena *arena, const FormatArgs *args)
{
    CsvOptions *options = arena_new(arena, CsvOptions);
    options->style.decimal = '.';
    if (args->columns)
        options->columns = schema_copy(arena, args->columns);
    Text others = text_in(arena);
    for (size_t i = 0; i < args->option_count; i++)
        option_read(
            &(OptionReader){.arena = arena, .others = &others, .option = &args->options[i], .options = options});
    options->others = text_string(&others);
    Position position = args->position;
    if (options->has_delimiter && options->has_quote == CSV_CHOICE_YES && options->delimiter == options->quote)
        error_raise(ERROR_INVALID_PARAMETER, position, "delimiter and quote are the same byte");
    if (options->has_comment && ((options->has_delimiter && options->comment == options->delimiter) ||
                                 (options->has_quote == CSV_CHOICE_YES && options->comment == options->quote)))
        error_raise(ERROR_INVALID_PARAMETER, position, "comment is the same byte as delimiter or quote");
    CsvStyle *style = &options->style;
    if (style->thousands == style->decimal)
        error_raise(ERROR_INVALID_PARAMETER, position, "decimal and thousands are the same byte");
    style->is_plain = style->decimal == '.' && style->thousands == '\0' && style->date_format == NULL &&
                      style->timestamp_format == NULL;
    return options;
}
