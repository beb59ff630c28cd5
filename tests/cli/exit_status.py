# Every exit status of the command line, each by the cases that it stands for; what is refused sends nothing.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import reactions as do  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402
from faults import FaultServer  # noqa: E402

desks.require()
sandboxes.require()


def expect(desk, status, name, *args, **options):
    """One run, one status; a failure says so in one line on standard error, a success says nothing there."""
    return judge(desk.run(*args, **options), status, name)


def judge(done, status, name):
    tap.is_(done.status, status, "%d: %s" % (status, name)) or tap.diag(done)
    if status in (2, 3, 4, 5):
        tap.ok(len(done.lines) == 1 and done.lines[0].startswith("greendesk: "), "   one line: " + name,
               done.err)
    return done


def writes(server):
    stats = server.stats()
    return stats["creates"] + stats["updates"] + stats["deletes"]


@tap.case("0: done")
def _():
    server = sandboxes.Sandbox(seed=2)
    desk = desks.Desk(server.url)
    first = server.ids()[0]
    expect(desk, 0, "get", "get", first)
    expect(desk, 0, "list", "list")
    expect(desk, 0, "a list of nothing", "list", "nothing-like-that")
    expect(desk, 0, "update", "update", first, "b.numbers=+919830000003", "-y")
    expect(desk, 0, "options stand anywhere", "update", "-y", first, "-o", "json", "b.numbers=+919830000004")
    expect(desk, 0, "deallocate", "deallocate", first, "-y")
    expect(desk, 0, "nothing to resume", "resume")
    expect(desk, 0, "operations", "operations")
    expect(desk, 0, "help", "help")
    expect(desk, 0, "--version", "--version")


@tap.case("1: several rows, of which some failed")
def _():
    server = sandboxes.Sandbox(seed=3)
    desk = desks.Desk(server.url)
    first, second, third = server.ids()
    done = expect(desk, 1, "get", "-o", "json", "get", first, "gp-none", second)
    tap.is_([row["id"] for row in done.json or []], [first, second], "those that were found are printed")
    tap.is_(len(done.lines), 1, "and a line for the one that was not")
    tap.like(done.err, "gp-none", "which names it")
    fault = FaultServer(default=do.proxy(server))
    fault.on("DELETE", second + "$", do.answer(403, json={"success": False, "status": 403, "code": 8,
                                                          "message": "no", "data": None}))
    done = expect(desks.Desk(fault.url), 1, "deallocate", "-o", "json", "deallocate", first, second, third,
                  "--confirm=3")
    outcomes = {row["id"]: row["outcome"] for row in (done.json or {"rows": []})["rows"]}
    tap.is_(outcomes, {first: "applied", second: "failed", third: "applied"}, "each row's outcome")


@tap.case("2: usage and bad input; nothing is sent")
def _():
    server = sandboxes.Sandbox(seed=2)
    desk = desks.Desk(server.url)
    first, second = server.ids()
    sent = server.stats()["requests"]
    expect(desk, 2, "an unknown command", "frobnicate")
    tap.like(expect(desk, 2, "a command almost right", "updat", first).err, "update",
             "   the nearest is named")
    expect(desk, 2, "an unknown option", "--frobnicate", "list")
    expect(desk, 2, "an unknown output", "-o", "xml", "list")
    expect(desk, 2, "an option without its value", "list", "-o")
    expect(desk, 2, "get without ids", "get")
    expect(desk, 2, "update without changes", "update", first, "-y")
    expect(desk, 2, "deallocate without ids", "deallocate", "-y")
    for name, change in (("an unknown key", "colour=red"), ("a word without =", "b.numbers"),
                         ("no number", "b.numbers=hello"), ("a number too short", "b.numbers=12"),
                         ("a PIN of letters", "a.pin=12a"), ("a PIN too long", "a.pin=1234567890"),
                         ("a length out of bounds", "a.pin_length=10"), ("no duration", "duration=soon"),
                         ("an unknown usage", "usage=threeway"),
                         ("a read-only key",
                                                                               "state=active"),
                         ("flat only: record", "record=true"), ("flat only: custom_field", "custom_field=x"),
                         ("one number on both sides",
                          "a.numbers=+919830000003 b.numbers=+919830000003"),
                         ("eleven numbers",
                          "b.numbers=" + ",".join("+9198300000%02d" % i for i in range(11)))):
        expect(desk, 2, name, "update", first, *change.split(" "), "-y")
    done = expect(desk, 2, "a field of the other dialect is named", "update", first, "record=true", "-y")
    tap.like(done.err, r"\brecord\b", "   by its key")
    expect(desk, 2, "a filter that cannot be read", "list", "ends<soon")
    expect(desk, 2, "a filter with an open quote", "list", 'order:"ORD')
    expect(desk, 2, "an unknown profile", "-p", "nobody", "list")
    expect(desk, 2, "a configuration that is not there", "-c", "/nonexistent/config.ini", "list")
    expect(desk, 2, "a file that is not there", "import", "/nonexistent/ids")
    flat = desks.Desk(server.url, dialect="flat")
    for name, change in (("party only: usage", "usage=oneway"), ("party only: a PIN", "b.pin=1234"),
                         ("party only: VNs", "a.vns=+918047134402"), ("party only: order",
                                                                      "b.vns=+918047134402")):
        expect(flat, 2, name, "update", first, change, "-y")
    expect(desks.Desk("http://198.51.100.7/v1"), 2, "plain http elsewhere", "get", first)
    expect(desks.Desk("ftp://127.0.0.1/v1"), 2, "not http at all", "get", first)
    tap.is_(server.stats()["requests"], sent, "no request was sent by any of these")
    expect(desk, 2, "the same number on both sides", "update", first, "a.numbers=+919830000003",
           "b.numbers=+919830000003", "-y")
    tap.is_(writes(server), 0, "and no write by this one")


@tap.case("3: refused here; nothing is written")
def _():
    server = sandboxes.Sandbox(seed=3)
    ids = server.ids()
    change = ["update", ids[0], "b.numbers=+919830000003"]
    for role in ("support", None):
        desk = desks.Desk(server.url, role=role)
        name = "a profile without a role" if role is None else "role support"
        tap.like(expect(desk, 3, name + " may not update", *change, "-y").err, "support", "   it says so")
        expect(desk, 3, name + " may not deallocate", "deallocate", ids[0], "-y")
        expect(desk, 3, name + " may not create", "create", "transaction_id=x", "-y")
        expect(desk, 0, name + " may read", "get", ids[0])
    expect(desks.Desk(server.url, role="account"), 3, "role account may not deallocate", "deallocate", ids[0],
           "-y")
    expect(desks.Desk(server.url, role="on-call"), 3, "role on-call may not create", "create",
           "transaction_id=ORD-1", "a.numbers=+919810000001", "a.vns=+918047134401",
           "b.numbers=+919820000002", "-y")
    desk = desks.Desk(server.url)
    tap.like(expect(desk, 3, "one row without a word", *change).err, "-y|--yes", "   what to give is said")
    tap.like(expect(desk, 3, "more rows by -y alone", "deallocate", *ids, "-y").err, "--confirm",
             "   also here")
    expect(desk, 3, "another count", "deallocate", *ids, "--confirm=2")
    expect(desk, 3, "a newline is no confirmation", *change, stdin="\n\n\n")
    expect(desk, 3, "nor is y on standard input", *change, stdin="y\n")
    protected = desks.Desk(server.url, protect="yes")
    expect(protected, 3, "protected: -y does not do", *change, "-y")
    expect(protected, 3, "protected: nor does the count", "deallocate", *ids, "--confirm=3")
    expect(protected, 3, "protected: nor another tenant", *change, "--confirm=acmf")
    expect(desks.Desk(server.url, max_rows=2), 3, "above max_rows", "deallocate", *ids, "--confirm=3")
    expect(desks.Desk(server.url, unit_price="0.50 INR", max_cost="0.40"), 3, "above max_cost", *change, "-y")
    closed = desks.Desk(server.url, reveal="no")
    expect(closed, 3, "reveal = no", "get", ids[0], "--reveal")
    tap.is_(writes(server), 0, "nothing was written by any of these")
    expect(protected, 0, "protected: the tenant's name does", *change, "--confirm=acme")
    tap.is_(writes(server), 1, "and that alone was written")


@tap.case("4: the server refused the one thing asked, or answered nonsense")
def _():
    server = sandboxes.Sandbox(seed=2)
    desk = desks.Desk(server.url)
    first = server.ids()[0]
    expect(desk, 4, "an unknown id", "get", "gp-none")
    expect(desks.Desk(server.url, token="wrong"), 4, "a wrong token", "get", first)
    fault = FaultServer(default=do.proxy(server))
    fault.on("PUT", "", do.answer(409, json={"success": False, "status": 409, "code": 14,
                                             "message": "both sides",
                                             "data": None}))
    done = expect(desks.Desk(fault.url), 4, "an update that is refused", "-o", "json", "update", first,
                  "b.numbers=+919830000003", "-y")
    tap.is_([(row["outcome"], row["code"]) for row in (done.json or {"rows": []})["rows"]], [("failed", 14)],
            "   its row says failed, code 14")
    expect(desk, 4, "an update of an unknown id", "update", "gp-none", "b.numbers=+919830000003", "-y")
    expect(desk, 4, "of its life alone", "update", "gp-none", "duration=3h", "-y")
    for name, reaction in (("nonsense", do.answer(200, "nonsense")), ("HTML", do.html()),
                           ("another allocation",
                            do.answer(200, json={"success": True, "status": 200, "data": {
                               "greenpin_id": "gp-other", "a": {"numbers": []}, "b": {"numbers": []}}})),
                           ("a redirect", do.redirect("http://127.0.0.1:1/")), ("400", do.answer(400, "{}"))):
        expect(desks.Desk(FaultServer(default=reaction).url), 4, name, "get", "gp-1")


def closed_port():
    """A port on which nobody listens: bound, so that nobody else gets it, and not listening."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    tap.at_end(sock.close)
    return sock.getsockname()[1]


@tap.case("5: no answer for the one thing asked")
def _():
    port = closed_port()
    nowhere = "127.0.0.1:%d/v1" % port
    garbage = FaultServer().on_connect(*[do.tls_garbage_now() for _i in range(9)])
    read = ["get", "gp-1"]
    cases = (("connection refused", desks.Desk("http://" + nowhere), read),
             ("connection refused, TLS", desks.Desk("https://" + nowhere), read),
             ("no TLS there", desks.Desk("https://127.0.0.1:%d/v1" % garbage.port), read),
             ("closed without an answer", desks.Desk(FaultServer(default=do.close_after()).url), read),
             ("no answer in time", desks.Desk(FaultServer(default=do.never()).url, timeout=1), read),
             ("a write that did not leave", desks.Desk("http://" + nowhere),
              ["-o", "json", "update", "gp-1", "b.numbers=+919830000003", "-y"]))
    results = tap.together([lambda desk=desk, words=words: desk.run(*words) for _name, desk, words in cases])
    for (name, _desk, _words), done in zip(cases, results):
        judge(done, 5, name)
    if done.json:
        tap.is_(done.json["counts"]["applied"], 0, "   it is not told as applied")


tap.main(deadline=240)
