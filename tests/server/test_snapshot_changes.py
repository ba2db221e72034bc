"""A snapshot by what differs from another, and its contents with it, in one request."""

import json

import pytest

from jupyter_mlws.errors import Conflict, Invalid, NotFound
from jupyter_mlws.records.codec import encode
from jupyter_mlws.records.packing import LARGE_BYTES, MAGIC, digest_of, end
from jupyter_mlws.records.snapshot import Delta, Entry, Manifest
from jupyter_mlws.sdk import sending
from jupyter_mlws.snapshot import base
from jupyter_mlws.snapshot.send import record_of
from jupyter_mlws.snapshot.take import take

UNKNOWN = "sha256:" + "0" * 64


def file(path, content, **more):
    return Entry(path=path, digest=digest_of(content), size_bytes=len(content), **more)


def pack(*contents):
    held = [piece for content in contents for piece in record_of(digest_of(content), content)]
    return b"".join([MAGIC, *held, end(len(contents))])


def body(entries=(), gone=(), contents=()):
    line = encode(Delta(entries=tuple(entries), gone=tuple(gone)))
    return line + b"\n" + (pack(*contents) if contents else b"")


@pytest.fixture(scope="module")
def known(served):
    """A snapshot that is there: a, d/b and a link."""
    served.client.send([pack(b"a", b"b")])
    entries = (file("a", b"a"), file("d/b", b"b"), Entry(path="l", kind="link", target="a"))
    return served.client.snapshot(entries)


@pytest.fixture
def ask(served, known):
    def ask(data, snapshot=known.id, **words):
        return served.json("POST", f"snapshots/{snapshot}/changes", data, raw=True, **words)

    return ask


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "code/pkg").mkdir(parents=True)
    for n in range(20):
        (tmp_path / f"code/pkg/m{n}.py").write_text(f"print({n}, {str(tmp_path)!r})\n")
    return tmp_path / "code"


@pytest.fixture
def taken(tree, tmp_path):
    return lambda: take(tree, cache=tmp_path / "trees")


@pytest.fixture
def asked(served, monkeypatch):
    """The requests of the client, as they go out."""
    seen, real = [], served.client.connection.ask

    def ask(method, path, *words, **more):
        seen.append(path.partition("/")[2].rpartition("/")[2] or path)
        return real(method, path, *words, **more)

    monkeypatch.setattr(served.client.connection, "ask", ask)
    return seen


def test_what_differs_makes_the_same_snapshot(served, known, ask):
    new = [file("a", b"a2"), file("d/c", b"a", executable=True)]
    for _ in range(2):  # twice is once
        status, said = ask(body(new, ["l"], [b"a2"]))
        assert status == 201
    held = served.client.get_snapshot(said["id"]).entries
    assert held == (file("a", b"a2"), file("d/b", b"b"), file("d/c", b"a", executable=True))
    assert served.client.snapshot(held).id == said["id"]
    assert (said["n_files"], said["size_bytes"]) == (3, 4)
    assert b"".join(served.client.snapshot_file(said["id"], "a")) == b"a2"


def test_that_nothing_differs_is_an_answer_too(known, ask):
    assert ask(body()) == (201, {**json.loads(encode(known)), "entries": []})
    assert ask(body(contents=[b"besides"]))[1]["id"] == known.id
    assert ask(body([file("a", b"a")]))[1]["id"] == known.id


@pytest.mark.parametrize("snapshot", [UNKNOWN, "nothing", "..%2fa"])
@pytest.mark.parametrize("data", [body(), body([file("new", b"new")], contents=[b"new"])])
def test_a_base_that_is_not_there_is_404(ask, snapshot, data):
    status, said = ask(data, snapshot)
    assert (status, said["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("entries", "gone", "words"),
    [
        ([file("../x", b"a")], [], "not one inside"),
        ([file("/etc/x", b"a")], [], "not one inside"),
        ([file("d/../../x", b"a")], [], "not one inside"),
        ([file("a\0", b"a")], [], "not one inside"),
        ([file("a/x", b"a")], [], "no folder"),
        ([file("d", b"a")], [], "no folder"),
        ([file("l/x", b"a")], [], "no folder"),
        ([file("x", b"a"), file("x", b"b")], [], "twice"),
        ([], ["nowhere"], "nowhere"),
        ([], ["d"], "'d'"),
        ([], ["a", "a"], "'a'"),
        ([Entry(path="x")], [], "needs a digest"),
        ([Entry(path="x", digest=digest_of(b"a"), size_bytes=7)], [], "not its content's"),
    ],
)
def test_what_cannot_be_is_refused(ask, entries, gone, words):
    status, said = ask(body(entries, gone))
    assert (status, said["code"]) == (422, "invalid")
    assert words in said["message"]


def test_a_content_that_is_nowhere_is_409(ask):
    status, said = ask(body([file("new", b"never sent")]))
    assert (status, said["code"]) == (409, "conflict")


@pytest.mark.parametrize("cut", [1, 57, 60])
def test_a_pack_that_is_cut_off_is_refused(ask, cut):
    status, said = ask(body([file("a", b"cut off")], contents=[b"cut off"])[:-cut])
    assert (status, said["code"]) == (422, "invalid")


def test_bytes_of_another_digest_are_refused(served, ask):
    good = body([file("a", b"right digest")], contents=[b"right digest"])
    status, said = ask(good.replace(b"right digest", b"wrong digest"))
    assert (status, said["code"]) == (422, "invalid")
    assert served.client.missing([digest_of(b"right digest")])


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 400),
        (b"\n", 400),
        (b"{", 400),
        (b'{"entries":\n[]}', 400),
        (b"[]\n", 422),
        (b'{"colour": 1}\n', 422),
        (b'{"entries": [{"path": "x", "colour": 1}]}\n', 422),
        (b'{"entries": [], "gone": [3]}\n', 422),
        (b"{}\nno pack", 422),
        (b'{"gone": ["' + b"x" * (17 << 20) + b'"]}\n', 413),
    ],
)
def test_other_bodies_are_refused(ask, data, status):
    assert ask(data)[0] == status


def test_a_pack_of_little_bytes_that_are_much_is_refused(ask):
    zeros = [bytes([n]) + b"\0" * (LARGE_BYTES - 1) for n in range(17)]
    status, said = ask(body([file("a", zeros[0])], contents=zeros))
    assert (status, said["code"]) == (413, "too_large")


@pytest.mark.parametrize("token", ["", "wrong"])
def test_nobody_without_a_token(ask, token):
    assert ask(body(), token=token)[0] in (401, 403)


def test_a_folder_goes_in_one_request(served, tree, taken, asked):
    first = taken()
    assert sending.sent(served.client, first) == first.id
    asked.clear()
    assert sending.sent(served.client, taken()) == first.id
    (tree / "pkg/m3.py").write_text("changed\n")
    (tree / "pkg/m4.py").unlink()
    (tree / "pkg/m5.py").chmod(0o755)
    (tree / "pkg/m6.py").rename(tree / "m6.py")
    second = taken()
    assert sending.sent(served.client, second) == second.id != first.id
    assert asked == ["changes"] * 2
    assert served.client.get_snapshot(second.id).entries == second.entries
    assert served.client.missing(second.digests) == ()


def test_another_process_knows_it_too(served, tree, taken, asked, monkeypatch):
    sending.sent(served.client, taken())
    for n in range(40):  # the file lags behind at first
        (tree / "new.py").write_text(f"{n}")
        asked.clear()
        monkeypatch.setattr(base, "_held", {}) if n % 7 == 0 else None
        new = taken()
        assert sending.sent(served.client, new) == new.id
        assert asked == ["changes"]
    assert served.client.get_snapshot(new.id).entries == new.entries


@pytest.mark.parametrize("spoilt", [b"", b"[]", b"{", b'[{"path": "x", "size_bytes": 3}]', None])
def test_what_is_remembered_may_be_wrong(served, tree, taken, monkeypatch, spoilt):
    sending.sent(served.client, taken())
    monkeypatch.setattr(base, "_held", {})
    place = taken().memory.with_suffix(base.SUFFIX)
    place.unlink() if spoilt is None else place.write_bytes(spoilt)
    (tree / "pkg/m3.py").write_text("changed\n")
    new = taken()
    assert sending.sent(served.client, new) == new.id
    assert served.client.get_snapshot(new.id).entries == new.entries


def test_a_workspace_that_knows_nothing_of_it_gets_all(served, own_served, tree, taken):
    sending.sent(served.client, taken())
    (tree / "pkg/m3.py").write_text("changed\n")
    new = taken()
    assert sending.sent(own_served.client, new) == new.id
    assert own_served.client.get_snapshot(new.id).entries == new.entries
    assert own_served.client.missing(new.digests) == ()


def test_what_is_much_goes_the_long_way(served, tree, taken, asked, monkeypatch):
    sending.sent(served.client, taken())
    for name, most in (("MOST_BYTES", 10), ("MOST_ENTRIES", 1)):
        with monkeypatch.context() as patch:
            patch.setattr(sending, name, most)
            for n in range(3):
                (tree / f"{name}{n}.py").write_text(f"{name} {n}\n")
            asked.clear()
            new = taken()
            assert sending.sent(served.client, new) == new.id
            assert asked == ["plan", "snapshots"]


def test_a_snapshot_is_gone_between_the_look_and_the_write(served, known):
    with pytest.raises(NotFound):
        served.client.change(UNKNOWN, Delta())
    with pytest.raises(Conflict):
        served.client.change(known.id, Delta(entries=(file("n", b"nowhere"),)))
    with pytest.raises(Invalid):
        served.client.change(known.id, Delta(gone=("nowhere",)))


def test_the_owner_is_killed_meanwhile(own_served, tree, taken):
    """What was acknowledged is there; what was not is asked again, and is the same."""
    sending.sent(own_served.client, taken())

    def work(n):
        (tree / "new.py").write_text(f"{n}")
        new = taken()
        assert sending.sent(own_served.client, new) == new.id
        return new

    done = own_served.killed_amid(work, times=2, each=5)
    for new in done:
        assert own_served.client.get_snapshot(new.id).entries == new.entries
        assert own_served.client.missing(new.digests) == ()
    whole = b"".join(own_served.client.snapshot_file(done[-1].id, "new.py"))
    assert whole == (tree / "new.py").read_bytes()
    again = own_served.client.snapshot(Manifest(entries=done[-1].entries).entries)
    assert again.id == done[-1].id
