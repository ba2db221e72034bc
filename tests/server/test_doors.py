"""Who comes in: nobody without a token, no other site, no other host, no other path."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from jupyter_mlws.client import owner
from jupyter_mlws.server import policy, routes

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW")
HOSTS = [
    "evil.example",
    "127.0.0.1.nip.io",
    "localhost.evil.example",
    "192.168.1.1",
    "0.0.0.0",
    "[fc00::1]",
    "",
]
UP = ["..", "%2e%2e", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e%2fstore.db", "....//", "..%5c", "%00"]


def filled(path, word="latest"):
    """A route with a word in the place of each parameter."""
    for name in ("id", "name", "version", "which", "other", "path"):
        path = path.replace(f"{{{name}}}", word)
    return path


@pytest.mark.parametrize("token", ["", "wrong"], ids=["none", "wrong"])
def test_no_route_answers_without_a_token(served, token):
    for path in [*routes.ROUTES, "nothing/like/this"]:
        for method in METHODS:
            status, _, body = served.ask(method, filled(path), token=token)
            assert status in (401, 403, 405), (method, path, status, body)
            assert served.place.id.encode() not in body


def test_a_token_in_the_url_or_a_cookie_opens_nothing(served):
    token = owner.read(served.place).token
    for status, _, _ in (
        served.ask("GET", f"runs?token={token}", token=""),
        served.ask("GET", "runs", token="", Cookie=f"token={token}"),
        served.ask("GET", f"runs?Authorization=token%20{token}", token=""),
    ):
        assert status in (401, 403)


def test_health_alone_is_public_and_says_nothing_of_the_work(served):
    status, said = served.json("GET", "health", token="")
    assert status == 200
    assert set(said) <= {"status", "version", "workspace", "detail"}


def test_every_method_of_every_route_has_a_row_and_every_row_a_route():
    held = {
        (method, path)
        for path, handler in routes.ROUTES.items()
        for method in routes.METHODS
        if method.lower() in vars(handler)
    }
    assert held <= set(policy.NEEDED)
    for resource, action in policy.NEEDED.values():
        assert resource.startswith("jupyter_mlws:")
        assert action in ("read", "write", "execute")


def test_a_route_without_a_row_does_not_load(monkeypatch):
    monkeypatch.setitem(routes.ROUTES, "secrets", routes.ROUTES["runs"])
    with pytest.raises(LookupError, match="secrets has no row"):
        routes.handlers("/")


def test_a_method_that_a_route_has_not_is_refused(served):
    for method, path in (("DELETE", "runs"), ("PUT", "runs/latest"), ("PATCH", "packs")):
        status, _, _ = served.ask(method, path, {})
        assert status == 405


@pytest.mark.parametrize("host", HOSTS)
def test_another_host_gets_nothing(served, host):
    """As a name that was bound to this machine by another's DNS."""
    for path in ("runs", "runs/latest/log/follow"):
        status, _, body = served.ask("GET", path, Host=host)
        assert status in (400, 403), (path, status)
        assert b"items" not in body


def test_a_page_of_another_site_cannot_write(served):
    """A browser sends a cookie, its origin, and no token: whatever the body's type."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json"):
        for origin in ("https://evil.example", "null", "http://127.0.0.1:1"):
            status, _, _ = served.ask(
                "POST",
                "runs",
                {"spec": {"command": ["true"]}},
                token="",
                Origin=origin,
                Content_Type=kind,
                Cookie="_xsrf=guess",
            )
            assert status in (401, 403, 404)
    assert served.client.runs().items == ()


def test_a_websocket_needs_a_token(served):
    hands = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec_WebSocket_Version": "13",
    }
    for origin in ("https://evil.example", "null"):
        status, _, _ = served.ask("GET", "runs/latest/log/follow", token="", Origin=origin, **hands)
        assert status in (401, 403)
    status, _, _ = served.ask("GET", "runs/latest/log/follow", token="", **hands)
    assert status in (401, 403)


@pytest.mark.parametrize("word", UP)
def test_no_path_leads_out(served, word):
    for path in routes.ROUTES:
        if "{" not in path:
            continue
        for method in ("GET", "DELETE"):
            status, _, body = served.ask(method, filled(path, word))
            assert status in (400, 404, 405, 422), (method, path, status, body)
            assert b"root:" not in body
            assert b"SQLite" not in body
            assert b"Traceback" not in body


def test_an_answer_says_nothing_of_the_inside(served):
    for path in ("runs/latest", "runs/x", "models/x/versions", "endpoints/x", "nothing"):
        status, headers, body = served.ask("GET", path)
        assert status == 404
        assert b"Traceback" not in body
        assert b"sqlalchemy" not in body.lower()
        assert owner.read(served.place).token.encode() not in body + str(headers).encode()


def test_the_owner_s_files_are_for_its_user_alone(served):
    state = served.place.state
    assert state.stat().st_mode & 0o777 == 0o700
    for name in ("owner.json", "keys/workspace", "poke"):
        assert (state / name).stat().st_mode & 0o077 == 0, name
    found = owner.read(served.place)
    assert urlsplit(found.url).hostname == "127.0.0.1"


def test_nobody_listens_on_another_address(served):
    """Every socket of the server is bound to the loopback interface."""
    inodes = set()
    for link in Path(f"/proc/{served.process.pid}/fd").iterdir():
        name = os.readlink(link)
        if name.startswith("socket:["):
            inodes.add(name[8:-1])
    listening = [
        words[1].partition(":")[0]
        for table in ("tcp", "tcp6")
        for words in map(str.split, Path(f"/proc/net/{table}").read_text().splitlines()[1:])
        if words[3] == "0A" and words[9] in inodes
    ]
    assert listening
    assert set(listening) <= {"0100007F"}
