# A greendesk-sandbox of the test's own, on a free loopback port, and plain HTTP to look into it.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sandbox() starts the server; url is the base URL for a profile; get(), request() ask it from outside
the program under test; stats() and requests() tell what it was sent."""

import base64
import http.client
import json as jsonlib
import os
import subprocess
import tempfile
from urllib.parse import quote

import tap

TENANT = "acme"
SID = "acme1"
TOKEN = "test-token-3f9c"


def program():
    return os.environ.get("GREENDESK_SANDBOX") or os.path.join(tap.BUILDDIR, "greendesk-sandbox")


def require():
    """Without the server nothing here can be judged, and that is a failure."""
    if not os.access(program(), os.X_OK):
        tap.bail("there is no " + program())


class Reply:
    """What came back: status, headers (lower-case names), body, and json where it was JSON, else None."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        try:
            self.json = jsonlib.loads(body)
        except (ValueError, UnicodeDecodeError):
            self.json = None

    def __repr__(self):
        return "<%d %r>" % (self.status, self.body[:400])

    @property
    def data(self):
        """The allocation of either envelope."""
        if not isinstance(self.json, dict):
            return None
        return self.json.get("data") if "data" in self.json else self.json.get("response")


class Sandbox:
    def __init__(self, *options, seed=None, dialect=None, **more):
        """Further options by keyword: latency=20 is --latency 20."""
        argv = [program(), "--port", "0", "--die-with-parent"]
        if seed is not None:
            argv += ["--seed", str(seed)]
        if dialect is not None:
            argv += ["--dialect", dialect]
        for name, value in more.items():
            argv += ["--" + name.replace("_", "-"), str(value)]
        argv += [str(option) for option in options]
        self.log = tempfile.TemporaryFile()
        self.child = tap.spawn(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log)
        line = self.child.stdout.readline().decode("ascii", "replace").strip()
        if not line.isdigit():
            raise RuntimeError("greendesk-sandbox said %r instead of its port: %s" % (line, self.stderr()))
        self.port = int(line)
        self.host = "http://127.0.0.1:%d" % self.port
        self.url = self.host + "/v1"

    def stderr(self):
        self.log.seek(0)
        return self.log.read().decode("utf-8", "replace")

    def request(self, method, path, json=None, raw=None, headers=None, auth=(SID, TOKEN), timeout=20):
        """One request; `json` is encoded, `raw` goes as it is; auth None sends no credentials."""
        send = {"Accept": "application/json"}
        if auth is not None:
            send["Authorization"] = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
        body = raw
        if json is not None:
            body = jsonlib.dumps(json).encode()
            send["Content-Type"] = "application/json"
        send.update(headers or {})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=send)
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, names, answer.read())
        finally:
            connection.close()

    def path(self, *parts, tenant=TENANT):
        """/v1/tenants/TENANT/… with every part percent-encoded."""
        return "/v1/tenants/" + "/".join(quote(str(part), safe="") for part in (tenant,) + parts)

    def get(self, *parts):
        """get("greenpin", id), get("settings")"""
        return self.request("GET", self.path(*parts))

    def create(self, **body):
        """A GreenPin in the party dialect; what is not named has plausible values. Returns its data."""
        whole = {"transaction_id": "ORD-TEST-1",
                 "a": {"numbers": ["+919810000001"], "vns": ["+918047134401"], "pin": "4711"},
                 "b": {"numbers": ["+919820000002"], "pin": "0815"},
                 "usage": "twoway", "deallocation_policy": {"duration": "7200s"}}
        whole.update(body)
        reply = self.request("POST", self.path("greenpin"), json=whole)
        if reply.status not in (200, 201):
            raise RuntimeError("the sandbox refused an allocation: %r" % reply)
        return reply.data

    def control(self, method, path, json=None):
        reply = self.request(method, "/_sandbox/" + path, json=json)
        if reply.status >= 300:
            raise RuntimeError("%s /_sandbox/%s: %r" % (method, path, reply))
        return reply

    def stats(self, ids=False):
        return self.control("GET", "stats" + ("?ids=1" if ids else "")).json

    def requests(self):
        """The last requests as the server saw them: [{"method", "path", "body"}]"""
        return self.control("GET", "requests").json

    def ids(self, limit=1000):
        return self.control("GET", "ids?limit=%d" % limit).body.decode().split()

    def fail(self, spec):
        """Set faults while it runs, in the words of --fail."""
        return self.control("POST", "fail", {"fail": spec})

    def expire(self, identity):
        return self.control("POST", "expire", {"id": identity})

    def clock(self, seconds):
        return self.control("POST", "clock", {"offset": seconds})

    def stop(self):
        tap.end_child(self.child)
