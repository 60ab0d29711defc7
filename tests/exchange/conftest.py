"""The people of a stocktake, made once per run of the tests."""

import pytest
from people import People, make_people

from stocktake_app.exchange import verify
from stocktake_app.exchange.verify import Report


@pytest.fixture(scope="session")
def people() -> People:
    """Return HQ, bureaux and officers with P-256 keys: quick to sign with."""
    return make_people("ec")


@pytest.fixture(scope="session")
def rsa_people() -> People:
    """Return the same with RSA-3072 keys, the default of the product."""
    return make_people("rsa")


@pytest.fixture(autouse=True)
def _our_own_faults_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The verifier turns a fault of its own into a report; in tests it must be seen as one."""

    def tell(error: Exception) -> Report:
        raise error

    monkeypatch.setattr(verify, "_our_fault", tell)
