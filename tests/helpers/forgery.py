"""What a forgery is, and the books in which the forgeries of one family are written down.

A forgery changes a genuine package so that a careless verifier would still believe it. Its name
says in words what it does; ``verdict`` is what ours must say, never ``valid``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from packages import Made, Parts, packed, unpacked

from stocktake_app.model.codes import Verdict

Kind = Literal["xlsx", "pdf"]
Forge = Callable[[Made], bytes]
Edit = Callable[[Parts, Made], None]
Who = Literal["stranger", "author"]
KEYS = ("ec", "rsa")


@dataclass(frozen=True)
class Forgery:
    """One way to forge a package of one kind.

    ``who`` says what the forger needs: nothing, or the author's own key (a dishonest author).
    ``keys`` are the kinds of key that it makes sense for.
    """

    family: str
    name: str
    kind: Kind
    forge: Forge
    verdict: Verdict = Verdict.ALTERED
    who: Who = "stranger"
    keys: tuple[str, ...] = KEYS

    @property
    def title(self) -> str:
        """Its family and its name in words."""
        return f"{self.family}: {self.name}"


class Book:
    """The forgeries of one family and kind, in the order in which they were written down."""

    def __init__(self, family: str, kind: Kind, who: Who = "stranger") -> None:
        self.family = family
        self.kind: Kind = kind
        self.who: Who = who
        self.forgeries: list[Forgery] = []

    def add(
        self,
        name: str,
        forge: Forge,
        verdict: Verdict = Verdict.ALTERED,
        keys: tuple[str, ...] = KEYS,
    ) -> None:
        """Write down a forgery that makes a whole file."""
        found = Forgery(self.family, name, self.kind, forge, verdict, self.who, keys)
        assert found.title not in {one.title for one in self.forgeries}, found.title
        self.forgeries.append(found)

    def add_edit(self, name: str, edit: Edit, verdict: Verdict = Verdict.ALTERED) -> None:
        """Write down a forgery that changes the parts of a workbook, to be packed again."""

        def forge(made: Made) -> bytes:
            parts = unpacked(made.data)
            edit(parts, made)
            return packed(parts)

        self.add(name, forge, verdict)

    def whole(self, forge: Forge) -> Forge:
        """Write down a function that makes a file, under its name."""
        self.add(words(forge), forge)
        return forge

    def unreadable(self, forge: Forge) -> Forge:
        """Write down a function that makes a file which is not even looked into."""
        self.add(words(forge), forge, Verdict.UNREADABLE)
        return forge

    def edit(self, edit: Edit) -> Edit:
        """Write down a function that changes parts, under its name."""
        self.add_edit(words(edit), edit)
        return edit


def words(function: Callable[..., object]) -> str:
    """Return a function's name as words."""
    return function.__name__.strip("_").replace("_", " ")
