"""Router: an endpoint's process and its directory, as the server sees them."""

import shutil
import socket
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from msgspec import structs

from jupyter_mlws.actions import unpack
from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import TargetUnreachable
from jupyter_mlws.records.run import NewRun, Run, RunSpec
from jupyter_mlws.scoring import bundle
from jupyter_mlws.scoring import config as configs
from jupyter_mlws.scoring.admin import Admin
from jupyter_mlws.shim import files
from jupyter_mlws.store import endpoints, runs
from jupyter_mlws.store.endpoints import Code, Row, Setup
from jupyter_mlws.store.transaction import Transaction

EXPERIMENT = "endpoints"


def home(backend: Backend, name: str) -> Path:
    return backend.settings.state / "endpoints" / name


def admin(backend: Backend, name: str) -> Admin:
    return Admin(home(backend, name))


def lay_revision(backend: Backend, into: Path, revision: int, model: str, code: Code) -> Any:
    """Write a revision's model and code below an endpoint's directory; the model's version.

    What an earlier try left half written is replaced. A power cut leaves all of it.
    """
    folder = into / "revisions" / str(revision)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    version = unpack.lay_model(backend, model, folder / "model")
    if code.snapshot is not None:
        unpack.lay_snapshot(backend, code.snapshot, folder / "code")
    files.sync_below(str(folder.parent), str(revision))
    files.sync(str(into))
    return version


def configure(
    backend: Backend,
    row: Row,
    revision: int,
    model: str,
    code: Code,
    sample: Any,
    setup: Setup,
    *,
    into: Path | None = None,
) -> None:
    """Write router.json: what the router should serve from its next look on.

    Parameters
    ----------
    into
        The endpoint's directory before it is in its place.
    """
    folder = home(backend, row.name) / "revisions" / str(revision)
    assert row.port is not None
    config = configs.Config(
        name=row.name,
        port=row.port,
        key_hashes=row.key_hashes,
        revision=revision,
        python=code.python or sys.executable,
        model_dir=str(folder / "model"),
        model=model,
        code_dir=str(folder / "code") if code.snapshot else None,
        script=code.script,
        sample=sample,
        variables=setup.variables,
        instances=code.instances,
        limits=configs.Limits(**structs.asdict(setup.limits)),
    )
    configs.write(into or home(backend, row.name), config)


def configured(backend: Backend, name: str) -> int | None:
    """The revision that router.json names; None where there is none."""
    with suppress(OSError, ValueError):
        return configs.read(home(backend, name)).revision
    return None


def tell_keys(backend: Backend, name: str) -> None:
    """Hand the stored key hashes to the router, now and for its next start."""
    with backend.store.read() as tx:
        row = endpoints.get(tx, name)
    folder = home(backend, name)
    with suppress(OSError, ValueError):  # not laid out yet: the hashes come with the rest
        config = configs.read(folder)
        if config.key_hashes != row.key_hashes:
            configs.write(folder, replace(config, key_hashes=row.key_hashes))
    with suppress(TargetUnreachable):  # it reads them when it starts
        Admin(folder).keys()


def start(backend: Backend, tx: Transaction, row: Row) -> Run:
    """Queue the run that is the router; the endpoint's row names it from now on."""
    main = bundle.install(backend.settings.state / "scoring")
    spec = RunSpec(
        command=(sys.executable, "-I", str(main), str(home(backend, row.name))),
        experiment=EXPERIMENT,
        target=row.target,
        name=row.name,
    )
    new = NewRun(id=backend.new_id(), spec=spec)
    run = runs.create(tx, new, at=backend.now(), by=row.created_by, kind="service")
    endpoints.change(tx, row.name, at=backend.now(), run_id=run.id)
    return run


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def place(backend: Backend, name: str, made: Path) -> None:
    """Make `made` the endpoint's directory. The caller's transaction holds the name."""
    clear(backend, name)  # of one that was never stored
    made.rename(home(backend, name))
    files.sync(str(home(backend, name).parent))


def clear(backend: Backend, name: str) -> None:
    """Remove the endpoint's directory."""
    shutil.rmtree(home(backend, name), ignore_errors=True)
