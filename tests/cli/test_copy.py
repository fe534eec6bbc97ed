"""COPY FROM STDIN with its rows in the script, as psql and pg_dump have it; COPY in PostgreSQL's text format."""
from hashlib import md5

from harness import ProgramTest, Terminal

CREATE = "create table t (a int, s text);\n"


class Copy(ProgramTest):
    def rows(self, script, *arguments, errors="", status=0, query="select a, s from t order by a"):
        """What a script with COPY leaves in t; the counts that come before are not looked at."""
        run = self.run_quern("--keep-going", *arguments, input=CREATE + script + "\nselect 'rows' as mark;\n" + query)
        self.assertEqual(run.status, status, run.errors)
        self.assertRegex(run.errors, errors or r"\A\Z")
        return run.output.partition("mark\nrows\n")[2]

    def test_rows_stand_behind_the_statement_up_to_a_backslash_and_a_dot(self):
        self.assertEqual(self.rows("copy t from stdin;\n1\tx\n2\t\\N\n3\t\n\\.\n"), 'a,s\n1,x\n2,\n3,""\n')

    def test_a_script_file_has_them_too(self):
        self.write("s.sql", CREATE + "COPY public.t (s, a) FROM stdin; -- rows\nx\t1\n\\.\nselect a, s from t;\n")
        self.expect(["-f", "s.sql"], "count\n1\na,s\n1,x\n")

    def test_the_end_of_the_script_ends_them(self):
        self.write("s.sql", CREATE + "copy t from stdin;\n1\tx")
        self.expect(["-f", "s.sql", "-c", "select a, s from t"], "count\n1\na,s\n1,x\n")

    def test_backslashes_are_those_of_postgresql(self):
        fields = {r"a\tb\nc\rd\\e": "6109620a630d645c65", r"\b\f\v": "080c0b", r"\x41\x4\101\7z\q": "410441077a71",
                  r"\\N": "5c4e", r"\\.": "5c2e", r"x\xC3\xA9": "78c3a9", '"q",\'': '2271222c27', "a\\\tb": "610962",
                  "a\\\nb": "610a62"}
        data = "".join(f"{i}\t{field}\n" for i, field in enumerate(fields))
        self.assertEqual(self.rows(f"copy t from stdin;\n{data}\\.",
                                   query="select md5(s) as h from t order by a"),
                         "h\n" + "".join(md5(bytes.fromhex(text)).hexdigest() + "\n" for text in fields.values()))

    def test_blank_lines_are_values_of_one_column(self):
        run = self.run_quern(input="create table o (s text);\ncopy o from stdin;\n\n\\N\n\nx\n\\.\n"
                                   "select count(*) as n, count(s) as s, count(nullif(s, '')) as x from o;")
        self.assertEqual(run.output, "count\n4\nn,s,x\n4,3,1\n")

    def test_options_say_otherwise(self):
        self.assertEqual(self.rows("copy t from stdin with (delimiter '|', null 'nil');\n1|nil\n2|\\|\n\\."),
                         'a,s\n1,\n2,|\n')
        self.assertEqual(self.rows("copy t from stdin (header);\na\ts\n1\tx\n\\."), "a,s\n1,x\n")

    def test_csv_has_no_header_unless_it_is_said(self):
        self.assertEqual(self.rows('copy t from stdin with (format csv);\n1,"x\ny"\n2,\n3,""\n\\.'),
                         'a,s\n1,"x\ny"\n2,\n3,""\n')
        self.assertEqual(self.rows("copy t from stdin with (FORMAT CSV, HEADER);\na,s\n1,;\n\\."), "a,s\n1,;\n")

    def test_a_statement_that_fails_takes_its_rows_with_it(self):
        rows = "1\tx\n;select 7 as seven;\n\\quit\n\\.\n"
        for statement, code in (("copy nope from stdin", "42P01"), ("copy t (b) from stdin", "42703"),
                                ("copy t from stdin with (nope 1)", "22023"), ("copy from stdin from stdin", "42601"),
                                ("copy t from stdin", "22P04"), ("copy t from stdin; select 1", "line 2: the rows of COPY")):
            with self.subTest(statement):
                status = 3 if code == "22P04" else 1
                self.assertEqual(self.rows(f"{statement};\n{rows}", errors=code, status=status), "a,s\n")

    def test_an_error_names_the_line_of_the_script_and_nothing_is_kept(self):
        self.write("s.sql", CREATE + "\ncopy t\nfrom stdin;\n1\tx\nzz\ty\n\\.\n")
        run = self.run_quern("--keep-going", "-f", "s.sql", "-c", "select count(*) as n from t")
        self.assertRegex(run.errors, r"^quern: s\.sql: line 3: error 22P04: s\.sql:6:1: 'zz' is no INTEGER")
        self.assertEqual((run.output, run.status), ("n\n0\n", 3))
        for row in ("1", "1\tx\ty", "", "1\t\\xff", "1\t\\0"):
            with self.subTest(row):
                script = f"copy t from stdin;\n5\ta\n{row}\n\\."
                self.assertEqual(self.rows(script, errors="<stdin>:4", status=3), "a,s\n")

    def test_a_backslash_at_the_end_of_all_hides_no_row(self):
        self.expect(["-c", CREATE + "copy t from stdin; select a, s from t"], "count\n2\na,s\n1,x\n2,y\\\n",
                    input="1\tx\n2\ty\\")

    def test_long_rows_and_many_are_read(self):
        data = "".join(f"{i}\t{i}\n" for i in range(200000)) + "-1\t" + "y" * 300000 + "\n"
        self.assertEqual(self.rows(f"copy t from stdin;\n{data}\\.", query="select count(*) as n, sum(a) as s, "
                                   "max(length(s)) as l from t"), f"n,s,l\n200001,{200000 * 199999 // 2 - 1},300000\n")

    def test_a_statement_of_the_command_line_reads_standard_input(self):
        sql = CREATE + "copy t from stdin; select a, s from t"
        self.expect(["-c", sql], "count\n1\na,s\n1,x\n", input="1\tx\n")
        self.expect(["-c", sql], "", "stdin:2:1: 'zz' is no INTEGER", 3, input="1\tx\nzz\ty\n")

    def test_a_backslash_and_a_dot_end_what_is_no_script_too(self):
        sql = "create table t (s text); copy t from {} (format text); select s from t"
        self.expect(["-c", sql.format("stdin")], "count\n2\ns\nx\ny\n", input="x\ny\n\\.\n")
        for rows in ("x\r\ny\r\n\\.\r\n", "x\ny\n\\."):
            self.write("x.dat", rows)
            self.expect(["-c", sql.format("'x.dat'")], "count\n2\ns\nx\ny\n")
        self.expect(["-c", sql.format("stdin")], "", r"stdin:2:1: lines behind \\., which is the end", 3,
                    input="x\n\\.\ny\n")

    def test_rows_that_are_left_out_keep_their_places_in_the_script(self):
        self.write("s.sql", CREATE + "copy t from stdin (on_error reject);\n1\tx\nzz\ty\n2\n3\tz\n\\.\n"
                                     "select file, line from rejects() order by line")
        self.expect(["-f", "s.sql"], "count\n2\nfile,line\ns.sql,4\ns.sql,5\n", "2 bad rows", 3)

    def test_the_prompt_takes_rows(self):
        terminal = Terminal(self)
        terminal.ask("create table t (a int, s text);")
        terminal.ask("copy t from stdin (delimiter ',');")
        terminal.type("1,x\r.quit,\r\\.\r")
        terminal.expect("22P04")
        terminal.ask("copy t from stdin;")
        terminal.type("7\tselect\r\\.\r")
        terminal.expect("count")
        terminal.ask("select a * 6 as answer from t;")
        terminal.expect("42")
        terminal.ask(".quit")
        self.assertEqual(terminal.wait(), 0)

    def test_text_is_a_format_of_files_too(self):
        self.expect(["-c", "copy (select 1 as a, e'x\\ty\\\\' as b, null as c, '' as d) to stdout (format text)"],
                    "1\tx\\ty\\\\\t\\N\t\n")
        sql = ("copy (select 1 as a, 'x|y' as b, null as c, date '2020-01-31' as d, blob '\\xff00' as e) to stdout "
               "(format text, delimiter '{}')")
        self.expect(["-c", sql.format("|")], "1|x\\|y|\\N|2020-01-31|\\\\xff00\n")
        self.expect(["-c", sql.format("-")], "1-x|y-\\N-2020\\-01\\-31-\\\\xff00\n")
        self.write("x.dat", "1\ta\\tb\n2\t\\N\n")
        self.expect(["-c", CREATE + "copy t from 'x.dat' (format text); select a, s from t order by a"],
                    "count\n2\na,s\n1,a\tb\n2,\n")

    def test_a_file_with_backslashes_is_not_written_to(self):
        self.write("x.csv", "a,s\n1,x\\ty\n")
        run = self.run_quern("-c", "create external table x (a int, s text) stored as csv location 'x.csv' "
                             "options (backslashes 'true', quote ''); insert into x values (2, 'z')")
        self.assertEqual(run.status, 1)
        self.assertRegex(run.errors, "0A000")
