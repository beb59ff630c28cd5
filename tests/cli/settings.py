# Settings by shell commands: every key set, saved, read back and shown; exactly what is sent; answers that
# leave keys out or differ; history, revert, templates for several profiles, roles; no GET; no answer.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import asking  # noqa: E402
import desk as desks  # noqa: E402
import faults  # noqa: E402
import reactions  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402
from setting_keys import CALLBACKS, PLAIN  # noqa: E402
from setting_service import service_of  # noqa: E402

desks.require()
sandboxes.require()

def puts(server):
    """The bodies of all PUTs of settings so far."""
    return [json.loads(request["body"]) if isinstance(request["body"], str) else request["body"]
            for request in server.requests() if request["method"] == "PUT"]


def shown(desk, key):
    section, name = key.split(".")
    return desk.json("settings")[section][name]


@tap.case("every key: set, sent alone with its type, read back, shown")
def _():
    server = sandboxes.Sandbox()
    desk = desks.Desk(server.url)
    for key, (typed, wire) in PLAIN.items():
        section, name = key.split(".")
        desk.json("settings", "set", "%s=%s" % (key if len(name) % 2 else name, typed), "-y")
        tap.is_(puts(server)[-1], {section: {name: wire}}, key + ": the body holds it alone")
        tap.is_(shown(desk, key), wire, key + ": read back")
        outside = server.get("settings").data[section][name]
        tap.is_(outside, [wire] if name == "default_region" else wire, key + ": seen from outside")
    for section, stems in CALLBACKS.items():
        for stem in stems:
            three = {"endpoint": "https://hooks.example/%s" % stem, "method": "POST_JSON",
                     "headers": "application/json"}
            words = ["%s.%s_event_%s=%s" % (section, stem, part, value) for part, value in three.items()]
            desk.json("settings", "set", *words, "-y")
            wire = {"%s_event_%s" % (stem, part): value for part, value in three.items()}
            wire["%s_event_headers" % stem] = '{"content_type": "application/json"}'
            tap.is_(puts(server)[-1], {section: wire}, stem + ": the three are sent")
            desk.json("settings", "set", "%s_event_method=GET" % stem, "-y")
            wire["%s_event_method" % stem] = "GET"
            tap.is_(puts(server)[-1], {section: wire}, stem + ": a changed one brings the other two")
            tap.is_({name: value for name, value in desk.json("settings")[section].items() if name in wire},
                    wire,
                    stem + ": read back")
    table = desk.run("settings")
    tap.ok(all(word in table.out
               for word in ("DE (Germany, +49)", "1800 s (30m)", "MH (Maharashtra and Goa)")),
           "the table says what they mean", table.out)


@tap.case("the example as a template")
def _():
    server = sandboxes.Sandbox()
    desk = desks.Desk(server.url)
    wanted = asking.example("settings.request")
    path = os.path.join(desk.home, "template.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(wanted, file)
    tap.is_(desk.run("settings", "apply", path, "-y").status, 0, "apply: status")
    sent = puts(server)[-1]
    same = {("common", "country"), ("common", "intl_num_sup"), ("common", "timezone"),
            ("common", "default_region")}
    same |= {("greenpin", key) for key in wanted["greenpin"] if "_pin_" in key and "event" not in key}
    expected = {section: {key: value for key, value in keys.items() if (section, key) not in same}
                for section, keys in wanted.items()}
    tap.is_(sent, expected, "all of it is sent but what the server has so already")
    tap.is_(desk.json("settings"), wanted, "and reads back as the example")
    out = os.path.join(desk.home, "out.json")
    desk.run("settings", "export", out)
    with open(out, encoding="utf-8") as file:
        tap.is_(json.load(file), wanted, "export writes the same")
    tap.is_(os.stat(out).st_mode & 0o077, 0, "for its owner alone")
    count = len(puts(server))
    tap.is_(desk.run("settings", "apply", out, "-y").status, 0, "applied again: nothing to do is success")
    tap.is_(len(puts(server)), count, "and nothing is sent")
    answer = json.dumps({"success": True, "status": 200, "data": wanted})
    tap.is_(desk.run("settings", "apply", "-", "-y", stdin=answer).status, 0,
            "an answer of the API serves too")
    tap.is_(len(puts(server)), count, "as that has it so already")
    broken = desk.run("settings", "apply", "-", "-y", stdin=answer[:40])
    tap.ok(broken.status == 2 and "standard input" in broken.err, "half a file is refused", broken)
    tap.is_(desk.run("settings", "diff", out, "now").out.count("\n"), 1,
            "diff of file and now: nothing differs")


@tap.case("refused here, nothing sent")
def _():
    server = sandboxes.Sandbox()
    desk = desks.Desk(server.url)
    endpoint = "greencall_complete_event_endpoint=https://hooks.example/x"
    for words, part in ((["deletion_time=86401"], "not from 0 to 86400"),
                        (["colour=red"], "no setting colour"),
                        (["deletion_time"], "KEY=VALUE"), (["timezone=CET"], "IST or UTC"),
                        (["sms_config=[1]"], "no object"), (["country=XX"], "no country"),
                        ([endpoint], "the method of greenvn.greencall_complete_event_endpoint is not known"),
                        ([endpoint, "greencall_complete_event_method=POST"], "the headers of")):
        done = desk.run("settings", "set", *words, "-y")
        tap.is_(done.status, 2, "%s: status 2" % words[-1])
        tap.ok(part in done.err and len(done.lines) == 1, "%s: one line says why" % words[-1], done.err)
    for words in (["frobnicate"], ["diff", "1"], ["revert", "x"], ["revert", "99"], ["apply", "/nonexistent"],
                  ["diff", "now", "nobody"], ["show", "colour"]):
        tap.is_(desk.run("settings", *words).status, 2, "settings %s: status 2" % " ".join(words))
    tap.is_(desk.run("settings", "set", "deletion_time=1").status, 3, "without a confirmation: status 3")
    shown_request = desk.run("-n", "settings", "set", "deletion_time=1")
    tap.ok(shown_request.status == 0 and '{"common":{"deletion_time":1}}' in shown_request.out,
           "--dry-run shows the request", shown_request)
    tap.is_(puts(server), [], "nothing was sent")


@tap.case("roles and protection")
def _():
    server = sandboxes.Sandbox()
    for role, may in (("support", False), ("account", True), ("on-call", False), ("admin", True),
                      (None, False)):
        desk = desks.Desk(server.url, role=role)
        before = len(puts(server))
        tap.is_(desk.run("settings").status, 0, "%s sees them" % role)
        done = desk.run("settings", "set", "deletion_time=%d" % (before + 7), "-y")
        tap.is_(done.status, 0 if may else 3, "%s %s change them" % (role, "may" if may else "may not"))
        tap.is_(desk.run("settings", "revert", "1", "-y").status, 0 if may else 3, "%s: revert" % role)
        tap.is_(len(puts(server)) - before, 2 if may else 0, "%s: so many were sent" % role)
        trail = desk.json("audit")
        tap.ok(any("common.deletion_time" in row["subject"] or not may for row in trail) and
               any(row["result"].startswith("done" if may else "refused") for row in trail),
               "%s: in the audit trail" % role, trail)
    refused = desks.Desk(server.url).run("-o", "json", "settings", "set", "default_flow_id=flow",
                                         "tag_enabled=true", "-y")
    tap.is_((refused.status, [row["outcome"] for row in refused.json]), (4, ["failed", "failed"]),
            "a refusal by the server: status 4, and no key is said to be done")
    tap.like(refused.err, "422.*code 50", "with status and code")
    desk = desks.Desk(server.url, protect="yes")
    tap.is_(desk.run("settings", "set", "deletion_time=99", "-y").status, 3, "protected: y is not enough")
    tap.is_(desk.run("settings", "set", "deletion_time=99", "--confirm=acme").status, 0,
            "the tenant's name is")


@tap.case("odd answers: left out, lists, integers as text, unknown keys")
def _():
    server = sandboxes.Sandbox("--settings-odd")
    desk = desks.Desk(server.url)
    raw = server.get("settings").data
    known = desk.json("settings")
    unknown = [(section, key) for section in raw
               for key in (raw[section] if isinstance(raw[section], dict) else [])
               if key not in asking.example("settings.request").get(section, {})]
    tap.ok(unknown, "the answer holds unknown keys", raw)
    for section, key in unknown:
        tap.is_(known[section][key], raw[section][key], "%s.%s is shown as it came" % (section, key))
    texts = [(section, key) for section in raw if isinstance(raw[section], dict) for key,
             value in raw[section].items()
             if isinstance(value, str) and value.isdigit() and (section, key) not in unknown
             and key != "default_flow_id"]
    for section, key in texts:
        tap.is_(known[section][key], int(raw[section][key]), "%s.%s came as text" % (section, key))
    missing = [key for key in PLAIN if key.split(".")[1] not in raw.get(key.split(".")[0], {})]
    tap.ok(missing, "the answer leaves keys out")
    tap.is_([shown(desk, key) for key in missing], [None] * len(missing), "what was never reported is null")


@tap.case("the server makes something else of it")
def _():
    service = service_of({"common": {"country": "IN", "timezone": "IST", "deletion_time": 0,
                                     "tag_enabled": "false"}})
    desk = desks.Desk(service.url)
    service.after = {"common": {"country": "IN", "timezone": "IST", "deletion_time": 0,
                                "tag_enabled": "false"}}
    done = desk.run("-o", "json", "settings", "set", "deletion_time=1800", "-y")
    tap.is_(done.status, 4, "the one thing asked was not done: status 4")
    tap.ok("common.deletion_time: asked 1800 s (30m), server has 0 s" in done.err, "and is named", done.err)
    tap.is_([(row["was"], row["asked"], row["now"], row["outcome"]) for row in done.json],
            [(0, 1800, 0, "differs")],
            "in the result too")
    service.after = {"common": dict(service.after["common"], tag_enabled="true")}
    done = desk.run("settings", "set", "deletion_time=1800", "tag_enabled=true", "-y")
    tap.is_(done.status, 1, "one of two: status 1")
    service.after = {"common": {"country": "IN", "timezone": "IST"}}
    done = desk.run("-o", "json", "settings", "set", "deletion_time=60", "-y")
    tap.is_((done.status, [row["outcome"] for row in done.json]), (0, ["not reported"]),
            "an answer that leaves it out says neither")
    tap.is_(shown(desk, "common.deletion_time"), 0, "the last reported value stands")
    tap.like(desk.run("settings", "show", "deletion_time").out, "default; reported 20", "with its time")


@tap.case("someone else's change is shown before saving")
def _():
    service = service_of({"common": {"country": "IN", "timezone": "IST", "deletion_time": 0}})
    desk = desks.Desk(service.url)
    desk.json("settings")
    service.data["common"]["timezone"] = "UTC"
    done = desk.run("settings", "set", "deletion_time=60", "-y")
    tap.is_(done.status, 0, "saved")
    tap.ok("changed by someone else since the last reading: common.timezone  IST → UTC" in done.err,
           "and told",
           done.err)
    tap.is_(service.puts, [{"common": {"deletion_time": 60}}], "and not overwritten")


@tap.case("GET is not offered")
def _():
    service = service_of({"common": {"country": "IN", "timezone": "IST", "deletion_time": 0}}, get=405)
    desk = desks.Desk(service.url)
    tap.is_(desk.run("settings").status, 4, "nothing known yet: status 4")
    done = desk.run("settings", "set", "deletion_time=60", "-y")
    tap.is_((done.status, service.puts), (0, [{"common": {"deletion_time": 60}}]),
            "saving works all the same")
    done = desk.run("-o", "json", "settings")
    tap.is_((done.status, done.json["common"]["deletion_time"]), (0, 60),
            "then its answer is the last snapshot")
    tap.like(done.err, r"does not let the settings be read; these are from 20\d\d-", "and says from when")


@tap.case("history, diff and revert")
def _():
    server = sandboxes.Sandbox()
    desk = desks.Desk(server.url)
    for words in (["deletion_time=60"], ["deletion_time=120", "aparty_tag=x"], ["country=US"]):
        desk.json("settings", "set", *words, "-y")
    desk.json("settings")
    rows = desk.json("settings", "history")
    tap.is_([row["keys"] for row in rows], [["common.country"], ["common.deletion_time", "common.aparty_tag"],
                                            ["common.deletion_time"], []],
            "one for each reading that differed, newest first, with what it changed")
    numbers = [row["snapshot"] for row in rows]
    differ = {row["setting"]: (row["a"], row["b"])
              for row in desk.json("settings", "diff", numbers[2], "now")}
    tap.is_(differ, {"common.country": ("IN", "US"), "common.deletion_time": (60, 120),
                     "common.aparty_tag": ("aparty", "x")}, "diff of two")
    desk.json("settings", "revert", numbers[1], "-y")
    tap.is_(puts(server)[-1], {"common": {"deletion_time": 60, "aparty_tag": "aparty"}},
            "revert sends the inverse of that one")
    desk.json("settings", "revert", numbers[-1], "-y")
    tap.is_(puts(server)[-1], {"common": {"country": "IN", "deletion_time": 0}},
            "of the first: everything since")


@tap.case("one template for several profiles")
def _():
    servers = [sandboxes.Sandbox() for _ in range(3)]
    desk = desks.Desk(servers[0].url)
    desk.write_config(text="\n".join(
        ["[greendesk]", "default_profile = one"] +
        ["[profile %s]\nbase_url = %s\ntenant = %s\naccount_sid = %s\nrole = %s" %
         (name, server.url, tenant, sandboxes.SID, role) for name, server, tenant, role in
         zip(("one", "two", "three"), servers, ("acme", "beta", "gamma"),
             ("admin", "support", "account"))]) + "\n")
    done = desk.run("-o", "json", "-p", "one", "-p", "two,three", "settings", "set", "deletion_time=60", "-y")
    tap.is_(done.status, 1, "one of three may not: status 1")
    tap.is_([(row["profile"], row["setting"], row["outcome"]) for row in done.json],
            [("one", "common.deletion_time", "applied"), ("two", None, "refused"),
             ("three", "common.deletion_time", "applied")], "a result for each")
    tap.is_([len(puts(server)) for server in servers], [1, 0, 1], "and so it was sent")
    third = servers[2]
    tap.is_(third.request("GET", third.path("settings", tenant="gamma")).data["common"]["deletion_time"], 60,
            "to the right tenant")
    tap.is_(desk.json("settings", "diff", "one", "two"),
            [{"setting": "common.deletion_time", "a": 60, "b": 0}],
            "two tenants compared")
    tap.is_(desk.run("-p", "one,two", "list").status, 2, "other commands take one profile")
    tap.is_(desk.run("-p", "one,nobody", "settings", "set", "deletion_time=9", "-y").status, 2,
            "all must be there before the first is touched")
    tap.is_(len(puts(servers[0])), 1, "and none was")


@tap.case("no answer: settled by reading, never sent twice")
def _():
    for fault, outcome, status in (("reset-after", "applied", 0), ("reset-before", "not applied", 5)):
        server = sandboxes.Sandbox()
        desk = desks.Desk(server.url, timeout=1)
        desk.json("settings")
        front = faults.FaultServer(reactions.proxy(server))
        front.on("PUT", r"/settings$", reactions.proxy_then_cut(server, at=0) if fault == "reset-after"
                 else reactions.reset_now(), times=1)
        desk.profile["base_url"] = front.url
        desk.write_config()
        done = desk.run("-o", "json", "settings", "set", "deletion_time=77", "-y")
        tap.ok(done.status == status, fault + ": status", done)
        tap.is_([row["outcome"] for row in done.json], [outcome], fault + ": as reading shows")
        tap.is_(len([r for r in front.requests if r.method == "PUT"]), 1, fault + ": sent once")


tap.main(deadline=240)
