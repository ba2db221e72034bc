"""Keys: show an endpoint's two, or make one anew."""

import secrets

from jupyter_mlws.actions import router
from jupyter_mlws.actions.seal import hashes, new_keys, seal, unseal
from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import Conflict, Invalid
from jupyter_mlws.records.endpoint import Keys
from jupyter_mlws.store import endpoints
from jupyter_mlws.store.requests import answered


def show(backend: Backend, name: str) -> Keys:
    """Raises NotFound."""
    with backend.store.read() as tx:
        row = endpoints.get(tx, name)
    return unseal(backend.key, name, row.keys_sealed)


def regenerate(backend: Backend, name: str, which: str) -> None:
    """Make a new key. It is the one that works as soon as the router was told.

    Raises
    ------
    Invalid
        `which` is neither ``primary`` nor ``secondary``.
    NotFound
        No such endpoint.
    """
    if which not in ("primary", "secondary"):
        raise Invalid(f"An endpoint has a primary and a secondary key, no {which!r}.", "which")
    with backend.store.write() as tx:
        row = endpoints.get(tx, name)
        try:
            old = unseal(backend.key, name, row.keys_sealed)
        except Conflict:
            old = new_keys()
        fresh = secrets.token_urlsafe(32)
        keys = Keys(
            primary=fresh if which == "primary" else old.primary,
            secondary=fresh if which == "secondary" else old.secondary,
        )
        sealed = seal(backend.key, name, keys)
        told = {"keys_sealed": sealed, "key_hashes": list(hashes(keys))}
        endpoints.change(tx, name, at=backend.now(), **told)
        answered(tx, None)  # a key is kept sealed only


def tell(backend: Backend, name: str) -> Keys:
    """Tell the router the keys that are stored, and the caller. Raises NotFound."""
    router.tell_keys(backend, name)
    return show(backend, name)
