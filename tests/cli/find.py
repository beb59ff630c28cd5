# why, events, export and forget: what the ledger knows, told, written out and taken out.
# SPDX-License-Identifier: GPL-3.0-or-later
import csv
import json
import os
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import tap  # noqa: E402

desks.require()

NOWHERE = "http://127.0.0.1:9/v1"
A, B, VN = "+917987686144", "+919956555625", "+916292134471"


def row(ident, **more):
    one = {"id": ident, "kind": "greenpin", "transaction_id": "ORD-" + ident, "state": "active",
           "usage": "twoway", "a": {"numbers": [A], "vns": [VN], "pin": "0123"},
           "b": {"numbers": [B], "vns": [VN]}, "ends_at": "2099-01-01T00:00:00Z",
           "read_at": "2026-01-01T00:00:00Z"}
    one.update(more)
    return one


def desk_with(*rows, **keys):
    desk = desks.Desk(NOWHERE, **keys)
    desk.json("import", "-", stdin=json.dumps(list(rows)))
    return desk


def in_file(desk, name):
    with open(os.path.join(desk.home, name), newline="", encoding="utf-8") as file:
        return file.read()


@tap.case("why: a verdict with its ground")
def _():
    desk = desk_with(row("gp-1"), row("gp-2", usage="oneway", a={"numbers": ["+918888888888"], "vns": [VN]},
                                      b={"numbers": ["+918777777777"], "vns": [VN]}))
    told = desk.json("why", "079876 86144", "062921 34471")
    tap.is_((told["verdict"], told["reason"]), ("yes", "pin"),
            "A with a PIN, both numbers in another notation")
    tap.is_([one["id"] for one in told["allocations"]], ["gp-1"], "the allocation that decides")
    tap.unlike(json.dumps(told, ensure_ascii=False), "0123|7987686144", "masked")
    tap.like(desk.run("--reveal", "why", A).out, "PIN 0123", "revealed when asked to")
    tap.is_(desk.json("why", "+918777777777")["reason"], "oneway", "B of a oneway allocation")
    tap.is_(desk.json("why", A, "+916292134400")["reason"], "wrong-vn", "the wrong VN")
    tap.is_(desk.json("why", "+912222222222")["reason"], "nothing-known", "a stranger")
    tap.is_(desk.run("why").status, 2, "no caller is status 2")
    tap.is_(desk.run("why", "12").status, 2, "no number is status 2")


@tap.case("export: the file's ending says how")
def _():
    desk = desk_with(row("gp-1"), row("gp-2", transaction_id='=1+1,"x"'))
    tap.is_(desk.run("export", os.path.join(desk.home, "x.csv")).status, 0, "csv")
    rows = {one["id"]: one for one in csv.DictReader(in_file(desk, "x.csv").splitlines())}
    tap.is_(sorted(rows), ["gp-1", "gp-2"], "both rows")
    tap.is_(rows["gp-1"]["b.numbers"], "+91•••••5625", "masked")
    tap.is_(rows["gp-2"]["transaction_id"], "'=1+1,\"x\"", "what a spreadsheet would compute is defused")
    desk.run("--reveal", "export", "--filter", "id:gp-1", os.path.join(desk.home, "x.json"))
    whole = json.loads(in_file(desk, "x.json"))
    tap.is_([(one["id"], one["a"]["pin"], one["b"]["numbers"]) for one in whole], [("gp-1", "0123", [B])],
            "json, filtered and revealed")
    desk.run("export", os.path.join(desk.home, "x.jsonl"))
    tap.is_(len(in_file(desk, "x.jsonl").splitlines()), 2, "jsonl, a line each")
    tap.is_(os.stat(os.path.join(desk.home, "x.jsonl")).st_mode & 0o077, 0, "its owner's alone")
    other = desks.Desk(NOWHERE)
    other.json("import", os.path.join(desk.home, "x.json"))
    tap.is_(other.json("list", "--reveal")[0]["a"]["pin"], "0123", "what was exported can be imported")


@tap.case("export: what cannot be written leaves things as they were")
def _():
    desk = desk_with(row("gp-1"), reveal="no")
    path = os.path.join(desk.home, "x.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write("before")
    tap.is_(desk.run("--reveal", "export", path).status, 3, "reveal = no refuses")
    tap.is_(in_file(desk, "x.csv"), "before", "the file is as it was")
    tap.is_(desk.run("export", path + ".doc").status, 2, "another ending is status 2")
    tap.is_(desk.run("export", os.path.join(desk.home, "none", "x.csv")).status, 2, "no such folder")
    tap.is_([name for name in os.listdir(desk.home) if name.startswith("x.csv.")], [], "no half file stays")


@tap.case("forget: out of the ledger, and out of its bytes")
def _():
    desk = desk_with(row("gp-1"), row("gp-2", a={"numbers": ["+918888888888"], "vns": [VN], "pin": "98765"}))
    tap.is_(desk.run("forget", "gp-2").status, 3, "asks first")
    tap.is_(desk.run("-y", "forget", "gp-2").status, 0, "forgets one")
    tap.is_([one["id"] for one in desk.json("list")], ["gp-1"], "the other stays")
    tap.is_(desk.json("list", "8888888888"), [], "and no filter finds it")
    tap.is_(desk.run("-y", "forget", "gp-2").status, 2, "what is not known here is told")
    tap.is_(desk.run("--confirm=2", "forget", "gp-1", "gp-3").status, 1, "one of two is status 1")
    found = []
    for folder, _, names in os.walk(desk.home):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                if b"8888888888" in file.read():
                    found.append(name)
    tap.is_(found, [], "no file holds the number any more")


@tap.case("events: listed, filtered, masked")
def _():
    desk = desk_with(row("gp-1"))
    ledger = sqlite3.connect(desk.ledger_path)
    call = {"call_sid": "c1", "greenpin_id": "gp-1", "from": A, "to": B, "vn": VN, "call_type": "completed",
            "on_call_duration": "32", "current_time": "2026-01-01T10:00:00Z"}
    failed = {"call_sid": "c2", "caller": A, "vn": VN, "pin": "1234"}
    for at, (kind, ident, body) in enumerate((("call", "gp-1", call), ("failed-verification", None, failed))):
        ledger.execute("INSERT INTO event (tenant, kind, product, at, received_at, id, call_sid, vn, caller,"
                       " body) SELECT tenant, ?, 0, ?, ?, ?, ?, ?, ?, ? FROM tenant",
                       (kind, 1767261600 + at, 1767261600 + at, ident, body["call_sid"], VN, A,
                        json.dumps(body)))
    ledger.commit()
    ledger.close()
    all_events = desk.json("events")
    tap.is_([one["kind"] for one in all_events], ["failed-verification", "call"], "newest first")
    tap.is_((all_events[1]["id"], all_events[1]["on_call_duration"]), ("gp-1", 32), "what a call carries")
    tap.is_(all_events[0]["pin"], "\u2022" * 4, "PINs are masked")
    tap.unlike(json.dumps(all_events, ensure_ascii=False), "7987686144|9956555625", "numbers too")
    tap.is_(desk.json("--reveal", "events", "kind:call")[0]["caller"], A, "revealed and filtered")
    tap.is_(len(desk.json("events", "079876", "86144")), 2, "by a number in any notation")
    tap.is_(len(desk.json("events", "--limit", "1")), 1, "so many")
    tap.is_(desk.run("events", "knd:call").status, 2, "an unknown key is status 2")
    tap.like(desk.run("-o", "csv", "events").out, "call_sid", "csv with all columns")


@tap.case("count: how often a field's values stand")
def _():
    desk = desk_with(row("gp-1"), row("gp-2"), row("gp-3", state="deallocated", transaction_id="two words"),
                     row("gp-4", a={"numbers": ["+918888888888", A], "vns": ["+916292134400", VN]},
                         usage=None))
    pairs = lambda *words: [(one["value"], one["count"]) for one in desk.json("count", *words)]
    tap.is_(pairs("state"), [("active", 3), ("deallocated", 1)], "by the most frequent")
    tap.is_(pairs("vn"), [(VN, 4), ("+916292134400", 1)], "of a list each, of both sides once")
    tap.is_(pairs("usage", "state:active"), [("twoway", 2), (None, 1)], "filtered; absent ones are last")
    tap.is_(pairs("a"), [(desks.masked(A), 4), (desks.masked("+918888888888"), 1)], "numbers are masked")
    terms = {one["value"]: one["filter"] for one in desk.json("count", "order")}
    tap.is_(terms["two words"], 'order:"two words"', "with the filter that selects it")
    tap.is_([one["id"] for one in desk.json("list", terms["two words"])], ["gp-3"], "which does")
    tap.is_(desk.json("count", "a")[0]["filter"], None, "and tells nothing that is masked")
    tap.is_(desk.json("count", "a", "--reveal")[0]["filter"], "a:" + A, "unless revealed")
    tap.is_(len(desk.json("count", "id", "--limit", "2")), 2, "so many")
    told = desk.run("count", "stat")
    tap.is_(told.status, 2, "an unknown key is status 2")
    tap.like(told.err, "state", "with the near one")
    tap.is_(desk.run("count").status, 2, "no key is status 2")


@tap.case("keep: what is older than the profile says is gone after the next start")
def _():
    desk = desk_with(row("gp-1"), row("gp-2", ends_at=None), keep="180d")
    ledger = sqlite3.connect(desk.ledger_path)
    ledger.execute("UPDATE alloc SET first_seen = 1700000000, read_at = 1700000000")
    ledger.commit()
    ledger.close()
    tap.is_(desk.run("events").status, 0, "a start")
    tap.is_([one["id"] for one in desk.json("list")], ["gp-1"], "the one that ends in the past is gone")
    trail = [one for one in desk.json("audit") if one["action"] == "keep"]
    tap.like(trail[0]["result"], "^done: 1 allocations", "and the audit trail says so")


tap.main()
