# Every request of the contract's examples can be produced by a command: the table names both. They are equal
# up to the order of keys, the completion of numbers, and a pin_length beside a pin.
# SPDX-License-Identifier: GPL-3.0-or-later
import csv
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import reactions as do  # noqa: E402
import tap  # noqa: E402
from faults import FaultServer  # noqa: E402

desks.require()

FOLDER = os.path.join(tap.SRCDIR, "tests", "contract", "examples")
GREENVN = ["--kind", "greenvn"]

# What both rows of party-bulk ask, and its two relatives.
PARTY_VALUES = {"a.vns": "6292134471,6292134464", "a.numbers": "7987686144", "a.pin": "123",
                "b.vns": "6292134465,6292134464", "b.numbers": "9956555625", "b.pin": "234",
                "usage": "twoway", "duration": "1200s"}
PARTY_WORDS = ["%s=%s" % pair for pair in PARTY_VALUES.items()]

# Example, method and path, and the words of the command. A list of dictionaries stands for a file of CSV, and
# the name of an example for its own file.
TABLE = {
    "flat-greenpin-create": ("POST /tenants/acme/greenpin", [
        "create", "a.vns=+914000123456", "a.numbers=+919900123456", "b.numbers=+918800123456", "duration=1h",
        "max_pin_attempts=3", "record=no"]),
    "flat-greenpin-update": ("PUT /tenants/acme/greenpin/gp-1", [
        "update", "gp-1", "b.numbers=+917700123456", "duration=2h", "record=yes",
        "custom_field=order_id=12345&updated=true"]),
    "flat-bulk": ("PUT /tenants/acme/greenpin", ["apply", [
        {"id": "gp_abc123xyz", "b.numbers": "+917700123456", "duration": "7200"},
        {"id": "gp_def456uvw", "record": "true", "custom_field": "campaign=summer_sale"}]]),
    "party-greenpin-create": ("POST /tenants/acme/greenpin", [
        "create", "transaction_id=random_string"] + PARTY_WORDS),
    "party-greenpin-update": ("PUT /tenants/acme/greenpin/gp-1", ["update", "gp-1"] + PARTY_WORDS),
    "party-bulk": ("PUT /tenants/acme/greenpin", ["apply", [
        dict(PARTY_VALUES, id="GREENPIN_ID1"), dict(PARTY_VALUES, id="GREENPIN_ID2")]]),
    "party-greenvn-create": ("POST /tenants/acme/greenvn", [
        "create", *GREENVN, "transaction_id=Sample_Connection", "a.numbers=+919176226528",
        "b.numbers=+918136966620", "a.pin=1234", "b.pin=2345", "strict=false", "pin_code=560041",
        "usage=twoway", "flow_id=441181", "duration=10m"]),
    "party-greenvn-call-party": ("PUT /tenants/acme/greenvn/gvn-1/call-party", [
        "update", "gvn-1", *GREENVN, "a.numbers=+919951234640,+919912345641",
        "b.numbers=+917981234840,+917981234841", "a.pin=12340", "b.pin=2340", "usage=oneway"]),
    "party-greenvn-vn": ("PUT /tenants/acme/greenvn/gvn-1/vn", [
        "vn", "gvn-1", "strict=false", "greenvn=+917205827365", "region=KA", "type=landline"]),
    "settings": ("PUT /tenants/acme/settings", ["settings", "apply", "settings.request.json"])}


def example(name):
    with open(os.path.join(FOLDER, name + ".request.json"), encoding="utf-8") as file:
        return json.load(file)


def alike(value):
    """The value without what may differ: numbers whole, and no pin_length beside a pin."""
    if isinstance(value, dict):
        left_out = {"pin_length"} if "pin" in value else set()
        return {key: alike(item) for key, item in value.items() if key not in left_out}
    if isinstance(value, list):
        return [alike(item) for item in value]
    if isinstance(value, str) and re.fullmatch("[6-9][0-9]{9}", value):
        return "+91" + value
    return value


def server():
    """Knows each allocation that it is asked for, and nothing more of it than its id."""
    front = FaultServer(do.answer(404, "{}"))
    front.on("GET", "/settings", do.answer(json={"success": True, "status": 200, "data": {"common": {}}}))
    for kind in ("greenpin", "greenvn"):
        for identity in ("gp-1", "gvn-1"):
            front.on("GET", "/%s/%s" % (kind, identity), do.answer(json={
                "success": True, "status": 200, "data": {kind + "_id": identity, "state": "active"}}))
    return front


def as_file(desk, rows):
    keys = sorted({key for row in rows for key in row}, key=lambda key: (key != "id", key))
    path = os.path.join(desk.home, "changes.csv")
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, keys)
        writer.writeheader()
        writer.writerows(rows)
    return path


def word(desk, item):
    if isinstance(item, list):
        return as_file(desk, item)
    return os.path.join(FOLDER, item) if item.endswith(".request.json") else item


def produced(name):
    front = server()
    desk = desks.Desk(front.url, dialect=name.split("-")[0] if name != "settings" else "party")
    words = [word(desk, item) for item in TABLE[name][1]]
    done = desk.run("--dry-run", *words)
    tap.is_((done.status, done.err), (0, ""), name + ": the command does it")
    tap.is_(front.count("PUT") + front.count("POST"), 0, name + ": nothing is sent")
    return done.out


@tap.case("the table names every request")
def _():
    ending = ".request.json"
    names = [name[:-len(ending)] for name in os.listdir(FOLDER) if name.endswith(ending)]
    tap.is_(sorted(TABLE), sorted(names), "each example has its command")


@tap.case("each command makes its request")
def _():
    for name, (line, _words) in TABLE.items():
        shown = produced(name).split("\n", 1)
        tap.is_(shown[0], line, name + ": method and path")
        tap.is_(alike(json.loads(shown[1])), alike(example(name)), name + ": the body")


tap.main(deadline=90)
