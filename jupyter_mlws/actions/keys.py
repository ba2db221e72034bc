"""Keys: show an endpoint's two, or make one anew."""

import secrets

from jupyter_mlws.actions import router
from jupyter_mlws.actions.seal import hashes, new_keys, seal, unseal
from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import Conflict, Invalid
from jupyter_mlws.records.endpoint import Keys
from jupyter_mlws.store import endpoints


def show(backend: Backend, name: str) -> Keys:
    """Raises NotFound."""
    with backend.store.read() as tx:
        row = endpoints.get(tx, name)
    return unseal(backend.key, name, row.keys_sealed)


def regenerate(backend: Backend, name: str, which: str) -> Keys:
    """Make a new key. The old one stops working when this returns.

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
    router.tell_keys(backend, name)
    return keys
