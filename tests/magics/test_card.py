"""A run as a cell shows it where no front end draws it live."""

import pytest

from jupyter_mlws.magics.card import html
from jupyter_mlws.magics.views import Table
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import Curve, Run, RunSpec, RunState
from jupyter_mlws.sdk import words

T0 = Instant.parse("2030-01-01T00:00:00Z")
EVIL = "<img src=x onerror=alert(1)>"


def made(state, **news):
    known = {
        "id": "0" * 26,
        "experiment": "digits",
        "number": 3,
        "kind": "script",
        "state": state,
        "state_since": T0,
        "target": "local",
        "priority": 0,
        "spec": RunSpec(script="train.py"),
        "parameters": {},
        "created_at": T0,
        "created_by": "ada",
    }
    return Run(**known | news)


LINES = [
    (made(RunState.QUEUED, reason="waits for a slot"), "◷ Queued · digits-3 · waits for a slot"),
    (made(RunState.RUNNING, started_at=T0, name="base"), "◕ Running · digits-3 base · 1 min 5 s"),
    (
        made(
            RunState.COMPLETED,
            started_at=T0,
            ended_at=T0.after(12),
            metrics={"a": 1, "acc": 0.97222},
            curve=Curve(name="acc", last=0.97222, points=()),
        ),
        "✓ Completed · digits-3 · 12 s · acc 0.9722",
    ),
    (made(RunState.FAILED, reason="exit code 3"), "✗ Failed · digits-3 · exit code 3"),
    (made(RunState.CANCEL_REQUESTED), "⊘ Canceling · digits-3"),
    (made(RunState.RUNNING, not_responding_since=T0), "⚠ Not responding · digits-3"),
    (made(RunState.COMPLETED, metrics={"system/memory_bytes": 1}), "✓ Completed · digits-3"),
]


@pytest.mark.parametrize(("run", "line"), LINES, ids=lambda x: x if isinstance(x, str) else "")
def test_one_line(run, line):
    assert words.line(run, T0.after(65)) == line


@pytest.mark.parametrize("state", list(RunState))
def test_every_state_has_a_glyph_a_word_and_a_tone(state):
    run = made(state)
    assert words.glyph(run) and words.word(run) and words.tone(run)


def test_html_is_a_plain_table_in_which_nothing_runs():
    evil = {"metrics": {EVIL: EVIL}, "parameters": {EVIL: EVIL}, "name": EVIL, "reason": EVIL}
    drawn = html(made(RunState.FAILED, **evil), T0)
    assert "<img" not in drawn and "<script" not in drawn
    assert drawn.startswith("<table") and "&lt;img" in drawn


def test_a_table_is_text_and_html():
    table = Table(("a", "b"), [("1", EVIL), ("22", "")])
    assert repr(table) == f"a   b\n1   {EVIL}\n22"
    bundle = table._repr_mimebundle_()
    assert "<img" not in bundle["text/html"]
    assert repr(Table(("a",), [], "No runs yet.")) == "No runs yet."
