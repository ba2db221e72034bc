"""Contents on their way out: framed, compressed where it helps, and checked once more."""

import os

import pytest

from jupyter_mlws.errors import Incomplete, Invalid
from jupyter_mlws.records.packing import LARGE_BYTES, plain, records


def read(taken, digests):
    """Header by digest, and the plain bytes of the small ones."""
    found = {}
    for header, body in records(taken.stream(digests)):
        packed = b"".join(body)
        found[header.digest] = (header, packed)
    return found


def test_what_is_missing_is_sent_once(write, take):
    write("a.py", "text " * 1000)
    write("b.py", "text " * 1000)
    write("c.bin", os.urandom(3000))
    write("empty")
    taken = take(extra={"cell.py": b"cell"})
    sent = read(taken, taken.digests * 2)
    assert sent.keys() == set(taken.digests) and len(sent) == 4
    by_path = {e.path: sent[e.digest] for e in taken.entries}
    assert {path: header.encoding for path, (header, _) in by_path.items()} == {
        "a.py": "zstd",
        "b.py": "zstd",
        "c.bin": "plain",
        "empty": "plain",
        "cell.py": "plain",
    }
    assert plain(*by_path["a.py"]) == b"text " * 1000
    assert plain(*by_path["cell.py"]) == b"cell"
    assert read(taken, []) == {}


@pytest.mark.parametrize("content, encoding", [(b"x" * 1000, "zstd"), (None, "plain")])
def test_a_large_file_goes_in_pieces(content, encoding, write, take):
    write("big", (content or os.urandom(1000)) * (LARGE_BYTES // 1000 + 10))
    if content is None:
        write("big", os.urandom(LARGE_BYTES + 10))
    taken = take()
    chunks = list(taken.stream(taken.digests))
    assert max(map(len, chunks)) < LARGE_BYTES
    (record,) = [(header, b"".join(body)) for header, body in records(chunks)]
    assert record[0].encoding == encoding and record[0].length == len(record[1])


@pytest.mark.parametrize("size", [10, LARGE_BYTES + 10])
@pytest.mark.parametrize("change", ["other", "shorter", "gone", "link", "folder"])
def test_what_is_no_longer_itself_is_not_sent(size, change, write, take):
    file = write("f", os.urandom(size))
    taken = take()
    if change == "other":
        write("f", os.urandom(size))
    elif change == "shorter":
        os.truncate(file, size - 1)
    else:
        file.unlink()
        if change == "link":
            file.symlink_to("/etc/passwd")
        elif change == "folder":
            file.mkdir()
    with pytest.raises(Incomplete, match="'f'"):
        list(taken.stream(taken.digests))


def test_a_stranger_is_not_asked_for(write, take):
    write("f")
    with pytest.raises(Invalid):
        list(take().stream(["sha256:" + "0" * 64]))


def test_a_link_on_the_way_is_not_followed(root, write, take, tmp_path):
    write("d/f", "same")
    taken = take()
    (root / "d").rename(tmp_path / "elsewhere")
    (root / "d").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Incomplete, match="'d/f'"):
        list(taken.stream(taken.digests))


@pytest.mark.parametrize("end", [0, 5, 12, 30, 61, 62, -1, -57, -58])
def test_a_stream_that_is_cut_off_is_not_whole(end, write, take):
    write("f", "content")
    taken = take()
    whole = b"".join(taken.stream(taken.digests))
    with pytest.raises(Invalid, match="cut off"):
        [list(body) for _, body in records([whole[:end]])]


def test_other_streams_are_refused(write, take):
    write("f", "content")
    taken = take()
    whole = b"".join(taken.stream(taken.digests))
    strange = bytearray(whole)
    strange[12 + 32] = 7
    for stream in (b"PK\3\4" + b"x" * 60, whole + b"more", bytes(strange)):
        with pytest.raises(Invalid):
            [list(body) for _, body in records([stream])]


def test_chunks_may_have_any_size(write, take):
    write("f", "content " * 100)
    taken = take()
    whole = b"".join(taken.stream(taken.digests))
    bytewise = [whole[n : n + 1] for n in range(len(whole))] + [b""]
    ((header, content),) = [(h, b"".join(body)) for h, body in records(bytewise)]
    assert plain(header, content) == b"content " * 100
