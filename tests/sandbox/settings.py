# The sandbox's settings endpoint: every key set and read back, what is refused, and the odd answers.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import asking  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402
from asking import refused  # noqa: E402

sandboxes.require()
server = sandboxes.Sandbox()


def put(body, where=None):
    where = where or server
    return where.request("PUT", where.path("settings"), json=body)


@tap.case("defaults")
def _():
    reply = server.get("settings")
    tap.is_(reply.status, 200, "read before anything was set")
    tap.is_(reply.data["common"], {
        "country": "IN", "intl_num_sup": "false", "max_deallocation_time": "170d", "timezone": "IST",
        "deletion_time": 0, "tag_enabled": "false", "aparty_tag": "aparty", "bparty_tag": "bparty",
        "sticky_agent_enabled": "false", "lcr_enabled": "false", "default_region": ["KA"]},
        "the published defaults")
    tap.is_(reply.data["greenpin"], {
        "aparty_pin_length": 4, "bparty_pin_length": 4, "common_pin_length": 4,
        "aparty_pin_enabled": "false",
        "bparty_pin_enabled": "false", "common_pin_enabled": "false"}, "those of GreenPin")


@tap.case("the example, and every key of it read back")
def _():
    sent = asking.example("settings.request")
    reply = put(sent)
    wanted = asking.example("settings.response")
    tap.is_([key for key in reply.json], [key for key in wanted],
            "the envelope's members in the example's order")
    tap.is_(list(reply.data), ["greenvn", "greenpin", "common"], "and the sections")
    sent["common"]["default_region"] = ["KA"]
    tap.is_(reply.data, sent, "PUT answers with everything that was sent, the region as a list")
    tap.is_(server.get("settings").data, sent, "and so does GET")
    reply = put({"common": {"aparty_tag": "rider"}})
    sent["common"]["aparty_tag"] = "rider"
    tap.is_(reply.data, sent, "only the key that is sent changes; all are answered")
    tap.is_(server.request("GET", server.path("settings", tenant="other")).data["common"]["aparty_tag"],
            "aparty",
            "another tenant has its own")


@tap.case("what is refused, and changes nothing")
def _():
    before = server.get("settings").data
    common = [("country", "India"), ("country", "in"), ("intl_num_sup", True), ("intl_num_sup", "yes"),
              ("max_deallocation_time", "171d"), ("max_deallocation_time", "-2"),
              ("max_deallocation_time", 5),
              ("timezone", "CET"), ("deletion_time", 86401), ("deletion_time", -1), ("deletion_time", "0"),
              ("sms_config", "{"), ("sms_config", "[]"), ("aparty_tag", 1), ("colour", "red")]
    for key, value in common:
        refused(put({"common": {key: value}}), 400, 5, "common.%s = %r" % (key, value))
    refused(put({"common": {"default_region": "KARNATAKA"}}), 403, 15, "a region that is none")
    refused(put({"greenvn": {"default_flow_id": "flow"}}), 422, 50, "a flow that is none")
    for value in (0, 10, "4", 4.5, None):
        refused(put({"greenpin": {"aparty_pin_length": value}}), 400, 5, "a PIN length of %r" % (value,))
    three = {"verified_caller_event_endpoint": "https://hooks.example/x",
             "verified_caller_event_method": "POST",
             "verified_caller_event_headers": "{\"content_type\": \"json\"}"}
    for key in three:
        part = {other: value for other, value in three.items() if other != key}
        refused(put({"greenvn": part}), 400, 3, "a callback without its %s" % key.rsplit("_", 1)[1])
    refused(put({"greenvn": dict(three, verified_caller_event_method="PATCH")}), 400, 5,
            "a method that is none")
    refused(put({"greenvn": dict(three, verified_caller_event_headers="{\"content_type\": \"text\"}")}),
            400, 5,
            "a content type that is none")
    for body in ({}, {"common": {}}):
        refused(put(body), 400, 3, "nothing: %r" % body)
    for body in ([], {"other": {"a": "b"}}, {"common": []},
                 {"common": {"timezone": "UTC"}, "greenpin": {"no": "x"}}):
        refused(put(body), 400, 5, "no settings: %r" % (body,))
    tap.is_(server.get("settings").data, before, "all is as before")
    tap.is_(put({"greenvn": three}).status, 200, "the three together are taken")
    tap.is_(put({"common": {"default_region": "XX"}}).data["common"]["default_region"], ["XX"],
            "a region outside of the published ones is taken")


@tap.case("a server that does not tell, and one that tells oddly")
def _():
    own = sandboxes.Sandbox(settings_get="off")
    reply = own.get("settings")
    refused(reply, 405, None, "GET is not supported")
    tap.is_(reply.headers.get("allow"), "PUT", "Allow says so")
    tap.is_(put({"common": {"aparty_tag": "x"}}, own).data["common"]["aparty_tag"], "x",
            "PUT still answers with all")
    own.stop()
    own = sandboxes.Sandbox("--settings-odd")
    data = put(asking.example("settings.request"), own).data
    wanted = asking.example("settings.response")["data"]["greenpin"]
    tap.is_([key for key in data["greenpin"] if not key.startswith("x_")], list(wanted),
            "the keys that the published answer leaves out are left out")
    tap.is_(data["greenpin"]["aparty_pin_length"], "4", "integers come as text")
    tap.ok("insights" in data and any(key.startswith("x_") for key in data["common"]),
           "unknown sections and keys come")
    own.stop()


@tap.case("puts are counted")
def _():
    before = server.stats()
    put({"common": {"bparty_tag": json.dumps({"quote": "\u20b9 \"\\"})}})
    after = server.stats()
    tap.is_(after["settings_puts"] - before["settings_puts"], 1, "one more")
    tap.is_(json.loads(server.get("settings").data["common"]["bparty_tag"]), {"quote": "\u20b9 \"\\"},
            "and a text with quotes comes back as it was")


asking.ends_well(server)
tap.main(deadline=60)
