# What commands that write do beyond the main path: values from standard input, nothing to change, kinds that
# are not known, protection, canary, dry run, brakes, another writer, and the audit trail.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import signal
import subprocess
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


def writes(server):
    return [request for request in server.requests() if request["method"] != "GET"]


@tap.case("a value from standard input")
def _():
    server = sandboxes.Sandbox()
    desk = desks.Desk(server.url)
    identity = server.create()["greenpin_id"]
    desk.json("update", identity, "b.pin=-", "a.pin=-", "-y", stdin="9876\r\n1234\nrest\n")
    tap.is_(shapes.parsed(writes(server)[-1]["body"]), {"a": {"pin": "1234"}, "b": {"pin": "9876"}},
            "a line for each")
    tap.is_(desk.run("update", identity, "b.pin=-", "-y", stdin="").status, 2, "no line is an error")
    before = len(writes(server))
    shown = desk.run("update", identity, "b.pin=12x", "-y")
    tap.is_((shown.status, len(writes(server))), (2, before), "a PIN that is none is refused")
    trail = json.dumps(desk.json("audit"))
    tap.ok("9876" not in trail and "1234" not in trail, "no PIN stands in the audit trail", trail)


@tap.case("nothing to change is not sent")
def _():
    server = sandboxes.Sandbox()
    desk = desks.Desk(server.url)
    identity = server.create()["greenpin_id"]
    before = len(writes(server))
    done = desk.json("update", identity, "b.numbers=+919820000002", "-y")
    tap.is_((done["operation"], done["counts"]["skipped"], done["rows"][0]["outcome"]), (None, 1, "skipped"),
            "it is so already")
    tap.is_(len(writes(server)), before, "and nothing was sent")
    tap.is_(desk.json("operations"), [], "nor journaled")
    tap.is_(desk.json("update", identity, "b.numbers=+919820000002", "-n"), [], "--dry-run shows no request")
    server.request("PUT", server.path("greenpin", identity), json={"b": {"numbers": [B2]}})
    done = desk.json("update", identity, "b.numbers=+919820000002", "-y")
    tap.is_(done["counts"]["applied"], 1, "an old reading is not trusted: it is read again, then sent")


@tap.case("what is added to is what stands there now, not what was known")
def _():
    server = sandboxes.Sandbox()
    desk = desks.Desk(server.url)
    identity = server.create()["greenpin_id"]
    desk.json("get", identity)
    server.request("PUT", server.path("greenpin", identity), json={"b": {"numbers": ["+919840000004"]}})
    desk.json("update", identity, "b.numbers+=" + B2, "-y")
    tap.is_(server.get("greenpin", identity).data["b"]["numbers"], ["+919840000004", B2], "+=")
    server.request("PUT", server.path("greenpin", identity),
                   json={"deallocation_policy": {"duration": "36000s"}})
    desk.json("update", identity, "duration=+1h", "-y")
    tap.like(shapes.parsed(writes(server)[-1]["body"])["deallocation_policy"]["duration"],
             "^39(600|5[0-9][0-9])s$", "+1h: from the end that stands there now")


@tap.case("kinds that are not known are found out")
def _():
    server = sandboxes.Sandbox()
    desk = desks.Desk(server.url)
    made = desk.json("create", "kind=greenvn", "transaction_id=C-1", "a.numbers=+919810000001",
                     "b.numbers=+919820000002", "usage=twoway", "-y")
    identity = made["rows"][0]["id"]
    tap.like(writes(server)[-1]["path"], "/greenvn$", "create kind=greenvn")
    other = desks.Desk(server.url)
    row = other.json("get", identity)[0]
    tap.is_((row["kind"], row["id"]), ("greenvn", identity), "get finds a GreenVN")
    fresh = desks.Desk(server.url)
    done = fresh.json("update", identity, "usage=oneway", "-y")
    tap.is_(done["counts"]["applied"], 1, "update of a GreenVN")
    sent = writes(server)[-1]
    tap.like(sent["path"], "/greenvn/.*/call-party$", "its own path")
    tap.is_(shapes.parsed(sent["body"]), {"usage": "oneway", "bparty_numbers": ["+919820000002"]},
            "with a list of numbers sent along")
    tap.is_(fresh.run("update", identity, "duration=2h", "-y").status, 2, "its life cannot be changed")
    done = desks.Desk(server.url).json("update", identity, "usage=twoway", "--kind", "greenvn", "-y")
    tap.is_(done["counts"]["applied"], 1, "update with the kind said")
    last = desks.Desk(server.url)
    tap.is_(last.json("deallocate", identity, "-y")["counts"]["applied"], 1, "deallocate")
    tap.like(writes(server)[-1]["path"], "/greenvn/", "of a GreenVN, unknown before")
    tap.is_(desk.run("get", identity, "--kind", "blue").status, 2, "a kind that is none")


@tap.case("protection, brakes and selection of a deallocation")
def _():
    server = sandboxes.Sandbox(seed=6)
    ids = server.ids()
    desk = desks.Desk(server.url, protected="id:" + ids[0])
    desk.run("import", "-", "--fetch", stdin="\n".join(ids))
    tap.is_(desk.run("deallocate", ids[0], "-y").status, 3, "only protected ones: refused")
    done = desk.run("-o", "json", "deallocate", ids[0], ids[1], ids[2], "--confirm=2")
    tap.is_(done.status, 0, "the rest goes")
    tap.is_({row["id"]: row["outcome"] for row in done.json["rows"]},
            {ids[0]: "skipped", ids[1]: "applied", ids[2]: "applied"}, "each row's outcome")
    tap.is_(server.stats()["deletes"], 2, "two DELETEs")
    tap.is_(desk.run("deallocate", ids[3], "--filter", "state:active").status, 2, "ids and a filter")
    tap.is_(desk.run("deallocate", "--filter", "nothing-like-this", "-y").status, 2, "a filter without rows")
    done = desk.json("deallocate", "--filter", "state:active -id:" + ids[0], "--confirm=3")
    tap.is_(sorted(row["id"] for row in done["rows"]), sorted(ids[3:]), "by a filter")
    again = desk.json("deallocate", ids[3], ids[3], "-y")
    tap.is_(len(again["rows"]), 1, "an id named twice is one row")
    tap.is_(again["counts"]["applied"], 1, "already gone counts as gone")


@tap.case("a canary without a person stops after its rows")
def _():
    server = sandboxes.Sandbox(seed=9)
    ids = server.ids()
    desk = desks.Desk(server.url)
    desk.run("import", "-", "--fetch", stdin="\n".join(ids))
    done = desk.run("-o", "json", "deallocate", *ids, "--confirm=9", "--canary", "2")
    tap.is_((done.status, done.json["state"], done.json["counts"]["applied"]), (1, "paused", 2),
            "paused after two")
    tap.like(done.err, "resume 1", "and what to do is said")
    tap.is_(server.stats()["deletes"], 2, "two DELETEs")
    done = desk.json("resume", "-y")
    tap.is_((done["counts"]["applied"], done["state"]), (9, "done"), "resume does the rest")
    tap.is_(server.stats()["deletes"], 9, "each once")


@tap.case("--dry-run shows the requests, exactly")
def _():
    server = sandboxes.Sandbox()
    desk = desks.Desk(server.url)
    identity = server.create()["greenpin_id"]
    desk.json("get", identity)
    before = len(writes(server))
    row = desk.json("update", identity, "b.numbers=" + B2, "duration=1h", "-n")[0]
    tap.is_((row["method"], row["body"]),
            ("PUT", {"b": {"numbers": [B2]}, "deallocation_policy": {"duration": "3600s"}}), "update")
    desk.json("update", identity, "b.numbers=" + B2, "duration=1h", "-y")
    tap.is_(shapes.parsed(writes(server)[-1]["body"]), row["body"], "and that is what is sent")
    tap.is_(desk.json("deallocate", identity, "-n"),
            [{"method": "DELETE", "path": row["path"], "body": None}], "deallocate")
    row = desk.json("create", "transaction_id=T", "a.numbers=" + B2, "a.vns=+918047134401", "-n")[0]
    tap.is_((row["method"], row["body"]["transaction_id"]), ("POST", "T"), "create")
    tap.is_(desk.json("get", identity, "-n")[0]["method"], "GET", "get")
    text = desk.run("update", identity, "b.numbers=+919840000004", "-n").out
    tap.like(text, r"\APUT /\S+\n\{.*\}\n\Z", "as text: a line for the request, one for the body")
    tap.is_(len(writes(server)), before + 1, "one write in all")
    closed = desks.Desk(server.url, reveal="no")
    closed.json("get", identity)
    row = closed.json("update", identity, "b.numbers+=+919840000004", "-n")[0]
    tap.unlike(json.dumps(row, ensure_ascii=False), "9840000004|9830000003", "masked where reveal = no")


@tap.case("every action, refusal and reveal is in the audit trail")
def _():
    server = sandboxes.Sandbox(seed=2)
    first, second = server.ids()
    desk = desks.Desk(server.url)
    desk.json("get", first, "--reveal")
    desk.json("update", first, "b.numbers=" + B2, "-y", "--reason", "ticket 7")
    desk.run("deallocate", first, second, "--confirm=9")
    desk.run("get", "gp-none")
    desk.run("list", "9830000003", "--reveal")
    trail = desk.json("audit")
    tap.is_([row["action"] for row in reversed(trail)],
            ["reveal", "get", "update", "deallocate", "get", "reveal"], "in their order")
    tap.like(json.dumps(trail, ensure_ascii=False), "ticket 7", "with the reason")
    results = [row["result"].split(":")[0].split(" ")[0] for row in reversed(trail)]
    tap.is_(results, ["done", "done", "done", "refused", "failed", "done"], "with the results")
    tap.ok("9830000003" not in json.dumps(trail), "no number in it", trail)
    tap.is_({row["user"] for row in trail}, {"tester"}, "with the person")
    tap.ok(any(first in row["subject"] for row in trail), "with what it was about")
    tap.is_([row["action"] for row in desk.json("audit", "refused")], ["deallocate"], "filtered by a word")
    support = desks.Desk(server.url, role="support")
    support.run("deallocate", first, "-y")
    tap.is_([(row["action"], row["result"][:7]) for row in support.json("audit")],
            [("deallocate", "refused")], "a role's refusal too")


@tap.case("one writes at a time")
def _():
    server = sandboxes.Sandbox(seed=2)
    first, second = server.ids()
    fault = FaultServer(default=do.proxy(server))
    desk = desks.Desk(fault.url)
    desk.json("get", first, second)
    fault.on("PUT", first + "$", do.never(), times=1)
    child = desk.start("update", first, "b.numbers=" + B2, "-y", stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    tap.ok(fault.wait_for(1, "PUT"), "one is under way")
    done = desk.run("update", second, "b.numbers=" + B2, "-y")
    tap.is_(done.status, 3, "another is refused")
    tap.like(done.err, "operation 1", "and says who writes")
    child.send_signal(signal.SIGKILL)
    tap.end_child(child)
    fault.release()
    tap.is_(desk.run("update", second, "b.numbers=" + B2, "-y").status, 0, "the dead one's lock is void")
    known = desk.json("operations")
    tap.is_([(op["operation"], op["state"]) for op in known], [(2, "done"), (1, "interrupted")],
            "the refused one was never made")
    desk.json("resume", "-y")
    tap.is_(server.stats()["updates"], 2, "each update once")


@tap.case("interrupted by a signal")
def _():
    server = sandboxes.Sandbox(seed=1)
    first = server.ids()[0]
    fault = FaultServer(default=do.proxy(server))
    desk = desks.Desk(fault.url)
    desk.json("get", first)
    fault.on("PUT", "", do.never(), times=1)
    child = desk.start("update", first, "b.numbers=" + B2, "-y", stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    tap.ok(fault.wait_for(1, "PUT"), "it is under way")
    child.send_signal(signal.SIGINT)
    child.send_signal(signal.SIGTERM)
    err = child.communicate(timeout=20)[1].decode()
    tap.is_(child.returncode, 3, "twice: status 3")
    tap.like(err, r"^greendesk: operation 1 .*resume 1", "and what to do with it")
    fault.release()
    tap.is_(desk.json("operations")[0]["state"], "interrupted", "the journal knows")
    fault.on("GET", "/greenpin/", do.never(), times=1)
    reads = fault.count("GET", "/greenpin/")
    child = desk.start("get", first, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    fault.wait_for(reads + 1, "GET", "/greenpin/")
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=20)
    tap.is_((child.returncode, out), (3, b""), "a reading: once is enough")
    tap.is_(len(err.decode().splitlines()), 1, "one line")


tap.main(deadline=240)
