# Writes whose answer is lost after the server applied them (or before): settled by reading, not before the
# request's own time is over, told truly, and never applied twice.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import re
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import reactions as do  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import shapes  # noqa: E402
import tap  # noqa: E402
from faults import FaultServer  # noqa: E402

desks.require()
sandboxes.require()

B2 = "+919830000003"
TIMEOUT = 1


class Stage:
    """A sandbox with one allocation known to the ledger, and the fault server in front of it."""

    def __init__(self, **keys):
        self.server = sandboxes.Sandbox()
        self.fault = FaultServer(default=do.proxy(self.server))
        self.desk = desks.Desk(self.fault.url, timeout=TIMEOUT, **keys)
        self.id = self.server.create()["greenpin_id"]
        self.desk.json("get", self.id)
        self.update = ["update", self.id, "b.numbers=" + B2, "-y"]
        self.deallocate = ["deallocate", self.id, "-y"]

    def break_writes(self, reaction, times=1):
        for method in ("PUT", "DELETE", "POST"):
            self.fault.on(method, "", reaction, times=times)

    def sent(self):
        return [request for request in self.fault.requests if request.method in ("PUT", "DELETE", "POST")]

    def b_numbers(self):
        return self.server.get("greenpin", self.id).data["b"]["numbers"]


def only_row(result, name):
    """The one row of an operation's JSON, {} where there is none."""
    shapes.operation(result.json or {}, name)
    rows = (result.json or {}).get("rows") or [{}]
    return rows[0]


def check_settled(stage, result, name, method):
    row = only_row(result, name)
    tap.is_(result.status, 0, name + ": status 0") or tap.diag(result)
    tap.is_((row.get("outcome"), row.get("attempts")), ("applied", 1), name + ": told as applied, sent once")
    tap.is_([request.method for request in stage.sent()], [method], name + ": one write left")
    reads = [request for request in stage.fault.requests
             if request.method == "GET" and request.at > stage.sent()[0].at]
    tap.ok(reads, name + ": it was settled by reading")
    if reads:
        waited = reads[0].at - stage.sent()[0].at
        tap.ok(waited >= TIMEOUT - 0.05, name + ": not before the request's own time was over",
               "%.3f s" % waited)
    tap.is_(stage.fault.problems, [], name + ": no problem in the fault server")


CUTS = (("reset without an answer", lambda s: do.proxy_then_cut(s, at=0)),
        ("closed without an answer", lambda s: do.proxy_then_cut(s, at=0, how="close")),
        ("cut off in the head", lambda s: do.proxy_then_cut(s, at=20, how="close")),
        ("cut off in the body", lambda s: do.proxy_then_cut(s, at=-8, how="close")),
        ("no answer in time", do.proxy_then_never),
        ("500 after applying", lambda s: do.proxy_edit(s, lambda *_a: (500, [], b""))),
        ("504 after applying", lambda s: do.proxy_edit(s, lambda *_a: (504, [], b"<html>gateway</html>"))),
        ("an answer that is no JSON", lambda s: do.proxy_edit(s,
                                                              lambda *_a: (200, [], b"<html>fine</html>"))))


def cut_off(words):
    """For each cut: its name, its stage, and what the command came to. The waits run side by side."""
    stages = [Stage() for _cut in CUTS]
    for (_name, reaction), stage in zip(CUTS, stages):
        stage.break_writes(reaction(stage.server))
    results = tap.together([lambda stage=stage: stage.desk.run("-o", "json", *getattr(stage, words))
                            for stage in stages])
    return zip([name for name, _reaction in CUTS], stages, results)


@tap.case("an update that was applied and whose answer is lost")
def _():
    for name, stage, result in cut_off("update"):
        check_settled(stage, result, "update, " + name, "PUT")
        tap.is_((stage.b_numbers(), stage.server.stats()["updates"]), ([B2], 1),
                "update, %s: applied once" % name)


@tap.case("a deallocation that was applied and whose answer is lost")
def _():
    for name, stage, result in cut_off("deallocate"):
        check_settled(stage, result, "deallocate, " + name, "DELETE")
        tap.is_(stage.server.stats()["deletes"], 1, "deallocate, %s: applied once" % name)
        tap.is_([row["state"] for row in stage.desk.json("list")], ["deallocated"],
                "deallocate, %s: the ledger knows" % name)


@tap.case("a write that was lost before it was applied")
def _():
    for name, words, method in (("update", "update", "PUT"), ("deallocate", "deallocate", "DELETE")):
        stage = Stage()
        stage.break_writes(do.reset_after())
        result = stage.desk.run("-o", "json", *getattr(stage, words))
        row = only_row(result, name)
        tap.ok(row.get("outcome") in ("failed", "unknown"), name + ": not told as applied", result)
        tap.isnt(result.status, 0, name + ": not status 0")
        tap.like(row.get("advice"), "resume", name + ": the advice names the command that sends it again")
        tap.is_([request.method for request in stage.sent()], [method], name + ": not sent again by itself")
        again = stage.desk.run("-o", "json", "resume", "-y")
        tap.is_(again.status, 0, name + ": resume: status") or tap.diag(again)
        row = only_row(again, name + ": resume")
        tap.is_((row.get("outcome"), row.get("attempts")), ("applied", 2),
                name + ": resume sends it and it is applied")
        tap.is_([request.method for request in stage.sent()], [method] * 2, name + ": that made two")
        stats = stage.server.stats()
        tap.is_(stats["updates"] + stats["deletes"], 1, name + ": applied once")
        tap.is_(stage.desk.run("resume", "-y").status, 0, name + ": nothing is left to resume")
        tap.is_(len(stage.sent()), 2, name + ": and nothing more is sent")


@tap.case("changed by someone else meanwhile")
def _():
    stage = Stage()

    def someone_else(exchange):
        stage.server.request("PUT", stage.server.path("greenpin", stage.id),
                             json={"b": {"numbers": ["+919840000004"]}})
        exchange.reset()
        return False
    stage.fault.on("PUT", "", someone_else, times=1)
    result = stage.desk.run("-o", "json", *stage.update)
    row = only_row(result, "update")
    tap.is_(row.get("outcome"), "failed", "told as failed")
    tap.isnt(result.status, 0, "not status 0")
    stage.desk.run("resume", "-y")
    tap.is_(stage.b_numbers(), ["+919840000004"], "the other's change stands")


@tap.case("not readable either: unknown, and settled later")
def _():
    stage = Stage()
    stage.break_writes(do.proxy_then_cut(stage.server))
    stage.fault.on("GET", "/greenpin/", do.answer(403, json={"success": False, "status": 403, "code": 8,
                                                              "message": "not now", "data": None}), times=1)
    result = stage.desk.run("-o", "json", *stage.update)
    row = only_row(result, "update")
    tap.is_((row.get("outcome"), result.status), ("unknown", 5), "unknown, status 5")
    tap.like(row.get("advice"), "resume", "the advice names the command that settles it")
    again = stage.desk.run("-o", "json", "resume", "-y")
    row = only_row(again, "resume")
    tap.is_((row.get("outcome"), again.status, row.get("attempts")), ("applied", 0, 1),
            "resume reads it, and it was applied")
    tap.is_(stage.server.stats()["updates"], 1, "once")


@tap.case("killed while the answer is under way")
def _():
    for words, applied in (("update", True), ("update", False), ("deallocate", True)):
        name = "%s, %s" % (words, "applied" if applied else "not applied")
        stage = Stage()
        stage.break_writes(do.proxy_then_never(stage.server) if applied else do.never())
        child = stage.desk.start(*getattr(stage, words), stdin=-3, stdout=-3, stderr=-3)
        tap.ok(stage.fault.wait_for(1, "PUT" if words == "update" else "DELETE"), name + ": it was sent")
        if applied:
            wait_applied(stage)
        child.send_signal(signal.SIGKILL)
        tap.end_child(child)
        stage.fault.release()
        known = stage.desk.json("operations")
        tap.is_([operation["state"] for operation in known], ["interrupted"],
                name + ": the journal says interrupted")
        again = stage.desk.run("-o", "json", "resume", "-y")
        row = only_row(again, name + ": resume")
        tap.is_((row.get("outcome"), again.status, row.get("attempts")), ("applied", 0, 1 if applied else 2),
                name + ": resume settles it")
        stats = stage.server.stats()
        tap.is_(stats["updates"] + stats["deletes"], 1, name + ": applied once")


def wait_applied(stage):
    """Until the server counts the write; the deadline of the file is the limit."""
    while True:
        stats = stage.server.stats()
        if stats["updates"] + stats["deletes"] >= 1:
            return


@tap.case("a create without an answer stays unknown and is not sent again")
def _():
    for dialect, words in (("party", ["transaction_id=ORD-9", "a.numbers=+919810000021",
                                      "a.vns=+918047134401",
                                      "b.numbers=+919820000022"]),
                           ("flat", ["a.vns=+918047134401", "a.numbers=+919810000021",
                                     "b.numbers=+919820000022"])):
        stage = Stage(dialect=dialect)
        before = stage.server.stats()["creates"]
        stage.break_writes(do.proxy_then_cut(stage.server))
        result = stage.desk.run("-o", "json", "create", *words, "-y")
        row = only_row(result, dialect + ": create")
        tap.is_((row.get("outcome"), row.get("id"), result.status), ("unknown", None, 5),
                dialect + ": unknown, without an id, status 5")
        stage.desk.run("resume", "-y")
        tap.is_(len(stage.sent()), 1, dialect + ": not sent again, by resume neither")
        tap.is_(stage.server.stats()["creates"] - before, 1, dialect + ": the server made one")


@tap.case("-vv shows what happened")
def _():
    stage = Stage()
    stage.break_writes(do.proxy_then_cut(stage.server))
    done = stage.desk.run("-vv", *stage.update)
    tap.is_(done.status, 0, "settled as applied") or tap.diag(done)
    lines = done.lines
    wanted = (("the write leaves", r"> PUT \S+/greenpin/"),
              ("it breaks, and is not tried again", r"PUT \S+ 0 \d+ ms.*tries 1: .*broke"),
              ("it is read", r"GET \S+/greenpin/\S+ 200 \d+ ms"))
    at = -1
    for name, pattern in wanted:
        found = [i for i, line in enumerate(lines) if i > at and re.search(pattern, line)]
        tap.ok(found, name, done.err)
        at = found[0] if found else at
    for secret in (sandboxes.TOKEN, "9830000003", "9810000001", "9820000002", "4711", "0815"):
        tap.ok(secret not in done.err, "and not " + secret, done.err)


tap.main(deadline=300)
