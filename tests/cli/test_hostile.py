"""Queries that nobody would write: deep, wide, long. They answer or say why not; nothing breaks."""
import resource

from harness import ProgramTest

DEEP = 10000
TOO_DEEP = r"error 54001: .*nested too deeply"


class Hostile(ProgramTest):
    def answer(self, sql, value):
        self.write("q.sql", sql)
        run = self.run_quern("--csv", "-f", "q.sql")
        self.assertEqual((run.output.split("\n", 1)[-1], run.errors, run.status), (f"{value}\n", "", 0))

    def refuse(self, sql, errors=TOO_DEEP):
        self.write("q.sql", sql)
        run = self.run_quern("--csv", "-f", "q.sql")
        self.assertEqual((run.output, run.status), ("", 1), run.errors)
        self.assertRegex(run.errors, errors)

    def test_ten_thousand_levels_are_refused(self):
        for before, middle, behind in (
                ("(", "1", ")"), ("-(", "1", ")"), ("NOT ", "true", ""), ("abs(", "1", ")"), ("(SELECT ", "1", ")"),
                ("CAST(", "1", " AS INTEGER)"), ("CASE WHEN true THEN ", "1", " END"), ("[", "1", "]"),
                ("CASE WHEN ", "true", " THEN true END"), ("1 IN (", "1", ")"), ("EXISTS (SELECT ", "1", ")")):
            with self.subTest(before):
                self.refuse("SELECT " + before * DEEP + middle + behind * DEEP)

    def test_ten_thousand_levels_of_queries_are_refused(self):
        for before, middle, behind in (
                ("(", "SELECT 1", ")"), ("WITH a AS (", "SELECT 1", ") SELECT 1"),
                ("SELECT * FROM (", "SELECT 1", ") t"), ("EXPLAIN (", "SELECT 1", ")"),
                ("SELECT * FROM (", "generate_series(1, 1)", " CROSS JOIN generate_series(1, 1))")):
            with self.subTest(before):
                self.refuse(before * DEEP + middle + behind * DEEP, r"error (54001|42601): ")

    def test_a_file_size_limit_is_an_error_that_names_the_folder(self):
        self.write("q.sql", "SET spill_after = 100; SELECT i FROM range(100000) AS t(i) ORDER BY i * 7919 % 100000;")
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100000, limit[1]))
        try:
            run = self.run_quern("--csv", "-f", "q.sql")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        self.assertEqual((run.output, run.status), ("", 4), run.errors)
        self.assertRegex(run.errors, r"error 53100: /.*: writing a temporary file: File too large\nhint: SET temp_directory")

    def test_a_hundred_levels_are_fine(self):
        self.answer("SELECT " + "(" * 100 + "1" + ")" * 100, 1)
        self.answer("SELECT " + "(SELECT " * 20 + "1" + ")" * 20, 1)
        self.answer("SELECT " + "NOT " * 100 + "true", "true")
        self.answer("SELECT * FROM " + "(SELECT * FROM " * 30 + "(SELECT 7) t" + ") t" * 30, 7)

    def test_long_chains_are_lists(self):
        self.answer("SELECT " + " + ".join(["1"] * 900), 900)
        self.answer("SELECT " + " AND ".join(["true"] * 5000), "true")
        self.answer("SELECT " + " OR ".join(["false"] * 5000), "false")
        self.answer("SELECT count(*) FROM (" + " UNION ALL ".join(["SELECT 1"] * 500) + ") t", 500)
        self.refuse("SELECT " + " + ".join(["1"] * DEEP))

    def test_a_hundred_thousand_values_in_one_list(self):
        values = ", ".join(str(2 * i) for i in range(1, 100001))
        self.answer(f"SELECT count(*) FROM generate_series(1, 200000) g (i) WHERE i IN ({values})", 100000)
        values = ", ".join(f"'text {2 * i}'" for i in range(1, 20001))
        self.answer(f"SELECT count(*) FROM generate_series(1, 40000) g (i) WHERE 'text ' || i NOT IN ({values})", 20000)

    def test_five_thousand_columns(self):
        columns = ", ".join(f"c{i} INTEGER" for i in range(5000))
        values = ", ".join(map(str, range(5000)))
        script = f"CREATE TABLE wide ({columns}); INSERT INTO wide VALUES ({values}); SELECT c0, c2500, c4999 FROM wide"
        self.answer(script,
                    "1\nc0,c2500,c4999\n0,2500,4999")
        sums = ", ".join(f"i + {i} AS c{i}" for i in range(1500))
        self.answer(f"SELECT count(*) FROM (SELECT {sums} FROM generate_series(1, 3000) g (i)) t WHERE c1499 > 1500", 2999)

    def test_many_rows_keys_branches_and_arguments(self):
        rows = ", ".join(f"({i})" for i in range(20000))
        self.answer(f"SELECT count(*) FROM (VALUES {rows}) t (i) WHERE i % 2 = 0", 10000)
        keys = ", ".join(f"i + {i}" for i in range(500))
        self.answer(f"SELECT count(*) FROM (SELECT 1 FROM generate_series(1, 10) g (i) GROUP BY {keys}) t", 10)
        self.answer(f"SELECT i FROM generate_series(1, 3) g (i) ORDER BY {keys} DESC LIMIT 1", 1)
        branches = " ".join(f"WHEN {i} THEN {2 * i}" for i in range(3000))
        self.answer(f"SELECT CASE i {branches} END FROM (VALUES (2999)) t (i)", 5998)
        self.answer("SELECT length(concat(" + ", ".join(["'z'"] * 100) + "))", 100)
        self.refuse("SELECT length(concat(" + ", ".join(["'z'"] * 3000) + "))", "error ")

    def test_names_and_texts_of_any_length(self):
        name = "x" * 10000
        self.answer(f"SELECT {name} FROM (SELECT 5 AS {name}) t", 5)
        self.answer(f"SELECT length('{'y' * 1000000}')", 1000000)
        self.answer("SELECT length(repeat('é', 1000000))", 1000000)
        self.refuse(f"SELECT {name}", "error 42703: ")
        self.refuse(f"SELECT '{'y' * 100000}'::INTEGER", "error 22P02: ")

    def test_sixty_four_tables(self):
        tables = ", ".join(f"(VALUES ({i})) t{i} (a{i})" for i in range(64))
        conditions = " AND ".join(f"a{i} + 1 = a{i + 1}" for i in range(63))
        self.answer(f"SELECT a0, a63 FROM {tables} WHERE {conditions}", "0,63")
        link = "CREATE TABLE link (a INTEGER, b INTEGER); INSERT INTO link SELECT i, i + 1 FROM generate_series(1, 100) g (i); "
        for kind, answer in (("JOIN", "37,37"), ("LEFT JOIN", "100,37"), ("RIGHT JOIN", "100,100")):
            joins = " ".join(f"{kind} link l{i} ON l{i}.a = l{i - 1}.b" for i in range(1, 64))
            self.answer(f"{link}SELECT count(*), count(l63.a) FROM link l0 {joins}",
                        f"100\ncount,count\n{answer}")

    def test_any_bytes_are_an_error_with_a_place(self):
        for text in (b"SELECT \xff\xfe", b"SELECT '\xc3'", b"\x00", b"SELECT 1\x00SELECT 2", b"\xed\xa0\x80", b"'" * 99,
                     b"(" * 99, b")" * 99, b"/*" * 99, b"$$" * 99, b"SELECT " + bytes(range(1, 128))):
            with self.subTest(text[:20]):
                run = self.run_quern("--csv", "-f", "-", input=text)
                self.assertIn(run.status, (1, 3), run.output)
                self.assertRegex(run.errors, r"error (42601|22021|54001|22P02)")
