"""Records to JSON and back. Every byte that crosses the wire goes through here."""

from typing import Any, TypeVar

import msgspec

from jupyter_mlws.errors import Invalid, Malformed
from jupyter_mlws.records.instant import Instant

T = TypeVar("T")


def encode(record: Any) -> bytes:
    return msgspec.json.encode(record, enc_hook=_on_the_wire)


def decode(body: bytes, kind: type[T]) -> T:
    """An answer, or a file, as a record. Fields that `kind` does not know are passed over.

    Raises
    ------
    Malformed
        `body` is not JSON.
    Invalid
        It is, but not a `kind`; names the field.
    """
    try:
        return msgspec.json.decode(body, type=kind, dec_hook=_from_outside)
    except msgspec.ValidationError as error:
        raise _invalid(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"This is not JSON: {error}.") from error


def demand(body: bytes, kind: type[T]) -> T:
    """A request as a record: as `decode`, but a field that `kind` does not know is Invalid."""
    record = decode(body, kind)
    unknown = _unknown(msgspec.json.decode(body), msgspec.to_builtins(record, enc_hook=int))
    if unknown is not None:
        raise Invalid(f"There is no field {unknown!r}.", unknown)
    return record


def convert(value: Any, kind: type[T], *, text: bool = False) -> T:
    """A row, or the words of a query string (`text`), as a record. Raises Invalid."""
    try:
        return msgspec.convert(
            value, kind, strict=not text, from_attributes=True, dec_hook=_from_outside
        )
    except msgspec.ValidationError as error:
        raise _invalid(error) from error


def columns(record: Any) -> dict[str, Any]:
    """A record as the values of a row: times are integers."""
    return dict(msgspec.to_builtins(record, enc_hook=int))


def document(record: Any) -> dict[str, Any]:
    """A record as `encode` would write it, before it is bytes."""
    return dict(msgspec.to_builtins(record, enc_hook=_on_the_wire))


def _on_the_wire(value: Any) -> str:
    if isinstance(value, Instant):
        return value.rfc3339()
    raise NotImplementedError(f"{type(value)} has no form on the wire")


def _from_outside(kind: type, value: Any) -> Any:
    if kind is Instant:
        return Instant.parse(value) if isinstance(value, str) else Instant(value)
    raise NotImplementedError(f"{kind} has no form on the wire")


def _invalid(error: msgspec.ValidationError) -> Invalid:
    says, _, path = str(error).partition(" - at `$")
    return Invalid(f"{says}.", path.strip(".`") or None)


def _unknown(given: Any, known: Any, at: str = "") -> str | None:
    """The path of the first field of `given` that `known` has not."""
    if not isinstance(given, dict | list):
        return None
    for name, value in given.items() if isinstance(given, dict) else enumerate(given):
        path = f"{at}.{name}".strip(".")
        if isinstance(given, dict) and name not in known:
            return path
        if deeper := _unknown(value, known[name], path):
            return deeper
    return None
