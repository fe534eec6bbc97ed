"""Output formats: which is chosen, and that each holds what was asked."""
import json

from harness import ProgramTest, Terminal

QUERY = "select 1 as a, 'x,\"y\"' as b union all select 2, null order by a"


class Formats(ProgramTest):
    def output(self, *arguments):
        run = self.run_quern(*arguments)
        self.assertEqual((run.status, run.errors), (0, ""))
        return run.output

    def test_in_a_pipe_it_is_csv(self):
        self.assertEqual(self.output("-c", QUERY), 'a,b\n1,"x,""y"""\n2,\n')

    def test_csv_tells_the_empty_string_from_null(self):
        self.assertEqual(self.output("--csv", "-c", "select '' as a, null as b"), 'a,b\n"",\n')

    def test_null_has_the_text_asked_for(self):
        self.assertEqual(self.output("--csv", "--null-value", "N/A", "-c", "select null as a"), "a\nN/A\n")

    def test_a_header_stands_over_an_empty_result(self):
        self.assertEqual(self.output("-c", "select 1 as a where 1 = 0"), "a\n")

    def test_the_header_can_be_left_out(self):
        self.assertEqual(self.output("--no-header", "-c", "select 1 as a"), "1\n")

    def test_a_statement_without_result_prints_nothing(self):
        self.assertEqual(self.output("-c", "create table t (a integer)"), "")

    def test_insert_prints_its_count(self):
        self.assertEqual(self.output("-c", "create table t (a integer); insert into t values (1), (2)"), "count\n2\n")

    def test_tsv_escapes(self):
        self.assertEqual(self.output("--tsv", "-c", "select 'a\tb\nc\\d' as x, 1 as y"), "x\ty\na\\tb\\nc\\\\d\t1\n")

    def test_json_is_an_array_of_objects(self):
        self.assertEqual(json.loads(self.output("--json", "-c", QUERY)),
                         [{"a": 1, "b": 'x,"y"'}, {"a": 2, "b": None}])
        self.assertEqual(json.loads(self.output("--json", "-c", "select 1 as a where 1 = 0")), [])

    def test_ndjson_is_an_object_a_line(self):
        lines = self.output("--ndjson", "-c", QUERY).splitlines()
        self.assertEqual([json.loads(line) for line in lines], [{"a": 1, "b": 'x,"y"'}, {"a": 2, "b": None}])

    def test_markdown_is_a_table_with_a_rule(self):
        lines = self.output("--markdown", "-c", "select 1 as a, 'p|q' as b").splitlines()
        self.assertEqual(len(lines), 3)
        self.assertRegex(lines[0], r"^\| *a *\| *b *\|$")
        self.assertRegex(lines[1], r"^\|[ :-]+\|[ :-]+\|$")
        self.assertRegex(lines[2], r"^\| *1 *\| *p\\\|q *\|$")

    def test_table_is_a_box_and_cuts_nothing_in_a_pipe(self):
        text = "w" * 300
        output = self.output("--table", "-c", f"select '{text}' as wide")
        self.assertIn("│", output)
        self.assertIn(text, output)

    def test_line_names_every_value(self):
        self.assertRegex(self.output("--line", "-c", "select 1 as a, 'z' as bb"), r"^ *a = 1\n *bb = z\n")

    def test_html_escapes(self):
        output = self.output("--html", "-c", "select '<&>' as a")
        self.assertIn("<table", output)
        self.assertIn("&lt;&amp;&gt;", output)

    def test_insert_statements_run_again(self):
        output = self.output("--insert=copy", "-c", "select 1 as a, 'O''Hara' as b union all select 2, null")
        again = self.run_quern("-c", "create table copy (a integer, b varchar)", "-c", output.replace("\n", " "),
                               "-c", "select count(*) as n, count(b) as m, max(b) as b from copy")
        self.assertRegex(again.output, r"n,m,b\n2,1,O'Hara\n$")

    def test_the_last_format_asked_for_wins(self):
        self.assertEqual(self.output("--json", "--csv", "-c", "select 1 as a"), "a\n1\n")

    def test_several_threads_write_what_one_does(self):
        rows = "".join(f'{i},"{"x" * (i % 300)}, ""{i}""",{"" if i % 3 else i / 4}\n' for i in range(9000))
        self.write("t.csv", "n,s,q\n" + rows)
        for form in ("csv", "tsv", "json", "ndjson", "html", "line", "insert"):
            written = []
            for threads in (1, 3):
                arguments = ["--set", f"threads={threads}", "--set", "parallel_rows=0", f"--{form}"]
                shown = self.output(*arguments, "-c", "select * from 't.csv' where n % 7 <> 2")
                self.output(*arguments, "-c", f"copy (select s, n from 't.csv' order by s, n) to 'o' (format {form})")
                written.append((shown, self.read("o")))
            self.assertTrue(written[0] == written[1], form)
            self.assertEqual(written[0][0].count("8999"), 2, form)

    def test_arrow_has_no_more_text_in_a_record_batch_than_readers_take(self):
        script = "copy (select repeat('x', 100000000) as s, i from range(3) r(i)) to 'wide.arrow'"
        lines = self.output("-c", script + "; select i, length(s) from 'wide.arrow'").splitlines()
        self.assertEqual(lines[-3:], ["0,100000000", "1,100000000", "2,100000000"])
        self.assertIn("record batches: 2", self.output("-c", "explain from 'wide.arrow'"))

    def test_at_a_terminal_it_is_a_box_fitted_to_the_width(self):
        terminal = Terminal(self, "-c", "select '" + "w" * 300 + "' as wide", columns=60)
        self.assertEqual(terminal.wait(), 0)
        lines = terminal.text.splitlines()
        self.assertIn("│", terminal.text)
        self.assertLessEqual(max(map(len, lines)), 60)

    def test_max_rows_shows_the_first_and_the_last(self):
        self.numbers(1000)
        output = self.output("numbers.csv", "--table", "--max-rows", "10", "-c", "select n from numbers")
        self.assertIn(" 1 ", output)
        self.assertIn(" 1000 ", output)
        self.assertNotIn(" 500 ", output)
