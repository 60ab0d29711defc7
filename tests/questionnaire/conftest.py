"""Small forms written as Markdown in the tests, and sessions on them with a clock that stands."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

import pytest

from stocktake_app.questionnaire.form import Form, load_form
from stocktake_app.questionnaire.session import FormSession
from stocktake_app.questionnaire.xlsform import convert

NOW = datetime(2021, 4, 28, 10, 30, tzinfo=UTC)
Register = Mapping[str, Sequence[Mapping[str, str]]]


class Start(Protocol):
    def __call__(
        self,
        form: Form | str,
        answers: Mapping[str, str | None] | None = None,
        *,
        registers: Register | None = None,
        language: str | None = None,
        now: Callable[[], datetime] = ...,
        context: Mapping[str, str] | None = None,
    ) -> FormSession: ...


def form_of(markdown: str) -> Form:
    conversion = convert(markdown.encode(), "form.md")
    assert conversion.xform is not None, [str(one) for one in conversion.problems]
    return load_form(conversion.xform)


def start_session(
    form: Form | str,
    answers: Mapping[str, str | None] | None = None,
    *,
    registers: Register | None = None,
    language: str | None = None,
    now: Callable[[], datetime] = lambda: NOW,
    context: Mapping[str, str] | None = None,
) -> FormSession:
    numbers = itertools.count(1)
    taken = "".join(answers or ())

    def new_row() -> str:
        return next(row for row in (f"r{n}" for n in numbers) if f"[{row}]" not in taken)

    return FormSession(
        form if isinstance(form, Form) else form_of(form),
        answers or {},
        rows=lambda name: (registers or {}).get(name, ()),
        now=now,
        new_row=new_row,
        language=language,
        context=context or {},
    )


@pytest.fixture(scope="session")
def read() -> Callable[[str], Form]:
    return form_of


@pytest.fixture(scope="session")
def start() -> Start:
    return start_session


@pytest.fixture(scope="session")
def load() -> Callable[[bytes], Form]:
    return load_form
