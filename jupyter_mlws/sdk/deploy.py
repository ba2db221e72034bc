"""Deploying a model, and waiting until it answers."""

import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from jupyter_mlws.client.client import Client
from jupyter_mlws.errors import Invalid, LaunchRejected, MlwsError
from jupyter_mlws.records.endpoint import (
    Deployment,
    Endpoint,
    EndpointPatch,
    EndpointState,
    Limits,
    NewEndpoint,
)
from jupyter_mlws.sdk.inference import may_score
from jupyter_mlws.sdk.submit import Say, entry_script

SETTLES_S = 1800.0  # init() may load a large model
LOOK_S = 0.2
CALM_S = 60.0  # for an endpoint that changes before it is overwritten


def deploy(
    client: Client,
    new: NewEndpoint,
    say: Say,
    *,
    folder: Path | None = None,
    text: str | None = None,
    overwrite: bool = False,
) -> Endpoint:
    """Start an endpoint; `settled` waits until it answers.

    Parameters
    ----------
    overwrite
        Where there is an endpoint of that name, give it this, whole, as its next revision.
    folder
        What is sent with ``new.script``, a path in it. None: no script.
    text
        The script's text, where it is no file in `folder`.
    """
    if new.script is not None and folder is not None:
        new = replace(new, snapshot=entry_script(client, folder, new.script, text, say))
    if overwrite and any(known.name == new.name for known in client.endpoints()):
        _calm(client, new.name)
        patch = EndpointPatch(
            model=new.model,
            script=new.script,
            snapshot=new.snapshot,
            plain=new.script is None,
            python=new.python,
            variables=new.variables,
            instances=new.instances,
            limits=new.limits,
        )
        return client.update_endpoint(new.name, patch)
    return client.deploy(new)


def update(
    client: Client,
    name: str,
    patch: EndpointPatch,
    say: Say,
    *,
    folder: Path | None = None,
) -> Endpoint:
    """Put another revision behind an endpoint; `settled` waits until it answers."""
    if patch.script is not None and folder is not None:
        patch = replace(patch, snapshot=entry_script(client, folder, patch.script, None, say))
    return client.update_endpoint(name, patch)


def settled(
    client: Client,
    begun: Endpoint,
    on_change: Callable[[Endpoint], object] = lambda endpoint: None,
    timeout_s: float = SETTLES_S,
) -> Endpoint:
    """The endpoint once its newest revision answers. Blocks.

    Raises
    ------
    LaunchRejected
        The revision failed; says why. What answered before still does.
    MlwsError
        It was not settled within `timeout_s`; it may be later.
    """
    until, told = time.monotonic() + timeout_s, ""
    wanted = _newest(begun)
    while True:
        endpoint = client.endpoint(begun.name)
        mine = _revision(endpoint, wanted.revision) if wanted else _newest(endpoint)
        state, reason = (mine.state, mine.reason) if mine else (endpoint.state, endpoint.reason)
        if EndpointState.FAILED in (state, endpoint.state):
            why = reason or endpoint.reason or "its log says why"
            raise LaunchRejected(f"{endpoint.name} failed: {why}")
        if state is EndpointState.HEALTHY and endpoint.state is EndpointState.HEALTHY:
            return endpoint
        if f"{state} {endpoint.reason}" != told:
            told = f"{state} {endpoint.reason}"
            on_change(endpoint)
        if time.monotonic() > until:
            raise MlwsError(f"{endpoint.name} does not answer after {timeout_s:.0f} s.")
        time.sleep(LOOK_S)


def limited(
    limits: Limits,
    concurrency: int | None = None,
    queue: int | None = None,
    timeout_s: float | None = None,
) -> Limits:
    """Limits with those changed that are given.

    Parameters
    ----------
    concurrency
        Requests in flight, of each replica.
    queue
        Requests that wait, in all.
    timeout_s
        Until a request is answered with 504.
    """
    given = {"concurrency": concurrency, "queue": queue, "request_timeout_s": timeout_s}
    return replace(limits, **{name: most for name, most in given.items() if most is not None})


def rooted(script: str | None, source: Path | None, cwd: Path) -> tuple[str | None, Path | None]:
    """An entry script as its path in the folder that is sent, and that folder.

    Raises
    ------
    Invalid
        A folder was given, and no script; or the script lacks ``init`` or ``run``.
    """
    if script is None:
        if source is not None:
            raise Invalid(
                "--source goes with --script: say which file has init() and run().", "script"
            )
        return None, None
    from_here = (cwd / script).resolve()
    root = from_here.parent if source is None else (cwd / source).resolve()
    inside = from_here.is_relative_to(root)
    may_score(from_here if inside else root / script)
    return (from_here.relative_to(root).as_posix() if inside else script), root


def _calm(client: Client, name: str) -> None:
    """Wait until an endpoint is not changing: the server may be bringing it up again."""
    until = time.monotonic() + CALM_S
    changing = EndpointState.TRANSITIONING
    while client.endpoint(name).state is changing and time.monotonic() < until:
        time.sleep(LOOK_S)


def _newest(endpoint: Endpoint) -> Deployment | None:
    return max(endpoint.deployments, key=lambda one: one.revision, default=None)


def _revision(endpoint: Endpoint, revision: int) -> Deployment | None:
    return next((one for one in endpoint.deployments if one.revision == revision), None)
