"""The wire: errors come back as they were, lost connections go unnoticed, names are safe."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from jupyter_mlws import errors
from jupyter_mlws.client import connection, evidence
from jupyter_mlws.client.client import Client
from jupyter_mlws.client.connection import Address
from jupyter_mlws.records.run import NewRun, RunSpec

RUN = {
    "id": "0" * 26,
    "experiment": "digits",
    "number": 1,
    "kind": "script",
    "state": "Queued",
    "state_since": "2030-01-01T00:00:00.000Z",
    "target": "local",
    "priority": 0,
    "spec": {"script": "a.py"},
    "parameters": {},
    "created_at": "2030-01-01T00:00:00.000Z",
    "created_by": "ada",
}


class Server(ThreadingHTTPServer):
    """Answers what the test lays down, in order; keeps what it was asked."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked, self.answers, self.peers = [], [], set()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/base/"

    def handle_error(self, *_):
        """A connection that is cut on purpose is no news."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size) if size else b""
        self.server.peers.add(self.client_address)
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        if self.path.endswith("silence"):
            self.rfile.read(1)  # until the other side has had enough
            return
        answer = self.server.answers.pop(0) if self.server.answers else (200, b"{}")
        if answer == "cut":
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        status, content = answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_DELETE = do

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    made = Server()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def client(server):
    made = Client.remote(server.url, "secret")
    yield made
    made.close()


def kinds(kind=errors.MlwsError):
    return [kind, *(deeper for below in kind.__subclasses__() for deeper in kinds(below))]


@pytest.mark.parametrize(
    "kind", [k for k in kinds() if k is not errors.OwnerNotRunning], ids=lambda k: k.code
)
def test_what_the_server_raised_is_raised_again(server, client, kind):
    problem = {"code": kind.code, "message": "It is so.", "field": "spec.script"}
    server.answers.append((409, json.dumps(problem).encode()))
    with pytest.raises(kind, match=r"It is so\.") as caught:
        client.health()
    assert type(caught.value) is kind
    assert caught.value.field == "spec.script"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, errors.Unauthorized), (403, errors.Forbidden), (404, errors.NotFound)],
)
def test_another_server_s_refusal_is_understood(server, client, status, kind):
    server.answers.append((status, b"<html>no</html>"))
    with pytest.raises(kind, match=str(status)):
        client.health()


def test_a_write_is_sent_again_with_the_same_key_and_id(server, client):
    server.answers += ["cut", "cut", (201, json.dumps(RUN).encode())]
    client.submit(NewRun(spec=RunSpec(script="a.py")))
    sent = [(headers["Idempotency-Key"], body) for _, _, headers, body in server.asked]
    assert len(sent) == 3
    assert len(set(sent)) == 1
    assert json.loads(sent[0][1])["id"]


def test_a_lost_owner_is_looked_for_anew(server):
    addresses = [
        Address(url="http://127.0.0.1:9/", token="old"),
        Address(url=server.url, token="new"),
    ]
    client = Client(lambda: addresses.pop(0))
    server.answers.append((200, b'{"status": "ok", "version": "1"}'))
    assert client.health().status == "ok"
    assert server.asked[0][2]["Authorization"] == "token new"


def test_a_server_that_has_no_owner_just_now_is_asked_again(server, client):
    none = json.dumps({"code": "owner_not_running", "message": "Wait."}).encode()
    server.answers += [(503, none), (200, b'{"status": "ok", "version": "1"}')]
    assert client.health().version == "1"


def test_nobody_there_is_said_after_a_while(monkeypatch):
    monkeypatch.setattr(connection, "TRIES_S", 0.0)
    with pytest.raises(errors.OwnerNotRunning, match="does not answer"):
        Client.remote("http://127.0.0.1:9/", "").health()


def test_a_pack_is_not_sent_twice(server, client):
    server.answers.append("cut")
    with pytest.raises(errors.OwnerNotRunning):
        client.send(iter([b"a", b"b"]))
    assert len(server.asked) == 1


def test_a_model_is_not_asked_twice(server, client):
    server.answers.append("cut")
    with pytest.raises(errors.OwnerNotRunning):
        client.invoke("digits", {"data": [[1]]})
    assert len(server.asked) == 1


def test_an_answer_that_takes_too_long_is_not_asked_for_again(server, client, monkeypatch):
    monkeypatch.setattr(connection, "PATIENCE_S", 0.1)
    with pytest.raises(errors.Busy, match="still be at work"):
        client.connection.write("POST", "silence", dict)
    assert len(server.asked) == 1


@pytest.mark.parametrize("name", ["../x", "..", ".", "a/b", "a?b=c", "a#b", "ä ö", "%2e", "a\nb"])
def test_a_name_is_one_segment_whatever_is_in_it(server, client, name):
    server.answers.append((404, b'{"code": "not_found", "message": "No."}'))
    with pytest.raises(errors.NotFound):
        client.endpoint(name)
    path = server.asked[0][1].removeprefix("/base/mlws/api/v1/endpoints/")
    assert not set("/?#") & set(path)
    assert path not in (".", "..")


def test_what_is_asked_of_a_list_is_quoted(server, client):
    server.answers.append((200, b'{"items": []}'))
    client.runs(filter="metric.a&b=1", experiment=None, archived=True)
    query = server.asked[0][1].partition("?")[2]
    assert query == "filter=metric.a%26b%3D1&archived=true&limit=100"


def test_a_long_list_is_read_page_by_page(server, client):
    pages = [{"items": [RUN], "next": "b"}, {"items": [RUN, RUN]}]
    server.answers += [(200, json.dumps(page).encode()) for page in pages]
    assert len(list(client.iter_runs(experiment="digits"))) == 3
    assert "cursor=b" in server.asked[1][1]


def test_one_thread_keeps_its_connection(server, client):
    for _ in range(3):
        server.answers.append((200, b'{"status": "ok", "version": "1"}'))
        client.health()
    assert len(server.peers) == 1


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", ""])
def test_a_download_stays_in_its_folder(tmp_path, path):
    with pytest.raises(errors.Invalid, match="leads out"):
        evidence.save(iter([b"x"]), tmp_path / "to", path)
    assert list(tmp_path.rglob("*")) == []


def test_a_download_that_breaks_off_leaves_nothing(tmp_path):
    def broken():
        yield b"half"
        raise errors.OwnerNotRunning("It is gone.")

    with pytest.raises(errors.OwnerNotRunning):
        evidence.save(broken(), tmp_path, "a/b")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_that_ends_too_early_is_not_whole(server, client):
    listener = socket.create_server(("127.0.0.1", 0))

    def half():
        peer, _ = listener.accept()
        peer.recv(65536)
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        peer.close()

    threading.Thread(target=half, daemon=True).start()
    client = Client.remote(f"http://127.0.0.1:{listener.getsockname()[1]}/", "")
    with pytest.raises(errors.OwnerNotRunning, match="lost"):
        b"".join(client.file("latest", "outputs/a"))
    listener.close()


def test_a_partial_download_is_not_mistaken_for_the_file(tmp_path):
    assert evidence.save(iter([b"a", b"b"]), tmp_path, "x/y").read_bytes() == b"ab"
    assert Path(tmp_path, "x", "y.part").exists() is False
