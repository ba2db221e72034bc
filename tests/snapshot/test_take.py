"""A folder as it was: same tree, same id; nothing read twice; nothing quietly left out."""

import os
import random
import socket
import subprocess
import sys
import threading
from hashlib import sha256

import pytest

from jupyter_mlws.errors import Incomplete, Invalid, TooLarge
from jupyter_mlws.records.codec import encode
from jupyter_mlws.snapshot import take as taking
from jupyter_mlws.snapshot import taken
from jupyter_mlws.snapshot import walk as walking
from jupyter_mlws.snapshot.inside import Inside
from jupyter_mlws.snapshot.take import take as take_folder


@pytest.fixture
def read(monkeypatch):
    """The paths of the files that are opened, as they are."""
    seen, opened = [], Inside.open
    monkeypatch.setattr(
        Inside, "open", lambda inside, path: (seen.append(path), opened(inside, path))[1]
    )
    return seen


def test_the_id_is_the_digest_of_the_entries(write, take):
    write("b.py", "1")
    write("a/c.py", "2").chmod(0o755)
    taken = take()
    assert [(e.path, e.executable) for e in taken.entries] == [("a/c.py", True), ("b.py", False)]
    assert taken.id == "sha256:" + sha256(encode(taken.entries)).hexdigest()
    assert taken.manifest().entries == taken.entries
    assert taken.contents(taken.entries[1].digest).read_text() == "1"
    with pytest.raises(Invalid):
        taken.contents("sha256:" + "0" * 64)


def test_the_same_tree_has_the_same_id_anywhere(tmp_path, take):
    ids = set()
    for name, order in (("one", ["a", "b/c", "b-d"]), ("two", ["b-d", "b/c", "a"])):
        for path in order:
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(path)
        ids.add(take(tmp_path / name).id)
    assert len(ids) == 1


def test_what_is_unchanged_is_not_read_again(write, take, read):
    for n in range(5):
        write(f"d{n % 2}/f{n}.py", str(n), old=True)
    first = take()
    assert len(read) == 5
    assert take().id == first.id and len(read) == 5
    write("d0/f0.py", "other", old=True)
    assert take().id != first.id and read[5:] == ["d0/f0.py"]


def test_the_same_size_and_time_do_not_hide_a_change(write, take, read):
    file = write("f.py", "one", old=True)
    first = take()
    before = file.stat()
    file.write_text("two")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert take().id != first.id, "the time of the inode's change says it"


def test_a_file_that_has_just_changed_is_not_trusted(write, take, read):
    write("f.py", "one")
    take()
    take()
    assert read == ["f.py", "f.py"]


def test_an_unchanged_tree_leaves_the_memory_alone(write, take, tmp_path):
    write("f.py", "one", old=True)
    os.symlink("f.py", write("g.py").with_name("link"))
    os.utime(write("g.py"), (1, 1))
    take()
    (memory,) = (tmp_path / "cache").iterdir()
    before = memory.stat().st_ino
    take()
    assert memory.stat().st_ino == before


@pytest.mark.parametrize("body", [b"", b"\0\0\0\0\x92", b"abcd" * 100])
def test_a_spoilt_memory_is_no_memory(body, write, take, tmp_path):
    write("f.py", "one", old=True)
    first = take()
    (memory,) = (tmp_path / "cache").iterdir()
    spoilt = bytearray(memory.read_bytes())
    spoilt[-1] ^= 1
    for content in (body, bytes(spoilt)):
        memory.write_bytes(content)
        assert take().id == first.id


def test_without_room_for_the_memory_it_works_all_the_same(root, write, tmp_path):
    write("f.py")
    (tmp_path / "file").touch()
    assert take_folder(root, cache=tmp_path / "file" / "below").entries


def test_extra_files_stand_before_the_folders_own(write, take):
    write("cell.py", "old")
    taken = take(extra={"cell.py": b"new", "sub/x.py": b"x"})
    assert [e.path for e in taken.entries] == ["cell.py", "sub/x.py"]
    assert taken.contents(taken.entries[0].digest) == b"new"
    for path in ("../x", "/x", "a//b", ""):
        with pytest.raises(Invalid):
            take(extra={path: b""})


def test_links_are_kept_and_not_followed(root, write, take, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text("canary")
    write("a/x.py", "x")
    targets = {"loop": ".", "a/up": "..", "abs": "/etc/passwd", "out": "../outside"}
    for path, target in (targets | {"dead": "nowhere", "in": "a/x.py"}).items():
        os.symlink(target, root / path)
    taken = take()
    links = {e.path: e.target for e in taken.entries if e.kind == "link"}
    assert links == targets | {"dead": "nowhere", "in": "a/x.py"}
    assert [e.path for e in taken.entries if e.kind == "file"] == ["a/x.py"]
    assert b"canary" not in b"".join(taken.stream(taken.digests))
    (notice,) = taken.notices
    assert "abs, out" in notice and "loop" not in notice
    assert take().entries == taken.entries, "as remembered"


def test_what_is_no_file_is_skipped_and_named(root, write, take):
    write("a.py")
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(os.path.relpath(root / "sock"))
        taken = take()
    assert [e.path for e in taken.entries] == ["a.py"]
    assert taken.skipped == (("pipe", "named pipe"), ("sock", "socket"))
    assert "pipe (named pipe), sock (socket)" in taken.notices[0]


def test_what_cannot_be_read_is_named(as_nobody, tmp_path_factory):
    for name in ("open.py", "shut.py"):
        (as_nobody / name).write_text("x")
    (as_nobody / "sub").mkdir()
    (as_nobody / "shut.py").chmod(0)
    (as_nobody / "sub").chmod(0)
    with pytest.raises(Incomplete, match=r"'shut.py': Permission denied; 'sub/': Permission"):
        take_folder(as_nobody, cache=as_nobody / "no-such" / "cache")
    (as_nobody / ".mlwsignore").write_text("shut.py\nsub/\n")
    taken = take_folder(as_nobody, cache=as_nobody / "cache")
    assert [e.path for e in taken.entries] == [".mlwsignore", "open.py"]


def test_names_travel_as_they_are(root, write, take):
    names = ["a\nb", "é", "e\u0301", "\u202egnp.py", "A.py", "a.py", "x" * 255, " ", "a\\b", "😀"]
    for name in names:
        write(name)
    assert [e.path for e in take().entries] == sorted(names)
    os.mkdir(os.path.join(os.fsencode(root), b"bad\xff"))
    with pytest.raises(Incomplete, match="UTF-8"):
        take()


def test_a_link_to_a_name_that_is_no_text_is_named(root, take):
    os.symlink(b"\xff", os.path.join(os.fsencode(root), b"link"))
    with pytest.raises(Incomplete, match="'link'"):
        take()


def test_a_folder_that_is_none(tmp_path, take):
    with pytest.raises(Incomplete, match="There is no folder"):
        take(tmp_path / "nowhere")


def test_more_than_two_gigabytes_are_refused_unread(write, take, read):
    write("small.py")
    os.truncate(write("big.bin"), 100_000_000_000)
    with pytest.raises(TooLarge, match=r"100 GB.*big.bin \(100 GB\)"):
        take()
    assert read == []


def test_a_large_folder_is_taken_when_told(write, take, monkeypatch):
    monkeypatch.setattr(taking, "MOST_BYTES", 1000)
    write("big.bin", b"x" * 1001)
    with pytest.raises(TooLarge):
        take()
    assert take(allow_large=True).size_bytes == 1001


def test_too_many_files_are_refused(write, take, monkeypatch):
    monkeypatch.setattr(walking, "MOST_FILES", 10)
    for n in range(11):
        write(f"d/{n}")
    with pytest.raises(TooLarge, match="more than 10 files"):
        take()


def test_a_large_snapshot_is_taken_with_a_warning(write, take, monkeypatch):
    assert (taken.WARN_BYTES, taken.WARN_FILES) == (300_000_000, 2_000)
    monkeypatch.setattr(taken, "WARN_BYTES", 1_200_000)
    os.truncate(write("big.bin"), 1_200_001)
    (notice,) = take().notices
    assert "1 files, 1.2 MB. Largest: big.bin (1.2 MB)." in notice
    monkeypatch.setattr(taken, "WARN_BYTES", 1_200_001)
    assert take().notices == ()


def test_depth_has_an_end(root, take):
    deep = root.joinpath(*["d"] * 120)
    deep.mkdir(parents=True)
    with pytest.raises(Incomplete, match="100 folders deep"):
        take()


def test_the_workspaces_state_is_left_out_whatever_its_name(root, write, take):
    write("a.py")
    write("var/store.db")
    sizes = {take(without=[root / "var"]).size_bytes for _ in range(3)}
    assert sizes == {0} and [e.path for e in take(without=[root / "var"]).entries] == ["a.py"]


def test_the_memory_inside_the_folder_is_left_out(root, write):
    write("a.py", old=True)
    for _ in range(3):
        assert len(take_folder(root, cache=root / "cache").entries) == 1


def test_a_file_that_never_rests_is_named(root, write, take, monkeypatch):
    file = write("log", "x")
    fstat = os.fstat

    def busy(handle):
        status = fstat(handle)
        if status.st_ino == file.stat().st_ino:
            with file.open("a") as more:
                more.write("x")
        return status

    monkeypatch.setattr(os, "fstat", busy)
    with pytest.raises(Incomplete, match="'log': it changes while it is read"):
        take()


def test_a_file_under_a_writer_is_one_version_or_named(root, write, take):
    file = write("f", b"\0" * 30_000)
    stop = threading.Event()

    def rewrite():
        n = 0
        while not stop.wait(0.01):
            n += 1
            with file.open("r+b") as out:
                out.write(bytes([n % 256]) * 30_000)

    writer = threading.Thread(target=rewrite)
    writer.start()
    whole = {"sha256:" + sha256(bytes([n]) * 30_000).hexdigest() for n in range(256)}
    try:
        for _ in range(20):
            try:
                (entry,) = take().entries
            except Incomplete as error:
                assert "'f'" in str(error)
            else:
                assert entry.digest in whole
    finally:
        stop.set()
        writer.join()


@pytest.mark.parametrize("how", ["gone", "link", "folder", "folder gone"])
def test_what_changes_between_the_look_and_the_reading(how, root, write, take, monkeypatch):
    write("d/a.py", "a")
    write("b.py", "b")
    walk = walking.walk

    def then(*args, **more):
        found = walk(*args, **more)
        file = root / "d/a.py"
        file.unlink()
        if how == "link":
            file.symlink_to("/etc/passwd")
        elif how == "folder":
            file.mkdir()
        elif how == "folder gone":
            file.parent.rmdir()
        return found

    monkeypatch.setattr(taking, "walk", then)
    if how == "folder":
        with pytest.raises(Incomplete, match="d/a.py"):
            take()
        return
    found = {e.path: e.target for e in take().entries}
    assert found == {"b.py": None} | ({"d/a.py": "/etc/passwd"} if how == "link" else {})


def test_many_files_take_little_memory(root, tmp_path):
    for folder in range(200):
        (root / str(folder)).mkdir()
        for n in range(100):
            (root / str(folder) / f"{n}.py").write_text(str(n))
    code = (
        "import sys; from pathlib import Path\n"
        "from jupyter_mlws.snapshot.take import take\n"
        "taken = take(Path(sys.argv[1]), cache=Path(sys.argv[2]))\n"
        "sent = sum(map(len, taken.stream(taken.digests)))\n"
        "peak = Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0]\n"
        "print(len(taken.entries), sent, peak)"
    )
    done = subprocess.check_output([sys.executable, "-c", code, root, tmp_path / "cache"])
    entries, sent, kilobytes = map(int, done.split())
    assert entries == 20_000 and sent < 20_000 and kilobytes < 150_000


def test_a_warm_process_sees_what_a_new_one_sees(root, write, take, tmp_path):
    """Whatever happens to a tree: kept entries are never older than the files."""
    chance = random.Random(7)
    paths = [f"d{n % 4}/f{n}.py" for n in range(16)] + ["top.py", "d1/deep/g.py"]
    for path in paths:
        write(path, path, old=True)
    for step in range(60):
        file = root / chance.choice(paths)
        act = chance.choice(["write", "old", "chmod", "gone", "rename", "link", "rules", "none"])
        if act in ("write", "old"):
            file.unlink(missing_ok=True)
            write(file.relative_to(root), f"{step}", old=act == "old")
        elif act == "chmod" and file.is_file():
            file.chmod(chance.choice([0o755, 0o644]))
        elif act == "gone":
            file.unlink(missing_ok=True)
        elif act == "rename" and file.is_file():
            file.replace(root / chance.choice(paths))
        elif act == "link":
            file.unlink(missing_ok=True)
            file.symlink_to("elsewhere")
        elif act == "rules":
            write(chance.choice([".gitignore", "d1/.gitignore"]), f"f{chance.randrange(16)}.py\n")
        warm, new = take(), take_folder(root, cache=tmp_path / f"cache{step}")
        assert (warm.id, warm.ignored) == (new.id, new.ignored), (step, act)
