"""Contents in a folder: whole or not at all, checked on the way in and on the way out."""

import os
import signal
import subprocess
import sys
import threading
from hashlib import sha256

import pytest

from jupyter_mlws.errors import DiskFull, Incomplete, Invalid, StoreBroken, TooLarge
from jupyter_mlws.records.packing import LARGE_BYTES, MAGIC, Header, digest_of, end, small_record
from jupyter_mlws.store.packs import Packs

LARGE = b"large " * (LARGE_BYTES // 6 + 100)
NOISE = os.urandom(LARGE_BYTES + 1000)


@pytest.fixture
def packs(tmp_path):
    return Packs(tmp_path / "blobs")


def stream(*contents):
    return [MAGIC, *(part for c in contents for part in record(c)), end(len(contents))]


def record(content, digest=None):
    header, packed = small_record(digest or digest_of(content), content)
    return [header.encode(), packed]


def files(packs):
    return sorted(p for p in packs.folder.rglob("*") if p.is_file())


def test_one_upload_is_one_pack(packs):
    contents = [b"", b"text " * 1000, os.urandom(5000)]
    placed = packs.receive(stream(*contents))
    assert [packs.read(one) for one in placed] == contents
    assert [one.encoding for one in placed] == ["plain", "zstd", "plain"]
    assert len({one.pack for one in placed}) == 1 and len(files(packs)) == 1
    assert placed[1].length < 500 and placed[1].size_bytes == 5000


def test_large_contents_are_single_files(packs):
    placed = packs.receive(stream(b"small", LARGE, NOISE))
    by_digest = {one.digest: one for one in placed}
    large, noise = by_digest[digest_of(LARGE)], by_digest[digest_of(NOISE)]
    assert (large.pack, large.encoding) == (None, "zstd")
    assert (noise.pack, noise.encoding) == (None, "plain")
    assert packs.read(large) == LARGE and packs.read(noise) == NOISE
    assert (packs.folder / noise.path()).read_bytes() == NOISE and large.encoding == "zstd"
    assert {p.suffix for p in files(packs)} == {".pack", ".zst", ""}


@pytest.mark.parametrize("content", [b"0123456789" * 100, LARGE, NOISE])
@pytest.mark.parametrize("offset, limit", [(0, 5), (7, 20), (995, 100), (0, None), (10**9, 5)])
def test_a_part_of_a_content(content, offset, limit, packs):
    placed = packs.put(content)
    stop = None if limit is None else offset + limit
    assert b"".join(packs.open(placed, offset, limit)) == content[offset:stop]


def test_one_sync_a_pack(packs, monkeypatch):
    synced = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (synced.append(handle), fsync(handle))[1])
    packs.receive(stream(*(str(n).encode() for n in range(500))))
    assert len(synced) == 2, "the pack, and its folder"
    packs.receive(stream(*(str(n).encode() for n in range(500))))
    assert len(synced) == 4


def wrong_streams():
    good = b"".join(stream(b"one", b"two " * 100))
    big = Header(digest_of(b"x" * 100), "zstd", 30, 100).encode()
    bomb = small_record("", b"\0" * 3_000_000)[1]
    return {
        "cut": good[:-70],
        "cut at a record": good[: -len(end(2))],
        "empty": b"",
        "count": b"".join([MAGIC, *record(b"one"), end(2)]),
        "digest": b"".join([MAGIC, *record(b"one", digest_of(b"two")), end(1)]),
        "large digest": b"".join([MAGIC, *record(NOISE, digest_of(LARGE)), end(1)]),
        "no frame": b"".join([MAGIC, big, b"x" * 30, end(1)]),
        "bomb": b"".join(
            [MAGIC, Header(digest_of(b"x" * 100), "zstd", 100, 100).encode(), bomb[:100], end(1)]
        ),
        "length": MAGIC + Header(digest_of(b"x"), "plain", 5, 1).encode() + b"x" * 5 + end(1),
    }


@pytest.mark.parametrize("what", wrong_streams())
def test_a_wrong_stream_leaves_nothing(what, packs):
    with pytest.raises(Invalid):
        packs.receive([b"".join(stream(LARGE))[:-57], wrong_streams()[what][12:]])
    with pytest.raises(Invalid):
        packs.receive([wrong_streams()[what]])
    assert files(packs) == []


def test_an_expanding_file_is_stopped(packs):
    bomb = small_record("", b"\0" * 50_000_000)[1]
    header = Header(digest_of(b"x"), "zstd", len(bomb), LARGE_BYTES + 1)
    with pytest.raises(Invalid):
        packs.receive([MAGIC, header.encode(), bomb, end(1)])
    assert files(packs) == []


def test_a_sender_that_fails_leaves_nothing(packs):
    def fails():
        yield from stream(b"one", LARGE)[:-1]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        packs.receive(fails())
    assert files(packs) == []


def test_more_than_was_allowed(packs):
    with pytest.raises(TooLarge):
        packs.receive(stream(b"x" * 100), limit_bytes=99)
    assert files(packs) == [] and packs.receive(stream(b"x" * 100), limit_bytes=100)


def test_two_writers_of_the_same_content(packs):
    contents = [str(n).encode() * 50 for n in range(200)] + [LARGE]
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(packs.receive(stream(*contents))))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4 and len(set(results)) == 1
    assert len(files(packs)) == 2
    assert {packs.read(one) for one in results[0]} == set(contents)


@pytest.mark.parametrize("content", [b"text " * 100, LARGE, NOISE])
def test_a_rotten_content_is_never_given_out(content, packs):
    placed = packs.put(content)
    path = packs.folder / placed.path()
    path.chmod(0o600)
    whole = path.read_bytes()
    for at in range(placed.offset, placed.offset + placed.length, placed.length // 5):
        body = bytearray(whole)
        body[at] ^= 4
        path.write_bytes(bytes(body))
        with pytest.raises(StoreBroken, match=placed.digest):
            packs.read(placed)
    path.write_bytes(whole)
    assert packs.read(placed) == content
    path.unlink()
    with pytest.raises(StoreBroken, match="gone"):
        packs.read(placed)


def test_outputs_are_adopted_without_copying(packs, tmp_path):
    large, small = tmp_path / "model.bin", tmp_path / "metrics.json"
    large.write_bytes(NOISE)
    small.write_bytes(b"{}")
    placed = packs.adopt_many([large, small, large])
    assert placed[0] == placed[2] and packs.read(placed[0]) == NOISE
    assert packs.read(placed[1]) == b"{}"
    assert (packs.folder / placed[0].path()).stat().st_ino == large.stat().st_ino
    assert large.stat().st_mode & 0o222 == 0
    assert packs.adopt_many([large, small, large]) == placed, "a second try after a lost row"
    packs.release([large, small])
    assert not large.exists() and packs.read(placed[0]) == NOISE
    assert list((packs.folder / "tmp").iterdir()) == []


def test_data_that_has_other_names_is_copied(packs, tmp_path):
    data, output = tmp_path / "data.bin", tmp_path / "output.bin"
    data.write_bytes(NOISE)
    data.chmod(0o644)
    os.link(data, output)
    placed = packs.adopt(output)
    data.write_bytes(b"the user's own again")
    assert packs.read(placed) == NOISE and data.stat().st_mode & 0o777 == 0o644


def test_outputs_of_another_file_system_are_copied(packs, tmp_path, monkeypatch):
    large = tmp_path / "model.bin"
    large.write_bytes(NOISE)

    def far(*_, **__):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", far)
    placed = packs.adopt(large, digest_of(NOISE))
    assert packs.read(placed) == NOISE
    assert (packs.folder / placed.path()).stat().st_ino != large.stat().st_ino


@pytest.mark.parametrize("what", ["link", "fifo", "folder", "nothing"])
def test_only_files_are_adopted(what, packs, tmp_path):
    path = tmp_path / "output"
    if what == "link":
        path.symlink_to("/etc/passwd")
    elif what == "fifo":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    with pytest.raises(Incomplete, match="output"):
        packs.adopt(path)
    assert files(packs) == []


def test_an_output_that_is_not_the_one(packs, tmp_path):
    (tmp_path / "output").write_bytes(b"x")
    with pytest.raises(Invalid):
        packs.adopt(tmp_path / "output", digest_of(b"y"))


def test_the_index_is_made_again_from_the_files(packs):
    placed = {*packs.receive(stream(b"a", b"b" * 1000, LARGE)), *packs.put_many([b"c", NOISE])}
    assert set(packs.rebuild()) == placed


def test_a_torn_pack_gives_what_is_whole(packs):
    placed = packs.receive(stream(b"a", b"b", b"c"))
    path = packs.folder / placed[0].path()
    path.write_bytes(path.read_bytes()[: placed[2].offset])
    assert set(packs.rebuild()) == set(placed[:2])


def test_a_pack_is_rewritten_with_what_is_wanted(packs):
    placed = packs.receive(stream(*(os.urandom(100) for _ in range(10))))
    moved = packs.rewrite(placed[3:5])
    assert [one.digest for one in moved] == [one.digest for one in placed[3:5]]
    assert [packs.read(one) for one in moved] == [packs.read(one) for one in placed[3:5]]
    old = placed[0].path()
    os.utime(packs.folder / old, (1, 1))
    packs.retire([old])
    assert packs.sweep({moved[0].path()}) == 0, "it is young again: someone may be reading"
    os.utime(packs.folder / old, (1, 1))
    assert packs.sweep({moved[0].path()}) > 1000
    assert files(packs) == [packs.folder / moved[0].path()]


KILLED = """
import os, sys
from pathlib import Path
from jupyter_mlws.records.packing import MAGIC, digest_of, end, small_record
from jupyter_mlws.store.packs import Packs

def chunks():
    yield MAGIC
    for content in (b"one", b"x" * 5_000_000):
        header, packed = small_record(digest_of(content), content)
        yield header.encode() + packed
    if sys.argv[2] == "during":
        print("now", flush=True)
        sys.stdin.read()
    yield end(2)

Packs(Path(sys.argv[1])).receive(chunks())
print("now", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("when", ["during", "before the row"])
def test_killed(when, tmp_path):
    folder = tmp_path / "blobs"
    victim = subprocess.Popen(
        [sys.executable, "-c", KILLED, folder, when], stdin=-1, stdout=-1, text=True
    )
    assert victim.stdout.readline() == "now\n"
    victim.send_signal(signal.SIGKILL)
    victim.communicate()
    left = [p for p in folder.rglob("*") if p.is_file()]
    assert len(left) == 2
    packs = Packs(folder)
    if when == "during":
        assert files(packs) == []
    else:
        found = {one.digest for one in packs.rebuild()}
        assert found == {digest_of(b"one"), digest_of(b"x" * 5_000_000)}
        assert packs.sweep(set()) == 0, "a row may be on its way"
        assert packs.sweep(set(), older_than_s=-1) > 0 and files(packs) == []


FULL = """
import os, sys
from pathlib import Path
from jupyter_mlws.errors import DiskFull
from jupyter_mlws.store.packs import Packs
packs = Packs(Path(sys.argv[1]))
kept = packs.put(b"kept")
for size in (3_000_000, 6_000_000):
    try:
        packs.put(os.urandom(size))
    except DiskFull as error:
        print(error)
assert packs.read(kept) == b"kept"
assert packs.read(packs.put(b"again")) == b"again"
assert not list(packs.folder.glob("tmp/*"))
"""


def test_a_full_disk(tmp_path):
    mount = 'mount -t tmpfs -o size=2m none "$1" && exec "$2" -c "$3" "$1"/blobs'
    words = ["unshare", "-rm", "sh", "-ec", mount, "sh", tmp_path, sys.executable, FULL]
    done = subprocess.run(words, capture_output=True, text=True)
    if "unshare" in done.stderr and not os.environ.get("CI"):
        pytest.skip("needs user namespaces")
    assert done.stderr == ""
    assert done.stdout.count("disk is full") == 2


def test_no_room_says_so(packs, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull):
        packs.put(b"x")
    assert files(packs) == []


def test_many_contents_take_little_memory(tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from jupyter_mlws.records.packing import MAGIC, digest_of, end, small_record\n"
        "from jupyter_mlws.store.packs import Packs\n"
        "def chunks():\n"
        "    yield MAGIC\n"
        "    for n in range(20_000):\n"
        "        header, packed = small_record(digest_of(c := b'%d' % n * 4000), c)\n"
        "        yield header.encode() + packed\n"
        "    yield end(20_000)\n"
        "n = len(Packs(Path(sys.argv[1])).receive(chunks()))\n"
        "peak = Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0]\n"
        "print(n, peak)"  # ru_maxrss would count what the parent held when it forked
    )
    done = subprocess.check_output([sys.executable, "-c", code, tmp_path / "blobs"])
    n, kilobytes = map(int, done.split())
    assert n == 20_000 and kilobytes < 150_000


def test_names_are_digests(packs):
    placed = packs.put(b"x")
    assert len(placed.pack) == 64
    assert placed.digest == "sha256:" + sha256(b"x").hexdigest()
