"""What every compute target must do. Subclass it, give a `target` fixture, and run."""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec import structs

from jupyter_mlws.errors import HandleLost, Invalid
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import Run, RunSpec, RunState
from jupyter_mlws.shim import layout

T0 = Instant.parse("2030-01-01T00:00:00.000Z")
STUBBORN = "trap '' TERM; echo ready; while :; do sleep 0.1; done"


def a_run(
    *command: str, run_id: str = "r1", attempt: int = 1, kind: str = "script", **asked
) -> Run:
    """A run that is ready to start; `asked` are fields of its RunSpec."""
    if command:
        asked["command"] = command
    spec = RunSpec(**asked)
    return Run(
        id=run_id,
        experiment="default",
        number=1,
        kind=kind,
        state=RunState.STARTING,
        state_since=T0,
        target=spec.target,
        priority=spec.priority,
        spec=spec,
        parameters=spec.parameters,
        attempt=attempt,
        created_at=T0,
        created_by="ada",
    )


def waited(target, handle, within_s: float, what):
    """Poll until it is so; the only place in the suite that waits."""
    deadline = time.monotonic() + within_s
    while not what(seen := target.poll(handle)):
        assert time.monotonic() < deadline, f"{seen} after {within_s} s"
        time.sleep(0.05)
    return seen


def ended(target, handle, within_s: float):
    return waited(target, handle, within_s, lambda seen: not seen.alive)


def spoken(target, handle, within_s: float, word: bytes = b"ready\n"):
    """Wait until the command has said so in its log."""
    return waited(
        target, handle, within_s, lambda _: word in target.read(handle, layout.LOG, 0, 10**6)
    )


class TargetContract:
    patience_s = 20.0  # a cluster may say 180

    @pytest.fixture
    def target(self):
        raise NotImplementedError("give the target under test")

    @pytest.fixture
    def another(self, target):
        """The same target, as another process would build it from the same row."""
        raise NotImplementedError("give the target under test again")

    @pytest.fixture
    def started(self, target):
        handles = []

        def start(*command: str, unpack=None, secret=None, **asked):
            launch = structs.replace(target.prepare(a_run(*command, **asked)), secrets=secret or {})
            handles.append(launch.handle)
            target.start(launch, unpack)
            return launch.handle

        yield start
        for handle in handles:
            target.forget(handle)

    @pytest.fixture
    def said(self, target, started):
        """The end and the log of a run."""

        def said(*command: str, **asked):
            handle = started(*command, **asked)
            end = ended(target, handle, self.patience_s).exit
            return end, target.read(handle, layout.LOG, 0, 10**6)

        return said

    def test_a_secret_reaches_the_command_and_no_file(self, target, started):
        value = "hunter2 'ä\n" + "x" * 20
        handle = started(
            "sh", "-c", 'echo "${#MY_TOKEN} $MY_TOKEN"; true', secret={"MY_TOKEN": value}
        )
        end = ended(target, handle, self.patience_s).exit
        assert end.code == 0
        assert value in target.read(handle, layout.LOG, 0, 10**6).decode()
        for file in (layout.SPEC, layout.SHIM, layout.EXIT, layout.SHIM_LOG):
            assert b"hunter2" not in target.read(handle, file, 0, 10**6)

    @pytest.mark.parametrize("code", [0, 1, 42, 255])
    def test_the_exit_code_comes_back(self, said, code):
        end, _ = said("sh", "-c", f"exit {code}")
        assert (end.code, end.signal, end.ended_by) == (code, None, "command")

    def test_a_command_that_a_signal_ended_has_no_code(self, said):
        end, _ = said("sh", "-c", "kill -SEGV $$")
        assert (end.code, end.signal, end.ended_by) == (None, 11, "command")

    def test_the_log_can_be_read_from_any_byte(self, target, started):
        handle = started("sh", "-c", "printf 0123456789; printf abc >&2")
        end = ended(target, handle, self.patience_s).exit
        assert target.read(handle, layout.LOG, 4, 3) == b"456"
        assert target.read(handle, layout.LOG, 10, 99) == b"abc"
        assert target.read(handle, layout.LOG, 13, 99) == b""
        assert end.log_bytes == 13

    def test_the_log_can_be_read_while_the_command_runs(self, target, started):
        handle = started("sh", "-c", "echo ready; sleep 60")
        assert spoken(target, handle, self.patience_s).alive

    def test_bytes_that_are_no_text_come_back_as_they_were(self, said):
        odd = bytes(range(256))
        octal = "".join(f"\\{byte:03o}" for byte in odd)
        assert said("sh", "-c", f"printf '{octal}'")[1] == odd

    def test_a_long_log_comes_in_parts(self, target, started):
        handle = started("sh", "-c", "head -c 50000000 /dev/zero")
        assert ended(target, handle, self.patience_s).exit.log_bytes == 50_000_000
        assert target.read(handle, layout.LOG, 49_999_990, 10**6) == bytes(10)
        assert len(target.read(handle, layout.LOG, 0, 1000)) == 1000

    def test_arguments_arrive_unharmed(self, said):
        odd = ("a b", "'\"", "$HOME", "two\nlines", "ä✓", "", "-x", "{shim}")
        assert said("printf", "%s|", "--", arguments=odd)[1].decode() == "".join(
            f"{a}|" for a in ("--", *odd)
        )

    def test_variables_arrive_unharmed(self, said):
        odd = " 'a' \"b\"\n$HOME ä✓="
        assert said("printenv", "ODD", variables={"ODD": odd})[1].decode() == odd + "\n"

    def test_parameters_are_words_of_a_script(self, said):
        def unpack(code):
            (code / "train.py").write_text("import sys, json; print(json.dumps(sys.argv[1:]))")

        asked = {"rate": 0.1, "fast": True, "name": "a 'b' ✓", "from": -1e-05}
        _, log = said(
            unpack=unpack,
            script="train.py",
            python=sys.executable,
            arguments=("first",),
            parameters=asked,
        )
        words = ["first", "--rate", "0.1", "--fast", "true", "--name", "a 'b' ✓", "--from=-1e-05"]
        assert json.loads(log) == words

    def test_the_run_works_in_its_own_copy_of_the_snapshot(self, target, started):
        def unpack(code):
            (code / "data").mkdir()
            (code / "data" / "a.txt").write_text("hello")

        handle = started("sh", "-c", "cat data/a.txt; ls", unpack=unpack)
        ended(target, handle, self.patience_s)
        assert target.read(handle, layout.LOG, 0, 99) == b"hellodata\nlogs\noutputs\n"

    def test_a_snapshot_that_cannot_be_unpacked_starts_nothing(self, target, started):
        def unpack(code):
            raise Invalid("A blob is missing.")

        with pytest.raises(Invalid, match="missing"):
            started("true", unpack=unpack)
        assert started("sh", "-c", "exit 4")  # and may be started later
        launch = target.prepare(a_run("true"))
        assert ended(target, launch.handle, self.patience_s).exit.code == 4

    def test_what_the_run_writes_is_found(self, target, started):
        script = "mkdir outputs/m; printf abc >outputs/m/x; echo >logs/y; ln -s /etc outputs/etc"
        handle = started("sh", "-c", script)
        ended(target, handle, self.patience_s)
        (found,) = target.files(handle, "outputs")
        assert (found.path, found.size_bytes) == ("outputs/m/x", 3)
        assert [f.path for f in target.files(handle, "logs")] == ["logs/y"]
        assert target.read(handle, "code/outputs/m/x", 1, 9) == b"bc"

    @pytest.mark.parametrize("file", ["../../other", "/etc/passwd", "code/out/passwd"])
    def test_nothing_outside_the_run_is_read(self, target, started, file):
        handle = started("ln", "-s", "/etc", "out")
        ended(target, handle, self.patience_s)
        with pytest.raises(Invalid):
            target.read(handle, file, 0, 9)

    def test_events_are_counted_as_in_the_end(self, target, started):
        handle = started("true")
        end = ended(target, handle, self.patience_s).exit
        assert target.events(handle) == end.events
        ((writer, size),) = end.events.items()
        lines = target.read(handle, f"events/{writer}.jsonl", 0, 10**6)
        assert len(lines) == size
        assert {"state", "note"} <= {json.loads(line)["k"] for line in lines.splitlines()}

    def test_a_request_is_answered_in_the_runs_directory(self, target, started):
        wait = 'until test -f "$MLWS_RUN_DIR/replies/q1.json"; do sleep 0.05; done'
        handle = started("sh", "-c", f'{wait}; cat "$MLWS_RUN_DIR/replies/q1.json"')
        target.reply(handle, "q1", b'{"version": 3}')
        ended(target, handle, self.patience_s)
        assert target.read(handle, layout.LOG, 0, 99) == b'{"version": 3}'

    def test_a_file_that_is_not_there_is_empty(self, target, started):
        assert target.read(started("true"), layout.STOP, 0, 10) == b""

    def test_starting_twice_is_one_run(self, target, started):
        handle = started("sh", "-c", "echo once")
        assert started("sh", "-c", "echo once") == handle
        ended(target, handle, self.patience_s)
        assert started("sh", "-c", "echo once") == handle
        assert target.read(handle, layout.LOG, 0, 99) == b"once\n"

    def test_starting_at_once_from_many_sides_is_one_run(self, target, started):
        command = ("sh", "-c", "echo once; sleep 0.2")
        with ThreadPoolExecutor(4) as many:
            handle, *others = many.map(lambda _: started(*command), range(4))
        assert others == [handle] * 3
        ended(target, handle, self.patience_s)
        assert target.read(handle, layout.LOG, 0, 99) == b"once\n"

    def test_twenty_runs_at_once_have_each_its_own_end(self, target, started):
        handles = [started("sh", "-c", f"exit {n}", run_id=f"r{n}") for n in range(20)]
        for handle in handles:
            ended(target, handle, 60.0)
        assert [seen.exit.code for seen in target.poll_all(handles)] == list(range(20))

    def test_each_attempt_is_its_own(self, said):
        assert [said("printenv", "MLWS_ATTEMPT", attempt=n)[1] for n in (1, 2)] == [b"1\n", b"2\n"]

    def test_a_handle_outlives_the_object_that_made_it(self, another, started):
        handle = json.loads(json.dumps(started("sh", "-c", "exit 3")))
        assert ended(another, handle, self.patience_s).exit.code == 3

    def test_stop_is_polite_at_first(self, target, started):
        script = "trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.05; done"
        handle = started("sh", "-c", script)
        spoken(target, handle, self.patience_s)
        target.stop(handle)
        end = ended(target, handle, self.patience_s).exit
        assert (end.code, end.ended_by) == (5, "cancel")
        assert target.read(handle, layout.LOG, 0, 99).endswith(b"bye\n")

    def test_stop_ends_a_run_that_would_not(self, target, started):
        handle = started("sh", "-c", STUBBORN)
        spoken(target, handle, self.patience_s)
        target.stop(handle)
        target.stop(handle)
        end = ended(target, handle, self.patience_s).exit
        assert (end.code, end.signal, end.ended_by) == (None, 9, "cancel")

    def test_stopping_what_has_ended_changes_nothing(self, target, started):
        handle = started("sh", "-c", "exit 3")
        before = ended(target, handle, self.patience_s)
        target.stop(handle)
        assert target.poll(handle).exit == before.exit

    def test_stopped_before_it_began_the_command_never_runs(self, target, started):
        def unpack(code):
            (code / "x").write_text("")
            target.stop(target.prepare(a_run("true")).handle)

        handle = started("sh", "-c", "echo ran", unpack=unpack)
        end = ended(target, handle, self.patience_s).exit
        assert (end.code, end.ended_by) == (None, "cancel")
        assert target.read(handle, layout.LOG, 0, 99) == b""

    def test_a_run_that_is_too_long_is_ended(self, said):
        end, _ = said("sleep", "60", max_duration_s=0.3)
        assert (end.code, end.signal, end.ended_by) == (None, 15, "timeout")

    def test_a_service_has_no_longest_duration(self, target):
        launch = target.prepare(a_run("sleep", "60", kind="service", max_duration_s=0.3))
        assert launch.spec["max_duration_s"] is None

    def test_a_command_that_is_not_there_says_so(self, said):
        end, log = said("no-such-command")
        assert (end.code, end.ended_by) == (127, "shim")
        assert b"no-such-command" in log

    def test_inputs_lie_where_they_were_asked(self, said, tmp_path):
        (tmp_path / "data.csv").write_text("1,2")
        assert said("cat", "in/data", inputs={"in/data": str(tmp_path / "data.csv")})[1] == b"1,2"

    @pytest.mark.parametrize(
        "name, path", [("../x", "/a"), ("/x", "/a"), ("", "/a"), ("outputs/x", "/a"), ("x", "a")]
    )
    def test_an_input_outside_the_working_directory_is_refused(self, target, name, path):
        with pytest.raises(Invalid):
            target.prepare(a_run("true", inputs={name: path}))

    def test_an_input_that_a_file_has_the_name_of_is_refused(self, started):
        with pytest.raises(Invalid, match="another name"):
            started("true", inputs={"x": "/a"}, unpack=lambda code: (code / "x").write_text(""))

    def test_preparing_starts_nothing(self, target):
        launch = target.prepare(a_run("true"))
        assert launch == target.prepare(a_run("true"))
        with pytest.raises(HandleLost):
            target.poll(launch.handle)

    def test_the_code_can_go_before_the_rest(self, target, started):
        handle = started("sh", "-c", "echo said; echo x >outputs/x")
        end = ended(target, handle, self.patience_s).exit
        target.trim(handle)
        target.trim(handle)
        assert target.files(handle, "outputs") == []
        assert target.read(handle, layout.LOG, 0, 99) == b"said\n"
        assert target.poll(handle).exit == end

    def test_what_is_forgotten_is_lost(self, target, started):
        handle = started("true")
        ended(target, handle, self.patience_s)
        target.forget(handle)
        target.forget(handle)
        with pytest.raises(HandleLost):
            target.poll(handle)
        with pytest.raises(HandleLost):
            target.stop(handle)
        (lost,) = target.poll_all([handle])
        assert isinstance(lost, HandleLost)

    def test_the_machine_can_be_looked_at(self, target):
        seen = target.look()
        assert seen.cpus >= 1
        assert seen.memory_bytes > 2**20

    def test_no_secret_of_a_run_can_be_listed(self, target, started):
        secret = "hunter2-" + "x" * 20
        handle = started("sh", "-c", "echo ready; sleep 60", variables={"MY_KEY": secret})
        spoken(target, handle, self.patience_s)
        listed = subprocess.run(["ps", "-ef"], capture_output=True, text=True, check=True).stdout
        assert secret not in listed
