"""In the middle of a pipe: closed readers, full disks, early rows, signals, standard input as a table."""
import os
import signal
import subprocess
import time

from harness import QUERN, ProgramTest


class Pipes(ProgramTest):
    def shell(self, command):
        return subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=self.folder, timeout=60,
                              env={**self.environment, "QUERN": QUERN}, capture_output=True, text=True)

    def test_standard_input_is_a_table_when_sql_is_given(self):
        self.expect(["select sum(a) as s from stdin"], "s\n4\n", input="a,b\n1,x\n3,y\n")
        self.expect(["-c", "select b from stdin where a = 3"], "b\ny\n", input="a,b\n1,x\n3,y\n")

    def test_standard_input_is_not_read_before_it_is_used(self):
        process = self.start("select 1 as a", stdin=subprocess.PIPE)  # stays open, and empty
        self.assertEqual(process.stdout.read(), b"a\n1\n")
        self.assertEqual(process.wait(10), 0)

    def test_a_reader_that_leaves_ends_it_quietly(self):
        self.numbers(3000)
        run = self.shell("$QUERN numbers.csv -c 'select a.n from numbers a, numbers b' | head -n 1; "
                         "echo ${PIPESTATUS[0]}")
        self.assertEqual((run.stdout, run.stderr), ("n\n0\n", ""))

    def test_copy_to_standard_output_writes_its_rows_among_the_others(self):
        sql = ("select 1 as a; copy (select 7 as b) to stdout; copy (select 8 as c) to '/dev/stdout' (header false); "
               "copy (select 9) to '/dev/fd/3' (header false); select 2 as d")
        is_link = os.path.islink("/dev/stdout")
        expected = "a\n1\nb\n7\n8\ncount\n1\ncount\n1\nd\n2\n"
        run = self.shell(f'$QUERN -c "{sql}" 3>three | cat')
        self.assertEqual((run.returncode, run.stdout, run.stderr, self.read("three")), (0, expected, "", "9\n"))
        run = self.shell(f'$QUERN -c "{sql}" 3>three >file')  # is no file to be replaced
        self.assertEqual((run.returncode, run.stderr, self.read("file"), self.read("three")), (0, "", expected, "9\n"))
        self.assertEqual(os.path.islink("/dev/stdout"), is_link)
        run = self.shell("$QUERN -c 'copy (from generate_series(1, 9000000)) to stdout (header false)' | head -n 1; "
                         "echo ${PIPESTATUS[0]}")
        self.assertEqual((run.stdout, run.stderr), ("1\n0\n", ""))

    def test_a_dry_run_copies_to_no_descriptor_but_the_usual_ones(self):
        run = self.shell("$QUERN --dry-run -c \"copy (select 7) to '/dev/fd/3' (header false); "
                         "copy (select 8) to stdout (header false)\" 3>three")
        self.assertEqual((run.returncode, run.stdout, run.stderr, self.read("three")), (0, "count\n1\n8\n", "", ""))

    def test_copy_to_a_link_to_nothing_leaves_the_link(self):
        (self.folder / "link").symlink_to("nowhere")
        self.expect(["-c", "copy (select 1) to 'link'"], "", "link: No such file or directory", 4)
        self.assertEqual(os.readlink(self.folder / "link"), "nowhere")

    def test_a_limit_on_endless_input_ends(self):
        started = time.monotonic()
        run = self.shell("yes 1,2 | $QUERN --no-header 'select * from stdin limit 1' | head -n 1")
        self.assertEqual((run.stdout.count("\n"), run.stderr), (1, ""))
        self.assertLess(time.monotonic() - started, 30)

    def test_the_first_row_leaves_before_the_last_is_computed(self):
        self.numbers(30000)
        process = self.start("numbers.csv", "-c", "select a.n from numbers a, numbers b, numbers c")
        self.assertEqual(process.stdout.readline(), b"n\n")
        self.assertRegex(process.stdout.readline(), rb"^\d+\n$")
        self.assertIsNone(process.poll())

    def test_a_full_disk_is_told(self):
        for arguments in (["-c", "select 1 as a"], ["--keep-going", "-c", "select 1 as a"], ["--help"], ["--version"]):
            with open("/dev/full", "wb") as full:
                run = self.run_quern(*arguments, stdout=full)
            self.assertEqual(run.status, 4, arguments)
            self.assertRegex(run.errors, r"^quern: standard output: No space left on device\n$")

    def test_a_full_disk_behind_output_is_told(self):
        self.expect(["-o", "/dev/full", "-c", "select 1 as a"], "", r"/dev/full: No space left", 4)

    def test_a_full_disk_ends_a_long_result_at_once(self):
        self.numbers(30000)
        started = time.monotonic()
        with open("/dev/full", "wb") as full:
            run = self.run_quern("numbers.csv", "-c", "select a.n from numbers a, numbers b", stdout=full)
        self.assertEqual(run.status, 4)
        self.assertLess(time.monotonic() - started, 20)

    def test_an_interrupt_ends_it_with_130(self):
        process = self.start("numbers.csv", "-c", self.endless())
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(10), 130)
        self.assertEqual(process.stdout.read(), b"")

    def test_an_interrupt_ends_a_regular_expression_that_reads_all_from_everywhere(self):
        process = self.start("-c", "select repeat('ab', 200000) ~ '(?=.*[cd])a'")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(10), 130)

    def test_an_interrupt_while_it_waits_for_input_ends_it_with_130(self):
        process = self.start("-f", "-")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(10), 130)

    def test_an_interrupt_stops_keep_going_too(self):
        process = self.start("numbers.csv", "--keep-going", "-c", self.endless() + "; select 1 as a")
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(10), 130)
        self.assertEqual(process.stdout.read(), b"")

    def test_talk_goes_to_standard_error_alone(self):
        run = self.run_quern("-c", "select nope")
        self.assertEqual(run.output, "")
        self.assertNotEqual(run.errors, "")

    def test_there_is_no_banner_in_a_pipe(self):
        self.expect([], "", input="")
        self.expect([], "", input=" \n-- nothing\n")

    def test_a_closed_standard_output_is_told(self):
        process = subprocess.run(f"'{QUERN}' -c 'select 1 as a' >&-", shell=True, capture_output=True, timeout=30,
                                 cwd=self.folder, env=self.environment)
        self.assertEqual(process.returncode, 4)
        self.assertTrue(process.stderr.startswith(b"quern: standard output: "), process.stderr)

    def test_many_statements_leave_no_descriptors_open(self):
        self.write("t.csv", "a\n1\n")
        script = "select * from 't.csv';\n" * 2000
        run = self.run_quern("-f", "-", input=script, preexec_fn=lambda: limit_descriptors(64))
        self.assertEqual((run.status, run.output.count("a\n1\n")), (0, 2000), run.errors)


def limit_descriptors(count):
    import resource
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))
    os.umask(0o077)
