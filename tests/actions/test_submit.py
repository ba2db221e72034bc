"""Submit, again, cancel, edit: what is asked for is checked first, and asked twice is once."""

import pytest
from msgspec.structs import replace

from jupyter_mlws.actions.cancel import cancel
from jupyter_mlws.actions.edit import edit
from jupyter_mlws.actions.submit import again, dry_run, submit
from jupyter_mlws.actions.unpack import keep
from jupyter_mlws.errors import Conflict, Invalid, MlwsError, NotFound
from jupyter_mlws.records.ids import new_id
from jupyter_mlws.records.run import NewRun, Resources, RunAgain, RunPatch, RunSpec, RunState
from jupyter_mlws.records.snapshot import Entry, Manifest
from jupyter_mlws.store import blobs, runs
from jupyter_mlws.store.search import Query, page


@pytest.fixture
def snapshot(backend):
    """A snapshot that holds train.py."""
    placed = backend.packs.put(b"print(1)\n")
    with backend.store.write() as tx:
        blobs.add(tx, [placed], backend.now())
    entry = Entry(path="train.py", digest=placed.digest, size_bytes=9)
    return keep(backend, Manifest(entries=(entry,)), "ada").id


def count(backend):
    with backend.store.read() as tx:
        return len(page(tx, Query(limit=1000))[0])


def test_sent_twice_it_is_one_run(backend, t0):
    new = NewRun(id=new_id(t0), spec=RunSpec(command=("a",)))
    assert submit(backend, new, "ada") == submit(backend, new, "ada")
    assert count(backend) == 1
    other = replace(new, spec=RunSpec(command=("b",)))
    with pytest.raises(Conflict, match="another specification"):
        submit(backend, other, "ada")


@pytest.mark.parametrize(
    ("asked", "field", "says"),
    [
        ({"target": "cluster"}, "spec.target", "there is local"),
        ({"snapshot": "sha256:" + "0" * 64}, "spec.snapshot", "snapshot"),
        ({"priority": 10**30}, "spec.priority", "priority"),
        ({"priority": -(10**30)}, "spec.priority", "priority"),
        ({"retries": -1}, "spec.retries", "retries"),
        ({"max_duration_s": 0.0}, "spec.max_duration_s", "duration"),
        ({"max_duration_s": -5.0}, "spec.max_duration_s", "duration"),
        ({"max_duration_s": 1e300}, "spec.max_duration_s", "a year"),
        ({"resources": Resources(gpus=-1)}, "spec.resources.gpus", "GPUs"),
        ({"script": None, "notebook": "a.ipynb", "arguments": ("x",)}, "spec.arguments", "-p"),
        ({"name": "x" * 256}, "spec.name", "255 characters"),
        ({"tags": {"": "x"}}, "spec.tags", "A tag's name"),
        ({"tags": {"a": "x" * 8001}}, "spec.tags", "8,000 characters"),
        ({"parameters": {"x" * 256: 1}}, "spec.parameters", "255 characters"),
        ({"variables": {"A=": "x"}}, "spec.variables", "no variable's name"),
        ({"variables": {"A": "\0"}}, "spec.variables", "zero byte"),
        ({"inputs": {"../x": "/tmp"}}, "spec.inputs.../x", "not a path inside"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_stored(backend, asked, field, says):
    with pytest.raises(Invalid, match=says) as caught:
        submit(backend, NewRun(spec=RunSpec(**{"script": "train.py", **asked})), "ada")
    assert caught.value.field == field
    assert count(backend) == 0


def test_a_script_that_is_not_in_the_snapshot_is_named_with_those_that_are(backend, snapshot):
    with pytest.raises(Invalid, match="comes in a snapshot"):
        submit(backend, NewRun(spec=RunSpec(script="train.py")), "ada")
    spec = RunSpec(script="tarin.py", snapshot=snapshot)
    with pytest.raises(Invalid, match=r"'tarin.py'.*train\.py") as caught:
        submit(backend, NewRun(spec=spec), "ada")
    assert caught.value.field == "spec.script"
    assert submit(backend, NewRun(spec=replace(spec, script="train.py")), "ada")


def test_an_input_where_the_snapshot_has_a_file_is_refused(backend, snapshot):
    spec = RunSpec(script="train.py", snapshot=snapshot, inputs={"train.py": "/tmp"})
    with pytest.raises(Invalid, match="has 'train.py' already"):
        submit(backend, NewRun(spec=spec), "ada")


def test_a_dry_run_shows_the_launch_and_stores_nothing(backend):
    shown = dry_run(backend, NewRun(spec=RunSpec(command=("echo", "1"))), "ada")
    assert shown["spec"]["command"] == ["echo", "1"]
    assert "MLWS_RUN_ID" in shown["spec"]["environment"]  # names: the values are the owner's
    assert isinstance(shown["spec"]["environment"], list)
    assert count(backend) == 0


def test_again_is_the_same_with_other_arguments(backend, snapshot):
    spec = RunSpec(
        script="train.py", snapshot=snapshot, arguments=("a",), parameters={"lr": 0.1, "n": 1}
    )
    first = submit(backend, NewRun(spec=spec), "ada")
    order = RunAgain(arguments=("b",), parameters={"lr": 0.2})
    second = again(backend, first.id, order, "bob")
    assert second.spec.arguments == ("b",)
    assert second.spec.parameters == {"lr": 0.2, "n": 1}
    assert (second.snapshot, second.number, second.created_by) == (snapshot, 2, "bob")
    assert second.tags == {"mlws.again_of": first.id}
    plain = again(backend, "latest", RunAgain(), "bob")
    assert plain.spec.arguments == ("b",)


def test_again_of_what_cannot_be_repeated_is_refused(backend):
    new = NewRun(id=backend.new_id(), spec=RunSpec(command=("x",)))
    with backend.store.write() as tx:
        service = runs.create(tx, new, at=backend.now(), by="ada", kind="service")
    with pytest.raises(Conflict, match="cannot be run again"):
        again(backend, service.id, RunAgain(), "ada")
    with pytest.raises(NotFound):
        again(backend, "nothing-1", RunAgain(), "ada")


def test_cancel_says_who_and_wakes_nobody_twice(backend):
    run = submit(backend, NewRun(spec=RunSpec(command=("a",))), "ada")
    first = cancel(backend, run.label, "bob")
    assert (first.state, first.reason) == (RunState.CANCELED, "Canceled by bob while it waited.")
    assert cancel(backend, run.id, "eve") == first
    with pytest.raises(NotFound):
        cancel(backend, "nothing-1", "ada")


def test_words_of_a_run_change_and_nothing_else(backend):
    run = submit(backend, NewRun(spec=RunSpec(command=("a",), tags={"a": "1"})), "ada")
    change = RunPatch(name="best", description="why", tags={"a": None, "b": "2"}, archived=True)
    after = edit(backend, run.label, change)
    assert (after.name, after.description, after.tags) == ("best", "why", {"b": "2"})
    assert after.archived_at is not None
    back = edit(backend, run.label, RunPatch(name="", archived=False))
    assert (back.name, back.description, back.archived_at) == (None, "why", None)
    assert back.spec == run.spec


def test_every_error_is_one_sentence(backend):
    for ref in ("nothing-1", "latest", "x" * 200):
        with pytest.raises(MlwsError) as caught:
            cancel(backend, ref, "ada")
        assert "\n" not in str(caught.value)
        assert str(caught.value).endswith(".")
