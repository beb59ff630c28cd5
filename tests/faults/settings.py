# The account's settings are asked for only where a country or a zone is needed, once, and never hold up what
# does not need them.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import reactions as do  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402
from faults import FaultServer  # noqa: E402

desks.require()
sandboxes.require()

FLAT = {"response": {"greenpin_id": "gp-1", "from": ["+919810000001"], "to": ["+919820000002"],
                     "virtual_number": "+918047134401", "status": "active",
                     "created_at": "2030-01-01T10:00:00Z", "expires_at": "2030-01-01T12:00:00Z"}}
PARTY = {"success": True, "status": 200, "data": {
    "greenpin_id": "gp-1", "transaction_id": "ORD-1", "a": {"numbers": ["+919810000001"]},
    "b": {"numbers": ["+919820000002"]}, "state": "active", "deallocation_time": "2030-01-01 12:00:00"}}
SETTINGS = "/settings$"


def settings(country="IN", zone="IST"):
    return do.answer(json={"success": True, "status": 200,
                           "data": {"common": {"country": country, "timezone": zone}}})


def party(name):
    data = dict(PARTY["data"], greenpin_id=name)
    return do.answer(json=dict(PARTY, data=data))


def asked(server):
    return [(request.method, request.path.rsplit("/", 1)[1]) for request in server.requests]


@tap.case("nothing in it has to do with a place: one request")
def _():
    server = FaultServer(default=do.answer(json=FLAT))
    desk = desks.Desk(server.url)
    tap.is_(desk.json("get", "gp-1")[0]["ends_at"], "2030-01-01T17:30:00+05:30", "get, flat: the end")
    tap.is_(asked(server), [("GET", "gp-1")], "get, flat: one request")
    desk.json("update", "gp-1", "b.numbers=+919830000003", "-y")
    tap.is_(asked(server)[1:], [("PUT", "gp-1")], "update with a whole number: one request")
    desk.json("update", "gp-1", "duration=until 2031-01-01T18:00:00+05:30", "-y")
    tap.is_(asked(server)[2:], [("PUT", "gp-1")], "update with a time that has its zone: one request")


@tap.case("a time without a zone in an answer")
def _():
    server = FaultServer(default=do.answer(json=PARTY)).on("GET", SETTINGS, settings(zone="UTC"))
    desk = desks.Desk(server.url)
    tap.is_(desk.json("get", "gp-1")[0]["ends_at"], "2030-01-01T12:00:00Z", "is read in the account's zone")
    tap.is_(asked(server), [("GET", "gp-1"), ("GET", "settings")], "which was asked for after the answer")
    tap.is_(desk.json("get", "gp-1")[0]["ends_at"], "2030-01-01T12:00:00Z", "the same at the next reading")
    tap.is_(asked(server)[2:], [("GET", "gp-1")], "and the zone is known then")


@tap.case("many readings at once wait for one request of the settings")
def _():
    names = ["gp-%d" % i for i in range(40)]
    server = FaultServer().on("GET", SETTINGS, do.held(settings(zone="UTC")))
    for name in names:
        server.on("GET", "/%s$" % name, party(name))
    desk = desks.Desk(server.url, concurrency=4)
    child = desk.start("-o", "jsonl", "get", *names, stdin=-3, stdout=-1, stderr=-1)
    tap.ok(server.wait_for(1, "GET", SETTINGS), "they are asked for")
    server.release()
    out, err = child.communicate(timeout=40)
    tap.is_((child.returncode, err), (0, b""), "all are read")
    tap.is_(out.count(b'"ends_at":"2030-01-01T12:00:00Z"'), 40, "all in the account's zone")
    tap.is_(server.count("GET", SETTINGS), 1, "one request of the settings")


@tap.case("a national number")
def _():
    server = FaultServer(default=do.answer(json=FLAT)).on("GET", SETTINGS, settings(country="LK"))
    desk = desks.Desk(server.url)
    desk.json("get", "gp-1")
    done = desk.run("-o", "json", "update", "gp-1", "b.numbers=0712345678", "-y")
    tap.is_(done.status, 0, "update") or tap.diag(done)
    tap.is_(asked(server)[1:], [("GET", "settings"), ("PUT", "gp-1")], "the settings were asked for before")
    tap.like(server.requests[-1].body.decode(), r'"\+94712345678"', "and the account's country completes it")


@tap.case("settings that cannot be read hold nothing up")
def _():
    failures = (("503", do.answer(503, "")),
                ("429 of a day", do.answer(429, "", headers={"Retry-After": 86400})),
                ("a cut answer", do.cut_at(20, json={})), ("HTML", do.html()), ("403", do.answer(403, "{}")),
                ("404", do.answer(404, "{}")), ("405", do.answer(405, "")))
    for name, reaction in failures:
        server = FaultServer(default=do.answer(json=PARTY)).on("GET", SETTINGS, reaction)
        began = time.monotonic()
        done = desks.Desk(server.url).run("-o", "json", "get", "gp-1", "gp-1")
        took = time.monotonic() - began
        tap.is_((done.status, done.err), (0, ""), name + ": no error")
        tap.is_([row["ends_at"] for row in done.json or []], ["2030-01-01T12:00:00+05:30"],
                name + ": IST is assumed")
        tap.is_(server.count("GET", SETTINGS), 1, name + ": tried once")
        tap.ok(took < 4, name + ": at once", took)


@tap.case("settings that never come")
def _():
    server = FaultServer(default=do.answer(json=PARTY)).on("GET", SETTINGS, do.never())
    began = time.monotonic()
    done = desks.Desk(server.url, timeout=30).run("-o", "json", "get", "gp-1")
    took = time.monotonic() - began
    tap.is_((done.status, [row["ends_at"] for row in done.json or []]), (0, ["2030-01-01T12:00:00+05:30"]),
            "IST is assumed")
    tap.ok(took < 8, "after a few seconds", took)


@tap.case("a write is answered while the settings are not")
def _():
    server = FaultServer(default=do.answer(json=PARTY)).on("GET", SETTINGS, do.reset_after())
    desk = desks.Desk(server.url)
    desk.json("get", "gp-1")
    done = desk.run("-o", "json", "update", "gp-1", "b.numbers=+919830000003", "-y")
    rows = (done.json or {}).get("rows") or [{}]
    tap.is_((done.status, rows[0].get("outcome")), (0, "applied"), "applied") or tap.diag(done)
    tap.is_(server.count("PUT"), 1, "sent once")


tap.main(deadline=120)
