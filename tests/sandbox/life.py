# Lives in the sandbox: expiry by the clock, the cool-off of PINs and VNs, and what answers for the gone.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import asking  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402
from asking import flat, made, name_of, party, refused, vn_party  # noqa: E402

sandboxes.require()
server = sandboxes.Sandbox(seed=100)


def post(body, kind="greenpin"):
    return server.request("POST", server.path(kind), json=body)


def put(identity, body):
    return server.request("PUT", server.path("greenpin", identity), json=body)


def set_cool(seconds):
    server.request("PUT", server.path("settings"), json={"common": {"deletion_time": seconds}})


@tap.case("the clock ends a life")
def _():
    server.clock(0)
    first = made(server, "greenpin", party(deallocation_policy={"duration": "10m"}))
    second = made(server, "greenpin", flat(duration=600))
    server.clock(590)
    tap.is_(server.get("greenpin", name_of(first)).data["state"], "active", "not before its end")
    server.clock(601)
    tap.is_(server.get("greenpin", name_of(first)).data["state"], "vault", "party: in the vault")
    tap.is_(server.get("greenpin", name_of(second)).data["status"], "expired", "flat: expired")
    refused(put(name_of(first), {"usage": "oneway"}), 410, 22, "party: not changed any more")
    refused(put(name_of(second), {"duration": 600}), 409, None, "flat: neither")
    refused(server.request("DELETE", server.path("greenpin", name_of(first))), 410, 22, "nor deallocated")
    server.clock(0)


@tap.case("a life really passes")
def _():
    identity = name_of(made(server, "greenpin", party(deallocation_policy={"duration": "1s"})))
    deadline = time.monotonic() + 10
    while server.get("greenpin", identity).data["state"] == "active" and time.monotonic() < deadline:
        pass
    tap.is_(server.get("greenpin", identity).data["state"], "vault",
            "one second ended by the machine's clock")


@tap.case("an update counts from now, and can shorten")
def _():
    identity = name_of(made(server, "greenpin", flat(duration=7200)))
    put(identity, {"duration": 300})
    server.clock(301)
    tap.is_(server.get("greenpin", identity).data["status"], "expired",
            "after five minutes instead of two hours")
    server.clock(0)


@tap.case("told to expire")
def _():
    server.expire("gp-000001")
    tap.is_(server.get("greenpin", "gp-000001").data["state"], "vault", "a seed")
    reply = server.request("POST", "/_sandbox/expire", json={"id": "nobody"})
    tap.is_(reply.status, 404, "nobody cannot")
    tap.is_(server.get("greenpin", "gp-000017").data["state"], "vault",
            "every fiftieth seed has expired as it is")


@tap.case("a PIN cools off before it is given again")
def _():
    set_cool(0)
    body = party(b={"pin": "777001"})
    server.request("DELETE", server.path("greenpin", name_of(made(server, "greenpin", body))))
    again = made(server, "greenpin", party(b={"pin": "777001"}))
    tap.is_(again["b"]["pin"], "777001", "at once where there is no cool-off")
    set_cool(3600)
    server.request("DELETE", server.path("greenpin", name_of(again)))
    refused(post(party(b={"pin": "777001"})), 452, 4, "not within the cool-off")
    server.clock(3590)
    refused(post(party(b={"pin": "777001"})), 452, 4, "not shortly before its end")
    server.clock(3601)
    data = made(server, "greenpin", party(b={"pin": "777001"}, deallocation_policy={"duration": "10m"}))
    tap.is_(data["b"]["pin"], "777001", "after it")
    server.clock(3601 + 660)
    refused(post(party(b={"pin": "777001"})), 452, 4, "one that expired cools off too")
    server.clock(3601 + 600 + 3660)
    data = made(server, "greenpin", party(b={"pin": "777001"}))
    put(name_of(data), {"b": {"pin": "777002"}})
    refused(post(party(b={"pin": "777001"})), 452, 4, "and one that was replaced")
    tap.is_(put(name_of(data), {"b": {"pin": "777001"}}).status, 200,
            "but its own allocation can take it back")
    server.clock(0)
    set_cool(0)


@tap.case("a transaction_id is free again when its allocation is gone")
def _():
    body = party()
    first = made(server, "greenpin", body)
    server.request("DELETE", server.path("greenpin", name_of(first)))
    tap.isnt(name_of(made(server, "greenpin", body)), name_of(first), "a new allocation with the old order")


@tap.case("a VN cools off")
def _():
    set_cool(1800)
    first = made(server, "greenvn", vn_party())
    server.request("DELETE", server.path("greenvn", first["greenvn_id"]))
    wish = dict(strictness="true", preferences={"greenvn": first["greenvn"]})
    refused(post(vn_party(**wish), "greenvn"), 452, 4, "not within the cool-off")
    tap.isnt(made(server, "greenvn", vn_party())["greenvn"], first["greenvn"], "another is given meanwhile")
    second = made(server, "greenvn", vn_party())
    server.request("PUT", server.path("greenvn", second["greenvn_id"], "vn"))
    wish_second = dict(strictness="true", preferences={"greenvn": second["greenvn"]})
    refused(post(vn_party(**wish_second), "greenvn"), 452, 4, "one that was exchanged cools off too")
    server.clock(1801)
    tap.is_(made(server, "greenvn", vn_party(**wish))["greenvn"], first["greenvn"], "after it")
    server.clock(0)
    set_cool(0)


@tap.case("how a GET answers for the gone")
def _():
    for how, http, code in (("404", 404, 1), ("410", 410, 22)):
        own = sandboxes.Sandbox(gone=how, seed=20)
        own.request("DELETE", own.path("greenpin", "gp-000001"))
        refused(own.get("greenpin", "gp-000001"), http, code, "--gone %s: deallocated" % how)
        refused(own.get("greenpin", "gp-000017"), http, code, "--gone %s: expired" % how)
        tap.is_(own.get("greenpin", "gp-000002").status, 200, "--gone %s: the living are told" % how)
        own.stop()


asking.ends_well(server)
tap.main(deadline=60)
