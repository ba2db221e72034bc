"""A run's events outlive what happens to the process that writes them."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

LIB = Path(__file__).parent.parent.parent / "jupyter_mlws" / "shim" / "lib"
BEGIN = "from jupyter_mlws import Run\nrun = Run.get_context()\n"


@pytest.fixture
def script(tmp_path):
    """Start a script in a run's directory without a shim: here only the library is looked at."""
    (tmp_path / "code").mkdir()
    environment = {
        "PYTHONPATH": str(LIB),
        "MLWS_RUN_ID": "01jz0000000000000000000000",
        "MLWS_RUN_DIR": str(tmp_path),
    }

    def start(text):
        return subprocess.Popen(
            [sys.executable, "-c", BEGIN + text],
            cwd=tmp_path / "code",
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture
def done(script):
    def run(text):
        process = script(text)
        out, err = process.communicate(timeout=100)
        assert process.returncode == 0, err
        return out, err

    return run


def files(home):
    return sorted((home / "events").glob("*.jsonl"))


def values(path, name="m"):
    lines = [json.loads(line) for line in path.read_text().split("\n") if line.strip()]
    return [line["value"] for line in lines if line.get("name") == name]


def test_kill_9_in_a_logging_loop_loses_no_call_that_returned(script, tmp_path):
    for enough in (1, 2_000, 20_000):
        process = script(
            f"import os\nsaid = os.open('said{enough}', os.O_CREAT | os.O_WRONLY)\nn = 0\n"
            "while True:\n    run.log('m', n)\n    os.write(said, b'%d\\n' % n)\n    n += 1\n"
        )
        said = tmp_path / "code" / f"said{enough}"
        until = time.monotonic() + 60
        while not said.exists() or said.read_bytes().count(b"\n") < enough:
            assert time.monotonic() < until and process.poll() is None
        process.kill()
        process.wait()
        returned = said.read_bytes().split(b"\n")[:-1]
        (path,) = [p for p in files(tmp_path) if p.name.startswith(f"{process.pid}-")]
        assert values(path)[: len(returned)] == [int(n) for n in returned]


def test_a_forked_child_writes_a_file_of_its_own(done, tmp_path):
    done(
        "import os\nrun.log('m', 1)\npid = os.fork()\nrun.log('m', 2 if pid else 3)\n"
        "if pid: os.waitpid(pid, 0)\n"
    )
    assert sorted(values(p) for p in files(tmp_path)) == [[1, 2], [3]]


def test_a_child_forked_while_threads_log_is_not_stuck(done, tmp_path):
    out, _ = done(
        "import os, threading\nstop = []\n"
        "def work():\n    while not stop: run.log('noise', 1)\n"
        "threads = [threading.Thread(target=work) for _ in range(4)]\n"
        "[t.start() for t in threads]\n"
        "for i in range(20):\n"
        "    pid = os.fork()\n"
        "    if not pid: run.log('m', i); os._exit(0)\n"
        "    os.waitpid(pid, 0)\n"
        "stop.append(1)\n[t.join() for t in threads]\n"
    )
    assert sorted(v for p in files(tmp_path) for v in values(p)) == list(range(20))


def test_threads_do_not_mix_their_lines(done, tmp_path):
    done(
        "import threading\n"
        "def work(k):\n    for i in range(500): run.log(f'm{k}', 'x' * i)\n"
        "threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]\n"
    )
    (path,) = files(tmp_path)
    for k in range(8):
        assert values(path, f"m{k}") == ["x" * i for i in range(500)]


def test_processes_started_by_the_script_have_the_library_and_their_own_file(done, tmp_path):
    done(
        "import multiprocessing, subprocess, sys\n"
        "code = 'from azureml.core import Run; Run.get_context().log(\"m\", 2)'\n"
        "subprocess.run([sys.executable, '-c', code], check=True)\n"
        "run.log('m', 1)\nassert run.get_metrics() == {'m': [2, 1]}, run.get_metrics()\n"
    )
    assert sorted(values(p) for p in files(tmp_path)) == [[1], [2]]


FULL = """
import resource, sys
run.log('m', 0)
def room(size): resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
room({limit})
for i in range(1, 100): run.log('m', i)
try:
    run.flush()
    sys.exit('flushed onto a full disk')
except OSError as error:
    print(error)
room(resource.RLIM_INFINITY)
run.log('m', 100)
run.flush()
"""


@pytest.mark.parametrize("limit", [200, 201, 230, 1000])
def test_a_full_disk_ends_no_script_and_what_waited_is_written_later(done, tmp_path, limit):
    out, err = done(FULL.replace("{limit}", str(limit)))
    assert "cannot be written" in out and err.count("kept in memory") == 1
    torn = [b for b in files(tmp_path)[0].read_bytes().split(b"\n") if b and b[-1:] != b"}"]
    assert len(torn) <= 1  # where the room ended: what was cut is there again, whole
    lines = [b for b in files(tmp_path)[0].read_bytes().split(b"\n") if b and b not in torn]
    assert [json.loads(line)["value"] for line in lines] == list(range(101))


def test_what_reads_back_passes_over_a_torn_line(done, tmp_path):
    (tmp_path / "events").mkdir()
    torn = b'{"k":"metric","at":1,"name":"m","value":7}\n{"k":"metric","at":2,"na\n[]\n{}\n\n'
    (tmp_path / "events" / "1-2-3.jsonl").write_bytes(torn)
    done("run.log('m', 8)\nassert run.get_metrics() == {'m': [7, 8]}, run.get_metrics()")


def test_what_the_machine_was_sampled_for_is_no_metric_of_the_script(done, tmp_path):
    (tmp_path / "events").mkdir()
    sampled = b'{"k":"metric","at":1,"name":"system/cpu_percent","value":7}\n'
    (tmp_path / "events" / "1-2-3.jsonl").write_bytes(sampled)
    done(
        "run.log('m', 8)\nassert run.get_metrics() == {'m': 8}\n"
        "assert run.get_metrics('system/cpu_percent') == {'system/cpu_percent': 7}\n"
    )


def test_a_flush_syncs_the_file(tmp_path, script):
    text = (
        "import os\nname = 'fdatasync' if hasattr(os, 'fdatasync') else 'fsync'\n"
        "real, calls = getattr(os, name), []\n"
        "setattr(os, name, lambda fd: (calls.append(os.fstat(fd).st_ino), real(fd)))\n"
        "run.log('m', 1)\nrun.flush()\nprint(*calls)\n"
    )
    out, _ = script(text).communicate(timeout=60)
    assert out.strip() == str(files(tmp_path)[0].stat().st_ino)
