# The whole command set before the independent judge: before the mock with the ids of the examples (requests
# are judged), and through the proxy before the sandbox (both sides are); both dialects.
# SPDX-License-Identifier: GPL-3.0-or-later
import datetime
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import prism  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402

desks.require()
sandboxes.require()
prism.require()

LATER = (datetime.datetime.now() + datetime.timedelta(days=3)).strftime("until %Y-%m-%d 18:00")
PARTIES = ["a.numbers=98100 00001", "b.numbers=+91-98200-00002,098200 00003"]
PIN = {"party": ["transaction_id=ORD-1", "a.vns=080-4713 4401", "a.pin=0815", "b.pin_length=6",
                 "usage=oneway", "duration=2h"],
       "flat": ["a.vns=080-4713 4401", "duration=2h", "record=yes", "max_pin_attempts=4", "custom_field=vip"]}
PIN_UPDATE = {
    "party": ["b.numbers=98300 00003", "a.vns+=+918047134402", "a.pin_length=5", "b.pin=007", "usage=twoway",
              "duration=90m"],
    "flat": ["b.numbers+=98300 00003", "duration=" + LATER, "record=no", "max_pin_attempts=5",
             "custom_field=x"]}
VN = {"party": ["transaction_id=CON-1", "a.pin=1234", "b.pin=2345,67", "usage=twoway", "duration=600s",
                "strict=false", "region=KA", "pin_code=560041", "type=mobile", "flow_id=441181"],
      "flat": ["a.vns=+918047134401", "duration=900", "record=true", "custom_field=order_id=ORD-2"]}
VN_UPDATE = {"party": ["b.numbers=98300 00003", "a.pin=12", "b.pin=34,56", "usage=oneway"],
             "flat": ["a.numbers=98300 00004", "b.numbers=98300 00003"]}
# The allocations of the contract's bulk example.
EXAMPLES = ["ibitifda-c861-4bda-a024-9cef1ae2f2a8", "yabadan-c861-4bda-a024-9cef1ae2f2a8"]
VN_WISH = {"party": ["region=KA", "type=landline", "strict"], "flat": ["greenvn=+918047134409"]}



def run(desk, dialect, *words, status=0):
    """Runs a command, which must end so; its first row's id where it was an operation."""
    done = desk.run("-o", "json", *words)
    if status is not None and not tap.is_(done.status, status, "%s: %s" % (dialect, " ".join(words)[:70])):
        tap.diag(done)
    rows = done.json.get("rows") if isinstance(done.json, dict) else None
    return rows[0]["id"] if rows else None


def single(desk, dialect):
    """Every command that sends something for one allocation."""
    pin = run(desk, dialect, "create", "-y", *PARTIES, *PIN[dialect])
    vn = run(desk, dialect, "create", "-y", "--kind", "greenvn", *PARTIES, *VN[dialect])
    run(desk, dialect, "get", pin)
    run(desk, dialect, "get", vn, "--kind", "greenvn")
    run(desk, dialect, "update", "-y", pin, *PIN_UPDATE[dialect])
    run(desk, dialect, "update", "-y", vn, *VN_UPDATE[dialect])
    run(desk, dialect, "vn", "-y", vn, *VN_WISH[dialect])
    run(desk, dialect, "vn", "-y", vn)
    run(desk, dialect, "refresh")
    run(desk, dialect, "deallocate", "-y", pin)
    run(desk, dialect, "deallocate", "-y", vn)
    run(desk, dialect, "resume", "-y")


SETTINGS = [
    "deletion_time=30m", "tag_enabled=yes", "max_deallocation_time=90d", "country=india", "timezone=UTC",
    "default_region=DL", "common_pin_length=6", "common_pin_enabled=yes", "default_flow_id=42",
    "greenpin_call_complete_event_endpoint=https://hooks.example/pin",
    "greenpin_call_complete_event_method=POST_JSON",
    "greenpin_call_complete_event_headers=application/json",
    "verified_caller_event_endpoint=https://hooks.example/vn", "verified_caller_event_method=POST_XML",
    "verified_caller_event_headers=application/xml",
    'sms_config={"A":{"sms_enabled":"true","on_status":["busy"],"sms_body":"Your courier"}}']


def settings(desk, dialect, heard=True):
    """Every command that sends or reads settings. The mock answers the same whatever is asked, so there the
    program finds that the server did otherwise (4)."""
    run(desk, dialect, "settings")
    run(desk, dialect, "settings", "export", "settings.json")
    run(desk, dialect, "settings", "set", *SETTINGS, "-y", status=0 if heard else 4)
    if heard:
        run(desk, dialect, "settings", "set", "timezone=IST", "-y")
        run(desk, dialect, "settings", "revert", "1", "-y")
        run(desk, dialect, "settings", "set", *SETTINGS[:4], "-y")
    run(desk, dialect, "settings", "apply", "settings.json", "-y")


FILE = {"party": "id,b.numbers,usage,duration\n%s,98300 00007,oneway,3h\n%s,,,5h\n",
        "flat": "id,b.numbers,record,duration\n%s,98300 00007,true,3h\n%s,,false,5h\n"}


def bulk(desk, dialect, ids):
    """Every command that sends changes of several; ids are allocations that are there."""
    path = os.path.join(desk.home, "changes.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write(FILE[dialect] % (ids[0], ids[1]))
    run(desk, dialect, "stage", *ids, "b.numbers=98300 00008", "duration=4h")
    run(desk, dialect, "apply", "--confirm=%d" % len(ids))
    run(desk, dialect, "apply", path, "--confirm=2")


def last(desk):
    return str(desk.json("operations")[0]["operation"])


def back(desk, dialect, ids):
    """What goes wrong in part, is sent again, and is taken back."""
    run(desk, dialect, "stage", *ids[:2], "nobody", "duration=5h")
    run(desk, dialect, "apply", "--confirm=3", status=1)
    run(desk, dialect, "retry", last(desk), "-y", status=None)
    run(desk, dialect, "stage-deallocate", *ids[:2])
    run(desk, dialect, "apply", "--confirm=2")
    run(desk, dialect, "undo", last(desk), "--confirm=2")
    run(desk, dialect, "undo", last(desk), "--confirm=2")
    run(desk, dialect, "create", "-y", *PARTIES, *[word.replace("4401", "4405") for word in PIN[dialect]])
    run(desk, dialect, "undo", last(desk), "-y")


def check(judge, name):
    asked, found = judge.verdict()
    tap.ok(asked, "%s: %d requests were judged" % (name, len(asked)))
    tap.ok(not found, "%s: no violation" % name, "\n".join(found))
    return {prism.operation_of(line) for line in asked}


@tap.case("before the mock")
def _():
    judge = prism.Judge()
    for dialect in ("party", "flat"):
        desk = desks.Desk(judge.url, dialect=dialect)
        single(desk, dialect)
        settings(desk, dialect, heard=False)
        bulk(desk, dialect, EXAMPLES)
        seen = check(judge, dialect + " requests")
        tap.is_(sorted(prism.operations() - seen), [], dialect + ": no operation of the contract is left out")


@tap.case("between the program and the sandbox")
def _():
    for dialect in ("party", "flat"):
        server = sandboxes.Sandbox(dialect=dialect, seed=20)
        judge = prism.Judge(upstream=server.url)
        desk = desks.Desk(judge.url, dialect=dialect)
        single(desk, dialect)
        settings(desk, dialect)
        done = desk.run("import", "-", "--fetch", stdin="\n".join(server.ids()) + "\n")
        tap.is_(done.status, 0, dialect + ": import --fetch")
        run(desk, dialect, "get", "nobody", status=4)
        run(desk, dialect, "update", "-y", "nobody", "duration=3h", status=4)
        run(desk, dialect, "update", "-y", server.ids()[0], "duration=+1h")
        active = [row["id"] for row in desk.json("list", "state:active", "kind:greenpin", "id:gp-")]
        bulk(desk, dialect, active[:3])
        back(desk, dialect, active[:3])
        run(desk, dialect, "refresh")
        run(desk, dialect, "deallocate", "--filter", "state:active", "--confirm=%d" % len(
            desk.json("list", "state:active")))
        seen = check(judge, dialect + " through the proxy")
        tap.is_(sorted(prism.operations() - seen), [], dialect + ": no operation of the contract is left out")


tap.main(deadline=180)
