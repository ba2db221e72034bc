"""Snapshots at the door, in a folder again, as a zip, and beside one another."""

import io
import os
import stat
import zipfile
from hashlib import sha256

import pytest

from jupyter_mlws.errors import Conflict, Invalid, NotFound, StoreBroken, TooLarge
from jupyter_mlws.records.codec import encode
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.packing import digest_of
from jupyter_mlws.records.snapshot import Entry
from jupyter_mlws.snapshot.take import take
from jupyter_mlws.store import blobs, manifests, snapshots
from jupyter_mlws.store.compare import compare
from jupyter_mlws.store.open import Store
from jupyter_mlws.store.packs import Packs
from jupyter_mlws.store.trees import lay, zipped

NOW = Instant.of_unix(2_000_000_000)
CODE = b"print(1)\n"


def file(path, content=CODE, **more):
    return Entry(path=path, digest=digest_of(content), size_bytes=len(content), **more)


def link(path, target):
    return Entry(path=path, kind="link", target=target)


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "store.db", lambda *_: None)
    yield store
    store.close()


@pytest.fixture
def packs(tmp_path, store):
    packs = Packs(tmp_path / "blobs")
    with store.write() as tx:
        blobs.add(tx, packs.put_many([CODE, b"", b"other\n"]), NOW)
    return packs


@pytest.fixture
def tree(store, packs):
    """A snapshot of these entries, read back."""

    def tree(*entries, contents=()):
        with store.write() as tx:
            blobs.add(tx, packs.put_many(contents), NOW)
            made = snapshots.create(tx, entries, NOW, "me")
        with store.read() as tx:
            return snapshots.tree(tx, made.id)

    return tree


def test_a_folder_there_and_back(store, packs, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "pkg/deep").mkdir(parents=True)
    (source / "train.py").write_bytes(CODE)
    (source / "pkg/deep/run.sh").write_text("#!/bin/sh\n")
    (source / "pkg/deep/run.sh").chmod(0o755)
    (source / "pkg/big.bin").write_bytes(os.urandom(5_000_000))
    (source / "pkg/é\n").write_text("")
    (source / "link").symlink_to("pkg/deep")
    (source / "away").symlink_to("/nowhere")
    taken = take(source, cache=tmp_path / "cache")
    with store.read() as tx:
        missing = blobs.missing(tx, taken.digests)
    assert len(missing) == 2, "two are here already"
    placed = packs.receive(taken.stream(missing))
    with store.write() as tx:
        blobs.add(tx, placed, NOW)
        made = snapshots.create(tx, taken.entries, NOW, "me")
        assert snapshots.create(tx, reversed(taken.entries), NOW, "you") == made
    assert made.id == taken.id and made.n_files == 6
    with store.read() as tx:
        assert snapshots.get(tx, made.id).entries == taken.entries
        tree = snapshots.tree(tx, made.id)
    lay(packs, tree, target)
    assert take(target, cache=tmp_path / "cache").id == made.id
    assert stat.S_IMODE((target / "train.py").stat().st_mode) & 0o777 == 0o644


def test_what_is_laid_is_a_private_copy(packs, tree, tmp_path):
    whole = tree(file("a", CODE), file("big", b"x" * 5_000_000), contents=[b"x" * 5_000_000])
    lay(packs, whole, tmp_path / "run")
    for name in ("a", "big"):
        (tmp_path / "run" / name).write_bytes(b"changed")
    lay(packs, whole, tmp_path / "again")
    assert (tmp_path / "again/a").read_bytes() == CODE


@pytest.mark.parametrize(
    "path",
    ["", "/etc/x", "../x", "a/../b", "a//b", "./a", "a/", "a/.", "a\0b", "x" * 256, "a/" * 2500],
)
def test_paths_that_lead_out_are_refused(path, store, packs):
    with store.write() as tx, pytest.raises(Invalid, match="not one inside"):
        snapshots.create(tx, [file(path)], NOW, "me")


@pytest.mark.parametrize(
    "entries",
    [
        [file("a"), file("a", b"")],
        [link("a", "/etc"), file("a/passwd")],
        [file("a"), file("a/b/c"), file("a-b")],
        [Entry(path="a")],
        [Entry(path="a", kind="link")],
        [Entry(path="a", kind="link", target="x\0y")],
        [Entry(path="a", kind="link", target="b", digest=digest_of(CODE))],
        [Entry(path="a", digest=digest_of(CODE), size_bytes=len(CODE), target="b")],
        [Entry(path="a", digest=digest_of(CODE), size_bytes=1)],
        [Entry(path="a", digest=digest_of(CODE), size_bytes=-1)],
        [file("\udcff")],
    ],
)
def test_manifests_that_cannot_be_laid_are_refused(entries, store, packs):
    with store.write() as tx, pytest.raises(Invalid):
        snapshots.create(tx, entries, NOW, "me")


def test_a_content_must_be_here_first(store, packs):
    with store.write() as tx, pytest.raises(Conflict, match="'new.py'"):
        snapshots.create(tx, [file("a"), file("new.py", b"new")], NOW, "me")


def test_too_many_files(store, monkeypatch):
    monkeypatch.setattr(manifests, "MOST_ENTRIES", 3)
    with store.write() as tx, pytest.raises(TooLarge):
        snapshots.create(tx, [file(str(n)) for n in range(4)], NOW, "me")


def test_the_id_is_of_the_sorted_entries(store, packs):
    entries = (file("a/b"), file("a-b"), link("z", "a"))
    with store.write() as tx:
        made = snapshots.create(tx, entries, NOW, "me")
        ordered = sorted(entries, key=lambda entry: entry.path)
        assert made.id == "sha256:" + sha256(encode(tuple(ordered))).hexdigest()
        assert snapshots.exists(tx, made.id) and not snapshots.exists(tx, "sha256:x")
        assert snapshots.digests(tx, [made.id, "sha256:x"]) == {digest_of(CODE)}
        with pytest.raises(NotFound):
            snapshots.get(tx, "sha256:x")


def test_nothing_is_written_through_a_link(packs, tree, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/f").write_text("mine")
    for way in ("a", "a/b", "f"):
        target = tmp_path / "run" / way.replace("/", "-")
        (target / way).parent.mkdir(parents=True)
        (target / way).symlink_to(tmp_path / "outside" / ("f" if way == "f" else ""))
        with pytest.raises(Conflict):
            lay(packs, tree(file("a/b/f"), file("f")), target)
    assert os.listdir(tmp_path / "outside") == ["f"]
    assert (tmp_path / "outside/f").read_text() == "mine"


def test_links_are_laid_as_they_were(packs, tree, tmp_path):
    lay(packs, tree(file("a/b"), link("a/up", "../.."), link("l", "/etc/passwd")), tmp_path / "run")
    assert os.readlink(tmp_path / "run/a/up") == "../.."
    assert os.readlink(tmp_path / "run/l") == "/etc/passwd"


def test_a_spoilt_content_is_not_laid(packs, tree, tmp_path):
    whole = tree(file("a"))
    path = packs.folder / whole.placed[digest_of(CODE)].path()
    path.write_bytes(path.read_bytes().replace(b"print(1)", b"print(2)"))
    with pytest.raises(StoreBroken):
        lay(packs, whole, tmp_path / "run")
    assert not (tmp_path / "run/a").exists() or (tmp_path / "run/a").read_bytes() == b""


def test_as_a_zip(packs, tree):
    big = os.urandom(5_000_000)
    whole = tree(
        file("a.py"),
        file("run.sh", executable=True),
        file("d/big", big),
        link("l", "a.py"),
        contents=[big],
    )
    chunks = list(zipped(packs, whole))
    assert len(chunks) > 3
    with zipfile.ZipFile(io.BytesIO(b"".join(chunks))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a.py", "d/big", "l", "run.sh"]
        assert archive.read("a.py") == CODE and archive.read("d/big") == big
        modes = {i.filename: i.external_attr >> 16 for i in archive.infolist()}
    assert stat.S_ISLNK(modes["l"]) and modes["run.sh"] & 0o111 and not modes["a.py"] & 0o111


def contents_of(*contents):
    return {digest_of(content): content for content in contents}.__getitem__


def test_what_differs():
    old, new = b"one\ntwo\n", b"one\nzwei\nthree"
    found = compare(
        (file("a", old), file("gone", b"x\n"), file("same"), file("sh", CODE), link("l", "a")),
        (file("a", new), file("new", b""), file("same"), file("sh", CODE, executable=True)),
        contents_of(old, new, b"x\n", b"", CODE),
    )
    by_path = {one.path: one for one in found.files}
    assert list(by_path) == ["a", "gone", "l", "new", "sh"]
    assert by_path["a"].diff.split("\n") == [
        *("--- a/a", "+++ b/a", "@@ -1,2 +1,4 @@", " one", "-two"),
        *("+zwei", "+three", "+\\ No newline at end of file"),
    ]
    assert (by_path["a"].added, by_path["a"].removed) == (2, 1)
    assert (by_path["gone"].change, by_path["gone"].removed) == ("gone", 1)
    assert by_path["new"].change == "new" and by_path["l"].diff.endswith("-link to a")
    assert by_path["sh"].diff == "mode changed: not executable → executable"


@pytest.mark.parametrize("content", [b"\0\1", b"\xff\xfe", b"x" * 600_000, b"\n" * 10_001])
def test_what_is_no_text_has_no_diff(content):
    found = compare((file("a"),), (file("a", content),), contents_of(CODE, content))
    assert [(f.path, f.change, f.diff) for f in found.files] == [("a", "changed", None)]


def test_an_answer_has_an_end():
    text = b"".join(b"%d\n" % n for n in range(9000)) * 1
    sides = [tuple(file(f"{n:03}", text + bytes([65 + n % 60])) for n in range(200)), ()]
    found = compare(*sides, contents_of(*(text + bytes([65 + n]) for n in range(60))))
    assert len(found.files) == 200
    assert 4 << 20 < sum(len(f.diff or "") for f in found.files) < 5 << 20
    assert found.files[-1].diff is None
