# The main path by shell commands, in both dialects: create, get, list, update, deallocate, operations; every
# JSON shape key by key, masked and revealed; every request exactly.
# SPDX-License-Identifier: GPL-3.0-or-later
import datetime
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import shapes  # noqa: E402
import tap  # noqa: E402

desks.require()
sandboxes.require()

A, B, B2 = "+919810000001", "+919820000002", "+919830000003"
VN = "+918047134401"
CREATE = {"party": ["transaction_id=ORD-77", "a.numbers=98100 00001", "a.vns=" + VN, "a.pin=4711",
                    "b.numbers=+91-98200-00002", "b.pin=0815", "usage=twoway", "duration=2h"],
          "flat": ["a.vns=" + VN, "a.numbers=98100 00001", "b.numbers=+91-98200-00002", "duration=2h",
                   "record=false", "max_pin_attempts=5"]}


def body_of(server, method):
    """The body of the last request of that method, None where there was none."""
    bodies = [request["body"] for request in server.requests() if request["method"] == method]
    return shapes.parsed(bodies[-1]) if bodies else None


def check_create(dialect, server, desk):
    done = desk.json("create", *CREATE[dialect], "-y", "--reason", "a new order")
    shapes.operation(done, dialect + ": create", "create", 1)
    wanted = {"party": {"transaction_id": "ORD-77", "a": {"numbers": [A], "vns": [VN], "pin": "4711"},
                        "b": {"numbers": [B], "pin": "0815"}, "usage": "twoway",
                        "deallocation_policy": {"duration": "7200s"}},
              "flat": {"caller_id_number": VN, "from": A, "to": B, "duration": 7200, "record": False,
                       "max_pin_attempts": 5}}[dialect]
    tap.is_(body_of(server, "POST"), wanted, dialect + ": create: the body is just that")
    return done["rows"][0]["id"]


def check_get(dialect, desk, identity):
    one = desk.json("get", identity)
    shapes.array(one, dialect + ": get", 1)
    masked = one[0]
    shapes.allocation(masked, dialect + ": get")
    tap.is_((masked["id"], masked["kind"], masked["tenant"], masked["state"], masked["state_raw"]),
            (identity, "greenpin", "acme", "active", "active"), dialect + ": get: identity and state")
    tap.is_((masked["a"]["numbers"], masked["b"]["numbers"]), ([desks.masked(A)], [desks.masked(B)]),
            dialect + ": get: numbers are masked")
    tap.ok(shapes.all_bullets(masked["b"]["pin"]), dialect + ": get: the PIN is masked", masked["b"])
    tap.is_((masked["a"]["vns"], masked["b"]["vns"][:1] or [VN]), ([VN], [VN]), dialect + ": get: the VN")
    bare = desk.json("get", identity, "--reveal")[0]
    tap.is_((bare["a"]["numbers"], bare["b"]["numbers"]), ([A], [B]), dialect + ": get --reveal: numbers")
    if dialect == "party":
        tap.is_((bare["a"]["pin"], bare["b"]["pin"], bare["usage"], bare["transaction_id"]),
                ("4711", "0815", "twoway", "ORD-77"), "party: get --reveal: PINs, usage, order")
        tap.is_((bare["record"], bare["max_pin_attempts"], bare["call_count"], bare["custom_field"]),
                (None, None, None, None), "party: get: what party does not report is null")
    else:
        tap.like(bare["b"]["pin"], "^[0-9]{4}$", "flat: get --reveal: the generated PIN is B's")
        tap.is_((bare["a"]["pin"], bare["usage"], bare["transaction_id"]), (None, None, None),
                "flat: get: what flat does not report is null")
    return bare


def check_ends(bare, seconds, name):
    ends = datetime.datetime.fromisoformat(bare["ends_at"].replace("Z", "+00:00"))
    left = (ends - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
    tap.ok(abs(left - seconds) < 90, "%s: it ends in about %d s" % (name, seconds), "%s: %d s" % (ends, left))


def check_find(dialect, desk, identity):
    for words in (["20000002"], ["098200", "00002"],
                  ["order:ORD-77"] if dialect == "party" else ["vn:8047134"],
                  ["state:active", "b:9820000002"]):
        found = desk.json("list", *words)
        tap.is_([row["id"] for row in found], [identity], "%s: list %s" % (dialect, " ".join(words)))
    shapes.allocation(found[0], dialect + ": list")
    tap.is_(desk.json("list", "20000003"), [], dialect + ": list of what is not there")
    for form in ("table", "csv", "tsv", "jsonl"):
        shown = desk.run("-o", form, "list")
        tap.ok(shown.status == 0 and identity in shown.out, "%s: list -o %s" % (dialect, form), shown)
        tap.ok(B not in shown.out and B[3:] not in shown.out and "0815" not in shown.out,
               "%s: list -o %s is masked" % (dialect, form), shown.out)


def check_dry_run(dialect, server, desk, identity):
    before = len(server.requests())
    shown = desk.run("--dry-run", "update", identity, "b.numbers=" + B2)
    tap.is_(shown.status, 0, dialect + ": --dry-run: status")
    tap.like(shown.out, r"PUT\b.*/tenants/acme/greenpin/" + identity,
             dialect + ": --dry-run shows the request")
    tap.ok(len([r for r in server.requests()[before:] if r["method"] != "GET"]) == 0,
           dialect + ": --dry-run sends no write")


def check_update(dialect, server, desk, identity):
    done = desk.json("update", identity, "b.numbers=098300 00003", "-y")
    shapes.operation(done, dialect + ": update", "update", 1)
    tap.is_((done["rows"][0]["id"], done["rows"][0]["http_status"], done["rows"][0]["attempts"]),
            (identity, 200, 1), dialect + ": update: its row")
    wanted = {"b": {"numbers": [B2]}} if dialect == "party" else {"to": [B2]}
    tap.is_(body_of(server, "PUT"), wanted, dialect + ": update: only what was changed is sent")
    data = server.get("greenpin", identity).data
    tap.is_(data["b"]["numbers"] if dialect == "party" else data["to"], [B2],
            dialect + ": update: seen from outside")
    tap.is_(data["a"]["numbers"] if dialect == "party" else data["from"], [A],
            dialect + ": update: A is as it was")
    tap.is_(server.stats()["updates"], 1, dialect + ": update: billed once")
    return done["operation"]


def check_add_and_take(dialect, server, desk, identity):
    shapes.operation(desk.json("update", identity, "b.numbers+=" + B, "-y"), dialect + ": +=", "update", 1)
    bare = desk.json("get", identity, "--reveal")[0]
    tap.is_(bare["b"]["numbers"], [B2, B], dialect + ": += adds to the list")
    shapes.operation(desk.json("update", identity, "b.numbers-=" + B2, "-y"), dialect + ": -=", "update", 1)
    bare = desk.json("get", identity, "--reveal")[0]
    tap.is_(bare["b"]["numbers"], [B], dialect + ": -= takes from it")
    shapes.operation(desk.json("update", identity, "duration=+1h", "-y"), dialect + ": +1h", "update", 1)
    check_ends(desk.json("get", identity)[0], 3 * 3600, dialect + ": from the present end")
    tap.is_(server.stats()["updates"], 4, dialect + ": four updates billed in all")


def check_deallocate(dialect, server, desk, identity):
    done = desk.json("deallocate", identity, "-y")
    shapes.operation(done, dialect + ": deallocate", "deallocate", 1)
    tap.is_(done["rows"][0]["id"], identity, dialect + ": deallocate: its row")
    reply = server.get("greenpin", identity)
    gone = reply.status in (404, 410) or (reply.data or {}).get("state",
                                                                (reply.data or {}).get("status")) in (
        "vault", "deleted")
    tap.ok(gone, dialect + ": deallocate: gone from outside", reply)
    listed = desk.json("list", "id:" + identity)
    tap.is_([row["state"] for row in listed], ["deallocated"], dialect + ": deallocate: the ledger knows")
    tap.is_(server.stats()["deletes"], 1, dialect + ": deallocate: one DELETE")
    return done["operation"]


def check_operations(dialect, desk, update, deallocation):
    known = desk.json("operations")
    shapes.array(known, dialect + ": operations")
    numbers = [operation["operation"] for operation in known]
    tap.is_(numbers, sorted(numbers, reverse=True), dialect + ": operations: newest first")
    tap.is_((numbers[0], numbers[-1]), (deallocation, 1), dialect + ": operations: numbered from 1")
    rows = desk.json("operations", update)
    shapes.operation(rows, dialect + ": operations OP", "update", 1)
    tap.is_(rows["operation"], update, dialect + ": operations OP: that one")


def main_path(dialect):
    server = sandboxes.Sandbox(dialect=dialect)
    desk = desks.Desk(server.url, dialect=dialect)
    identity = check_create(dialect, server, desk)
    check_ends(check_get(dialect, desk, identity), 7200, dialect + ": get")
    check_find(dialect, desk, identity)
    check_dry_run(dialect, server, desk, identity)
    update = check_update(dialect, server, desk, identity)
    check_add_and_take(dialect, server, desk, identity)
    deallocation = check_deallocate(dialect, server, desk, identity)
    check_operations(dialect, desk, update, deallocation)
    tap.is_(desk.run("resume").status, 0, dialect + ": nothing to resume is success")


@tap.case("party")
def _():
    main_path("party")


@tap.case("flat")
def _():
    main_path("flat")


@tap.case("auto is the dialect of the last allocation read")
def _():
    server = sandboxes.Sandbox(seed=3)
    made = server.request("POST", server.path("greenpin"), json={
        "caller_id_number": VN, "from": A, "to": B, "duration": 3600}).data
    desk = desks.Desk(server.url, dialect="auto")
    desk.json("get", made["greenpin_id"])
    desk.json("update", made["greenpin_id"], "b.numbers=" + B2, "-y")
    tap.is_(body_of(server, "PUT"), {"to": [B2]}, "flat after a flat one")
    party = server.create(transaction_id="ORD-AUTO",
                          a={"numbers": ["+919810000011"], "vns": [VN], "pin": "1212"})
    desk.json("get", party["greenpin_id"])
    desk.json("update", party["greenpin_id"], "b.numbers=+919830000099", "-y")
    tap.is_(body_of(server, "PUT"), {"b": {"numbers": ["+919830000099"]}}, "party after a party one")


@tap.case("import, refresh and list")
def _():
    server = sandboxes.Sandbox(seed=20)
    desk = desks.Desk(server.url)
    ids = server.ids()
    tap.is_(len(ids), 20, "twenty seeded")
    done = desk.run("import", "-", "--fetch", stdin="\n".join(ids) + "\n")
    tap.is_(done.status, 0, "import --fetch: status", )
    rows = desk.json("list")
    tap.is_(sorted(row["id"] for row in rows), sorted(ids), "all are listed")
    for row in rows[:3]:
        shapes.allocation(row, "list after import")
    tap.ok(all(row["read_at"] for row in rows), "all were read")
    desk2 = desks.Desk(server.url)
    desk2.run("import", "-", stdin="\n".join(ids) + "\n")
    tap.is_([row["read_at"] for row in desk2.json("list")], [None] * 20, "import alone reads nothing")
    tap.is_(desk2.run("refresh").status, 0, "refresh: status")
    tap.ok(all(row["read_at"] for row in desk2.json("list")), "refresh reads all")
    lines = desk2.run("-o", "jsonl", "list").out.splitlines()
    tap.is_(len(lines), 20, "jsonl: a line each")
    for line in lines[:1]:
        shapes.allocation(shapes.parsed(line), "jsonl")


@tap.case("the ledger")
def _():
    server = sandboxes.Sandbox(seed=1)
    desk = desks.Desk(server.url)
    desk.json("get", server.ids()[0])
    tap.is_(oct(os.stat(desk.ledger_path).st_mode & 0o777), "0o600", "is private")
    tap.is_(desk.ledger().execute("pragma journal_mode").fetchone()[0], "wal", "is in WAL")
    with open(desk.ledger_path, "rb") as file:
        tap.ok(sandboxes.TOKEN.encode() not in file.read(), "holds no token")


tap.main(deadline=240)
