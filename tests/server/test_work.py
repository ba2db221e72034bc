"""What the routes do: wait, follow, send files as they are, and act once."""

import asyncio
import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from jupyter_mlws.client import owner
from jupyter_mlws.records.ids import new_id
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import NewRun, RunSpec

EVIL = "<script>parent.document.title='x'</script>"
WRITES = f"""
import os
open("outputs/page.html", "w").write({EVIL!r})
open("outputs/pic.svg", "w").write("<svg onload='x'/>")
open("outputs/bytes.bin", "wb").write(bytes(range(256)))
open("outputs/ä b#?.txt", "w").write("odd")
open("outputs/empty", "w")
os.symlink("/etc/passwd", "outputs/passwd")
print({EVIL!r})
"""


def submit(served, *command, **asked):
    return served.client.submit(NewRun(spec=RunSpec(command=command, **asked)))


@pytest.fixture(scope="module")
def run(served):
    made = submit(served, "python3", "-c", WRITES)
    ended = served.client.wait(made.id)
    assert ended.state.value == "Completed", ended.reason
    return ended


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("files/outputs/page.html", "text/html"),
        ("files/outputs/pic.svg", "image/svg+xml"),
        ("files/outputs/bytes.bin", "application/octet-stream"),
        ("log", "text/plain; charset=utf-8"),
    ],
)
def test_a_user_s_bytes_run_nothing(served, run, path, kind):
    status, headers, body = served.ask("GET", f"runs/{run.id}/{path}")
    assert status == 200
    assert headers["Content-Type"] == kind
    assert headers["X-Content-Type-Options"] == "nosniff"
    policies = headers.get_all("Content-Security-Policy")
    assert len(policies) == 1
    assert policies[0].startswith("sandbox; default-src 'none'")
    assert "allow-" not in policies[0]
    assert body


def test_a_link_out_of_the_run_is_not_an_output(served, run):
    assert "outputs/passwd" not in {f.path for f in served.client.files(run.id)}
    status, _, body = served.ask("GET", f"runs/{run.id}/files/outputs/passwd")
    assert status == 404
    assert b"root:" not in body


def test_a_download_has_the_file_s_own_name(served, run):
    path = f"runs/{run.id}/files/outputs/%C3%A4%20b%23%3F.txt"
    status, headers, body = served.ask("GET", f"{path}?download=1")
    assert (status, body) == (200, b"odd")
    told = headers["Content-Disposition"]
    assert told == "attachment; filename*=UTF-8''%C3%A4%20b%23%3F.txt"


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=250-", 250, 256),
        ("bytes=-6", 250, 256),
        ("bytes=250-9999", 250, 256),
        ("bytes=255-255", 255, 256),
        ("bytes=-9999", 0, 256),
    ],
)
def test_a_part_of_a_file(served, run, asked, start, stop):
    path = f"runs/{run.id}/files/outputs/bytes.bin"
    status, headers, body = served.ask("GET", path, Range=asked)
    assert status == 206
    assert body == bytes(range(start, stop))
    assert headers["Content-Range"] == f"bytes {start}-{stop - 1}/256"
    assert headers["Content-Length"] == str(stop - start)


@pytest.mark.parametrize("asked", ["bytes=256-", "bytes=9-3", "bytes=-0"])
def test_a_part_that_is_not_there_is_416(served, run, asked):
    path = f"runs/{run.id}/files/outputs/bytes.bin"
    status, headers, _ = served.ask("GET", path, Range=asked)
    assert (status, headers["Content-Range"]) == (416, "bytes */256")


@pytest.mark.parametrize("asked", ["bytes=x-y", "lines=1-2", "bytes=1-2,4-5", "bytes=-"])
def test_a_part_that_cannot_be_understood_is_the_whole(served, run, asked):
    status, _, body = served.ask("GET", f"runs/{run.id}/files/outputs/bytes.bin", Range=asked)
    assert (status, len(body)) == (200, 256)


def test_an_empty_file_is_sent(served, run):
    status, headers, body = served.ask("GET", f"runs/{run.id}/files/outputs/empty")
    assert (status, headers["Content-Length"], body) == (200, "0", b"")


def test_a_log_is_read_by_bytes(served, run):
    whole = f"{EVIL}\n".encode()
    status, headers, body = served.ask("GET", f"runs/{run.id}/log?offset=3&limit=5")
    assert (status, body, headers["X-Next-Offset"]) == (200, whole[3:8], "8")
    assert headers["X-Log-Size"] == str(len(whole))
    assert served.ask("GET", f"runs/{run.id}/log?offset=-4")[2] == whole[-4:]
    assert served.ask("GET", f"runs/{run.id}/log?offset=99999")[2] == b""
    assert served.ask("GET", f"runs/{run.id}/log?attempt=2")[0] == 404


async def followed(served, ref, query="", **headers):
    """All that a websocket says: bytes, and the last word."""
    found = owner.read(served.place)
    url = found.url.replace("http", "ws", 1).rstrip("/")
    request = HTTPRequest(
        f"{url}/mlws/api/v1/runs/{ref}/log/follow{query}",
        headers={"Authorization": f"token {found.token}", **headers},
    )
    socket = await websocket_connect(request)
    content, last = b"", None
    while (said := await asyncio.wait_for(socket.read_message(), 30)) is not None:
        if isinstance(said, bytes):
            content += said
        else:
            last = json.loads(said)
    return content, last, socket.close_code


def test_a_log_is_followed_from_its_first_byte_to_its_end(served):
    text = "import time\nfor i in range(100): print(i, flush=True); time.sleep(.005)"
    run = submit(served, "python3", "-c", text)
    content, last, code = asyncio.run(followed(served, run.id))
    assert content.split() == [str(i).encode() for i in range(100)]
    assert (last, code) == ({"end": True}, 1000)
    part, _, _ = asyncio.run(followed(served, run.id, f"?offset={len(content) - 3}"))
    assert part == content[-3:]


def test_following_what_is_not_there_says_so(served):
    content, _, code = asyncio.run(followed(served, "none-1"))
    assert (content, code) == (b"", 4404)


def test_a_long_poll_answers_when_the_run_has_ended(served, tmp_path):
    gate = tmp_path / "go"
    run = submit(served, "sh", "-c", f"while [ ! -e {gate} ]; do sleep 0.02; done")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(served.json, "GET", f"runs/{run.id}?until=ended&wait_s=30")
        status, said = served.json("GET", f"runs/{run.id}?until=ended&wait_s=0")
        assert said["state"] != "Completed"
        assert not answer.done()
        gate.touch()
        status, said = answer.result(30)
    assert (status, said["state"]) == (200, "Completed")


def test_who_waits_for_news_gets_it_and_otherwise_nothing(served):
    rev = served.client.workspace().rev
    assert served.client.changes(rev, 0).subjects == ()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(served.client.changes, rev, 30)
        run = submit(served, "true")
        news = answer.result(30)
    assert f"run:{run.id}" in news.subjects
    assert news.rev > rev


def test_one_key_is_one_action_also_at_the_same_moment(served, run):
    body = {"run": run.id, "path": "outputs/bytes.bin"}
    ready = threading.Barrier(8)

    def register(_):
        ready.wait(30)
        return served.ask("POST", "models/once/versions", body, Idempotency_Key="k1")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(register, range(8)))
    assert {(status, content) for status, _, content in answers} == {(201, answers[0][2])}
    assert [v.version for v in served.client.versions("once")] == [1]
    status, said = served.json(
        "POST", "models/once/versions", {**body, "path": "outputs"}, Idempotency_Key="k1"
    )
    assert (status, said["code"]) == (409, "conflict")
    assert len(served.client.versions("once")) == 1


def test_one_id_is_one_run_also_at_the_same_moment(served):
    body = {"id": new_id(Instant.now()), "spec": {"command": ["true"], "experiment": "once"}}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: served.json("POST", "runs", body), range(24)))
    assert {status for status, _ in answers} == {201}
    assert len({said["id"] for _, said in answers}) == 1
    assert len(served.client.runs(experiment="once").items) == 1


def test_a_page_is_a_part_and_the_cursor_is_the_rest(served):
    for _ in range(5):
        submit(served, "true", experiment="pages")
    first = served.client.runs(experiment="pages", limit=2)
    assert (len(first.items), first.next is None) == (2, False)
    every = [run.number for run in served.client.iter_runs(experiment="pages", limit=2)]
    assert every == [5, 4, 3, 2, 1]


def test_a_name_is_only_a_name_on_the_wire(served):
    name = "<img src=x onerror=alert(1)>"
    text = f"from azureml.core.run import Run\nRun.get_context().log({name!r}, 1.0)"
    run = served.client.wait(submit(served, "python3", "-c", text, name=name).id)
    assert run.state.value == "Completed", run.reason
    status, headers, body = served.ask("GET", f"runs/{run.id}")
    assert headers["Content-Type"].startswith("application/json")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert json.loads(body)["metrics"] == {name: 1.0}
    assert served.client.metric(run.id, name).last == 1.0


def test_how_the_loop_fares_under_load_is_measured(served, capsys):
    """Printed, not judged: how long health waits while runs are listed and packs arrive."""
    for _ in range(20):
        submit(served, "true", experiment="load")
    stop, waits = threading.Event(), []

    def upload():
        while not stop.is_set():
            served.ask("POST", "packs", os.urandom(2 << 20), raw=True)

    def listing():
        while not stop.is_set():
            served.ask("GET", "runs?limit=200")

    threads = [threading.Thread(target=work) for work in (*[upload] * 4, listing)]
    for thread in threads:
        thread.start()
    for _ in range(50):
        began = time.perf_counter()
        assert served.ask("GET", "health", token="")[0] == 200
        waits.append(time.perf_counter() - began)
    stop.set()
    for thread in threads:
        thread.join()
    waits.sort()
    told = f"median {waits[25] * 1e3:.0f} ms, slowest {waits[-1] * 1e3:.0f} ms"
    with capsys.disabled():
        print(f"\nhealth under load: {told}")
