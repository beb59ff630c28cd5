# The sandbox's bulk update in both dialects: partial success, billing, limits, and the faults of its answers.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import asking  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402

sandboxes.require()
server = sandboxes.Sandbox(seed=2000, bulk_limit=500)


def bulk(body):
    return server.request("PUT", server.path("greenpin"), json=body)


def party(identities, **change):
    change = change or {"usage": "oneway"}
    return {"greenpins": [dict({"greenpin_id": identity}, **change) for identity in identities]}


def flat(identities, **change):
    change = change or {"record": True}
    return [dict({"greenpin_id": identity}, **change) for identity in identities]


def ids(first, count):
    """Living ones: every fiftieth seed from the 17th has expired."""
    return ["gp-%06d" % n for n in range(first, first + 2 * count) if n % 50 != 17][:count]


@tap.case("party, key by key")
def _():
    reply = bulk(party(["gp-000001", "gp-000002"]))
    wanted = asking.example("party-bulk.response")
    tap.is_(list(reply.json), list(wanted), "the members in the example's order")
    tap.is_(reply.json["metadata"], {"failed": 0, "total": 2, "success": 2}, "counted")
    tap.is_(reply.status, 200, "all good: 200")
    tap.is_(reply.json["http_code"], 207, "with the http_code of the example")
    tap.is_([row["data"]["greenpin_id"] for row in reply.json["response"]], ["gp-000001", "gp-000002"],
            "in order")
    tap.is_([row["data"]["usage"] for row in reply.json["response"]], ["oneway", "oneway"], "applied")


@tap.case("partial success is success for the rows that succeeded")
def _():
    body = party(["nobody", "gp-000003", "gp-000004"])
    body["greenpins"][2]["a"] = {"numbers": [asking.A]}
    body["greenpins"][2]["b"] = {"numbers": [asking.A]}
    before = server.stats()
    reply = bulk(body)
    wanted = asking.example("party-bulk-partial.response")
    tap.is_(reply.status, 207, "207")
    tap.is_(reply.json["metadata"], wanted["metadata"], "counted as in the example")
    tap.is_([[row[key] for key in ("success", "status", "code")] for row in reply.json["response"]],
            [[row[key] for key in ("success", "status", "code")] for row in wanted["response"]],
            "row by row")
    tap.is_(reply.json["response"][0]["data"], None, "a failed row names no allocation")
    after = server.stats(ids=True)
    tap.is_([after[key] - before[key] for key in ("update_rows_sent", "updates", "bulk_requests")],
            [3, 1, 1],
            "three sent, one applied")
    tap.is_(after["ids"]["gp-000003"], {"updates": 1, "deletes": 0}, "which is told by id")
    tap.ok("gp-000004" not in after["ids"], "the failed one is not billed here")
    tap.is_(server.get("greenpin", "gp-000004").data["usage"], "oneway" if 4 % 13 == 4 else "twoway",
            "nor changed")


@tap.case("flat, key by key")
def _():
    reply = bulk(flat(["gp-000005", "gp-000006"]))
    tap.is_(asking.keys_of(reply.json), asking.keys_of(asking.example("flat-bulk.response")),
            "as the example")
    reply = bulk(flat(["gp-000005", "nobody"]))
    tap.is_(reply.status, 207, "a failed row: 207")
    tap.is_([row["status"] for row in reply.json["response"]], ["updated", "failed"], "told by status")
    tap.is_(reply.json["response"][1]["code"], 1, "with its code")


@tap.case("rows of both kinds of trouble")
def _():
    reply = bulk(party(["gp-000007", "gp-000007"], deallocation_policy={"duration": "1h"}))
    tap.is_(reply.json["metadata"]["success"], 2, "one allocation twice is updated twice")
    reply = bulk({"greenpins": [7, {"greenpin_id": "gp-000008", "record": True},
                                {"greenpin_id": "gp-000008",
                                                                                "usage": "oneway"}]})
    tap.is_([row["code"] for row in reply.json["response"]], [5, 5, None],
            "what is no row of this dialect fails alone")
    server.request("DELETE", server.path("greenpin", "gp-000009"))
    reply = bulk(party(["gp-000009", "gp-000010"]))
    tap.is_([row["code"] for row in reply.json["response"]], [22, None], "a deallocated one fails alone")
    for body in ({}, {"greenpins": []}, {"greenpins": {}}, [], {"greenpins": [{}], "x": 1}):
        tap.is_(bulk(body).status, 400, "no rows: %r" % (body,))


@tap.case("the limit")
def _():
    tap.is_(bulk(party(ids(100, 500))).json["metadata"]["success"], 500, "as many as are taken")
    before = server.stats()
    asking.refused(bulk(party(ids(100, 501))), 413, 17, "one more")
    tap.is_(server.stats()["updates"], before["updates"], "of which none was applied")


@tap.case("faults of the answer; what was applied stays applied")
def _():
    sent = ids(700, 10)
    for name, build in (("party", party), ("flat", flat)):
        def answered(kind):
            server.fail(kind + ":1")
            before = server.stats()["updates"]
            reply = bulk(build(sent))
            rows = reply.json["response"]
            applied = server.stats()["updates"] - before
            found = [(row["data"] or {}).get("greenpin_id") if name == "party" else row.get("greenpin_id")
                     for row in rows]
            return reply.json, found, applied

        body, found, applied = answered("bulk-shuffle")
        tap.ok(found != sent and sorted(found) == sorted(sent) and applied == 10, name + " shuffled", found)
        body, found, applied = answered("bulk-missing")
        tap.ok(len(found) == 9 and set(found) < set(sent) and applied == 10, name + " one missing", found)
        body, found, applied = answered("bulk-double")
        tap.ok(len(found) == 11 and set(found) == set(sent) and applied == 10, name + " one doubled", found)
        body, found, applied = answered("bulk-surplus")
        tap.ok(len(found) == 11 and len(set(found) - set(sent)) == 1 and applied == 10,
               name + " one too many", found)
        body, found, applied = answered("drop-id")
        tap.ok(found == [None] * 10 and applied == 10, name + " without ids", found)
        body, found, applied = answered("bulk-row-fail")
        tap.ok(len(found) == 10 and applied == 9, name + " one row failed", found)
    server.fail("metadata-lie:1")
    tap.is_(bulk(party(sent)).json["metadata"], {"failed": 10, "total": 10, "success": 0}, "the counts lie")


asking.ends_well(server)
tap.main(deadline=60)
