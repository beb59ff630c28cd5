# Every code and every status of the contract, as answer to a reading, an update, a create and a deallocation:
# what is tried again, what is left open and settled by reading, what is told, and how many requests leave.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import ask_all  # noqa: E402
import desk as desks  # noqa: E402
import reactions as do  # noqa: E402
import shapes  # noqa: E402
import tap  # noqa: E402
from faults import FaultServer  # noqa: E402

desks.require()

# Code and the status that it comes with.
CODES = ((0, 500), (1, 404), (2, 400), (3, 400), (4, 452), (5, 400), (7, 401), (8, 403), (9, 400), (13, 409),
         (14, 409), (15, 403), (16, 400), (17, 413), (18, 409), (19, 409), (20, 404), (22, 410), (23, 400),
         (50, 422))
# Statuses seen without a code, and those of gateways.
STATUSES = (400, 401, 402, 403, 404, 409, 410, 413, 422, 452, 408, 429, 499, 500, 501, 502, 503, 504)
OPEN = (408, 499, 500, 502, 503, 504)  # a write may have happened
UNANSWERED = (408, 499, 500, 502, 504)  # read as not applied, it had no answer; a 503 refused it
AGAIN = (408, 429)  # and all from 500: a reading is asked for again
TRIES = 5
UPDATE = ("-o", "json", "update", "gp-1", "b.numbers=+919830000003", "-y")
CREATE = ("-o", "json", "create", "transaction_id=ORD-2", "a.numbers=+919810000001", "a.vns=+918047134401",
          "b.numbers=+919820000002", "-y")
DELETE = ("-o", "json", "deallocate", "gp-1", "-y")


def refusal(code, status, headers=None):
    body = {"request_id": "req-9", "success": False, "status": status, "code": code,
            "message": "words of the service", "data": None}
    return do.answer(status, json=body, headers=headers)


def all_rows():
    for code, status in CODES:
        yield "code %d" % code, code, status, refusal(code, status)
    for status in STATUSES:
        yield "status %d" % status, None, status, do.answer(status, "<html>no</html>",
                                                            content_type="text/html")


class Write(ask_all.Run):
    """A write that meets the reaction, on a ledger that knows the allocation; it reads as before."""

    def go(self):
        self.server = FaultServer(default=do.answer(json=ask_all.party()))
        self.desk = desks.Desk(self.server.url, timeout=1, connect_timeout=2)
        self.desk.json("get", "gp-1")
        for method in ("POST", "PUT", "DELETE"):
            self.server.on(method, "", self.prepare)
        self.read = self.server.count("GET")
        self.result = self.desk.run(*self.words, timeout=60)
        return self

    def sent(self):
        return [request for request in self.server.requests if request.method != "GET"]

    def row(self):
        return ((self.result.json or {}).get("rows") or [{}])[0]


@tap.case("a reading")
def _():
    rows = list(all_rows())
    runs = ask_all.go_all([ask_all.Run("get, " + name,
                                       lambda server, r=reaction: setattr(server, "default", r),
                                       "-o", "json", "get", "--kind", "greenpin", "gp-1")
                           for name, _code, _status, reaction in rows], 10)
    for run, (_name, code, status, _reaction) in zip(runs, rows):
        again = status in AGAIN or status >= 500
        run.check_line(4, "gp-1: %d%s: " % (status, "" if code is None else " code %d" % code))
        tap.is_(run.server.count(), TRIES if again else 1, run.name + ": requests")
        if code is not None:
            tap.like(run.result.err, 'server says "words of the service".*request id req-9',
                     run.name + ": the server's words and request id")
        tap.is_(run.known(), [], run.name + ": nothing is stored")


def check_write(run, code, status, outcome, attempts, sent, rc):
    row, name = run.row(), run.name
    shapes.operation(run.result.json or {}, name)
    tap.is_((row.get("outcome"), run.result.status), (outcome, rc), "%s: %s, status %d"
            % (name, outcome, rc)) or tap.diag(run.result)
    tap.is_((row.get("http_status"), row.get("attempts")), (status, attempts), name + ": status and attempts")
    if code is not None:
        tap.is_((row.get("code"), row.get("request_id")), (code, "req-9"), name + ": code and request id")
    tap.is_(len(run.sent()), sent, "%s: %d writes left" % (name, sent))
    if outcome != "applied":
        tap.ok(row.get("advice"), name + ": with an advice", row)
    kept = (run.desk.json("operations", "1").get("rows") or [{}])[0]
    tap.is_((kept.get("outcome"), kept.get("attempts"), kept.get("http_status")), (outcome, attempts, status),
            name + ": the journal says the same")


@tap.case("an update")
def _():
    rows = list(all_rows())
    runs = ask_all.go_all([Write("update, " + row[0], row[3], *UPDATE) for row in rows], 10)
    for run, (_name, code, status, _reaction) in zip(runs, rows):
        tries = TRIES if status == 429 else 1
        check_write(run, code, status, "failed", tries, tries,
                    5 if status in UNANSWERED else 4)
        reads = run.server.count("GET", "/greenpin/") - run.read
        tap.is_(reads, 1 if status in OPEN else 0, run.name + ": read afterwards")
        if status in OPEN:
            tap.like(run.row().get("message"), "not applied", run.name + ": told what the reading showed")
            waited = run.server.requests[-1].at - run.sent()[0].at
            tap.ok(waited >= 1, run.name + ": not before the request's own time was over", waited)


@tap.case("a create")
def _():
    rows = list(all_rows())
    runs = ask_all.go_all([Write("create, " + row[0], row[3], *CREATE) for row in rows], 10)
    for run, (_name, code, status, _reaction) in zip(runs, rows):
        tries = TRIES if status == 429 else 1
        unknown = status in OPEN
        check_write(run, code, status, "unknown" if unknown else "failed", tries, tries, 5 if unknown else 4)
        run.desk.run("resume", "-y")
        tap.is_(len(run.sent()), tries, run.name + ": resume does not send it again")


@tap.case("a deallocation")
def _():
    rows = list(all_rows())
    runs = ask_all.go_all([Write("deallocate, " + row[0], row[3], *DELETE) for row in rows], 10)
    for run, (_name, code, status, _reaction) in zip(runs, rows):
        gone = status == 410 or code in (1, 22) or (status == 404 and code != 20) or code == 20
        tries = TRIES if status == 429 else 1
        check_write(run, code, status, "applied" if gone else "failed", tries, tries,
                    0 if gone else 5 if status in UNANSWERED + (400,) else 4)
        known = [row["state"] for row in run.known()]
        tap.is_(known, ["deallocated" if gone else "active"], run.name + ": the ledger says so")


@tap.case("Retry-After")
def _():
    day, soon = {"Retry-After": "86400"}, {"Retry-After": "1"}
    date = {"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}
    for status in (429, 503):
        for name, headers in (("a day", day), ("a date far away", date)):
            run = ask_all.Run("get, %d, %s" % (status, name),
                              lambda server, r=refusal(None, status, headers): setattr(server, "default", r),
                              "get", "--kind", "greenpin", "gp-1").go()
            run.check_line(4, r"asks to wait \d+ s" if headers is date else "asks to wait 86400 s")
            tap.is_(run.server.count(), 1, run.name + ": given up at once")
            run = Write("update, %d, %s" % (status, name), refusal(None, status, headers), *UPDATE).go()
            check_write(run, None, status, "failed", 1, 1, 4)
            tap.is_(run.server.count("GET", "/greenpin/"), run.read,
                    run.name + ": surely not done: no reading")
        server = FaultServer(default=do.answer(json=ask_all.party()))
        server.on(None, "", refusal(None, status, soon), times=2)
        done = desks.Desk(server.url).run("-o", "json", "get", "--kind", "greenpin", "gp-1")
        tap.is_((done.status, server.count()), (0, 3), "%d, a second: asked again" % status)
        gaps = [b.at - a.at for a, b in zip(server.requests, server.requests[1:])]
        tap.ok(min(gaps) >= 1, "%d, a second: and it waited" % status, gaps)


tap.main(deadline=300)
