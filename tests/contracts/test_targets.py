"""The same promises, kept by every target."""

import os
import signal
import time
from pathlib import Path

import pytest

from jupyter_mlws.errors import Invalid, LaunchRejected
from jupyter_mlws.records import codec
from jupyter_mlws.shim import layout, process
from jupyter_mlws.targets.known import ShimRecord
from jupyter_mlws.targets.local import LocalTarget
from jupyter_mlws.testing.target_contract import TargetContract, a_run, ended, spoken, waited

SECRETS = {"JPY_API_TOKEN": "x", "MY_SECRET_KEY": "x", "DB_PASSWORD": "x", "MLFLOW_X": "x"}


class TestLocal(TargetContract):
    @pytest.fixture
    def environment(self):
        return {**os.environ, **SECRETS}

    @pytest.fixture
    def target(self, tmp_path, environment):
        return LocalTarget(tmp_path / "state", environment, {"grace_s": 1.0, "slots": 3})

    @pytest.fixture
    def another(self, tmp_path):
        return LocalTarget(tmp_path / "state", {}, {})

    @pytest.fixture
    def shim(self, target, started):
        """A run that does not end by itself, and what is known of its shim."""
        handle = started("sh", "-c", "echo ready; sleep 60")
        spoken(target, handle, self.patience_s)
        waited(target, handle, self.patience_s, lambda seen: seen.started)
        return handle, codec.decode(target.read(handle, layout.SHIM, 0, 999), ShimRecord)

    @pytest.mark.parametrize("done", [(), ("code.tmp-x",), ("code", "code/outputs")])
    def test_a_start_that_died_halfway_is_taken_up(self, target, started, done):
        home = Path(target.prepare(a_run("true")).handle["dir"])
        for name in ("", *done):
            (home / name).mkdir(parents=True)
        handle = started("sh", "-c", "exit 7")
        assert ended(target, handle, self.patience_s).exit.code == 7
        assert not list(home.glob("code.tmp-*"))

    @pytest.mark.parametrize("spec", [{"boot_id": "another"}, {"boot_id": process.boot_id()}, None])
    def test_code_that_was_laid_before_a_power_cut_is_laid_anew(self, target, started, spec):
        home = Path(target.prepare(a_run("true")).handle["dir"])
        (home / "code").mkdir(parents=True)
        (home / "code" / "a.txt").write_text("to")  # the rest was never written
        text = b"" if spec is None else codec.encode(spec)
        (home / layout.SPEC).write_bytes(text)
        handle = started("cat", "a.txt", unpack=lambda code: (code / "a.txt").write_text("torn"))
        assert ended(target, handle, self.patience_s).exit.code == 0
        this_boot = spec == {"boot_id": process.boot_id()}
        assert target.read(handle, layout.LOG, 0, 9) == (b"to" if this_boot else b"torn")

    def test_a_run_goes_on_without_its_shim_and_can_be_stopped(self, target, shim):
        handle, record = shim
        os.kill(record.pid, signal.SIGKILL)
        seen = waited(target, handle, self.patience_s, lambda seen: not seen.shim_alive)
        assert seen.alive

        def gone(seen):  # the runner, too, asks at every step
            target.stop(handle)
            return not seen.alive

        assert waited(target, handle, self.patience_s, gone).exit is None

    def test_without_its_shim_the_whole_of_a_stubborn_run_is_ended(self, target, started):
        stubborn = "trap '' TERM; echo inner $$; exec sleep 60"
        script = f'setsid sh -c "{stubborn}" & trap "" TERM; sleep 0.3; echo ready; sleep 60'
        handle = started("sh", "-c", script.replace("inner $$", "inner \\$\\$"))
        spoken(target, handle, self.patience_s)
        record = codec.decode(target.read(handle, layout.SHIM, 0, 999), ShimRecord)
        os.kill(record.pid, signal.SIGKILL)
        log = target.read(handle, layout.LOG, 0, 99).split()
        inner = int(log[log.index(b"inner") + 1])
        since = process.start_time(inner)
        assert process.lives(inner, since)

        def gone(seen):
            target.stop(handle)
            return not seen.alive and not process.lives(inner, since)

        waited(target, handle, self.patience_s, gone)

    def test_a_shim_that_was_halted_still_ends_its_run(self, target, shim):
        handle, record = shim
        os.kill(record.pid, signal.SIGSTOP)
        assert target.poll(handle).alive
        target.stop(handle)
        assert ended(target, handle, self.patience_s).exit.ended_by == "cancel"

    def test_a_shim_that_is_told_to_leave_ends_its_run_and_says_so(self, target, shim):
        handle, record = shim
        os.kill(record.pid, signal.SIGTERM)
        end = ended(target, handle, self.patience_s).exit
        assert (end.signal, end.ended_by) == (15, "shim")

    def test_a_pid_that_is_anothers_is_not_the_run(self, target, shim):
        handle, record = shim
        os.kill(record.pid, signal.SIGKILL)
        os.killpg(record.command.pid, signal.SIGKILL)
        mine = {"pid": os.getpid(), "start_time": 1}
        other = {"boot_id": record.boot_id, **mine, "command": mine}
        (Path(handle["dir"]) / layout.SHIM).write_bytes(codec.encode(other))
        assert not target.poll(handle).alive

    def test_after_a_restart_of_the_machine_nothing_is_alive_and_nothing_signalled(
        self, target, shim
    ):
        handle, record = shim
        other = {**codec.document(record), "boot_id": "another"}
        (Path(handle["dir"]) / layout.SHIM).write_bytes(codec.encode(other))
        seen = target.poll(handle)
        assert (seen.alive, seen.shim_alive, seen.exit) == (False, False, None)
        os.kill(record.pid, signal.SIGKILL)
        process.tell(record.command.pid, record.command.start_time, signal.SIGKILL)

    @pytest.mark.parametrize("text", [b"", b'{"code": 0, "sig', b"\xff", b"[]", b'{"code": "x"}'])
    def test_a_torn_end_is_no_end(self, target, shim, text):
        handle, _ = shim
        (Path(handle["dir"]) / layout.EXIT).write_bytes(text)
        seen = target.poll(handle)
        assert (seen.alive, seen.exit) == (True, None)

    def test_what_has_been_killed_whole_ended_without_evidence(self, target, shim):
        handle, record = shim
        os.kill(record.pid, signal.SIGKILL)
        os.killpg(record.command.pid, signal.SIGKILL)
        assert ended(target, handle, self.patience_s).exit is None

    def test_what_is_forgotten_while_it_runs_is_ended(self, target, shim):
        handle, record = shim
        target.forget(handle)
        deadline = time.monotonic() + self.patience_s
        while process.lives(record.command.pid, record.command.start_time):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert not Path(handle["dir"]).exists()

    def test_a_shim_beats(self, target, shim):
        before = time.time() - 60
        handle, _ = shim
        seen = waited(target, handle, self.patience_s, lambda seen: seen.beat_at is not None)
        assert before < seen.beat_at <= time.time()

    def test_nothing_that_gives_power_over_the_owner_is_inherited(self, said, environment):
        _, log = said("env", "-0")
        names = {row.partition(b"=")[0].decode() for row in log.split(b"\0")}
        assert "PATH" in names
        assert not set(SECRETS) & names

    def test_only_its_user_can_read_a_run(self, target, shim):
        home = Path(shim[0]["dir"])
        for name in ("", layout.SPEC, layout.LOG, layout.SHIM):
            assert (home / name).stat().st_mode & 0o077 == 0

    def test_the_arguments_of_a_run_are_not_the_shims(self, target, started):
        handle = started("sh", "-c", "echo ready; sleep 60", arguments=("mark-4711",))
        spoken(target, handle, self.patience_s)
        waited(target, handle, self.patience_s, lambda seen: seen.started)
        record = codec.decode(target.read(handle, layout.SHIM, 0, 999), ShimRecord)
        assert b"mark-4711" not in Path(f"/proc/{record.pid}/cmdline").read_bytes()
        assert b"hunter" not in Path(f"/proc/{record.pid}/environ").read_bytes()

    @pytest.mark.parametrize("config", [{"slots": 0}, {"slots": "two"}, {"speed": 1}])
    def test_a_wrong_row_is_refused(self, tmp_path, config):
        with pytest.raises(Invalid):
            LocalTarget(tmp_path, {}, config)

    def test_a_place_that_cannot_be_written_is_said(self, tmp_path):
        (tmp_path / "state").write_text("a file")
        target = LocalTarget(tmp_path / "state", {}, {})
        with pytest.raises(LaunchRejected, match="cannot be made"):
            target.start(target.prepare(a_run("true")))
