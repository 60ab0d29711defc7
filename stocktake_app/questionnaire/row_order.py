"""The order of a repeat's rows: a decimal number each, so that a move touches one row only."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation

from stocktake_app.model.values import canonical_number
from stocktake_app.questionnaire.xpath.elements import Element

MAX_DECIMALS = 24
MAX_ORDER_CHARS = 60


def order_number(row: Element) -> Decimal | None:
    """Return the row's order as a number, or None when it has none."""
    try:
        number = Decimal(row.order) if len(row.order) <= MAX_ORDER_CHARS else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def sort_key(row: Element) -> tuple[bool, Decimal, str]:
    """Return what rows are sorted by: order, then row id; rows without order come last."""
    number = order_number(row)
    return (number is None, number or Decimal(0), row.row_id or "")


def next_order(rows: list[Element]) -> str:
    """Return the order of a row behind all others: the next whole number."""
    numbers = [number for row in rows if (number := order_number(row)) is not None]
    last = max(numbers, default=Decimal(0))
    return canonical_number(str(last.to_integral_value(ROUND_FLOOR) + 1))


def order_between(before: Element | None, after: Element | None) -> str | None:
    """Return the shortest number between two neighbours; None when there is none."""
    low = order_number(before) if before else None
    high = order_number(after) if after else None
    if (before and low is None) or (after and high is None):
        return None
    if low is None:
        return "1" if high is None else canonical_number(str(_below(high)))
    if high is None:
        return canonical_number(str(low.to_integral_value(ROUND_FLOOR) + 1))
    return _shortest_between(low, high)


def _below(number: Decimal) -> Decimal:
    return number.to_integral_value(ROUND_CEILING) - 1


def _shortest_between(low: Decimal, high: Decimal) -> str | None:
    """Return the number nearest to the middle that has the fewest decimals."""
    for decimals in range(MAX_DECIMALS):
        unit = Decimal(1).scaleb(-decimals)
        try:
            candidate = ((low + high) / 2 / unit).to_integral_value(ROUND_FLOOR) * unit
        except InvalidOperation:
            return None
        if low < candidate < high:
            return canonical_number(format(candidate, "f"))
    return None
