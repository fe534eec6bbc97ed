"""Scripts: from files, from standard input, statement by statement; where errors are; --keep-going."""
import re
import time

from harness import ProgramTest


class Scripts(ProgramTest):
    def test_standard_input_is_sql_when_none_is_given(self):
        self.expect([], "a\n1\nb\n2\n", input="select 1 as a;\nselect 2 as b")

    def test_comments_quotes_and_blank_statements_are_no_statements(self):
        script = "-- a; comment\n/* one; /* two; */ */ select ';' as \"x;y\"; ;\n\n;-- end"
        self.expect([], 'x;y\n;\n', input=script)

    def test_a_script_may_begin_with_a_hash_bang(self):
        self.write("s.sql", "#!/usr/bin/env quern\nselect 1 as a;\n")
        self.expect(["-f", "s.sql"], "a\n1\n")

    def test_it_stops_at_the_first_error(self):
        self.expect([], "a\n1\n", r"line 2", 1, input="select 1 as a;\nselect nope;\nselect 3;\n")

    def test_an_error_names_script_line_and_column_and_shows_the_place(self):
        self.write("s.sql", "select 1 as a;\n\nselect\n    1 +\n    nope;\n")
        run = self.run_quern("-f", "s.sql")
        self.assertEqual(run.status, 1)
        self.assertRegex(run.errors, r"^quern: s\.sql: line 5, column 5: error 42703: .*nope")
        self.assertRegex(run.errors, r"\n        nope;\n        \^\n")

    def test_the_caret_counts_characters_and_not_bytes(self):
        run = self.run_quern(input="select 'äöü' as é, nope")
        self.assertRegex(run.errors, r"line 1, column 20: ")
        self.assertRegex(run.errors, r"\n    select 'äöü' as é, nope\n {4}" + " " * 19 + r"\^\n")

    def test_an_error_names_the_column_of_its_line_also_behind_other_statements(self):
        run = self.run_quern("--keep-going", input="select 1 as \"é\"; foo;\n\n   bar; /* x */ baz\n;select\n  nope;\n")
        places = re.findall(r"<stdin>: line (\d+), column (\d+): error", run.errors)
        self.assertEqual(places, [("1", "18"), ("3", "4"), ("3", "17"), ("5", "3")])

    def test_a_byte_order_mark_may_stand_before_a_command(self):
        self.write("s.sql", "\ufeff.print hello\nselect 1 as a;\n")
        run = self.run_quern("-f", "s.sql")
        self.assertEqual((run.status, run.output, run.errors), (0, "hello\na\n1\n", ""))

    def test_of_a_long_line_only_the_place_is_shown(self):
        run = self.run_quern("-c", "select " + "1, " * 3000 + "nope" + ", 1" * 3000)
        self.assertRegex(run.errors, r"nope")
        self.assertLess(max(map(len, run.errors.splitlines())), 300)

    def test_an_unclosed_quote_is_an_error_at_the_end(self):
        run = self.run_quern(input="select 1 as a;\nselect 'abc;\n")
        self.assertEqual((run.output, run.status), ("a\n1\n", 1))
        self.assertRegex(run.errors, r"line 2")

    def test_keep_going_reports_and_goes_on(self):
        run = self.run_quern("--csv", "--null-value", "X", "--keep-going", "-f", "-",
                             input="select 1 as a;\nselect nope;\nselect null as b;\n\nselec;\nselect 2 as c where 1=0;\n")
        self.assertEqual((run.output, run.status), ("a\n1\nb\nX\nc\n", 1))
        self.assertRegex(run.errors, r"(?s)line 2.*line 5")

    def test_keep_going_shows_no_part_of_a_result_that_fails(self):
        self.numbers(20000)
        query = "select 1 / (19000 - n) as x from numbers;\n"
        for limit in ("1GB", "1MB"):  # with little memory what is held back goes to disk
            with self.subTest(limit=limit):
                run = self.run_quern("numbers.csv", "--keep-going", "--set", f"memory_limit={limit}", "-f", "-",
                                     input=query + "select 1 as a;\n")
                self.assertEqual((run.output, run.status), ("a\n1\n", 1))
                self.assertRegex(run.errors, r"line 1\b")

    def test_each_statement_is_answered_before_the_next_is_sent(self):
        process = self.start("--csv", "--keep-going", "-f", "-")
        for i in range(3):
            process.stdin.write(f"select {i} as a;\n".encode())
            process.stdin.flush()
            self.assertEqual(process.stdout.readline() + process.stdout.readline(), f"a\n{i}\n".encode())
        process.stdin.close()
        self.assertEqual(process.wait(), 0)

    def test_a_statement_of_many_megabytes_is_taken(self):
        text = "x" * 20_000_000
        started = time.monotonic()
        self.expect([], "n\n20000000\n", input=f"select length('{text}') as n;")
        self.assertLess(time.monotonic() - started, 20)

    def test_a_semicolon_in_every_place_of_a_long_text(self):
        self.expect([], "n\n300000\n", input="select length('" + ";" * 300000 + "') as n;")


class Commands(ProgramTest):
    def test_commands_stand_between_statements(self):
        self.expect([], "a\n1\na\tb\n1\t2\n", input="select 1 as a;\n.mode tsv\nselect 1 as a, 2 as b;\n")

    def test_read_runs_a_script_and_comes_back(self):
        self.write("one.sql", "select 1 as a;")
        self.expect([], "a\n1\nb\n2\n", input=".read one.sql\nselect 2 as b;\n")

    def test_a_script_that_reads_itself_is_stopped(self):
        self.write("self.sql", ".read self.sql\n")
        run = self.run_quern("-f", "self.sql")
        self.assertEqual(run.status, 1)
        self.assertIn("deep", run.errors)

    def test_output_switches_to_a_file_and_back(self):
        self.expect([], "b\n2\n", input=".output out.csv\nselect 1 as a;\n.output\nselect 2 as b;\n")
        self.assertEqual(self.read("out.csv"), "a\n1\n")

    def test_nullvalue_and_headers(self):
        self.expect([], "-\n", input=".nullvalue -\n.headers off\nselect null;\n")

    def test_tables_describe_and_schema(self):
        made = "create table people (name varchar, age integer);\n"
        run = self.run_quern(input=made + ".tables\n")
        self.assertRegex(run.output, r"(?m)^people\b|,people\b")
        run = self.run_quern(input=made + "\\d people\n")
        self.assertRegex(run.output, r"name,VARCHAR|name.*VARCHAR")
        self.assertRegex(run.output, r"age.*INTEGER")
        run = self.run_quern(input=made + ".schema\n")
        self.assertRegex(run.output, r"(?is)create table.*people.*name.*age.*;\n$")

    def test_what_schema_prints_makes_the_same_again(self):
        made = ("create sequence odd start 5 increment 2; create table t (n integer default nextval('odd'), "
                "s serial, i integer generated always as identity, x text); create view v as select x from t;\n"
                "create index by_x on t (x);\n")
        printed = self.run_quern(input=made + ".schema\n").output
        rows = "insert into t (x) values ('a'), ('b'); from t;\n"
        self.assertEqual(self.run_quern(input=printed + ".schema\n").output, printed)
        self.assertIn("5,1,1,a\n7,2,2,b\n", self.run_quern(input=printed + rows).output)

    def test_what_schema_prints_keeps_schemas_and_the_names_of_files_tables(self):
        self.write("numbers.csv", "n\n1\n")
        made = ("create schema s; create table s.t (a integer); create index by_a on s.t (a); create sequence s.q;\n"
                "create view s.v as select a from s.t; create temp table kept (b text);\n"
                "create external table \"Odd\" stored as csv location 'numbers.csv';\n")
        run = self.run_quern(input=made + ".schema\n")
        self.assertEqual((run.status, run.errors), (0, ""))
        self.assertEqual(self.run_quern(input=run.output + ".schema\n").output, run.output)
        rows = "insert into s.t values (nextval('s.q')); from s.v; from kept; select n from \"Odd\";\n"
        self.assertEqual(self.run_quern(input=run.output + rows).output, "count\n1\na\n1\nb\nn\n1\n")

    def test_schema_does_not_read_standard_input(self):
        self.write("s.sql", ".schema\n")
        run = self.run_quern("-f", "s.sql", input="")
        self.assertEqual((run.status, run.output, run.errors), (0, "", ""))

    def test_schema_goes_on_behind_a_table_that_cannot_be_read(self):
        self.write("empty.csv", "")
        self.write("good.csv", "a\n1\n")
        self.write("s.sql", ".schema\n")
        run = self.run_quern("empty.csv", "good.csv", "-f", "s.sql")
        self.assertIn("CREATE EXTERNAL TABLE good (\"a\" BIGINT) STORED AS CSV", run.output)
        self.assertRegex(run.errors, r"s\.sql: line 1: .*empty\.csv: is empty")
        self.assertEqual(run.status, 1)

    def test_schema_of_a_missing_table_is_an_error(self):
        run = self.run_quern(input=".schema nosuch\n")
        self.assertEqual(run.status, 1)
        self.assertIn("nosuch", run.errors)

    def test_the_timer_talks_on_standard_error(self):
        run = self.run_quern("--timer", "-c", "select 1 as a")
        self.assertEqual(run.output, "a\n1\n")
        self.assertRegex(run.errors, r"^time: \d+\.\d+ s, 1 row\n$")

    def test_an_unknown_command_is_an_error_with_its_line(self):
        self.expect([], "", r"<stdin>: line 2: no command `\.nosuch`", 1, input="\n.nosuch\nselect 1;\n")

    def test_help_lists_every_command(self):
        output = self.run_quern(input=".help\n").output
        for name in (".help", ".tables", ".schema", ".mode", ".read", ".timer", ".quit", "\\d", "\\dt", "\\q", "\\?"):
            self.assertIn(name, output)
        self.assertIn("markdown", self.run_quern(input=".help mode\n").output)

    def test_quit_ends_the_script(self):
        self.expect([], "a\n1\n", input="select 1 as a;\n.quit\nselect 2;\n")

    def test_a_restricted_script_runs_no_commands(self):
        self.expect([], "a\n1\nhello\n",
                    input="\\restrict k3y\nselect 1 as a;\n\\unrestrict k3y\n\\echo hello\n")
        for command in ("\\echo hello", "\\unrestrict other", "\\unrestrict", "\\restrict more"):
            run = self.run_quern(input="\\restrict k3y\n" + command + "\nselect 1 as a;\n")
            self.assertEqual((run.status, run.output), (1, ""), command)

    def test_safe_refuses_files(self):
        self.write("one.sql", "select 1;")
        for command in (".read one.sql", ".output x.csv", ".open one.sql", "\\i one.sql", "\\o x.csv"):
            run = self.run_quern("--safe", "-f", "-", input=command + "\n")
            self.assertEqual((run.status, run.output), (1, ""), command)
            self.assertIn("--safe", run.errors)
        self.assertFalse((self.folder / "x.csv").exists())
