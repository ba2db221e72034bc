"""How a run ended, and why: from evidence alone."""

import pytest

from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import Exit, Reason, Run, RunSpec, RunState
from jupyter_mlws.runner.blame import blame
from jupyter_mlws.runner.verdict import verdict

S, R = RunState, Reason


def a_run(*, canceled=False):
    at = Instant(0)
    return Run(
        id="0" * 26,
        experiment="a",
        number=1,
        kind="script",
        state=S.RUNNING,
        state_since=at,
        target="local",
        priority=0,
        spec=RunSpec(script="a.py", max_duration_s=5),
        parameters={},
        created_at=at,
        created_by="ada",
        cancel_requested_at=at if canceled else None,
        reason_code=R.USER_CANCEL if canceled else None,
        reason="Canceled by ada." if canceled else None,
    )


def an_end(code=0, *, signal=None, oom=False, by="command"):
    facts = {"at": 1.0, "max_rss_bytes": 1, "log_bytes": 1, "events": {}}
    return Exit(code=code, signal=signal, oom=oom, ended_by=by, **facts)


@pytest.mark.parametrize(
    ("end", "canceled", "to", "code", "words"),
    [
        (an_end(0), False, S.COMPLETED, None, None),
        (an_end(0), True, S.COMPLETED, None, None),  # it was faster
        (an_end(3), False, S.FAILED, R.EXIT_NONZERO, "code 3"),
        (an_end(None, signal=11), False, S.FAILED, R.KILLED, "signal 11"),
        (an_end(None, signal=9, oom=True), False, S.FAILED, R.OOM, "memory"),
        (an_end(137, oom=True), False, S.FAILED, R.OOM, "memory"),
        (an_end(None, signal=15, by="timeout"), False, S.FAILED, R.TIMEOUT, "limit of 5 s"),
        (an_end(None, signal=15, by="cancel"), True, S.CANCELED, R.USER_CANCEL, "by ada"),
        (an_end(0, by="cancel"), True, S.CANCELED, R.USER_CANCEL, "by ada"),
        (an_end(127, by="shim"), False, S.FAILED, R.LAUNCH_REJECTED, "log says why"),
        (an_end(126, by="shim"), False, S.FAILED, R.LAUNCH_REJECTED, "log says why"),
        (an_end(None, signal=15, by="shim"), False, S.FAILED, R.KILLED, "signal 15"),
        (an_end(0, by="shim"), False, S.FAILED, R.KILLED, "told to leave"),
        (None, False, S.FAILED, R.LOST, "nobody knows"),
        (None, True, S.CANCELED, R.USER_CANCEL, "by ada"),
    ],
)
def test_a_verdict(end, canceled, to, code, words):
    found = verdict(a_run(canceled=canceled), end)
    assert (found.to, found.code) == (to, code)
    assert words is None or words in found.sentence


def test_nothing_is_completed_without_evidence_and_nothing_fails_without_a_reason():
    for by in ("command", "cancel", "timeout", "shim"):
        for code, signal in ((0, None), (1, None), (None, 9)):
            found = verdict(a_run(), an_end(code, signal=signal, by=by))
            assert (found.to is S.COMPLETED) == (by == "command" and code == 0)
            assert found.to is S.COMPLETED or (found.code and found.sentence)


TRACE = b"Traceback (most recent call last):\n  File 'a.py', line 1\n"


@pytest.mark.parametrize(
    ("log", "says"),
    [
        (b"", None),
        (b"all is well\n", None),
        (TRACE + b"ValueError: no\n", "ValueError: no"),
        (TRACE + b"sklearn.exceptions.NotFittedError: fit first\n", "NotFittedError: fit first"),
        (TRACE + b"\x1b[31mKeyError\x1b[0m: 'a'\n", "KeyError: 'a'"),
        (TRACE + b"AssertionError\n", "AssertionError"),
        (TRACE + b"KeyboardInterrupt\n", "It was interrupted."),
        (TRACE + b"MemoryError\n", "Ran out of memory: the machine had no more."),
        (TRACE + b"ModuleNotFoundError: No module named 'xgboost'\n", "no module 'xgboost'"),
        (b"mlws: not started: No such file: /x\n", "not started: No such file: /x"),
        (TRACE + b"ValueError: first\n" + TRACE + b"TypeError: last\ndone\n", "TypeError: last"),
        (b"ValueError: \xff\xfe\n", "ValueError: \ufffd\ufffd"),
        (b"ValueError: " + b"x" * 5000 + b"\n", "x" * 200 + "…"),
        (
            b"usage: t.py [-h] [--lr LR]\nt.py: error: unrecognized arguments: --hidden 256\n",
            "t.py does not take its arguments: unrecognized arguments: --hidden 256",
        ),
    ],
)
def test_blame(log, says):
    found = blame(log)
    if says is None:
        assert found is None
    elif says.endswith("…"):
        assert found.endswith("…")
        assert len(found) <= 301
    else:
        assert says in found


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("data/train.csv", "data/"),
        ("./data/train.csv", "data"),
        ("/state/runs/x/1/code/data/train.csv", "data/"),
        ("model.bin", "*.bin"),
        ("deep/data/a", "deep/data/"),
    ],
)
def test_a_file_that_was_left_out_is_explained(path, ignored):
    log = TRACE + f"FileNotFoundError: [Errno 2] No such file or directory: '{path}'\n".encode()
    found = blame(log, [ignored])
    assert "ignore rules left out" in found
    assert "--input" in found
    assert "not in the snapshot" in blame(log, ["other/"])
