"""A folder that the owner takes by itself, because it sees it as the client does."""

import os
import socket
import subprocess
import sys
import threading
from contextlib import closing

import pytest
from msgspec.structs import replace

from jupyter_mlws.client import owner
from jupyter_mlws.client.client import Client
from jupyter_mlws.client.connection import Address
from jupyter_mlws.errors import Conflict, Incomplete, NotFound
from jupyter_mlws.records.folder import FolderOrder
from jupyter_mlws.records.packing import LARGE_BYTES
from jupyter_mlws.sdk.folder import Folder
from jupyter_mlws.sdk.sending import send
from jupyter_mlws.sdk.upload import upload
from jupyter_mlws.snapshot.standpoint import inode, standpoint
from jupyter_mlws.snapshot.take import take

FROM_ELSEWHERE = """
import sys
from pathlib import Path
from jupyter_mlws.client import owner, workspace
from jupyter_mlws.sdk.folder import Folder
from jupyter_mlws.sdk.sending import send
client = owner.connect(workspace.create(Path(sys.argv[1])), start=False)
print(send(client, Folder(root=Path(sys.argv[2]))).id)
"""


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "code"
    (root / "pkg").mkdir(parents=True)
    for n in range(20):
        (root / f"pkg/m{n}.py").write_text(f"print({n}, {str(tmp_path)!r})\n")
    return root


@pytest.fixture
def asked(served, monkeypatch):
    """The requests of the client, as they go out."""
    return record(served.client, monkeypatch)


def record(client, monkeypatch):
    seen, real = [], client.connection.ask

    def ask(method, path, *words, **more):
        seen.append(path.rpartition("/")[2])
        return real(method, path, *words, **more)

    monkeypatch.setattr(client.connection, "ask", ask)
    return seen


def order(root, **more):
    words = {"path": str(root), "inode": inode(root), "standpoint": standpoint()}
    return FolderOrder(**{**words, **more})


def held(client, root, snapshot, extra=None):
    """The workspace holds just what a look at the folder finds, and all contents of it."""
    taken = take(root, extra=extra, cache=root.parent / "another-memory")
    assert snapshot == taken.id
    assert client.get_snapshot(snapshot).entries == taken.entries
    assert client.missing(taken.digests) == ()
    for entry in taken.entries:
        if entry.digest is not None:
            content = b"".join(client.snapshot_file(snapshot, entry.path))
            own = (extra or {}).get(entry.path)
            assert content == ((root / entry.path).read_bytes() if own is None else own)


def test_all_that_a_folder_can_hold(served, tree, asked):
    (tree / "run.sh").write_text("#!/bin/sh\n")
    (tree / "run.sh").chmod(0o755)
    (tree / "link").symlink_to("pkg/m1.py")
    (tree / "out").symlink_to("/etc/hostname")
    (tree / ".gitignore").write_text("data/\n*.log\n")
    (tree / "x.log").write_text("x")
    (tree / ".env").write_text("KEY=1")
    (tree / "empty").write_bytes(b"")
    (tree / "pkg/data").mkdir()
    (tree / "pkg/data/x.bin").write_bytes(b"x" * 1_200_000)
    (tree / "noise").write_bytes(os.urandom(LARGE_BYTES + 1))
    (tree / "zeros").write_bytes(b"\0" * (LARGE_BYTES + 1))
    with closing(socket.socket(socket.AF_UNIX)) as one:
        one.bind(str(tree / "sock"))
        sent = send(served.client, Folder(root=tree))
        there = take(tree, cache=tree.parent / "another-memory")
    assert asked == ["folder"]
    held(served.client, tree, sent.id)
    assert sent.ignored == there.ignored == ("pkg/data/", "x.log")
    assert sent.notices == there.notices
    for word in (".env", "sock (socket)", "out", "pkg/data/ (1.2 MB)"):
        assert any(word in notice for notice in sent.notices), word


def test_what_has_changed_goes_in_one_request(served, tree, asked):
    def again():
        sent = send(served.client, Folder(root=tree))
        held(served.client, tree, sent.id)
        return sent.id

    first = again()
    assert again() == first
    (tree / "pkg/m3.py").write_text("changed\n")
    (tree / "pkg/m4.py").unlink()
    (tree / "pkg/m5.py").chmod(0o755)
    (tree / "pkg/m6.py").rename(tree / "m6.py")
    second = again()
    for n in range(3):
        (tree / "large").write_bytes(bytes([n]) * (LARGE_BYTES + n))
        (tree / "small").write_bytes(bytes([n]))
        assert again() not in (first, second)
    (tree / "large").unlink()
    (tree / "small").unlink()
    assert again() == second
    assert not {"packs", "snapshots", "changes"} & set(asked)


def test_files_of_the_moment_go_along(served, tree, asked):
    extra = {"pkg/m1.py": b"in its place\n", "cell.py": b"beside\n"}
    for _ in range(2):
        sent = send(served.client, Folder(root=tree, extra=extra, script="cell.py"))
        held(served.client, tree, sent.id, extra)
    for path in ("../x", "a/../../x", "/etc/x", "", "a\0", "pkg", "link/below"):
        (tree / "link").is_symlink() or (tree / "link").symlink_to("pkg")
        with pytest.raises(Exception, match="not one inside|not a path inside|no folder"):
            send(served.client, Folder(root=tree, extra={path: b"x"}))


def test_a_script_that_is_not_there_is_named(served, tree):
    (tree / ".mlwsignore").write_text("left.py\n")
    (tree / "left.py").write_text("")
    with pytest.raises(NotFound, match=r"There is no pkg/m33\.py .*did you mean pkg/m3\.py"):
        send(served.client, Folder(root=tree, script="pkg/m33.py"))
    with pytest.raises(Incomplete, match="left out of the snapshot by the ignore rules"):
        send(served.client, Folder(root=tree, script="left.py"))


@pytest.mark.parametrize("other", ["boot_id", "mounts", "root", "user"])
def test_who_sees_something_else_sends_it(served, tree, asked, monkeypatch, other):
    mine = standpoint()
    values = {"boot_id": "another", "mounts": mine.mounts + 1, "root": (0, 0), "user": 65534}
    theirs = replace(mine, **{other: values[other]})
    with pytest.raises(Conflict, match="does not see this folder"):
        served.client.take(order(tree, standpoint=theirs))
    monkeypatch.setattr("jupyter_mlws.sdk.sending.standpoint", lambda: theirs)
    asked.clear()
    held(served.client, tree, send(served.client, Folder(root=tree)).id)
    assert asked[:2] == ["folder", "plan"]


@pytest.mark.parametrize(
    "words",
    [
        {"inode": (0, 0)},
        {"path": "/etc"},
        {"path": "/nowhere/at/all"},
        {"path": "relative"},
        {"path": ""},
        {"path": "a\0b"},
    ],
)
def test_another_folder_under_the_name_is_refused(served, tree, words):
    with pytest.raises(Conflict):
        served.client.take(order(tree, **words))


def test_another_file_system_under_the_name(served, tree):
    """As in a container that shares the workspace's folder, and nothing else."""
    (tree / "pkg/m1.py").write_text("only outside\n")
    seen = send(served.client, Folder(root=tree)).id
    script = 'mount -t tmpfs none "$2"; echo inside > "$2/a.py"; exec "$3" -c "$4" "$1" "$2"'
    words = [served.place.root, tree, sys.executable, FROM_ELSEWHERE]
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-ec", script, "sh", *map(str, words)],
        env=served.env,
        capture_output=True,
        text=True,
    )
    if "unshare" in done.stderr and not os.environ.get("CI"):
        pytest.skip("this system lets nobody mount")
    assert done.returncode == 0, done.stderr
    snapshot = done.stdout.strip()
    assert snapshot != seen
    assert [entry.path for entry in served.client.get_snapshot(snapshot).entries] == ["a.py"]
    assert b"".join(served.client.snapshot_file(snapshot, "a.py")) == b"inside\n"


def test_over_the_network_nobody_asks_the_owner_to_look(served, tree, monkeypatch):
    told = owner.read(served.place)
    client = Client(lambda: Address(url=told.url, token=told.token))
    asked = record(client, monkeypatch)
    held(client, tree, send(client, Folder(root=tree)).id)
    assert "folder" not in asked


def test_what_cannot_be_taken_is_said_as_ever(served, tree):
    with open(os.fsencode(tree) + b"/\xff.py", "w"):
        pass
    with pytest.raises(Incomplete, match="its name is not UTF-8"):
        send(served.client, Folder(root=tree))
    with pytest.raises(Incomplete, match="There is no folder"):
        send(served.client, Folder(root=tree / "nowhere"))


def test_a_workspace_that_does_not_know_the_last_one(tree, tmp_path_factory, monkeypatch):
    """Both remember the folder in one place; what one has, the other has not."""
    from tests.served import serving  # noqa: PLC0415

    home = tmp_path_factory.mktemp("two")
    (home / "one").mkdir()
    (home / "other").mkdir()
    cache = str(home / "cache")
    with (
        serving(home / "one", XDG_CACHE_HOME=cache) as one,
        serving(home / "other", XDG_CACHE_HOME=cache) as other,
    ):
        for n in range(3):
            (tree / "pkg/m3.py").write_text(f"{n}\n")
            (tree / "large").write_bytes(os.urandom(LARGE_BYTES + n))
            for served in (one, other) if n % 2 else (other, one):
                held(served.client, tree, send(served.client, Folder(root=tree)).id)
        upload(one.client, Folder(root=tree))  # and the client's own way beside it
        (tree / "pkg/m3.py").write_text("last\n")
        held(other.client, tree, send(other.client, Folder(root=tree)).id)


def test_many_at_once(served, tree):
    """One folder and several, with a file that somebody changes all the time."""
    wrong, found, stop = [], [], threading.Event()
    others = [tree.parent / f"code{n}" for n in range(3)]
    for root in others:
        subprocess.run(["cp", "-a", str(tree), str(root)], check=True)

    def work(root):
        for n in range(10):
            try:
                (root / f"{threading.get_ident()}.py").write_text(f"{n}\n")
                found.append(send(served.client, Folder(root=root)).id)
            except Exception as error:  # noqa: BLE001
                wrong.append(error)

    def write():
        while not stop.wait(0.02):
            (tree / "pkg/m1.py").write_text(f"{len(found)}\n")

    writer = threading.Thread(target=write)
    writer.start()
    workers = [threading.Thread(target=work, args=(root,)) for root in (tree, tree, *others)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    stop.set()
    writer.join(10)
    assert not wrong
    assert len(found) == 50
    for snapshot in set(found):
        entries = served.client.get_snapshot(snapshot).entries
        assert served.client.missing([entry.digest for entry in entries]) == ()
    for root in (tree, *others):
        held(served.client, root, send(served.client, Folder(root=root)).id)


def test_the_owner_is_killed_meanwhile(own_served, tree):
    """What was acknowledged is there; what was not is asked again."""
    done, stop = [], threading.Event()

    def work():
        while not stop.is_set():
            (tree / "new.py").write_text(f"{len(done)}")
            sent = send(own_served.client, Folder(root=tree))
            done.append((sent.id, take(tree, cache=tree.parent / "another-memory").entries))

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for _ in range(2):
            seen = len(done)
            while len(done) < seen + 5 and worker.is_alive():
                stop.wait(0.01)
            own_served.kill()
            own_served.start()
    finally:
        stop.set()
        worker.join(60)
    assert len(done) >= 10
    for snapshot, entries in done:
        assert own_served.client.get_snapshot(snapshot).entries == entries
        assert own_served.client.missing([entry.digest for entry in entries]) == ()
    held(own_served.client, tree, done[-1][0])
