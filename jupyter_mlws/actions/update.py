"""Update: an endpoint's next revision, beside the present one until it answers."""

from typing import Any

from jupyter_mlws.actions import router, serving
from jupyter_mlws.actions.deploy import check_instances, check_limits, check_script
from jupyter_mlws.actions.submit import check_variables
from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import Conflict, Invalid, TargetUnreachable
from jupyter_mlws.records.endpoint import Deployment, Endpoint, EndpointPatch, EndpointState
from jupyter_mlws.records.model import ModelVersion
from jupyter_mlws.store import endpoints, models
from jupyter_mlws.store.endpoints import Code, Row, Setup
from jupyter_mlws.store.requests import answered

S = EndpointState


def update(backend: Backend, name: str, patch: EndpointPatch, by: str) -> Endpoint:
    """Prepare the next revision and ask the router to change to it.

    Returns at once: while it changes the state is Transitioning and the old
    revision answers; a revision that does not start is Failed, and the old one
    goes on.

    Raises
    ------
    NotFound
        No such endpoint or model version.
    Invalid
        The script, the limits or the number of instances will not do.
    Conflict
        It is being changed or deleted already.
    """
    if patch.instances is not None:
        check_instances(patch.instances)
    if patch.limits is not None:
        check_limits(patch.limits)
    check_variables(patch.variables or {})
    if patch.plain and patch.script is not None:
        raise Invalid("A revision has a script, or it is plain: not both.", "plain")
    said = serving.status(backend, name)
    with backend.store.write() as tx:
        row = endpoints.get(tx, name)
        if row.desired != "up" or row.state in (S.TRANSITIONING, S.DELETING):
            raise Conflict(f"{name} is {row.state.value} now; try again when it has settled.")
        tried = endpoints.deployments(tx, name)
        current = next(d for d in tried if d.revision == row.revision)
        version = models.resolve(tx, patch.model or current.model)
        code, setup = _code(current, patch), _setup(row, patch)
        check_script(tx, code)
        revision = endpoints.newest_revision(tx, name) + 1
        known = (version.name, version.version)
        endpoints.deploy(tx, name, revision, known, code, setup, at=backend.now(), by=by)
        endpoints.change(tx, name, at=backend.now(), state=S.TRANSITIONING.value, reason=None)
        answer = answered(tx, serving.told(tx, endpoints.get(tx, name), said))
    backend.streams.submit(_change, backend, row, current, revision, version, code, setup)
    return answer


def resume(backend: Backend, name: str, revision: int) -> None:
    """Go on with an update that the last owner had begun, as it was asked for."""
    with backend.store.read() as tx:
        row = endpoints.get(tx, name)
        tried = {one.revision: one for one in endpoints.deployments(tx, name)}
        current, coming = tried[row.revision], tried[revision]
        version, setup = models.resolve(tx, coming.model), endpoints.planned(tx, name, revision)
    code = _code(coming, EndpointPatch())
    backend.streams.submit(_change, backend, row, current, revision, version, code, setup)


def _change(
    backend: Backend,
    row: Row,
    current: Deployment,
    revision: int,
    version: ModelVersion,
    code: Code,
    setup: Setup,
) -> None:
    """Lay the revision, and wait until the router serves it or says why it cannot."""
    name, reason = row.name, None
    values: dict[str, Any] = {"state": S.HEALTHY.value, "reason": None}
    try:
        if router.configured(backend, name) != revision:  # else its replicas may read it already
            router.lay_revision(backend, router.home(backend, name), revision, version.label, code)
            router.configure(backend, row, revision, version.label, code, version.sample, setup)
        router.admin(backend, name).reload()
        values |= {"revision": revision, "config": setup}
    except TargetUnreachable:
        return  # the watch finds out what became of it
    except Exception as error:  # noqa: BLE001  an edge: nobody waits for this thread
        reason = str(error)
        _back(backend, row, current)
        values["reason"] = f"Revision {revision} did not start: {reason}"
    state = S.HEALTHY if reason is None else S.FAILED
    with backend.store.write() as tx:
        endpoints.settle(tx, name, revision, state, reason, at=backend.now())
        endpoints.change(tx, name, at=backend.now(), **values)


def _back(backend: Backend, row: Row, current: Deployment) -> None:
    """Make router.json say again what serves."""
    with backend.store.read() as tx:
        sample = models.resolve(tx, current.model).sample
    code = Code(
        script=current.script,
        snapshot=current.snapshot,
        python=current.python,
        instances=current.instances,
    )
    router.configure(backend, row, current.revision, current.model, code, sample, row.config)


def _code(current: Deployment, patch: EndpointPatch) -> Code:
    fresh = patch.plain or patch.script is not None or patch.snapshot is not None
    return Code(
        script=patch.script if fresh else current.script,
        snapshot=patch.snapshot if fresh else current.snapshot,
        python=patch.python or current.python,
        instances=patch.instances or current.instances,
    )


def _setup(row: Row, patch: EndpointPatch) -> Setup:
    return Setup(
        instances=patch.instances or row.config.instances,
        limits=patch.limits or row.config.limits,
        variables=row.config.variables if patch.variables is None else patch.variables,
    )
