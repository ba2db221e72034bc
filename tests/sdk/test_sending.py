"""A folder becomes a snapshot: mostly in one request, on its way while the walk goes on."""

import os
import random
import socket
import subprocess
import threading
import time
from contextlib import closing

import pytest

from jupyter_mlws.errors import Incomplete, NotFound
from jupyter_mlws.records.packing import LARGE_BYTES
from jupyter_mlws.sdk import sending
from jupyter_mlws.sdk.ahead import SentAhead
from jupyter_mlws.sdk.sending import Folder
from jupyter_mlws.snapshot import take as taking
from jupyter_mlws.snapshot.take import take
from tests.served import serving

LONG_AGO = 1_000_000_000


@pytest.fixture(autouse=True)
def memory(tmp_path, monkeypatch):
    """What is remembered of folders is this test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "memory"))


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "code"
    for n in range(20):
        write(root / f"pkg{n % 4}/m{n}.py", f"print({n}, {str(tmp_path)!r})\n")
    return root


@pytest.fixture
def send(served):
    """Sends a folder, and sees that the workspace holds just what lies there."""

    def send(root, client=served.client, **more):
        folder = Folder(root=root, **more)
        snapshot, taken = sending.send(client, folder)
        held(client, root, snapshot, folder.extra)
        return snapshot, taken

    return send


@pytest.fixture
def asked(served, monkeypatch):
    """What went out, in order: the last word of each path, "begun", "walked"."""
    seen, connection = [], served.client.connection
    ask, begin, within = connection.ask, connection.begin, taking._within_reason

    def asking(method, path, *words, **more):
        seen.append(path.rpartition("/")[2])
        return ask(method, path, *words, **more)

    def beginning(*words, **more):
        seen.append("begun")
        return begin(*words, **more)

    def walked(*words):
        seen.append("walked")
        return within(*words)

    monkeypatch.setattr(connection, "ask", asking)
    monkeypatch.setattr(connection, "begin", beginning)
    monkeypatch.setattr(taking, "_within_reason", walked)
    return seen


def write(path, text):
    """Write a file whose time nobody doubts; another one each time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(path, (LONG_AGO, LONG_AGO))


def held(client, root, snapshot, extra=None):
    """The workspace holds just what a new look at the folder finds, and all contents of it."""
    taken = take(root, extra=extra, cache=root.parent / "another memory")
    assert snapshot == taken.id
    assert client.get_snapshot(snapshot).entries == taken.entries
    assert client.missing(taken.digests) == ()
    for entry in taken.entries:
        if entry.digest is not None:
            own = (extra or {}).get(entry.path)
            content = b"".join(client.snapshot_file(snapshot, entry.path))
            assert content == ((root / entry.path).read_bytes() if own is None else own)


def out(asked):
    """What went out since the last time; without the looks of `held`."""
    said = [word for word in asked if word in ("begun", "walked", "changes", "snapshots")]
    asked.clear()
    return [word for n, word in enumerate(said) if word != "walked" or n == said.index("walked")]


def test_all_that_a_folder_can_hold(served, tree, send, asked):
    write(tree / "run.sh", "#!/bin/sh\n")
    (tree / "run.sh").chmod(0o755)
    (tree / "link").symlink_to("pkg1/m1.py")
    (tree / "out").symlink_to("/etc/hostname")
    write(tree / ".gitignore", "data/\n*.log\n")
    write(tree / "x.log", "x")
    write(tree / ".env", "KEY=1")
    write(tree / "empty", b"")
    write(tree / "pkg1/data/x.bin", b"x" * 1_200_000)
    write(tree / "noise", os.urandom(LARGE_BYTES + 1))
    write(tree / "zeros", b"\0" * (LARGE_BYTES + 1))
    with closing(socket.socket(socket.AF_UNIX)) as one:
        one.bind(str(tree / "sock"))
        first, taken = send(tree)
        assert out(asked) == ["walked", "snapshots"]
        assert taken.ignored == ("pkg1/data/", "x.log")
        for word in (".env", "sock (socket)", "out", "pkg1/data/ (1.2 MB)"):
            assert any(word in notice for notice in taken.notices), word
        assert send(tree)[0] == first
        assert out(asked) == ["walked", "changes"]
        write(tree / "pkg1/m1.py", "changed\n")
        assert send(tree)[0] != first
        assert out(asked) == ["begun", "walked"]


def test_what_has_changed_is_stored_before_the_walk_is_over(tree, send, asked):
    send(tree)
    asked.clear()
    for n in range(3):
        write(tree / f"pkg{n}/m{n}.py", f"changed {n}\n")
        send(tree)
        assert out(asked) == ["begun", "walked"]
    (tree / "pkg3/m3.py").chmod(0o755)  # another entry, no other content
    send(tree)
    assert out(asked) == ["begun", "walked"]
    write(tree / "pkg1/m1.py", (tree / "pkg2/m2.py").read_bytes())  # a content that is there
    send(tree)
    assert out(asked) == ["begun", "walked"]
    write(tree / "new/one.py", "")
    send(tree)
    assert out(asked) == ["begun", "walked"]


def test_where_the_guess_was_wrong_all_is_sent(tree, send, asked):
    first, _ = send(tree)
    asked.clear()
    write(tree / "pkg0/m0.py", "one\n")
    write(tree / "pkg3/m3.py", "other\n")
    send(tree)
    assert out(asked) == ["begun", "walked", "changes"]
    write(tree / "pkg0/m0.py", "one more\n")
    write(tree / "pkg3/m3.py", "other more\n")
    send(tree)
    assert out(asked) == ["begun", "walked"], "two have changed, as last time"
    write(tree / "pkg1/m1.py", "only one\n")
    send(tree)
    assert out(asked) == ["walked", "changes"]
    (tree / "pkg2/m2.py").unlink()
    send(tree)
    assert out(asked) == ["walked", "changes"]
    (tree / "pkg1/m5.py").rename(tree / "m5.py")  # one is new, and one is gone
    send(tree)
    assert out(asked) == ["begun", "walked", "changes"]
    for n in range(12):
        write(tree / f"many/{n}.py", f"{n}\n")
    send(tree)
    assert out(asked)[-1] == "changes"
    write(tree / "many/0.py", "again\n")
    assert send(tree)[0] != first
    assert out(asked) == ["walked", "changes"], "after so many nobody guesses"


def test_what_was_written_just_now_waits_for_the_walk(tree, send, asked):
    send(tree)
    for n in range(3):
        asked.clear()
        (tree / "pkg0/m0.py").write_text(f"just now {n}\n")
        send(tree)
        assert out(asked) == ["walked", "changes"]
        time.sleep(0.03)


def test_what_is_large_waits_for_the_walk(tree, send, asked):
    send(tree)
    for n in range(2):
        asked.clear()
        write(tree / "large", bytes([n]) * (LARGE_BYTES + 1))
        send(tree)
        assert out(asked)[:2] == ["walked", "snapshots"]


def test_files_of_the_moment_go_along(tree, send, asked):
    extra = {"pkg1/m1.py": b"in its place\n", "cell.py": b"beside\n"}
    send(tree)
    send(tree, extra=extra, script="cell.py")
    asked.clear()
    extra = {name: content + b"# more\n" for name, content in extra.items()}
    send(tree, extra=extra, script="cell.py")
    assert out(asked) == ["begun", "walked"], "both differ, as last time: nothing to wait for"
    extra["cell.py"] += b"# more\n"
    write(tree / "pkg2/m2.py", "and a file\n")
    send(tree, extra=extra)
    assert out(asked) == ["begun", "walked"]
    (tree / "link").symlink_to("pkg1")
    for path in ("../x", "a/../../x", "/etc/x", "", "a\0", "pkg1", "link/below"):
        with pytest.raises(Exception, match="not one inside|not a path inside|no folder"):
            send(tree, extra={path: b"x"})
    send(tree)


def test_a_script_that_is_not_there_is_named(tree, send):
    write(tree / ".mlwsignore", "left.py\n")
    write(tree / "left.py", "")
    for _ in range(2):
        with pytest.raises(NotFound, match=r"There is no pkg3/m33\.py .*did you mean pkg3/m3\.py"):
            send(tree, script="pkg3/m33.py")
        with pytest.raises(Incomplete, match="left out of the snapshot by the ignore rules"):
            send(tree, script="left.py")
        send(tree)
        write(tree / "pkg0/m0.py", "is sent ahead, and asked for by nobody\n")


def test_a_folder_that_cannot_be_taken_leaves_the_connection_whole(served, tree, send, asked):
    send(tree)
    asked.clear()
    write(tree / "pkg0/m0.py", "sent ahead\n")
    wrong = os.fsencode(tree) + b"/\xff.py"
    with open(wrong, "w"):
        pass
    with pytest.raises(Incomplete, match="its name is not UTF-8"):
        send(tree)
    assert out(asked) == ["begun", "walked"]
    assert served.client.health().status == "ok"
    os.unlink(wrong)
    send(tree)
    with pytest.raises(Incomplete, match="There is no folder"):
        send(tree / "nowhere")


def test_a_workspace_that_does_not_know_the_last_one(tree, send, tmp_path):
    """Two workspaces, one memory of the folder: what one has, the other has not."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    with serving(tmp_path / "one") as one, serving(tmp_path / "other") as other:
        for n in range(4):
            write(tree / "pkg3/m3.py", f"{n}\n")
            for served in (one, other) if n % 2 else (other, one):
                send(tree, served.client)


def test_a_file_changes_while_the_walk_goes_on(served, tree, send, tmp_path, monkeypatch):
    """A snapshot holds what was read; what was written since is in the next one."""
    send(tree)
    write(tree / "pkg0/m0.py", "read\n")
    told = SentAhead.told

    def and_changed(self, entry, content):
        enough = told(self, entry, content)
        write(tree / "pkg0/m0.py", "written since\n")
        return enough

    with monkeypatch.context() as patch:
        patch.setattr(SentAhead, "told", and_changed)
        snapshot, _ = sending.send(served.client, Folder(root=tree))
    assert b"".join(served.client.snapshot_file(snapshot, "pkg0/m0.py")) == b"read\n"
    send(tree)


def test_whatever_happens_to_a_tree(served, tree, tmp_path):
    """What owner and client make of the differences stays one and the same."""
    chance = random.Random(11)
    for step in range(120):
        for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
            happen(chance, tree)
        extra = {"cell.py": f"{step // 2}".encode()} if chance.random() < 0.3 else {}
        folder = Folder(root=tree, extra=extra)
        snapshot, _ = sending.send(served.client, folder)
        taken = take(tree, extra=extra, cache=tmp_path / "another memory")
        assert snapshot == taken.id, step
        assert served.client.get_snapshot(snapshot).entries == taken.entries
        assert served.client.missing(taken.digests) == ()


def happen(chance, tree):
    files = sorted(path for path in tree.rglob("*") if path.is_file() or path.is_symlink())
    one = chance.choice(files) if len(files) > 5 else None
    new = tree / f"pkg{chance.randrange(5)}" / f"n{chance.randrange(30)}.py"
    what = chance.randrange(7)
    if what == 0 and one is not None:
        one.unlink()
    elif what == 1 and one is not None and not new.exists():
        new.parent.mkdir(exist_ok=True)
        one.rename(new)
    elif what == 2 and one is not None and not one.is_symlink():
        one.chmod(chance.choice((0o644, 0o755)))
    elif what == 3:
        new.parent.mkdir(exist_ok=True)
        new.unlink(missing_ok=True)
        new.symlink_to(chance.choice(("m1.py", "../pkg0", "/etc/hosts")))
    elif what == 4:
        write(tree / ".mlwsignore", f"n{chance.randrange(30)}.py\n")
    elif not new.is_symlink():
        write(new, f"{chance.randrange(4)}\n" * chance.randrange(3))


def test_many_at_once(served, tree, tmp_path):
    """Several folders from several threads, and one from two that change nothing in it."""
    wrong, found = [], []
    others = [tree.parent / f"code{n}" for n in range(3)]
    for root in others:
        subprocess.run(["cp", "-a", str(tree), str(root)], check=True)

    def work(root):
        for n in range(10):
            try:
                if root != tree:
                    write(root / f"pkg{n % 4}/m{n}.py", f"{root} {n}\n")
                folder = Folder(root=root)
                found.append(sending.send(served.client, folder)[0])
            except Exception as error:  # noqa: BLE001
                wrong.append(error)

    workers = [threading.Thread(target=work, args=(root,)) for root in (tree, tree, *others)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert not wrong
    assert len(found) == 50
    for snapshot in set(found):
        entries = served.client.get_snapshot(snapshot).entries
        assert served.client.missing([entry.digest for entry in entries]) == ()


@pytest.mark.parametrize("moment", ["before", "between"])
def test_the_owner_dies_on_the_way(own_served, tree, send, monkeypatch, moment):
    """Before what is sent ahead, and between it and its answer: then all goes the long way."""
    client = own_served.client
    send(tree, client)
    starter = None

    def die():
        nonlocal starter
        own_served.kill()
        starter = threading.Timer(0.2, own_served.start)
        starter.start()

    write(tree / "pkg0/m0.py", f"{moment}\n")
    with monkeypatch.context() as patch:
        within = taking._within_reason
        if moment == "between":
            patch.setattr(taking, "_within_reason", lambda *words: (die(), within(*words))[1])
        else:
            die()
        snapshot, _ = sending.send(client, Folder(root=tree))
    starter.join()
    held(client, tree, snapshot)


def test_the_owner_is_killed_again_and_again(own_served, tree):
    """What was acknowledged is there; what was not is asked again."""

    def work(n):
        write(tree / "new.py", f"{n}")
        return sending.send(own_served.client, Folder(root=tree))

    done = own_served.killed_amid(work, times=3, each=7)
    for snapshot, taken in done:
        assert snapshot == taken.id
        assert own_served.client.get_snapshot(snapshot).entries == taken.entries
        assert own_served.client.missing(taken.digests) == ()
    held(own_served.client, tree, done[-1][0])
