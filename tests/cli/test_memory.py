"""SET memory_limit: the whole program stays within the limit and 64 MB, whatever the data."""
import os
import subprocess

from harness import QUERN, ProgramTest

MIB = 1 << 20
ROWS = 1000000
# r: each of 0 .. ROWS-1 once, none near its neighbours
SHUFFLED = f"(SELECT i, i * 7919 % {ROWS} AS r, 'a string of some length ' || i AS s FROM range({ROWS}) AS t(i))"


class Memory(ProgramTest):
    def expect_within(self, limit, query, output, threads=1):
        """The query's rows, and no more than `limit` and 64 MB in memory at any time."""
        sql = f"SET memory_limit = '{limit}MB'; SET threads = {threads}; {query}"
        process = subprocess.Popen([QUERN, "--csv", "-c", sql], cwd=self.folder, env=self.environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        found = process.stdout.read().decode()
        process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        self.assertEqual((found, status), (output, 0))
        self.assertLessEqual(usage.ru_maxrss * 1024 // MIB, limit + 64)

    def test_the_median_of_small_frames(self):
        # the middle one of three neighbours: by arithmetic, of i * 7919 mod 1000000 step by step
        values = [i * 7919 % ROWS for i in range(ROWS)]
        total = sum(sorted(values[i - 2:i + 1])[1] for i in range(2, ROWS))
        self.expect_within(2, "SELECT sum(m)::BIGINT AS total FROM (SELECT i, median(r) OVER (ORDER BY i "
                              f"ROWS 2 PRECEDING) AS m FROM {SHUFFLED}) WHERE i >= 2", f"total\n{total}\n")

    def test_strings_that_frames_put_together(self):
        sizes = [len(f"a string of some length {i}") for i in range(ROWS)]
        lengths = {sum(sizes[max(i - 10, 0):i + 1]) + min(i, 10) for i in range(ROWS)}
        self.expect_within(8, "SELECT count(DISTINCT length(m)) AS lengths, max(length(m)) AS longest FROM "
                              "(SELECT string_agg(s, ',') OVER (ORDER BY i ROWS 10 PRECEDING) AS m "
                              f"FROM {SHUFFLED})", f"lengths,longest\n{len(lengths)},{max(lengths)}\n")
