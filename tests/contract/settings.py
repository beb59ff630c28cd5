# Every setting, set and read back by the shell, through the independent judge before the sandbox.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import prism  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402
from setting_keys import CALLBACKS, PLAIN  # noqa: E402

desks.require()
sandboxes.require()
prism.require()


@tap.case("every setting before the judge")
def _():
    server = sandboxes.Sandbox()
    judge = prism.Judge(upstream=server.url)
    desk = desks.Desk(judge.url)
    sets = [(["%s=%s" % (key, typed)], {key: wire}) for key, (typed, wire) in PLAIN.items()]
    for section, stems in CALLBACKS.items():
        for stem in stems:
            for method in ("GET", "POST", "POST_XML", "POST_JSON"):
                wire = {"%s.%s_event_endpoint" % (section, stem): "https://hooks.example/" + method,
                        "%s.%s_event_method" % (section, stem): method,
                        "%s.%s_event_headers" % (section, stem): '{"content_type": "application/xml"}'}
                sets.append((["%s=%s" % pair for pair in wire.items()], wire))
    for words, wanted in sets:
        desk.json("settings", "set", *words, "-y")
        asked, found = judge.verdict()
        tap.ok(len(asked) == 2 and not found, "%s: read, put, and no violation" % words[0], (asked, found))
    known = desk.json("settings")
    for words, wanted in sets[:len(PLAIN)] + sets[len(PLAIN) + 3::4]:
        got = {key: known[key.split(".")[0]][key.split(".")[1]] for key in wanted}
        tap.is_(got, wanted, "%s: read back" % words[0])
    tap.is_(judge.verdict()[1], [], "no violation in the end")


tap.main(deadline=240)
