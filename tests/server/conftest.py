"""HQ, its people and their mailbox for the tests of the server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hq_site import Caller, People, Site, logged_in, make_people, running_site

from stocktake_app.trust.cms import Signer


@pytest.fixture(scope="session")
def people() -> People:
    """Return HQ and its people."""
    return make_people()


@pytest.fixture
def site(tmp_path: Path, people: People) -> Iterator[Site]:
    """Run HQ's mailbox."""
    with running_site(tmp_path / "hq", people) as running:
        yield running


@pytest.fixture
def call() -> Iterator[Callable[[Site, Signer], Caller]]:
    """Return a function that logs a sender in at a mailbox."""
    with ExitStack() as callers:
        yield lambda site, signer: callers.enter_context(logged_in(site, signer))
