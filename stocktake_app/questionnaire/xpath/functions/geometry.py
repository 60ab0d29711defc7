"""Functions on places: points ``lat lon [altitude accuracy]``, several parted by semicolons."""
# ruff: noqa: ARG001 - every function takes (context, values), as the registry says

import math
from collections.abc import Sequence
from itertools import pairwise

from stocktake_app.questionnaire.xpath.context import Context
from stocktake_app.questionnaire.xpath.functions.registry import MANY, define
from stocktake_app.questionnaire.xpath.values import Value, text_number, texts

EARTH_RADIUS_METRES = 6_378_100
Point = tuple[float, float]


def points(values: Sequence[Value]) -> list[Point]:
    """Return all points in degrees (latitude, longitude); what is no point is left out."""
    found = []
    for value in values:
        for text in texts(value):
            for part in text.split(";"):
                numbers = [text_number(word) for word in part.split()[:2]]
                if len(numbers) == 2 and all(map(math.isfinite, numbers)):  # noqa: PLR2004
                    found.append((numbers[0], numbers[1]))
    return found


@define("distance", (1, MANY), "the length of the line through all points, in metres")
def _distance(context: Context, values: Sequence[Value]) -> Value:
    line = points(values)
    return math.fsum(_metres(one, two) for one, two in pairwise(line))


def _metres(one: Point, two: Point) -> float:
    first, second = math.radians(one[0]), math.radians(two[0])
    east = math.radians(two[1] - one[1])
    arc = (
        math.sin((second - first) / 2) ** 2
        + math.cos(first) * math.cos(second) * math.sin(east / 2) ** 2
    )
    return 2 * EARTH_RADIUS_METRES * math.asin(math.sqrt(min(1.0, arc)))


@define("area", (1, MANY), "the area within the points, in square metres")
def _area(context: Context, values: Sequence[Value]) -> Value:
    ring = points(values)
    if len(ring) < 3:  # noqa: PLR2004 - a surface has three corners
        return 0.0
    total = math.fsum(
        math.radians(two[1] - one[1])
        * (2 + math.sin(math.radians(one[0])) + math.sin(math.radians(two[0])))
        for one, two in zip(ring, [*ring[1:], ring[0]], strict=True)
    )
    return abs(total) * EARTH_RADIUS_METRES**2 / 2


@define("geofence", (2, 2), "whether the point lies within the shape")
def _geofence(context: Context, values: Sequence[Value]) -> Value:
    place, ring = points(values[:1]), points(values[1:])
    if not place or len(ring) < 3:  # noqa: PLR2004 - a surface has three corners
        return False
    north, east = place[0]
    inside = False
    for one, two in zip(ring, [*ring[1:], ring[0]], strict=True):
        crosses = (one[0] > north) != (two[0] > north)
        if crosses and east < (two[1] - one[1]) * (north - one[0]) / (two[0] - one[0]) + one[1]:
            inside = not inside
    return inside
