"""Who may touch what, by who issued whom, never by what an entry says (design, section 6)."""

from dataclasses import dataclass

from stocktake_app.model.codes import Role


@dataclass(frozen=True, slots=True)
class Author:
    """The person or office behind a seal, as its certificate says.

    ``bureau`` is the code of the issuing bureau (``WCA``), empty for HQ.
    """

    identity: str
    role: Role
    bureau: str = ""


def may_touch(author: Author, creator: Author) -> bool:
    """Say whether ``author`` may change an entry that ``creator`` began.

    An officer: entries begun under the same bureau. A bureau: its own and its officers'. HQ: all.
    """
    if author.role is Role.HQ or author.identity == creator.identity:
        return True
    return author.bureau == creator.bureau and creator.role is not Role.HQ and bool(author.bureau)


def may_set(role: Role, segment: str) -> bool:
    """Say whether a role may set a reserved segment such as ``@state``; one table for all."""
    return segment in _RESERVED_BY_ROLE[role]


_OFFICER = frozenset({"@form", "@state", "@deleted", "@order", "@comment", "@translation"})
_BUREAU = _OFFICER | {"@review", "@same", "@coding"}
_RESERVED_BY_ROLE = {Role.OFFICER: _OFFICER, Role.BUREAU: _BUREAU, Role.HQ: _BUREAU}
