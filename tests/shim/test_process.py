"""A process is told from another that has its pid, and only the one that was meant is signalled."""

import ctypes
import errno
import os
import shutil
import signal
import struct
import subprocess
import sys
import time

import pytest

from jupyter_mlws.shim import process
from tests.disk import left_out

CLONE3 = 435


def spawn_with_pid(pid):
    """A sleeping child that has a certain pid (clone3, set_tid). Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    wanted = (ctypes.c_int * 1)(pid)
    fields = (0, 0, 0, 0, int(signal.SIGCHLD), 0, 0, 0, ctypes.addressof(wanted), 1, 0)
    packed = struct.pack("<11Q", *fields)
    room = ctypes.create_string_buffer(packed, len(packed))
    found = libc.syscall(CLONE3, room, len(packed))
    if found == 0:
        os.execv("/bin/sleep", ["sleep", "60"])
    if found < 0:
        number = ctypes.get_errno()
        if number in (errno.EPERM, errno.ENOSYS):
            left_out("only root may choose a pid, and in a container not even root")
        raise OSError(number, "clone3")
    return found


@pytest.fixture
def sleeper():
    child = subprocess.Popen(["sleep", "60"])
    yield child
    child.kill()
    child.wait()


def test_a_process_lives_until_it_is_a_zombie(sleeper):
    since = process.start_time(sleeper.pid)
    assert process.lives(sleeper.pid, since)
    assert not process.lives(sleeper.pid, since + 1)
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
    assert process.start_time(sleeper.pid) == since
    assert not process.lives(sleeper.pid, since)


def test_where_there_is_no_proc_ps_tells_it(sleeper, monkeypatch):
    if shutil.which("ps") is None:
        left_out("there is no ps on this machine")
    monkeypatch.setattr(process, "LINUX", False)  # as on macOS, whose ps takes the same words
    since = process.start_time(sleeper.pid)
    assert abs(since - time.time()) < 10
    assert process.lives(sleeper.pid, since)
    assert not process.tell(sleeper.pid, since - 1, signal.SIGKILL)
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
    assert not process.lives(sleeper.pid, since)


def test_only_the_one_that_was_meant_is_signalled(sleeper):
    since = process.start_time(sleeper.pid)
    assert not process.tell(sleeper.pid, since - 1, signal.SIGKILL)
    assert sleeper.poll() is None
    assert process.tell(sleeper.pid, since, signal.SIGTERM)
    assert sleeper.wait(10) == -signal.SIGTERM
    assert not process.tell(sleeper.pid, since, signal.SIGKILL)


def test_a_stranger_with_the_same_pid_is_left_alone(sleeper):
    pid, since = sleeper.pid, process.start_time(sleeper.pid)
    sleeper.kill()
    sleeper.wait()
    wait_a_tick = subprocess.run(["sleep", "0.05"])  # start times are in hundredths
    assert wait_a_tick.returncode == 0
    stranger = spawn_with_pid(pid)
    try:
        assert stranger == pid
        assert not process.tell(pid, since, signal.SIGKILL)
        assert not process.lives(pid, since)
        assert process.lives(pid, process.start_time(pid))
    finally:
        os.kill(stranger, signal.SIGKILL)
        os.waitpid(stranger, 0)


def test_what_a_run_started_is_known_by_its_mark():
    words = "import os,time; os.fork() or os.setsid(); os.write(1, b'%d\\n' % os.getpid())"
    words += "; time.sleep(60)"
    environment = {**os.environ, process.MARK: "/some/run"}
    with subprocess.Popen([sys.executable, "-c", words], env=environment, stdout=-1) as child:
        pids = {int(child.stdout.readline()), int(child.stdout.readline())}
        found = process.marked("/some/run")
        assert {pid for pid, _ in found} == pids
        assert not process.marked("/some/ru")
        for pid, since in found:
            assert process.tell(pid, since, signal.SIGKILL)


def test_names_with_brackets_and_spaces_are_no_hindrance(tmp_path):
    odd = tmp_path / "a) R (b"
    odd.symlink_to("/bin/sleep")
    with subprocess.Popen([odd, "60"]) as child:
        assert process.table()[child.pid][0] == os.getpid()
        assert child.pid in process.children()
        assert child.pid in process.descendants(os.getpid())
        child.kill()


def test_who_is_gone_has_no_start(sleeper):
    sleeper.kill()
    sleeper.wait()
    assert process.start_time(sleeper.pid) == 0
    assert not process.lives(sleeper.pid, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_this_start_of_the_machine_has_an_id():
    assert len(process.boot_id()) == 36
