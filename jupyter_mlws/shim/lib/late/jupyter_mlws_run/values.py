"""Values as the text of JSON, with what the interpreter has in C: importing `json` costs 5 ms."""

try:
    from _json import encode_basestring_ascii as _quote
except ImportError:  # an interpreter other than CPython
    from json.encoder import encode_basestring_ascii as _quote

NAME_CHARS = 255
BIG = 1 << 63


def quote(text: str) -> str:
    """A string as JSON, in ASCII. Half a surrogate pair, which is no text, becomes ``?``."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()
    return _quote(text)


def named(name: object, what: str = "metric") -> str:
    """A name, quoted.

    Raises
    ------
    TypeError
        It is no string.
    ValueError
        It is empty, longer than 255 characters, or holds control characters.
    """
    if not isinstance(name, str):
        raise TypeError(f"The name of a {what} is a string, not {type(name).__name__}.")
    if not 0 < len(name) <= NAME_CHARS:
        raise ValueError(
            f"The name of a {what} has 1 to {NAME_CHARS} characters; this one has {len(name)}."
        )
    if any(c < " " or "\x7f" <= c <= "\x9f" for c in name):
        raise ValueError(f"The name of a {what} cannot hold control characters: {name!r}.")
    return quote(name)


def scalar(value: object) -> object:
    """A value that is logged alone, as int, float or str.

    Scalars and one-element arrays of numpy, torch and the like are taken by their
    ``item()``; an object that is no number is taken as its `repr`.

    Raises
    ------
    TypeError
        There are several values in it.
    """
    kind = type(value)
    if kind is float or kind is int or kind is str:
        return value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float, str)):  # subclasses: numpy.float64, enums
        return next(base(value) for base in (int, float, str) if isinstance(value, base))
    if isinstance(value, (list, tuple, dict, set)) or hasattr(value, "__next__"):
        raise TypeError(
            f"log() takes one value, not a {kind.__name__}; use log_list, log_row or log_table."
        )
    item = getattr(value, "item", None)
    if callable(item):
        try:
            return scalar(item())
        except (ValueError, RuntimeError) as error:
            raise TypeError(
                f"log() takes one value, and this {kind.__name__} holds several; use log_list."
            ) from error
    if hasattr(value, "__float__"):
        return float(value)  # type: ignore[arg-type]
    return repr(value)


def encode(value: object) -> str:
    """Any value as JSON. NaN and the infinities are words; what JSON has no form for is `str`."""
    kind = type(value)
    if kind is float:
        text = float.__repr__(value)  # type: ignore[arg-type]
        return _WORDS.get(text, text)
    if kind is int:
        return int.__repr__(value) if -BIG <= value < BIG else encode(float(value))  # type: ignore
    if kind is str:
        return quote(value)  # type: ignore[arg-type]
    if value is None or kind is bool:
        return {None: "null", True: "true", False: "false"}[value]  # type: ignore[index]
    if isinstance(value, dict):
        return "{" + ",".join(f"{quote(str(k))}:{encode(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple, set, frozenset)) or hasattr(value, "__next__"):
        return "[" + ",".join([encode(v) for v in value]) + "]"
    return _encode_foreign(value)


_WORDS = {"nan": '"NaN"', "inf": '"Infinity"', "-inf": '"-Infinity"'}


def _encode_foreign(value: object) -> str:
    """Arrays and series by ``tolist()``, frames by their columns, numbers by ``item()``."""
    for base in (int, float, str):
        if isinstance(value, base):
            return encode(base(value))
    if hasattr(value, "to_dict") and hasattr(value, "columns"):
        return encode(value.to_dict("list"))
    if hasattr(value, "tolist"):
        return encode(value.tolist())
    if hasattr(value, "item") and callable(value.item):
        return encode(value.item())
    return quote(str(value))
