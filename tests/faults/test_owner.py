"""kill -9 of the owner: what was acknowledged is there, what was asked twice is once."""

import json
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from jupyter_mlws.errors import MlwsError, OwnerNotRunning
from jupyter_mlws.records.ids import new_id
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import NewRun, RunSpec

TICKING = """
import os, time
from azureml.core.run import Run
run = Run.get_context()
i = 0
while not os.path.exists({gate!r}):
    run.log("tick", float(i))
    print(i, flush=True)
    i += 1
    time.sleep(0.005)
run.log("last", float(i))
raise SystemExit(7)
"""


def test_the_owner_dies_under_load_and_every_run_is_there_once(own_served):
    """Clients that got no answer ask again, with the same id."""
    acknowledged, stop = set(), threading.Event()

    def work(n):
        sent = []
        while not stop.is_set() and len(sent) < 60:
            new = NewRun(
                id=new_id(Instant.now()),
                spec=RunSpec(command=("true",), experiment=f"e{n}", target="local", priority=n),
            )
            sent.append(new.id)
            while True:
                try:
                    acknowledged.add(own_served.client.submit(new).id)
                    break
                except OwnerNotRunning:
                    continue
        return sent

    with ThreadPoolExecutor(4) as pool:
        working = [pool.submit(work, n) for n in range(4)]
        for _ in range(2):
            seen = len(acknowledged)
            while len(acknowledged) < seen + 30 and not all(one.done() for one in working):
                stop.wait(0.01)
            own_served.kill()
            own_served.start()
        stop.set()
        sent = [run_id for one in working for run_id in one.result(120)]
    stored = [run.id for run in own_served.client.iter_runs()]
    assert len(stored) == len(set(stored))
    assert acknowledged <= set(stored) <= set(sent)
    assert acknowledged == set(sent)
    numbers = [(run.experiment, run.number) for run in own_served.client.iter_runs()]
    assert len(numbers) == len(set(numbers))


def test_a_run_outlives_its_owner(own_served, maker, tmp_path, until):
    gate = tmp_path / "go"
    run = maker.submit("python3", "-c", TICKING.format(gate=str(gate)))
    until(lambda: own_served.client.run(run.id).metrics.get("tick", 0) > 20)
    own_served.kill()
    own_served.start()
    seen = own_served.client.run(run.id)
    assert seen.state.value == "Running"
    until(lambda: own_served.client.run(run.id).metrics["tick"] > seen.metrics["tick"] + 20)
    gate.touch()
    ended = own_served.client.wait(run.id)
    assert (ended.state.value, ended.exit_code, ended.attempt) == ("Failed", 7, 1)
    ticks = [point.value for point in own_served.client.metric(run.id, "tick").points]
    assert ticks == [float(i) for i in range(int(ended.metrics["last"]))]
    log = b"".join(own_served.client.follow_log(run.id))
    assert log.split() == [str(i).encode() for i in range(len(ticks))]


def test_it_ended_while_nobody_was_there(own_served, maker, tmp_path, until):
    gate = tmp_path / "go"
    run = maker.submit("python3", "-c", TICKING.format(gate=str(gate)))
    until(lambda: own_served.client.run(run.id).metrics.get("tick"))
    own_served.kill()
    gate.touch()
    home = own_served.place.state / "runs" / run.id / "1"
    until((home / "exit.json").exists)
    own_served.start()
    ended = own_served.client.wait(run.id)
    assert (ended.state.value, ended.exit_code) == ("Failed", 7)


def test_no_metric_that_was_logged_is_lost_with_its_script(own_served, maker, tmp_path, until):
    """The script says on its side what `log` has returned for, then it is killed."""
    ledger = tmp_path / "ledger"
    text = f"""
import os, time
from azureml.core.run import Run
run = Run.get_context()
said = os.open({str(ledger)!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
for i in range(10**9):
    run.log("m", float(i))
    os.write(said, b"%d\\n" % i)
    time.sleep(0.0002)
"""
    run = maker.submit("python3", "-c", text)
    until(lambda: ledger.exists() and ledger.stat().st_size > 20_000)
    until(lambda: own_served.client.run(run.id).metrics.get("m"))
    record = own_served.place.state / "runs" / run.id / "1" / "shim.json"
    os.kill(json.loads(record.read_bytes())["command"]["pid"], signal.SIGKILL)
    ended = own_served.client.wait(run.id)
    assert (ended.state.value, ended.signal) == ("Failed", 9)
    acknowledged = [float(line) for line in ledger.read_text().splitlines()]
    stored = [point.value for point in own_served.client.metric(run.id, "m").points]
    assert stored[: len(acknowledged)] == acknowledged
    assert len(stored) <= len(acknowledged) + 1


def test_the_owner_is_told_to_end_and_the_runs_go_on(own_served, maker, tmp_path, until):
    gate = tmp_path / "go"
    runs = [
        maker.submit("sh", "-c", f"while [ ! -e {gate} ]; do sleep 0.05; done", experiment="many")
        for _ in range(2)
    ]
    until(lambda: all(own_served.client.run(r.id).state.value == "Running" for r in runs))
    own_served.end()
    assert not (own_served.place.state / "owner.json").exists()
    own_served.start()
    assert {own_served.client.run(r.id).state.value for r in runs} == {"Running"}
    gate.touch()
    assert {own_served.client.wait(r.id).state.value for r in runs} == {"Completed"}


@pytest.mark.parametrize("content", [b"garbage " * 1000, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_store_of_garbage_is_refused_and_left_alone(own_served, maker, content):
    maker.submit("true")
    own_served.end()
    path = own_served.place.state / "store.db"
    for rest in path.parent.glob("store.db-*"):
        rest.unlink()
    path.write_bytes(content)
    with pytest.raises(AssertionError, match="cannot be read as a workspace's store"):
        own_served.start()
    assert path.read_bytes() == content
    assert "Traceback" not in own_served.log.read_text()
    path.unlink()
    own_served.start()
    with pytest.raises(MlwsError):
        own_served.client.run("latest")


def test_a_rotten_content_is_never_handed_out(own_served, maker):
    snapshot = maker.snapshot(train="print('hello')\n" * 50)
    (pack,) = (own_served.place.state / "blobs" / "packs").glob("*/*.pack")
    content = bytearray(pack.read_bytes())
    content[-60] ^= 1
    pack.chmod(0o600)
    pack.write_bytes(content)
    status, headers, body = own_served.ask("GET", f"snapshots/{snapshot}/files/train.py")
    assert status == 500
    assert b"store_broken" in body
    run = own_served.client.submit(NewRun(spec=RunSpec(script="train.py", snapshot=snapshot)))
    ended = own_served.client.wait(run.id)
    assert ended.state.value == "Failed"
    assert "has changed on the workspace's disk" in ended.reason
    assert own_served.client.wait(maker.submit("true").id).state.value == "Completed"
