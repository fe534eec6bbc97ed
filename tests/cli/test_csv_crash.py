"""A CSV file that is written to is always the old one or the new one: whichever call is the last of a killed process,
whichever call fails, and when the disk is full from any of them on."""
import os
import re
import shutil
import signal
import time
import unittest
from pathlib import Path

from harness import BUILD, TIMEOUT, ProgramTest

SHIM = os.path.join(BUILD, "fault.so")
OLD = b'id;name\r\n1;"a;b"\r\n2;two\r\n3;"l\nm"\r\n4;four'  # no line end at the end
LOAD = "set threads = 3; set parallel_rows = 0; create external table t stored as csv location 't.csv'; "
STATEMENTS = {
    "insert": "insert into t select i, 'new ' || i from generate_series(10, 12) g (i)",
    "insert much": "insert into t select i, repeat('much ', 50) from generate_series(1, 10000) g (i)",
    "overwrite": "insert overwrite t select id * 2, name from t where id > 1",
    "update": "update t set name = 'changed ' || id where id >= 2",
    "delete": "delete from t where id in (1, 3)",
    "truncate": "truncate t",
    "copy": "copy (select id + 1 as id, name from t) to 't.csv'",
}
CALL_LIMIT = 200


@unittest.skipUnless(os.path.exists(SHIM), "build/fault.so was not built")
class Crashes(ProgramTest):
    def setUp(self):
        super().setUp()
        self.environment["ASAN_OPTIONS"] = "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", "")

    def reset(self):
        for name in os.listdir(self.folder):
            os.unlink(self.folder / name)
        (self.folder / "t.csv").write_bytes(OLD)

    def bytes_now(self):
        return (self.folder / "t.csv").read_bytes()

    def rows_now(self):
        run = self.run_quern("--csv", "-c", "select * from 't.csv'")
        self.assertEqual(run.status, 0, run.errors)
        return run.output

    def new_state(self, sql):
        self.reset()
        old = self.rows_now()
        run = self.run_quern("-c", LOAD + sql)
        self.assertEqual(run.status, 0, run.errors)
        return old, self.rows_now()

    def faults(self, kind, sql):
        """Each run with the fault at one call more, until a run needs no more calls."""
        for number in range(1, CALL_LIMIT):
            self.reset()
            self.environment.update(LD_PRELOAD=SHIM, FAULT=f"{kind}:{number}")
            run = self.run_quern("-c", LOAD + sql)
            del self.environment["LD_PRELOAD"], self.environment["FAULT"]
            yield number, run
            if run.status == 0:
                self.assertGreater(number, 1, "no call was made to fail")
                return
        self.fail("there is no end of calls")

    def recovers(self, is_old):
        """Whoever writes next finds all as it should be, and leaves nothing of what was unfinished."""
        before = self.rows_now()
        run = self.run_quern("-c", LOAD + "insert into t (id) values (77)")
        self.assertEqual(run.status, 0, run.errors)
        self.assertEqual(self.rows_now(), before + "77,\n")
        self.assertNotIn("t.csv.quern-journal", os.listdir(self.folder))
        if is_old:
            self.assertEqual(self.bytes_now(), OLD + b"\r\n77;\r\n")

    def check_kind(self, kind, is_killed):
        for name, sql in STATEMENTS.items():
            with self.subTest(statement=name):
                old, new = self.new_state(sql)
                self.assertNotEqual(old, new)
                seen = set()
                for number, run in self.faults(kind, sql):
                    rows = self.rows_now()
                    self.assertIn(rows, (old, new), f"{kind} {number}: neither old nor new")
                    if run.status == 0:
                        self.assertEqual(rows, new)
                        continue
                    seen.add(rows == new)
                    if is_killed:
                        self.assertEqual(run.status, -signal.SIGKILL)
                        self.recovers(rows == old)
                        continue
                    self.assertEqual(run.status, 4, run.errors)
                    self.assertIn("t.csv", run.errors)
                    left = [entry for entry in os.listdir(self.folder) if entry != "t.csv"]
                    if kind == "full":
                        self.assertEqual(left, [])
                    if rows == old and not left:
                        self.assertEqual(self.bytes_now(), OLD)
                self.assertIn(False, seen)

    def test_killed_before_any_call(self):
        self.check_kind("kill", True)

    def test_killed_within_any_write(self):
        self.check_kind("half", True)

    def test_any_call_fails(self):
        self.check_kind("fail", False)

    def test_a_disk_that_is_full_from_any_call_on(self):
        self.check_kind("full", False)

    def test_nothing_is_left_of_a_copy_that_is_killed(self):
        try:
            os.close(os.open(self.folder, os.O_TMPFILE | os.O_RDWR))
        except OSError:
            self.skipTest("the file system has no files without a name")
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # programs below nohup ignore it
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGKILL):
            process = self.start("-c", "copy (select i from range(1000000000) t(i)) to 'new.csv'")
            while int(re.search(r"wchar: (\d+)", Path(f"/proc/{process.pid}/io").read_text())[1]) < 1 << 20:
                self.assertIsNone(process.poll())
                time.sleep(0.01)
            process.send_signal(number)
            process.communicate(timeout=TIMEOUT)
            self.assertEqual(process.returncode, -number)
            self.assertEqual(os.listdir(self.folder), [])
