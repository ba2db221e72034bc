"""A browser that is logged in to JupyterLab: cookies, no token. At the owner's, and forwarded."""

import asyncio
import http.cookiejar
import json
import urllib.error
import urllib.parse
import urllib.request

import pytest
from jupyter_server.auth import passwd
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from jupyter_mlws.client import owner
from jupyter_mlws.records.run import NewRun, RunSpec
from tests.ownership.conftest import Lab

EVIL = "http://evil.example"
PATCH = {"description": "seen"}


class JupyterLab(Lab):
    program = "jupyterlab"


class Browser:
    """What a browser knows of a server that it is logged in to."""

    def __init__(self, lab, password=None):
        self.lab = lab
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        self._jar = jar
        if password is None:
            self._open(f"login?token={lab.token}")
        else:
            self._open("login")
            form = {"password": password, "_xsrf": self.xsrf}
            self._open("login", urllib.parse.urlencode(form).encode())

    def _open(self, path, form=None):
        self._opener.open(f"{self.lab.url}{path}", form).read()

    @property
    def xsrf(self):
        return next(cookie.value for cookie in self._jar if cookie.name == "_xsrf")

    @property
    def cookies(self):
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)

    @property
    def origin(self):
        where = urllib.parse.urlsplit(self.lab.url)
        return f"{where.scheme}://{where.netloc}"

    def ask(self, method, path, body=None, **headers):
        status, content = self.lab.ask(method, path, body, token="", Cookie=self.cookies, **headers)
        return status, json.loads(content)

    def follow(self, path, **headers):
        """What a websocket says before it closes."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        where = f"{self.lab.url}mlws/api/v1/{path}".replace("http", "ws", 1)

        async def talk():
            talked = await websocket_connect(HTTPRequest(where, headers=headers))
            said = []
            while (part := await talked.read_message()) is not None:
                said.append(part)
            return said

        return asyncio.run(talk())


@pytest.fixture(params=["token", "password"])
def login(request):
    """What a JupyterLab is started with, and what one types to log in."""
    if request.param == "token":
        return (), None
    return (f"--PasswordIdentityProvider.hashed_password={passwd('open')}",), "open"


@pytest.fixture(params=["owner", "of serve", "of a lab"])
def browser(request, login, servers, root, place, owned, until):
    """Logged in to the owner, or to a JupyterLab that forwards."""
    words, password = login
    if request.param == "of serve":
        servers.serve(place)
        until(owned)
    elif request.param == "of a lab":
        servers.lab(root, kind=JupyterLab)
        until(owned)
    lab = servers.lab(root, *words, kind=JupyterLab)
    until(lambda: lab.ask("GET", "runs")[0] == 200 if password is None else owned())
    owns = until(owned).pid == lab.pid
    assert owns is (request.param == "owner")
    return Browser(lab, password)


@pytest.fixture
def run(place, browser):
    """One that is over and has said a word."""
    client = owner.connect(place, start=False)
    made = client.submit(NewRun(spec=RunSpec(command=("echo", "word"))))
    return client.wait(made.id).id


def test_what_a_browser_may_and_another_s_page_may_not(browser, run):
    """One server each, for they take seconds to start."""
    path = f"runs/{run}"
    assert browser.ask("GET", path)[1]["state"] == "Completed"
    assert browser.ask("GET", path, Origin=browser.origin)[0] == 200

    writes = (("PATCH", path), ("POST", "runs"), ("PUT", "targets/more"), ("DELETE", path))
    for method, where in writes:
        for headers in ({}, {"Origin": browser.origin}, {"X_XSRFToken": "guess"}):
            status, said = browser.ask(method, where, PATCH, **headers)
            assert (status, said["code"]) == (403, "forbidden"), (method, headers, said)
            assert "X-XSRFToken" in said["message"]
            assert said["message"].endswith(".")
        for headers in ({}, {"X_XSRFToken": browser.xsrf}):
            for origin in (EVIL, "null", "http://127.0.0.1:1"):
                status, said = browser.ask(method, where, PATCH, Origin=origin, **headers)
                assert (status, said["code"]) == (403, "forbidden"), (method, headers, said)
                assert said["message"] == "A page of another origin may not ask this server."
    status, said = browser.ask("GET", path, Origin=EVIL)
    assert (status, said["message"]) == (403, "A page of another origin may not ask this server.")
    status, said = browser.ask("GET", path)
    assert not said["description"]

    status, said = browser.ask(
        "PATCH", path, PATCH, Origin=browser.origin, X_XSRFToken=browser.xsrf
    )
    assert (status, said["description"]) == (200, "seen")
    status, said = browser.ask("PATCH", path, {"name": "n"}, X_XSRFToken=browser.xsrf)
    assert (status, said["name"]) == (200, "n")

    follow = f"{path}/log/follow"
    mine = {"Cookie": browser.cookies}
    assert browser.follow(follow, Origin=browser.origin, **mine) == [b"word\n", '{"end":true}']
    for refused in ({"Origin": EVIL, **mine}, {"Origin": "null", **mine}, {"Origin": EVIL}, {}):
        with pytest.raises(HTTPClientError) as error:
            browser.follow(follow, **refused)
        assert error.value.code == 403

    status, said = browser.lab.ask("DELETE", path, token="")
    assert (status, "log in" in said.decode()) == (403, True)
    assert browser.lab.ask("PATCH", path, {"name": "by token"})[0] == 200
    assert browser.lab.ask("PATCH", path, {"name": "far"}, Origin=EVIL)[0] == 200
    token = {"Authorization": f"token {browser.lab.token}"}
    assert browser.follow(follow, **token)[0] == b"word\n"
    assert browser.ask("DELETE", path, X_XSRFToken=browser.xsrf)[0] == 200
