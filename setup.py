"""Which packages ship: all of ours, and beside them the questionnaires and resources."""

from setuptools import find_packages, setup

setup(
    packages=[
        *find_packages(include=["stocktake_app", "stocktake_app.*"]),
        # They stand at the top of the checkout and ship inside the package.
        "stocktake_app.forms",
        "stocktake_app.resources",
    ],
    package_dir={"stocktake_app.forms": "forms", "stocktake_app.resources": "resources"},
)
