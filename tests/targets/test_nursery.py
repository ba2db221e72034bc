"""Shims are forked by a warm process; without it a run starts all the same."""

import json
import os
import signal

import pytest

from jupyter_mlws.shim import process
from jupyter_mlws.targets.local import LocalTarget
from jupyter_mlws.testing.target_contract import a_run, ended, spoken


@pytest.fixture
def target(tmp_path):
    return LocalTarget(tmp_path / "state", {**os.environ, "MY_API_TOKEN": "t0p"}, {})


@pytest.fixture
def run(target):
    handles = []

    def start(*command):
        launch = target.prepare(a_run(*command, run_id=f"r{len(handles)}"))
        target.start(launch)
        handles.append(launch.handle)
        return launch.handle

    yield start
    for handle in handles:
        target.forget(handle)
    target.close()


def warm(target):
    """The pid of the nursery."""
    return target._nursery._pid


def parent(pid):
    with open(f"/proc/{pid}/stat") as stream:
        return int(stream.read().rpartition(")")[2].split()[1])


def shim_of(target, handle):
    return json.loads(target.read(handle, "shim.json", 0, 9999))["pid"]


def test_a_shim_is_forked_and_not_started(target, run):
    handle = run("sh", "-c", "echo ready; sleep 30")
    spoken(target, handle, 10)
    assert parent(shim_of(target, handle)) == warm(target)
    target.stop(handle)
    assert ended(target, handle, 15).exit.ended_by == "cancel"


def test_many_runs_have_one_nursery(target, run):
    first = run("true")
    pid = warm(target)
    others = [run("sh", "-c", f"exit {n}") for n in range(5)]
    assert warm(target) == pid
    assert ended(target, first, 10).exit.code == 0
    assert [ended(target, handle, 10).exit.code for handle in others] == [0, 1, 2, 3, 4]


def test_a_killed_nursery_costs_no_run(target, run):
    living = run("sh", "-c", "echo ready; sleep 0.5; exit 3")
    spoken(target, living, 10)
    os.kill(warm(target), signal.SIGKILL)
    assert ended(target, run("sh", "-c", "exit 4"), 10).exit.code == 4
    assert ended(target, run("sh", "-c", "exit 5"), 10).exit.code == 5
    assert ended(target, living, 10).exit.code == 3


def test_it_ends_with_its_owner_and_the_shims_go_on(target, run, until):
    handle = run("sh", "-c", "echo ready; sleep 1; exit 6")
    spoken(target, handle, 10)
    pid = warm(target)
    since = process.start_time(pid)
    target.close()
    until(lambda: not process.lives(pid, since))
    assert ended(target, handle, 10).exit.code == 6


def test_nothing_secret_is_in_it(target, run):
    run("true")
    with open(f"/proc/{warm(target)}/environ", "rb") as stream:
        assert b"t0p" not in stream.read()
