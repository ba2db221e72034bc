"""Seal: an endpoint's two keys, encrypted for the store; the router knows their hashes only."""

import os
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

from jupyter_mlws.errors import Conflict, MlwsError
from jupyter_mlws.records import codec
from jupyter_mlws.records.endpoint import Keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


def new_keys() -> Keys:
    return Keys(primary=secrets.token_urlsafe(32), secondary=secrets.token_urlsafe(32))


def hashes(keys: Keys) -> tuple[str, str]:
    """SHA-256 of both, hexadecimal."""
    return _hash(keys.primary), _hash(keys.secondary)


def seal(key: bytes, name: str, keys: Keys) -> bytes:
    """Encrypt for the store, bound to the endpoint's name."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(key).encrypt(nonce, codec.encode(keys), name.encode())


def unseal(key: bytes, name: str, sealed: bytes) -> Keys:
    """Raises Conflict where the workspace's key is another than the one that sealed them."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415  as in `_cipher`

    nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return codec.decode(_cipher(key).decrypt(nonce, rest, name.encode()), Keys)
    except (InvalidTag, ValueError, MlwsError):  # another key, or cut off
        raise Conflict(
            f"The keys of {name} were sealed with another workspace key and cannot be shown; "
            f"make new ones with: mlws endpoint regen-key {name} primary."
        ) from None


def _cipher(key: bytes) -> "AESGCM":
    # A workspace's start needs none, and it takes as long to load as much of the rest
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    return AESGCM(key)


def _hash(key: str) -> str:
    return sha256(key.encode()).hexdigest()
