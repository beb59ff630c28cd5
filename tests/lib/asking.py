# What the sandbox's own tests ask of it: bodies in both dialects, the contract's examples, judged answers.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os

import tap

A, B = "+919810000001", "+919820000002"
VN, VN2 = "+914000555001", "+914000555002"
CONTRACT = os.path.join(tap.SRCDIR, "tests", "contract")
_made = 0


def example(name):
    """A payload of the contract, by its file's name without .json."""
    with open(os.path.join(CONTRACT, "examples", name + ".json"), encoding="utf-8") as file:
        return json.load(file)


def order():
    """A transaction id that was not used before."""
    global _made
    _made += 1
    return "T-%d" % _made


def number():
    """A number that was not used before."""
    order()
    return "+9197000%05d" % _made


def party(a=None, b=None, **more):
    """A GreenPin create in the party dialect, with an order and numbers of its own."""
    body = {"transaction_id": order(), "a": {"numbers": [number()], "vns": [VN]},
            "b": {"numbers": [number()]}}
    body["a"].update(a or {})
    body["b"].update(b or {})
    body.update(more)
    return {key: value for key, value in body.items() if value is not None}


def flat(**more):
    body = {"caller_id_number": VN, "from": A, "to": B}
    body.update(more)
    return {key: value for key, value in body.items() if value is not None}


def vn_party(**more):
    body = {"connection_id": order(), "aparty_numbers": [A], "bparty_numbers": [B], "usage": "twoway"}
    body.update(more)
    return {key: value for key, value in body.items() if value is not None}


def made(server, kind, body):
    """Creates, and gives the allocation as it was answered."""
    reply = server.request("POST", server.path(kind), json=body)
    if reply.status not in (200, 201):
        raise RuntimeError("not created: %r" % reply)
    return reply.data


def name_of(data):
    return data.get("greenpin_id") or data.get("greenvn_id")


def refused(reply, http, code, name):
    """One point: refused with this HTTP status and code, in the contract's envelope."""
    body = reply.json if isinstance(reply.json, dict) else {}
    good = (reply.status == http and body.get("status") == http and body.get("success") is False and
            "data" in body and body["data"] is None and "code" in body and body["code"] == code and
            isinstance(body.get("message"), str) and body["message"] != "")
    return tap.ok(good, name, "wanted %s with code %s, got %r" % (http, code, reply))


def keys_of(value):
    """The keys of all objects inside, in their order, and how deep: the shape of an answer."""
    if isinstance(value, dict):
        return [(key, keys_of(inner)) for key, inner in value.items()]
    if isinstance(value, list):
        return [keys_of(value[0])] if value and isinstance(value[0], (dict, list)) else []
    return type(value).__name__


def ends_well(server):
    """The last case of a file: what a sanitizer or a crash leaves behind is seen when the server ends."""
    @tap.case("the server ends in order")
    def _():
        server.child.terminate()
        tap.is_(server.child.wait(timeout=30), 0, "with status 0")
        tap.is_(server.stderr(), "", "and without a word")
        server.stop()
