# The changeset from the shell: stage, hold, conflicts, files, apply, undo, restage, report.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import stat
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402

desks.require()
sandboxes.require()

NUMBER = "+919876500001"


def opened(n=6, dialect="party", **keys):
    """A server with n allocations of its own, a desk that has read them, and their ids."""
    server = sandboxes.Sandbox(dialect=dialect)
    ids = []
    for i in range(n):
        if dialect == "party":
            made = server.create(transaction_id="ORD-%d" % i,
                                 a={"numbers": ["+9198100000%02d" % i], "vns": ["+918047134401"],
                                    "pin": "47%02d" % i},
                                 b={"numbers": ["+9198200000%02d" % i], "pin": "08%02d" % i})
        else:
            made = server.request("POST", server.path("greenpin"), json={
                "caller_id_number": "+918047134401", "from": "+9198100000%02d" % i,
                "to": "+9198200000%02d" % i, "duration": 7200}).data
        ids.append(made["greenpin_id"])
    desk = desks.Desk(server.url, dialect=dialect, **keys)
    done = desk.run("get", *ids)
    if done.status != 0:
        raise RuntimeError("the allocations could not be read: %r" % (done,))
    return server, desk, ids


def numbers(server, identity):
    return server.get("greenpin", identity).data["b"]["numbers"]


def write(desk, name, text):
    path = os.path.join(desk.home, name)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return path


def written(server):
    """How often the server was asked to change anything."""
    stats = server.stats()
    return sum(stats[key] for key in ("creates", "updates", "deletes", "bulk_requests", "party_changes"))


@tap.case("stage and apply")
def _():
    server, desk, ids = opened()
    before = written(server)
    rows = desk.json("stage", ids[0], ids[1], "b.numbers+=98765 00001", "duration=3h")
    tap.is_([row["id"] for row in rows], ids[:2], "stage: prints what is staged")
    tap.is_(rows[0]["changes"]["b.numbers"],
            {"before": desks.masked("+919820000000"), "after": desks.masked("+919820000000") + "," +
             desks.masked(NUMBER)}, "stage: before and after, masked")
    desk.json("stage-deallocate", ids[2])
    staged = desk.json("staged")
    tap.is_([(row["id"], row["action"], row["held"], row["conflicts"]) for row in staged],
            [(ids[0], "update", False, []), (ids[1], "update", False, []),
             (ids[2], "deallocate", False, [])], "staged: in the order of staging")
    tap.is_(written(server), before, "staging sends nothing")
    plan = desk.json("apply", "--dry-run")
    tap.is_([(request["method"], request["path"]) for request in plan],
            [("DELETE", "/tenants/acme/greenpin/" + ids[2]), ("PUT", "/tenants/acme/greenpin")],
            "apply --dry-run: the requests")
    tap.is_(len(plan[1]["body"]["greenpins"]), 2, "apply --dry-run: the chunk holds both")
    tap.is_((written(server), len(desk.json("staged"))), (before, 3),
            "apply --dry-run sends nothing, drops nothing")
    refused = desk.run("apply", "--confirm=2")
    tap.is_((refused.status, written(server)), (3, before), "the count to confirm is that of all rows")
    done = desk.json("apply", "--confirm=3", "--reason", "test of apply")
    tap.is_([(op["kind"], op["state"], op["counts"]["applied"]) for op in done],
            [("deallocate", "done", 1), ("update", "done", 2)], "apply: two operations")
    tap.is_(numbers(server, ids[0]), ["+919820000000", NUMBER], "apply: the server has it")
    stats = server.stats(ids=True)
    tap.is_((stats["bulk_requests"], stats["deletes"]), (1, 1), "apply: one bulk request, one DELETE")
    sent = [r["body"] for r in server.requests() if r["method"] == "PUT"][-1]
    tap.is_(json.loads(sent) if isinstance(sent, str) else sent, plan[1]["body"],
            "what was sent is what was shown")
    tap.is_(desk.json("staged"), [], "apply: the changeset is empty")
    again = desk.run("-o", "json", "apply", "-y")
    tap.is_((again.status, again.json["operation"]), (0, None), "nothing to apply is success")
    tap.is_({op["reason"] for op in desk.json("operations")}, {"test of apply"},
            "the reason is in the journal")
    tap.like(desk.run("audit").out, "test of apply", "and in the audit trail")


@tap.case("what changes nothing is not staged")
def _():
    server, desk, ids = opened(2)
    tap.is_(desk.json("stage", ids[0], "b.numbers=98200 00000"), [], "a value as it is")
    desk.json("stage", ids[0], "b.numbers=" + NUMBER)
    tap.is_(desk.json("stage", ids[0], "b.numbers=+919820000000"), [], "back to what it was drops the row")
    tap.is_(desk.json("staged"), [], "nothing is left")
    desk.json("stage", ids[1], "b.numbers=" + NUMBER)
    rows = desk.json("stage", ids[1], "usage=oneway")
    tap.is_(sorted(rows[0]["changes"]), ["b.numbers", "usage"], "a second change joins the first")
    rows = desk.json("stage-deallocate", ids[1])
    tap.is_((rows[0]["action"], rows[0]["changes"]), ("deallocate", {}), "a deallocation takes its place")


@tap.case("bad rows are not staged, nor is anything beside them")
def _():
    server, desk, ids = opened(2)
    for words, why in ((["b.numbers=12"], "number"), (["nosuch=1"], "unknown key"),
                       (["state=active"], "state"), (["max_pin_attempts=4"], "party dialect"),
                       (["transaction_id=X"], "fixed"),
                       ([], "what to change")):
        done = desk.run("stage", ids[0], ids[1], *words)
        tap.is_(done.status, 2, "%s: status" % (words,))
        tap.like(done.err, why, "%s: says why" % (words,))
    done = desk.run("stage", ids[0], "gp-unknown", "b.numbers+=" + NUMBER)
    tap.is_(done.status, 2, "+= on what is not known: status")
    tap.is_(desk.json("staged"), [], "nothing was staged")
    tap.is_(desk.run("stage", "gp-unknown", "b.numbers=" + NUMBER).status, 0,
            "= on what is not known is staged")


@tap.case("hold, release, unstage")
def _():
    server, desk, ids = opened(4)
    desk.json("stage", *ids, "b.numbers=" + NUMBER)
    desk.json("hold", ids[0], ids[1])
    tap.is_([row["held"] for row in desk.json("staged")], [True, True, False, False], "hold")
    done = desk.json("apply", "--confirm=2")
    tap.is_([row["id"] for row in done["rows"]], ids[2:], "held rows stay behind")
    tap.is_([row["id"] for row in desk.json("staged")], ids[:2], "and stay staged")
    desk.json("release", ids[0])
    desk.json("unstage", ids[1])
    tap.is_([(row["id"], row["held"]) for row in desk.json("staged")], [(ids[0], False)], "release, unstage")
    tap.is_(desk.run("unstage", ids[3]).status, 2, "unstage of what is not staged")
    tap.is_([row["id"] for row in desk.json("unstage")], [ids[0]], "unstage of all prints what it drops")
    tap.is_(desk.json("staged"), [], "and drops it")


@tap.case("conflicts")
def _():
    server, desk, ids = opened(3)
    desk.json("stage", ids[0], ids[1], "b.numbers=" + NUMBER)
    server.request("PUT", server.path("greenpin", ids[0]), json={"b": {"numbers": ["+919811111111"]}})
    desk.json("get", ids[0])
    row = desk.json("staged")[0]
    tap.is_(row["conflicts"], ["b.numbers"], "someone else's change is a conflict")
    tap.is_(row["changes"]["b.numbers"],
            {"before": desks.masked("+919820000000"), "after": desks.masked(NUMBER),
             "now": desks.masked("+919811111111")}, "base, mine and theirs")
    done = desk.run("-o", "json", "apply", "--confirm=1")
    if done.status == 3:
        done = desk.run("-o", "json", "apply", "-y")
    tap.is_({r["id"]: r["outcome"] for r in done.json["rows"]}, {ids[0]: "skipped", ids[1]: "applied"},
            "it is left out, the others go")
    tap.is_(numbers(server, ids[0]), ["+919811111111"], "theirs stands")
    tap.is_([r["id"] for r in desk.json("staged")], [ids[0]], "it stays staged")
    tap.is_(desk.run("apply", "-y").status, 3, "nothing but conflicts is refused")
    desk.json("choose", "mine", ids[0])
    tap.is_(desk.json("staged")[0]["conflicts"], [], "choose mine")
    desk.json("apply", "-y")
    tap.is_(numbers(server, ids[0]), [NUMBER], "mine goes")
    desk.json("stage", ids[2], "b.numbers=" + NUMBER, "usage=oneway")
    server.request("PUT", server.path("greenpin", ids[2]), json={"b": {"numbers": ["+919811111111"]}})
    desk.json("get", ids[2])
    rows = desk.json("choose", "theirs", ids[2])
    tap.is_(sorted(rows[0]["changes"]), ["usage"], "choose theirs leaves the field out")


@tap.case("changeset files")
def _():
    server, desk, ids = opened(6)
    desk.json("stage", ids[0], "b.numbers=" + NUMBER, "duration=4h")
    desk.json("stage-deallocate", ids[1])
    path = os.path.join(desk.home, "set.json")
    tap.is_(desk.run("save-changeset", path).status, 0, "save-changeset: status")
    tap.is_(stat.S_IMODE(os.stat(path).st_mode), 0o600, "save-changeset: for nobody else")
    with open(path, encoding="utf-8") as file:
        saved = json.load(file)
    tap.is_((saved["tenant"], saved["author"]), ("acme", "tester"), "it names tenant and author")
    tap.is_(saved["rows"][0]["base"]["b.numbers"], "+919820000000", "it holds base values")
    desk.json("unstage")
    saved["tenant"] = "umbrella"
    other = write(desk, "other.json", json.dumps(saved))
    before = written(server)
    done = desk.run("apply", other, "--confirm=2")
    tap.is_((done.status, written(server)), (3, before), "another tenant's file is refused")
    tap.like(done.err, "umbrella", "and named")
    done = desk.json("apply", path, "--confirm=2")
    tap.is_([op["counts"]["applied"] for op in done], [1, 1], "apply FILE")
    tap.is_(numbers(server, ids[0]), [NUMBER], "the server has it")
    same = write(desk, "again.csv", "id,b.numbers\n%s,%s\n" % (ids[0], NUMBER))
    again = desk.run("-o", "json", "apply", same)
    tap.is_((again.status, again.json["operation"], again.json["counts"]["skipped"]), (0, None, 1),
            "a row that changes nothing is dropped and counted")


@tap.case("CSV")
def _():
    server, desk, ids = opened(6)
    path = write(desk, "a.csv", "\ufeffid;action;b.numbers;usage;duration\r\n%s;;98765 00001;;\r\n"
                 "%s;;;;2h\r\n%s;deallocate;;;\r\n\"no-such\";;+919876500002;;\r\n"
                 % (ids[0], ids[1], ids[2]))
    done = desk.run("-o", "json", "apply", path, "--confirm=4")
    tap.is_(done.status, 1, "partial success: status", )
    outcomes = {row["id"]: (row["outcome"], row["code"]) for op in done.json for row in op["rows"]}
    tap.is_(outcomes, {ids[0]: ("applied", None), ids[1]: ("applied", None), ids[2]: ("applied", None),
                       "no-such": ("failed", 1)}, "an unknown id is sent all the same")
    sent = [r["body"] for r in server.requests() if r["method"] == "PUT"][-1]
    sent = json.loads(sent) if isinstance(sent, str) else sent
    tap.is_(sent["greenpins"][0], {"greenpin_id": ids[0], "b": {"numbers": [NUMBER]}},
            "an empty cell changes nothing")
    before = written(server)
    for text, why in (("b.numbers\n1\n", "no column id"), ("id,b.nmbers\ngp,1\n", "did you mean b.numbers"),
                      ("id,b.numbers\n%s,12\n" % ids[3], ":2"), ("id,b.numbers\n%s\n" % ids[3], "cells"),
                      ("id,b.numbers\n%s,%s\n%s,%s\n" % (ids[3], NUMBER, ids[3], NUMBER), "twice"),
                      ("id,action\n%s,explode\n" % ids[3], "action"), ("", "empty"),
                      ("id,b.numbers\n%s,\"%s\n" % (ids[3], NUMBER), "quote"), ("{\"rows\": 3}", "list"),
                      ("[{\"id\":\"%s\",\"b.numbers\":{}}]" % ids[3], "neither"), ("[", "JSON")):
        done = desk.run("apply", write(desk, "bad.csv", text), "--confirm=1", "-y")
        tap.is_(done.status, 2, "%r: status" % text[:30])
        tap.like(done.err, why, "%r: says why" % text[:30])
    tap.is_(written(server), before, "nothing was sent")
    tap.is_(desk.run("apply", os.path.join(desk.home, "nowhere.csv")).status, 2, "a file that is not there")
    out = desk.run("-o", "csv", "list", "id:" + ids[4]).out
    again = desk.run("-o", "json", "apply", write(desk, "export.csv", out))
    tap.is_((again.status, again.json and again.json["operation"]), (0, None),
            "an export, unchanged and masked, changes nothing", )


@tap.case("undo")
def _():
    server, desk, ids = opened(3)
    desk.json("deallocate", ids[0], ids[1], "--confirm=2")
    number = desk.json("operations")[0]["operation"]
    refused = desk.run("undo", number)
    tap.is_(refused.status, 3, "undo wants a confirmation")
    done = desk.json("undo", number, "--confirm=2")
    tap.is_((done["kind"], done["counts"]["applied"]), ("create", 2), "undo of a deallocation creates again")
    made = server.get("greenpin", done["rows"][0]["id"]).data
    tap.is_((made["a"]["numbers"], made["b"]["numbers"], made["a"]["pin"], made["b"]["pin"],
             made["transaction_id"]), (["+919810000000"], ["+919820000000"], "4700", "0800", "ORD-0"),
            "with what it was")
    creates = server.stats()["creates"]
    again = desk.run("undo", number, "--confirm=2")
    tap.is_((again.status, server.stats()["creates"]), (3, creates), "it is not undone twice")
    done = desk.json("undo", done["operation"], "--confirm=2")
    tap.is_((done["kind"], done["counts"]["applied"]), ("deallocate", 2), "undo of a creation deallocates")
    desk.json("update", ids[2], "b.numbers=" + NUMBER, "-y")
    number = desk.json("operations")[0]["operation"]
    rows = desk.json("undo", number)
    tap.is_(rows[0]["changes"]["b.numbers"],
            {"before": desks.masked(NUMBER), "after": desks.masked("+919820000002")},
            "undo of an update stages the inverse")
    tap.is_(numbers(server, ids[2]), [NUMBER], "and sends nothing")
    desk.json("apply", "-y")
    tap.is_(numbers(server, ids[2]), ["+919820000002"], "apply puts it back")


@tap.case("undo in flat")
def _():
    server, desk, ids = opened(2, dialect="flat")
    done = desk.json("deallocate", *ids, "--confirm=2")
    gets = server.stats()["gets"]
    tap.ok(gets >= 4, "each was read before its DELETE", gets)
    done = desk.json("undo", done["operation"], "--confirm=2")
    tap.is_(done["counts"]["applied"], 2, "undo creates again")
    made = server.get("greenpin", done["rows"][0]["id"]).data
    tap.is_((made["from"], made["to"]), (["+919810000000"], ["+919820000000"])
            if isinstance(made["from"], list) else ("+919810000000", "+919820000000"), "with what it was")


@tap.case("report, restage, retry")
def _():
    server, desk, ids = opened(5)
    path = write(desk, "r.csv",
                 "id,b.numbers,a.pin\n%s,+919876500003,\nno|such,+919876500004,9999\n" % ids[0])
    done = desk.run("-o", "json", "apply", path, "--confirm=2", "--reason", "a *test*")
    number = done.json["operation"]
    report = desk.run("report", number).out
    for part in ("# Operation %d: update" % number, "Tenant: acme", "Who: tester", r"Why: a \*test\*",
                 "| 2 | 1 | 1 | 0 | 0 |", r"no\|such", "no such allocation", desks.masked("+919876500003")):
        tap.ok(part in report, "report: holds %s" % part, report)
    for part in ("9999", "9876500003"):
        tap.ok(part not in report, "report: does not hold %s" % part)
    rows = desk.run("-o", "csv", "operations", number).out.splitlines()
    tap.is_((rows[0], len(rows)), ("id,outcome,http_status,code,message,advice,attempts,request_id", 3),
            "operations OP as CSV: a row each")
    sent = written(server)
    retried = desk.run("retry", number, "--confirm=1", "-y")
    tap.is_((retried.status, written(server)), (0, sent), "what cannot succeed is not retried")
    staged = desk.json("restage", number)
    tap.is_([row["id"] for row in staged], ["no|such"], "restage: the failed row")
    desk.json("unstage")
    server.fail("452:1.0")
    done = desk.run("-o", "json", "deallocate", ids[1], ids[2], "--confirm=2")
    server.fail("")
    number = done.json["operation"]
    tap.is_(done.json["counts"]["failed"], 2, "both fail")
    done = desk.json("retry", number, "--confirm=2")
    tap.is_((done["counts"]["applied"], sorted(row["id"] for row in done["rows"])), (2, sorted(ids[1:3])),
            "retry sends the failed rows again")
    deletes = server.stats()["deletes"]
    again = desk.run("retry", number, "--confirm=2")
    tap.is_((again.status, server.stats()["deletes"]), (0, deletes), "and only once")


@tap.case("protected rows, brakes and preview")
def _():
    server, desk, ids = opened(4, protected="order:ORD-0", max_rows="3")
    done = desk.run("deallocate", *ids)
    tap.is_(done.status, 3, "more than max_rows is refused")
    desk.profile.update(unit_price="0.50 INR", max_cost="1")
    desk.write_config()
    path = write(desk, "cost.csv", "id,b.numbers\n" + "".join("%s,+9198300000%02d\n" % (i, n)
                                                              for n, i in enumerate(ids[:3])))
    before = written(server)
    done = desk.run("apply", path, "--confirm=3")
    tap.is_((done.status, written(server)), (3, before), "more than max_cost is refused")
    tap.like(done.err, "1.50 INR", "and says what it may cost")
    desk.json("stage-deallocate", ids[0], ids[1], ids[2])
    done = desk.run("-o", "json", "apply", "--confirm=2")
    tap.is_({row["id"]: row["outcome"] for row in done.json["rows"]},
            {ids[0]: "skipped", ids[1]: "applied", ids[2]: "applied"}, "a protected row is left out")
    tap.is_(server.stats()["deletes"], 2, "and not sent")
    tap.is_([row["id"] for row in desk.json("staged")], [ids[0]], "and stays staged")


tap.main(deadline=240)
