"""The index of contents: what is known, what is missing, what nothing needs any more."""

import os

import pytest
from sqlalchemy import insert

from jupyter_mlws.errors import NotFound
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.packing import digest_of
from jupyter_mlws.records.snapshot import Entry
from jupyter_mlws.store import blobs, garbage, snapshots, tables
from jupyter_mlws.store.open import Store
from jupyter_mlws.store.packs import Packs

DAY = 86_400.0
LONG_AGO, NOW = Instant.of_unix(1_000_000_000), Instant.of_unix(2_000_000_000)


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "store.db", lambda *_: None)
    yield store
    store.close()


@pytest.fixture
def packs(tmp_path):
    return Packs(tmp_path / "blobs")


@pytest.fixture
def use(store):
    """A snapshot of one content, and a deployment that needs it, or not."""

    def use(content, *, deployed=True):
        entry = Entry(path="f", digest=digest_of(content), size_bytes=len(content))
        with store.write() as tx:
            made = snapshots.create(tx, [entry], LONG_AGO, "me")
            if deployed:
                deploy(tx, made.id)
        return made.id

    return use


def deploy(tx, snapshot):
    born = {"created_at": 1, "created_by": "me"}
    endpoint = dict(
        name="svc", state="up", desired="up", target="local", key_hashes=[], keys_sealed=b"",
        revision=1, config={},
    )  # fmt: skip
    tx.execute(insert(tables.endpoints).values(**endpoint, **born))
    deployment = dict(endpoint="svc", revision=1, model="m", version=1, state="up")
    config = {"script": "score.py", "snapshot": snapshot}
    tx.execute(insert(tables.deployments).values(**deployment, config=config, **born))


@pytest.fixture
def keep(store, packs):
    """Contents, on disk and known since `at`."""

    def keep(*contents, at=LONG_AGO):
        placed = packs.put_many(contents)
        with store.write() as tx:
            blobs.add(tx, placed, at)
        return placed

    return keep


def test_what_is_known_and_what_is_missing(store, keep):
    keep(b"a", b"b")
    asked = [digest_of(content) for content in (b"c", b"a", b"d", b"c")]
    with store.read() as tx:
        assert blobs.missing(tx, asked) == (asked[0], asked[2])
        assert blobs.known(tx, asked) == {asked[1]}
        assert blobs.missing(tx, []) == ()


def test_a_row_says_where_a_content_lies(store, packs, keep):
    placed = keep(b"a", b"text " * 100, os.urandom(5_000_000))
    with store.read() as tx:
        assert {blobs.find(tx, one.digest) for one in placed} == set(placed)
        assert blobs.find_many(tx, [one.digest for one in placed]).keys() == {
            one.digest for one in placed
        }
        with pytest.raises(NotFound, match=digest_of(b"x")):
            blobs.find(tx, digest_of(b"x"))


def test_a_content_that_is_known_stays_where_it_is(store, packs, keep):
    (first,) = keep(b"a")
    keep(b"b", b"a")
    with store.read() as tx:
        assert blobs.find(tx, digest_of(b"a")) == first
        assert blobs.total(tx)[:2] == (2, 2)


def test_many_at_once(store, keep):
    placed = keep(*(str(n).encode() for n in range(3000)))
    with store.read() as tx:
        assert len(blobs.find_many(tx, [one.digest for one in placed])) == 3000
        assert blobs.missing(tx, [one.digest for one in placed] + ["sha256:x"]) == ("sha256:x",)


def test_garbage_goes_after_a_day_and_nothing_else(store, packs, keep, use):
    live = b"live " * 100
    placed = keep(live, b"", *(os.urandom(1000) for _ in range(9)))
    (young,) = keep(b"young", at=NOW.after(-DAY / 2))
    (large,) = keep(os.urandom(5_000_000))
    use(live)
    use(b"", deployed=False)
    for path in packs.folder.glob("*/*/*"):
        os.utime(path, (1, 1))
    with store.write() as tx:
        freed = garbage.collect(tx, packs, NOW)
    assert freed.n == 11 and freed.size_bytes == 5_009_000
    with store.read() as tx:
        kept = blobs.find(tx, digest_of(live))
        assert blobs.known(tx, [one.digest for one in placed]) == {digest_of(live)}
        named = blobs.named(tx)
    assert kept.pack != placed[0].pack and packs.read(kept) == live
    assert packs.read(young) == b"young"
    assert packs.read(large), "someone may have read its row just now"
    assert packs.sweep(named) == 0
    for path in packs.folder.glob("*/*/*"):
        os.utime(path, (1, 1))
    assert packs.sweep(named) > 5_009_000
    assert {p.relative_to(packs.folder) for p in packs.folder.glob("*/*/*")} == named
    assert packs.read(kept) == live


def test_what_is_needed_again_is_young_again(store, packs, keep):
    keep(b"again")
    keep(b"again", at=NOW)
    with store.write() as tx:
        assert garbage.collect(tx, packs, NOW).n == 0


def test_a_snapshot_that_is_asked_for_again_is_young_again(store, packs, keep, use):
    keep(b"code")
    snapshot = use(b"code", deployed=False)
    entry = Entry(path="f", digest=digest_of(b"code"), size_bytes=4)
    with store.write() as tx:
        assert snapshots.create(tx, [entry], NOW, "me").id == snapshot
        assert garbage.collect(tx, packs, NOW).n == 0
        assert garbage.collect(tx, packs, NOW.after(2 * DAY)).n == 1


def test_a_collection_that_fails_changes_nothing(store, packs, keep, use):
    placed = keep(b"kept " * 500, *(os.urandom(1000) for _ in range(9)))
    use(b"kept " * 500)
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        garbage.collect(tx, packs, NOW)
        raise ZeroDivisionError
    with store.read() as tx:
        assert {packs.read(blobs.find(tx, one.digest)) != b"" for one in placed} == {True}


def test_models_keep_what_they_name(store, packs, keep):
    (weights,) = keep(b"weights")
    (gone,) = keep(b"gone")
    born = {"created_at": 1, "created_by": "me"}
    model = {"path": "m", "size_bytes": 1, "tags": {}, "properties": {}, "metrics": {}} | born
    with store.write() as tx:
        tx.execute(insert(tables.models).values(name="m", next_version=3, **born))
        for version, digest, deleted in ((1, weights.digest, None), (2, gone.digest, 1)):
            manifest = [{"path": "m.pkl", "digest": digest}]
            row = model | {"name": "m", "version": version, "manifest": manifest}
            tx.execute(insert(tables.model_versions).values(deleted_at=deleted, **row))
        assert garbage.live(tx) == {weights.digest}
        assert {one.digest for one in blobs.dead(tx, garbage.live(tx), NOW)} == {gone.digest}
