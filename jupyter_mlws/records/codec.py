"""Records to JSON and back. Every byte that crosses the wire goes through here."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from jupyter_mlws.errors import Invalid, Malformed
from jupyter_mlws.records.instant import Instant

T = TypeVar("T")
NESTED = (dict, list)  # what JSON is made of, and holds more of it


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
    if unknown := _unknown(msgspec.json.decode(body), record):
        path = ".".join(map(str, reversed(unknown)))
        raise Invalid(f"There is no field {path!r}.", path)
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


def _unknown(given: Any, known: Any) -> list[str | int] | None:
    """The way to the first field of `given` that the record `known` has not, from its end."""
    pairs: Iterable[tuple[Any, Any]]
    if type(given) is list:
        if not isinstance(known, list | tuple):
            return None
        for at, (value, record) in enumerate(zip(given, known, strict=True)):
            if type(value) in NESTED and (deeper := _unknown(value, record)):
                return [*deeper, at]
        return None
    if isinstance(known, Struct):
        fields = _fields(type(known))
        if not given.keys() <= fields.keys():
            return [next(name for name in given if name not in fields)]
        pairs = [(n, getattr(known, fields[n])) for n, v in given.items() if type(v) in NESTED]
    else:
        pairs = [(name, known[name]) for name, value in given.items() if type(value) in NESTED]
    for name, record in pairs:
        if deeper := _unknown(given[name], record):
            return [*deeper, name]
    return None


@lru_cache(maxsize=256)
def _fields(kind: type[Struct]) -> dict[str, str]:
    """The attributes of a record by their names on the wire."""
    return dict(zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True))
