# The sandbox's GreenPin endpoints: create, read, update, deallocate, in both dialects, shaped as documented.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import asking  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402
from asking import VN, VN2, flat, made, name_of, number, party, refused  # noqa: E402

sandboxes.require()
server = sandboxes.Sandbox(seed=200)


def create(body):
    return server.request("POST", server.path("greenpin"), json=body)


def update(identity, body):
    return server.request("PUT", server.path("greenpin", identity), json=body)


@tap.case("the party examples, key by key")
def _():
    own = sandboxes.Sandbox()
    own.request("PUT", own.path("settings"), json={"greenpin": {"aparty_pin_enabled": "true"}})
    reply = own.request("POST", own.path("greenpin"), json=asking.example("party-greenpin-create.request"))
    wanted = asking.example("party-greenpin.response")
    tap.is_(asking.keys_of(reply.json), asking.keys_of(wanted),
            "the answer to create has the example's keys and types")
    for key in ("transaction_id", "a", "b", "usage", "state"):
        tap.is_(reply.data[key], wanted["data"][key], "%s is the example's, numbers completed" % key)
    tap.like(reply.data["deallocation_time"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$", "its end has no zone")
    identity = reply.data["greenpin_id"]
    reply = own.request("PUT", own.path("greenpin", identity),
                        json=asking.example("party-greenpin-update.request"))
    wanted = asking.example("party-greenpin-update.response")
    tap.is_(asking.keys_of(reply.json), asking.keys_of(wanted), "so has the answer to update")
    reply = own.get("greenpin", identity)
    tap.is_(asking.keys_of(reply.json), asking.keys_of(asking.example("party-greenpin.response")),
            "and that to get")
    reply = own.request("DELETE", own.path("greenpin", identity))
    tap.is_(asking.keys_of(reply.json), asking.keys_of(asking.example("party-greenpin.response")),
            "and to delete")
    tap.is_(reply.data["state"], "active", "which carries the state active, as documented")
    tap.is_(own.get("greenpin", identity).data["state"], "vault", "and is then in the vault")
    own.stop()


@tap.case("the flat examples, key by key")
def _():
    reply = create(asking.example("flat-greenpin-create.request"))
    wanted = asking.example("flat-greenpin-create.response")
    tap.is_(reply.status, 201, "created")
    tap.is_(asking.keys_of(reply.json), asking.keys_of(wanted),
            "the answer to create has the example's keys and types")
    for key in ("virtual_number", "from", "to", "status"):
        tap.is_(reply.data[key], wanted["response"][key], "%s is the example's" % key)
    tap.like(reply.data["pin"], r"^\d{4}$", "a PIN of four digits was made")
    identity = reply.data["greenpin_id"]
    reply = update(identity, asking.example("flat-greenpin-update.request"))
    wanted = asking.example("flat-greenpin-update.response")
    tap.is_(asking.keys_of(reply.json), asking.keys_of(wanted), "so has the answer to update")
    tap.is_(reply.data["to"], wanted["response"]["to"], "the list was replaced")
    reply = server.get("greenpin", identity)
    tap.is_(asking.keys_of(reply.json), asking.keys_of(asking.example("flat-greenpin-get.response")),
            "and to get")
    reply = server.request("DELETE", server.path("greenpin", identity))
    tap.is_(asking.keys_of(reply.json), asking.keys_of(asking.example("flat-greenpin-delete.response")),
            "to delete")
    tap.is_(server.get("greenpin", identity).data["status"], "deleted", "and is then deleted")


@tap.case("what create fills in")
def _():
    data = made(server, "greenpin", party())
    tap.is_(data["b"]["vns"], [VN], "the side without VNs has the other's")
    tap.is_(data["usage"], "twoway", "twoway where unsaid")
    tap.like(data["a"]["pin"], r"^\d{4}$", "A's PIN is made")
    tap.isnt(data["a"]["pin"], data["b"]["pin"], "the sides differ in their PINs")
    data = made(server, "greenpin", party(a={"pin_length": 7}, b={"pin_length": "2"}))
    tap.is_([len(data["a"]["pin"]), len(data["b"]["pin"])], [7, 2],
            "of the lengths asked for, as number or text")
    data = made(server, "greenpin", party(a={"pin": "007", "pin_length": 5}))
    tap.is_(data["a"]["pin"], "007", "a given PIN stands, with its zeros and its length")
    body = party()
    del body["a"]["numbers"]
    tap.ok("numbers" not in made(server, "greenpin", body)["a"], "no A numbers are no member")
    data = made(server, "greenpin", party(a={"numbers": ["9876501234", "+919876501235", "+919876501234"]}))
    tap.is_(data["a"]["numbers"], ["+919876501234", "+919876501235"],
            "numbers are completed, doubles left out")


@tap.case("update changes what is sent and nothing else")
def _():
    before = made(server, "greenpin", party(a={"pin": "31415"}, b={"pin": "27182"}))
    identity = name_of(before)
    other = number()
    reply = update(identity, {"b": {"numbers": [other]}})
    wanted = dict(before, b=dict(before["b"], numbers=[other]))
    tap.is_(reply.data, wanted, "B's number alone")
    tap.is_(update(identity, {"usage": "oneway"}).data["usage"], "oneway", "usage")
    tap.is_(update(identity, {"a": {"vns": [VN2]}}).data["a"]["vns"], [VN2], "A's VNs")
    tap.is_(server.get("greenpin", identity).data["b"]["vns"], [VN], "B's VNs stay")
    tap.is_(update(identity, {"b": {"pin": "0042"}}).data["b"]["pin"], "0042", "B's PIN")
    tap.is_(len(update(identity, {"b": {"pin_length": 9}}).data["b"]["pin"]), 9,
            "a PIN of another length is made")
    end = update(identity, {"deallocation_policy": {"duration": "2h"}}).data["deallocation_time"]
    tap.isnt(end, before["deallocation_time"], "its end counts from now")


@tap.case("a flat body on an allocation of the party dialect, and the other way round")
def _():
    identity = name_of(made(server, "greenpin", party()))
    reply = update(identity, {"record": True, "max_pin_attempts": 5, "custom_field": "x=1"})
    tap.is_([reply.data["record"], reply.data["custom_field"]], [True, "x=1"],
            "answered in the body's dialect")
    tap.is_("data" in server.get("greenpin", identity).json, True,
            "a body-less request is answered as it was created")
    identity = name_of(made(server, "greenpin", flat()))
    tap.is_(update(identity, {"usage": "oneway"}).json["data"]["usage"], "oneway", "party on flat")
    tap.is_("response" in server.get("greenpin", identity).json, True, "which is read in flat")


@tap.case("a server of one dialect")
def _():
    for dialect, body, other in (("party", party(), flat()), ("flat", flat(), party())):
        own = sandboxes.Sandbox(dialect=dialect, seed=5)
        refused(own.request("POST", own.path("greenpin"), json=other), 400, 5,
                "%s refuses the other" % dialect)
        data = made(own, "greenpin", body)
        tap.is_(own.get("greenpin", name_of(data)).status, 200, "%s creates and reads" % dialect)
        member = "data" if dialect == "party" else "response"
        tap.ok(member in own.get("greenpin", "gp-000001").json, "%s: seeds are answered in it" % dialect)
        own.stop()


@tap.case("tenants see their own, and all the seeds")
def _():
    identity = name_of(made(server, "greenpin", party()))
    elsewhere = server.path("greenpin", identity, tenant="other")
    refused(server.request("GET", elsewhere), 404, 1, "another tenant does not see it")
    refused(server.request("DELETE", elsewhere), 404, 1, "nor deallocates it")
    tap.is_(server.request("GET", server.path("greenpin", "gp-000001", tenant="other")).status, 200,
            "seeds are for all")
    tap.is_(server.request("GET", "/tenants/acme/greenpin/gp-000001").status, 200,
            "the version can be left out")


@tap.case("the settings that PINs and lives obey")
def _():
    own = sandboxes.Sandbox()

    def settings(**sections):
        tap.is_(own.request("PUT", own.path("settings"), json=sections).status, 200, "set %r" % sections)

    settings(greenpin={"aparty_pin_length": 6, "bparty_pin_length": 3})
    data = made(own, "greenpin", party())
    tap.is_([len(data["a"]["pin"]), len(data["b"]["pin"])], [6, 3], "each side's length")
    settings(greenpin={"common_pin_enabled": "true", "common_pin_length": 8})
    data = made(own, "greenpin", party())
    tap.is_([len(data["a"]["pin"]), len(data["b"]["pin"])], [8, 8], "the common length")
    settings(greenpin={"bparty_pin_enabled": "true"})
    data = made(own, "greenpin", party())
    tap.is_(["pin" in data["a"], "pin" in data["b"]], [False, True], "only the side that is enabled")
    settings(common={"max_deallocation_time": "1h", "timezone": "UTC"})
    data = made(own, "greenpin", party(deallocation_policy={"duration": "30d"}))
    import calendar
    import time
    end = calendar.timegm(time.strptime(data["deallocation_time"], "%Y-%m-%d %H:%M:%S"))
    tap.ok(abs(end - time.time() - 3600) < 30, "a longer life is cut to the account's, told in its zone",
           data["deallocation_time"])
    settings(common={"max_deallocation_time": "-1"})
    tap.ok("deallocation_time" not in made(own, "greenpin", party()), "-1 has no end")
    refused(own.request("POST", own.path("greenpin"), json=party(b={"numbers": ["+14155550100"]})), 400, 16,
            "no international numbers")
    settings(common={"intl_num_sup": "true"})
    tap.is_(made(own, "greenpin", party(b={"numbers": ["+14155550100"]}))["b"]["numbers"], ["+14155550100"],
            "unless they are enabled")
    own.stop()


asking.ends_well(server)
tap.main(deadline=60)
