"""Nobody gets in who should not: neither at the owner's, nor through a server that passes on."""

import json

import pytest

from jupyter_mlws.client import owner

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
    import http.cookiejar
    import urllib.request

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


def test_mlws_serve_has_nothing_but_the_workspace(servers, place):
    owner.connect(place)
    found = owner.read(place)
    client = owner.connect(place, start=False)
    prefix = found.url
    import urllib.error
    import urllib.request

    for path in (
        "api/contents",
        "api/kernels",
        "api/terminals",
        "files/a",
        "api/sessions",
        "api/shutdown",
    ):
        request = urllib.request.Request(
            f"{prefix}{path}", headers={"Authorization": f"token {found.token}"}
        )
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=30)
        assert caught.value.code in (403, 404)
    assert client.workspace().id == place.id
