"""The leaking bucket: so many at once, refilled with time, never more memory than agreed."""

from hypothesis import given
from hypothesis import strategies as st

from stocktake_app.server.limits import Rate


@given(amount=st.integers(1, 20), pauses=st.lists(st.floats(0, 30), max_size=100))
def test_no_minute_lets_more_than_twice_the_amount_through(
    amount: int, pauses: list[float]
) -> None:
    """The amount at once, and the same again while the minute passes."""
    clock = [0.0]
    rate = Rate(amount, 60, lambda: clock[0])
    passed = []
    for pause in pauses:
        clock[0] += pause
        if rate.allows("sender"):
            passed.append(clock[0])
    for begin in passed:
        assert sum(begin <= one < begin + 60 for one in passed) <= 2 * amount


def test_bucket_refills_with_time() -> None:
    clock = [0.0]
    rate = Rate(2, 60, lambda: clock[0])
    assert [rate.allows("a") for _ in range(3)] == [True, True, False]
    clock[0] = 30
    assert [rate.allows("a") for _ in range(2)] == [True, False]


def test_one_sender_does_not_use_up_the_rate_of_another() -> None:
    rate = Rate(1, 60, lambda: 0.0)
    assert rate.allows("a")
    assert rate.allows("b")


def test_flood_of_senders_does_not_fill_the_memory() -> None:
    rate = Rate(1, 60, lambda: 0.0)
    for number in range(3 * Rate.MAX_KEYS):
        rate.allows(str(number))
        assert len(rate._levels) <= Rate.MAX_KEYS
