"""A run's life: from the queue to its end, whatever happens on the way."""

import os
import sys
from hashlib import sha256

import pytest

from jupyter_mlws.actions.cancel import cancel
from jupyter_mlws.actions.read import log
from jupyter_mlws.records.run import Reason
from jupyter_mlws.store import targets

STUBBORN = "trap '' TERM; echo ready; while :; do sleep 0.05; done"
ROAD = ["Queued", "Preparing", "Starting", "Running", "Finalizing"]


def spoken(bench, until, run, word=b"ready"):
    until(lambda: bench.home(run.id).joinpath("log").exists() and word in bench.log(run.id))


@pytest.mark.parametrize(
    ("command", "state", "code", "signal", "reason"),
    [
        ("exit 0", "Completed", 0, None, None),
        ("exit 7", "Failed", 7, None, Reason.EXIT_NONZERO),
        ("kill -SEGV $$", "Failed", None, 11, Reason.KILLED),
        ("kill -9 $$", "Failed", None, 9, Reason.KILLED),
    ],
)
def test_it_ends_as_its_command_ended(running, command, state, code, signal, reason):
    run = running.ended(running.submit("sh", "-c", command).id)
    assert (run.state.value, run.exit_code, run.signal) == (state, code, signal)
    assert run.reason_code is reason
    assert running.moves(run.id) == [*ROAD, state]
    assert run.attempts[0].exit.code == code


def test_its_log_events_and_outputs_are_kept(running):
    text = """
import os, sys
from azureml.core.run import Run
run = Run.get_context()
for i in range(100):
    run.log("loss", 1 / (i + 1))
run.tag("stage", "dev")
print("out"); print("err", file=sys.stderr)
open("outputs/model.bin", "wb").write(b"m" * 1000)
"""
    run = running.ended(running.python(text, parameters={}).id)
    assert run.state.value == "Completed", run.reason
    assert run.metrics["loss"] == 0.01
    assert run.tags["stage"] == "dev"
    assert [(f.path, f.size_bytes) for f in run.outputs] == [("outputs/model.bin", 1000)]
    part = log(running.backend, run.id, None, 0, 1000)
    assert sorted(part.content.split()) == [b"err", b"out"]
    assert (part.size_bytes, run.log_bytes) == (8, 8)
    assert not (running.home(run.id) / "code").exists()
    assert run.machine["host"] == os.uname().nodename


def test_a_command_that_is_not_there_is_named(running):
    run = running.ended(running.submit("/no/such/python", "train.py").id)
    assert (run.state.value, run.reason_code) == ("Failed", Reason.LAUNCH_REJECTED)
    assert "/no/such/python" in run.reason


def test_a_file_that_the_ignore_rules_left_out_is_explained(running):
    run = running.python("open('data/train.csv')", ignored=("data/",))
    ended = running.ended(run.id)
    assert "ignore rules left out" in ended.reason
    assert "--input data=PATH" in ended.reason


def test_it_is_stopped_at_its_limit(running):
    run = running.ended(running.submit("sleep", "60", max_duration_s=0.5).id)
    assert (run.state.value, run.reason_code) == ("Failed", Reason.TIMEOUT)
    assert "0.5 s" in run.reason


def test_it_is_tried_again_as_often_as_asked(running, tmp_path):
    count = tmp_path / "count"
    script = f"echo x >> {count}; [ $(wc -l < {count}) = 3 ]"
    run = running.ended(running.submit("sh", "-c", script, retries=5).id)
    assert (run.state.value, run.attempt, run.exit_code) == ("Completed", 3, 0)
    assert [a.exit.code for a in run.attempts] == [1, 1, 0]
    assert count.read_text() == "x\n" * 3


def test_it_is_not_tried_again_when_it_was_right_or_too_often(running):
    ok = running.submit("true", retries=3)
    bad = running.submit("false", retries=1)
    assert running.ended(ok.id).attempt == 1
    ended = running.ended(bad.id)
    assert (ended.state.value, ended.attempt) == ("Failed", 2)


def test_a_cancel_ends_the_whole_tree(running, until):
    marker = f"mark-{os.urandom(8).hex()}"
    script = (
        "import os, subprocess, sys, time\n"
        f"words = [sys.executable, '-c', 'import time; time.sleep(300)', '{marker}']\n"
        "subprocess.Popen(words)\n"
        "subprocess.Popen(words, start_new_session=True)\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        os.execv(sys.executable, words)\n"
        "    os._exit(0)\n"
        "print('ready', flush=True)\n"
        "time.sleep(300)\n"
    )
    run = running.python(script)
    spoken(running, until, run)
    until(lambda: len(marked(marker)) >= 3)
    assert cancel(running.backend, run.id, "bob").state.value == "CancelRequested"
    ended = running.ended(run.id)
    assert (ended.state.value, ended.reason) == ("Canceled", "Canceled by bob.")
    until(lambda: not marked(marker), 5)


def marked(word):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as stream:
                words = stream.read().split(b"\0")
        except OSError:
            continue
        if word.encode() in words:
            found.append(pid)
    return found


def test_daemons_that_a_run_leaves_behind_end_with_it(running, until):
    marker = f"mark-{os.urandom(8).hex()}"
    script = (
        "import os, sys\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        words = [sys.executable, '-c', 'import time; time.sleep(300)', MARK]\n"
        "        os.execv(sys.executable, words)\n"
        "    os._exit(0)\n"
        "os.wait()\n"
    ).replace("MARK", repr(marker))
    run = running.ended(running.python(script).id)
    assert run.state.value == "Completed", run.reason
    until(lambda: not marked(marker), 5)


def test_who_ignores_the_asking_is_killed_after_the_grace(make_bench, t0, until):
    bench = make_bench()
    with bench.backend.store.write() as tx:
        targets.attach(tx, "local", "local", {"grace_s": 0.5}, at=t0, by="ada")
    bench.backend.close()
    bench = make_bench()
    bench.start()
    run = bench.submit("sh", "-c", STUBBORN)
    spoken(bench, until, run)
    cancel(bench.backend, run.id, "ada")
    assert bench.ended(run.id).state.value == "Canceled"


def test_a_cancel_after_the_end_and_a_second_cancel_change_nothing(running, until):
    run = running.ended(running.submit("true").id)
    assert cancel(running.backend, run.id, "ada").state.value == "Completed"
    long = running.submit("sh", "-c", "echo ready; sleep 60")
    spoken(running, until, long)
    first = cancel(running.backend, long.id, "ada")
    assert cancel(running.backend, long.id, "bob") == first
    assert running.ended(long.id).reason == "Canceled by ada."


def test_a_canceled_run_is_not_tried_again(running, until):
    run = running.submit("sh", "-c", "trap 'exit 3' TERM; echo ready; sleep 60 & wait", retries=3)
    spoken(running, until, run)
    cancel(running.backend, run.id, "ada")
    ended = running.ended(run.id)
    assert (ended.state.value, ended.attempt) == ("Canceled", 1)


@pytest.mark.parametrize("pause_s", [0.0, 0.01, 0.03, 0.1, 0.3])
def test_a_cancel_at_any_moment_ends_it_once(running, until, pause_s):
    run = running.submit("sleep", "30")
    waited = running.backend.now().after(pause_s)
    until(lambda: running.backend.now() >= waited)
    cancel(running.backend, run.id, "ada")
    ended = running.ended(run.id)
    assert ended.state.value == "Canceled", ended.reason
    assert sum(move in ("Canceled", "Failed", "Completed") for move in running.moves(run.id)) == 1


def test_a_log_of_a_gigabyte_is_one_and_memory_stays_small(running):
    line = b"x" * 1023 + b"\n"
    text = f"import os\nfor _ in range(1024): os.write(1, {line!r} * 1024)"
    before = resident()
    run = running.ended(running.python(text).id, within_s=120)
    assert run.state.value == "Completed", run.reason
    assert run.log_bytes == 1 << 30
    assert resident() - before < 64 << 20
    tail = log(running.backend, run.id, None, -2048, 4096)
    assert tail.content == line * 2
    digest = sha256()
    size = 0
    while part := log(running.backend, run.id, None, size, 8 << 20).content:
        digest.update(part)
        size += len(part)
    expected = sha256()
    for _ in range(1024):
        expected.update(line * 1024)
    assert digest.digest() == expected.digest()


def resident():
    with open("/proc/self/statm") as stream:
        return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_model_is_registered_once_from_inside(running):
    text = """
from azureml.core.run import Run
run = Run.get_context()
open("outputs/model.pkl", "wb").write(b"model")
made = run.register_model("digits", "outputs/model.pkl", tags={"a": "1"})
print(made.version)
try:
    run.register_model("digits", "outputs/none.pkl")
except Exception as error:
    print(type(error).__name__, error)
"""
    run = running.ended(running.python(text).id)
    assert run.state.value == "Completed", run.reason
    said = running.log(run.id).decode()
    assert said.startswith("1\n")
    assert "outputs/none.pkl" in said
    assert run.models == ("digits:1",)


def test_children_end_with_their_parent(running, until):
    text = """
import os, signal
from azureml.core.run import Run
run = Run.get_context()
one, two = run.child_run("one"), run.child_run("two")
one.log("acc", 0.5)
one.complete()
two.log("acc", 0.25)
run.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""
    run = running.ended(running.python(text).id)
    assert run.state.value == "Failed"
    one, two = (running.run(child) for child in run.children)
    assert {one.name, two.name} == {"one", "two"}
    assert {(c.name, c.state.value, c.metrics["acc"]) for c in (one, two)} == {
        ("one", "Completed", 0.5),
        ("two", "Failed", 0.25),
    }
    assert run.label in (two if two.name == "two" else one).reason
    assert one.parent_id == run.id


def test_it_runs_in_the_interpreter_that_was_asked_for(running):
    run = running.ended(
        running.submit(sys.executable, "-c", "import sys; print(sys.executable)").id
    )
    assert running.log(run.id).decode().strip() == sys.executable
