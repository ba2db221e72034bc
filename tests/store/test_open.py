"""Opening a store: what is not ours, not whole or not of our time is refused untouched."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from hashlib import sha256

import pytest

from jupyter_mlws.errors import Busy, StoreBroken, StoreNewer
from jupyter_mlws.records.ids import new_id
from jupyter_mlws.records.run import NewRun, RunSpec
from jupyter_mlws.store import experiments, runs
from jupyter_mlws.store.open import Store


@pytest.fixture
def path(ram):
    return ram / "store.db"


@pytest.fixture
def filled(path, t0):
    """A store with runs in it, closed."""
    store = Store(path, lambda *_: None)
    with store.write() as tx:
        for n in range(50):
            spec = RunSpec(script="a.py", tags={"n": str(n)})
            runs.create(tx, NewRun(id=new_id(t0.after(n)), spec=spec), at=t0, by="ada")
    store.close()
    return path


def refused(path, kind, match):
    before = {p.name: sha256(p.read_bytes()).hexdigest() for p in path.parent.iterdir()}
    with pytest.raises(kind, match=match) as caught:
        Store(path, lambda *_: None)
    left = {p.name: sha256(p.read_bytes()).hexdigest() for p in path.parent.iterdir()}
    assert {name: left[name] for name in before} == before
    return str(caught.value)


@pytest.mark.parametrize("schema", ["2", "1000"])
def test_a_newer_store_is_refused_and_not_a_byte_is_changed(filled, schema):
    connection = sqlite3.connect(filled)
    connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (schema,))
    connection.commit()
    connection.close()
    told = refused(filled, StoreNewer, f"schema {schema}")
    assert "pip install -U" in told


@pytest.mark.parametrize(
    "content", [b"garbage " * 1000, b"SQLite format 3\0" + b"\xff" * 5000, b"\0" * 100, b"x"]
)
def test_what_is_no_store_is_refused_and_left_alone(path, content):
    path.write_bytes(content)
    assert "backups" in refused(path, StoreBroken, "store")


def test_another_program_s_database_is_left_alone(path):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    refused(path, StoreBroken, "meta")


def test_a_store_without_a_number_is_refused(filled):
    connection = sqlite3.connect(filled)
    connection.execute("UPDATE meta SET value = 'x'")
    connection.commit()
    connection.close()
    refused(filled, StoreBroken, "backups")


@pytest.mark.parametrize("part", [0.0003, 0.02, 0.1, 0.5, 0.9])
def test_a_cut_off_store_is_never_read_wrongly(filled, part):
    whole = filled.read_bytes()
    filled.write_bytes(whole[: int(len(whole) * part)])
    refused(filled, StoreBroken, "backups")


def test_an_empty_file_and_a_first_start_that_died_begin_anew(path):
    path.touch()
    Store(path, lambda *_: None).close()
    path.unlink()
    connection = sqlite3.connect(path)  # as a start that was killed before its first commit
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    store = Store(path, lambda *_: None)
    with store.read() as tx:
        assert experiments.listed(tx, limit=1, cursor=None) == []
    store.close()


def test_a_first_start_that_a_power_cut_ended_is_taken_back(path, tmp_path):
    begun = tmp_path / "begun.db"
    connection = sqlite3.connect(begun, isolation_level=None)
    connection.execute("PRAGMA cache_size=1")  # so that it writes before it commits
    connection.execute("CREATE TABLE other (text)")
    connection.execute("DROP TABLE other")
    connection.execute("BEGIN")
    connection.execute("CREATE TABLE half (text)")
    connection.executemany("INSERT INTO half VALUES (?)", [("x" * 4000,)] * 99)
    for end in ("", "-journal"):
        shutil.copy(f"{begun}{end}", f"{path}{end}")
    connection.close()
    Store(path, lambda *_: None).close()
    with closing(sqlite3.connect(path)) as there:
        names = {name for (name,) in there.execute("SELECT name FROM sqlite_master")}
    assert "runs" in names and "half" not in names


def test_a_reader_cannot_write(store, t0):
    with pytest.raises(Exception, match="readonly"), store.read() as tx:
        experiments.count(tx, "a", at=t0, by="ada")


def test_an_error_undoes_all_of_a_transaction(store, t0):
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        experiments.count(tx, "a", at=t0, by="ada")
        1 / 0  # noqa: B018  an action that fails
    with store.read() as tx:
        assert experiments.listed(tx, limit=1, cursor=None) == []


def test_a_read_is_one_state_of_the_store(store, t0):
    with store.read() as tx:
        assert experiments.listed(tx, limit=1, cursor=None) == []
        with store.write() as other:
            experiments.count(other, "a", at=t0, by="ada")
        assert experiments.listed(tx, limit=1, cursor=None) == []


def test_writers_in_threads_lose_nothing_and_count_each_once(store, t0):
    numbers, wrong = [], []

    def write():
        try:
            for _ in range(50):
                with store.write() as tx:
                    numbers.append(experiments.count(tx, "a", at=t0, by="ada")[1])
        except Exception as error:  # noqa: BLE001  told to the test
            wrong.append(error)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert sorted(numbers) == list(range(1, 401))


WRITER = """
import sys
from pathlib import Path
from jupyter_mlws.store.open import Store
from jupyter_mlws.store import experiments
store = Store(Path(sys.argv[1]), lambda *_: None)
for _ in range(100):
    with store.write() as tx:
        print(experiments.count(tx, "a", at=0, by="ada")[1])
"""


def test_writers_in_processes_lose_nothing_and_count_each_once(path):
    started = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    said = [process.communicate(timeout=60) for process in started]
    assert [err for _, err in said] == [b""] * 3
    assert sorted(int(n) for out, _ in said for n in out.split()) == list(range(1, 301))


def test_a_commit_outlives_a_power_cut(store):
    """With NORMAL, which looks the same to every test that only kills, hundreds are lost."""
    with store.write() as tx:
        assert tx.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert tx.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL


def test_a_store_that_another_program_holds_is_busy(store, t0):
    holder = sqlite3.connect(store.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with store.read() as tx:
        assert experiments.listed(tx, limit=1, cursor=None) == []
    with pytest.raises(Busy, match="another program"), store.write() as tx:
        pass
    holder.execute("ROLLBACK")
    holder.close()
    with store.write() as tx:
        assert experiments.count(tx, "a", at=t0, by="ada")[1] == 1


def test_what_is_damaged_while_it_is_open_is_said(filled):
    store = Store(filled, lambda *_: None)
    size = os.path.getsize(filled)
    with filled.open("r+b") as file:  # past the first page, which is known already
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    with pytest.raises(StoreBroken, match="damaged"), store.read() as tx:
        runs.resolve(tx, "latest")
        runs.resolve(tx, "default-1")
    store.close()


def test_a_read_only_disk_is_said(disk):
    path = disk.path / "store.db"
    Store(path, lambda *_: None).close()
    disk.lock()
    store = None
    with pytest.raises(StoreBroken, match="read-only"):
        store = Store(path, lambda *_: None)
        with store.write() as tx:
            experiments.count(tx, "a", at=0, by="ada")
    if store is not None:
        store.close()
    disk.free()
    Store(path, lambda *_: None).close()
