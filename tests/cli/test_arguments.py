"""The command line: what its arguments mean, and the exit status."""
from harness import ProgramTest


class Arguments(ProgramTest):
    def test_an_argument_with_blanks_is_sql(self):
        self.expect(["select 1 as a"], "a\n1\n")

    def test_an_argument_that_ends_with_a_semicolon_is_sql(self):
        self.write("t.csv", "a\n5\n")
        self.expect(["t.csv", "from t;"], "a\n5\n")

    def test_an_existing_file_is_a_table_whatever_its_name(self):
        self.write("select 1.csv", "a\n7\n")
        self.expect(["select 1.csv", "-c", 'select * from "select 1"'], "a\n7\n")

    def test_commands_and_scripts_run_in_the_order_given(self):
        self.write("two.sql", "select 2 as b;")
        self.expect(["-c", "select 1 as a", "-f", "two.sql", "-c", "select 3 as c"], "a\n1\nb\n2\nc\n3\n")

    def test_one_argument_may_hold_several_statements(self):
        self.expect(["-c", "select 1 as a; select 2 as b"], "a\n1\nb\n2\n")

    def test_an_sql_file_is_run(self):
        self.write("hello.sql", "select 'hello' as greeting\n")
        self.expect(["hello.sql"], "greeting\nhello\n")

    def test_several_files_are_several_tables(self):
        self.write("a.csv", "x\n1\n")
        self.write("b.csv", "x\n2\n")
        self.expect(["a.csv", "b.csv", "-c", "select a.x + b.x as sum from a, b"], "sum\n3\n")

    def test_values_follow_an_option_or_are_part_of_it(self):
        for arguments in (["-cselect 1 as a"], ["--command=select 1 as a"], ["--command", "select 1 as a"]):
            self.expect(arguments, "a\n1\n")

    def test_behind_two_dashes_there_are_no_options(self):
        self.write("-c", "a\n3\n")
        run = self.run_quern("--", "-c")
        self.assertEqual(run.status, 0, run.errors)

    def test_a_parameter_is_bound(self):
        self.expect(["-p", "who=O'Hara; drop", "-c", "select $who as who"], "who\nO'Hara; drop\n")

    def test_a_parameter_takes_the_type_of_its_place(self):
        self.numbers(3)
        self.expect(["numbers.csv", "-p", "least=2", "-c", "select n from numbers where n >= $least"], "n\n2\n3\n")

    def test_output_goes_to_the_file(self):
        self.expect(["-o", "out.csv", "-c", "select 1 as a"], "")
        self.assertEqual(self.read("out.csv"), "a\n1\n")

    def test_version_and_help(self):
        self.assertRegex(self.run_quern("--version").output, r"^quern \d+\.\d+\.\d+\n$")
        run = self.run_quern("--help")
        self.assertEqual((run.status, run.errors), (0, ""))
        for word in ("-c", "-f", "--csv", "--json", "--keep-going", "--null-value", "--safe", "130"):
            self.assertIn(word, run.output)

    def test_wrong_options_are_usage_errors(self):
        for arguments in (["--nosuch"], ["-c"], ["--csv=1"], ["-p", "novalue"], ["--width", "many"], ["-z"],
                          ["--set", "x"]):
            run = self.run_quern(*arguments)
            self.assertEqual((run.status, run.output), (2, ""), arguments)
            self.assertRegex(run.errors, r"^quern: ")

    def test_a_failing_set_ends_it(self):
        run = self.run_quern("--set", "nosuch_setting=1", "-c", "select 1")
        self.assertEqual((run.status, run.output), (1, ""))


class ExitStatus(ProgramTest):
    def test_an_sql_error_is_1(self):
        self.expect(["-c", "selec 1 x"], "", r"error 42601", 1)

    def test_a_missing_file_is_4(self):
        self.expect(["nosuch.csv", "-c", "select 1"], "", r"(?i)nosuch\.csv: no such file", 4)

    def test_sql_in_several_arguments_is_told_from_a_missing_file(self):
        hint = r"\nhint: SQL is one argument, in quotes; more of it goes behind -c\n$"
        self.expect(["select", "1"], "", "^quern: error 58P01: select: no such file" + hint, 4)
        self.expect(["select 1", "select 2"], "", "select 2: no such file" + hint, 4)
        self.expect(["nosuch.csv", "select 1"], "", r"nosuch\.csv: no such file\n$", 4)

    def test_a_table_in_single_quotes_is_told_from_a_missing_file(self):
        self.expect(["-c", "select * from 'orders'"], "", r"hint: a table's name stands without single quotes\n$", 4)
        for name in ("orders.csv", "orders.csv.gz"):
            self.expect(["-c", f"select * from {name}"], "",
                        r"hint: a file's name stands in single quotes: FROM 'file.csv'\n$", 1)
        self.expect(["-c", "select * from 'orders.csv'"], "", r"orders\.csv: no such file\n", 4)

    def test_a_missing_script_is_4(self):
        self.expect(["-f", "nosuch.sql"], "", r"^quern: nosuch\.sql: No such file or directory\n$", 4)

    def test_a_folder_as_script_is_4(self):
        self.expect(["-f", "/"], "", r"Is a directory", 4)

    def test_bad_data_is_3(self):
        self.write("bad.csv", 'a,b\n1,2\n3,"unclosed\n')
        run = self.run_quern("bad.csv", "-c", "select * from bad")
        self.assertEqual(run.status, 3, run.errors)
        self.assertIn("bad.csv", run.errors)

    def test_an_output_that_cannot_be_made_is_4(self):
        self.expect(["-o", "no/such/folder", "-c", "select 1"], "", r"no/such/folder: No such file", 4)

    def test_the_first_failure_decides(self):
        run = self.run_quern("--keep-going", "-c", "select nope; select 1 as a; selec")
        self.assertEqual((run.status, run.output), (1, "a\n1\n"))
