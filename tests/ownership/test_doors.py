"""Nobody gets in who should not: neither at the owner's, nor through a server that passes on."""

import http.cookiejar
import json
import subprocess
import sys
import urllib.request

import pytest

ROUTES = [
    ("GET", "workspace"),
    ("GET", "runs"),
    ("POST", "runs"),
    ("PATCH", "runs/latest"),
    ("DELETE", "runs/latest"),
    ("GET", "endpoints/a/keys"),
    ("POST", "endpoints"),
    ("PUT", "targets/local"),
]


@pytest.fixture(params=["owner", "forwarder", "none"])
def lab(request, servers, root, until):
    """A server that owns its workspace, one that passes on, one that has none."""
    if request.param == "none":
        return servers.lab(root)
    request.getfixturevalue("place")
    owned = request.getfixturevalue("owned")
    if request.param == "forwarder":
        servers.serve(request.getfixturevalue("place"))
        until(owned)
    made = servers.lab(root)
    until(owned)
    return made


def test_the_doors(lab, root):
    """One server each, for they take seconds to start."""
    for method, path in ROUTES:
        for headers in ({}, {"Authorization": "token wrong"}, {"Cookie": "_xsrf=1"}):
            status, body = lab.ask(
                method, path, {} if method != "GET" else None, token="", **headers
            )
            assert status in (401, 403), (method, path, headers, body)
            assert lab.token not in body.decode()
    status, body = lab.ask("GET", "health", token="")
    assert (status, json.loads(body)["status"]) == (200, "ok")
    status, _ = lab.ask("GET", "health", token="", where="mlws/")
    assert status == 200
    for host in ("evil.example", "127.0.0.1.nip.io", "192.168.evil.example"):
        for path in ("workspace", "health"):
            assert lab.ask("GET", path, Host=host)[0] == 403, (host, path)
    assert lab.ask("GET", "nonesuch")[0] in (404, 405)
    assert lab.ask("BREW", "runs")[0] in (403, 404, 405)
    assert lab.ask("DELETE", "workspace")[0] in (404, 405)


def test_a_logged_in_browser_s_foreign_page_changes_nothing(lab):
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    opener.open(f"{lab.url}login?token={lab.token}").read()
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
    xsrf = next(cookie.value for cookie in jar if cookie.name == "_xsrf")
    assert lab.ask("GET", "health", token="", Cookie=cookies)[0] == 200
    for headers in ({}, {"Origin": "http://evil.example"}, {"Origin": "null"}):
        status, body = lab.ask("POST", "prune", {}, token="", Cookie=cookies, **headers)
        assert status in (403, 404), (headers, body)
    status, body = lab.ask(
        "POST", "runs", {}, token="", Cookie=cookies, X_XSRFToken=xsrf, Origin="http://evil.example"
    )
    assert status in (403, 404), body
    origin = lab.url.removesuffix("/user/ada/")
    status, _ = lab.ask(
        "POST", "runs", {}, token="", Cookie=cookies, X_XSRFToken=xsrf, Origin=origin
    )
    assert status == 422


LIST = """
import sys
from pathlib import Path
from jupyter_mlws.cli.serve import prepared

def patterns(router):
    for rule in router.rules:
        if hasattr(rule.target, "rules"):
            yield from patterns(rule.target)
        else:
            yield getattr(rule.matcher, "regex", rule.matcher)

for pattern in patterns(prepared(Path(sys.argv[1]), 1.0, 0).web_app.default_router):
    print(getattr(pattern, "pattern", pattern))
"""


def test_mlws_serve_has_nothing_but_the_workspace(place, env):
    """With contents, kernels or terminals it would be a remote shell."""
    command = [sys.executable, "-c", LIST, str(place.root)]
    done = subprocess.run(command, capture_output=True, text=True, env=dict(env), check=True)
    found = done.stdout.split()
    assert any("login" in pattern for pattern in found)
    for word in ("contents", "kernel", "terminal", "session", "files", "nbconvert", "shutdown"):
        assert not [pattern for pattern in found if word in pattern], word
