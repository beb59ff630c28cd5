# What no client should send: broken JSON, great bodies and depths, NULs, and paths that try to be others.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import random
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import asking  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402
from asking import made, name_of, party, refused  # noqa: E402

sandboxes.require()
server = sandboxes.Sandbox(seed=20, body_limit=1 << 20)
PIN = server.path("greenpin")
JSON = {"Content-Type": "application/json"}


def alive(name):
    tap.is_(server.get("greenpin", "gp-000001").status, 200, "still serving after " + name)


@tap.case("bodies that are no JSON")
def _():
    texts = [b"{", b"", b"{\"a\":}", b"[1,2", b"\xff\xfe", b"{\"transaction_id\":\"\xc3\x28\"}", b"\0\0\0",
             b"NaN", b"1e999",
             b"{\"a\":1,\"a\":2}", b"{\"transaction_id\":\"a\\u0000b\"}",
             b"{\"transaction_id\":\"\\ud800\"}",
             b"99999999999999999999999", b"{} trailing"]
    for method, path in (("POST", PIN), ("PUT", PIN), ("PUT", PIN + "/gp-000001"),
                         ("PUT", server.path("settings"))):
        for text in texts:
            reply = server.request(method, path, raw=text, headers=JSON)
            tap.ok(reply.status == 400 and reply.json["code"] in (3, 5), "%s %s" % (method, text[:30]),
                   reply)
    alive("them")


@tap.case("depth")
def _():
    tap.is_(server.request("PUT", PIN, raw=b"[" * 100 + b"]" * 100, headers=JSON).status, 207,
            "a list is no row")
    refused(server.request("PUT", PIN, raw=b"[" * 3000 + b"]" * 3000, headers=JSON), 400, 5,
            "3000 lists in lists")
    refused(server.request("PUT", PIN, raw=b"[" * 300000, headers=JSON), 400, 5, "300000, and never closed")
    text = b"{\"a\":" * 3000 + b"1" + b"}" * 3000
    refused(server.request("POST", PIN, raw=text, headers=JSON), 400, 5, "3000 objects in objects")
    alive("them")


@tap.case("size")
def _():
    body = json.dumps(party(transaction_id="x" * (2 << 20))).encode()
    refused(server.request("POST", PIN, raw=body, headers=JSON), 413, None, "more than is read")
    refused(server.request("POST", PIN, json=party(transaction_id="x" * 70000)), 400, 5,
            "an order of 70 kB")
    data = made(server, "greenpin", party(transaction_id="x" * 60000))
    tap.is_(len(server.get("greenpin", name_of(data)).data["transaction_id"]), 60000,
            "one of 60 kB comes back")
    tap.is_(server.request("GET", PIN + "/" + "y" * 20000).status, 404, "an id of 20 kB")
    tap.ok(server.request("GET", PIN + "/" + "y" * 200000).status in (414, 431),
           "one of 200 kB is too long for a path")
    refused(server.request("PUT", PIN, json=[{"greenpin_id": "g"}] * 1001), 413, 17,
            "a thousand and one rows")
    alive("them")


@tap.case("text that is hostile to whoever shows it comes back as it was")
def _():
    texts = ["\x1b]0;owned\x07", "\u202egnirts", "a\u0301\u0300", "\U0001f469\u200d\U0001f52c",
             "line\nline\r\ttab", "\"\\/",
             "<script>", "%s%n%d", "'; DROP TABLE allocation; --", "\u2028", "\x7f\x80\u009b31m"]
    for text in texts:
        data = made(server, "greenpin", party(transaction_id=text))
        tap.is_(server.get("greenpin", name_of(data)).data["transaction_id"], text, repr(text))
        flat = made(server, "greenpin", asking.flat(custom_field=text))
        tap.is_(server.get("greenpin", name_of(flat)).data["custom_field"], text, "custom_field %r" % text)


@tap.case("ids and tenants as paths")
def _():
    for identity in ("../gp-000001", "a/b", "a b", "\u00fcber", "%2e%2e", "gp-000001/", "gp-000001\n",
                     "gp-000001'--", "?", "#",
                     "gp-000001%00", "\U0001f600", ".", "..", "*", "gp-000001;x"):
        refused(server.get("greenpin", identity), 404, 1, "id %r" % identity)
        refused(server.request("DELETE", server.path("greenpin", identity)), 404, 1, "DELETE of it")
    for raw in ("%zz", "%", "%0", "gp%00", "%00"):
        refused(server.request("GET", PIN + "/" + raw), 400, 5, "%r cannot be decoded" % raw)
    for path in ("/", "/v1", "/v1/", "/v1/tenants", "/v1/tenants/acme", "/v1/tenants//greenpin/gp-000001",
                 PIN + "/",
                 PIN + "/gp-000001/vn", PIN + "/gp-000001/more/parts/than/there/are",
                 "/v1/tenants/acme/greenpins",
                 "/etc/passwd", "/v1/../_sandbox/stats", "//_sandbox/stats", "/_SANDBOX/stats",
                 "/v1x/tenants/acme/settings"):
        refused(server.request("GET", path), 404, None, "%s leads nowhere" % path)
    tap.is_(server.request("GET", "/v1/tenants/%61cme/greenpin/%67p-000001").status, 200,
            "escapes that were not needed")
    tenant = server.path("greenpin", "gp-000001", tenant="a/../b \u20b9")
    tap.is_(server.request("GET", tenant).status, 200, "a tenant may be any text")
    refused(server.request("GET", server.path("greenpin", "gp-000001", tenant="t" * 129)), 403, 8,
            "but not a very long one")
    for method in ("PATCH", "HEAD", "OPTIONS", "BREW"):
        tap.is_(server.request(method, PIN + "/gp-000001").status, 405, method)


@tap.case("bytes that are no HTTP")
def _():
    dice = random.Random(5)
    for n in range(40):
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
            line.sendall(bytes(dice.randrange(256) for _ in range(dice.randrange(1, 400))) + b"\r\n\r\n")
            line.shutdown(socket.SHUT_WR)
            while line.recv(4096):
                pass
    for text in (b"GET / HTTP/1.1\r\n",
                 b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{" % PIN.encode(),
                 b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n" % PIN.encode()):
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
            line.sendall(text)
    alive("them")


def mutated(dice, text):
    """The bytes with a few of them changed, doubled or taken away."""
    out = bytearray(text)
    for _ in range(dice.randrange(1, 6)):
        at = dice.randrange(len(out))
        choice = dice.randrange(4)
        if choice == 0:
            out[at] = dice.choice(b'{}[]",:0129-+eE.\\ntf\x00\xff')
        elif choice == 1:
            del out[at:at + dice.randrange(1, 12)]
        elif choice == 2:
            out[at:at] = out[max(0, at - 20):at]
        else:
            out[at:at + 1] = dice.choice([b"null", b"true", b"[]", b"{}", b"-1", b"99999999999", b'""',
                                          b"1.5"])
        out = out or bytearray(b"{")
    return bytes(out)


@tap.case("the examples, damaged at random")
def _():
    dice = random.Random(int(os.environ.get("GREENDESK_TEST_SEED", "3")))
    data = made(server, "greenvn", asking.vn_party())
    targets = {"party-greenpin-create": ("POST", PIN), "flat-greenpin-create": ("POST", PIN),
               "party-greenpin-update": ("PUT", PIN + "/gp-000002"), "party-bulk": ("PUT", PIN),
               "flat-greenpin-update": ("PUT", PIN + "/gp-000003"), "flat-bulk": ("PUT", PIN),
               "party-greenvn-create": ("POST", server.path("greenvn")),
               "party-greenvn-vn": ("PUT", server.path("greenvn", name_of(data), "vn")),
               "party-greenvn-call-party": ("PUT", server.path("greenvn", name_of(data), "call-party")),
               "settings": ("PUT", server.path("settings"))}
    for name, (method, path) in targets.items():
        text = json.dumps(asking.example(name + ".request")).encode()
        odd = []
        for _ in range(int(os.environ.get("GREENDESK_TEST_ROUNDS", "150"))):
            body = mutated(dice, text)
            reply = server.request(method, path, raw=body, headers=JSON)
            if reply.json is None or reply.status >= 500:
                odd.append((body, reply))
        tap.ok(not odd, "%s: every answer is JSON, and none a failure of the server" % name, odd[:3])
    alive("them")


@tap.case("the control plane")
def _():
    for path in ("clock", "expire", "fail"):
        for body in ([], "x", {"offset": "x", "id": 7, "fail": 7},
                     {"offset": 10**15, "id": "", "fail": "x"}):
            reply = server.request("POST", "/_sandbox/" + path, json=body)
            tap.ok(reply.status in (400, 404) or (path == "fail" and body in ([], "x")),
                   "%s %r" % (path, body), reply)
    tap.is_(server.request("POST", "/_sandbox/fail", raw=b"{").status, 400, "no JSON")
    server.fail("")
    alive("that")


asking.ends_well(server)
tap.main(deadline=90)
