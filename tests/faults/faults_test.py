# The fault server itself, seen through a bare socket and an honest HTTP client.
# SPDX-License-Identifier: GPL-3.0-or-later
import gzip
import http.client
import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import reactions as do  # noqa: E402
import tap  # noqa: E402
from faults import FaultServer  # noqa: E402


def ask(server, method="GET", path="/v1/x", body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        reply = connection.getresponse()
        return reply, reply.read()
    finally:
        connection.close()


def ask_raw(server, data=b"GET /v1/x HTTP/1.1\r\nHost: h\r\n\r\n", shut=False):
    """All bytes of the answer, and how it ended: close or reset."""
    sock = socket.socket()
    sock.settimeout(10)
    got = b""
    try:
        sock.connect(("127.0.0.1", server.port))
        sock.sendall(data)
        if shut:
            sock.shutdown(socket.SHUT_WR)
        while True:
            more = sock.recv(65536)
            if not more:
                return got, "close"
            got += more
    except (ConnectionResetError, BrokenPipeError):
        return got, "reset"
    finally:
        sock.close()


@tap.case("rules, and what is remembered")
def _():
    server = FaultServer(default=do.answer(404, json={"code": 1}))
    server.on("PUT", r"/greenpin/gp-1$", do.answer(200, json={"n": 1}), times=1)
    server.on("PUT", r"/greenpin/gp-1$", do.answer(503, "", headers={"Retry-After": "1"}), times=1)
    first = ask(server, "PUT", "/v1/tenants/t/greenpin/gp-1", body=b'{"a":1}', headers={"X-Test": "yes"})
    second = ask(server, "PUT", "/v1/tenants/t/greenpin/gp-1", body=b"2")
    third = ask(server, "PUT", "/v1/tenants/t/greenpin/gp-1", body=b"3")
    tap.is_([first[0].status, second[0].status, third[0].status], [200, 503, 404],
            "each rule as often as it says")
    tap.is_(first[1], b'{"n": 1}', "the body")
    tap.is_(second[0].getheader("Retry-After"), "1", "a further header")
    tap.is_(server.count("PUT", "gp-1$"), 3, "counted")
    tap.is_(server.count("GET"), 0, "by method")
    request = server.requests[0]
    tap.is_((request.method, request.path, request.body, request.complete),
            ("PUT", "/v1/tenants/t/greenpin/gp-1", b'{"a":1}', True), "the request as it came")
    tap.is_(request.header("x-test"), "yes", "its headers")
    tap.ok(server.wait_for(3, "PUT", deadline=1), "waiting for what has come")
    tap.ok(not server.wait_for(4, "PUT", deadline=0.05), "and for what does not")


@tap.case("a connection carries several requests")
def _():
    server = FaultServer(default=do.answer(200, "ok"))
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    for _i in range(3):
        connection.request("POST", "/x", body=iter([b"ab", b"c"]), encode_chunked=True,
                           headers={"Transfer-Encoding": "chunked"})
        connection.getresponse().read()
    connection.close()
    tap.is_(server.connections, 1, "one connection")
    tap.is_([request.body for request in server.requests], [b"abc"] * 3, "chunked bodies")


@tap.case("before and during the request")
def _():
    server = FaultServer(default=do.answer(200, "ok"))
    server.on_connect(do.close_now(), do.reset_now(), do.reset_during(9), do.tls_garbage_now())
    tap.is_(ask_raw(server)[0], b"", "closed at once")
    tap.is_(ask_raw(server), (b"", "reset"), "reset at once")
    tap.is_(ask_raw(server, b"PUT /v1/y HTTP/1.1\r\nContent-Length: 5\r\n\r\n12345"), (b"", "reset"),
            "reset during")
    tap.ok(ask_raw(server)[0].startswith(b"\x16\x03\x01"), "bytes that look like TLS")
    tap.is_(ask(server)[1], b"ok", "then as always")
    cut = server.requests[0]
    tap.is_((cut.method, cut.path, cut.complete), ("PUT", "/v1/y", False),
            "the cut request is remembered as cut")


@tap.case("answers that break off")
def _():
    server = FaultServer()
    for reaction in (do.close_after(), do.reset_after(), do.cut_at(30, json={"a": 1}),
                     do.cut_at(0, how="reset"), do.wrong_length(5, '{"a":1}'),
                     do.wrong_length(-3, '{"a":1}')):
        server.on(None, "", reaction, times=1)
    tap.is_(ask_raw(server), (b"", "close"), "closed without an answer")
    tap.is_(ask_raw(server), (b"", "reset"), "reset without an answer")
    tap.is_(len(ask_raw(server)[0]), 30, "cut at byte 30")
    tap.is_(ask_raw(server), (b"", "reset"), "cut at byte 0 by reset")
    try:
        ask(server)
        tap.ok(False, "an honest client sees that bytes are missing")
    except http.client.IncompleteRead as error:
        tap.is_(error.partial, b'{"a":1}', "an honest client sees that bytes are missing")
    tap.is_(ask(server)[1], b'{"a"', "and does not see what stands too many")
    tap.is_(server.problems, [], "no problem in the server")


@tap.case("bodies of every kind")
def _():
    server = FaultServer()
    for reaction in (do.chunked('{"a":1}'), do.gzipped('{"a":1}'), do.nested(100), do.html(), do.huge(3),
                     do.redirect("http://127.0.0.1:1/there"), do.drip("drip", pause=0.001),
                     do.raw(b"\0\1\2")):
        server.on(None, "", reaction, times=1)
    data, _end = ask_raw(server, shut=True)
    wanted = b"".join(b"1\r\n%c\r\n" % c for c in b'{"a":1}') + b"0\r\n\r\n"
    tap.ok(data.endswith(b"\r\n\r\n" + wanted), "chunks of one byte", data)
    reply, body = ask(server)
    tap.is_((reply.getheader("Content-Encoding"), gzip.decompress(body)), ("gzip", b'{"a":1}'), "gzip")
    tap.is_(ask(server)[1].count(b"{"), 100, "nesting")
    tap.like(ask(server)[0].getheader("Content-Type"), "^text/html", "HTML")
    tap.is_(len(ask(server)[1]) >> 20, 3, "so many MiB")
    tap.is_(ask(server)[0].getheader("Location"), "http://127.0.0.1:1/there", "redirect")
    tap.is_(ask(server)[1], b"drip", "drip")
    tap.is_(ask_raw(server), (b"\0\1\2", "close"), "any bytes")


@tap.case("holding back")
def _():
    server = FaultServer(default=do.held(do.answer(200, "late")))
    sock = socket.create_connection(("127.0.0.1", server.port), timeout=0.1)
    sock.sendall(b"GET /v1/x HTTP/1.1\r\n\r\n")
    tap.ok(server.wait_for(1), "the request has come")
    try:
        sock.recv(10)
        tap.ok(False, "no answer yet")
    except TimeoutError:
        tap.ok(True, "no answer yet")
    server.release()
    sock.settimeout(10)
    tap.like(sock.recv(4096).decode(), "200 OK", "the answer when released")
    sock.close()


@tap.case("in front of a real server")
def _():
    real = FaultServer(default=do.answer(207, json={"real": True}, headers={"X-Real": "1"}))
    server = FaultServer(default=do.proxy(real))
    server.on("DELETE", "", do.proxy_then_cut(real, at=20))
    server.on("PATCH", "", do.proxy_edit(real, lambda status, headers, body: (status, headers, body[:-1])))
    reply, body = ask(server, "PUT", "/v1/x?y=1", body=b"whole", headers={"Authorization": "Basic Zg=="})
    tap.is_((reply.status, body, reply.getheader("X-Real")), (207, b'{"real": true}', "1"),
            "passed on and back")
    tap.is_((real.requests[0].path, real.requests[0].body, real.requests[0].header("authorization")),
            ("/v1/x?y=1", b"whole", "Basic Zg=="), "as it came")
    got, end = ask_raw(server, b"DELETE /v1/x HTTP/1.1\r\n\r\n")
    tap.ok(len(got) <= 20 and end == "reset", "cut off by reset", (got, end))
    tap.is_(real.count("DELETE"), 1, "after the real server had it")
    tap.is_(ask(server, "PATCH")[1], b'{"real": true', "an edited answer")
    tap.is_(server.problems + real.problems, [], "no problem in either")


tap.main(deadline=60)
