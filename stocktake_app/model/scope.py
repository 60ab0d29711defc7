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

    An officer: entries begun under the same bureau, or by the officer before any bureau's
    approval. A bureau: its own and its officers'. HQ: all. An identity alone opens nothing: a
    bureau could issue a certificate with anybody's.
    """
    if author.role is Role.HQ or creator.role is Role.HQ:
        return author.role is Role.HQ
    if author.bureau == creator.bureau and author.bureau:
        return True
    return author.identity == creator.identity and not creator.bureau


def may_set(role: Role, segment: str) -> bool:
    """Say whether a role may set a reserved segment such as ``@state``; one table for all."""
    return segment in _RESERVED_BY_ROLE[role]


def may_erase(author: Author, creator: Author) -> bool:
    """Say whether ``author`` may erase confidential content for good: its creator, bureau or HQ.

    Narrower than ``may_touch``, which must hold too: a colleague may correct, but not erase.
    """
    return author.role is not Role.OFFICER or author.identity == creator.identity


_OFFICER = frozenset(
    {"@form", "@state", "@deleted", "@order", "@comment", "@translation", "@erased"}
)
_BUREAU = _OFFICER | {"@review", "@same", "@coding"}
_RESERVED_BY_ROLE = {Role.OFFICER: _OFFICER, Role.BUREAU: _BUREAU, Role.HQ: _BUREAU}
