"""EXPLAIN as JSON: one value that a program can read."""
import csv
import io
import json

from harness import ProgramTest

TABLE = "create table t (a int primary key, b text); insert into t select i, 'v' || i from generate_series(1, 50) g(i);"


class Explain(ProgramTest):
    def plans(self, sql):
        run = self.run_quern("-c", TABLE + sql)
        self.assertEqual((run.status, run.errors), (0, ""))
        rows = list(csv.reader(io.StringIO(run.output)))
        self.assertEqual(rows[2:-1], [["plan"]])
        return json.loads(rows[-1][0])

    def test_a_plan_is_a_tree_of_nodes(self):
        [plan] = self.plans("explain (format json) select t.a from t join t as u using (a) where u.b > 'x\"\\' order by 1")
        nodes, todo = [], [plan["Plan"]]
        while todo:
            node = todo.pop()
            nodes.append(node)
            todo += node.get("Plans", [])
        self.assertIn("Scan", {node["Node Type"] for node in nodes})
        details = [line for node in nodes for line in node.get("Details", [])]
        self.assertIn("filter: u.b > 'x\"\\' [EXACT]", details)
        self.assertFalse(any("Actual Rows" in node for node in nodes))

    def test_analyze_tells_the_rows_that_came(self):
        [plan] = self.plans("explain (analyze, format json) insert into t select a + 100, b from t where a <= 20")
        self.assertEqual((plan["Plan"]["Node Type"], plan["Plan"]["Actual Rows"]), ("Insert", 1))
        self.assertEqual(plan["Plan"]["Plans"][0]["Actual Rows"], 20)

    def test_verbose_has_a_plan_for_each_rule(self):
        plans = self.plans("explain (verbose, format json) delete from t where a = 5")
        self.assertEqual(plans[0]["Rule"], "bound")
        self.assertGreater(len(plans), 2)
        self.assertTrue(all(plan["Plan"]["Node Type"] == "Change" for plan in plans))

    def test_the_query_within_a_statement_is_explained(self):
        for statement in ["create table x as ", "create view x as ", "describe "]:
            [plan] = self.plans(f"explain (format json) {statement} select b from t where a = 5")
            self.assertIn("key lookup: (a) = (5)", plan["Plan"].get("Details", []) + sum(
                [node.get("Details", []) for node in plan["Plan"].get("Plans", [])], []))

    def test_options_that_there_are_not_are_refused(self):
        for option, word in [("format yaml", "yaml"), ("nothing", "nothing")]:
            run = self.run_quern("-c", f"explain ({option}) select 1")
            self.assertEqual(run.status, 1)
            self.assertRegex(run.errors, f"22023.*{word}")
