# vn: another VN for a GreenVN, with and without preferences, in both dialects; what it refuses.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import reactions  # noqa: E402
import faults  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import shapes  # noqa: E402
import tap  # noqa: E402

desks.require()
sandboxes.require()

MORE = {"party": ["transaction_id=C1", "usage=twoway"], "flat": ["a.vns=+918047134401"]}


def make(desk, dialect):
    done = desk.json("create", "kind=greenvn", "a.numbers=98100 00001", "b.numbers=98200 00002", "-y",
                     *MORE[dialect])
    return done["rows"][0]["id"]


def vn_of(desk, identity):
    return desk.json("list", "id:" + identity)[0]["a"]["vns"]


def check_any(dialect, server, desk, identity):
    before = vn_of(desk, identity)
    done = desk.json("vn", identity, "-y", "--reason", "spam reports")
    shapes.operation(done, dialect + ": vn", None, 1)
    tap.is_((done["kind"], done["rows"][0]["outcome"]), ("vn", "applied"), dialect + ": any free one")
    last = server.requests()[-1]
    tap.is_((last["method"], last["path"], last["body"]),
            ("PUT", "/v1/tenants/acme/greenvn/%s/vn" % identity, ""), dialect + ": a request without a body")
    tap.isnt(vn_of(desk, identity), before, dialect + ": the ledger has the new one")
    return before[0]


def check_wished(dialect, server, desk, identity, wish):
    wanted = {"party": {"preferences": {"greenvn": wish}}, "flat": {"caller_id_number": wish}}[dialect]
    national = "greenvn=0%s-%s" % (wish[3:6], wish[6:])
    shown = desk.run("vn", identity, national, "--dry-run")
    tap.is_(shapes.parsed(shown.out.splitlines()[1]), wanted, dialect + ": --dry-run shows the request")
    done = desk.json("vn", identity, national, "-y")
    tap.is_(shapes.parsed(server.requests()[-1]["body"]), wanted, dialect + ": a VN of one's own choice")
    tap.is_((vn_of(desk, identity), done["rows"][0]["message"]), ([wish], None), dialect + ": it is the one")
    done = desk.json("vn", identity, "greenvn=+919999999999", "-y")
    if dialect == "party":
        tap.like(done["rows"][0]["message"], "greenvn", "party: another than was wished for is told")


@tap.case("both dialects")
def _():
    for dialect in ("party", "flat"):
        server = sandboxes.Sandbox(dialect=dialect)
        desk = desks.Desk(server.url, dialect=dialect)
        identity = make(desk, dialect)
        first = check_any(dialect, server, desk, identity)
        check_wished(dialect, server, desk, identity, first)
        if dialect == "party":
            desk.json("vn", identity, "strict", "type=mobile", "region=KA", "-y")
            tap.is_(shapes.parsed(server.requests()[-1]["body"]),
                    {"strictness": "true", "preferences": {"region": "KA", "number_type": "mobile"}},
                    "party: preferences by the names of this request")
        else:
            tap.is_(desk.run("vn", identity, "strict", "-y").status, 2, "flat: it cannot carry preferences")


@tap.case("refusals")
def _():
    server = sandboxes.Sandbox(seed=2)
    desk = desks.Desk(server.url)
    pin = server.ids()[0]
    desk.json("get", pin)
    for words, status, say in (([], 2, "id"), (["x", "usage=oneway"], 2, "usage"), (["x"], 3, "confirm"),
                               (["x", "strict=2"], 2, "strict"), ([pin, "-y"], 2, "GreenPin"),
                               (["nobody", "-y"], 4, "404")):
        done = desk.run("vn", *words)
        tap.is_(done.status, status, "vn %s: status" % " ".join(words))
        tap.ok(len(done.lines) == 1 and say in done.err, "one line that says why", done)
    support = desks.Desk(server.url, role="support")
    tap.is_(support.run("vn", "x", "-y").status, 3, "support may not")


@tap.case("an answer that is lost is settled by reading")
def _():
    server = sandboxes.Sandbox(dialect="party")
    front = faults.FaultServer(reactions.proxy(server))
    desk = desks.Desk(front.url, timeout=1)
    identity = make(desk, "party")
    front.on("PUT", "/vn", reactions.proxy_then_cut(server))
    done = desk.json("vn", identity, "-y")
    tap.is_((done["rows"][0]["outcome"], front.count("PUT", "/vn")), ("applied", 1),
            "applied, and sent once")


tap.main(deadline=90)
