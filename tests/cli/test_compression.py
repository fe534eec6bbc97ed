"""COPY TO compressed files and pipes: other programs read what it writes."""
import bz2
import gzip
import json
import lzma
import shutil
import subprocess
import unittest

from harness import QUERN, ProgramTest

RATIO = 3  # the texts below are packed to less than this part


class Compression(ProgramTest):
    ROWS = "select i, 'row number ' || i as s from range(50000) as r (i)"
    TEXT = "i,s\n" + "".join(f"{i},row number {i}\n" for i in range(50000))
    READERS = {"gz": gzip.decompress, "bz2": bz2.decompress, "xz": lzma.decompress}
    NAMES = {"gz": "gzip", "bz2": "bzip2", "xz": "xz"}

    def bytes_of(self, name):
        return (self.folder / name).read_bytes()

    def test_the_ending_of_a_file_says_how_it_is_compressed(self):
        for ending, read in self.READERS.items():
            with self.subTest(ending):
                self.expect(["-c", f"copy ({self.ROWS}) to 'x.csv.{ending}'"], "count\n50000\n")
                data = self.bytes_of(f"x.csv.{ending}")
                self.assertTrue(read(data).decode() == self.TEXT)
                self.assertLess(len(data) * RATIO, len(self.TEXT))

    @unittest.skipUnless(shutil.which("zstd"), "no program zstd")
    def test_zstd_reads_it(self):
        self.expect(["-c", f"copy ({self.ROWS}) to 'x.csv.zst'"], "count\n50000\n")
        run = subprocess.run(["zstd", "-dc", self.folder / "x.csv.zst"], capture_output=True, check=True)
        self.assertTrue(run.stdout.decode() == self.TEXT)
        self.assertLess(len(self.bytes_of("x.csv.zst")) * RATIO, len(self.TEXT))

    def test_other_formats_are_compressed_too(self):
        self.expect(["-c", "copy (select 1 as a, 'x' as b) to 'x.json.gz'; copy (select 1 as a) to 'x.jsonl.bz2'; "
                     "copy (select 1 as a) to 'x.md.xz'; copy (select 1 as a, null as b) to 'x.gz' (format text)"],
                    "count\n1\n" * 4)
        self.assertEqual(json.loads(gzip.decompress(self.bytes_of("x.json.gz"))), [{"a": 1, "b": "x"}])
        self.assertEqual(bz2.decompress(self.bytes_of("x.jsonl.bz2")), b'{"a":1}\n')
        self.assertTrue(lzma.decompress(self.bytes_of("x.md.xz")).startswith(b"| a"))
        self.assertEqual(gzip.decompress(self.bytes_of("x.gz")), b"1\t\\N\n")

    def test_blocks_of_bzip2_are_small_enough_to_be_waited_for(self):
        self.expect(["-c", f"copy ({self.ROWS}) to 'x.csv.bz2'"], "count\n50000\n")
        self.assertLessEqual(self.bytes_of("x.csv.bz2")[:4], b"BZh4")  # 400 KB

    def test_an_empty_result_is_a_whole_file(self):
        for ending, read in self.READERS.items():
            with self.subTest(ending):
                self.expect(["-c", f"copy (select 1 as a where false) to 'x.ndjson.{ending}'"], "count\n0\n")
                self.assertEqual(read(self.bytes_of(f"x.ndjson.{ending}")), b"")
                self.assertGreater(len(self.bytes_of(f"x.ndjson.{ending}")), 0)

    def test_the_option_goes_before_the_ending(self):
        self.expect(["-c", "copy (select 1 as a) to 'x.csv.gz' (compression xz); "
                     "copy (select 1 as a) to 'y.csv.gz' (compression none)"], "count\n1\n" * 2)
        self.assertEqual(lzma.decompress(self.bytes_of("x.csv.gz")), b"a\n1\n")
        self.assertEqual(self.bytes_of("y.csv.gz"), b"a\n1\n")

    def test_standard_output_is_compressed_where_it_is_said(self):
        for ending, read in self.READERS.items():
            with self.subTest(ending):
                process = self.start("-c", f"copy ({self.ROWS}) to stdout (compression {self.NAMES[ending]})")
                output, errors = process.communicate()
                self.assertEqual((process.returncode, errors), (0, b""))
                self.assertTrue(read(output).decode() == self.TEXT)

    def test_a_closed_pipe_ends_it_quietly(self):
        run = subprocess.run(f"'{QUERN}' -c \"copy (select md5(i::varchar) from range(300000) as r (i)) "
                             "to stdout (compression gzip)\" | head -c 10 | wc -c", shell=True, capture_output=True,
                             cwd=self.folder, env=self.environment)
        self.assertEqual((run.stdout.strip(), run.stderr), (b"10", b""))

    def test_a_full_disk_is_an_error(self):
        for compression in self.NAMES.values():
            self.expect(["-c", f"copy ({self.ROWS}) to '/dev/full' (compression {compression})"], "", "53100", 4)
