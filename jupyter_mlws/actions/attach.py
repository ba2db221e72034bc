"""Attach and detach: which compute targets there are, and how they are set up."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jupyter_mlws.actions import survey
from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import Conflict, Invalid
from jupyter_mlws.records.target import NewTarget, TargetInfo
from jupyter_mlws.store import targets
from jupyter_mlws.store.requests import answered
from jupyter_mlws.targets.registry import build

NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
ALWAYS = "local"  # this machine: there whatever else is


def attach(backend: Backend, name: str, new: NewTarget, by: str) -> TargetInfo:
    """Make a target known, or set up anew one that is; from now on runs start so.

    Raises
    ------
    Invalid
        The name, the kind or the configuration will not do. Nothing was changed.
    Conflict
        It is known as another kind.
    """
    if not NAME.match(name):
        raise Invalid(
            f"{name!r} cannot name a target: use letters, digits, dots and dashes.", "name"
        )
    known = backend.targets.get(name)
    kind = new.kind or ("local" if known is None else known.kind)
    if known is not None and kind != known.kind:
        raise Conflict(f"{name} is of kind {known.kind}; detach it, or take another name.", "kind")
    made = build(kind, backend.settings.state, dict(os.environ), _given(new.config))
    seen = survey.look(made)
    with _as_stored(backend, name), backend.store.write() as tx:
        targets.attach(tx, name, kind, _given(new.config), at=backend.now(), by=by)
        backend.targets[name] = made
        answer = answered(tx, survey.describe(backend, tx, name, made, seen))
    backend.woken()  # with more slots more may start
    return answer


def detach(backend: Backend, name: str, by: str) -> TargetInfo:
    """Forget a target that nothing is on; the answer is what it was.

    Raises
    ------
    NotFound
        No such target.
    Conflict
        It is ``local`` or the workspace's default, or runs or endpoints are on it.
    """
    last = survey.target(backend, name)
    if name == ALWAYS:
        raise Conflict(f"{ALWAYS} is this machine, and is always there.")
    if last.default:
        raise Conflict(f"{name} is the default target: change that in workspace.toml first.")
    with _as_stored(backend, name), backend.store.write() as tx:
        if held := targets.held_by(tx, name):
            raise Conflict(f"{name} stays: {', '.join(held[:5])} would be left without it.")
        targets.detach(tx, name, at=backend.now())
        backend.targets.pop(name, None)
        return answered(tx, last)


@contextmanager
def _as_stored(backend: Backend, name: str) -> Iterator[None]:
    """The dict is changed while nobody else can write; where the write fails it is put back."""
    before = backend.targets.get(name)
    try:
        yield
    except BaseException:
        backend.targets.pop(name, None)
        if before is not None:
            backend.targets[name] = before
        raise


def _given(config: dict[str, Any]) -> dict[str, Any]:
    """What is null is left to the target."""
    return {key: value for key, value in config.items() if value is not None}
