# Each fault of a connection and of an answer, met by a reading: the status, one clear line, how many requests
# the server saw, and nothing wrong in the ledger.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import ask_all  # noqa: E402
import desk as desks  # noqa: E402
import reactions as do  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402
from faults import FaultServer  # noqa: E402

desks.require()
TRIES = 5
WHOLE = json.dumps(ask_all.party())


def always(reaction):
    return lambda server: setattr(server, "default", reaction)


def first(reaction, count=TRIES + 5):
    """Each connection meets it before a byte is read."""
    return lambda server: server.on_connect(*[reaction] * count)


def reading(name, prepare, **keys):
    return ask_all.Run(name, prepare, "-o", "json", "get", "--kind", "greenpin", "gp-1", **keys)


def check(run, status, says, requests):
    run.check_line(status, says)
    if requests is not None:
        tap.is_(run.server.count(), requests, "%s: %d requests" % (run.name, requests))
    tap.is_(run.known(), [], run.name + ": nothing is stored")
    tap.is_(run.result.out, "", run.name + ": nothing is printed")


def closed_port(_server=None):
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    tap.at_end(sock.close)
    return "http://127.0.0.1:%d/v1" % sock.getsockname()[1]


@tap.case("no connection")
def _():
    refused = reading("connection refused", None, url=closed_port)
    unknown = reading("name not found", None, url=lambda _s: "https://leadassist.invalid/v1")
    ask_all.go_all([refused, unknown])
    check(refused, 5, "no connection.*after 5 tries", 0)
    check(unknown, 5, "name was not found|no connection", 0)


BREAKS = (
    ("reset before the request", first(do.reset_now()), 5, "after 5 tries", 0),
    ("closed before the request", first(do.close_now()), 5, "after 5 tries", 0),
    ("reset during the request", first(do.reset_during(40)), 5, "broke.*after 5 tries", TRIES),
    ("reset after the request", always(do.reset_after()), 5, "broke.*after 5 tries", TRIES),
    ("closed after the request", always(do.close_after()), 5, "broke.*after 5 tries", TRIES),
    ("half an answer", always(do.cut_at(len(do.message(200, WHOLE)) // 2, do.message(200, WHOLE))), 5,
     "broke.*after 5 tries", TRIES),
    ("half an answer, then a reset", always(do.cut_at(len(do.message(200, WHOLE)) // 2,
                                                      do.message(200, WHOLE), how="reset")), 5,
     "broke.*after 5 tries", TRIES),
    ("a Content-Length too long", always(do.wrong_length(40, WHOLE)), 5, "broke.*after 5 tries", TRIES),
    ("a Content-Length too short", always(do.wrong_length(-4, WHOLE)), 4, "no JSON|JSON", 1),
    ("no HTTP at all", always(do.raw(b"\x00\x01\x02 whatever\r\n\r\n")), 5, "after 5 tries", TRIES),
    ("HTTP/0.9", always(do.raw(b"<html>old</html>")), 5, "after 5 tries", TRIES),
    ("no answer in time", always(do.never()), 5, "no answer in time.*after 5 tries", TRIES),
)


@tap.case("the connection breaks")
def _():
    began = time.monotonic()
    runs = ask_all.go_all([reading(row[0], row[1]) for row in BREAKS], 12)
    took = time.monotonic() - began
    for run, row in zip(runs, BREAKS):
        check(run, *row[2:])
    tap.ok(took < 20 + TRIES * 2, "all tries end within 20 s beyond their own timeouts", took)


NONSENSE = (
    ("malformed JSON", do.answer(200, '{"success":true,'), "JSON"),
    ("an empty answer", do.answer(200, ""), "empty|nothing|JSON"),
    ("HTML", do.html(), "JSON"),
    ("64 MiB", do.huge(64), "large|MiB"),
    ("64 MiB without a length", do.huge(64, declared=False), "large|MiB"),
    ("100 levels of nesting", do.nested(100), "deep|nest|level"),
    ("an answer for another id", do.answer(json=ask_all.party("gp-2")), "another allocation, gp-2"),
    ("NUL in the id", do.answer(json=ask_all.party("gp-1\0")), "another allocation"),
    ("invalid UTF-8 in the id", do.answer(200, WHOLE.replace("gp-1", "gp-\\xff")
                                          .encode().replace(b"\\xff", b"\xff")), "another allocation"),
    ("no allocation", do.answer(json={"success": True, "status": 200, "data": None}), "no allocation"),
    ("a list", do.answer(json={"success": True, "status": 200, "data": [1, 2]}), "allocation"),
    ("a redirect", do.redirect("http://127.0.0.1:1/"), "302"),
)


@tap.case("answers that are none")
def _():
    runs = ask_all.go_all([reading(row[0], always(row[1]), timeout=20) for row in NONSENSE])
    for run, row in zip(runs, NONSENSE):
        check(run, 4, row[2], 1)


@tap.case("a redirect to another host: the password does not go there")
def _():
    for status in (301, 302, 303, 307, 308):
        there = FaultServer(default=do.answer(json=ask_all.party()))
        url = there.url.replace("127.0.0.1", "localhost") + "/tenants/acme/greenpin/gp-1"
        run = reading("%d to another host" % status, always(do.redirect(url, status))).go()
        check(run, 4, str(status), 1)
        tap.is_((there.connections, there.requests), (0, []), "%d: the other host saw nothing" % status)


@tap.case("odd answers that are right")
def _():
    odd = (("gzip", do.gzipped(WHOLE)), ("chunks of one byte", do.chunked(WHOLE)),
           ("one byte at a time", do.drip(WHOLE, pause=0.0005)),
           ("doubled keys", do.answer(200, WHOLE.replace('"usage": "twoway"',
                                                         '"usage": "oneway", "usage": "twoway"'))))
    runs = ask_all.go_all([reading(name, always(reaction), timeout=20) for name, reaction in odd])
    for run in runs:
        row = (run.result.json or [{}])[0]
        tap.is_((run.result.status, run.result.err), (0, ""), run.name + ": read") or tap.diag(run.result)
        tap.is_((row.get("id"), row.get("usage"), row.get("state")), ("gp-1", "twoway", "active"),
                run.name + ": as it is")
        tap.is_(run.server.count(), 1, run.name + ": one request")
        tap.is_([known["id"] for known in run.known()], ["gp-1"], run.name + ": stored")


@tap.case("odd values in an answer that is right")
def _():
    numbers = ask_all.party()
    numbers["status"] = "200"
    numbers["data"].update({"a": {"numbers": [919810000001], "vns": 918047134401, "pin": 4711,
                                  "pin_length": "4"}, "usage": None, "max_pin_attempts": "3"})
    bytes_ = WHOLE.replace("ORD-1", "O\\u0000D\\ud800\\xff").encode().replace(b"\\xff", b"\xff")
    unknown = ask_all.party(state="sleeping", usage="threeway", colour={"deep": [1]})
    runs = ask_all.go_all([reading("numbers as text, text as numbers", always(do.answer(json=numbers))),
                           reading("invalid UTF-8 and NUL in a text", always(do.answer(200, bytes_))),
                           reading("unknown values and keys", always(do.answer(json=unknown)))])
    rows = []
    for run in runs:
        tap.is_((run.result.status, run.result.err), (0, ""), run.name + ": read") or tap.diag(run.result)
        rows.append((run.desk.run("--reveal", "-o", "json", "list").json or [{}])[0])
    tap.is_((rows[0].get("a"), rows[0].get("max_pin_attempts")),
            ({"numbers": ["919810000001"], "vns": ["918047134401"], "pin": "4711", "pin_length": 4}, 3),
            "each value as what it is, digit by digit")
    tap.is_(rows[1].get("transaction_id"), "O\ufffdD\ufffd\ufffd", "what is no text is marked in its place")
    tap.is_((rows[2].get("state"), rows[2].get("state_raw"), rows[2].get("usage")),
            ("unknown", "sleeping", "threeway"), "kept as they came")


@tap.case("an older reading stays where a newer one fails")
def _():
    server = FaultServer(default=do.answer(200, WHOLE))
    desk = desks.Desk(server.url)
    before = desk.json("get", "gp-1")
    for name, reaction in (("nonsense", do.html()), ("another id", do.answer(json=ask_all.party("gp-9"))),
                           ("a refusal", do.answer(403, "{}"))):
        server.default = reaction
        tap.is_(desk.run("get", "gp-1").status, 4, name + ": refused")
        tap.is_(desk.json("list"), before, name + ": the ledger has what was read before")


@tap.case("-v says a line for each request, and no secret")
def _():
    server = FaultServer(default=do.answer(200, WHOLE))
    desk = desks.Desk(server.url)
    one, two = desk.run("-v", "get", "gp-1"), desk.run("-vv", "get", "gp-1")
    tap.like(one.err, r"GET \S+/greenpin/gp-1 200 \d+ ms, request id req-1, tries 1", "-v: the request")
    tap.like(two.err, r"(?s)> GET .*< HTTP/1\.1 200 OK.*< .*\"greenpin_id\"", "-vv: headers and bodies")
    for secret in (sandboxes.TOKEN, "YWNtZTE6", "9810000001", "9820000002", "4711", "0815"):
        tap.ok(secret not in one.err + two.err + one.out + two.out, "not in it: " + secret, one.err + two.err)


tap.main(deadline=240)
