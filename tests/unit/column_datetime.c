/* The calendar, dates, times and intervals. Every expected text was asked of PostgreSQL 15. */
#include "test.h"

#include "column/datetime.h"

typedef struct Reading {
    const char *text, *unit;
    const char *shown; /* or INVALID, or RANGE */
} Reading;

typedef struct PartCase {
    const char *part, *value;
    const char *result; /* NULL: there is none */
} PartCase;

static const Reading intervals[] = {
    {"1 year 2 months 3 days 04:05:06.7", "", "1 year 2 mons 3 days 04:05:06.7"},
    {"1-2", "", "1 year 2 mons"},
    {"-1-2", "", "-1 years -2 mons"},
    {"P1Y2M3DT4H5M6S", "", "1 year 2 mons 3 days 04:05:06"},
    {"P1Y2M3DT4H5M6.7S", "", "1 year 2 mons 3 days 04:05:06.7"},
    {"P0001-02-03T04:05:06", "", "1 year 2 mons 3 days 04:05:06"},
    {"PT-5M", "", "-00:05:00"},
    {"P-1D", "", "-1 days"},
    {"P1.5D", "", "1 day 12:00:00"},
    {"P1W", "", "7 days"},
    {"90 minutes", "", "01:30:00"},
    {"1.5 days", "", "1 day 12:00:00"},
    {"1.5 months", "", "1 mon 15 days"},
    {"1.7 months", "", "1 mon 21 days"},
    {"1.5 years", "", "1 year 6 mons"},
    {"1.25 years", "", "1 year 3 mons"},
    {"3 days ago", "", "-3 days"},
    {"1 day -2 hours ago", "", "-1 days +02:00:00"},
    {"@ 1 minute ago", "", "-00:01:00"},
    {"1", "", "00:00:01"},
    {"1.5", "", "00:00:01.5"},
    {"-1.5", "", "-00:00:01.5"},
    {"1:2", "", "01:02:00"},
    {"1:2:3", "", "01:02:03"},
    {"-1:2:3", "", "-01:02:03"},
    {"1 2:3:4", "", "1 day 02:03:04"},
    {"-1 2:3:4", "", "-1 days +02:03:04"},
    {"3 4", "", "INVALID"},
    {"1 day 5", "", "1 day 00:00:05"},
    {"1h", "", "01:00:00"},
    {"5m", "", "00:05:00"},
    {"1y2mon", "", "1 year 2 mons"},
    {"1 century", "", "100 years"},
    {"1.5 weeks", "", "10 days 12:00:00"},
    {"2 decades", "", "20 years"},
    {"1 millennium", "", "1000 years"},
    {"1 us", "", "00:00:00.000001"},
    {"1 ms 5 us", "", "00:00:00.001005"},
    {"1.5 ms", "", "00:00:00.0015"},
    {"1 month 1 month", "", "INVALID"},
    {"", "", "INVALID"},
    {" ", "", "INVALID"},
    {"abc", "", "INVALID"},
    {"1 foo", "", "INVALID"},
    {"day", "", "INVALID"},
    {"1 day day", "", "1 day"},
    {"1e3 days", "", "INVALID"},
    {"1e3 sec", "", "INVALID"},
    {"2147483647 months", "", "178956970 years 7 mons"},
    {"2147483648 months", "", "RANGE"},
    {"200000000 years", "", "RANGE"},
    {"106751991 days", "", "106751991 days"},
    {"2562047788:00:54.775807", "", "2562047788:00:54.775807"},
    {"9223372036854.775807 sec", "", "2562047788:00:54.775807"},
    {"99999999999 days", "", "RANGE"},
    {"04:05:06.7890129", "", "04:05:06.789013"},
    {"1 day 1:60", "", "RANGE"},
    {"1:59.5", "", "00:01:59.5"},
    {"-0:00:01", "", "-00:00:01"},
    {"+1 day", "", "1 day"},
    {"- 1 day", "", "-1 days"},
    {"1 -1", "", "INVALID"},
    {"1 year -1", "", "1 year -00:00:01"},
    {"25:00", "", "25:00:00"},
    {"1,5 days", "", "INVALID"},
    {"1 day, 2 hours", "", "1 day 02:00:00"},
    {"P", "", "INVALID"},
    {"P1YT", "", "1 year"},
    {"P1S", "", "INVALID"},
    {"p1y", "", "INVALID"},
    {"1 days 1.5 hours", "", "1 day 01:30:00"},
    {"0.1 months", "", "3 days"},
    {"1.123456789 sec", "", "00:00:01.123457"},
    {"-1.5 months", "", "-1 mons -15 days"},
    {"infinity", "", "INVALID"},
    {"1 day 01:02:03 ago", "", "-1 days -01:02:03"},
    {"1-2 3 4:05:06", "", "1 year 2 mons 3 days 04:05:06"},
    {"1-13", "", "RANGE"},
    {"1 mons", "", "1 mon"},
    {"1 mins", "", "00:01:00"},
    {"1 hrs", "", "01:00:00"},
    {"1 secs", "", "00:00:01"},
    {"1 msec", "", "00:00:00.001"},
    {"1 usec", "", "00:00:00.000001"},
    {"2y 3mon 4d 5h 6m 7s", "", "2 years 3 mons 4 days 05:06:07"},
    {"1 d", "", "1 day"},
    {"1 w", "", "7 days"},
    {"1 c", "", "100 years"},
    {"1 h", "", "01:00:00"},
    {"1 mil", "", "1000 years"},
    {"1 M", "", "00:01:00"},
    {"1 dec", "", "10 years"},
    {"1 microsecond", "", "00:00:00.000001"},
    {"1 milliseconds", "", "00:00:00.001"},
    {".5 day", "", "12:00:00"},
    {"5. days", "", "5 days"},
    {"1 day 12", "", "1 day 00:00:12"},
    {"12:30 1 day", "", "1 day 12:30:00"},
    {"5 1 day", "", "INVALID"},
    {"5", "YEAR", "5 years"},
    {"5", "MONTH", "5 mons"},
    {"5", "DAY", "5 days"},
    {"5", "HOUR", "05:00:00"},
    {"5", "MINUTE", "00:05:00"},
    {"5", "SECOND", "00:00:05"},
    {"1-2", "YEAR TO MONTH", "1 year 2 mons"},
    {"1 02:03", "DAY TO MINUTE", "1 day 02:03:00"},
    {"1:30", "MINUTE TO SECOND", "00:01:30"},
    {"1.5", "DAY", "1 day"},
    {"1.9", "MONTH", "1 mon"},
    {"1 year 2 months 3 days", "MONTH", "1 year 2 mons"},
    {"1 2", "HOUR", "1 day 02:00:00"},
    {"1 day 25 hours", "DAY", "1 day"},
    {"2:3", "HOUR TO MINUTE", "02:03:00"},
    {"5 days", "HOUR", "5 days"},
    {"-5", "DAY", "-5 days"},
    {"1:2", "MINUTE", "01:02:00"},
    {"1.2345678", "SECOND", "00:00:01.234568"},
    {"1 02", "MINUTE", "INVALID"},
};

static const Reading dates[] = {
    {"2024-01-31", "", "2024-01-31"},
    {"2024-1-5", "", "2024-01-05"},
    {"2024-02-30", "", "RANGE"},
    {"20240131", "", "2024-01-31"},
    {"2024-01-05 00:00:00", "", "2024-01-05"},
    {"2024-01-05 10:00", "", "2024-01-05"},
    {"0001-01-01", "", "0001-01-01"},
    {"0000-01-01", "", "RANGE"},
    {"0001-01-01 BC", "", "0001-01-01 BC"},
    {"4713-01-01 BC", "", "4713-01-01 BC"},
    {"4714-11-24 BC", "", "4714-11-24 BC"},
    {"4714-11-23 BC", "", "RANGE"},
    {"5874897-12-31", "", "5874897-12-31"},
    {"5874898-01-01", "", "RANGE"},
    {"24-01-01", "", "RANGE"},
    {"2024-13-01", "", "RANGE"},
    {"2024/01/05", "", "2024-01-05"},
    {" 2024-01-31 ", "", "2024-01-31"},
    {"2024-01-31T00:00:00Z", "", "2024-01-31"},
    {"2024-01-31x", "", "INVALID"},
    {"10000-01-01", "", "10000-01-01"},
    {"200-01-01", "", "0200-01-01"},
    {"2024-01-05 25:00:00", "", "RANGE"},
    {"2024-01-05 junk", "", "INVALID"},
    {"2024-1", "", "INVALID"},
    {"2024", "", "INVALID"},
    {"", "", "INVALID"},
    {"2024-01-05 24:00:00", "", "2024-01-05"},
    {"02024-01-05", "", "2024-01-05"},
    {"2024-01-31 bc", "", "2024-01-31 BC"},
    {"2024-01-05BC", "", "2024-01-05 BC"},
    {"0005-02-29 BC", "", "0005-02-29 BC"},
    {"0004-02-29 BC", "", "RANGE"},
    {"2024-01-00", "", "RANGE"},
    {"2024-00-01", "", "RANGE"},
    {"2023-02-29", "", "RANGE"},
    {"1900-02-29", "", "RANGE"},
    {"2000-02-29", "", "2000-02-29"},
};

static const Reading times[] = {
    {"10:20:30", "", "10:20:30"},
    {"10:20", "", "10:20:00"},
    {"10:20:30.1234567", "", "10:20:30.123457"},
    {"10:20:30.1234565", "", "10:20:30.123456"},
    {"10:20:30.1234575", "", "10:20:30.123458"},
    {"24:00:00", "", "24:00:00"},
    {"24:00:01", "", "RANGE"},
    {"23:59:60", "", "24:00:00"},
    {"23:59:60.5", "", "RANGE"},
    {"23:60:00", "", "RANGE"},
    {"10:20:60", "", "10:21:00"},
    {"10:20:61", "", "RANGE"},
    {"10", "", "INVALID"},
    {"102030", "", "10:20:30"},
    {"1020", "", "10:20:00"},
    {"10:20:30 PM", "", "22:20:30"},
    {"10:20 am", "", "10:20:00"},
    {"12:00 am", "", "00:00:00"},
    {"12:30 pm", "", "12:30:00"},
    {"13:00 pm", "", "RANGE"},
    {"1:2:3", "", "01:02:03"},
    {"10:20:30Z", "", "10:20:30"},
    {"10:20:30+02", "", "10:20:30"},
    {"T10:20", "", "10:20:00"},
    {"10:20:30.", "", "10:20:30"},
    {"-1:00", "", "INVALID"},
    {"10:20:30.9999999", "", "10:20:31"},
    {"23:59:59.9999999", "", "24:00:00"},
    {"2024-01-05 10:20:30", "", "10:20:30"},
    {"", "", "INVALID"},
    {"10:20:30 ", "", "10:20:30"},
    {"10:5", "", "10:05:00"},
    {"10:20:3.5", "", "10:20:03.5"},
    {"04:05:06.789 PM", "", "16:05:06.789"},
    {"10:20:30 junk", "", "INVALID"},
    {"2024-01-05", "", "INVALID"},
};

static const Reading timestamps[] = {
    {"2024-01-31", "", "2024-01-31 00:00:00"},
    {"2024-01-31 10:20", "", "2024-01-31 10:20:00"},
    {"2024-01-31T10:20:30.5", "", "2024-01-31 10:20:30.5"},
    {"2024-01-31t10:20:30", "", "2024-01-31 10:20:30"},
    {"2024-01-31 10:20:30+02", "", "2024-01-31 10:20:30"},
    {"2024-01-31 10:20:30Z", "", "2024-01-31 10:20:30"},
    {"2024-01-31 10:20:30 +02:30", "", "2024-01-31 10:20:30"},
    {"2024-01-31 24:00:00", "", "2024-02-01 00:00:00"},
    {"2024-01-31 10", "", "INVALID"},
    {"2024-01-31 10:20:30.9999995", "", "2024-01-31 10:20:31"},
    {"2024-01-31 23:59:60", "", "2024-02-01 00:00:00"},
    {"294246-12-31 23:59:59.999999", "", "294246-12-31 23:59:59.999999"},
    {"294277-01-01", "", "RANGE"},
    {"4713-01-01 BC", "", "4713-01-01 00:00:00 BC"},
    {"0001-01-01 10:00 BC", "", "0001-01-01 10:00:00 BC"},
    {"2024-01-31 10:20:30 PM", "", "2024-01-31 22:20:30"},
    {"20240131T102030", "", "2024-01-31 10:20:30"},
    {"20240131 102030", "", "2024-01-31 10:20:30"},
    {"2024-01-31T10", "", "INVALID"},
    {"2024-01-31 10:20:30 UTC", "", "2024-01-31 10:20:30"},
    {"2024-01-31 10:20:30-0330", "", "2024-01-31 10:20:30"},
    {"2024-01-31 10:20:30 BC", "", "2024-01-31 10:20:30 BC"},
    {"2024-01-31T10:20:30.5+00:00", "", "2024-01-31 10:20:30.5"},
    {"2024-01-31  10:20", "", "2024-01-31 10:20:00"},
    {"2024-01-31T 10:20", "", "2024-01-31 10:20:00"},
    {"1969-12-31 23:59:59.9", "", "1969-12-31 23:59:59.9"},
    {"2024-01-31 10:20:30+16:00", "", "RANGE"},
    {"2024-01-31 10:20:30+15:59:59", "", "2024-01-31 10:20:30"},
    {"2024-01-31 10:20:30+2", "", "2024-01-31 10:20:30"},
    {"2024-01-31Z", "", "2024-01-31 00:00:00"},
    {"2024-01-31+02", "", "2024-01-31 00:00:00"},
    {"290000-01-01 BC", "", "RANGE"},
    {"4714-11-24 00:00 BC", "", "4714-11-24 00:00:00 BC"},
    {"10:20", "", "INVALID"},
    {"2024-01-31 10:20:30 GMT", "", "2024-01-31 10:20:30"},
};

static const Reading zoned[] = {
    {"2024-01-31", "", "2024-01-31 00:00:00+00"},
    {"2024-01-31 10:20", "", "2024-01-31 10:20:00+00"},
    {"2024-01-31T10:20:30.5", "", "2024-01-31 10:20:30.5+00"},
    {"2024-01-31t10:20:30", "", "2024-01-31 10:20:30+00"},
    {"2024-01-31 10:20:30+02", "", "2024-01-31 08:20:30+00"},
    {"2024-01-31 10:20:30Z", "", "2024-01-31 10:20:30+00"},
    {"2024-01-31 10:20:30 +02:30", "", "2024-01-31 07:50:30+00"},
    {"2024-01-31 24:00:00", "", "2024-02-01 00:00:00+00"},
    {"2024-01-31 10", "", "INVALID"},
    {"2024-01-31 10:20:30.9999995", "", "2024-01-31 10:20:31+00"},
    {"2024-01-31 23:59:60", "", "2024-02-01 00:00:00+00"},
    {"294246-12-31 23:59:59.999999", "", "294246-12-31 23:59:59.999999+00"},
    {"294277-01-01", "", "RANGE"},
    {"4713-01-01 BC", "", "4713-01-01 00:00:00+00 BC"},
    {"0001-01-01 10:00 BC", "", "0001-01-01 10:00:00+00 BC"},
    {"2024-01-31 10:20:30 PM", "", "2024-01-31 22:20:30+00"},
    {"20240131T102030", "", "2024-01-31 10:20:30+00"},
    {"20240131 102030", "", "2024-01-31 10:20:30+00"},
    {"2024-01-31T10", "", "INVALID"},
    {"2024-01-31 10:20:30 UTC", "", "2024-01-31 10:20:30+00"},
    {"2024-01-31 10:20:30-0330", "", "2024-01-31 13:50:30+00"},
    {"2024-01-31 10:20:30 BC", "", "2024-01-31 10:20:30+00 BC"},
    {"2024-01-31T10:20:30.5+00:00", "", "2024-01-31 10:20:30.5+00"},
    {"2024-01-31  10:20", "", "2024-01-31 10:20:00+00"},
    {"2024-01-31T 10:20", "", "2024-01-31 10:20:00+00"},
    {"1969-12-31 23:59:59.9", "", "1969-12-31 23:59:59.9+00"},
    {"2024-01-31 10:20:30+16:00", "", "RANGE"},
    {"2024-01-31 10:20:30+15:59:59", "", "2024-01-30 18:20:31+00"},
    {"2024-01-31 10:20:30+2", "", "2024-01-31 08:20:30+00"},
    {"2024-01-31Z", "", "2024-01-31 00:00:00+00"},
    {"2024-01-31+02", "", "2024-01-30 22:00:00+00"},
    {"290000-01-01 BC", "", "RANGE"},
    {"4714-11-24 00:00 BC", "", "4714-11-24 00:00:00+00 BC"},
    {"10:20", "", "INVALID"},
    {"2024-01-31 10:20:30 GMT", "", "2024-01-31 10:20:30+00"},
};
static const PartCase timestamp_parts[] = {
    {"microseconds", "2024-02-29 13:14:15.678901", "15678901000000"},
    {"milliseconds", "2024-02-29 13:14:15.678901", "15678901000"},
    {"second", "2024-02-29 13:14:15.678901", "15678901"},
    {"minute", "2024-02-29 13:14:15.678901", "14000000"},
    {"hour", "2024-02-29 13:14:15.678901", "13000000"},
    {"day", "2024-02-29 13:14:15.678901", "29000000"},
    {"week", "2024-02-29 13:14:15.678901", "9000000"},
    {"month", "2024-02-29 13:14:15.678901", "2000000"},
    {"quarter", "2024-02-29 13:14:15.678901", "1000000"},
    {"year", "2024-02-29 13:14:15.678901", "2024000000"},
    {"decade", "2024-02-29 13:14:15.678901", "202000000"},
    {"century", "2024-02-29 13:14:15.678901", "21000000"},
    {"millennium", "2024-02-29 13:14:15.678901", "3000000"},
    {"dow", "2024-02-29 13:14:15.678901", "4000000"},
    {"isodow", "2024-02-29 13:14:15.678901", "4000000"},
    {"doy", "2024-02-29 13:14:15.678901", "60000000"},
    {"isoyear", "2024-02-29 13:14:15.678901", "2024000000"},
    {"julian", "2024-02-29 13:14:15.678901", "2460370551570"},
    {"epoch", "2024-02-29 13:14:15.678901", "1709212455678901"},
    {"microseconds", "1999-12-31 23:59:59.999999", "59999999000000"},
    {"milliseconds", "1999-12-31 23:59:59.999999", "59999999000"},
    {"second", "1999-12-31 23:59:59.999999", "59999999"},
    {"minute", "1999-12-31 23:59:59.999999", "59000000"},
    {"hour", "1999-12-31 23:59:59.999999", "23000000"},
    {"day", "1999-12-31 23:59:59.999999", "31000000"},
    {"week", "1999-12-31 23:59:59.999999", "52000000"},
    {"month", "1999-12-31 23:59:59.999999", "12000000"},
    {"quarter", "1999-12-31 23:59:59.999999", "4000000"},
    {"year", "1999-12-31 23:59:59.999999", "1999000000"},
    {"decade", "1999-12-31 23:59:59.999999", "199000000"},
    {"century", "1999-12-31 23:59:59.999999", "20000000"},
    {"millennium", "1999-12-31 23:59:59.999999", "2000000"},
    {"dow", "1999-12-31 23:59:59.999999", "5000000"},
    {"isodow", "1999-12-31 23:59:59.999999", "5000000"},
    {"doy", "1999-12-31 23:59:59.999999", "365000000"},
    {"isoyear", "1999-12-31 23:59:59.999999", "1999000000"},
    {"julian", "1999-12-31 23:59:59.999999", "2451545000000"},
    {"epoch", "1999-12-31 23:59:59.999999", "946684799999999"},
    {"microseconds", "1970-01-01 00:00:00", "0"},
    {"milliseconds", "1970-01-01 00:00:00", "0"},
    {"second", "1970-01-01 00:00:00", "0"},
    {"minute", "1970-01-01 00:00:00", "0"},
    {"hour", "1970-01-01 00:00:00", "0"},
    {"day", "1970-01-01 00:00:00", "1000000"},
    {"week", "1970-01-01 00:00:00", "1000000"},
    {"month", "1970-01-01 00:00:00", "1000000"},
    {"quarter", "1970-01-01 00:00:00", "1000000"},
    {"year", "1970-01-01 00:00:00", "1970000000"},
    {"decade", "1970-01-01 00:00:00", "197000000"},
    {"century", "1970-01-01 00:00:00", "20000000"},
    {"millennium", "1970-01-01 00:00:00", "2000000"},
    {"dow", "1970-01-01 00:00:00", "4000000"},
    {"isodow", "1970-01-01 00:00:00", "4000000"},
    {"doy", "1970-01-01 00:00:00", "1000000"},
    {"isoyear", "1970-01-01 00:00:00", "1970000000"},
    {"julian", "1970-01-01 00:00:00", "2440588000000"},
    {"epoch", "1970-01-01 00:00:00", "0"},
    {"microseconds", "1969-12-31 23:59:59.5", "59500000000000"},
    {"milliseconds", "1969-12-31 23:59:59.5", "59500000000"},
    {"second", "1969-12-31 23:59:59.5", "59500000"},
    {"minute", "1969-12-31 23:59:59.5", "59000000"},
    {"hour", "1969-12-31 23:59:59.5", "23000000"},
    {"day", "1969-12-31 23:59:59.5", "31000000"},
    {"week", "1969-12-31 23:59:59.5", "1000000"},
    {"month", "1969-12-31 23:59:59.5", "12000000"},
    {"quarter", "1969-12-31 23:59:59.5", "4000000"},
    {"year", "1969-12-31 23:59:59.5", "1969000000"},
    {"decade", "1969-12-31 23:59:59.5", "196000000"},
    {"century", "1969-12-31 23:59:59.5", "20000000"},
    {"millennium", "1969-12-31 23:59:59.5", "2000000"},
    {"dow", "1969-12-31 23:59:59.5", "3000000"},
    {"isodow", "1969-12-31 23:59:59.5", "3000000"},
    {"doy", "1969-12-31 23:59:59.5", "365000000"},
    {"isoyear", "1969-12-31 23:59:59.5", "1970000000"},
    {"julian", "1969-12-31 23:59:59.5", "2440587999994"},
    {"epoch", "1969-12-31 23:59:59.5", "-500000"},
    {"microseconds", "2021-01-03 00:00:00", "0"},
    {"milliseconds", "2021-01-03 00:00:00", "0"},
    {"second", "2021-01-03 00:00:00", "0"},
    {"minute", "2021-01-03 00:00:00", "0"},
    {"hour", "2021-01-03 00:00:00", "0"},
    {"day", "2021-01-03 00:00:00", "3000000"},
    {"week", "2021-01-03 00:00:00", "53000000"},
    {"month", "2021-01-03 00:00:00", "1000000"},
    {"quarter", "2021-01-03 00:00:00", "1000000"},
    {"year", "2021-01-03 00:00:00", "2021000000"},
    {"decade", "2021-01-03 00:00:00", "202000000"},
    {"century", "2021-01-03 00:00:00", "21000000"},
    {"millennium", "2021-01-03 00:00:00", "3000000"},
    {"dow", "2021-01-03 00:00:00", "0"},
    {"isodow", "2021-01-03 00:00:00", "7000000"},
    {"doy", "2021-01-03 00:00:00", "3000000"},
    {"isoyear", "2021-01-03 00:00:00", "2020000000"},
    {"julian", "2021-01-03 00:00:00", "2459218000000"},
    {"epoch", "2021-01-03 00:00:00", "1609632000000000"},
    {"microseconds", "2000-01-01 12:00:00", "0"},
    {"milliseconds", "2000-01-01 12:00:00", "0"},
    {"second", "2000-01-01 12:00:00", "0"},
    {"minute", "2000-01-01 12:00:00", "0"},
    {"hour", "2000-01-01 12:00:00", "12000000"},
    {"day", "2000-01-01 12:00:00", "1000000"},
    {"week", "2000-01-01 12:00:00", "52000000"},
    {"month", "2000-01-01 12:00:00", "1000000"},
    {"quarter", "2000-01-01 12:00:00", "1000000"},
    {"year", "2000-01-01 12:00:00", "2000000000"},
    {"decade", "2000-01-01 12:00:00", "200000000"},
    {"century", "2000-01-01 12:00:00", "20000000"},
    {"millennium", "2000-01-01 12:00:00", "2000000"},
    {"dow", "2000-01-01 12:00:00", "6000000"},
    {"isodow", "2000-01-01 12:00:00", "6000000"},
    {"doy", "2000-01-01 12:00:00", "1000000"},
    {"isoyear", "2000-01-01 12:00:00", "1999000000"},
    {"julian", "2000-01-01 12:00:00", "2451545500000"},
    {"epoch", "2000-01-01 12:00:00", "946728000000000"},
    {"microseconds", "0001-12-31 00:00:00 BC", "0"},
    {"milliseconds", "0001-12-31 00:00:00 BC", "0"},
    {"second", "0001-12-31 00:00:00 BC", "0"},
    {"minute", "0001-12-31 00:00:00 BC", "0"},
    {"hour", "0001-12-31 00:00:00 BC", "0"},
    {"day", "0001-12-31 00:00:00 BC", "31000000"},
    {"week", "0001-12-31 00:00:00 BC", "52000000"},
    {"month", "0001-12-31 00:00:00 BC", "12000000"},
    {"quarter", "0001-12-31 00:00:00 BC", "4000000"},
    {"year", "0001-12-31 00:00:00 BC", "-1000000"},
    {"decade", "0001-12-31 00:00:00 BC", "0"},
    {"century", "0001-12-31 00:00:00 BC", "-1000000"},
    {"millennium", "0001-12-31 00:00:00 BC", "-1000000"},
    {"dow", "0001-12-31 00:00:00 BC", "0"},
    {"isodow", "0001-12-31 00:00:00 BC", "7000000"},
    {"doy", "0001-12-31 00:00:00 BC", "366000000"},
    {"isoyear", "0001-12-31 00:00:00 BC", "-1000000"},
    {"julian", "0001-12-31 00:00:00 BC", "1721425000000"},
    {"epoch", "0001-12-31 00:00:00 BC", "-62135683200000000"},
    {"microseconds", "0044-03-15 11:30:00 BC", "0"},
    {"milliseconds", "0044-03-15 11:30:00 BC", "0"},
    {"second", "0044-03-15 11:30:00 BC", "0"},
    {"minute", "0044-03-15 11:30:00 BC", "30000000"},
    {"hour", "0044-03-15 11:30:00 BC", "11000000"},
    {"day", "0044-03-15 11:30:00 BC", "15000000"},
    {"week", "0044-03-15 11:30:00 BC", "11000000"},
    {"month", "0044-03-15 11:30:00 BC", "3000000"},
    {"quarter", "0044-03-15 11:30:00 BC", "1000000"},
    {"year", "0044-03-15 11:30:00 BC", "-44000000"},
    {"decade", "0044-03-15 11:30:00 BC", "-5000000"},
    {"century", "0044-03-15 11:30:00 BC", "-1000000"},
    {"millennium", "0044-03-15 11:30:00 BC", "-1000000"},
    {"dow", "0044-03-15 11:30:00 BC", "5000000"},
    {"isodow", "0044-03-15 11:30:00 BC", "5000000"},
    {"doy", "0044-03-15 11:30:00 BC", "74000000"},
    {"isoyear", "0044-03-15 11:30:00 BC", "-44000000"},
    {"julian", "0044-03-15 11:30:00 BC", "1705428479167"},
    {"epoch", "0044-03-15 11:30:00 BC", "-63517782600000000"},
};

static const PartCase interval_parts[] = {
    {"microseconds", "14 months 3 days 04:05:06.7", "6700000000000"},
    {"milliseconds", "14 months 3 days 04:05:06.7", "6700000000"},
    {"second", "14 months 3 days 04:05:06.7", "6700000"},
    {"minute", "14 months 3 days 04:05:06.7", "5000000"},
    {"hour", "14 months 3 days 04:05:06.7", "4000000"},
    {"day", "14 months 3 days 04:05:06.7", "3000000"},
    {"week", "14 months 3 days 04:05:06.7", NULL},
    {"month", "14 months 3 days 04:05:06.7", "2000000"},
    {"quarter", "14 months 3 days 04:05:06.7", "1000000"},
    {"year", "14 months 3 days 04:05:06.7", "1000000"},
    {"decade", "14 months 3 days 04:05:06.7", "0"},
    {"century", "14 months 3 days 04:05:06.7", "0"},
    {"millennium", "14 months 3 days 04:05:06.7", "0"},
    {"dow", "14 months 3 days 04:05:06.7", NULL},
    {"isodow", "14 months 3 days 04:05:06.7", NULL},
    {"doy", "14 months 3 days 04:05:06.7", NULL},
    {"isoyear", "14 months 3 days 04:05:06.7", NULL},
    {"julian", "14 months 3 days 04:05:06.7", NULL},
    {"epoch", "14 months 3 days 04:05:06.7", "37015506700000"},
    {"microseconds", "-14 months -3 days -04:05:06.7", "-6700000000000"},
    {"milliseconds", "-14 months -3 days -04:05:06.7", "-6700000000"},
    {"second", "-14 months -3 days -04:05:06.7", "-6700000"},
    {"minute", "-14 months -3 days -04:05:06.7", "-5000000"},
    {"hour", "-14 months -3 days -04:05:06.7", "-4000000"},
    {"day", "-14 months -3 days -04:05:06.7", "-3000000"},
    {"week", "-14 months -3 days -04:05:06.7", NULL},
    {"month", "-14 months -3 days -04:05:06.7", "-2000000"},
    {"quarter", "-14 months -3 days -04:05:06.7", "1000000"},
    {"year", "-14 months -3 days -04:05:06.7", "-1000000"},
    {"decade", "-14 months -3 days -04:05:06.7", "0"},
    {"century", "-14 months -3 days -04:05:06.7", "0"},
    {"millennium", "-14 months -3 days -04:05:06.7", "0"},
    {"dow", "-14 months -3 days -04:05:06.7", NULL},
    {"isodow", "-14 months -3 days -04:05:06.7", NULL},
    {"doy", "-14 months -3 days -04:05:06.7", NULL},
    {"isoyear", "-14 months -3 days -04:05:06.7", NULL},
    {"julian", "-14 months -3 days -04:05:06.7", NULL},
    {"epoch", "-14 months -3 days -04:05:06.7", "-37015506700000"},
    {"microseconds", "100:00:00", "0"},
    {"milliseconds", "100:00:00", "0"},
    {"second", "100:00:00", "0"},
    {"minute", "100:00:00", "0"},
    {"hour", "100:00:00", "100000000"},
    {"day", "100:00:00", "0"},
    {"week", "100:00:00", NULL},
    {"month", "100:00:00", "0"},
    {"quarter", "100:00:00", "1000000"},
    {"year", "100:00:00", "0"},
    {"decade", "100:00:00", "0"},
    {"century", "100:00:00", "0"},
    {"millennium", "100:00:00", "0"},
    {"dow", "100:00:00", NULL},
    {"isodow", "100:00:00", NULL},
    {"doy", "100:00:00", NULL},
    {"isoyear", "100:00:00", NULL},
    {"julian", "100:00:00", NULL},
    {"epoch", "100:00:00", "360000000000"},
    {"microseconds", "1234 years 5 mons", "0"},
    {"milliseconds", "1234 years 5 mons", "0"},
    {"second", "1234 years 5 mons", "0"},
    {"minute", "1234 years 5 mons", "0"},
    {"hour", "1234 years 5 mons", "0"},
    {"day", "1234 years 5 mons", "0"},
    {"week", "1234 years 5 mons", NULL},
    {"month", "1234 years 5 mons", "5000000"},
    {"quarter", "1234 years 5 mons", "2000000"},
    {"year", "1234 years 5 mons", "1234000000"},
    {"decade", "1234 years 5 mons", "123000000"},
    {"century", "1234 years 5 mons", "12000000"},
    {"millennium", "1234 years 5 mons", "1000000"},
    {"dow", "1234 years 5 mons", NULL},
    {"isodow", "1234 years 5 mons", NULL},
    {"doy", "1234 years 5 mons", NULL},
    {"isoyear", "1234 years 5 mons", NULL},
    {"julian", "1234 years 5 mons", NULL},
    {"epoch", "1234 years 5 mons", "38955038400000000"},
};

static const PartCase timestamp_starts[] = {
    {"microseconds", "2024-02-29 13:14:15.678901", "2024-02-29 13:14:15.678901"},
    {"milliseconds", "2024-02-29 13:14:15.678901", "2024-02-29 13:14:15.678"},
    {"second", "2024-02-29 13:14:15.678901", "2024-02-29 13:14:15"},
    {"minute", "2024-02-29 13:14:15.678901", "2024-02-29 13:14:00"},
    {"hour", "2024-02-29 13:14:15.678901", "2024-02-29 13:00:00"},
    {"day", "2024-02-29 13:14:15.678901", "2024-02-29 00:00:00"},
    {"week", "2024-02-29 13:14:15.678901", "2024-02-26 00:00:00"},
    {"month", "2024-02-29 13:14:15.678901", "2024-02-01 00:00:00"},
    {"quarter", "2024-02-29 13:14:15.678901", "2024-01-01 00:00:00"},
    {"year", "2024-02-29 13:14:15.678901", "2024-01-01 00:00:00"},
    {"decade", "2024-02-29 13:14:15.678901", "2020-01-01 00:00:00"},
    {"century", "2024-02-29 13:14:15.678901", "2001-01-01 00:00:00"},
    {"millennium", "2024-02-29 13:14:15.678901", "2001-01-01 00:00:00"},
    {"microseconds", "1969-12-31 23:59:59.5", "1969-12-31 23:59:59.5"},
    {"milliseconds", "1969-12-31 23:59:59.5", "1969-12-31 23:59:59.5"},
    {"second", "1969-12-31 23:59:59.5", "1969-12-31 23:59:59"},
    {"minute", "1969-12-31 23:59:59.5", "1969-12-31 23:59:00"},
    {"hour", "1969-12-31 23:59:59.5", "1969-12-31 23:00:00"},
    {"day", "1969-12-31 23:59:59.5", "1969-12-31 00:00:00"},
    {"week", "1969-12-31 23:59:59.5", "1969-12-29 00:00:00"},
    {"month", "1969-12-31 23:59:59.5", "1969-12-01 00:00:00"},
    {"quarter", "1969-12-31 23:59:59.5", "1969-10-01 00:00:00"},
    {"year", "1969-12-31 23:59:59.5", "1969-01-01 00:00:00"},
    {"decade", "1969-12-31 23:59:59.5", "1960-01-01 00:00:00"},
    {"century", "1969-12-31 23:59:59.5", "1901-01-01 00:00:00"},
    {"millennium", "1969-12-31 23:59:59.5", "1001-01-01 00:00:00"},
    {"microseconds", "2021-01-03 00:00:00", "2021-01-03 00:00:00"},
    {"milliseconds", "2021-01-03 00:00:00", "2021-01-03 00:00:00"},
    {"second", "2021-01-03 00:00:00", "2021-01-03 00:00:00"},
    {"minute", "2021-01-03 00:00:00", "2021-01-03 00:00:00"},
    {"hour", "2021-01-03 00:00:00", "2021-01-03 00:00:00"},
    {"day", "2021-01-03 00:00:00", "2021-01-03 00:00:00"},
    {"week", "2021-01-03 00:00:00", "2020-12-28 00:00:00"},
    {"month", "2021-01-03 00:00:00", "2021-01-01 00:00:00"},
    {"quarter", "2021-01-03 00:00:00", "2021-01-01 00:00:00"},
    {"year", "2021-01-03 00:00:00", "2021-01-01 00:00:00"},
    {"decade", "2021-01-03 00:00:00", "2020-01-01 00:00:00"},
    {"century", "2021-01-03 00:00:00", "2001-01-01 00:00:00"},
    {"millennium", "2021-01-03 00:00:00", "2001-01-01 00:00:00"},
    {"microseconds", "2001-01-01 00:00:00", "2001-01-01 00:00:00"},
    {"milliseconds", "2001-01-01 00:00:00", "2001-01-01 00:00:00"},
    {"second", "2001-01-01 00:00:00", "2001-01-01 00:00:00"},
    {"minute", "2001-01-01 00:00:00", "2001-01-01 00:00:00"},
    {"hour", "2001-01-01 00:00:00", "2001-01-01 00:00:00"},
    {"day", "2001-01-01 00:00:00", "2001-01-01 00:00:00"},
    {"week", "2001-01-01 00:00:00", "2001-01-01 00:00:00"},
    {"month", "2001-01-01 00:00:00", "2001-01-01 00:00:00"},
    {"quarter", "2001-01-01 00:00:00", "2001-01-01 00:00:00"},
    {"year", "2001-01-01 00:00:00", "2001-01-01 00:00:00"},
    {"decade", "2001-01-01 00:00:00", "2000-01-01 00:00:00"},
    {"century", "2001-01-01 00:00:00", "2001-01-01 00:00:00"},
    {"millennium", "2001-01-01 00:00:00", "2001-01-01 00:00:00"},
    {"microseconds", "0001-01-01 00:00:00", "0001-01-01 00:00:00"},
    {"milliseconds", "0001-01-01 00:00:00", "0001-01-01 00:00:00"},
    {"second", "0001-01-01 00:00:00", "0001-01-01 00:00:00"},
    {"minute", "0001-01-01 00:00:00", "0001-01-01 00:00:00"},
    {"hour", "0001-01-01 00:00:00", "0001-01-01 00:00:00"},
    {"day", "0001-01-01 00:00:00", "0001-01-01 00:00:00"},
    {"week", "0001-01-01 00:00:00", "0001-01-01 00:00:00"},
    {"month", "0001-01-01 00:00:00", "0001-01-01 00:00:00"},
    {"quarter", "0001-01-01 00:00:00", "0001-01-01 00:00:00"},
    {"year", "0001-01-01 00:00:00", "0001-01-01 00:00:00"},
    {"decade", "0001-01-01 00:00:00", "0001-01-01 00:00:00 BC"},
    {"century", "0001-01-01 00:00:00", "0001-01-01 00:00:00"},
    {"millennium", "0001-01-01 00:00:00", "0001-01-01 00:00:00"},
    {"microseconds", "0044-03-15 11:30:00 BC", "0044-03-15 11:30:00 BC"},
    {"milliseconds", "0044-03-15 11:30:00 BC", "0044-03-15 11:30:00 BC"},
    {"second", "0044-03-15 11:30:00 BC", "0044-03-15 11:30:00 BC"},
    {"minute", "0044-03-15 11:30:00 BC", "0044-03-15 11:30:00 BC"},
    {"hour", "0044-03-15 11:30:00 BC", "0044-03-15 11:00:00 BC"},
    {"day", "0044-03-15 11:30:00 BC", "0044-03-15 00:00:00 BC"},
    {"week", "0044-03-15 11:30:00 BC", "0044-03-11 00:00:00 BC"},
    {"month", "0044-03-15 11:30:00 BC", "0044-03-01 00:00:00 BC"},
    {"quarter", "0044-03-15 11:30:00 BC", "0044-01-01 00:00:00 BC"},
    {"year", "0044-03-15 11:30:00 BC", "0044-01-01 00:00:00 BC"},
    {"decade", "0044-03-15 11:30:00 BC", "0051-01-01 00:00:00 BC"},
    {"century", "0044-03-15 11:30:00 BC", "0100-01-01 00:00:00 BC"},
    {"millennium", "0044-03-15 11:30:00 BC", "1000-01-01 00:00:00 BC"},
    {"dow", "2024-02-29 13:14:15.678901", NULL},
    {"epoch", "2024-02-29 13:14:15.678901", NULL},
};

static const PartCase interval_starts[] = {
    {"microseconds", "14 months 3 days 04:05:06.7", "1 year 2 mons 3 days 04:05:06.7"},
    {"milliseconds", "14 months 3 days 04:05:06.7", "1 year 2 mons 3 days 04:05:06.7"},
    {"second", "14 months 3 days 04:05:06.7", "1 year 2 mons 3 days 04:05:06"},
    {"minute", "14 months 3 days 04:05:06.7", "1 year 2 mons 3 days 04:05:00"},
    {"hour", "14 months 3 days 04:05:06.7", "1 year 2 mons 3 days 04:00:00"},
    {"day", "14 months 3 days 04:05:06.7", "1 year 2 mons 3 days"},
    {"week", "14 months 3 days 04:05:06.7", NULL},
    {"month", "14 months 3 days 04:05:06.7", "1 year 2 mons"},
    {"quarter", "14 months 3 days 04:05:06.7", "1 year"},
    {"year", "14 months 3 days 04:05:06.7", "1 year"},
    {"decade", "14 months 3 days 04:05:06.7", "00:00:00"},
    {"century", "14 months 3 days 04:05:06.7", "00:00:00"},
    {"millennium", "14 months 3 days 04:05:06.7", "00:00:00"},
    {"microseconds", "-14 months -3 days -04:05:06.7", "-1 years -2 mons -3 days -04:05:06.7"},
    {"milliseconds", "-14 months -3 days -04:05:06.7", "-1 years -2 mons -3 days -04:05:06.7"},
    {"second", "-14 months -3 days -04:05:06.7", "-1 years -2 mons -3 days -04:05:06"},
    {"minute", "-14 months -3 days -04:05:06.7", "-1 years -2 mons -3 days -04:05:00"},
    {"hour", "-14 months -3 days -04:05:06.7", "-1 years -2 mons -3 days -04:00:00"},
    {"day", "-14 months -3 days -04:05:06.7", "-1 years -2 mons -3 days"},
    {"week", "-14 months -3 days -04:05:06.7", NULL},
    {"month", "-14 months -3 days -04:05:06.7", "-1 years -2 mons"},
    {"quarter", "-14 months -3 days -04:05:06.7", "-1 years"},
    {"year", "-14 months -3 days -04:05:06.7", "-1 years"},
    {"decade", "-14 months -3 days -04:05:06.7", "00:00:00"},
    {"century", "-14 months -3 days -04:05:06.7", "00:00:00"},
    {"millennium", "-14 months -3 days -04:05:06.7", "00:00:00"},
    {"microseconds", "100:00:00", "100:00:00"},
    {"milliseconds", "100:00:00", "100:00:00"},
    {"second", "100:00:00", "100:00:00"},
    {"minute", "100:00:00", "100:00:00"},
    {"hour", "100:00:00", "100:00:00"},
    {"day", "100:00:00", "00:00:00"},
    {"week", "100:00:00", NULL},
    {"month", "100:00:00", "00:00:00"},
    {"quarter", "100:00:00", "00:00:00"},
    {"year", "100:00:00", "00:00:00"},
    {"decade", "100:00:00", "00:00:00"},
    {"century", "100:00:00", "00:00:00"},
    {"millennium", "100:00:00", "00:00:00"},
    {"microseconds", "1234 years 5 mons", "1234 years 5 mons"},
    {"milliseconds", "1234 years 5 mons", "1234 years 5 mons"},
    {"second", "1234 years 5 mons", "1234 years 5 mons"},
    {"minute", "1234 years 5 mons", "1234 years 5 mons"},
    {"hour", "1234 years 5 mons", "1234 years 5 mons"},
    {"day", "1234 years 5 mons", "1234 years 5 mons"},
    {"week", "1234 years 5 mons", NULL},
    {"month", "1234 years 5 mons", "1234 years 5 mons"},
    {"quarter", "1234 years 5 mons", "1234 years 3 mons"},
    {"year", "1234 years 5 mons", "1234 years"},
    {"decade", "1234 years 5 mons", "1230 years"},
    {"century", "1234 years 5 mons", "1200 years"},
    {"millennium", "1234 years 5 mons", "1000 years"},
};

static const PartCase additions[] = {
    {"2024-01-31 10:00:00", "1 month", "2024-02-29 10:00:00"},
    {"2024-03-31 00:00:00", "-1 month", "2024-02-29 00:00:00"},
    {"2023-02-28 00:00:00", "1 year", "2024-02-28 00:00:00"},
    {"2024-02-29 00:00:00", "1 year", "2025-02-28 00:00:00"},
    {"2024-01-31 23:00:00", "1 month 1 day 02:00:00", "2024-03-02 01:00:00"},
    {"1970-01-01 00:00:00", "-00:00:00.000001", "1969-12-31 23:59:59.999999"},
    {"0001-01-01 00:00:00", "-1 day", "0001-12-31 00:00:00 BC"},
    {"4714-11-24 00:00:00 BC", "-1 day", NULL},
    {"4714-11-24 00:00:00 BC", "-00:00:01", NULL},
    {"2024-01-01 00:00:00", "2147483647 days", NULL},
    {"2024-01-01 00:00:00", "178000000 years", NULL},
    {"2024-01-31 00:00:00", "-25 months", "2021-12-31 00:00:00"},
};

static const PartCase multiples[] = {
    {"1 month", "0.5", "15 days"},
    {"1 year 2 mons 3 days 04:05:06", "1.5", "1 year 9 mons 4 days 18:07:39"},
    {"-1 mon 3 days", "0.1", "-3 days +07:12:00"},
    {"1 day", "0.333", "07:59:31.2"},
    {"1 mon", "1e12", NULL},
    {"2 hours", "-2", "-04:00:00"},
    {"10 days", "1e300", NULL},
    {"1 year", "-0.25", "-3 mons"},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static char shown[DATETIME_TEXT_SIZE + 1];

static const char *shown_end(DatetimeResult result, size_t size)
{
    ck_assert_uint_le(size, DATETIME_TEXT_SIZE);
    shown[size] = '\0';
    return result == DATETIME_OK ? shown : result == DATETIME_INVALID ? "INVALID" : "RANGE";
}

static const char *date_shown(const Reading *reading)
{
    int32_t days;
    DatetimeResult result = date_read(view_of(reading->text), &days);
    return shown_end(result, result == DATETIME_OK ? date_format(days, shown) : 0);
}

static const char *time_shown(const Reading *reading)
{
    int64_t time;
    DatetimeResult result = time_read(view_of(reading->text), &time);
    return shown_end(result, result == DATETIME_OK ? time_format(time, shown) : 0);
}

static const char *timestamp_shown(const Reading *reading)
{
    int64_t timestamp;
    DatetimeResult result = timestamp_read(view_of(reading->text), &timestamp);
    return shown_end(result, result == DATETIME_OK ? timestamp_format(timestamp, shown) : 0);
}

static const char *timestamptz_shown(const Reading *reading)
{
    int64_t timestamp;
    DatetimeResult result = timestamptz_read(view_of(reading->text), &timestamp);
    return shown_end(result, result == DATETIME_OK ? timestamptz_format(timestamp, shown) : 0);
}

static const char *interval_shown(const Reading *reading)
{
    Interval interval;
    DatetimeResult result = interval_read(view_of(reading->text), view_of(reading->unit), &interval);
    return shown_end(result, result == DATETIME_OK ? interval_format(interval, shown) : 0);
}

static void expect_readings(const Reading *readings, size_t count, const char *(*show)(const Reading *))
{
    for (size_t i = 0; i < count; i++) {
        const char *text = show(&readings[i]);
        ck_assert_msg(strcmp(text, readings[i].shown) == 0, "'%s' %s: %s, not %s", readings[i].text, readings[i].unit,
                      text, readings[i].shown);
    }
}

START_TEST(dates_read_and_print_as_in_postgresql)
{
    expect_readings(dates, COUNT(dates), date_shown);
}
END_TEST

START_TEST(times_read_and_print_as_in_postgresql)
{
    expect_readings(times, COUNT(times), time_shown);
}
END_TEST

START_TEST(timestamps_read_and_print_as_in_postgresql)
{
    expect_readings(timestamps, COUNT(timestamps), timestamp_shown);
    expect_readings(zoned, COUNT(zoned), timestamptz_shown);
}
END_TEST

START_TEST(intervals_read_and_print_as_in_postgresql)
{
    expect_readings(intervals, COUNT(intervals), interval_shown);
}
END_TEST

static int64_t timestamp_of(const char *text)
{
    int64_t timestamp;
    ck_assert_msg(timestamp_parse(view_of(text), &timestamp), "%s", text);
    return timestamp;
}

static Interval interval_of(const char *text)
{
    Interval interval;
    ck_assert_msg(interval_parse(view_of(text), view_of(""), &interval), "%s", text);
    return interval;
}

static DatePart part_of(const char *name)
{
    DatePart part;
    ck_assert_msg(date_part_parse(view_of(name), &part), "%s", name);
    return part;
}

static void expect_result(const PartCase *expected, bool is_there, const char *text)
{
    ck_assert_msg(is_there == (expected->result != NULL), "%s of %s", expected->part, expected->value);
    if (is_there)
        ck_assert_msg(strcmp(text, expected->result) == 0, "%s of %s: %s, not %s", expected->part, expected->value,
                      text, expected->result);
}

static const char *integer_text(int64_t value)
{
    snprintf(shown, sizeof shown, "%lld", (long long)value);
    return shown;
}

START_TEST(parts_are_those_of_postgresql)
{
    int64_t millionths = 0;
    for (size_t i = 0; i < COUNT(timestamp_parts); i++) {
        const PartCase *expected = &timestamp_parts[i];
        bool is_there = timestamp_part(part_of(expected->part), timestamp_of(expected->value), &millionths);
        expect_result(expected, is_there, integer_text(millionths));
    }
    for (size_t i = 0; i < COUNT(interval_parts); i++) {
        const PartCase *expected = &interval_parts[i];
        bool is_there = interval_part(part_of(expected->part), interval_of(expected->value), &millionths);
        expect_result(expected, is_there, integer_text(millionths));
    }
    ck_assert(time_part(DATE_PART_SECOND, 3661500000, &millionths) && millionths == 1500000);
    ck_assert(time_part(DATE_PART_EPOCH, 3661500000, &millionths) && millionths == 3661500000);
    ck_assert(!time_part(DATE_PART_DAY, 0, &millionths));
}
END_TEST

START_TEST(truncation_goes_to_the_starts_that_postgresql_has)
{
    for (size_t i = 0; i < COUNT(timestamp_starts); i++) {
        const PartCase *expected = &timestamp_starts[i];
        int64_t start = 0;
        bool is_there = timestamp_truncate(part_of(expected->part), timestamp_of(expected->value), &start);
        expect_result(expected, is_there, shown_end(DATETIME_OK, timestamp_format(start, shown)));
    }
    for (size_t i = 0; i < COUNT(interval_starts); i++) {
        const PartCase *expected = &interval_starts[i];
        Interval start = {0};
        bool is_there = interval_truncate(part_of(expected->part), interval_of(expected->value), &start);
        expect_result(expected, is_there, shown_end(DATETIME_OK, interval_format(start, shown)));
    }
}
END_TEST

START_TEST(months_are_added_before_days_and_clipped)
{
    for (size_t i = 0; i < COUNT(additions); i++) {
        int64_t sum = 0;
        bool fits = timestamp_add_interval(timestamp_of(additions[i].part), interval_of(additions[i].value), &sum);
        expect_result(&additions[i], fits, shown_end(DATETIME_OK, timestamp_format(sum, shown)));
    }
}
END_TEST

START_TEST(multiples_of_intervals_hand_fractions_down)
{
    for (size_t i = 0; i < COUNT(multiples); i++) {
        Interval product = {0};
        bool fits = interval_multiply(interval_of(multiples[i].part), atof(multiples[i].value), &product);
        expect_result(&multiples[i], fits, shown_end(DATETIME_OK, interval_format(product, shown)));
    }
    Interval result;
    ck_assert(!interval_add((Interval){INT32_MAX, 0, 0}, (Interval){1, 0, 0}, &result));
    ck_assert(!interval_negate((Interval){0, 0, INT64_MIN}, &result));
    ck_assert(!interval_multiply((Interval){1, 0, 0}, 0.0 / 0.0, &result));
}
END_TEST

/* By counting: every day of 1600 years, whatever the algorithm. */
START_TEST(the_calendar_agrees_with_counting_day_by_day)
{
    int32_t days, year = -400, month = 1, day = 1;
    ck_assert(date_from_calendar((CalendarDate){year, month, day}, &days));
    for (; year < 2400; days++) {
        CalendarDate calendar = date_to_calendar(days);
        ck_assert(calendar.year == year && calendar.month == month && calendar.day == day);
        int32_t back;
        ck_assert(date_from_calendar(calendar, &back) && back == days);
        if (++day > calendar_days_in_month(year, month)) {
            day = 1;
            if (++month > 12)
                month = 1, year++;
        }
    }
    ck_assert(date_from_calendar((CalendarDate){1970, 1, 1}, &days) && days == 0);
}
END_TEST

START_TEST(strict_forms_take_nothing_else)
{
    static const char *bad_dates[] = {"2024-1-05",   " 2024-01-05", "2024-01-05 ", "0000-01-01",
                                      "2024/01/05",  "2024-02-30",  "20240105",    "",
                                      "12024-01-05", "2024-01-0a"};
    static const char *bad_times[] = {"1:02:03",   "24:00:00",         "10:20",      "10:20:60",
                                      "10:20:30.", "10:20:30.1234567", "10:20:30,5", "10:20:3a"};
    int32_t days;
    int64_t time;
    for (size_t i = 0; i < COUNT(bad_dates); i++)
        ck_assert_msg(!date_parse_iso(view_of(bad_dates[i]), &days), "%s", bad_dates[i]);
    for (size_t i = 0; i < COUNT(bad_times); i++)
        ck_assert_msg(!time_parse_iso(view_of(bad_times[i]), &time), "%s", bad_times[i]);
    ck_assert(date_parse_iso(view_of("2000-02-29"), &days) && days == 11016);
    ck_assert(time_parse_iso(view_of("01:02:03.5"), &time) && time == 3723500000);
    ck_assert(timestamp_parse_iso(view_of("1970-01-02T00:00:00.000001"), &time) && time == 86400000001);
    ck_assert(!timestamp_parse_iso(view_of("1970-01-02  00:00:00"), &time));
    ck_assert(!timestamp_parse_iso(view_of("1970-01-02"), &time));
}
END_TEST

START_TEST(names_of_parts_have_plurals_and_short_forms)
{
    DatePart part;
    ck_assert(date_part_parse(view_of("Years"), &part) && part == DATE_PART_YEAR);
    ck_assert(date_part_parse(view_of("sec"), &part) && part == DATE_PART_SECOND);
    ck_assert(date_part_parse(view_of("hours"), &part) && part == DATE_PART_HOUR);
    ck_assert(!date_part_parse(view_of("fortnight"), &part));
    ck_assert(!date_part_parse(view_of(""), &part));
    ck_assert_str_eq(date_part_name(DATE_PART_DOW), "dow");
}
END_TEST

TEST_PROGRAM(dates_read_and_print_as_in_postgresql, times_read_and_print_as_in_postgresql,
             timestamps_read_and_print_as_in_postgresql, intervals_read_and_print_as_in_postgresql,
             parts_are_those_of_postgresql, truncation_goes_to_the_starts_that_postgresql_has,
             months_are_added_before_days_and_clipped, multiples_of_intervals_hand_fractions_down,
             the_calendar_agrees_with_counting_day_by_day, strict_forms_take_nothing_else,
             names_of_parts_have_plurals_and_short_forms)
