"""Opening a workspace's database: one door for writes, one for reads."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert
from sqlalchemy.exc import DatabaseError, OperationalError

from jupyter_mlws.errors import Busy, DiskFull, StoreBroken, StoreNewer
from jupyter_mlws.records import codec
from jupyter_mlws.store import tables

SCHEMA = 1  # counts the migrations that tables.py stands for
PAGE_BYTES = 4096  # a shorter file is the rest of one: SQLite would take it for empty
Changed = Callable[[int, tuple[str, ...]], None]


class Store:
    """A database that one process owns. No engine leaves it.

    Parameters
    ----------
    path
        The SQLite file; made where it is missing.
    changed
        Told after every commit that changed something, by the thread that
        wrote: the store's revision, and the subjects (``run:01k…``).

    Raises
    ------
    StoreNewer
        A newer program wrote it. Not a byte was touched.
    StoreBroken
        The file is no database, or is damaged.
    """

    def __init__(self, path: Path, changed: Changed) -> None:
        self._lock = threading.Lock()
        self._changed = changed
        self.path = path
        _check(path)
        self._writer = _engine(path, "BEGIN IMMEDIATE")
        self._reader = _engine(path, "BEGIN", "PRAGMA query_only=ON")
        with self._translated():
            self._prepare()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction of its own, one at a time; rolled back where an error leaves it."""
        with self._lock, self._translated(), self._writer.begin() as tx:
            tx.info["subjects"] = {}
            yield tx
            told: tuple[str, ...] = tuple(tx.info["subjects"])
            rev = tx.info.pop("rev", 0)  # of the last change
        if told:
            self._changed(rev, told)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One state of the store, for as long as the block lasts. Waits for no writer."""
        with self._translated(), self._reader.connect() as tx:
            yield tx

    def close(self) -> None:
        self._reader.dispose()
        self._writer.dispose()

    def _prepare(self) -> None:
        with self._writer.begin() as tx:
            if not self._writer.dialect.has_table(tx, "meta"):
                tables.metadata.create_all(tx)
                tx.execute(insert(tables.meta).values(key="schema", value=str(SCHEMA)))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """No vendor's words leave this room."""
        try:
            yield
        except OperationalError as error:
            if "full" in str(error.orig) or "disk I/O" in str(error.orig):
                raise DiskFull(
                    f"The disk that holds {self.path} is full; nothing was written. "
                    "Free some space, then try again."
                ) from error
            if "readonly" in str(error.orig) or "unable to open" in str(error.orig):
                raise _closed(self.path, error.orig) from error
            if "locked" in str(error.orig):
                raise Busy(
                    f"{self.path} is held by another program; nothing was written. Try again."
                ) from error
            raise
        except DatabaseError as error:
            if "malformed" in str(error.orig) or "not a database" in str(error.orig):
                raise StoreBroken(
                    f"{self.path} is damaged: {error.orig}. "
                    f"Restore it from {self.path.parent}/backups."
                ) from error
            raise


def _check(path: Path) -> None:
    """Look at an existing file without writing to it."""
    try:
        if Path(f"{path}-journal").exists():  # of a first start that a power cut has ended
            _take_back(path)
        if not path.exists() or path.stat().st_size == 0:
            return
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as look:
            tables_there = look.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if tables_there == (0,) and path.stat().st_size >= PAGE_BYTES:
                return  # a first start that ended before its first commit
            row = look.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
            found = int(row[0]) if row else 0
    except sqlite3.OperationalError as error:
        if "unable to open" in str(error) or "readonly" in str(error):
            raise _closed(path, error) from error
        raise _unreadable(path, error) from error
    except (sqlite3.DatabaseError, ValueError) as error:
        raise _unreadable(path, error) from error
    if found > SCHEMA:
        raise StoreNewer(
            f"{path} was written by a newer jupyter_mlws (schema {found}; this one knows "
            f"{SCHEMA}); nothing was changed. Upgrade with: pip install -U jupyter-mlws."
        )


def _take_back(path: Path) -> None:
    """Have SQLite undo what was half written; who only reads cannot."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _unreadable(path: Path, why: Exception) -> StoreBroken:
    return StoreBroken(
        f"{path} cannot be read as a workspace's store: {why}. "
        f"Restore it from {path.parent}/backups, or move it away to begin anew."
    )


def _closed(path: Path, why: object) -> StoreBroken:
    return StoreBroken(
        f"{path} cannot be written: {why}. Nothing was changed; look whether its disk is "
        "read-only, and whose the folder is."
    )


def _engine(path: Path, begin: str, *pragmas: str) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        json_serializer=lambda value: codec.encode(value).decode(),
        json_deserializer=lambda text: codec.decode(str(text).encode(), Any),  # SQLite: 3 for "3"
    )

    @event.listens_for(engine, "connect")
    def on_connect(connection, _record):  # type: ignore[no-untyped-def]
        connection.isolation_level = None  # the driver begins nothing by itself
        told = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")
        for pragma in told:
            connection.execute(f"PRAGMA {pragma}")
        for pragma in pragmas:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
