"""What an endpoint does when life happens: crashes, hangs, floods, changes."""

import hashlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from jupyter_mlws.errors import Conflict, TargetUnreachable
from jupyter_mlws.scoring import config
from jupyter_mlws.scoring.admin import Admin
from jupyter_mlws.scoring.config import Limits
from tests.scoring.conftest import KEYS, ZEROS, alive, kill, replica_pids, wait_until

ECHO = "def init(): pass\ndef run(data): return {REVISION!r}"
OBEDIENT = """
import ctypes, json, os, time
def init(): pass
def run(data):
    asked = json.loads(data)
    if asked == "exit": os._exit(5)
    if asked == "crash": ctypes.string_at(0)
    if asked == "hang":
        while True: pass
    if asked == "fork":
        child = os.fork()
        if child == 0:
            time.sleep(600)
        return child
    if isinstance(asked, (int, float)): time.sleep(asked)
    return os.getpid()
"""


def ask_in_threads(endpoint, bodies):
    """Ask all at once; the answers, in order."""
    answers = [None] * len(bodies)

    def one(n):
        answers[n] = endpoint.ask(json.dumps(bodies[n]))

    threads = [threading.Thread(target=one, args=(n,)) for n in range(len(bodies))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


class Hammer:
    """Clients that ask without a pause, on connections that live, until told to stop."""

    def __init__(self, endpoint, clients=8):
        self.endpoint = endpoint
        self.statuses = []
        self.bodies = set()
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self.strike) for _ in range(clients)]

    def strike(self):
        headers = {"Authorization": f"Bearer {KEYS[0]}"}
        connection = http.client.HTTPConnection("127.0.0.1", self.endpoint.config.port, timeout=60)
        while not self.stopped.is_set():
            connection.request("POST", "/score", json.dumps({"data": [ZEROS]}), headers)
            response = connection.getresponse()
            self.bodies.add(response.read())
            self.statuses.append(response.status)
        connection.close()

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        wait_until(lambda: len(self.statuses) > 100)
        return self

    def __exit__(self, *_):
        seen = len(self.statuses)
        wait_until(lambda: len(self.statuses) > seen + 100)
        self.stopped.set()
        for thread in self.threads:
            thread.join()


def test_an_update_under_load_fails_no_request(make):
    endpoint = make(ECHO.format(REVISION="old"), sample={"data": [ZEROS]}, instances=2).up()
    (endpoint.folder / "code" / "new.py").write_text(ECHO.format(REVISION="new"))
    with Hammer(endpoint) as hammer:
        assert endpoint.change(revision=2, script="new.py", model="digits:2") == 2
    assert set(hammer.statuses) == {200}
    assert hammer.bodies == {b'"old"', b'"new"'}
    assert endpoint.ask({"data": [ZEROS]})[2] == "new"
    wait_until(lambda: {r["revision"] for r in endpoint.status()["replicas"]} == {2})


def test_a_broken_revision_never_serves_and_the_old_one_goes_on(make):
    endpoint = make(ECHO.format(REVISION="old"), sample={"data": [ZEROS]}).up()
    (endpoint.folder / "code" / "new.py").write_text("def init(): raise OSError('no disk')")
    with Hammer(endpoint) as hammer, pytest.raises(Conflict, match="does not define run"):
        endpoint.change(revision=2, script="new.py")
    assert set(hammer.statuses) == {200} and hammer.bodies == {b'"old"'}
    status = endpoint.status()
    assert (status["state"], status["revision"]) == ("Healthy", 1)
    assert status["revisions"]["2"]["state"] == "Failed"


def test_replicas_come_and_go_under_load(make):
    endpoint = make(ECHO.format(REVISION="old")).up()
    with Hammer(endpoint) as hammer:
        endpoint.change(instances=3)
        assert len(replica_pids(endpoint)) == 3
        endpoint.change(instances=1)
    assert set(hammer.statuses) == {200}
    assert len(replica_pids(endpoint)) == 1


def test_requests_under_way_are_finished_by_the_old_revision(make):
    endpoint = make(OBEDIENT).up()
    old = endpoint.ask("0")[2]
    answers = []
    slow = threading.Thread(target=lambda: answers.append(endpoint.ask("2")))
    slow.start()
    wait_until(lambda: endpoint.status()["replicas"][0]["in_flight"])
    endpoint.change(revision=2)
    assert endpoint.ask("0")[2] != old
    slow.join()
    assert answers[0][0] == 200 and answers[0][2] == old


@pytest.mark.parametrize("how", ["kill", '"exit"', '"crash"'])
def test_a_dead_replica_is_replaced(make, how):
    endpoint = make(OBEDIENT).up()
    before = endpoint.ask("0")[2]
    if how == "kill":
        kill(before)
    else:
        status, _, told = endpoint.ask(how)
        assert (status, told["code"]) == (502, "replica_died")
    wait_until(lambda: replica_pids(endpoint) not in ([], [before]))
    assert endpoint.ask("0")[2] != before
    assert endpoint.status()["replicas"][0]["restarts"] == 1


def test_what_a_dead_replica_had_not_begun_is_done_by_another(make):
    endpoint = make(OBEDIENT, instances=2, limits=Limits(concurrency=8)).up()
    for _ in range(20):
        endpoint.ask("0")  # now it counts as fast, and gets calls ahead
    answers = ask_in_threads(endpoint, ["exit"] + [0.001] * 20)
    statuses = [status for status, _, _ in answers]
    assert statuses[0] == 502 and set(statuses[1:]) == {200}


def test_a_run_that_hangs_is_504_and_its_replica_replaced(make):
    endpoint = make(OBEDIENT, instances=2, limits=Limits(request_timeout_s=1)).up()
    answers = ask_in_threads(endpoint, ["hang", 0, 0, 0])
    assert [status for status, _, _ in answers] == [504, 200, 200, 200]
    wait_until(lambda: any(r["restarts"] for r in endpoint.status()["replicas"]))
    wait_until(lambda: len(replica_pids(endpoint)) == 2)
    wait_until(lambda: "its run() did not return" in endpoint.log)


def test_what_does_not_fit_in_the_queue_is_429(make):
    limits = Limits(concurrency=1, queue=1, queue_timeout_s=30)
    endpoint = make(OBEDIENT, limits=limits).up()
    answers = ask_in_threads(endpoint, [1, 1, 1, 1])
    statuses = sorted(status for status, _, _ in answers)
    assert statuses == [200, 200, 429, 429]
    assert all(h["retry-after"] == "1" for status, h, _ in answers if status == 429)
    assert endpoint.status()["traffic"]["refused"] == 2


def test_who_waits_too_long_is_429(make):
    endpoint = make(OBEDIENT, limits=Limits(queue_timeout_s=0.2)).up()
    assert sorted(a[0] for a in ask_in_threads(endpoint, [2, 2])) == [200, 429]


def test_a_client_that_left_the_queue_is_not_worked_for(make):
    endpoint = make(OBEDIENT).up()
    slow = threading.Thread(target=endpoint.ask, args=("2",))
    slow.start()
    wait_until(lambda: endpoint.status()["replicas"][0]["in_flight"])
    left = http.client.HTTPConnection("127.0.0.1", endpoint.config.port)
    left.request("POST", "/score", '"exit"', {"Authorization": f"Bearer {KEYS[0]}"})
    wait_until(lambda: endpoint.status()["waiting"])
    left.close()
    slow.join()
    assert endpoint.ask("0")[0] == 200
    assert endpoint.status()["replicas"][0]["restarts"] == 0


def test_a_crash_loop_is_said_with_the_last_words(make):
    endpoint = make("import os, sys\ndef init(): sys.exit('out of luck')\ndef run(d): pass").start()
    wait_until(lambda: "crash loop" in (endpoint.status().get("reason") or ""))
    assert endpoint.state() == "Failed" and "out of luck" in endpoint.status()["reason"]


def test_replicas_die_with_a_killed_router_and_the_next_takes_the_port(make):
    endpoint = make(OBEDIENT, instances=2).up()
    pids = replica_pids(endpoint)
    threading.Thread(target=lambda: _ignored(endpoint, '"hang"'), daemon=True).start()
    wait_until(lambda: any(r["in_flight"] for r in endpoint.status()["replicas"]))
    endpoint.kill()
    wait_until(lambda: not any(map(alive, pids)))
    with pytest.raises(TargetUnreachable, match="digits-svc does not answer"):
        endpoint.admin.status()
    assert endpoint.up().ask("0")[0] == 200


def _ignored(endpoint, body):
    try:
        endpoint.ask(body)
    except OSError:
        return


def test_an_end_finishes_what_is_under_way(make):
    endpoint = make(OBEDIENT).up()
    pids = replica_pids(endpoint)
    child = endpoint.ask('"fork"')[2]
    answers = []
    slow = threading.Thread(target=lambda: answers.append(endpoint.ask("1")[0]))
    slow.start()
    wait_until(lambda: endpoint.status()["replicas"][0]["in_flight"])
    endpoint.process.send_signal(signal.SIGTERM)
    assert endpoint.process.wait(20) == 0
    slow.join()
    assert answers == [200]
    assert not any(map(alive, [*pids, child]))
    assert endpoint.log.rstrip().endswith("ended")


def test_the_administrator_can_end_it(make):
    endpoint = make(OBEDIENT).up()
    endpoint.admin.stop()
    assert endpoint.process.wait(20) == 0


def test_a_port_that_is_taken_says_by_whom(make):
    first = make(OBEDIENT).up()
    second = make(OBEDIENT, name="other")
    second.config = replace(second.config, port=first.config.port)
    second.start()
    assert second.process.wait(30) == 98
    assert f"process {first.process.pid} " in second.log


def test_a_configuration_of_another_layout_is_refused(make):
    endpoint = make(OBEDIENT)
    endpoint.config = replace(endpoint.config, layout=2)
    assert endpoint.start().process.wait(30) == 78
    assert "layout" in endpoint.log


def test_keys_change_at_once(make):
    endpoint = make(OBEDIENT).up()
    new = hashlib.sha256(b"new").hexdigest()
    endpoint.config = replace(endpoint.config, key_hashes=(new, endpoint.config.key_hashes[1]))
    config.write(endpoint.folder, endpoint.config)
    endpoint.admin.keys()
    assert [endpoint.ask("0", key)[0] for key in ("new", KEYS[1], KEYS[0])] == [200, 200, 401]


def test_files_and_sockets_are_the_owners_alone(make):
    endpoint = make(OBEDIENT).up()
    for name in ("router.json", "admin.sock"):
        assert (endpoint.folder / name).stat().st_mode & 0o077 == 0


def test_a_deep_folder_has_its_socket_elsewhere(make, tmp_path):
    endpoint = make(OBEDIENT, name="/".join(["a-folder-with-a-long-name"] * 5)).up()
    assert not (endpoint.folder / "admin.sock").exists()
    assert os.path.exists((endpoint.folder / "admin.path").read_text())
    with pytest.raises(TargetUnreachable):
        Admin(tmp_path).status()


def test_the_last_minute_is_counted(make):
    endpoint = make(OBEDIENT).up()
    for body in ("0", "0", "0.05", '"exit"'):
        endpoint.ask(body)
    traffic = endpoint.status()["traffic"]
    assert (traffic["requests"], traffic["errors"]) == (4, 1)
    assert len(traffic["per_second"]) == 60 and sum(traffic["per_second"]) == 4
    assert 0 < traffic["p50_ms"] < traffic["p95_ms"]
    wait_until(lambda: endpoint.status()["replicas"][0]["memory_bytes"])


def test_an_old_interpreter_without_packages_serves_a_script(make):
    old = old_python()
    endpoint = make(OBEDIENT.replace("ctypes, ", ""), python=old).up()
    assert endpoint.ask("0")[0] == 200


def old_python():
    """The oldest interpreter there is, from 3.8 on; at least one without our packages."""
    from pathlib import Path

    for version in ("3.8", "3.9", "3.10"):
        for path in (Path.home() / ".pyenv/versions").glob(f"{version}.*/bin/python"):
            return str(path)
    return str(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}")


def test_two_ends_of_a_log_line_belong_together(make):
    text = "import os\ndef init():\n    os.write(1, b'half'); os.write(2, b' and half\\n')\n"
    endpoint = make(text + "def run(d): os.write(1, b'x' * 200_000)").up()
    wait_until(lambda: "| half and half" in endpoint.log)
    assert endpoint.ask("0")[0] == 200
    wait_until(lambda: endpoint.log.count("x") >= 200_000)


def test_the_process_list_shows_no_secret(make):
    endpoint = make(OBEDIENT, variables={"TOKEN": "hunter2"}).up()
    shown = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True).stdout
    assert str(endpoint.folder) in shown and "hunter2" not in shown
    assert not any(digest in shown for digest in endpoint.config.key_hashes)


def test_bodies_that_wait_may_fill_only_so_much_memory(make):
    limits = Limits(body_bytes=1000, request_timeout_s=30, queue_timeout_s=30)
    endpoint = make("import time\ndef init(): pass\ndef run(d): time.sleep(0.2)", limits=limits)
    answers = ask_in_threads(endpoint.up(), ["x" * 990] * 30)
    assert {status for status, _, _ in answers} == {200, 429}


def test_prints_without_end_are_all_in_the_log(make):
    text = "def init(): pass\ndef run(d):\n    for n in range(200_000): print('line', n)"
    endpoint = make(text).up()
    assert endpoint.ask("0")[0] == 200
    wait_until(lambda: "| line 199999\n" in endpoint.log)
    assert endpoint.log.count("| line ") == 200_000


def test_a_crash_on_the_sample_says_how(make):
    text = "import ctypes\ndef init(): pass\ndef run(d): ctypes.string_at(0)"
    endpoint = make(text, sample={"data": [[1]]}).start()
    wait_until(lambda: endpoint.state() == "Failed")
    assert "sample" in endpoint.status()["reason"] and "SIGSEGV" in endpoint.status()["reason"]


def test_a_failed_change_of_size_changes_nothing(make):
    text = "import os\ndef init():\n    assert not os.path.exists('full'), 'no room'\n"
    endpoint = make(text + "def run(d): return 1").up()
    (endpoint.folder / "code" / "full").touch()
    with pytest.raises(Conflict, match="no room"):
        endpoint.change(instances=3)
    assert endpoint.state() == "Healthy" and len(replica_pids(endpoint)) == 1
    (endpoint.folder / "code" / "full").unlink()
    endpoint.change(instances=3)
    assert len(replica_pids(endpoint)) == 3


def test_an_endpoint_that_never_started_can_be_given_a_better_revision(make):
    endpoint = make("def init(): raise OSError('no')\ndef run(d): pass").start()
    wait_until(lambda: endpoint.state() == "Failed")
    (endpoint.folder / "code" / "new.py").write_text(ECHO.format(REVISION="new"))
    endpoint.change(revision=2, script="new.py")
    assert endpoint.state() == "Healthy" and endpoint.ask("0")[2] == "new"
    wait_until(lambda: [r["revision"] for r in endpoint.status()["replicas"]] == [2])


def test_a_replica_that_loses_its_socket_is_replaced(make):
    text = "import json, os\ndef init(): pass\ndef run(d):\n"
    text += "    if d == '1': os.closerange(3, 100)\n    return os.getpid()"
    endpoint = make(text).up()
    before = endpoint.ask("0")[2]
    assert endpoint.ask("1")[0] == 502
    wait_until(lambda: replica_pids(endpoint) not in ([], [before]))
    assert endpoint.ask("0")[2] != before and not alive(before)
