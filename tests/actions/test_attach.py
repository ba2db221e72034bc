"""Attach and detach: targets come, change and go while runs go on."""

from dataclasses import replace

import pytest

from jupyter_mlws.actions.attach import attach, detach
from jupyter_mlws.actions.open import open_backend
from jupyter_mlws.errors import Conflict, DiskFull, Invalid, NotFound
from jupyter_mlws.records.target import NewTarget
from jupyter_mlws.store import targets

ONE = NewTarget(config={"slots": 1})


def test_more_slots_start_what_waits_and_what_goes_on_is_not_touched(running):
    attach(running.backend, "local", ONE, "ada")
    first, second = (running.submit("sleep", "60") for _ in range(2))
    running.reached(first.id, "Running")
    assert running.run(second.id).state.value == "Queued"
    made = attach(running.backend, "local", NewTarget(config={"slots": 2}), "ada")
    assert (made.slots, made.config) == (2, {"slots": 2})
    running.reached(second.id, "Running")
    assert running.moves(first.id)[-1] == "Running"


def test_a_target_goes_when_nothing_is_on_it(running):
    attach(running.backend, "few", ONE, "ada")
    run = running.submit("true", target="few")
    running.ended(run.id)
    attach(running.backend, "few", NewTarget(), "bob")
    gone = detach(running.backend, "few", "ada")
    assert (gone.name, "few" in running.backend.targets) == ("few", False)
    assert running.run(run.id).state.value == "Completed"
    for name in ("few", "none"):
        with pytest.raises(NotFound, match="there is local"):
            detach(running.backend, name, "ada")
    with pytest.raises(Invalid, match="no target 'few'"):
        running.submit("true", target="few")


def test_who_is_on_a_target_is_named(running):
    attach(running.backend, "few", ONE, "ada")
    for _ in range(2):
        running.submit("sleep", "60", target="few")
    with pytest.raises(Conflict, match="default-1, default-2 would be left"):
        detach(running.backend, "few", "ada")
    assert "few" in running.backend.targets


def test_local_the_default_and_a_kind_stay(running):
    attach(running.backend, "few", ONE, "ada")
    settings = replace(running.backend.settings, default_target="few")
    with pytest.raises(Conflict, match="default target"):
        detach(replace(running.backend, settings=settings), "few", "ada")
    with pytest.raises(Conflict, match="always there"):
        detach(running.backend, "local", "ada")
    with pytest.raises(Conflict, match="of kind local"):
        attach(running.backend, "few", NewTarget(kind="docker"), "ada")


def test_what_could_not_be_written_is_as_it_was(running, monkeypatch):
    attach(running.backend, "few", ONE, "ada")
    before = dict(running.backend.targets)

    def full(*_, **__):
        raise DiskFull("No room.")

    monkeypatch.setattr(targets.changes, "add", full)
    for change in (
        lambda: attach(running.backend, "few", NewTarget(config={"slots": 9}), "ada"),
        lambda: attach(running.backend, "new", ONE, "ada"),
        lambda: detach(running.backend, "few", "ada"),
    ):
        with pytest.raises(DiskFull):
            change()
        assert running.backend.targets == before


def test_a_seed_that_cannot_be_is_told_and_leaves_no_store_begun(bench):
    settings = replace(bench.settings, state=bench.settings.state / "other")
    wrong = replace(settings, targets={"few": {"slots": 0}})
    with pytest.raises(Invalid, match=r"workspace\.toml, \[targets\.few\]: .*at least one slot"):
        open_backend(wrong, print)
    right = replace(settings, targets={"few": {"kind": "local", "slots": 2}})
    opened = open_backend(right, lambda *_: None)
    assert {name: one.slots for name, one in opened.targets.items()}["few"] == 2
    opened.close()
    again = open_backend(replace(settings, targets={"more": {}}), lambda *_: None)
    assert sorted(again.targets) == ["few", "local"]
    again.close()
