"""Folders that need not be listed again, because their own times say that nothing came or went."""

import os
import random
import time

import pytest

from jupyter_mlws.snapshot import walk as walking
from jupyter_mlws.snapshot.seen import recall
from jupyter_mlws.snapshot.steady import steady
from jupyter_mlws.snapshot.take import take as take_folder

TICK_S = 0.012  # older kernels count files' times in steps of up to 10 ms


@pytest.fixture
def listed(monkeypatch):
    """How many folders were listed; folders' times are trusted at once, wherever the test runs."""
    seen, scandir = [], os.scandir
    monkeypatch.setattr(os, "scandir", lambda *words: (seen.append(words), scandir(*words))[1])
    monkeypatch.setattr(walking, "steady", lambda device: True)
    monkeypatch.setattr(walking, "RACY_NS", 0)
    return seen


@pytest.fixture
def tree(root, write):
    for n in range(12):
        write(f"d{n % 3}/f{n}.py", f"{n}", old=True)
    write("d0/deep/g.py", "g", old=True)
    time.sleep(TICK_S)
    return root


@pytest.fixture
def settled(tree, take):
    """It was looked at as often as it takes to know all of it."""
    for _ in range(3):
        take()
    time.sleep(TICK_S)
    return tree


def paths(taken):
    return [entry.path for entry in taken.entries]


def test_what_holds_files_alone_is_listed_once(listed, settled, take):
    listed.clear()
    known = take()
    assert len(listed) == 2, "the root, and d0 which holds another folder"
    assert known.id == take_folder(settled, cache=settled.parent / "new").id


@pytest.mark.parametrize(
    ("act", "gone", "new"),
    [
        (lambda d: (d / "n.py").write_text("n"), set(), {"d1/n.py"}),
        (lambda d: (d / "f1.py").unlink(), {"d1/f1.py"}, set()),
        (lambda d: (d / "f1.py").rename(d / "n.py"), {"d1/f1.py"}, {"d1/n.py"}),
        (lambda d: (d / "f1.py").rename(d.parent / "d2/n.py"), {"d1/f1.py"}, {"d2/n.py"}),
        (lambda d: (d / "n.py").symlink_to("f1.py"), set(), {"d1/n.py"}),
        (lambda d: (d / "b").mkdir() or (d / "b/n.py").write_text(""), set(), {"d1/b/n.py"}),
        (lambda d: (d / ".gitignore").write_text("f1.py"), {"d1/f1.py"}, {"d1/.gitignore"}),
        (
            lambda d: (d / "pyvenv.cfg").write_text(""),
            {f"d1/f{n}.py" for n in (1, 4, 7, 10)},
            set(),
        ),
    ],
    ids=["new", "gone", "renamed", "moved", "link", "folder", "rules", "environment"],
)
def test_what_comes_and_goes_is_seen(listed, settled, take, write, act, gone, new):
    if new == {"d1/.gitignore"}:
        write(".gitignore", "nothing\n")
        take(), take()
    before = set(paths(take()))
    act(settled / "d1")
    assert set(paths(take())) == before - gone | new


def test_a_file_that_changes_in_place_is_seen(listed, settled, take):
    before = take().id
    for _ in range(3):
        with (settled / "d1/f1.py").open("a") as file:  # the folder's times stay
            file.write("more")
        after = take()
        assert after.id != before
        assert after.id == take_folder(settled, cache=settled.parent / "new").id
        before = after.id
    (settled / "d1/f1.py").chmod(0o755)
    assert take().id != before


def test_another_folder_in_its_place_is_seen(listed, settled, take):
    (settled / "d1").rename(settled.parent / "away")
    (settled / "d1").mkdir()
    (settled / "d1/other.py").write_text("")
    assert [path for path in paths(take()) if path.startswith("d1/")] == ["d1/other.py"]
    (settled / "d1/other.py").unlink()
    (settled / "d1").rmdir()
    (settled.parent / "away").rename(settled / "d1")
    assert [path for path in paths(take()) if path.startswith("d1/")] == [
        "d1/f1.py", "d1/f10.py", "d1/f4.py", "d1/f7.py"
    ]  # fmt: skip


def test_whatever_happens(listed, tree, take, write):
    chance = random.Random(3)
    names = [f"d{n % 3}/f{n}.py" for n in range(15)] + ["d0/deep/g.py", "d1/new/h.py"]
    for step in range(150):
        time.sleep(TICK_S)
        file = tree / chance.choice(names)
        act = chance.choice(["write", "append", "chmod", "gone", "rename", "link", "rules", "none"])
        if act == "write":
            file.unlink(missing_ok=True)
            write(file.relative_to(tree), f"{step}", old=True)
        elif act == "append" and file.is_file() and not file.is_symlink():
            with file.open("a") as more:
                more.write("x")
            os.utime(file, (1_000_000_000, 1_000_000_000))
        elif act == "chmod" and file.is_file():
            file.chmod(chance.choice([0o755, 0o644]))
        elif act == "gone":
            file.unlink(missing_ok=True)
        elif (
            act == "rename"
            and file.is_file()
            and (to := tree / chance.choice(names)).parent.is_dir()
        ):
            file.replace(to)
        elif act == "link" and file.parent.is_dir():
            file.unlink(missing_ok=True)
            file.symlink_to("elsewhere")
        elif act == "rules":
            write(chance.choice([".gitignore", "d1/.gitignore"]), f"f{chance.randrange(16)}.py\n")
        time.sleep(TICK_S)
        warm, new = take(), take_folder(tree, cache=tree.parent / f"cache{step}")
        assert (warm.id, warm.ignored) == (new.id, new.ignored), (step, act)


def test_times_that_are_young_are_not_trusted(monkeypatch, root, write, take):
    """Within a tick of the clock a folder may change again, and its times say no more."""
    monkeypatch.setattr(walking, "steady", lambda device: True)
    write("d/a.py", "a", old=True)
    for n in range(5):
        take(), take()
        write(f"d/{n}.py", "n", old=True)
        assert f"d/{n}.py" in paths(take())
    folders = recall(take().memory).folders
    assert set(folders) == {"", "d"}
    assert all(folder.times is None for folder in folders.values())


def test_only_file_systems_that_are_known_are_trusted(tmp_path):
    assert not steady(os.stat("/proc/self").st_dev)
    assert not steady(os.makedev(4000, 1))
    if os.path.isdir("/dev/shm") and os.path.ismount("/dev/shm"):
        assert steady(os.stat("/dev/shm").st_dev)
