"""What `SELECT *` reads of any CSV file comes back when it is written: byte for byte in columns of text, integers, booleans
and dates and of decimals of one scale, as an equal number or moment in others; NULL as NULL and "" as "". And types do not
depend on the order of rows. Random files of hostile values say so, and a large one."""
import random
from decimal import Decimal

from harness import ProgramTest

# Columns draw from one group, or from all: so all kinds of types are found, and many columns nearly have one.
GROUPS = (
    ["0", "1", "-2", "17", "42", "-0", "00123", "+1", "0x10", "1_000", " 1", "1 ", "--1", "1-2", "9223372036854775807",
     "-9223372036854775808", "9223372036854775808", "2.7", "1e3", "123456789012345678901234567890123456789"],
    ["1.10", "2.25", "-0.07", "100.00", "-0.00", "0.5", "2.", ".5", "1.2.3", "7", "99999999999999999.9",
     "3.14159265358979323846264338327950288419716939", "0.000000000000000000000000001", "1,5", "1 000.5"],
    ["1e3", "-2.5e-3", "1E5", "1e400", "1e-400", "2.2250738585072011e-308", "5e-324", "1e", "e5", "NaN", "inf",
     "Infinity", "-inf", "nan", "0.1", "0.30000000000000004", "1.7976931348623157e308", "1e22", "123456789.125", "-0"],
    ["true", "false", "TRUE", "False", "t", "f", "yes", "no", "1", "0", "T"],
    ["2024-02-29", "1999-12-31", "0001-01-01", "9999-12-31", "2024-02-30", "2023-02-29", "2024-1-5", "01/02/2024",
     "24-01-31", "2024-01-31T10:20:30", "2024-01-31 10:20:30", "20240131"],
    ["10:20:30", "23:59:59.5", "24:00:00", "10:20", "00:00:00.000001", "1:02:03", "10:20:30.1234567"],
    ["2024-01-31 10:20:30", "2024-01-31 10:20:30.5", "2024-01-31 10:20:30.50", "2024-01-31 10:20:30Z",
     "2024-01-31 10:20:30+01", "2024-01-31 10:20:30.123456 Europe/Berlin", "2024-01-31 24:00:00", "2024-01-31 10:20"],
    ["", "a", "A", "NULL", "null", "\\N", "a,b", 'say "hi"', '"', "l\nm", "l\r\nm", "l\rm", " ", "\t", "#x", "'q'", "\\",
     "\u00e9t\u00e9", "\u65e5\u672c", "\U0001f600", "x" * 300, ";", "|", "a;b", "=1+1", "\ufeff", "5.2\""],
)
EVERYTHING = [value for group in GROUPS for value in group]
FILES = 150


def column_values(choose, count):
    """Of one type mostly, with something else now and then, which may stand in the last row alone."""
    group = choose.choice(GROUPS)
    pool = choose.sample(group, choose.randint(1, min(6, len(group))))
    nulls = choose.choice((0, 0, 0.2, 1))
    values = [None if choose.random() < nulls else choose.choice(pool) for _ in range(count)]
    if choose.random() < 0.3:
        values[choose.choice((0, count // 2, count - 1))] = choose.choice(EVERYTHING)
    return values


def field(choose, value):
    if value is None:
        return ""
    if value == "" or any(mark in value for mark in ',"\r\n') or choose.random() < 0.1:
        return '"' + value.replace('"', '""') + '"'
    return value


def text_of(choose, names, rows, end):
    return end.join([",".join(names)] + [",".join(field(choose, value) for value in row) for row in rows]) + end


def parse(text):
    """RFC 4180, with None for an empty field that is not quoted."""
    rows, row, place = [], [], 0
    while place < len(text):
        if text[place] == '"':
            value = ""
            place += 1
            while text[place] != '"' or text[place:place + 2] == '""':
                value += text[place]
                place += 1 + (text[place] == '"')
            place += 1
        else:
            start = place
            while text[place] not in ",\n":
                place += 1
            value = text[start:place] or None
        row.append(value)
        if text[place] == "\n":
            rows.append(row)
            row = []
        place += 1
    return rows


def moment(text):
    seconds, _, fraction = text.replace("T", " ").partition(".")
    return seconds, fraction.rstrip("0")


class Lossless(ProgramTest):
    def compare(self, kind, given, back):
        if given is None or back is None:
            self.assertEqual(given, back)
        elif kind.startswith("DECIMAL") or kind == "DOUBLE":
            self.assertEqual(Decimal(given), Decimal(back))
            self.assertEqual(given.startswith("-"), back.startswith("-"))
        elif kind in ("TIME", "TIMESTAMP"):
            self.assertEqual(moment(given), moment(back))
        else:
            self.assertEqual(given, back)

    def compare_column(self, name, kind, given, back):
        scales = {len(value.partition(".")[2]) for value in given if value is not None}
        if kind.startswith("DECIMAL") and len(scales) == 1:
            kind = "VARCHAR"  # byte for byte
        for before, behind in zip(given, back, strict=True):
            with self.subTest(column=name, kind=kind):
                self.compare(kind, before, behind)

    def test_every_value_comes_back_and_types_do_not_depend_on_the_order_of_rows(self):
        choose = random.Random(4)
        files, script = [], ""
        for number in range(FILES):
            count, names = choose.choice((1, 2, 3, 7, 40)), [f"c{i}" for i in range(choose.randint(2, 7))]
            columns = [column_values(choose, count) for _ in names]
            rows = list(zip(*columns))
            end = choose.choice(("\n", "\r\n"))
            self.write(f"given{number}.csv", text_of(choose, names, rows, end).encode())
            choose.shuffle(rows)
            self.write(f"shuffled{number}.csv", text_of(choose, names, rows, end).encode())
            files.append((names, columns))
            for kind in ("given", "shuffled"):
                script += (f"create external table {kind}{number} stored as csv location '{kind}{number}.csv'; "
                           f"copy (describe {kind}{number}) to '{kind}{number}.types';\n")
            script += f"copy (select * from given{number}) to 'back{number}.csv';\n"
        self.write("script.sql", script)
        run = self.run_quern("-f", "script.sql")
        self.assertEqual(run.status, 0, run.errors)
        found = set()
        for number, (names, columns) in enumerate(files):
            types = self.read(f"given{number}.types")
            self.assertEqual(types, self.read(f"shuffled{number}.types"), f"file {number}")
            kinds = [row[1] for row in parse(types)[1:]]
            back = parse((self.folder / f"back{number}.csv").read_bytes().decode())
            self.assertEqual(back[0], names)
            self.assertEqual(len(back) - 1, len(columns[0]))
            found.update(kind.partition("(")[0] for kind in kinds)
            for i, name in enumerate(names):
                self.compare_column(f"{number}.{name}", kinds[i], columns[i], [row[i] for row in back[1:]])
        self.assertEqual(found, {"BIGINT", "DECIMAL", "DOUBLE", "BOOLEAN", "DATE", "TIME", "TIMESTAMP", "VARCHAR"})

    def test_one_value_beyond_bigint_at_row_three_million_is_kept_exactly(self):
        count = 3_000_000
        block = "".join(f"{i},abcdefghijklm\n" for i in range(1000000, 1100000))
        content = "n,t\n" + block * (count // 100000) + "9223372036854775808,last\n"
        self.write("t.csv", content)
        run = self.run_quern("-c", "select max(n) as m, count(*) as c from 't.csv'")
        self.assertEqual((run.status, run.output), (0, f"m,c\n9223372036854775808,{count + 1}\n"), run.errors)
        run = self.run_quern("-c", "select * from 't.csv' where n < 1000001 or t = 'last'")
        expected = "1000000,abcdefghijklm\n" * 30 + "9223372036854775808,last\n"
        if run.status == 0:
            self.assertEqual(run.output, "n,t\n" + expected)
        else:
            self.assertEqual(run.status, 3)
            self.assertIn(f"t.csv:{count + 2}:1: '9223372036854775808' is no BIGINT (column n)", run.errors)
