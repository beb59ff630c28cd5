# The JSON shapes of greendesk's output, checked key by key.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import re

import tap

TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
BULLET = "\u2022"

NoneType = type(None)


def parsed(body):
    """JSON from a text, or the value itself where it is decoded already."""
    return json.loads(body) if isinstance(body, (str, bytes)) else body


def is_time(value):
    return isinstance(value, str) and TIME.match(value) is not None


def all_bullets(value):
    return isinstance(value, str) and value != "" and set(value) == {BULLET}


def _texts(value):
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _maybe(*types):
    def check(value):
        return value is None or (isinstance(value, types) and (bool in types or not isinstance(value, bool)))
    return check


def _party(value):
    return isinstance(value, dict) and sorted(value) == sorted(PARTY) and all(
        check(value[key]) for key, check in PARTY.items())


def _one_of(*values):
    return lambda value: value in values


def _maybe_time(value):
    return value is None or is_time(value)


def _text(value):
    return isinstance(value, str)


def _whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


PARTY = {"numbers": _texts, "vns": _texts, "pin": _maybe(str), "pin_length": _maybe(int)}

ALLOCATION = {
    "id": _text, "kind": _one_of("greenpin", "greenvn"), "tenant": _text, "transaction_id": _maybe(str),
    "a": _party, "b": _party, "usage": _maybe(str),
    "state": _one_of("active", "expired", "deallocated", "unknown"), "state_raw": _maybe(str),
    "ends_at": _maybe_time, "created_at": _maybe_time, "record": _maybe(bool),
    "max_pin_attempts": _maybe(int),
    "call_count": _maybe(int), "custom_field": _maybe(str), "read_at": _maybe_time, "source": _text,
}

COUNTS = {"applied": _whole, "failed": _whole, "unknown": _whole, "skipped": _whole}

ROW = {
    "id": _maybe(str), "outcome": _one_of("applied", "failed", "unknown",
                                          "skipped"), "http_status": _maybe(int),
    "code": _maybe(int), "message": _maybe(str), "advice": _maybe(str), "attempts": _whole,
    "request_id": _maybe(str),
}


def keys(value, shape, name):
    """One point: just the keys of the shape, each of its type."""
    if not isinstance(value, dict):
        return tap.ok(False, name + ": an object", repr(value))
    wrong = [key for key in shape if key not in value] + [key for key in value if key not in shape]
    if wrong:
        return tap.ok(False, name + ": its keys", "missing or too many: %s in %r" % (", ".join(wrong), value))
    bad = ["%s: %r" % (key, value[key]) for key, check in shape.items() if not check(value[key])]
    return tap.ok(not bad, name + ": keys and types", "\n".join(bad))


def allocation(value, name):
    return keys(value, ALLOCATION, name)


def array(value, name, length=None):
    good = isinstance(value, list) and (length is None or len(value) == length)
    return tap.ok(good, name + ": an array", repr(value))


def operation(value, name, kind=None, applied=None):
    """An operation with its rows; `applied` is the count of a whole success."""
    shape = {"operation": _whole, "kind": _one_of("update", "deallocate", "create", "vn"),
             "state": _one_of("done", "running", "paused", "stopped", "interrupted"),
             "counts": lambda counts: isinstance(counts, dict), "rows": lambda rows: isinstance(rows, list)}
    if not keys(value, shape, name):
        return
    keys(value["counts"], COUNTS, name + ": counts")
    for row in value["rows"][:3]:
        keys(row, ROW, name + ": row")
    if kind is not None:
        tap.is_(value["kind"], kind, name + ": kind")
    if applied is not None:
        tap.is_((value["state"], value["counts"]["applied"], sum(value["counts"].values())),
                ("done", applied, applied), name + ": done and all applied")
