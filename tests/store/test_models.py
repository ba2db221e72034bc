"""Models: versions are counted, never used again, and stay while they are served."""

import pytest

from jupyter_mlws.errors import Conflict, Invalid, NotFound
from jupyter_mlws.records.endpoint import EndpointState
from jupyter_mlws.records.files import FileEntry
from jupyter_mlws.records.model import NewVersion, VersionPatch
from jupyter_mlws.store import endpoints, garbage, models
from jupyter_mlws.store.endpoints import Code, Row, Setup

FILES = (FileEntry(path="model.pkl", size_bytes=3, digest="sha256:" + "0" * 64),)


@pytest.fixture
def register(store, t0):
    def register(name="digits", **words):
        with store.write() as tx:
            new = NewVersion(path="outputs/model.pkl", **words)
            return models.register(
                tx, name, new, FILES, run_id=None, metrics={"acc": "NaN"}, at=t0, by="ada"
            )

    return register


@pytest.fixture
def serve(store, t0):
    """An endpoint that serves a version."""

    def serve(version, name="svc", revision=1):
        row = Row(
            name=name,
            state=EndpointState.HEALTHY,
            reason=None,
            desired="up",
            target="local",
            port=1,
            key_hashes=("a", "b"),
            keys_sealed=b"\x00\xff",
            revision=revision,
            run_id=None,
            config=Setup(),
            created_at=t0,
            created_by="ada",
        )
        with store.write() as tx:
            if revision == 1:
                endpoints.create(tx, row)
            known = (version.name, version.version)
            endpoints.deploy(tx, name, revision, known, Code(), Setup(), at=t0, by="ada")
        return row

    return serve


def delete(store, t0, version):
    with store.write() as tx:
        return models.delete(tx, version.name, version.version, at=t0)


def test_a_number_is_never_used_again(store, register, t0):
    first, second = register(), register()
    assert (first.label, second.label) == ("digits:1", "digits:2")
    delete(store, t0, second)
    delete(store, t0, first)
    assert register().label == "digits:3"
    with store.read() as tx:
        assert [v.version for v in models.versions(tx, "digits")] == [3, 2, 1]
        assert [m.n_versions for m in models.listed(tx)] == [1]


def test_a_version_that_is_served_stays_and_says_by_whom(store, register, serve, t0):
    version = register()
    serve(version)
    with pytest.raises(Conflict, match="svc serves it"):
        delete(store, t0, version)
    with store.read() as tx:
        assert models.get(tx, "digits", 1).endpoints == ("svc",)
        assert models.listed(tx)[0].endpoints == ("svc",)


def test_a_version_that_an_endpoint_is_changing_to_stays(store, register, serve, t0):
    old, new = register(), register()
    serve(old)
    serve(new, revision=2)
    for version in (old, new):
        with pytest.raises(Conflict, match="svc serves it"):
            delete(store, t0, version)


def test_a_version_is_free_when_its_endpoint_is_gone(store, register, serve, t0):
    version = register()
    serve(version)
    with store.write() as tx:
        endpoints.remove(tx, "svc", at=t0)
    assert delete(store, t0, version).deleted_at == t0


def test_what_stands_for_a_version(store, register, t0):
    register()
    last = register()
    with store.read() as tx:
        for word in ("digits", "digits:latest", "digits:2"):
            assert models.resolve(tx, word) == last
    delete(store, t0, last)
    with store.read() as tx:
        assert models.resolve(tx, "digits").version == 1
        with pytest.raises(NotFound, match="was deleted"):
            models.resolve(tx, "digits:2")


@pytest.mark.parametrize("word", ["digits:x", "digits:", "digits:-1", "digits:" + "9" * 30])
def test_what_is_no_version_is_said(store, register, word):
    register()
    with store.read() as tx, pytest.raises(Invalid, match="NAME:VERSION"):
        models.resolve(tx, word)


def test_what_is_not_there_names_what_is(store, register):
    with store.read() as tx, pytest.raises(NotFound, match="none is registered yet"):
        models.resolve(tx, "digits")
    register()
    with store.read() as tx:
        with pytest.raises(NotFound, match="there is digits:1"):
            models.resolve(tx, "digits:7")
        with pytest.raises(NotFound, match="there is digits"):
            models.resolve(tx, "digitz")


def test_words_change_and_nothing_else(store, register, t0):
    before = register(tags={"a": "1", "b": "2"}, description="first", sample={"data": [[1]]})
    change = VersionPatch(description="", tags={"a": None, "c": "3"}, properties={"p": "q"})
    with store.write() as tx:
        after = models.patch(tx, "digits", 1, change, at=t0)
    assert (after.tags, after.description) == ({"b": "2", "c": "3"}, None)
    assert after.properties == {"p": "q"}
    assert (after.files, after.sample, after.metrics) == (FILES, before.sample, {"acc": "NaN"})


def test_contents_live_as_long_as_a_version_that_is_not_deleted(store, register, t0):
    version = register()
    with store.read() as tx:
        assert garbage.live(tx) == {FILES[0].digest}
    delete(store, t0, version)
    with store.read() as tx:
        assert garbage.live(tx) == set()
