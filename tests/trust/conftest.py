"""The people of a stocktake, made once per run of the tests."""

import pytest
from people import People, make_people


@pytest.fixture(scope="session")
def people() -> People:
    """Return HQ, bureaux and officers with P-256 keys: quick to sign with."""
    return make_people("ec")


@pytest.fixture(scope="session")
def rsa_people() -> People:
    """Return the same with RSA-3072 keys, the default of the product."""
    return make_people("rsa")
