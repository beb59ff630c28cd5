# Every code of the contract's table is answered by the sandbox to some request, with its HTTP status; so are
# the statuses that have no code.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import asking  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402
from asking import A, B, VN, VN2, flat, made, name_of, party, refused, vn_party  # noqa: E402

sandboxes.require()
server = sandboxes.Sandbox(seed=100, bulk_limit=3, tenant="acme", vn_pool=3)
seen = set()

TABLE = {0: 500, 1: 404, 2: 400, 3: 400, 4: 452, 5: 400, 7: 401, 8: 403, 9: 400, 13: 409, 14: 409, 15: 403,
         16: 400,
         17: 413, 18: 409, 19: 409, 20: 404, 22: 410, 23: 400, 50: 422}
PIN, GVN = server.path("greenpin"), server.path("greenvn")


def code(number, reply, name):
    refused(reply, TABLE[number], number, "code %d: %s" % (number, name))
    if reply.json.get("code") == number:
        seen.add(number)


def post(body, path=PIN):
    return server.request("POST", path, json=body)


def put(identity, body, *part):
    return server.request("PUT", server.path("greenvn" if part else "greenpin", identity, *part), json=body)


@tap.case("allocations that are not there, or not any more")
def _():
    code(1, server.get("greenpin", "nobody"), "no such GreenPin")
    code(1, server.get("greenvn", "gp-000001"), "a GreenPin is no GreenVN")
    code(1, put("nobody", {"usage": "oneway"}), "nor is it updated")
    server.request("DELETE", server.path("greenpin", "gp-000001"))
    code(22, server.request("DELETE", server.path("greenpin", "gp-000001")), "deallocated twice")
    code(22, put("gp-000001", {"usage": "oneway"}), "updated after")
    identity = name_of(made(server, "greenpin", flat()))
    server.request("DELETE", server.path("greenpin", identity))
    refused(server.request("DELETE", server.path("greenpin", identity)), 409, None,
            "flat: 409, without a code")
    refused(put(identity, {"duration": 600}), 409, None, "flat: and so for an update")
    code(20, Row(server, {"greenpin_id": "gp-000002", "transaction_id": "other", "usage": "oneway"}),
         "a row whose transaction_id is another's")


class Row:
    """The answer to the only row of a bulk update, as a reply of its own."""

    def __init__(self, where, row):
        self.json = where.request("PUT", PIN, json={"greenpins": [row]}).json["response"][0]
        self.status = self.json["status"]

    def __repr__(self):
        return repr(self.json)


@tap.case("searching")
def _():
    code(2, server.request("GET", PIN + "?state=active"), "a filter")
    code(23, server.request("GET", PIN + "?start_date=2026-02-01&end_date=2026-01-01"),
         "a range that ends before it begins")
    code(23, server.request("GET", PIN + "?start_date=soon"), "a date that is none")
    reply = server.request("GET", PIN)
    refused(reply, 405, None, "nothing lists them")
    tap.is_(reply.headers.get("allow"), "POST, PUT", "Allow names what can be done")


@tap.case("what is missing")
def _():
    code(3, post(party(transaction_id=None)), "transaction_id")
    body = party()
    del body["a"]["vns"]
    code(3, post(body), "VNs")
    code(3, post({"transaction_id": "T", "a": {"pin": "1"}, "b": {"vns": [VN]}}), "numbers")
    code(3, post({"from": A}), "caller_id_number")
    code(3, post({"caller_id_number": VN}), "from")
    code(3, put("gp-000002", {}), "anything to change")
    code(3, Row(server, {"greenpin_id": "gp-000002"}), "anything to change in a row")
    code(3, Row(server, {"usage": "oneway"}), "greenpin_id")
    for key in ("connection_id", "aparty_numbers", "bparty_numbers", "usage"):
        code(3, post(vn_party(**{key: None}), GVN), key)
    code(3, server.request("POST", PIN), "the body")
    code(3, server.request("PUT", server.path("settings"),
                           json={"greenvn": {"verified_caller_event_endpoint": "https://hooks.example/x"}}),
         "method and headers beside an endpoint")


@tap.case("what is wrong")
def _():
    wrong = [party(a={"pin": "12a"}), party(a={"pin": ""}), party(a={"pin": "1234567890"}),
             party(a={"pin": 123}),
             party(a={"pin_length": 0}), party(a={"pin_length": 10}), party(a={"numbers": []}),
             party(usage="both"),
             party(deallocation_policy={"duration": "20 minutes"}),
             party(deallocation_policy={"duration": "0s"}),
             party(deallocation_policy={"duration": 20}), party(deallocation_policy={}),
             party(colour="red"),
             party(a={"numbers": ["+9198100000%02d" % n for n in range(11)]}), party(a={"numbers": A}),
             party(record=True), flat(custom_field="x" * 257), flat(record="true"),
             flat(max_pin_attempts=0),
             flat(duration="600"), [], "text", 7, None, True]
    for number, body in enumerate(wrong):
        code(5, server.request("POST", PIN, raw=asking.json.dumps(body).encode(),
                               headers={"Content-Type": "application/json"}), "%d: %.60r" % (number, body))
    code(5, put("gp-000002", {"transaction_id": "ORD-1"}), "a transaction_id is not changed")
    code(5, put("gp-000002", {"from": A}), "a flat update takes lists")
    refused(put("gp-000002", {"duration": 299}), 422, None, "a duration out of range, flat")
    refused(put("gp-000002", {"duration": 14688001}), 422, None, "beyond 170 days")
    code(5, post(vn_party(aparty_pins=["1234"]), GVN), "a GreenVN's PINs are integers")
    code(5, post(vn_party(aparty_pins=[0]), GVN), "from 1")
    code(5, post(vn_party(preferences={"number_type": "mobile"}), GVN), "named type in create")
    code(5, server.request("PUT", server.path("settings"), json={"common": {"deletion_time": "1800"}}),
         "an integer as text")
    code(5, server.request("POST", PIN, raw=b"a=1",
                           headers={"Content-Type": "application/x-www-form-urlencoded"}),
         "a form")


@tap.case("numbers")
def _():
    code(13, post(party(a={"numbers": [A, A]})), "every number doubled")
    code(14, post(party(a={"numbers": [A]}, b={"numbers": [A]})), "one on both sides")
    code(14, put("gp-000003", {"a": {"numbers": [A]}, "b": {"numbers": [B, A]}}), "in an update")
    code(14, post(vn_party(bparty_numbers=[A]), GVN), "of a GreenVN")
    for number in ("12", "98 76 50 12 34", "+0123456789", "+1234567890123456", "abc", "+", ""):
        code(16, post(party(a={"numbers": [number]})), "%r" % number)


@tap.case("taken")
def _():
    body = party(a={"numbers": [A], "pin": "5550"}, b={"numbers": [B], "pin": "5551"})
    made(server, "greenpin", body)
    code(18, post(body), "the same transaction_id")
    code(18, post(party(transaction_id="ORD-1002")), "that of a seed")
    code(19, post(party(a={"numbers": [A], "pin": "6660"})), "a number with another PIN on the VN")
    code(4, post(party(a={"pin": "5551"})), "a PIN that is another's on the VN")
    seed = server.get("greenpin", "gp-000002").data
    vns = seed["b"]["vns"]
    code(4, post(party(a={"pin": seed["b"]["pin"], "vns": vns})), "that of a seed")
    for side in "ab":
        code(19, post(party(a={"vns": vns}, b={"numbers": seed[side]["numbers"], "pin": "987654321"})),
             "a number of a seed's %s party with another PIN" % side)
    made(server, "greenpin", party(a={"pin_length": 1, "vns": [VN2]}, b={"pin_length": 1}))
    for _ in range(4):
        made(server, "greenpin", party(a={"pin_length": 1, "vns": [VN2]}, b={"pin_length": 1}))
    code(4, post(party(a={"pin_length": 1, "vns": [VN2]}, b={"pin_length": 1})),
         "all ten PINs of one digit")


@tap.case("GreenVN")
def _():
    code(50, post(vn_party(flow_id="hello"), GVN), "a flow that is none")
    code(15, post(vn_party(preferences={"region": "ZZ"}), GVN), "a region that is none")
    code(20, post(vn_party(strictness="true", preferences={"greenvn": "+918999999999"}), GVN),
         "a number that is not the account's")
    first = made(server, "greenvn", vn_party(preferences={"greenvn": "+914048212136"}))
    tap.is_(first["greenvn"], "+914048212136", "the preferred number")
    code(18, post(vn_party(connection_id=first["connection_id"]), GVN), "the same connection_id")
    code(4, post(vn_party(strictness="true", preferences={"greenvn": "+914048212136"}), GVN),
         "taken, and strict")
    made(server, "greenvn", vn_party())
    made(server, "greenvn", vn_party())
    code(4, post(vn_party(), GVN), "none is left")
    code(4, put(first["greenvn_id"], None, "vn"), "none to change to")
    code(3, put(first["greenvn_id"], {"usage": "oneway"}, "call-party"), "no list of numbers")
    refused(post({"caller_id_number": first["greenvn"], "from": [A], "to": [B]}, GVN), 409, None,
            "flat: VN in use")


@tap.case("bulk, access, versions and faults")
def _():
    row = {"greenpin_id": "gp-000002", "usage": "oneway"}
    code(17, server.request("PUT", PIN, json={"greenpins": [row] * 4}), "more rows than are taken")
    code(17, server.request("PUT", PIN, json=[{"greenpin_id": "gp-000002", "record": True}] * 4),
         "in flat too")
    code(7, server.request("GET", PIN + "/gp-000002", auth=None), "no credentials")
    code(7, server.request("GET", PIN + "/gp-000002", auth=("me", "wrong")), "the wrong password")
    code(7, server.request("GET", PIN + "/gp-000002", auth=("", "x")), "no user")
    code(7, server.request("GET", PIN + "/gp-000002", auth=None, headers={"Authorization": "Basic !!!"}),
         "no base64")
    code(7, server.request("GET", PIN + "/gp-000002", auth=None, headers={"Authorization": "Bearer x"}),
         "not Basic")
    code(8, server.request("GET", server.path("greenpin", "gp-000002", tenant="other")), "another tenant")
    code(9, server.request("GET", "/v2/tenants/acme/greenpin/gp-000002"), "another version in the path")
    code(9, server.request("GET", PIN + "/gp-000002", headers={"Accept-Version": "7"}), "in a header")
    server.fail("500:1")
    code(0, server.get("greenpin", "gp-000002"), "a fault that was asked for")


@tap.case("the table is complete")
def _():
    tap.is_(sorted(seen), sorted(TABLE), "every code was answered at least once")


asking.ends_well(server)
tap.main(deadline=60)
