# Every request of the program, and every answer of the sandbox, before an independent judge: Prism with
# openapi.yaml, once as a mock (requests), once as a proxy before the sandbox (both sides); both dialects.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import faults  # noqa: E402
import prism  # noqa: E402
import reactions  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402

sandboxes.require()
prism.require()

CALL = os.path.join(tap.BUILDDIR, "tests", "contract", "call")

VN, A, B = "+918047134401", "+919810000001", "+919820000002"


calls = 0


def check(judge, name):
    """The judge has seen a request for each call that was made, and found fault with nothing."""
    global calls
    asked, found = judge.verdict()
    tap.is_(len(asked), calls, "%s: as many requests were judged as calls made" % name)
    tap.ok(not found, "%s: no violation" % name, "\n".join(found))
    calls = 0


def call(url, dialect, *words, status=0, token=sandboxes.TOKEN):
    global calls
    calls += 1
    env = dict(os.environ, GREENDESK_TEST_SID=sandboxes.SID, GREENDESK_TEST_TENANT=sandboxes.TENANT,
               GREENDESK_TOKEN=token)
    done = subprocess.run([CALL, url, dialect] + list(words), env=env, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60)
    if status is not None:
        tap.ok(done.returncode == status, "%s: %s" % (dialect, " ".join(words)[:60]), done)
    return done.stdout.split()


@tap.case("the judge judges")
def _():
    judge = prism.Judge()
    judge.request("PUT", "/tenants/acme/greenpin/x", '{"usage":"both"}')
    asked, found = judge.verdict()
    tap.is_(len(asked), 1, "a request was judged")
    tap.like("\n".join(found), "usage", "its wrong value was found")
    judge.request("GET", "/tenants/acme/greenpin/x", auth=False)
    tap.ok(judge.verdict()[1], "so are missing credentials")
    judge.request("GET", "/tenants/acme/greenpin/x")
    tap.is_(judge.verdict()[1], [], "and with a good one no fault is found")


@tap.case("the judge judges answers")
def _():
    server = faults.FaultServer(reactions.answer(json={"greenpin_id": "x"}))
    judge = prism.Judge(upstream=server.url)
    status, body = judge.request("GET", "/tenants/acme/greenpin/x")
    tap.ok(status >= 400 and judge.verdict()[1], "an answer without its envelope is found", (status, body))


# The ids of the contract's examples: the mock knows no other answers.
PIN, GREENVN = "d7ffd4b3-c861-4bda-a024-9cef1ae2f2a8", "123456"
BULK = ("ibitifda-c861-4bda-a024-9cef1ae2f2a8", "yabadan-c861-4bda-a024-9cef1ae2f2a8")

PARTIES = ["a.numbers=98100 00001", "b.numbers=+91-98200-00002,098200 00003"]
PIN_CREATE = {
    "party": ["transaction_id=ORD-1", "a.vns=" + VN, "a.pin=0815", "b.pin_length=6", "usage=oneway",
              "duration=2h"],
    "flat": ["a.vns=" + VN, "duration=2h", "record=yes", "max_pin_attempts=4",
             "custom_field=order=1&vip=true"]}
PIN_UPDATE = {
    "party": ["b.numbers=98300 00003", "a.vns=" + VN, "b.vns=%s,+918047134402" % VN, "a.pin_length=5",
              "b.pin=007", "usage=twoway", "duration=1200s"],
    "flat": ["b.numbers=98300 00003", "duration=7200", "record=false", "max_pin_attempts=5",
             "custom_field=x"]}
VN_CREATE = {
    "party": ["transaction_id=CON-1", "a.pin=1234", "b.pin=2345,67", "usage=twoway", "duration=600s",
              "strict=false", "region=KA", "pin_code=560041", "type=mobile", "greenvn=" + VN,
              "flow_id=441181"],
    "flat": ["a.vns=" + VN, "duration=900", "record=true", "custom_field=order_id=ORD-2"]}
VN_UPDATE = {"party": ["b.numbers=98300 00003", "a.pin=12", "b.pin=34,56", "usage=oneway"],
             "flat": ["a.numbers=98300 00004", "b.numbers=98300 00003"]}
VN_CHANGE = {"party": ["greenvn=+918047134409", "region=KA", "type=landline", "pin_code=560001",
                       "strict=true"],
             "flat": ["greenvn=+918047134409"]}
SETTINGS = '{"common":{"deletion_time":1800,"tag_enabled":"true"},"greenpin":{"common_pin_length":5}}'


def every_request(url, dialect):
    """Each request of the contract once, with all that the dialect can carry."""
    every = [["get", "greenpin", PIN],
             ["create", "greenpin"] + PARTIES + PIN_CREATE[dialect],
             ["update", "greenpin", PIN] + PIN_UPDATE[dialect],
             ["bulk", BULK[0]] + PIN_UPDATE[dialect] + [BULK[1]] + PIN_UPDATE[dialect][:1],
             ["delete", "greenpin", PIN],
             ["get", "greenvn", GREENVN],
             ["create", "greenvn"] + PARTIES + VN_CREATE[dialect],
             ["update", "greenvn", GREENVN] + VN_UPDATE[dialect],
             ["vn", GREENVN] + VN_CHANGE[dialect],
             ["vn", GREENVN],
             ["delete", "greenvn", GREENVN],
             ["settings"],
             ["settings", SETTINGS]]
    for words in every:
        call(url, dialect, *words)


@tap.case("every request before the mock")
def _():
    judge = prism.Judge()
    for dialect in ("party", "flat"):
        every_request(judge.url, dialect)
        check(judge, dialect + " requests")


def through(url, dialect):
    """Every request with ids of the server's own."""
    made = call(url, dialect, "create", "greenpin", *PARTIES, *PIN_CREATE[dialect])
    other = call(url, dialect, "create", "greenpin", "a.numbers=98100 00021", "b.numbers=98200 00022",
                 *PIN_CREATE[dialect][:2],
                 *(["transaction_id=ORD-2", "a.pin=4321"] if dialect == "party" else []))
    vn = call(url, dialect, "create", "greenvn", *PARTIES, *VN_CREATE[dialect])
    tap.ok(len(made) == len(other) == len(vn) == 2, dialect + ": three were made", (made, other, vn))
    pin, pin2, vn = made[1], other[1], vn[1]
    for kind, identity in (("greenpin", pin), ("greenvn", vn)):
        call(url, dialect, "get", kind, identity)
        call(url, dialect, "get", kind, "no such/id", status=1)
    call(url, dialect, "update", "greenpin", pin, *PIN_UPDATE[dialect])
    call(url, dialect, "update", "greenpin", pin, "b.numbers=98100 00001,98100 00002", status=1)
    call(url, dialect, "update", "greenpin", "none", *PIN_UPDATE[dialect], status=1)
    done = call(url, dialect, "bulk", pin, "duration=3h", pin2, "duration=4h")
    tap.is_(done[1:], ["2"], dialect + ": both rows of a bulk update")
    done = call(url, dialect, "bulk", pin, "duration=3h", "none", "duration=4h")
    tap.is_(done[1:], ["1"], dialect + ": one of two")
    call(url, dialect, "update", "greenvn", vn, *VN_UPDATE[dialect])
    call(url, dialect, "vn", vn, *VN_CHANGE[dialect][1:4] if dialect == "party" else VN_CHANGE[dialect])
    call(url, dialect, "vn", vn)
    call(url, dialect, "vn", "none", status=1)
    call(url, dialect, "settings")
    call(url, dialect, "settings", SETTINGS)
    for kind, identity in (("greenpin", pin), ("greenpin", pin2), ("greenvn", vn)):
        call(url, dialect, "delete", kind, identity)
    call(url, dialect, "get", "greenpin", pin, status=None)
    call(url, dialect, "delete", "greenpin", "none")


def refusals(server, url, dialect):
    """Answers that are no success, as the sandbox words them."""
    create = ["create", "greenpin"] + PARTIES + PIN_CREATE[dialect]
    if dialect == "party":
        call(url, dialect, *create, status=1)  # the PIN cools off
    create = [word.replace(VN, "+918047134405") for word in create]
    made = call(url, dialect, *create)[1]
    call(url, dialect, "get", "greenpin", made, status=1, token="wrong")
    if dialect == "party":
        call(url, dialect, *create, status=1)
    call(url, dialect, "bulk", *[word for n in range(4) for word in ("gp-%d" % n, "duration=3h")], status=1)
    for code in (400, 401, 402, 403, 404, 409, 410, 413, 422, 452, 499, 500):
        server.fail("%d:1" % code)
        call(url, dialect, "update", "greenpin", made, *PIN_UPDATE[dialect], status=1)
    for fault in ("bulk-row-fail", "bulk-shuffle", "bulk-missing", "bulk-double", "bulk-surplus",
                  "metadata-lie"):
        server.fail(fault + ":1")
        call(url, dialect, "bulk", made, "duration=3h", "none", "duration=4h", status=None)


@tap.case("every request and answer between the program and the sandbox")
def _():
    for dialect in ("party", "flat"):
        server = sandboxes.Sandbox(dialect=dialect, bulk_limit=3)
        judge = prism.Judge(upstream=server.url)
        through(judge.url, dialect)
        check(judge, dialect + " through the proxy")
        refusals(server, judge.url, dialect)
        check(judge, dialect + " refusals through the proxy")


tap.main(deadline=120)
