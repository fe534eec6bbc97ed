"""A table of tests/plugins/kv: whatever is killed, a transaction is there whole or not at all."""
import os
import random
import signal
import time

from harness import BUILD, ProgramTest

TABLE = "LOAD 'kv.so'; CREATE EXTERNAL TABLE kv STORED AS KV LOCATION 'store.kv'; "


class KeyValueStore(ProgramTest):
    def setUp(self):
        super().setUp()
        self.environment["QUERN_PLUGIN_PATH"] = os.path.join(BUILD, "plugins")

    def ask(self, sql):
        run = self.run_quern("-c", TABLE + sql)
        self.assertEqual((run.status, run.errors), (0, ""))
        return run.output

    def test_a_killed_writer_leaves_whole_transactions(self):
        # Each transaction puts one round's number under all keys, in two statements; before the first, none is there.
        script = TABLE + "".join(
            f"BEGIN; INSERT OVERWRITE kv SELECT n, '{round}' FROM generate_series(1, 3000) g (n); "
            f"REPLACE INTO kv SELECT n, '{round}' FROM generate_series(3001, 6000) g (n); COMMIT; "
            for round in range(100))
        path = self.write("rounds.sql", script)
        store = self.folder / "store.kv"
        kills, chance = 0, random.Random(1)
        for _ in range(12):
            process = self.start("-f", path)
            while process.poll() is None and not store.exists():
                time.sleep(0.001)
            time.sleep(chance.uniform(0, 0.15))
            process.send_signal(signal.SIGKILL)
            kills += process.wait() == -signal.SIGKILL
            self.assertIn(self.ask("SELECT count(*), count(DISTINCT value) FROM kv"),
                          ("count,count\n0,0\n", "count,count\n6000,1\n"))
        self.assertGreater(kills, 0)

    def test_what_a_crash_left_behind_the_last_commit_does_not_count(self):
        self.ask("INSERT INTO kv VALUES ('a', '1'), ('b', '2')")
        store = self.folder / "store.kv"
        whole = store.read_bytes()
        self.ask("INSERT INTO kv VALUES ('c', '3')")
        longer = store.read_bytes()
        for size in range(len(whole), len(longer)):
            store.write_bytes(longer[:size])
            self.assertEqual(self.ask("SELECT count(*) FROM kv"), "count\n2\n")
        store.write_bytes(longer[:-1])
        self.ask("DELETE FROM kv WHERE key = 'a'")
        self.assertEqual(self.ask("SELECT key FROM kv"), "key\nb\n")

    def test_a_damaged_transaction_is_told(self):
        self.ask("INSERT INTO kv VALUES ('a', 'value')")
        store = self.folder / "store.kv"
        store.write_bytes(store.read_bytes().replace(b"value", b"vanue"))
        run = self.run_quern("-c", TABLE + "SELECT * FROM kv")
        self.assertEqual(run.status, 3)
        self.assertRegex(run.errors, r"the transaction at byte 8 is damaged")
