"""Who may touch what: a table, read as sentences."""

import pytest

from stocktake_app.model.codes import Role
from stocktake_app.model.scope import Author, may_erase, may_set, may_touch

OFFICER = Author("1" * 32, Role.OFFICER, "WCA")
COLLEAGUE = Author("2" * 32, Role.OFFICER, "WCA")
BUREAU = Author("3" * 32, Role.BUREAU, "WCA")
STRANGER = Author("4" * 32, Role.OFFICER, "EHA")
OTHER_BUREAU = Author("5" * 32, Role.BUREAU, "EHA")
HQ = Author("6" * 32, Role.HQ)
NOBODY = Author("7" * 32, Role.OFFICER, "")


@pytest.mark.parametrize(
    ("author", "creator", "allowed"),
    [
        (OFFICER, OFFICER, True),
        (COLLEAGUE, OFFICER, True),
        (BUREAU, OFFICER, True),
        (OFFICER, BUREAU, True),
        (HQ, OFFICER, True),
        (HQ, BUREAU, True),
        (HQ, HQ, True),
        (STRANGER, OFFICER, False),
        (OTHER_BUREAU, OFFICER, False),
        (OTHER_BUREAU, BUREAU, False),
        (OFFICER, HQ, False),
        (BUREAU, HQ, False),
        (NOBODY, Author("8" * 32, Role.OFFICER, ""), False),
    ],
)
def test_an_entry_is_open_to_its_own_bureau_and_to_hq(
    author: Author,
    creator: Author,
    allowed: bool,  # noqa: FBT001 - a table
) -> None:
    assert may_touch(author, creator) is allowed


@pytest.mark.parametrize("segment", ["@form", "@state", "@deleted", "@order", "@comment"])
def test_everybody_may_set_what_belongs_to_writing(segment: str) -> None:
    assert all(may_set(role, segment) for role in Role)


@pytest.mark.parametrize("segment", ["@review", "@same", "@coding"])
def test_reviewing_and_coding_belong_to_bureaux_and_hq(segment: str) -> None:
    assert not may_set(Role.OFFICER, segment)
    assert may_set(Role.BUREAU, segment)
    assert may_set(Role.HQ, segment)


def test_nobody_may_set_what_is_unknown() -> None:
    assert not any(may_set(role, "@admin") for role in Role)


@pytest.mark.parametrize(
    ("author", "creator", "allowed"),
    [
        (OFFICER, OFFICER, True),
        (COLLEAGUE, OFFICER, False),
        (BUREAU, OFFICER, True),
        (OFFICER, BUREAU, False),
        (HQ, OFFICER, True),
    ],
)
def test_only_who_began_an_entry_their_bureau_and_hq_erase(
    author: Author,
    creator: Author,
    allowed: bool,  # noqa: FBT001 - a table
) -> None:
    assert may_erase(author, creator) is allowed
    assert may_set(author.role, "@erased")
