"""What the shim promises of itself, whatever the target."""

import ast
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jupyter_mlws.shim import bundle, files, layout, process
from tests.disk import mounted

WRITTEN_IN_PYTHON = {"os", "os.path", "stat", "posixpath", "genericpath", "_collections_abc"}
OURS = {"attempt", "command", "files", "layout", "loopback", "process"}
PROBE = """
import os, sys
before = set(sys.modules)
def spawned(*words, **more):
    for name in sorted(set(sys.modules) - before):
        origin = sys.modules[name].__spec__ and sys.modules[name].__spec__.origin
        if origin not in (None, "built-in", "frozen") and not origin.endswith(".so"):
            print(name)
    sys.stdout.flush()
    os._exit(0)
os.posix_spawnp = spawned
sys.argv = [{main!r}, {home!r}]
__file__ = {main!r}
exec(compile(open({main!r}).read(), {main!r}, "exec"))
"""


SYNCS = """
import json, os, sys
seen = []
def noted(name):
    real = getattr(os, name)
    def call(*words):
        where = os.readlink(f"/proc/self/fd/{words[0]}") if name == "fsync" else words[1]
        seen.append((name, os.fspath(where)))
        return real(*words)
    setattr(os, name, call)
noted("fsync"), noted("replace")
from jupyter_mlws.shim import attempt
attempt.run(sys.argv[1], {})
print(json.dumps(seen))
"""


@pytest.fixture
def main(tmp_path):
    return str(bundle.install(tmp_path / "shim") / "main.py")


@pytest.fixture
def home(tmp_path):
    (tmp_path / "run" / layout.CODE).mkdir(parents=True)
    return tmp_path / "run"


@pytest.fixture
def write(home):
    def write(*command, **changes):
        spec = {"layout": 1, "run_id": "r1", "command": command, "environment": dict(os.environ)}
        limits = {"max_duration_s": None, "grace_s": 0.5, "poke": "/nowhere"}
        (home / layout.SPEC).write_text(json.dumps({**spec, **limits, **changes}))

    return write


@pytest.fixture
def begun(main, home, write):
    """A shim, started and not waited for."""
    shims = []

    def begun(*command, **changes):
        write(*command, **changes)
        shims.append(subprocess.Popen([sys.executable, "-I", "-S", main, home]))
        return shims[-1]

    yield begun
    for shim in shims:
        shim.kill()
        shim.wait()
    for pid, since in process.marked(str(home)):
        process.tell(pid, since, signal.SIGKILL)


@pytest.fixture
def run(begun, home):
    def run(*command, **changes):
        assert begun(*command, **changes).wait(60) == 0
        return json.loads((home / layout.EXIT).read_text()), log_of(home)

    return run


def log_of(home):
    path = home / layout.LOG
    return path.read_bytes().decode(errors="replace") if path.exists() else ""


def until(what, within_s=20.0):
    deadline = time.monotonic() + within_s
    while not (found := what()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def events_of(home):
    lines = [line for path in (home / layout.EVENTS).iterdir() for line in path.open()]
    return [json.loads(line) for line in lines]


def test_only_os_and_what_is_in_c_is_imported_before_the_command_runs(main, home, write):
    write("true")
    words = [sys.executable, "-I", "-S", "-c", PROBE.format(main=main, home=str(home))]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    ours = {name for name in loaded if name.startswith("jupyter_mlws")}
    assert loaded - ours <= WRITTEN_IN_PYTHON
    assert ours == {f"jupyter_mlws.shim.{name}" for name in OURS} | {
        "jupyter_mlws",
        "jupyter_mlws.shim",
    }


@pytest.mark.parametrize("path", sorted(bundle.ROOM.glob("*.py")), ids=lambda path: path.name)
def test_it_is_readable_to_old_interpreters(path):
    ast.parse(path.read_text(), feature_version=(3, 8))


def test_the_end_says_how_much_was_written_and_used(run, home):
    end, log = run("sh", "-c", "echo hello; exit 3")
    assert (end["code"], end["signal"], end["ended_by"], log) == (3, None, "command", "hello\n")
    assert (end["log_bytes"], end["oom"], end["disk_full"]) == (6, False, False)
    assert end["max_rss_bytes"] > 100_000
    ((writer, size),) = end["events"].items()
    assert (home / layout.EVENTS / f"{writer}.jsonl").stat().st_size == size > 0


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_a_run_wrote_is_synced_before_its_end_is_written(home, write):
    """Who sees exit.json may count on log and events, also after a power cut."""
    says = "import os; open(os.environ['MLWS_RUN_DIR'] + '/events/w.jsonl', 'w').write('{}')"
    own = {**os.environ, "MLWS_RUN_DIR": str(home)}
    write(sys.executable, "-c", f"{says}; print(1)", environment=own)
    done = subprocess.run([sys.executable, "-c", SYNCS, home], capture_output=True, check=True)
    seen = [(call, Path(path).name) for call, path in json.loads(done.stdout)]
    end = seen.index(("replace", layout.EXIT))
    before, after = seen[:end], seen[end + 1 :]
    for name in (layout.LOG, "w.jsonl", layout.EVENTS):
        assert ("fsync", name) in before
    assert any(call == "fsync" and name.startswith(layout.EXIT) for call, name in before)
    assert ("fsync", home.name) in after


def test_the_machine_is_described(run, home):
    run("true")
    (machine,) = (e["machine"] for e in events_of(home) if e["k"] == "note")
    assert set(machine) == {"host", "cpus", "memory_bytes", "platform", "gpus"}
    assert machine["cpus"] >= 1
    assert machine["platform"].startswith(sys.platform[:5])


def test_what_a_run_uses_is_sampled_once_it_lasts(run, home):
    run(sys.executable, "-c", "import time; t=time.time()+2\nwhile time.time()<t: pass")
    seen = {e["name"]: e["value"] for e in events_of(home) if e["k"] == "metric"}
    assert {"system/cpu_percent", "system/memory_bytes"} <= set(seen)
    assert seen["system/cpu_percent"] > 5
    assert seen["system/memory_bytes"] > 10**6


def test_gpus_are_sampled_where_nvidia_smi_says_so(run, home, tmp_path):
    smi = tmp_path / "bin" / "nvidia-smi"
    smi.parent.mkdir()
    smi.write_text("#!/bin/sh\nprintf '50, 1000\\n70, 24\\n'\n")
    smi.chmod(0o755)
    path = f"{smi.parent}:{os.environ['PATH']}"
    run("sleep", "2", environment={"PATH": path})
    seen = {e["name"]: e["value"] for e in events_of(home) if e["k"] == "metric"}
    assert seen["system/gpu_percent"] == 60
    assert seen["system/gpu_memory_bytes"] == 1024 * 2**20


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_a_signal_is_recorded(run, number):
    end, _ = run("sh", "-c", f"kill -{int(number)} $$")
    assert (end["code"], end["signal"], end["ended_by"]) == (None, number, "command")


STUBBORN = (
    "import os,signal,time; signal.signal(15, signal.SIG_IGN); print(os.getpid(), flush=True)"
)
DAEMON = f"""
import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        {STUBBORN}; time.sleep(60)
    os._exit(0)
os.wait()
import time; time.sleep(0.5)
"""


@pytest.mark.parametrize(
    "words",
    [
        ("sh", "-c", f"setsid '{sys.executable}' -c '{STUBBORN}; time.sleep(60)' & sleep 0.5"),
        ("sh", "-c", f"'{sys.executable}' -c '{STUBBORN}; time.sleep(60)' & sleep 0.5"),
        (sys.executable, "-c", DAEMON),
        ("env", "-i", sys.executable, "-c", DAEMON),
    ],
    ids=["in a session of its own", "in the group", "a daemon", "a daemon without environment"],
)
def test_what_the_command_leaves_running_is_ended(run, words):
    end, log = run(*words)
    assert end["code"] == 0
    assert process.start_time(int(log)) == 0


def test_what_the_command_leaves_is_asked_before(run):
    script = "trap 'echo asked; exit' TERM; while :; do sleep 0.05; done"
    _, log = run("sh", "-c", f'sh -c "{script}" & sleep 0.3')
    assert log.endswith("asked\n")


def test_what_the_command_orphans_is_buried_while_it_runs(begun, home):
    shim = begun("sh", "-c", "for i in 1 2 3; do (sleep 0.01 &) ; done; echo ready; sleep 60")
    until(lambda: "ready" in log_of(home))

    def only_the_command_is_left():
        rows = [pid for pid, row in process.table().items() if row[0] == shim.pid]
        return len(rows) == 1

    until(only_the_command_is_left)


def test_a_run_that_is_too_long_is_ended(run):
    end, _ = run("sleep", "60", max_duration_s=0.1)
    assert (end["code"], end["signal"], end["ended_by"]) == (None, 15, "timeout")


def test_a_stubborn_run_that_is_too_long_is_killed_whole(run, home):
    end, log = run(sys.executable, "-c", f"{STUBBORN}; os.fork(); time.sleep(60)", max_duration_s=1)
    assert (end["signal"], end["ended_by"]) == (9, "timeout")
    assert not process.marked(str(home))


def test_the_command_goes_on_when_the_shim_is_killed(begun, home):
    shim = begun("sh", "-c", "echo ready; sleep 1; echo later")
    until(lambda: "ready" in log_of(home))
    shim.kill()
    until(lambda: log_of(home) == "ready\nlater\n")
    assert not (home / layout.EXIT).exists()


def test_two_shims_on_one_directory_are_one_run(begun, home):
    shims = [begun("sh", "-c", "echo once; sleep 0.3") for _ in range(4)]
    assert [shim.wait(30) for shim in shims] == [0] * 4
    assert log_of(home) == "once\n"


@pytest.mark.parametrize(
    "changes, code, says",
    [
        ({"command": ["no-such"]}, 127, "No such file or directory: no-such"),
        ({"command": ["/etc/passwd"]}, 126, "Permission denied: /etc/passwd"),
        ({"command": []}, 127, "not started"),
        ({"layout": 2}, 127, "layout 2 is not one that this shim knows"),
        ({"environment": None}, 127, "not started"),
    ],
)
def test_what_cannot_start_says_so_in_its_log(run, changes, code, says):
    end, log = run("true", **changes)
    assert (end["code"], end["ended_by"]) == (code, "shim")
    assert says in log


@pytest.mark.parametrize("text", ["", '{"layout": 1, "comm', "[]", "{} x"])
def test_a_torn_spec_ends_with_evidence(main, home, text):
    (home / layout.SPEC).write_text(text)
    subprocess.run([sys.executable, "-I", "-S", main, home], check=True, timeout=30)
    end = json.loads((home / layout.EXIT).read_text())
    assert (end["code"], end["ended_by"]) == (127, "shim")
    assert "not JSON" in log_of(home) or "not a JSON object" in log_of(home)


def test_the_runner_is_poked_at_the_start_and_at_the_end(run, tmp_path):
    pipe = tmp_path / "poke"
    os.mkfifo(pipe)
    hears = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    run("true", poke=str(pipe))
    assert os.read(hears, 9) == b".."
    os.close(hears)


def test_a_poke_that_nobody_reads_is_no_hindrance(run, tmp_path):
    os.mkfifo(tmp_path / "poke")
    assert run("true", poke=str(tmp_path / "poke"))[0]["code"] == 0


def test_the_library_of_the_run_is_first_on_its_path(run, main):
    wish = {"PATH": os.environ["PATH"], "PYTHONPATH": "/mine"}
    library = str(Path(main).parent / "lib")
    assert run("printenv", "PYTHONPATH", environment=wish)[1] == f"{library}:/mine\n"


def test_mlflow_is_sent_to_the_loopback(run):
    script = 'echo "$MLFLOW_TRACKING_URI $NO_PROXY $no_proxy"; '
    script += 'echo "$MLFLOW_TRACKING_TOKEN"'
    wish = {"PATH": os.environ["PATH"], "NO_PROXY": "a.example"}
    _, log = run("sh", "-c", script, environment=wish)
    where, token = log.splitlines()
    uri, *others = where.split()
    assert uri.startswith("http://127.0.0.1:")
    assert others == ["a.example,127.0.0.1", "127.0.0.1"]
    assert len(token) == 32


def test_who_logs_somewhere_else_goes_on_to(run):
    wish = {"PATH": os.environ["PATH"], "MLFLOW_TRACKING_URI": "http://theirs"}
    script = 'echo "$MLFLOW_TRACKING_URI$MLFLOW_TRACKING_TOKEN"'
    assert run("sh", "-c", script, environment=wish)[1] == "http://theirs\n"


def test_a_gigabyte_of_output_is_nothing_to_the_shim(run):
    end, _ = run("sh", "-c", "head -c 200000000 /dev/zero")
    assert end["log_bytes"] == 200_000_000


def test_strings_that_are_no_text_reach_the_command_as_they_were(run, home, write):
    odd = b"\xff\xfe".decode(errors="surrogateescape")
    end, log = run("printenv", "ODD", environment={"PATH": os.environ["PATH"], "ODD": odd})
    assert (home / layout.LOG).read_bytes() == b"\xff\xfe\n"


class TestFullDisk:
    @pytest.fixture
    def home(self, tmp_path):
        room = tmp_path / "disk"
        room.mkdir()
        mounted(room, "256k")
        (room / "run" / layout.CODE).mkdir(parents=True)
        yield room / "run"
        subprocess.run(["umount", "-l", room], check=True)

    def test_the_end_is_recorded_though_the_command_has_filled_the_disk(self, run, home):
        end, _ = run("sh", "-c", "cat /dev/zero >filler 2>/dev/null; exit 9")
        assert end["code"] == 9
        assert os.statvfs(home).f_bavail <= 1  # the page that was kept free for it

    def test_a_record_waits_until_there_is_room(self, begun, home):
        script = "sleep 0.3; rm -f ../exit.json.*.new; cat /dev/zero >filler 2>/dev/null; exit 9"
        shim = begun("sh", "-c", script)
        until(lambda: (home / "code/filler").exists() and os.statvfs(home).f_bavail == 0)
        with pytest.raises(subprocess.TimeoutExpired):
            shim.wait(1.5)
        assert not (home / layout.EXIT).exists()
        (home / "code/filler").unlink()
        assert shim.wait(20) == 0
        end = json.loads((home / layout.EXIT).read_text())
        assert (end["code"], end["disk_full"]) == (9, True)


def test_a_record_after_a_torn_one_stands_on_its_own_line(tmp_path, monkeypatch):
    events = files.Events(str(tmp_path))
    events.write("note", n=1)
    real = os.write
    monkeypatch.setattr(os, "write", lambda d, b: real(d, b[:9]))
    events.write("note", n=2)
    monkeypatch.undo()
    events.write("note", n=3)
    (path,) = tmp_path.iterdir()
    whole, torn, after = path.read_text().splitlines()
    assert (json.loads(whole)["n"], len(torn), json.loads(after)["n"]) == (1, 9, 3)
    assert events.full
