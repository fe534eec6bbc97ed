"""SET memory_limit: the whole program stays within the limit and 64 MB, whatever the data."""
import gzip
import random
import re
import resource
import sqlite3
from pathlib import Path

from harness import QUERN, TIMEOUT, ProgramTest

ROWS = 1000000
# a sanitizer takes memory of its own, and keeps what was freed
IS_SANITIZED = any(name in Path(QUERN).read_bytes() for name in (b"__asan_init", b"__tsan_init"))
# r: each of 0 .. ROWS-1 once, none near its neighbours
SHUFFLED = f"(SELECT i, i * 7919 % {ROWS} AS r, 'a string of some length ' || i AS s FROM range({ROWS}) AS t(i))"


class Memory(ProgramTest):
    def expect_within(self, limit, query, output, threads=1, arguments=()):
        """The query's rows, and no more than `limit` and 64 MB in memory at any time."""
        process = self.start("--csv", *arguments)
        process.stdin.write(f"SET memory_limit = '{limit}MB'; SET threads = {threads}; {query};\n".encode())
        process.stdin.flush()
        found = "".join(process.stdout.readline().decode() for _ in output.splitlines())
        status = Path(f"/proc/{process.pid}/status").read_text()  # its usage begins with what this process has
        process.communicate(timeout=TIMEOUT)
        self.assertEqual(process.returncode, 0)
        self.assertTrue(found == output, found[:1000])  # a difference of many MB takes minutes to show
        if IS_SANITIZED:
            return
        self.assertLessEqual(int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) // 1024, limit + 64)

    def test_the_median_of_small_frames(self):
        # the middle one of three neighbours: by arithmetic, of i * 7919 mod 1000000 step by step
        values = [i * 7919 % ROWS for i in range(ROWS)]
        total = sum(sorted(values[i - 2:i + 1])[1] for i in range(2, ROWS))
        self.expect_within(2, "SELECT sum(m)::BIGINT AS total FROM (SELECT i, median(r) OVER (ORDER BY i "
                              f"ROWS 2 PRECEDING) AS m FROM {SHUFFLED}) WHERE i >= 2", f"total\n{total}\n")

    def test_strings_that_frames_put_together(self):
        sizes = [len(f"a string of some length {i}") for i in range(ROWS)]
        lengths = {sum(sizes[max(i - 10, 0):i + 1]) + min(i, 10) for i in range(ROWS)}
        self.expect_within(8, "SELECT count(DISTINCT length(m)) AS lengths, max(length(m)) AS longest FROM "
                              "(SELECT string_agg(s, ',') OVER (ORDER BY i ROWS 10 PRECEDING) AS m "
                              f"FROM {SHUFFLED})", f"lengths,longest\n{len(lengths)},{max(lengths)}\n")

    def test_a_limit_that_is_enough_for_one_thread_is_enough_for_many(self):
        count = 120000  # each text twice
        self.write("t.csv", "i,k,s\n" + "".join(f"{i},{i * 7919 % count},number {i // 2} of the texts\n"
                                                for i in range(count)))
        for query, output in (
            ("SELECT count(*) AS n FROM (SELECT s FROM 't.csv' INTERSECT ALL SELECT s FROM 't.csv' WHERE i % 4 > 0)",
             f"n\n{count * 3 // 4}\n"),
            ("SELECT count(*) AS n, min(c) AS c FROM (SELECT s, count(*) AS c FROM 't.csv' GROUP BY s)",
             f"n,c\n{count // 2},2\n"),
            ("SELECT k, s FROM 't.csv' ORDER BY k LIMIT 2 OFFSET 90000", "".join(
                f"{line}\n" for line in ["k,s"] + [f"{k},number {pow(7919, -1, count) * k % count // 2} of the texts"
                                                  for k in (90000, 90001)])),
            ("SELECT count(*) AS n, sum(b.k) AS k FROM 't.csv' a JOIN 't.csv' b ON a.s = b.s",
             f"n,k\n{2 * count},{count * (count - 1)}\n"),
        ):
            for threads in (1, 8):
                with self.subTest(query=query, threads=threads):
                    self.expect_within(8, query, output, threads)

    def test_readers_are_as_many_as_there_is_memory_for(self):
        columns = ", ".join(f"i * {c} AS c{c}" for c in range(1, 11))
        self.run_quern("-c", f"COPY (SELECT {columns} FROM range({ROWS}) AS t(i)) TO 't.arrow' (FORMAT arrow)")
        total = ROWS * (ROWS - 1) // 2
        sums = ", ".join(f"sum(c{c})::BIGINT AS c{c}" for c in range(1, 11))
        output = "".join(",".join(line) + "\n" for line in ([f"c{c}" for c in range(1, 11)],
                                                            [str(c * total) for c in range(1, 11)]))
        for threads in (1, 4):
            self.expect_within(20, f"SELECT {sums} FROM 't.arrow'", output, threads)
        self.write("t.csv", "s\n" + ("x" * 200000 + "\n") * 40)
        for limit, is_shared in (("16MB", False), ("1GB", True)):
            run = self.run_quern("--set", f"memory_limit={limit}", "--set", "threads=4", "--set", "parallel_rows=0",
                                 "-c", "EXPLAIN SELECT s FROM 't.csv'")
            self.assertEqual("Gather" in run.output, is_shared, limit)
        self.write("u.csv", "s\n" + ("x" * 1000000 + "\n") * 70)  # more than is read to plan
        numbers = random.Random(1)
        with gzip.open(self.folder / "v.csv.gz", "wt", compresslevel=1) as file:
            file.writelines(["s\n"] + [f"{numbers.getrandbits(512):0128x}\n" for _ in range(40000)])
        for name, limit, is_shared in (("u.csv", "64MB", False), ("u.csv", "1GB", True), ("v.csv.gz", "16MB", False),
                                       ("v.csv.gz", "64MB", True)):
            run = self.run_quern("--set", f"memory_limit={limit}", "--set", "threads=4", "--set", "parallel_rows=0",
                                 "-c", f"EXPLAIN SELECT s FROM '{name}'")
            self.assertEqual("Gather" in run.output, is_shared, (name, limit))

    def test_a_compressed_file_leaves_room_for_groups(self):
        count, kinds = 200000, 50000
        with gzip.open(self.folder / "t.csv.gz", "wt", compresslevel=1) as file:
            file.write("i,s\n" + "".join(f"{i},text number {i * 7919 % kinds}\n" for i in range(count)))
        self.expect_within(5, "SET parallel_rows = 0; SELECT count(*) AS n, max(c) AS c FROM "
                              "(SELECT s, count(*) AS c FROM 't.csv.gz' GROUP BY s)", f"n,c\n{kinds},4\n", threads=4)

    def test_texts_of_an_arrow_file_go_before_the_next_come(self):
        count = 300000
        self.run_quern("-c", f"COPY (SELECT i, 'text number ' || (i * 7919 % {count}) AS s FROM range({count}) AS r(i)) "
                             "TO 't.arrow' (FORMAT arrow)")
        last = sorted(str(i) for i in range(count))[200000]
        self.expect_within(7, "SELECT s FROM 't.arrow' ORDER BY s, i LIMIT 1 OFFSET 200000", f"s\ntext number {last}\n")

    def test_joins_half_of_whose_rows_have_one_key(self):
        left, right = (f"(SELECT CASE WHEN i % 2 = 0 THEN {key} ELSE i END AS k, i, repeat('x', 150) AS s "
                       f"FROM range({ROWS}) AS t(i))" for key in (-1, -2))
        both = f"FROM {left} AS a {{}} JOIN {right} AS b ON a.k = b.k"
        columns = "count(*) AS n, sum(a.i)::BIGINT AS i, max(length(b.s)) AS size"
        self.expect_within(8, f"SELECT {columns} {both.format('LEFT')}",
                           f"n,i,size\n{ROWS},{ROWS * (ROWS - 1) // 2},150\n")
        self.expect_within(8, f"SELECT {columns} {both.format('FULL')}",
                           f"n,i,size\n{ROWS * 3 // 2},{ROWS * (ROWS - 1) // 2},150\n")

    def test_changes_of_all_rows_of_a_file(self):
        count = 400000
        shuffled = f"(SELECT i * 7919 % {count} AS n, i FROM range({count}) AS t(i) ORDER BY i)"
        places = {i * 7919 % count: i for i in range(count)}
        for query, changed in (("UPDATE t SET n = n + 1", [n + 1 for n in range(count)]),
                               (f"UPDATE t SET n = r.i FROM {shuffled} AS r WHERE t.n = r.n",
                                [places[n] for n in range(count)])):
            self.write("t.csv", "n,s\n" + "".join(f"{n},a\n" for n in range(count)))
            self.expect_within(8, query, f"count\n{count}\n", arguments=["t.csv"])
            self.assertTrue(self.read("t.csv") == "n,s\n" + "".join(f"{n},a\n" for n in changed), query)

    def test_changes_of_all_rows_of_a_database(self):
        count = 600000
        with sqlite3.connect(self.folder / "z.db") as database:
            database.execute("CREATE TABLE t(i INTEGER, s TEXT)")
            database.executemany("INSERT INTO t VALUES (?, ?)", ((i, "x" * 100) for i in range(count)))
        database.close()
        self.expect_within(8, "UPDATE z.t SET s = s || i", f"count\n{count}\n", arguments=["z.db"])
        size = 100 * count + sum(len(str(i)) for i in range(count))
        self.expect(["z.db", "--csv", "SELECT sum(length(s))::BIGINT AS size FROM z.t"], f"size\n{size}\n")

    def test_upserts_and_merges_of_many_keys(self):
        count = 160000  # every second one is there
        texts = f"(SELECT i * 7919 % {count} AS i, 'new' AS s FROM range({count}) AS r(i))"
        for query, changed, new in (
            (f"INSERT INTO z.t SELECT * FROM {texts} ON CONFLICT (i) DO UPDATE SET s = excluded.s", count, count),
            (f"INSERT INTO z.t SELECT * FROM {texts} ON CONFLICT (i) DO NOTHING", count // 2, count // 2),
            (f"MERGE INTO z.t USING {texts} AS q ON q.i = t.i WHEN MATCHED THEN UPDATE SET s = q.s "
             "WHEN NOT MATCHED THEN INSERT VALUES (q.i, q.s)", count, count),
        ):
            database = sqlite3.connect(self.folder / "z.db")
            database.execute("DROP TABLE IF EXISTS t")
            database.execute("CREATE TABLE t(i INTEGER PRIMARY KEY, s TEXT)")
            database.executemany("INSERT INTO t VALUES (?, 'old')", ((i,) for i in range(0, count, 2)))
            database.commit()
            self.expect_within(8, query, f"count\n{changed}\n", arguments=["z.db"])
            found = database.execute("SELECT count(*), sum(i), sum(s = 'new') FROM t").fetchone()
            database.close()
            self.assertEqual(found, (count, count * (count - 1) // 2, new), query)

    def test_a_database_of_long_values(self):
        count, size = 700, 100000
        with sqlite3.connect(self.folder / "z.db") as database:
            database.execute("CREATE TABLE t(i INTEGER PRIMARY KEY, s TEXT)")
            database.executemany("INSERT INTO t VALUES (?, ?)", ((i, f"{i}".ljust(size, "x")) for i in range(count)))
        database.close()
        self.expect_within(4, "SELECT max(length(s)) AS size, count(s LIKE '%y') AS n FROM z.t",
                           f"size,n\n{size},{count}\n", arguments=["z.db"])
        self.expect_within(4, "UPDATE z.t SET s = s || 'z'", f"count\n{count}\n", arguments=["z.db"])
        with sqlite3.connect(self.folder / "z.db") as database:
            found = database.execute("SELECT count(*), sum(length(s)), sum(s LIKE '%xz') FROM t").fetchone()
        database.close()
        self.assertEqual(found, (count, count * (size + 1), count))

    def test_a_database_of_values_of_three_megabytes_in_order(self):
        count = 30
        with sqlite3.connect(self.folder / "z.db") as database:
            database.execute("CREATE TABLE t(i INTEGER PRIMARY KEY, s TEXT)")
            database.executemany("INSERT INTO t VALUES (?, ?)",
                                 ((i, f"{i * 7 % count:03d}".ljust(3000000, "x")) for i in range(count)))
        database.close()
        order = sorted(range(count), key=lambda i: i * 7 % count)
        for threads in (1, 4):
            self.expect_within(16, "SELECT i FROM z.t ORDER BY s", "i\n" + "".join(f"{i}\n" for i in order), threads,
                               ["z.db"])

    def test_few_rows_with_long_texts_that_pass_a_filter(self):
        count, size = 30, 4000000
        with sqlite3.connect(self.folder / "z.db") as database:
            database.execute("CREATE TABLE t(i INTEGER PRIMARY KEY, s TEXT)")
            database.executemany("INSERT INTO t VALUES (?, ?)", ((i, f"{i}".ljust(size, "x")) for i in range(count)))
        database.close()
        for threads in (1, 4):
            self.expect_within(16, "SET parallel_rows = 0; SELECT count(*) AS n, max(length(s)) AS size FROM z.t "
                                   "WHERE s > '1' OR i % 2 = 0", f"n,size\n{count},{size}\n", threads, ["z.db"])

    def test_groups_with_long_texts(self):
        self.expect_within(8, "SELECT count(*) AS n, sum(length(t)) AS size FROM (SELECT string_agg(repeat('x', 100), '') "
                              f"AS t FROM range({ROWS}) AS r(i) GROUP BY i % 1000)", f"n,size\n1000,{100 * ROWS}\n")

    def test_results_that_are_held_back(self):
        count = 70000  # rows of 1,000 bytes
        output = "s\n" + ("x" * 1000 + "\n") * count
        self.write("t.csv", "s\n" + "y\n" * count)
        self.expect_within(2, f"SELECT repeat('x', 1000) AS s FROM range({count})", output, arguments=["--keep-going"])
        # the types of t.csv are guesses
        self.expect_within(2, "SELECT repeat('x', 1000) AS s FROM 't.csv'", output)

    def test_a_box_of_long_values(self):
        width, count = 700000, 120
        line = "x" * width + "\n"
        self.write("t.csv", "s\n" + line * count)
        edges = [left + "─" * (width + 2) + right + "\n" for left, right in ("┌┐", "├┤", "└┘")]
        output = (edges[0] + f"│ {'s'.ljust(width)} │\n" + edges[1] + f"│ {line[:-1]} │\n" * count + edges[2]
                  + f"({count} rows)\n")
        self.expect_within(8, "SELECT * FROM 't.csv'", output, arguments=["--table", "--max-rows", str(count)])

    def test_a_box_of_many_columns(self):
        names = [f"c{c:04d}" for c in range(1600)]
        rows = [[f"{i * c % 99991:05d}x" for c in range(1600)] for i in range(1200)]
        self.write("t.csv", "".join(",".join(row) + "\n" for row in [names] + rows))
        edges = [left + cross.join(["─" * 8] * 1600) + right + "\n" for left, cross, right in ("┌┬┐", "├┼┤", "└┴┘")]
        lines = ["│ " + " │ ".join(row) + " │\n" for row in [[f"{name} " for name in names]] + rows]
        output = edges[0] + lines[0] + edges[1] + "".join(lines[1:]) + edges[2] + "(1200 rows)\n"
        self.expect_within(8, "SELECT * FROM 't.csv'", output, arguments=["--table", "--max-rows", "1200"])

    def test_rows_of_a_thousand_columns(self):
        names = [f"c{c}" for c in range(1000)]
        rows = [[i] + [(i * 7919 + c) % 100000 for c in range(1, 1000)] for i in range(6000)]
        lines = [",".join(map(str, row)) + "\n" for row in rows]
        self.write("t.csv", ",".join(names) + "\n" + "".join(lines))
        self.expect_within(16, "COPY (SELECT *, row_number() OVER (ORDER BY c0) AS r FROM 't.csv' ORDER BY c0) "
                               "TO 'o.csv'", "count\n6000\n")
        numbered = "".join(f"{line[:-1]},{i + 1}\n" for i, line in enumerate(lines))
        self.assertTrue(self.read("o.csv") == ",".join(names) + ",r\n" + numbered)
        keys = ", ".join(names[:500])
        self.expect_within(16, "SET parallel_rows = 0; SELECT count(*) AS groups, sum(n)::BIGINT AS n, sum(c0)::BIGINT AS c "
                               f"FROM (SELECT {keys}, count(*) AS n FROM 't.csv' GROUP BY {keys})",
                           f"groups,n,c\n6000,6000,{sum(row[0] for row in rows)}\n", threads=4)
        self.expect_within(16, "SET parallel_rows = 0; COPY (SELECT * FROM 't.csv') TO 'o.arrow' (FORMAT arrow)",
                           "count\n6000\n", threads=4)
        self.expect(["--csv", "SELECT count(*) AS n, sum(c1)::BIGINT AS first, sum(c999)::BIGINT AS last FROM 'o.arrow'"],
                    f"n,first,last\n6000,{sum(row[1] for row in rows)},{sum(row[999] for row in rows)}\n")

    def test_distinct_rows_of_hundreds_of_texts(self):
        rows = [",".join([str(i), f"the text of row {i}"] * 800) + "\n" for i in range(2000)]
        names = ",".join(f"c{c}" for c in range(1600)) + "\n"
        self.write("t.csv", names + "".join(rows))
        for limit, threads in ((64, 4), (128, 16)):
            self.expect_within(limit, "SET parallel_rows = 0; COPY (SELECT DISTINCT * FROM 't.csv') TO 'o.csv'",
                               "count\n2000\n", threads)
            self.assertTrue(sorted(self.read("o.csv").splitlines(keepends=True)) == sorted(rows + [names]))

    def test_hundreds_of_texts_of_few_groups(self):
        rows = [[f"group {i % 300}"] + [f"the text of {i * c % 977}" for c in range(1600)] for i in range(900)]
        names = ["g"] + [f"c{c}" for c in range(1600)]
        self.write("t.csv", ",".join(names) + "\n" + "".join(",".join(row) + "\n" for row in rows))
        columns = ", ".join(f"max({name}) AS {name}" for name in names[1:])
        self.expect_within(16, "SET parallel_rows = 0; "
                               f"COPY (SELECT g, {columns} FROM 't.csv' GROUP BY g) TO 'o.csv'", "count\n300\n", threads=4)
        groups = sorted([rows[g][0]] + [max(rows[i][c] for i in (g, g + 300, g + 600)) for c in range(1, 1601)]
                        for g in range(300))
        self.assertTrue(sorted(self.read("o.csv").splitlines()[1:]) == [",".join(group) for group in groups])

    def test_a_table_of_most_of_the_memory_loses_rows(self):
        count = 700000  # of 40 bytes and the number: some 50 MB
        statements = (f"CREATE TABLE t AS SELECT i, repeat('x', 40) || i AS s FROM range({count}) AS r(i)",
                      "DELETE FROM t WHERE i % 3 > 0", "DELETE FROM t WHERE i % 2 > 0")
        kept = range(0, count, 6)
        self.expect_within(64, "; ".join(statements + ("SELECT count(*) AS n, sum(i)::BIGINT AS i FROM t",)),
                           f"count\n{count}\ncount\n{count * 2 // 3}\ncount\n{len(range(0, count, 3)) - len(kept)}\n"
                           f"n,i\n{len(kept)},{sum(kept)}\n")

    def test_indexes_take_what_their_rows_need(self):
        count = 700000  # an index of them may be 32 MB; one for half as many more again would be 64
        rows = f"SELECT i * 7919 % 10000019 AS i, i AS k FROM range({count}) AS r(i)"
        for statements in (f"CREATE TABLE t(i BIGINT PRIMARY KEY, k BIGINT); INSERT INTO t {rows}",
                           f"CREATE TABLE t AS {rows}; CREATE INDEX x ON t(i)"):
            self.expect_within(64, f"{statements}; SELECT k FROM t WHERE i = 7919 * 5", f"count\n{count}\nk\n5\n")

    def test_long_texts_that_checks_and_indexes_compute(self):
        rows = "SELECT i, 'text ' || i AS s FROM range(3000) AS r(i)"
        for statements in (f"CREATE TABLE t(i BIGINT, s VARCHAR CHECK (length(repeat(s, 20000)) > 0)); INSERT INTO t {rows}",
                           f"CREATE TABLE t AS {rows}; CREATE INDEX x ON t(length(repeat(s, 20000)))"):
            self.expect_within(16, f"{statements}; SELECT i FROM t WHERE length(repeat(s, 20000)) = 120000 AND i < 1",
                               "count\n3000\ni\n0\n")
        run = self.run_quern("--csv", "-c", "CREATE TABLE t(i BIGINT, s VARCHAR CHECK (repeat(s, 20000) NOT LIKE '%2999%')); "
                             f"INSERT INTO t {rows}")
        self.assertIn("23514", run.errors)

    def test_a_large_text_in_every_row(self):
        one = "CREATE TABLE t AS SELECT i, CASE WHEN i = 7 THEN repeat('x', 1000000) END AS s FROM range(3000) r(i)"
        sizes = "count(length(s)) AS n, max(length(s)) AS size"
        for query, count in (
            ("SELECT a.i, b.s FROM t a JOIN t b ON b.i = a.i * 0 + 7", 3000),
            ("SELECT a.i, b.s FROM t a LEFT JOIN t b ON b.i = 7 AND a.i > 99", 2900),
            ("SELECT a.i, b.s FROM t a JOIN t b ON length(b.s) > a.i OR b.i = a.i + 1", 3000),
            ("SELECT a.s FROM range(9) r(k) RIGHT JOIN t a ON r.k = a.i + 9", 1),
            ("SELECT first_value(s) OVER (ORDER BY i DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS s FROM t "
             "WHERE i <= 7", 8),
            ("SELECT last_value(s IGNORE NULLS) OVER (ORDER BY i) AS s FROM t", 2993),
            ("SELECT first_value(s) OVER (PARTITION BY i % 2 ORDER BY s) AS s FROM t", 1500),
        ):
            for threads in (1, 3):
                with self.subTest(query=query, threads=threads):
                    self.expect_within(64, f"SET parallel_rows = 0; {one}; SELECT {sizes} FROM ({query}) q",
                                       f"count\n3000\nn,size\n{count},1000000\n", threads)

    def test_a_thousand_expressions_over_a_thousand_columns(self):
        names = [f"c{c}" for c in range(1600)]
        self.write("t.csv", ",".join(names) + "\n" + "".join(",".join([str(i)] * 1600) + "\n" for i in range(20)))
        distinct = ", ".join(f"count(DISTINCT {name}) AS {name}" for name in names)
        chosen = ", ".join(f"sum(CASE WHEN {name} > 9 THEN coalesce({name}, 0) ELSE coalesce({name}, 1) * 0 END)::BIGINT "
                           f"AS {name}" for name in names)
        for query, value in ((distinct, "20"), (chosen, str(sum(range(10, 20))))):
            self.expect_within(32, f"SELECT {query} FROM 't.csv'",
                               ",".join(names) + "\n" + ",".join([value] * 1600) + "\n")

    def test_a_summary_of_a_thousand_columns(self):
        count, width = 300, 1600
        values = [[c + i * 7 % count for c in range(width)] for i in range(count)]
        self.write("t.csv", ",".join(f"c{c}" for c in range(width)) + "\n"
                   + "".join(",".join(map(str, row)) + "\n" for row in values))
        summary = "".join(f"c{c},{c},{c + count - 1},{c + (count - 1) / 2},{c + count // 2 - 1},{count}\n"
                          for c in range(width))
        self.expect_within(16, "SET parallel_rows = 0; SELECT column_name, min, max, avg, q50, count "
                               "FROM (SUMMARIZE SELECT * FROM 't.csv')",
                           "column_name,min,max,avg,q50,count\n" + summary, threads=4)

    def test_thousands_of_groups_without_names(self):
        numbers = range(3000)
        output = ",".join(f"c{c}" for c in numbers) + "\n" + ",".join(str(c + 7) for c in numbers) + "\n"
        sums = ", ".join(f"i + {c} AS c{c}" for c in numbers)
        self.expect_within(16, f"SELECT {sums} FROM range(7, 8) AS r(i) GROUP BY ALL", output)

    def test_thousands_of_calls_over_a_window(self):
        numbers = range(3000)
        output = ",".join(f"c{c}" for c in numbers) + "\n" + "".join(
            ",".join(str(sum(i + c for i in range(end + 1))) for c in numbers) + "\n" for end in range(3))
        sums = ", ".join(f"sum(i + {c}) OVER (ORDER BY i)::BIGINT AS c{c}" for c in numbers)
        self.expect_within(16, f"SELECT {sums} FROM range(3) AS r(i) ORDER BY i", output)
        output = output.splitlines()[0] + "\n" + ",".join(str(c + 1) for c in numbers) + "\n"
        middles = ", ".join(f"median(i + {c}) OVER (ORDER BY i ROWS 2 PRECEDING)::BIGINT AS c{c}"
                            for c in numbers)
        self.expect_within(16, f"SELECT {middles} FROM range(3) AS r(i) ORDER BY i LIMIT 1 OFFSET 2", output)

    def test_many_windows_over_a_thousand_columns(self):
        width, count, windows = 1500, 20, range(1, 121)
        rows = [[i] + [i * c % 7 for c in range(1, width)] for i in range(count)]
        self.write("t.csv", ",".join(f"c{c}" for c in range(width)) + "\n"
                   + "".join(",".join(map(str, row)) + "\n" for row in rows))
        wanted = ", ".join(f"sum(c{c})::BIGINT AS c{c}" for c in range(width))
        sums = [sum(row[c] for row in rows) for c in range(width)]
        for call, value in (
            ("row_number() OVER (PARTITION BY c{c} ORDER BY c0)",
             lambda row, c: sum(other[c] == row[c] and other[0] <= row[0] for other in rows)),
            ("sum(c0) OVER (PARTITION BY c{c})",
             lambda row, c: sum(other[0] for other in rows if other[c] == row[c])),
        ):
            weighed = sum((c + row[0]) * value(row, c) for c in windows for row in rows)
            product = " + ".join(f"({c} + c0) * w{c}" for c in windows)
            calls = ", ".join(f"{call.format(c=c)} AS w{c}" for c in windows)
            self.expect_within(16, f"SELECT sum({product})::BIGINT AS w, {wanted} FROM (SELECT *, {calls} FROM 't.csv')",
                               ",".join(["w"] + [f"c{c}" for c in range(width)]) + "\n"
                               + ",".join(map(str, [weighed] + sums)) + "\n")

    def test_hundreds_of_distinct_counts(self):
        count = 2500
        names = [f"c{c}" for c in range(300)]
        rows = [[i * (c + 1) % 1999 for c in range(300)] for i in range(count)]
        self.write("t.csv", ",".join(names) + "\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))
        kinds = ",".join(str(len({row[c] for row in rows})) for c in range(300))
        self.expect_within(16, f"SELECT {', '.join(f'count(DISTINCT {name}) AS {name}' for name in names)} FROM 't.csv'",
                           f"{','.join(names)}\n{kinds}\n")

    def test_a_thousand_distinct_counts(self):
        names = [f"c{c}" for c in range(1000)]
        self.write("t.csv", ",".join(names) + "\n"
                   + "".join(",".join(str((i * 7 + c) % 1000) for c in range(1000)) + "\n" for i in range(300)))
        self.expect_within(20, f"SELECT {', '.join(f'count(DISTINCT {name}) AS {name}' for name in names)} FROM 't.csv'",
                           f"{','.join(names)}\n{','.join(['300'] * 1000)}\n")

    def test_hundreds_of_distinct_counts_with_few_open_files(self):
        numbers, count = range(1, 201), 5000
        counts = ", ".join(f"count(DISTINCT i / {c}) AS c{c}" for c in numbers)
        output = ",".join(f"c{c}" for c in numbers) + "\n" + ",".join(str(-(-count // c)) for c in numbers) + "\n"
        run = self.run_quern("--csv", "--set", "spill_after=9", "-c", f"SELECT {counts} FROM range({count}) AS r(i)",
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100)))
        self.assertEqual((run.output, run.errors), (output, ""))

    def test_windows_of_many_threads_with_few_open_files(self):
        count, kinds = 50000, 3000
        self.write("t.csv", "i,s\n" + "".join(f"{i},text {i * 7919 % count}\n" for i in range(count)))
        sizes = [len(range(kind, count, kinds)) for kind in range(kinds)]
        query = "SELECT sum(r)::BIGINT AS r FROM (SELECT row_number() OVER (PARTITION BY i % 3000 ORDER BY s) AS r FROM 't.csv')"
        arguments = ("--csv", "--set", "spill_after=50", "--set", "threads=8", "--set", "parallel_rows=0", "-c", query)
        run = self.run_quern(*arguments, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100)))
        self.assertEqual((run.output, run.errors),
                         (f"r\n{sum(size * (size + 1) // 2 for size in sizes)}\n", ""))

    def test_a_temporary_file_that_cannot_be_opened(self):
        query = "SELECT i, count(*) FROM range(99) AS a(i) JOIN range(99) AS b(j) ON i = j GROUP BY i ORDER BY i"
        run = self.run_quern("--csv", "--set", "spill_after=9", "--set", "threads=1", "-c", query, # one file is not enough
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4)))
        self.assertEqual((run.output, run.status), ("", 4))
        self.assertRegex(run.errors, "error 58030: .*: making a temporary file: Too many open files\n"
                                     "hint: fewer threads open fewer files \\(SET threads\\)\n$")

    def test_what_a_join_tells_of_long_keys(self):
        count = 50000  # each is a new bound
        self.write("t.csv", "s\n" + "".join(f"{i:06d}".ljust(1500, "x") + "\n" for i in range(count)))
        self.expect_within(8, "SELECT count(*) AS n FROM 't.csv' a JOIN 't.csv' b ON a.s = b.s", f"n\n{count}\n")

    def test_values_of_two_megabytes(self):
        count, size = 40, 2000000
        texts = [f"{i * 7 % count // 2:06d}".ljust(size, "x") for i in range(count)]  # each twice
        lines = [f"{i},{text}\n" for i, text in enumerate(texts)]
        self.write("t.csv", "i,s\n" + "".join(lines))
        self.expect_within(32, "COPY (SELECT * FROM 't.csv' ORDER BY s, i) TO 'o.csv'", f"count\n{count}\n")
        order = sorted(range(count), key=lambda i: (texts[i][:6], i))
        self.assertTrue(self.read("o.csv") == "i,s\n" + "".join(lines[i] for i in order))
        sums = "count(*) AS n, sum(length(s))::BIGINT AS size"
        kinds = f"n,size\n{count // 2},{count // 2 * size}\n"
        for limit, threads, query, output in (
            (32, 1, f"SELECT {sums} FROM (SELECT DISTINCT s FROM 't.csv')", kinds),
            (32, 4, f"SELECT {sums} FROM (SELECT s FROM 't.csv' UNION SELECT s FROM 't.csv')", kinds),
            (32, 1, "SELECT count(*) AS n FROM 't.csv' a JOIN 't.csv' b ON a.s = b.s", f"n\n{2 * count}\n"),
            (32, 4, "SELECT count(*) AS n FROM 't.csv' a JOIN 't.csv' b ON a.s = b.s", f"n\n{2 * count}\n"),
            (128, 4, "SELECT count(*) AS n FROM 't.csv' a JOIN 't.csv' b ON a.s = b.s", f"n\n{2 * count}\n"),
            (32, 1, f"WITH w AS MATERIALIZED (SELECT * FROM 't.csv') SELECT {sums} FROM w WHERE i >= (SELECT min(i) FROM w)",
             f"n,size\n{count},{count * size}\n"),
        ):
            with self.subTest(query=query, threads=threads):
                self.expect_within(limit, f"SET parallel_rows = 0; {query}", output, threads)

    def test_computed_texts_of_megabytes(self):
        count, size = 40, 2000000
        text = f"repeat('x', {size}) || (i + 10)"
        rows, total = f"range({count}) AS r(i)", f"n,size\n{count},{count * (size + 2)}\n"
        sums = "count(*) AS n, sum(length(s))::BIGINT AS size"
        for query, output in (
            (f"SELECT count(DISTINCT s) AS n, max(length(s)) AS size FROM (SELECT {text} AS s FROM {rows})",
             f"n,size\n{count},{size + 2}\n"),
            (f"SELECT {sums} FROM (SELECT DISTINCT {text} AS s FROM {rows})", total),
            (f"SELECT {sums} FROM (SELECT max({text}) AS s FROM {rows} GROUP BY i)", total),
            (f"SELECT {sums} FROM (SELECT {text} AS s, count(*) FROM {rows} GROUP BY s)", total),
            (f"SELECT {sums} FROM (SELECT lag({text}, 0) OVER (ORDER BY i) AS s FROM {rows})", total),
            (f"SELECT count(*) AS n FROM {rows} JOIN {rows.replace('r(i)', 'q(j)')} ON {text} = {text.replace('i +', 'j +')}",
             f"n\n{count}\n"),
            (f"SELECT i FROM {rows} WHERE {text} > repeat('x', {size}) || '20' AND i % 2 = 0",
             "i\n" + "".join(f"{i}\n" for i in range(12, count, 2))),
            (f"SELECT r FROM (SELECT row_number() OVER (ORDER BY {text}) AS r, i FROM range(64) AS r(i)) ORDER BY i",
             "r\n" + "".join(f"{i + 1}\n" for i in range(64))),
            (f"SELECT i FROM {rows} ORDER BY {text} DESC", "i\n" + "".join(f"{i}\n" for i in reversed(range(count)))),
            (f"COPY (SELECT {text} AS s FROM {rows}) TO 'o.csv'", f"count\n{count}\n"),
        ):
            for threads in (1, 4):
                with self.subTest(query=query, threads=threads):
                    self.expect_within(32, f"SET parallel_rows = 0; {query}", output, threads)
        self.assertTrue(self.read("o.csv") == "s\n" + "".join("x" * size + f"{i + 10}\n" for i in range(count)))

    def test_computed_texts_that_share_buffers(self):
        self.expect_within(16, "SELECT count(*) AS n, sum(length(s))::BIGINT AS size FROM "
                               "(SELECT repeat('x', 100000) || i AS s FROM range(2000) AS r(i))",
                           f"n,size\n2000,{2000 * 100000 + sum(len(str(i)) for i in range(2000))}\n")

    def test_windows_that_give_texts_of_some_kilobytes(self):
        count, size = 2500, 12000
        self.write("t.csv", "i,s\n" + "".join(f"{i}," + f"{i:06d}".ljust(size, "x") + "\n" for i in range(count)))
        columns = ", ".join(f"lag(s, {c}) OVER (ORDER BY i) AS s{c}" for c in range(5))
        sizes = ", ".join(f"sum(length(s{c}))::BIGINT AS s{c}" for c in range(5))
        self.expect_within(16, f"SELECT {sizes} FROM (SELECT {columns} FROM 't.csv')",
                           "s0,s1,s2,s3,s4\n" + ",".join(str((count - c) * size) for c in range(5)) + "\n")

    def test_windows_partitioned_by_long_texts(self):
        count = 16000
        keys = [f"{i * 7919 % 5000:06d}".ljust(2400, "x") for i in range(count)]
        self.write("t.csv", "k,i\n" + "".join(f"{key},{i}\n" for i, key in enumerate(keys)))
        places, numbered = {}, []
        for i, key in enumerate(keys):
            places[key] = places.get(key, 0) + 1
            numbered.append(f"{key},{i},{places[key]}")
        for limit, threads in ((24, 1), (64, 8), (128, 16)):
            with self.subTest(limit=limit, threads=threads):
                self.expect_within(limit, "SET parallel_rows = 0; COPY (SELECT *, row_number() OVER (PARTITION BY k "
                                          "ORDER BY i) AS r FROM 't.csv') TO 'o.csv'", f"count\n{count}\n", threads)
                self.assertTrue(sorted(self.read("o.csv").splitlines()[1:]) == sorted(numbered))

    def test_groups_whose_keys_are_long(self):
        keys = [f"{i:06d}".ljust(200000, "x") for i in range(900)]
        self.write("t.csv", "s\n" + "".join(key + "\n" for key in keys))
        self.expect_within(200, "COPY (SELECT s, count(*) AS n FROM 't.csv' GROUP BY s) TO 'o.csv'", "count\n900\n")
        self.assertTrue(sorted(self.read("o.csv").splitlines()) == [key + ",1" for key in keys] + ["s,n"])

    def test_values_of_eight_megabytes(self):
        count, size = 12, 8000000
        self.write("t.csv", "i,s\n" + "".join(f"{i}," + f"{i // 2:06d}".ljust(size, "x") + "\n" for i in range(count)))
        for limit, threads, query, output in (
            (32, 4, "SELECT count(*) AS n FROM 't.csv' a JOIN 't.csv' b ON a.s = b.s", f"n\n{2 * count}\n"),
            (64, 1, "SELECT sum(length(s))::BIGINT AS size, sum(r)::BIGINT AS r FROM (SELECT s, row_number() OVER "
                    "(PARTITION BY s ORDER BY i) AS r FROM 't.csv')", f"size,r\n{count * size},{count // 2 * 3}\n"),
        ):
            with self.subTest(query=query):
                self.expect_within(limit, f"SET parallel_rows = 0; {query}", output, threads)
