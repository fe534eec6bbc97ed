/* expr/function/zone_file.c: reading time zones, and what their clocks show. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "expr/function/zone.h"

#include "base/text.h"
#include "column/datetime.h"

#define ZONE_FOLDER "/usr/share/zoneinfo/"
enum { ZONE_FILE_MAX_SIZE = 1 << 20, SECONDS_PER_DAY = 86400, ZONE_MAX_OFFSET = 26 * 3600 };

/* When the clock is changed each year: month 1 to 12, week 1 to 5 (5: the last), weekday; or a day of the year. */
typedef struct Change {
    enum { CHANGE_WEEKDAY, CHANGE_JULIAN, CHANGE_DAY } kind; /* JULIAN: 1 to 365, February 29 is never counted */
    int32_t month, week, day;
    int32_t time; /* seconds from that day's midnight on the clock so far; may be negative or days long */
} Change;

typedef struct Rule {
    int32_t standard, summer; /* seconds east */
    bool has_summer;
    Change to_summer, to_standard;
} Rule;

struct Zone {
    size_t count; /* of times when the offset changes */
    int64_t *times;
    int32_t *offsets; /* from times[i] on; */
    int32_t first;    /* before times[0] */
    bool has_rule;    /* behind the last time */
    Rule rule;
};

/* ---- POSIX TZ texts: "CET-1CEST,M3.5.0,M10.5.0/3" ---- */

typedef struct Reader {
    StringView rest;
} Reader;

static bool reader_accept(Reader *reader, char c)
{
    if (reader->rest.size == 0 || reader->rest.data[0] != c)
        return false;
    reader->rest.data++;
    reader->rest.size--;
    return true;
}

static bool reader_number(Reader *reader, int32_t maximum, int32_t *ret_number)
{
    size_t digits = 0;
    int32_t number = 0;
    while (reader->rest.size && ascii_is_digit(reader->rest.data[0]) && digits < 4) {
        number = number * 10 + (reader->rest.data[0] - '0');
        reader->rest.data++;
        reader->rest.size--;
        digits++;
    }
    *ret_number = number;
    return digits > 0 && number <= maximum;
}

/* Letters, or anything between < and >. */
static bool reader_name(Reader *reader)
{
    size_t size = 0;
    if (reader_accept(reader, '<')) {
        while (size < reader->rest.size && reader->rest.data[size] != '>')
            size++;
        reader->rest.data += size;
        reader->rest.size -= size;
        return reader_accept(reader, '>');
    }
    while (size < reader->rest.size && ascii_is_alpha(reader->rest.data[size]))
        size++;
    reader->rest.data += size;
    reader->rest.size -= size;
    return size >= 3;
}

/* [+-]hh[:mm[:ss]] */
static bool reader_time(Reader *reader, int32_t maximum_hours, int32_t *ret_seconds)
{
    bool is_negative = reader_accept(reader, '-');
    int32_t hours, minutes = 0, seconds = 0;
    if (!is_negative)
        reader_accept(reader, '+');
    if (!reader_number(reader, maximum_hours, &hours))
        return false;
    if (reader_accept(reader, ':')) {
        if (!reader_number(reader, 59, &minutes))
            return false;
        if (reader_accept(reader, ':') && !reader_number(reader, 59, &seconds))
            return false;
    }
    int32_t total = hours * 3600 + minutes * 60 + seconds;
    *ret_seconds = is_negative ? -total : total;
    return true;
}

static bool reader_change(Reader *reader, Change *ret_change)
{
    *ret_change = (Change){.kind = CHANGE_DAY, .time = 2 * 3600};
    if (reader_accept(reader, 'M')) {
        ret_change->kind = CHANGE_WEEKDAY;
        bool is_good = reader_number(reader, 12, &ret_change->month) && reader_accept(reader, '.') &&
                       reader_number(reader, 5, &ret_change->week) && reader_accept(reader, '.') &&
                       reader_number(reader, 6, &ret_change->day);
        if (!is_good || ret_change->month == 0 || ret_change->week == 0)
            return false;
    } else {
        bool is_julian = reader_accept(reader, 'J');
        ret_change->kind = is_julian ? CHANGE_JULIAN : CHANGE_DAY;
        if (!reader_number(reader, 365, &ret_change->day) || (is_julian && ret_change->day == 0))
            return false;
    }
    return !reader_accept(reader, '/') || reader_time(reader, 167, &ret_change->time);
}

/* `needs_name`: a zone file's; people also write "+03". */
static bool rule_parse(StringView text, bool needs_name, Rule *ret_rule)
{
    Reader reader = {text};
    *ret_rule = (Rule){0};
    bool is_named = text.size && (text.data[0] == '<' || ascii_is_alpha(text.data[0]));
    if ((is_named || needs_name) && !reader_name(&reader))
        return false;
    if (!reader_time(&reader, 24, &ret_rule->standard))
        return false;
    ret_rule->standard = -ret_rule->standard; /* POSIX counts westwards */
    if (reader.rest.size == 0)
        return true;
    ret_rule->has_summer = true;
    ret_rule->summer = ret_rule->standard + 3600;
    if (!is_named || !reader_name(&reader))
        return false;
    if (reader.rest.size && reader.rest.data[0] != ',') {
        if (!reader_time(&reader, 24, &ret_rule->summer))
            return false;
        ret_rule->summer = -ret_rule->summer;
    }
    return reader_accept(&reader, ',') && reader_change(&reader, &ret_rule->to_summer) && reader_accept(&reader, ',') &&
           reader_change(&reader, &ret_rule->to_standard) && reader.rest.size == 0;
}

/* ---- what a rule says ---- */

/* The day of a change, counted from January 1st. */
static int32_t change_day(const Change *change, int32_t year, int32_t new_year)
{
    bool is_leap = calendar_days_in_month(year, 2) == 29;
    if (change->kind == CHANGE_DAY)
        return change->day;
    if (change->kind == CHANGE_JULIAN)
        return change->day - 1 + (is_leap && change->day >= 60);
    int32_t first = 0;
    for (int32_t month = 1; month < change->month; month++)
        first += calendar_days_in_month(year, month);
    int32_t weekday = (int32_t)(((int64_t)new_year + first + 4) % 7); /* 1970-01-01 was a Thursday */
    weekday = weekday < 0 ? weekday + 7 : weekday;
    int32_t day = (change->day - weekday + 7) % 7 + (change->week - 1) * 7;
    while (day >= calendar_days_in_month(year, change->month))
        day -= 7;
    return first + day;
}

/* Of the change in that year, in UTC. */
static int64_t change_time(const Change *change, int32_t year, int32_t offset_before)
{
    int32_t new_year = 0;
    date_from_calendar((CalendarDate){year, 1, 1}, &new_year);
    return ((int64_t)new_year + change_day(change, year, new_year)) * SECONDS_PER_DAY + change->time - offset_before;
}

static int32_t rule_offset(const Rule *rule, int64_t utc)
{
    if (!rule->has_summer)
        return rule->standard;
    int64_t local = utc + rule->standard;
    int64_t day = local / SECONDS_PER_DAY - (local % SECONDS_PER_DAY < 0);
    int32_t year = date_to_calendar((int32_t)day).year;
    int64_t start = change_time(&rule->to_summer, year, rule->standard);
    int64_t end = change_time(&rule->to_standard, year, rule->summer);
    bool is_summer = start < end ? utc >= start && utc < end : utc >= start || utc < end;
    return is_summer ? rule->summer : rule->standard;
}

/* ---- TZif files ---- */

static uint32_t read_u32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static int64_t read_i64(const uint8_t *bytes)
{
    return (int64_t)((uint64_t)read_u32(bytes) << 32 | read_u32(bytes + 4));
}

typedef struct ZoneHeader {
    uint32_t utc_flags, standard_flags, leap_seconds, times, types, name_bytes;
} ZoneHeader;

enum { ZONE_HEADER_SIZE = 44 };

static bool header_read(const uint8_t *bytes, size_t size, ZoneHeader *ret_header)
{
    if (size < ZONE_HEADER_SIZE || memcmp(bytes, "TZif", 4) != 0)
        return false;
    uint32_t counts[6];
    for (int i = 0; i < 6; i++) {
        counts[i] = read_u32(bytes + 20 + 4 * i);
        if (counts[i] > ZONE_FILE_MAX_SIZE)
            return false;
    }
    *ret_header = (ZoneHeader){counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]};
    return true;
}

static size_t header_block_size(const ZoneHeader *header, size_t time_size)
{
    return (size_t)header->times * (time_size + 1) + (size_t)header->types * 6 + header->name_bytes +
           (size_t)header->leap_seconds * (time_size + 4) + header->standard_flags + header->utc_flags;
}

static bool zone_read_block(Arena *arena, const uint8_t *block, const ZoneHeader *header, Zone *zone)
{
    const uint8_t *indexes = block + (size_t)header->times * 8, *types = indexes + header->times;
    if (header->types == 0)
        return false;
    for (uint32_t i = 0; i < header->types; i++) {
        int32_t offset = (int32_t)read_u32(types + (size_t)i * 6);
        if (offset < -ZONE_MAX_OFFSET || offset > ZONE_MAX_OFFSET)
            return false;
    }
    zone->first = (int32_t)read_u32(types);
    zone->count = header->times;
    zone->times = arena_array(arena, int64_t, header->times);
    zone->offsets = arena_array(arena, int32_t, header->times);
    for (uint32_t i = 0; i < header->times; i++) {
        zone->times[i] = read_i64(block + (size_t)i * 8);
        bool is_ordered = i == 0 || zone->times[i] > zone->times[i - 1];
        if (indexes[i] >= header->types || !is_ordered)
            return false;
        zone->offsets[i] = (int32_t)read_u32(types + (size_t)indexes[i] * 6);
    }
    return true;
}

/* The second block, with times of 64 bits, and the rule behind it. */
static bool zone_read(Arena *arena, const uint8_t *bytes, size_t size, Zone *zone)
{
    ZoneHeader header;
    if (!header_read(bytes, size, &header) || bytes[4] < '2')
        return false;
    size_t second = ZONE_HEADER_SIZE + header_block_size(&header, 4);
    if (second > size || !header_read(bytes + second, size - second, &header))
        return false;
    size_t block = second + ZONE_HEADER_SIZE, end = block + header_block_size(&header, 8);
    if (end > size || !zone_read_block(arena, bytes + block, &header, zone))
        return false;
    StringView rule = {(const char *)bytes + end, size - end};
    if (rule.size < 2 || rule.data[0] != '\n')
        return true;
    rule = view_trim(rule);
    zone->has_rule = rule_parse(rule, true, &zone->rule);
    return true;
}

/* Only names of zones: no path that leads elsewhere. */
static bool is_zone_name(StringView name)
{
    if (name.size == 0 || name.size > 100 || !ascii_is_alpha(name.data[0]))
        return false;
    for (size_t i = 0; i < name.size; i++)
        if (!ascii_is_alpha(name.data[i]) && !ascii_is_digit(name.data[i]) && !strchr("/_+-", name.data[i]))
            return false;
    return true;
}

static void descriptor_close(void *descriptor)
{
    close(*(int *)descriptor);
}

static bool zone_open(Arena *arena, StringView name, Zone *zone)
{
    Arena *scratch = arena_new_child(arena);
    const char *path = arena_format(scratch, ZONE_FOLDER "%.*s", VIEW_ARGUMENTS(name));
    int *descriptor = arena_new(scratch, int);
    uint8_t *bytes = arena_allocate(scratch, ZONE_FILE_MAX_SIZE);
    *descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    bool is_read = false;
    if (*descriptor >= 0) {
        arena_own(scratch, descriptor, descriptor_close);
        ssize_t size = read(*descriptor, bytes, ZONE_FILE_MAX_SIZE);
        is_read = size > 0 && zone_read(arena, bytes, (size_t)size, zone);
    }
    arena_free(scratch);
    return is_read;
}

/* ---- names ---- */

/* Names in another case: as files have them, part by part. */
static StringView zone_name_title(Arena *arena, StringView name)
{
    char *title = arena_string_n(arena, name.data, name.size);
    bool is_start = true;
    for (size_t i = 0; i < name.size; i++) {
        char lower = ascii_lower(title[i]);
        title[i] = is_start && lower >= 'a' && lower <= 'z' ? (char)(lower - 'a' + 'A') : lower;
        is_start = !ascii_is_alpha(title[i]);
    }
    return (StringView){title, name.size};
}

static StringView zone_name_upper(Arena *arena, StringView name)
{
    char *upper = arena_string_n(arena, name.data, name.size);
    for (size_t i = 0; i < name.size; i++)
        if (upper[i] >= 'a' && upper[i] <= 'z')
            upper[i] = (char)(upper[i] - 'a' + 'A');
    return (StringView){upper, name.size};
}

static bool zone_load(Arena *arena, StringView name, Zone *zone)
{
    if (zone_abbreviation(name, &zone->first))
        return true;
    if (is_zone_name(name) && (zone_open(arena, name, zone) || zone_open(arena, zone_name_title(arena, name), zone) ||
                               zone_open(arena, zone_name_upper(arena, name), zone)))
        return true;
    *zone = (Zone){.has_rule = rule_parse(name, false, &zone->rule), .rule = zone->rule};
    zone->first = zone->rule.standard;
    return zone->has_rule;
}

void *zone_cache_prepare(Arena *arena, const Expr *call)
{
    (void)call;
    ZoneCache *cache = arena_new(arena, ZoneCache);
    cache->arena = arena;
    cache->zones = map_in(arena);
    return cache;
}

const Zone *zone_find(ZoneCache *cache, StringView name)
{
    Zone *zone = map_get(&cache->zones, name);
    if (zone)
        return zone;
    zone = arena_new(cache->arena, Zone);
    if (!zone_load(cache->arena, name, zone))
        return NULL;
    map_set(&cache->zones, name, zone);
    return zone;
}

/* ---- clocks ---- */

int32_t zone_offset(const Zone *zone, int64_t utc)
{
    size_t low = 0, high = zone->count; /* the first time that is later than utc */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->times[middle] <= utc)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->count && zone->has_rule)
        return rule_offset(&zone->rule, utc);
    return low == 0 ? zone->first : zone->offsets[low - 1];
}

static int64_t floor_seconds(int64_t microseconds)
{
    return microseconds / MICROSECONDS_PER_SECOND - (microseconds % MICROSECONDS_PER_SECOND < 0);
}

bool zone_to_local(const Zone *zone, int64_t utc, int64_t *ret_local)
{
    return !__builtin_add_overflow(utc, zone_offset(zone, floor_seconds(utc)) * MICROSECONDS_PER_SECOND, ret_local);
}

bool zone_to_utc(const Zone *zone, int64_t local, int64_t *ret_utc)
{
    int64_t seconds = floor_seconds(local);
    int32_t before = zone_offset(zone, seconds - SECONDS_PER_DAY), after = zone_offset(zone, seconds + SECONDS_PER_DAY);
    bool is_after = zone_offset(zone, seconds - after) == after;
    int32_t offset = is_after ? after : before;
    return !__builtin_sub_overflow(local, offset * MICROSECONDS_PER_SECOND, ret_utc);
}
