"""The list of runs: filtered, ordered, in pages, as the documents that stand ready."""

import re
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, String, and_, cast, func, or_, select

from jupyter_mlws.errors import Invalid
from jupyter_mlws.records.run import RunState
from jupyter_mlws.store import tables

T = tables.runs
E = tables.experiments
WORDS = {state.value.lower(): state.value for state in RunState}
OPEN = [state.value for state in RunState if not state.over]
NOUN = r"(metric|param|tag)(?:s|eters?)?[.:]([^\s<>=!]+)"
SIGN = r"(<=|>=|!=|==?|<|>)"
TERM = re.compile(f"^{NOUN}{SIGN}(.+)$")
SPACED = re.compile(rf"(?<!\S)({NOUN})\s*{SIGN}\s*")


class Query(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``GET runs`` takes.

    `filter` is words, all of which must be in the name, label, experiment,
    state, target, a tag or the reason; a word may also be a comparison:
    ``metric.acc>0.9``, ``param.lr=0.1``, ``tag.stage=dev``. Spaces around the
    sign, the plurals and an ``and`` between words do no harm.
    `order` is ``created`` (default), ``ended`` or ``metric.NAME``, with a
    leading ``-`` for ascending.
    """

    experiment: str | None = None
    state: str | None = None  # one or more, with commas; "active" and "ended" too
    tag: str | None = None  # KEY or KEY=VALUE
    filter: str | None = None
    order: str | None = None
    parent: str | None = None
    archived: bool = False
    services: bool = False
    limit: int = 100
    cursor: str | None = None


def page(tx: Connection, query: Query) -> tuple[list[msgspec.Raw], str | None]:
    """The documents of a page, newest first, and the cursor of the next. Raises Invalid."""
    if not 1 <= query.limit <= 1000:
        raise Invalid("A page has between 1 and 1000 runs.", "limit")
    found = select(T.c.id, T.c.document)
    if query.experiment is not None or query.filter:
        found = found.join(E)
    found = found.where(*_conditions(query))
    found = _ordered(found, query)
    rows = tx.execute(found.limit(query.limit + 1)).all()
    shown = rows[: query.limit]
    following = None
    if len(rows) > query.limit:
        following = shown[-1].id if not query.order else str(_offset(query) + query.limit)
    return [msgspec.Raw(row.document.encode()) for row in shown], following


def _conditions(query: Query) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if not query.archived:
        shown = T.c.archived_at.is_(None)
        active = query.state is not None and "active" in query.state.split(",")
        found.append(or_(shown, T.c.state.in_(OPEN)) if active else shown)  # it still costs
    if not query.services:
        found.append(T.c.kind != "service")
    if query.parent is not None:
        found.append(T.c.parent_id == query.parent)
    if query.experiment is not None:
        found.append(E.c.name == query.experiment)
    if query.state is not None:
        found.append(T.c.state.in_(_states(query.state)))
    if query.tag is not None:
        key, _, value = query.tag.partition("=")
        found.append(_tagged(key, value or None))
    found.extend(map(_word, _words(query.filter or "")))
    return found


def _words(text: str) -> list[str]:
    """The words of a filter; a comparison that was written with spaces is one of them."""
    words = SPACED.sub(r"\1\4", text).split()
    ends = (0, len(words) - 1)
    return [word for n, word in enumerate(words) if word.lower() != "and" or n in ends]


def _states(text: str) -> list[str]:
    states: list[str] = []
    for word in text.split(","):
        if word == "active":
            states += OPEN
        elif word == "ended":
            states += [state for state in WORDS.values() if state not in OPEN]
        elif word.lower() in WORDS:
            states.append(WORDS[word.lower()])
        else:
            raise Invalid(
                f"There is no state {word!r}; there is {', '.join(WORDS.values())}.", "state"
            )
    return states


def _word(word: str) -> ColumnElement[bool]:
    if term := TERM.match(word):
        return _compared(*term.groups())
    if "=" in word and not word.startswith("="):
        key, _, value = word.partition("=")
        return _tagged(key, value)
    like = f"%{_escaped(word)}%"
    t = tables.tags
    in_tags = select(t.c.run_id).where(
        or_(t.c.key.like(like, escape="\\"), t.c.value.like(like, escape="\\"))
    )
    texts = (T.c.name, E.c.name, T.c.state, T.c.target, T.c.reason, T.c.id)
    label = E.c.name + "-" + cast(T.c.number, String)
    return or_(*(text.like(like, escape="\\") for text in (*texts, label)), T.c.id.in_(in_tags))


def _compared(kind: str, name: str, sign: str, text: str) -> ColumnElement[bool]:
    sign = "=" if sign == "==" else sign
    if kind == "tag":
        if sign not in ("=", "!="):
            raise Invalid(f"A tag is compared with = or !=, not {sign}.", "filter")
        held = _tagged(name, text)
        return held if sign == "=" else ~held
    if kind == "param":
        if '"' in name or "\\" in name:
            raise Invalid(f"{name!r} cannot be searched by.", "filter")
        value = func.json_extract(T.c.parameters, f'$."{name}"')
        if sign in ("=", "!="):
            same = cast(value, String) == text
            return same if sign == "=" else ~same
        return _sign(value, sign, _number(text))
    m = tables.metrics
    good = select(m.c.run_id).where(m.c.name == name, _sign(m.c.last, sign, _number(text)))
    return T.c.id.in_(good)


def _sign(left: Any, sign: str, right: float) -> ColumnElement[bool]:
    signs = {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}
    return signs.get(sign, left == right if sign == "=" else left != right)  # type: ignore[no-any-return]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Invalid(f"{text!r} is no number.", "filter") from None


def _tagged(key: str, value: str | None) -> ColumnElement[bool]:
    t = tables.tags
    held = t.c.key == key if value is None else and_(t.c.key == key, t.c.value == value)
    return T.c.id.in_(select(t.c.run_id).where(held))


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _ordered(found: Select[Any], query: Query) -> Select[Any]:
    if not query.order:
        after = found if query.cursor is None else found.where(T.c.id < query.cursor)
        return after.order_by(T.c.id.desc())
    word = query.order.removeprefix("-")
    if word.startswith("metric."):
        m = tables.metrics
        by: Any = m.c.last
        found = found.outerjoin(m, and_(m.c.run_id == T.c.id, m.c.name == word[7:]))
    elif word in ("created", "ended"):
        by = T.c.created_at if word == "created" else T.c.ended_at
    else:
        raise Invalid("Order by created, ended or metric.NAME.", "order")
    by = by.asc() if query.order.startswith("-") else by.desc()
    return found.order_by(by.nulls_last(), T.c.id.desc()).offset(_offset(query))


def _offset(query: Query) -> int:
    if query.cursor and not (query.cursor.isdecimal() and len(query.cursor) < 16):
        raise Invalid("This cursor belongs to another order.", "cursor")
    return int(query.cursor or 0)


def counts(tx: Connection) -> tuple[int, int]:
    """How many runs there are, and how many of them have not ended."""
    real = (T.c.kind != "service", T.c.archived_at.is_(None))
    n = tx.execute(select(func.count()).select_from(T).where(*real)).scalar() or 0
    active = select(func.count()).select_from(T).where(*real, T.c.state.in_(OPEN))
    return n, tx.execute(active).scalar() or 0
