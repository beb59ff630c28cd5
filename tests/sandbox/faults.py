# The sandbox's faults: what each does to the connection, and whether the request was applied.
# SPDX-License-Identifier: GPL-3.0-or-later
import http.client
import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import asking  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402

sandboxes.require()
server = sandboxes.Sandbox(seed=100)
PATH = server.path("greenpin", "gp-000001")


def put(timeout=20):
    return server.request("PUT", PATH, json={"usage": "oneway"}, timeout=timeout)


def applied(function):
    before = server.stats()["updates"]
    result = function()
    return result, server.stats()["updates"] - before


def broken(kind, error):
    """What the client sees, once, and how often the request was applied."""
    server.fail(kind + "@PUT:1")

    def attempt():
        try:
            return put()
        except error as seen:
            return seen
    return applied(attempt)


@tap.case("resets")
def _():
    seen, times = broken("reset-before", ConnectionError)
    tap.ok(isinstance(seen, ConnectionResetError) and times == 0, "reset, nothing done", (seen, times))
    seen, times = broken("reset-after", ConnectionError)
    tap.ok(isinstance(seen, ConnectionResetError) and times == 1, "reset after it was done", (seen, times))
    tap.is_(put().status, 200, "and then all is well again")


@tap.case("half an answer")
def _():
    seen, times = broken("cut", http.client.IncompleteRead)
    tap.ok(isinstance(seen, http.client.IncompleteRead) and times == 1, "cut after it was done",
           (seen, times))
    tap.ok(len(seen.partial) > 50 and seen.expected > 50, "about the middle", seen)


@tap.case("no answer")
def _():
    server.fail("timeout@PUT:1")

    def attempt():
        try:
            return put(timeout=0.3)
        except socket.timeout as seen:
            return seen
    seen, times = applied(attempt)
    tap.ok(isinstance(seen, socket.timeout) and times == 1, "never answered, but done", (seen, times))
    tap.is_(put().status, 200, "others are answered meanwhile")


@tap.case("answers of another kind")
def _():
    server.fail("html:1")
    reply, times = applied(put)
    tap.is_([reply.status, reply.json, times], [200, None, 1], "200 with HTML, done")
    tap.like(reply.headers["content-type"], "^text/html", "that says so")
    server.fail("garbage:1")
    reply, times = applied(put)
    tap.is_([reply.status, reply.json, times], [200, None, 1], "200 with bytes that are no JSON, done")


@tap.case("statuses")
def _():
    for status in (400, 402, 408, 429, 499, 500, 502, 503, 504):
        server.fail("%d@PUT:1" % status)
        reply, times = applied(put)
        tap.is_([reply.status, times], [status, 0], "%d, nothing done" % status)
        tap.is_("retry-after" in reply.headers, status in (429, 503),
                "%d: Retry-After where one is due" % status)
        server.fail("%d-after@PUT:1" % status)
        reply, times = applied(put)
        tap.is_([reply.status, times], [status, 1], "%d although it was done" % status)
    server.fail("500:1")
    tap.is_(put().json["code"], 0, "500 carries code 0")


@tap.case("rates, counts and methods")
def _():
    server.fail("503:3")
    tap.is_([put().status for _ in range(5)], [503, 503, 503, 200, 200], "a count hits the next so many")
    server.fail("503@PUT:1.0")
    tap.is_([put().status, server.request("GET", PATH).status, put().status], [503, 200, 503],
            "a share of 1.0 hits all PUTs")
    server.fail("503@write:1.0,504@GET:1")
    tap.is_([put().status, server.request("GET", PATH).status, server.request("GET", PATH).status],
            [503, 504, 200],
            "several at once")
    server.fail("503@bulk:1")
    tap.is_(put().status, 200, "bulk ones hit no single update")
    row = {"greenpins": [{"greenpin_id": "gp-000002", "usage": "oneway"}]}
    tap.is_(server.request("PUT", server.path("greenpin"), json=row).status, 503, "but a bulk")
    server.fail("500:0.5")
    hit = sum(put().status == 500 for _ in range(400))
    tap.ok(120 < hit < 280, "about half of 400", hit)
    tap.ok(server.stats()["fail"]["500"] >= hit, "told in the stats")
    server.fail("")
    tap.is_(put().status, 200, "none")
    for text in ("cut", "cut:", "cut:x", "cut:1.5", "no-such:1", "cut@NEVER:1", "200:1", "600:1", "cut:-1",
                 ":1"):
        reply = server.request("POST", "/_sandbox/fail", json={"fail": text})
        tap.is_(reply.status, 400, "%r is no fault" % text)


@tap.case("latency, and throttling")
def _():
    own = sandboxes.Sandbox(latency=150, seed=5)
    import time
    lines = [http.client.HTTPConnection("127.0.0.1", own.port, timeout=20) for _ in range(20)]
    start = time.monotonic()
    for line in lines:
        line.request("GET", own.path("greenpin", "gp-000001"), headers={"Authorization": "Basic YTpi"})
    answers = [line.getresponse().status for line in lines]
    took = time.monotonic() - start
    tap.is_(answers, [200] * 20, "all are answered")
    tap.ok(0.15 <= took < 1.5, "twenty at once wait together, not one after another", took)
    own.stop()
    own = sandboxes.Sandbox(rate_limit=5, seed=5)
    replies = [own.get("greenpin", "gp-000001") for _ in range(30)]
    tap.ok(any(reply.status == 429 and reply.headers.get("retry-after") == "1" for reply in replies),
           "429 with Retry-After",
           [reply.status for reply in replies])
    tap.ok(own.stats()["throttled"] > 0, "counted")
    own.stop()


@tap.case("ended while connections wait")
def _():
    own = sandboxes.Sandbox("--fail", "timeout:1.0", seed=5)
    line = http.client.HTTPConnection("127.0.0.1", own.port, timeout=20)
    line.request("GET", own.path("greenpin", "gp-000001"), headers={"Authorization": "Basic YTpi"})
    while own.stats()["requests"] < 1:
        pass
    own.child.terminate()
    tap.is_(own.child.wait(timeout=10), 0, "ends in order")
    try:
        seen = line.getresponse()
    except (http.client.HTTPException, ConnectionError) as error:
        seen = error
    tap.ok(isinstance(seen, (http.client.RemoteDisconnected, ConnectionError)),
           "the one that waits is closed", seen)
    own.stop()


asking.ends_well(server)
tap.main(deadline=90)
