# Bulk answers whose rows are shuffled, missing, doubled, surplus or without their ids, in both dialects:
# every row gets its own outcome, what is not answered is settled by reading, nothing is sent twice.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import reactions as do  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402
from faults import FaultServer  # noqa: E402

desks.require()
sandboxes.require()

ROWS = 5


class Stage:
    """A sandbox with some allocations, a changeset file for all of them, the fault server between."""

    def __init__(self, name, dialect, edit, lost=None):
        self.name, self.dialect, self.edit, self.lost = "%s, %s" % (name, dialect), dialect, edit, lost
        self.result = None
        self.server = sandboxes.Sandbox(dialect=dialect)  # it ends with the thread that starts it

    def go(self):
        self.ids = [self.make(n) for n in range(ROWS)]
        self.fault = FaultServer(default=do.proxy(self.server))
        self.fault.on("PUT", "/greenpin$", self.react, times=1)
        self.desk = desks.Desk(self.fault.url, dialect=self.dialect, timeout=1)
        self.desk.json("get", "--kind", "greenpin", *self.ids)
        file = os.path.join(self.desk.home, "rows.csv")
        with open(file, "w", encoding="utf-8") as out:
            out.write("id,b.numbers\n" + "".join("%s,%s\n" % (name, self.wanted(n))
                                                 for n, name in enumerate(self.ids)))
        self.result = self.desk.run("-o", "json", "apply", file, "--confirm=%d" % ROWS)
        return self

    def make(self, n):
        numbers = ["+91981000%04d" % n], ["+91982000%04d" % n]
        if self.dialect == "flat":
            body = {"caller_id_number": "+918047134401", "from": numbers[0][0], "to": numbers[1][0]}
            reply = self.server.request("POST", self.server.path("greenpin"), json=body)
            return reply.data["greenpin_id"]
        return self.server.create(transaction_id="ORD-%d" % n, b={"numbers": numbers[1]},
                                  a={"numbers": numbers[0], "vns": ["+918047134401"]})["greenpin_id"]

    @staticmethod
    def wanted(n):
        return "+91983000%04d" % n

    def react(self, exchange):
        """Passes on, without the row that gets lost on the way, and lets edit change the answer's rows."""
        if self.lost is not None:
            body = json.loads(exchange.request.body)
            rows = body if isinstance(body, list) else body["greenpins"]
            del rows[self.lost]
            exchange.request.body = json.dumps(body).encode()
        status, headers, body = do.forward(exchange, self.server)
        answer = json.loads(body)
        answer["response"] = self.edit(answer["response"])
        exchange.send(do.message(status, json=answer))
        return True

    def b_numbers(self):
        data = [self.server.get("greenpin", name).data for name in self.ids]
        return [(one.get("to") or one.get("b", {}).get("numbers")) for one in data]

    def outcomes(self):
        rows = (self.result.json or {}).get("rows") or []
        return {row["id"]: row["outcome"] for row in rows}

    def puts(self):
        return self.fault.count("PUT")

    def reads(self):
        return len([request for request in self.fault.requests if request.method == "GET"
                    and "/greenpin/" in request.path]) - ROWS


def id_of(row):
    return (row.get("data") or row).get("greenpin_id")


def stranger(rows):
    text = json.dumps(rows[0]).replace(id_of(rows[0]), "gp-stranger")
    return rows + [json.loads(text)]


def nameless(rows):
    """The rows say how it went and not for whom."""
    out = []
    for row in rows:
        row = {key: value for key, value in row.items() if key not in ("data", "greenpin_id")}
        out.append(dict(row, data=None) if "success" in row else row)
    return out


def contradicted(rows):
    other = json.loads(json.dumps(rows[0]))
    if "success" in other:
        other.update(success=False, status=400, code=5, message="no")
    else:
        other["status"] = "failed"
    return rows + [other]


# Name, edit of the answer's rows, how many rows are read afterwards.
EDITS = (
    ("as it is", lambda rows: rows, 0),
    ("shuffled", lambda rows: rows[::-1], 0),
    ("one is missing", lambda rows: rows[:2] + rows[3:], 1),
    ("all are missing", lambda rows: [], ROWS),
    ("one is doubled", lambda rows: rows + rows[1:2], 0),
    ("one is contradicted", contradicted, 1),
    ("one is surplus", stranger, 0),
    ("shuffled, missing, doubled and surplus", lambda rows: stranger(rows[::-1][:4] + rows[2:3]), 1),
    ("without ids", nameless, 0),
    ("rows that are no rows", lambda rows: [None, 5, "x", [], {}], ROWS),
)


def stages(dialect):
    made = [Stage(name, dialect, edit) for name, edit, _reads in EDITS]
    with ThreadPoolExecutor(5) as pool:
        return list(pool.map(Stage.go, made))


def check(stage, reads):
    name = stage.name
    tap.is_(stage.result.status, 0, name + ": status 0") or tap.diag(stage.result)
    tap.is_(stage.outcomes(), {one: "applied" for one in stage.ids}, name + ": each row has its outcome")
    tap.is_(stage.b_numbers(), [[stage.wanted(n)] for n in range(ROWS)], name + ": and that is true")
    tap.is_((stage.puts(), stage.server.stats()["updates"]), (1, ROWS), name + ": sent once, applied once")
    tap.is_(stage.reads(), reads, "%s: %d read afterwards" % (name, reads))
    known = {row["id"]: row["b"]["numbers"] for row in stage.desk.json("list", "--reveal")}
    tap.is_(known, {one: [stage.wanted(n)] for n, one in enumerate(stage.ids)}, name + ": the ledger has it")
    tap.is_(stage.fault.problems, [], name + ": no problem in the fault server")


@tap.case("party")
def _():
    for stage, row in zip(stages("party"), EDITS):
        check(stage, row[2])


@tap.case("flat")
def _():
    for stage, row in zip(stages("flat"), EDITS):
        check(stage, row[2])


@tap.case("a row that did not reach the service, and is not in its answer")
def _():
    for dialect in ("party", "flat"):
        stage = Stage("lost on the way", dialect, lambda rows: rows, lost=3).go()
        lost = stage.ids[3]
        tap.is_(stage.result.status, 1, stage.name + ": status 1")
        tap.is_(stage.outcomes(), {one: "failed" if one == lost else "applied" for one in stage.ids},
                stage.name + ": read as before, so failed; the others applied")
        tap.isnt(stage.b_numbers()[3], [stage.wanted(3)], stage.name + ": and that is true")
        again = stage.desk.run("-o", "json", "retry", "1", "-y")
        tap.is_((again.status, [row["id"] for row in (again.json or {}).get("rows") or []]), (0, [lost]),
                stage.name + ": retry sends that row alone") or tap.diag(again)
        tap.is_(stage.b_numbers()[3], [stage.wanted(3)], stage.name + ": and it is applied")
        tap.is_(stage.server.stats()["updates"], ROWS, stage.name + ": each once")


@tap.case("a bulk answer is lost: all its rows are read, none is sent again")
def _():
    for dialect in ("party", "flat"):
        stage = Stage("lost answer", dialect, lambda rows: rows)
        stage.react = lambda exchange, s=stage: do.proxy_then_cut(s.server)(exchange)
        stage.go()
        check(stage, ROWS)


tap.main(deadline=240)
