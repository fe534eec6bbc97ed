"""The sqllogictest runner (build/slt-run): that it sees what is wrong. tests/slt/runner_selftest.slt shows what is right."""
import hashlib
import os
import re
import subprocess

from harness import BUILD, ProgramTest

RUNNER = os.environ.get("SLT_RUN", os.path.join(BUILD, "slt-run"))


class Runner(ProgramTest):
    def verdict(self, text, *arguments, name="t.slt"):
        """(passed, failed, skipped) and all that was printed."""
        self.write(name, text)
        run = subprocess.run([RUNNER, *arguments, name], cwd=self.folder, capture_output=True, text=True, timeout=60,
                             env=self.environment)
        numbers = re.search(r"^(\d+) passed, (\d+) failed, (\d+) skipped\n\Z", run.stdout, re.M)
        self.assertTrue(numbers, run.stdout + run.stderr)
        counts = tuple(map(int, numbers.groups()))
        self.assertEqual(run.returncode, int(counts[1] > 0))
        return counts, run.stdout

    def check(self, text, passed, failed=0, skipped=0, *arguments, name="t.slt"):
        counts, output = self.verdict(text, *arguments, name=name)
        self.assertEqual(counts, (passed, failed, skipped), output)
        return output

    def test_a_wrong_value_fails_and_is_shown(self):
        output = self.check("query I\nselect 2\n----\n3\n", 0, 1)
        self.assertRegex(output, r"t\.slt:1: .*\n +expected: 3\n +got: +2\n")

    def test_wrong_counts_of_rows_and_columns_fail(self):
        self.check("query I\nselect 1\n----\n1\n1\n", 0, 1)
        self.check("query I\nselect 1\n----\n", 0, 1)
        self.check("query II\nselect 1\n----\n1\n", 0, 1)

    def test_a_statement_that_fails_and_one_that_should(self):
        self.check("statement ok\nselect nope\n\nstatement error\nselect 1\n", 0, 2)

    def test_another_error_text_fails_in_our_files_and_is_counted_in_foreign_ones(self):
        record = "statement error something else\nselect nope\n"
        self.check(record, 0, 1)
        head = "# Licensed to the Apache Software Foundation (ASF)\n\n"
        self.assertIn("1 had another text", self.check(head + record, 1))
        self.check(head + record, 0, 1, 0, "--strict-errors")

    def test_our_values_are_exact_and_foreign_ones_equivalent(self):
        record = "query T\nselect cast(1.5 as decimal(4,2))\n----\n1.5\n"
        self.check(record, 0, 1)
        self.check(record, 1, 0, 0, "--dialect", "rs")

    def test_sqlite_formats_by_letter(self):
        values = "query ITR\nselect -12.7e0, 'a' || chr(7) || 'b', 3\n----\n-12\na@b\n3.000\n"
        self.check(values, 1, name="t.test")

    def test_sqlite_hashes(self):
        right = hashlib.md5(b"1\n2\n").hexdigest()
        record = "query I valuesort\nselect 2 union all select 1\n----\n2 values hashing to "
        self.check(record + right + "\n", 1, name="t.test")
        self.check(record + "0" * 32 + "\n", 0, 1, name="t.test")

    def test_queries_of_one_label_agree(self):
        text = "query I rowsort same\nselect 1\n\nquery I rowsort same\nselect 2\n"
        self.check(text, 1, 1)
        self.check(text, 1, 1, name="t.test")

    def test_conditions_and_the_label(self):
        text = "skipif {0}\nstatement ok\nselect nope\n\nonlyif {0}\nstatement ok\nselect 1\n"
        self.check(text.format("quern"), 1, 0, 1)
        self.check(text.format("postgresql"), 1, 0, 1)
        self.check(text.format("mysql"), 0, 1, 1)
        self.check(text.format("mysql"), 1, 0, 1, "--label", "mysql")

    def test_halt_stops(self):
        self.check("statement ok\nselect 1\n\nhalt\n\nstatement ok\nselect nope\n", 1)

    def test_what_a_file_requires_and_we_lack_skips_the_rest(self):
        head = "# name: x\n# group: [y]\n\n"
        self.check(head + "statement ok\nselect 1\n\nrequire parquet\n\nstatement ok\nselect nope\n", 1, 0, 1,
                   name="t.test")

    def test_duckdb_rows_stand_between_tabs_and_booleans_are_equivalent(self):
        head = "# name: x\n# group: [y]\n\n"
        self.check(head + "query TI\nselect 'a b', 1\n----\na b\t1\n", 1, name="t.test")
        self.check(head + "query T\nselect 1 = 1\n----\n1\n", 1, name="t.test")
        self.check(head + "query T\nselect 'abc'\n----\n<REGEX>:a.c\n", 1, name="t.test")

    def test_statement_count_is_checked(self):
        text = "statement ok\ncreate table t (a integer)\n\nstatement count {}\ninsert into t values (1), (2)\n"
        self.check(text.format(2), 2)
        self.check(text.format(3), 1, 1)

    def test_an_unknown_directive_fails(self):
        self.check("statment ok\nselect 1\n\nstatement ok\nselect 1\n", 1, 1)

    def test_a_skip_list_leaves_records_out(self):
        self.write("skips", "# known\nt.slt:4 this one fails\n")
        self.check("statement ok\nselect 1\n\nstatement ok\nselect nope\n", 1, 0, 1, "--skip", "skips")

    def test_a_record_that_takes_too_long_fails(self):
        rows = "".join(f"{i}\n" for i in range(5000))
        self.write("numbers.csv", "n\n" + rows)
        text = ("statement ok\ncreate table numbers as select * from 'numbers.csv'\n\n"
                "query I\nselect count(*) from numbers a, numbers b, numbers c where a.n + b.n + c.n < 0\n----\n0\n\n"
                "query I\nselect 1\n----\n1\n")
        self.assertIn("57014: not done after 1 seconds", self.check(text, 2, 1, 0, "--timeout", "1"))

    def test_settings_are_made_first(self):
        counts, output = self.verdict("statement ok\nselect 1\n", "--set", "nosuch_setting=1")
        self.assertEqual(counts, (0, 1, 0))
        self.assertIn("nosuch_setting", output)

    def test_quiet_prints_a_line_for_each_failing_file(self):
        _, output = self.verdict("statement ok\nselect nope\n", "--quiet")
        self.assertEqual(output.count("t.slt"), 1)

    def test_folders_are_searched(self):
        (self.folder / "d/e").mkdir(parents=True)
        self.write("d/a.slt", "statement ok\nselect 1\n")
        self.write("d/e/b.test", "statement ok\nselect 1\n")
        self.write("d/notes.txt", "statement ok\nselect nope\n")
        self.check("statement ok\nselect 1\n", 3, 0, 0, "d")

    def test_the_scratch_folder_is_there_and_goes_away(self):
        text = "query T\nselect '__TEST_DIR__'\n----\n{TEST_DIR}\n"
        _, output = self.verdict(text)
        path = re.search(r"got: +(/\S+)", output).group(1)
        self.assertFalse(os.path.exists(path))
