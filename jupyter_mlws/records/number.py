"""Floats that JSON cannot say: NaN and the infinities travel as words."""

import math
from typing import Literal

Number = float | int | Literal["NaN", "Infinity", "-Infinity"]


def spoken(value: float | None) -> Number:
    """A float as the wire has it. The store writes NaN as NULL, hence None is NaN."""
    if value is None or math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def heard(value: Number) -> float:
    """The float that was meant."""
    return float(value)
