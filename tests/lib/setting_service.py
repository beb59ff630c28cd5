# A service that has settings and nothing else, as a test wants them.
# SPDX-License-Identifier: GPL-3.0-or-later
"""service_of({"common": {…}}) has these settings; get=405 offers no reading; after: what a PUT leads to."""

import json

import faults
import reactions


class Service:
    """A service whose settings are what the test says; what it was sent stands in puts."""

    def __init__(self, data, get=200):
        self.data, self.get = data, get
        self.after = None  # what PUT answers instead of doing as asked
        self.puts = []
        self.server = faults.FaultServer(self.react)
        self.url = self.server.url

    def react(self, exchange):
        if exchange.request.method == "GET" and self.get != 200:
            return reactions.answer(self.get, json={"success": False, "status": self.get, "code": None,
                                                    "message": "Method Not Allowed", "data": None})(exchange)
        if exchange.request.method == "PUT":
            body = json.loads(exchange.request.body)
            self.puts.append(body)
            if self.after is not None:
                self.data = self.after
            else:
                for section, keys in body.items():
                    self.data.setdefault(section, {}).update(keys)
        return reactions.answer(json={"success": True, "status": 200, "code": None, "message": None,
                                      "data": self.data})(exchange)


def service_of(data, **more):
    return Service({section: dict(keys) for section, keys in data.items()}, **more)
