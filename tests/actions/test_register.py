"""Register: from a run's outputs without copying, or from sent files; never half."""

import pytest

from jupyter_mlws.actions.register import edit_version, register, remove_version
from jupyter_mlws.actions.unpack import content_of, lay_model
from jupyter_mlws.errors import Conflict, Invalid, NotFound
from jupyter_mlws.records.files import FileEntry
from jupyter_mlws.records.model import NewVersion, VersionPatch
from jupyter_mlws.store import blobs

LEAVES = """
import os
from azureml.core.run import Run
Run.get_context().log("acc", 0.9)
os.makedirs("outputs/tree/deep")
open("outputs/model.pkl", "w").write("model")
open("outputs/tree/a", "w").write("a")
open("outputs/tree/deep/b", "w").write("b")
"""


@pytest.fixture
def run(running):
    ended = running.ended(running.python(LEAVES).id)
    assert ended.state.value == "Completed", ended.reason
    return ended


@pytest.fixture
def sent(backend):
    """A content of the store, as a file entry at a path."""

    def sent(path, content=b"model"):
        placed = backend.packs.put(content)
        with backend.store.write() as tx:
            blobs.add(tx, [placed], backend.now())
        return FileEntry(path=path, size_bytes=len(content), digest=placed.digest)

    return sent


def test_one_file_of_a_run(running, run):
    before = blobs_on_disk(running)
    new = NewVersion(run=run.label, path="outputs/model.pkl", tags={"a": "1"})
    version = register(running.backend, "digits", new, "ada")
    assert [entry.path for entry in version.files] == ["model.pkl"]
    assert (version.label, version.run, version.path) == (
        "digits:1",
        run.label,
        "outputs/model.pkl",
    )
    assert version.metrics == {"acc": 0.9}
    assert running.run(run.id).models == ("digits:1",)
    assert blobs_on_disk(running) == before


def blobs_on_disk(bench):
    folder = bench.settings.state / "blobs"
    return {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def test_a_folder_of_a_run_is_laid_as_it_was(running, run, tmp_path):
    new = NewVersion(run=run.id, path="outputs/tree/")
    version = register(running.backend, "digits", new, "ada")
    assert [entry.path for entry in version.files] == ["a", "deep/b"]
    lay_model(running.backend, "digits:1", tmp_path / "laid")
    assert (tmp_path / "laid/deep/b").read_text() == "b"


@pytest.mark.parametrize(
    ("name", "new", "kind", "says"),
    [
        ("a/b", {"run": "latest", "path": "outputs/model.pkl"}, Invalid, "cannot name a model"),
        ("../x", {"run": "latest", "path": "outputs/model.pkl"}, Invalid, "cannot name a model"),
        ("x", {}, Invalid, "Give a run"),
        ("x", {"run": "nothing-1", "path": "outputs"}, NotFound, "nothing-1"),
        ("x", {"run": "latest", "path": "outputs/none"}, NotFound, "it has outputs/model.pkl"),
        ("x", {"run": "latest", "path": "../../store.db"}, NotFound, "no file or folder"),
        ("x", {"run": "latest", "path": "outputs/mod"}, NotFound, "no file or folder"),
    ],
)
def test_what_cannot_be_registered_is_said_and_leaves_no_number(
    running, run, name, new, kind, says
):
    with pytest.raises(kind, match=says):
        register(running.backend, name, NewVersion(**new), "ada")
    good = NewVersion(run=run.id, path="outputs/model.pkl")
    assert register(running.backend, "x", good, "ada").version == 1


def test_a_run_that_goes_on_is_waited_for(running):
    run = running.submit("sleep", "60")
    running.reached(run.id, "Running")
    with pytest.raises(Conflict, match="mlws run wait"):
        register(running.backend, "x", NewVersion(run=run.id, path="outputs/m"), "ada")


def test_files_that_were_sent(backend, sent):
    version = register(backend, "digits", NewVersion(files=(sent("model.pkl"),), root="/x"), "ada")
    assert (version.run_id, version.path, version.size_bytes) == (None, "/x", 5)
    entry, chunks = content_of(backend, "digits:1", "")
    assert b"".join(chunks(0, entry.size_bytes)) == b"model"


@pytest.mark.parametrize("path", ["../x", "/x", "a//b", "a/../b", ".", "a\0b", ""])
def test_a_path_that_leads_out_of_the_model_is_refused(backend, sent, path):
    with pytest.raises(Invalid, match="inside"):
        register(backend, "digits", NewVersion(files=(sent(path),)), "ada")


def test_two_files_of_one_path_are_refused(backend, sent):
    twice = (sent("a", b"1"), sent("a", b"2"))
    with pytest.raises(Invalid, match="twice"):
        register(backend, "digits", NewVersion(files=twice), "ada")


def test_a_size_that_is_not_the_content_s_is_refused(backend, sent):
    wrong = FileEntry(path="a", size_bytes=10**12, digest=sent("a").digest)
    with pytest.raises(Invalid, match="size"):
        register(backend, "digits", NewVersion(files=(wrong,)), "ada")


def test_a_file_whose_bytes_were_not_sent_is_refused(backend):
    ghost = FileEntry(path="model.pkl", size_bytes=5, digest="sha256:" + "0" * 64)
    with pytest.raises(Conflict, match="send it first"):
        register(backend, "digits", NewVersion(files=(ghost,)), "ada")


def test_a_deleted_version_cannot_be_edited_or_read(backend, sent):
    register(backend, "digits", NewVersion(files=(sent("a"),)), "ada")
    remove_version(backend, "digits", 1)
    with pytest.raises(NotFound, match="was deleted"):
        content_of(backend, "digits:1", "")
    with pytest.raises(NotFound, match="was deleted"):
        edit_version(backend, "digits", 1, VersionPatch(description="x"))
