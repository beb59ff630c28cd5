# What a FaultServer can do to a request: one function per kind of misbehaviour.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each function returns a reaction, a function of one Exchange (faults.py) which returns True where the
connection goes on. Those named ..._now belong to on_connect: nothing has been read then."""

import gzip
import http.client
import json as jsonlib
from http import HTTPStatus

from faults import parse_head


def _head(status, headers):
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unnamed"
    lines = ["HTTP/1.1 %d %s" % (status, phrase)] + ["%s: %s" % pair for pair in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def message(status=200, body=b"", json=None, headers=None, content_type="application/json"):
    """The bytes of a whole, honest answer."""
    if json is not None:
        body = jsonlib.dumps(json)
    if isinstance(body, str):
        body = body.encode()
    lines = [("Content-Type", content_type), ("Content-Length", len(body))]
    return _head(status, lines + list((headers or {}).items())) + body


# Before anything is read.

def close_now():
    def react(_exchange):
        return False
    return react


def reset_now():
    def react(exchange):
        exchange.reset()
        return False
    return react


def reset_during(size):
    """Reset when the first `size` bytes of the request have come; no more than those are remembered."""
    def react(exchange):
        taken = exchange.take(size)
        exchange.reset()
        exchange.server.remember(parse_head(taken))
        return False
    return react


def tls_garbage_now():
    """Answer a TLS hello (or anything) by bytes that are no TLS record."""
    def react(exchange):
        exchange.recv()
        exchange.send(b"\x16\x03\x01\xff\xff" + bytes(range(256)))
        return False
    return react


def never_now():
    """Accept and say nothing until released."""
    def react(exchange):
        exchange.server.released.wait()
        return False
    return react


# After the request was read.

def answer(status=200, body=b"", json=None, headers=None, content_type="application/json"):
    data = message(status, body, json, headers, content_type)

    def react(exchange):
        exchange.send(data)
        return True
    return react


def close_after():
    """Read the request, then end the connection without a word."""
    def react(_exchange):
        return False
    return react


def reset_after():
    def react(exchange):
        exchange.reset()
        return False
    return react


def cut_at(size, data=None, how="close", **of_message):
    """The first `size` bytes of an honest answer, then the end (how: close or reset)."""
    whole = message(**of_message) if data is None else data

    def react(exchange):
        exchange.send(whole[:size])
        if how == "reset":
            exchange.reset()
        return False
    return react


def wrong_length(difference, body, status=200):
    """Content-Length says so many bytes more (or fewer) than come."""
    def react(exchange):
        data = body.encode() if isinstance(body, str) else body
        lines = [("Content-Type", "application/json"), ("Content-Length", len(data) + difference)]
        exchange.send(_head(status, lines) + data)
        return False
    return react


def chunked(body, piece=1, status=200):
    """The body in chunks of `piece` bytes, each in a packet of its own."""
    def react(exchange):
        data = body.encode() if isinstance(body, str) else body
        exchange.send(_head(status, [("Content-Type", "application/json"), ("Transfer-Encoding", "chunked")]))
        for start in range(0, len(data), piece):
            part = data[start:start + piece]
            exchange.send(b"%x\r\n%s\r\n" % (len(part), part))
        exchange.send(b"0\r\n\r\n")
        return True
    return react


def gzipped(body, status=200, asked_or_not=True):
    """The body compressed; with asked_or_not even where the client does not accept that."""
    def react(exchange):
        data = body.encode() if isinstance(body, str) else body
        if asked_or_not or "gzip" in (exchange.request.header("Accept-Encoding") or ""):
            exchange.send(message(status, gzip.compress(data), headers={"Content-Encoding": "gzip"}))
        else:
            exchange.send(message(status, data))
        return True
    return react


def huge(mebibytes, status=200, declared=True):
    """A JSON answer of so many MiB, made while it is sent."""
    def react(exchange):
        start, end, block = b'{"success":true,"data":{"state":"', b'"}}', b"x" * 1048576
        total = len(start) + len(end) + mebibytes * len(block)
        lines = [("Content-Type", "application/json")] + ([("Content-Length", total)] if declared else [])
        exchange.send(_head(status, lines) + start)
        for _ in range(mebibytes):
            exchange.send(block)
        exchange.send(end)
        return False
    return react


def nested(levels, status=200):
    return answer(status, '{"data":' * levels + "null" + "}" * levels)


def html(status=200, text="<!DOCTYPE html><html><body><h1>It works</h1></body></html>"):
    return answer(status, text, content_type="text/html; charset=utf-8")


def redirect(url, status=302):
    return answer(status, "", headers={"Location": url}, content_type="text/plain")


def never():
    """Read the request and answer nothing until released, then end the connection."""
    def react(exchange):
        exchange.server.released.wait()
        return False
    return react


def held(then):
    """Wait to be released, then react by `then`."""
    def react(exchange):
        exchange.server.released.wait()
        return then(exchange)
    return react


def drip(body, pause=0.2, piece=1, status=200):
    """An honest answer, `piece` bytes each `pause` seconds; at once when released."""
    def react(exchange):
        data = message(status, body)
        for start in range(0, len(data), piece):
            exchange.send(data[start:start + piece])
            exchange.server.released.wait(pause)
        return True
    return react


def raw(data):
    """Exactly these bytes, then the end."""
    def react(exchange):
        exchange.send(data)
        return False
    return react


# In front of a real server.

_OF_ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "proxy-connection", "expect"}


def forward(exchange, target):
    """The request at the real server: (status, headers, body) of its answer."""
    request = exchange.request
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=30)
    try:
        headers = {name: value for name, value in request.headers
                   if name.lower() not in _OF_ONE_HOP | {"host", "content-length"}}
        connection.request(request.method, request.path, body=request.body or None, headers=headers)
        reply = connection.getresponse()
        names = [(name, value) for name, value in reply.getheaders()
                 if name.lower() not in _OF_ONE_HOP | {"content-length"}]
        return reply.status, names, reply.read()
    finally:
        connection.close()


def proxy(target):
    """Pass the request on to `target` (anything with a port) and its answer back."""
    return proxy_edit(target, lambda status, headers, body: (status, headers, body))


def proxy_edit(target, edit):
    """Pass on, and let edit(status, headers, body) change the answer."""
    def react(exchange):
        status, headers, body = edit(*forward(exchange, target))
        exchange.send(_head(status, headers + [("Content-Length", len(body))]) + body)
        return True
    return react


def proxy_then_cut(target, at=0, how="reset"):
    """Pass on, so that the server applies it, and send back only the first `at` bytes of its answer."""
    def react(exchange):
        status, headers, body = forward(exchange, target)
        whole = _head(status, headers + [("Content-Length", len(body))]) + body
        exchange.send(whole[:at])
        if how == "reset":
            exchange.reset()
        return False
    return react


def proxy_then_never(target):
    """Pass on, so that the server applies it, and answer nothing until released."""
    def react(exchange):
        forward(exchange, target)
        exchange.server.released.wait()
        return False
    return react
