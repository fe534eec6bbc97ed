"""SET memory_limit: the whole program stays within the limit and 64 MB, whatever the data."""
import re
from pathlib import Path

from harness import TIMEOUT, ProgramTest

ROWS = 1000000
# r: each of 0 .. ROWS-1 once, none near its neighbours
SHUFFLED = f"(SELECT i, i * 7919 % {ROWS} AS r, 'a string of some length ' || i AS s FROM range({ROWS}) AS t(i))"


class Memory(ProgramTest):
    def expect_within(self, limit, query, output, threads=1):
        """The query's rows, and no more than `limit` and 64 MB in memory at any time."""
        process = self.start("--csv")
        process.stdin.write(f"SET memory_limit = '{limit}MB'; SET threads = {threads}; {query};\n".encode())
        process.stdin.flush()
        found = "".join(process.stdout.readline().decode() for _ in output.splitlines())
        status = Path(f"/proc/{process.pid}/status").read_text()  # its usage begins with what this process has
        process.communicate(timeout=TIMEOUT)
        self.assertEqual((found, process.returncode), (output, 0))
        self.assertLessEqual(int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) // 1024, limit + 64)

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
