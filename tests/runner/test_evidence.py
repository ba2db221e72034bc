"""What is known of a run when something went wrong: nothing guessed, nothing lost."""

import json
import os
import shutil
import signal
import subprocess

import pytest
from sqlalchemy import text

from jupyter_mlws.actions.cancel import cancel
from jupyter_mlws.actions.read import log
from jupyter_mlws.records.ids import new_id
from jupyter_mlws.records.run import Reason, RunState
from jupyter_mlws.runner import contact
from jupyter_mlws.runner.absorb import UNREADABLE
from jupyter_mlws.runner.collect import gather
from jupyter_mlws.shim import process
from jupyter_mlws.store import attempts, metrics, news, queue, runs
from jupyter_mlws.store.search import Query, page

TICKING = """
import time
from azureml.core.run import Run
run = Run.get_context()
for i in range(1_000):
    run.log("tick", float(i))
    print(i, flush=True)
    time.sleep(0.01)
"""
WAITING = (
    "import os, time\nprint('ready', flush=True)\nwhile not os.path.exists({!r}): time.sleep(0.01)"
)


@pytest.fixture
def gate(tmp_path):
    """A file that lets a waiting run go on."""
    return tmp_path / "go"


def waiting(bench, until, gate, then="", **asked):
    run = bench.python(f"{WAITING.format(str(gate))}\n{then}", **asked)
    bench.reached(run.id, "Running")
    until(lambda: b"ready" in bench.log(run.id))
    return run


def lives(pid):
    """Whether a process works; one that nobody has buried does not."""
    try:
        with open(f"/proc/{pid}/stat") as stream:
            return stream.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def series(bench, run_id, name):
    with bench.backend.store.read() as tx:
        return [point.value for point in metrics.get(tx, run_id, name).points]


def test_a_new_runner_goes_on_where_the_old_one_was(make_bench, until):
    first = make_bench()
    first.start()
    run = first.python(TICKING + "print('done')\nraise SystemExit(7)", retries=0)
    until(lambda: first.run(run.id).metrics.get("tick", 0) > 50)
    first.close()
    second = make_bench()
    second.start()
    ended = second.ended(run.id, 60)
    assert (ended.state.value, ended.exit_code, ended.attempt) == ("Failed", 7, 1)
    assert series(second, run.id, "tick") == [float(i) for i in range(1_000)]
    whole = log(second.backend, run.id, None, 0, 1 << 20).content
    assert whole.split() == [str(i).encode() for i in range(1_000)] + [b"done"]


def test_what_ended_while_nobody_looked_is_told_as_it_was(make_bench, gate, until):
    first = make_bench()
    first.start()
    ends = [waiting(first, until, gate, f"raise SystemExit({code})").id for code in (0, 7)]
    first.close()
    gate.touch()
    until(lambda: all((first.home(i) / "exit.json").exists() for i in ends))
    second = make_bench()
    at = json.loads((second.home(ends[1]) / "exit.json").read_bytes())["at"]
    second.start()
    good, bad = (second.ended(i) for i in ends)
    assert (good.state.value, bad.state.value, bad.exit_code) == ("Completed", "Failed", 7)
    assert bad.attempts[0].exit.at == at


def test_what_was_admitted_by_a_server_that_died_is_started_once(make_bench, tmp_path):
    """Killed between the row and the start: the next owner starts it."""
    count = tmp_path / "count"
    first = make_bench()
    run = first.submit("sh", "-c", f"echo x >> {count}")
    with first.backend.store.write() as tx:
        admitted = runs.get(tx, run.id)
        launch = first.backend.targets["local"].prepare(admitted)
        now = first.backend.now()
        queue.lease(tx, "dead", [run.id], at=now, ttl_s=3600)
        runs.move(tx, run.id, RunState.PREPARING, at=now, lease="dead")
        attempts.create(tx, admitted, launch.handle, launch.spec["command"], at=now)
        runs.move(tx, run.id, RunState.STARTING, at=now, lease="dead")
    first.close()
    second = make_bench()
    second.start()
    assert second.ended(run.id).state.value == "Completed"
    assert count.read_text() == "x\n"


def test_a_killed_shim_leaves_its_run_alive_and_says_so(running, gate, until, clock):
    run = waiting(running, until, gate)
    shim, command = running.shim(run.id)
    os.kill(shim, signal.SIGKILL)
    until(lambda: running.run(run.id).not_responding_since is not None)
    assert running.run(run.id).state.value == "Running"
    os.kill(command, 0)
    cancel(running.backend, run.id, "ada")
    running.reached(run.id, "Finalizing")
    clock.ahead_s = 20.0
    ended = running.ended(run.id)
    assert (ended.state.value, ended.not_responding_since) == ("Canceled", None)
    assert not lives(command)


def test_who_is_gone_without_a_word_is_lost_after_a_while(running, gate, until, clock):
    run = waiting(running, until, gate)
    for pid in running.shim(run.id):
        os.kill(pid, signal.SIGKILL)
    running.reached(run.id, "Finalizing")
    clock.ahead_s = 14.0
    running.backend.woken()
    assert running.run(run.id).state.value == "Finalizing"
    clock.ahead_s = 16.0
    running.backend.woken()
    ended = running.ended(run.id)
    assert (ended.state.value, ended.reason_code) == ("Failed", Reason.LOST)
    assert "nobody knows" in ended.reason
    assert (ended.exit_code, ended.attempts[0].exit) == (None, None)


def test_a_run_whose_directory_was_removed_is_lost(running, gate, until):
    run = waiting(running, until, gate)
    left = running.shim(run.id)
    shutil.rmtree(running.home(run.id))
    ended = running.ended(run.id)
    for pid in left:  # nobody else finds them without their directory
        os.kill(pid, signal.SIGKILL)
    assert (ended.state.value, ended.reason_code) == ("Failed", Reason.LOST)
    other = running.ended(running.submit("true").id)
    assert other.state.value == "Completed"


def test_what_is_late_becomes_no_other_ending(running, gate, until, clock):
    run = waiting(running, until, gate)
    for pid in running.shim(run.id):
        os.kill(pid, signal.SIGKILL)
    running.reached(run.id, "Finalizing")
    clock.ahead_s = 20.0
    running.backend.woken()
    lost = running.ended(run.id)
    end = {"code": 0, "signal": None, "oom": False, "ended_by": "command", "at": 1.0}
    end |= {"max_rss_bytes": 1, "log_bytes": 0, "events": {}}
    (running.home(run.id) / "exit.json").write_text(json.dumps(end))
    running.ended(running.submit("true").id)
    assert running.run(run.id) == lost


def test_corrupt_and_torn_lines_are_counted_and_passed_over(running, gate, until):
    run = waiting(running, until, gate)
    events = running.home(run.id) / "events"
    good = b'{"k":"metric","at":1000000000,"name":"m","value":%d}\n'
    lines = [
        good % 1,
        b"not json\n",
        b'{"k":"metric","at":1,"na\n',
        b"\xff\xfe\x00\n",
        b"\n",
        b"[1]\n",
        b'{"k":3}\n',
        b'{"k":"metric","name":"m","at":1000000000,"value":2,"step":99999999999999999999}\n',
        good % 3,
        b'{"k":"metric","at":1000000000,"name":"m","va',
    ]
    (events / "1-1-torn.jsonl").write_bytes(b"".join(lines))
    until(lambda: running.run(run.id).metrics.get("m") == 3.0)
    gate.touch()
    assert running.ended(run.id).state.value == "Completed"
    assert series(running, run.id, "m") == [1.0, 3.0]
    with running.backend.store.read() as tx:
        assert news.offsets(tx, run.id, 1)[UNREADABLE] == 7


def test_reading_an_unfinished_line_waits_for_its_end(running, gate, until):
    run = waiting(running, until, gate)
    path = running.home(run.id) / "events" / "1-1-slow.jsonl"
    path.write_bytes(b'{"k":"metric","at":1000000000,"name":"m",')
    target, handle = running.backend.targets["local"], {"dir": str(running.home(run.id))}
    got = gather(target, handle, {})
    assert "events/1-1-slow.jsonl" not in got.read
    with path.open("ab") as file:
        file.write(b'"value":5}\n')
    until(lambda: running.run(run.id).metrics.get("m") == 5.0)
    gate.touch()
    running.ended(run.id)
    assert series(running, run.id, "m") == [5.0]


def test_a_long_line_and_many_lines_are_read_whole(running, gate, until):
    run = waiting(running, until, gate)
    path = running.home(run.id) / "events" / "1-1-long.jsonl"
    long = json.dumps({"k": "tag", "at": 1e9, "key": "long", "value": "x" * (3 << 20)})
    many = "".join(
        json.dumps({"k": "metric", "at": 1e9, "name": "m", "value": float(i)}) + "\n"
        for i in range(20_000)
    )
    path.write_text(f"{long}\n{many}")
    gate.touch()
    ended = running.ended(run.id, 60)
    assert len(ended.tags["long"]) == 250_000
    assert series(running, run.id, "m") == [float(i) for i in range(20_000)]


def test_nobody_writes_into_a_stranger_s_run(running, gate, until):
    stranger = running.ended(running.submit("true").id)
    run = waiting(running, until, gate)
    mine, below = (new_id(running.backend.now()) for _ in range(2))
    said = [
        {"k": "metric", "run": stranger.id, "name": "stolen", "value": 1.0},
        {"k": "tag", "run": stranger.id, "key": "stolen", "value": "x"},
        {"k": "child", "id": stranger.id, "state": "Failed"},
        {"k": "child", "id": stranger.id, "name": "mine now"},
        {"k": "child", "id": new_id(running.backend.now()), "parent": stranger.id},
        {"k": "child", "id": new_id(running.backend.now()), "parent": ["x"]},
        {"k": "child", "id": new_id(running.backend.now()), "parent": {"x": 1}},
        {"k": "child", "id": "../../x"},
        {"k": "child", "id": run.id},
        {"k": "child", "id": run.id, "state": "Completed"},
        {"k": "child", "id": mine, "name": "a child"},
        {"k": "child", "id": mine, "parent": mine},
        {"k": "child", "id": below, "parent": mine},
        {"k": "child", "id": mine, "parent": below},
        {"k": "metric", "run": mine, "name": "own", "value": 2.0},
    ]
    path = running.home(run.id) / "events" / "1-1-child.jsonl"
    path.write_text("".join(json.dumps({"at": 1e9, **one}) + "\n" for one in said))
    until(lambda: running.run(run.id).children == (mine,))
    gate.touch()
    ended = running.ended(run.id)
    assert ended.state.value == "Completed"
    assert running.run(mine).metrics == {"own": 2.0}
    assert (running.run(mine).children, running.run(below).children) == ((below,), ())
    assert {running.run(child).state.value for child in (mine, below)} == {"Completed"}
    assert running.run(stranger.id) == stranger


def test_requests_of_the_wrong_shape_are_refused_and_harm_nobody(running, gate, until):
    run = waiting(running, until, gate, "open('outputs/m', 'w').write('x')")
    asked = {"name": "digits", "path": "outputs/m"}
    said = [
        {"id": "a", "verb": "rm", "arguments": {}},
        {"id": "b", "verb": "register_model", "arguments": {"name": "a/b", "path": "outputs/m"}},
        {"id": "c", "verb": "register_model", "arguments": [1]},
        {"id": "d", "verb": "register_model"},
        {"id": "../../../e", "verb": "register_model", "arguments": asked},
        {"id": "..", "verb": "register_model", "arguments": asked},
        {"id": "", "verb": "register_model", "arguments": asked},
        {"id": ["f"], "verb": "register_model", "arguments": asked},
        {"id": "g", "verb": "register_model", "arguments": {"name": "x", "path": "../exit.json"}},
    ]
    path = running.home(run.id) / "events" / "1-1-ask.jsonl"
    path.write_text("".join(json.dumps({"k": "request", "at": 1e9, **s}) + "\n" for s in said))
    replies = running.home(run.id) / "replies"
    until(lambda: replies.is_dir() and len(list(replies.iterdir())) == 5)
    for reply in replies.iterdir():
        assert json.loads(reply.read_bytes())["error"]["message"]
    gate.touch()
    ended = running.ended(run.id)
    assert ended.state.value == "Completed"
    assert ended.models == ()
    assert ended.outputs


def test_a_silent_shim_is_out_of_contact_until_it_speaks_again(running, gate, until, monkeypatch):
    monkeypatch.setattr(contact, "SILENT_S", 0.5)
    run = waiting(running, until, gate)
    shim, _ = running.shim(run.id)
    os.kill(shim, signal.SIGSTOP)
    until(lambda: running.run(run.id).not_responding_since is not None)
    assert running.run(run.id).state.value == "Running"
    monkeypatch.setattr(contact, "SILENT_S", 60.0)
    os.kill(shim, signal.SIGCONT)
    until(lambda: running.run(run.id).not_responding_since is None)
    gate.touch()
    assert running.ended(run.id).state.value == "Completed"


def test_a_recycled_process_id_gets_no_signal(running, gate, until, clock):
    """The recorded pid is another process's by now: it lives on."""
    run = waiting(running, until, gate)
    pids = running.shim(run.id)
    stranger = subprocess.Popen(["sleep", "60"])
    record = running.home(run.id) / "shim.json"
    known = json.loads(record.read_bytes())
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    known["pid"] = known["command"]["pid"] = stranger.pid
    record.write_text(json.dumps(known))
    cancel(running.backend, run.id, "ada")
    running.reached(run.id, "Finalizing")
    clock.ahead_s = 20.0
    assert running.ended(run.id).state.value == "Canceled"
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


@pytest.mark.parametrize(
    "spec",
    [
        '{"command": ["true"], "priority": "very"}',
        '{"command": []}',
        "[]",
        "{torn",
        "null",
    ],
)
def test_a_row_that_cannot_be_read_is_set_aside_and_the_others_run(bench, spec):
    bad, good = bench.submit("true"), bench.submit("true")
    with bench.backend.store.write() as tx:
        spoil = text("UPDATE runs SET spec = :spec WHERE id = :id")
        tx.execute(spoil, {"spec": spec, "id": bad.id})
    bench.start()
    assert bench.ended(good.id).state.value == "Completed"
    with bench.backend.store.read() as tx:
        (listed,) = (json.loads(bytes(row)) for row in page(tx, Query(state="Failed"))[0])
        last = runs.moves(tx, bad.id)[-1]
    assert (listed["id"], listed["reason_code"]) == (bad.id, "invalid_record")
    assert listed["reason"] == last.sentence


def test_a_shim_that_dies_before_its_first_word_is_not_waited_for_for_ever(bench, clock):
    """Its claim is there, and no word of it: nobody may start the run a second time."""
    run = bench.submit("true")
    home = bench.home(run.id)
    (home / "claim").mkdir(parents=True)
    (home / "spec.json").write_text(json.dumps({"boot_id": process.boot_id()}))
    bench.start()
    bench.reached(run.id, "Starting")
    clock.ahead_s = 61.0
    bench.backend.woken()
    ended = bench.ended(run.id)
    assert (ended.state.value, ended.reason_code) == ("Failed", Reason.LAUNCH_REJECTED)
    assert "did not start" in ended.reason
    assert not (home / "log").exists()


@pytest.mark.parametrize("spec", ["", '{"boot_id": "another"}'])
def test_what_was_claimed_before_a_power_cut_is_lost_with_what_it_had_flushed(bench, clock, spec):
    run = bench.submit("true")
    home = bench.home(run.id)
    (home / "claim").mkdir(parents=True)
    (home / "spec.json").write_text(spec)
    (home / "events").mkdir()
    (home / "events" / "1-1-a.jsonl").write_text('{"k":"metric","at":1,"name":"m","value":7}\n')
    bench.start()
    bench.reached(run.id, "Finalizing")
    clock.ahead_s = 16.0
    bench.backend.woken()
    ended = bench.ended(run.id)
    assert (ended.state.value, ended.reason_code) == ("Failed", Reason.LOST)
    assert ended.metrics["m"] == 7
    assert not (home / "log").exists()
