# The console on a terminal of the test's own, with a sandbox behind it: what a person does with it, in verbs.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stage(seed=60) is a sandbox, a home whose ledger holds its allocations, and start() the console on it."""

import re

import desk as desks
import sandbox as sandboxes
import screen

FOCUS = re.compile("\u2502 \u25b8 .*")


def require():
    screen.require()
    desks.require()
    sandboxes.require()


class Stage:
    def __init__(self, seed=60, options=(), **keys):
        self.server = sandboxes.Sandbox(*options, seed=seed, dialect="party")
        self.desk = desks.Desk(self.server.url, **keys)
        self.known = {}
        done = self.desk.run("import", "-", "--fetch", stdin="\n".join(self.server.ids()) + "\n")
        if done.status != 0:
            raise AssertionError("import --fetch: %r" % (done,))

    def allocations(self):
        """What the server holds, as its data by id, read from outside."""
        if not self.known:
            for identity in self.server.ids():
                self.known[identity] = self.server.get("greenpin", identity).data
        return self.known

    def pick(self):
        """An active allocation with one B number that no other allocation has: (id, data)."""
        everyone = self.allocations()
        parties = [data[party] for data in everyone.values() for party in "ab"]
        numbers = [number for party in parties for number in party.get("numbers") or []]
        for identity, data in everyone.items():
            mine, others = data["b"].get("numbers") or [], data["a"].get("numbers") or []
            alone = len(mine) == 1 and sum(number[-6:] == mine[0][-6:] for number in numbers) == 1
            if data["state"] == "active" and alone and len(others) == 1:
                return identity, data
        raise LookupError("no such allocation among the seeded ones")

    def start(self, *args, rows=24, cols=80, term="xterm-256color", **env):
        return Console([desks.program()] + list(args), env=self.desk.env(**env), rows=rows, cols=cols,
                       term=term, cwd=self.desk.home)


class Console(screen.Screen):
    def ready(self):
        """Until the list is there."""
        self.find("Allocations")
        self.quiet(60)
        return self

    def narrow(self, words, identity):
        """Filter by words, keep the filter; the list then holds just that allocation."""
        self.key("/")
        self.type(words)
        self.wait(" 1 of [0-9,]+ ")
        self.find(identity)
        self.key("<Enter>")
        self.gone("Esc gives back")

    def field(self, label):
        """Go to a field of the form by Tab."""
        for _step in range(24):
            self.quiet(40)
            row = self._focus()
            if row is not None and label in row:
                return
            self.key("<Tab>")
            self.until(lambda lines, row=row: self._focus(lines) != row)
        raise screen.ScreenError("no field %s:\n%s" % (label, self.text()))

    def _focus(self, lines=None):
        """The line of the form that has the focus, None on its buttons."""
        for line in lines if lines is not None else self.lines():
            if FOCUS.search(line):
                return FOCUS.search(line).group(0)
        return None

    def command(self, line):
        """A command behind the colon."""
        self.key(":")
        self.type(line)
        self.key("<Enter>")

    def ask_deallocation(self, question="Yes: y"):
        """Deallocate the row under the cursor, up to the question."""
        self.command("deallocate")
        self.find(question)

    def leave(self):
        """Quit by command; its status."""
        self.command("quit")
        return self.wait_exit()


