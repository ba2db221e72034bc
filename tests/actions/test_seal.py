"""Keys: sealed by the workspace, bound to their endpoint; only hashes leave."""

import pytest

from jupyter_mlws.actions.seal import hashes, new_keys, seal, unseal
from jupyter_mlws.errors import Conflict

KEY = bytes(range(32))


def test_what_was_sealed_is_shown_again_and_looks_never_the_same():
    keys = new_keys()
    assert unseal(KEY, "svc", seal(KEY, "svc", keys)) == keys
    assert seal(KEY, "svc", keys) != seal(KEY, "svc", keys)
    assert keys.primary.encode() not in seal(KEY, "svc", keys)


@pytest.mark.parametrize(
    ("key", "name", "spoil"),
    [
        (bytes(32), "svc", lambda sealed: sealed),
        (KEY, "other", lambda sealed: sealed),
        (KEY, "svc", lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (KEY, "svc", lambda sealed: sealed[:20]),
        (KEY, "svc", lambda sealed: b""),
    ],
)
def test_another_key_or_name_or_a_spoilt_byte_shows_nothing(key, name, spoil):
    sealed = seal(KEY, "svc", new_keys())
    with pytest.raises(Conflict, match="regen-key"):
        unseal(key, name, spoil(sealed))


def test_hashes_tell_two_keys_apart_and_nothing_else():
    keys = new_keys()
    assert len({*hashes(keys), *hashes(new_keys())}) == 4
    assert all(len(found) == 64 for found in hashes(keys))
