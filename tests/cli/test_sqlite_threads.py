"""A large SQLite table is read on several connections, which see one state of it."""
import sqlite3
import threading
import time

from harness import ProgramTest

THREADS = "SET threads = 3; SET parallel_rows = 0; "
ROWS = 3000  # far apart, so that there are many ranges of rowids


class SqliteThreads(ProgramTest):
    def make(self, journal="delete"):
        self.path = str(self.folder / "shared.db")
        connection = sqlite3.connect(self.path, timeout=60)
        connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER NOT NULL)")
        connection.executemany("INSERT INTO t VALUES (?, 100)", [(i * 100003,) for i in range(ROWS)])
        connection.commit()
        connection.close()

    def ask(self, sql):
        run = self.run_quern("-c", THREADS + sql, self.path)
        self.assertEqual((run.status, run.errors), (0, ""))
        return run.output

    def check_beside_a_writer(self, journal):
        # amounts move from row to row: their sum is the same in every state that was committed
        self.make(journal)
        stop, moves = threading.Event(), []

        def write():
            connection = sqlite3.connect(self.path, timeout=60)
            while not stop.is_set():
                source, target = len(moves) * 7919 % ROWS, len(moves) * 104729 % ROWS
                with connection:
                    connection.execute("UPDATE t SET v = v - 1 WHERE id = ?", (source * 100003,))
                    connection.execute("UPDATE t SET v = v + 1 WHERE id = ?", (target * 100003,))
                moves.append(1)
                time.sleep(0.01)  # a journal keeps readers out while it is written
            connection.close()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            # v + 0 keeps SQLite from adding up by itself
            output = self.ask("SELECT sum(v + 0), count(v + 0) FROM t; " * 12)
        finally:
            stop.set()
            writer.join()
        self.assertEqual(output.count(f"{ROWS * 100},{ROWS}\n"), 12)
        self.assertGreater(len(moves), 0)

    def test_beside_a_writer_with_a_journal_all_connections_see_one_state(self):
        self.check_beside_a_writer("delete")

    def test_beside_a_writer_with_a_log_all_connections_see_one_state(self):
        self.check_beside_a_writer("wal")

    def test_rows_come_in_the_order_of_their_ids(self):
        self.make()
        ids = self.ask("SELECT id + 0 AS id FROM t").split()[1:]
        self.assertEqual(ids, [str(i * 100003) for i in range(ROWS)])

    def test_what_also_writes_reads_by_the_connection_that_writes(self):
        self.make()
        self.ask("INSERT INTO t SELECT id + 1, v + 1 FROM t; UPDATE t SET v = v + 1 WHERE v + 0 = 100; "
                 "DELETE FROM t WHERE id + 0 IN (SELECT id + 1 FROM t WHERE id % 2 = 0)")
        connection = sqlite3.connect(self.path)
        # inserted: as many again; deleted: the new neighbours of the even half, and what was one more than an even id
        rows = {i * 100003: 100 for i in range(ROWS)} | {i * 100003 + 1: 101 for i in range(ROWS)}
        rows = {id: 101 if v == 100 else v for id, v in rows.items()}
        rows = {id: v for id, v in rows.items() if not (id - 1 in rows and (id - 1) % 2 == 0)}
        self.assertEqual(dict(connection.execute("SELECT id, v FROM t")), rows)
        connection.close()

    def test_a_transaction_reads_what_it_has_written(self):
        self.make()
        output = self.ask("BEGIN; UPDATE t SET v = v * 2; SELECT sum(v + 0) FROM t; ROLLBACK; "
                          "SELECT sum(v + 0) FROM t")
        self.assertEqual(output.split()[-4:], ["sum", str(ROWS * 200), "sum", str(ROWS * 100)])

    def test_keys_of_a_join_are_looked_up_still(self):
        self.make()
        (self.folder / "keys.csv").write_text("id\n100003\n200006\n5\n")
        run = self.run_quern("-c", THREADS + "EXPLAIN ANALYZE SELECT v FROM keys JOIN t USING (id)",
                             self.path, str(self.folder / "keys.csv"))
        self.assertIn("rows read: 2\n", run.output.replace('"', ""))

    def test_rowids_at_the_ends_of_their_range_are_read(self):
        self.make()
        ends = [-2**63, -2**63 + 1, -1, 0, 2**62, 2**63 - 2, 2**63 - 1]
        connection = sqlite3.connect(self.path)
        connection.execute("DELETE FROM t")
        connection.executemany("INSERT INTO t VALUES (?, 1)", [(id,) for id in ends])
        connection.commit()
        connection.close()
        self.assertEqual(self.ask("SELECT id FROM t WHERE v + 0 > 0").split()[1:], [str(id) for id in ends])
