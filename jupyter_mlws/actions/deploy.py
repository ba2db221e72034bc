"""Deploy: from a model version to an endpoint that will answer."""

import re
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

from jupyter_mlws.actions import router, serving
from jupyter_mlws.actions.seal import hashes, new_keys, seal
from jupyter_mlws.actions.submit import check_target, check_variables
from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import Invalid, MlwsError
from jupyter_mlws.records.endpoint import Endpoint, EndpointState, Limits, NewEndpoint
from jupyter_mlws.records.model import ModelVersion
from jupyter_mlws.store import endpoints, models, snapshots
from jupyter_mlws.store.endpoints import Code, Row, Setup
from jupyter_mlws.store.requests import answered
from jupyter_mlws.store.transaction import Transaction

NAME = re.compile(r"^[a-z0-9A-Z][a-zA-Z0-9._-]{0,63}$")
MOST_INSTANCES = 64


def deploy(backend: Backend, new: NewEndpoint, by: str) -> Endpoint:
    """Make an endpoint and start its router. It answers when its state is Healthy.

    Its directory is made aside; one transaction then stores it all. Whoever
    dies on the way leaves an endpoint that will start, or none.

    Raises
    ------
    Invalid
        The name, target, script, limits or number of instances will not do.
    NotFound
        No such model version.
    Conflict
        The name is taken. Whatever is raised, nothing is left behind.
    """
    code = _checked(backend, new)
    keys = new_keys()
    setup = Setup(instances=new.instances, limits=new.limits, variables=new.variables)
    row = Row(
        name=new.name,
        state=EndpointState.TRANSITIONING,
        reason=None,
        desired="up",
        target=new.target,
        port=router.free_port(),
        key_hashes=hashes(keys),
        keys_sealed=seal(backend.key, new.name, keys),
        revision=1,
        run_id=None,
        config=setup,
        created_at=backend.now(),
        created_by=by,
    )
    with backend.store.read() as tx:
        endpoints.check_free(tx, new.name)
        version = models.resolve(tx, new.model)
        check_script(tx, code)
    made = Path(mkdtemp(dir=backend.settings.state / "tmp"))
    try:
        router.lay_revision(backend, made, 1, version.label, code)
        router.configure(backend, row, 1, version.label, code, version.sample, setup, into=made)
        with backend.store.write() as tx:
            answer = answered(tx, _store(backend, tx, row, version, code, made))
    except BaseException:
        _clear(backend, new.name)
        raise
    finally:
        shutil.rmtree(made, ignore_errors=True)
    backend.woken()
    return answer


def check_script(tx: Transaction, code: Code) -> None:
    """Raises Invalid where the snapshot has no such entry script."""
    if code.script is None:
        return
    if code.snapshot is None:
        raise Invalid("An entry script needs the snapshot it lies in.", "snapshot")
    paths = {entry.path for entry in snapshots.get(tx, code.snapshot).entries}
    if code.script not in paths:
        scripts = ", ".join(sorted(path for path in paths if path.endswith(".py"))[:10]) or "none"
        raise Invalid(
            f"There is no {code.script!r} in the folder; scripts are: {scripts}.", "script"
        )


def check_instances(instances: int) -> None:
    """Raises Invalid."""
    if not 1 <= instances <= MOST_INSTANCES:
        raise Invalid(f"An endpoint has between 1 and {MOST_INSTANCES} instances.", "instances")


def check_limits(limits: Limits) -> None:
    """Raises Invalid where nothing could ever be answered."""
    if limits.concurrency < 1 or limits.queue < 0:
        raise Invalid("A replica takes at least one request, and a queue none or more.", "limits")
    if not (limits.queue_timeout_s >= 0 and limits.request_timeout_s > 0 and limits.body_bytes > 0):
        raise Invalid("A request needs more than 0 s and 0 bytes.", "limits")


def _checked(backend: Backend, new: NewEndpoint) -> Code:
    if not NAME.match(new.name):
        raise Invalid(
            f"{new.name!r} cannot name an endpoint: use letters, digits, dots and dashes.", "name"
        )
    check_target(backend, new.target)
    if backend.targets[new.target].kind != "local":
        raise Invalid(
            f"Endpoints cannot run on {new.target!r} yet, only on local targets.", "target"
        )
    check_instances(new.instances)
    check_limits(new.limits)
    check_variables(new.variables)
    return Code(
        script=new.script, snapshot=new.snapshot, python=new.python, instances=new.instances
    )


def _store(
    backend: Backend, tx: Transaction, row: Row, version: ModelVersion, code: Code, made: Path
) -> Endpoint:
    """All rows of the endpoint, and its directory in its place."""
    check_target(backend, row.target)  # it may have been detached meanwhile
    models.resolve(tx, version.label)  # and this deleted
    endpoints.create(tx, row)
    known, at, by = (version.name, version.version), row.created_at, row.created_by
    endpoints.deploy(tx, row.name, 1, known, code, row.config, at=at, by=by)
    router.place(backend, row.name, made)
    router.start(backend, tx, row)
    return serving.told(tx, endpoints.get(tx, row.name), {})


def _clear(backend: Backend, name: str) -> None:
    """Remove a directory that was placed and then not stored."""
    with suppress(MlwsError), backend.store.write() as tx:  # what is raised says more
        if not endpoints.taken(tx, name):
            router.clear(backend, name)
