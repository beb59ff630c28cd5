# Many runs of greendesk at once, each against a fault server of its own; judged one after another afterwards.
# SPDX-License-Identifier: GPL-3.0-or-later
from concurrent.futures import ThreadPoolExecutor

import desk as desks
import sandbox
import tap
from faults import FaultServer

NUMBERS = {"a": {"numbers": ["+919810000001"], "vns": ["+918047134401"], "pin": "4711"},
           "b": {"numbers": ["+919820000002"], "pin": "0815"}}


def party(name="gp-1", **more):
    """A whole answer about one allocation; `more` goes into its data."""
    data = {"greenpin_id": name, "transaction_id": "ORD-1", "usage": "twoway", "state": "active",
            "deallocation_time": "2099-01-01T00:00:00+05:30"}
    data.update(NUMBERS)
    data.update(more)
    return {"request_id": "req-1", "success": True, "status": 200, "code": None, "message": None,
            "data": data}


class Run:
    """One run: `prepare(server)` scripts the fault server; `words` are the command."""

    def __init__(self, name, prepare, *words, url=None, **keys):
        self.name, self.prepare, self.words, self.url = name, prepare, words, url
        self.keys = {"timeout": 2, "connect_timeout": 2}
        self.keys.update(keys)
        self.server = self.desk = self.result = None

    def go(self):
        self.server = FaultServer()
        if self.prepare is not None:
            self.prepare(self.server)
        self.desk = desks.Desk(self.url(self.server) if self.url else self.server.url, **self.keys)
        self.result = self.desk.run(*self.words, timeout=90)
        self.server.release()
        return self

    def known(self):
        """What the ledger lists afterwards."""
        return self.desk.json("list")

    def check_line(self, status, says):
        """The status, and one clear line that holds no secret."""
        result, name = self.result, self.name
        tap.is_(result.status, status, "%s: status %d" % (name, status)) or tap.diag(result)
        tap.ok(len(result.lines) == 1 and result.lines[0].startswith("greendesk: "), name + ": one line",
               result.err)
        tap.like(result.err, says, name + ": says what happened")
        tap.unlike(result.err + result.out, sandbox.TOKEN, name + ": no token")
        tap.unlike(result.err, r"[\x00-\x09\x0b-\x1f\x7f]", name + ": no control characters")
        tap.is_(self.server.problems, [], name + ": no problem in the fault server")


def go_all(runs, at_once=6):
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda run: run.go(), runs))
