# The sandbox's GreenVN endpoints: create, read, deallocate, other parties, another VN, in both dialects.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import asking  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402
from asking import made, name_of, number, refused, vn_party  # noqa: E402

sandboxes.require()
server = sandboxes.Sandbox(seed_vn=20)


def put(identity, part, body):
    return server.request("PUT", server.path("greenvn", identity, part), json=body)


@tap.case("the party examples, key by key")
def _():
    reply = server.request("POST", server.path("greenvn"),
                           json=asking.example("party-greenvn-create.request"))
    wanted = asking.example("party-greenvn-create.response")
    tap.is_(asking.keys_of(reply.json), asking.keys_of(wanted),
            "the answer to create has the example's keys and types")
    for key in ("aparty_numbers", "bparty_numbers", "aparty_pins", "bparty_pins", "usage", "connection_id"):
        tap.is_(reply.data[key], wanted["data"][key], "%s is the example's" % key)
    identity = reply.data["greenvn_id"]
    before = reply.data["greenvn"]
    reply = put(identity, "vn", asking.example("party-greenvn-vn.request"))
    tap.is_(asking.keys_of(reply.json), asking.keys_of(asking.example("party-greenvn-vn.response")),
            "the answer to vn is the smaller one, with green_vn")
    tap.isnt(reply.data["green_vn"], before, "another VN")
    reply = put(identity, "call-party", asking.example("party-greenvn-call-party.request"))
    sent = asking.example("party-greenvn-call-party.request")
    tap.is_({key: reply.data[key] for key in sent}, sent, "call-party replaces what is sent")
    reply = server.get("greenvn", identity)
    tap.is_(reply.data["aparty_pins"], [12340], "a read tells the PINs")
    tap.like(reply.data["deallocation_time"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$", "and its end")
    tap.is_(server.request("DELETE", server.path("greenvn", identity)).status, 200, "deallocated")
    tap.is_(server.get("greenvn", identity).data["state"], "vault", "and in the vault")
    refused(server.request("DELETE", server.path("greenvn", identity)), 410, 22, "not twice")
    refused(put(identity, "vn", {}), 410, 22, "nor changed")


@tap.case("flat")
def _():
    body = {"caller_id_number": "+914000123456", "from": [number()], "to": [number()], "record": True,
            "custom_field": "order_id=ORD-1"}
    reply = server.request("POST", server.path("greenvn"), json=body)
    tap.is_(reply.status, 201, "created")
    tap.is_(reply.data["virtual_number"], "+914000123456", "with the VN that was named")
    identity = reply.data["greenvn_id"]
    reply = server.get("greenvn", identity)
    tap.is_(asking.keys_of(reply.json), asking.keys_of(asking.example("flat-greenvn-get.response")),
            "the answer to get has the example's keys and types")
    other = [number(), number()]
    tap.is_(put(identity, "call-party", {"to": other}).data["to"], other, "other B numbers")
    tap.is_(put(identity, "vn", {"caller_id_number": "+914000123457"}).data["virtual_number"],
            "+914000123457",
            "another VN by name")
    taken = dict(body, caller_id_number="+914000123457")
    refused(server.request("POST", server.path("greenvn"), json=taken), 409, None,
            "which is nobody else's then")
    reply = server.request("DELETE", server.path("greenvn", identity))
    tap.is_([reply.data["greenvn_id"], reply.data["status"]], [identity, "deleted"], "deallocated")
    refused(put(identity, "call-party", {"to": other}), 409, None, "not changed then")


@tap.case("the pool and preferences")
def _():
    for wish in ({"region": "MH"}, {"type": "mobile"}, {"region": "DL", "type": "landline"}):
        data = made(server, "greenvn", vn_party(strictness="true", preferences=wish))
        vns = {vn["number"]: vn for vn in server.control("GET", "config").json["vns"]}
        got = vns[data["greenvn"]]
        tap.is_({key: got[key] for key in wish}, wish, "a VN with %r" % wish)
    identity = name_of(made(server, "greenvn", vn_party()))
    first = server.get("greenvn", identity).data["greenvn"]
    reply = server.request("PUT", server.path("greenvn", identity, "vn"))
    tap.isnt(reply.data["green_vn"], first, "without a body, any other free one")
    tap.is_(server.get("greenvn", identity).data["greenvn"], reply.data["green_vn"], "which it has then")
    tap.is_(put(identity, "vn", {}).status, 200, "an empty object is the same")
    tap.is_(made(server, "greenvn", vn_party())["aparty_pins"], [None], "no PINs are one null")


@tap.case("seeds")
def _():
    data = server.get("greenvn", "gvn-000001").data
    tap.is_(data["connection_id"], "CONN-1001", "seeded ones are there")
    tap.is_(len(server.control("GET", "ids?kind=greenvn&limit=20").body.split()), 20, "and listed")
    tap.is_(server.request("DELETE", server.path("greenvn", "gvn-000001")).status, 200, "and deallocated")


@tap.case("changes are billed")
def _():
    identity = name_of(made(server, "greenvn", vn_party()))
    before = server.stats()
    put(identity, "vn", {})
    put(identity, "call-party", {"aparty_numbers": [number()]})
    put(identity, "call-party", {"aparty_numbers": []})
    after = server.stats(ids=True)
    tap.is_([after[key] - before[key] for key in ("updates", "vn_changes", "party_changes",
                                                  "update_rows_sent")],
            [2, 1, 1, 3], "a change of VN and one of parties; the refused one was sent and not applied")
    tap.is_(after["ids"][identity], {"updates": 2, "deletes": 0}, "and told by id")


asking.ends_well(server)
tap.main(deadline=60)
