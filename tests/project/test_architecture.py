"""The arrow of the design, section 3, as sentences. Changing it means changing a line here."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "stocktake_app"

MODEL = {"model"}
BELOW_STORE = MODEL | {"questionnaire", "trust", "documents"}
BELOW_REPORTS = BELOW_STORE | {"store"}
BELOW_ACTIONS = BELOW_REPORTS | {"reports", "exchange"}
BELOW_FACES = BELOW_ACTIONS | {"actions"}

MAY_IMPORT: dict[str, set[str]] = {
    "model": set(),
    "questionnaire": MODEL,
    "trust": MODEL,
    "documents": MODEL,
    "store": BELOW_STORE,
    "reports": BELOW_REPORTS,
    "exchange": BELOW_REPORTS,
    "actions": BELOW_ACTIONS,
    "ui": BELOW_FACES,
    "cli": BELOW_FACES,
    "server": BELOW_FACES,
}
EVERYBODY_MAY_IMPORT = {"errors", "settings", "translations", "__init__"}
ONLY_THERE = {
    "PySide6": ("ui/",),
    "shiboken6": ("ui/",),
    "httpx": ("exchange/client.py",),
    "starlette": ("server/",),
    "uvicorn": ("server/",),
    "obstore": ("server/",),
    "socket": ("exchange/client.py", "server/"),
    "ssl": ("exchange/client.py", "server/"),
    "http.client": ("exchange/client.py", "server/"),
    "urllib.request": ("exchange/client.py", "server/"),
    "smtplib": (),
    "requests": (),
    "aiohttp": (),
    "create_engine": ("store/database.py",),
    "threading": ("ui/jobs.py", "server/"),
}


def modules() -> Iterator[str]:
    """Yield every module of ours, as ``store/database.py``."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix()


@cache
def imports(module: str) -> frozenset[str]:
    """Return what a module imports, also inside functions: ``sqlmodel.create_engine`` and so on."""
    tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


@cache
def ours(module: str) -> frozenset[str]:
    """Return the modules of ours that a module imports, as ``store/database.py``."""
    names = (name.split(".") for name in imports(module))
    return frozenset(place(parts[1:]) for parts in names if parts[0] == PACKAGE.name)


def place(parts: list[str]) -> str:
    """Return the module that a dotted name lies in, as ``store/database.py``."""
    for length in range(len(parts), 0, -1):
        path = "/".join(parts[:length])
        for candidate in (f"{path}.py", f"{path}/__init__.py"):
            if (PACKAGE / candidate).is_file():
                return candidate
    return "__init__.py"


def layer(module: str) -> str:
    """Return the package of a module, or its own name when it stands at the top."""
    return module.split("/", maxsplit=1)[0].removesuffix(".py")


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_package_imports_only_itself_and_what_lies_below(package: str) -> None:
    allowed = MAY_IMPORT[package] | EVERYBODY_MAY_IMPORT | {package}
    for module in filter(lambda one: layer(one) == package and "/" in one, modules()):
        for other in ours(module):
            assert layer(other) in allowed, f"{module} must not import {other}"


def test_every_package_has_its_place_in_the_arrow() -> None:
    assert {layer(one) for one in modules() if "/" in one} <= set(MAY_IMPORT)


def test_what_everybody_may_import_imports_no_package_of_ours() -> None:
    for name in EVERYBODY_MAY_IMPORT & {layer(one) for one in modules()}:
        assert {layer(other) for other in ours(f"{name}.py")} <= EVERYBODY_MAY_IMPORT


@pytest.mark.parametrize("name", ONLY_THERE)
def test_name_is_imported_only_where_it_belongs(name: str) -> None:
    for module in modules():
        for one in imports(module):
            if f"{one}.".startswith(f"{name}.") or (name == "create_engine" and one.endswith(name)):
                assert module.startswith(ONLY_THERE[name]), f"{module} must not import {one}"


def test_model_needs_nothing_but_python_itself() -> None:
    import sys

    outside = {
        (module, name)
        for module in modules()
        if layer(module) == "model"
        for name in imports(module)
        if name.split(".")[0] not in sys.stdlib_module_names | {PACKAGE.name}
    }
    assert not outside


def reached(module: str) -> set[str]:
    """Return every module of ours that importing this one can lead to."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        for other in ours(waiting.pop()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen


def test_verifier_and_all_it_imports_never_touch_the_store() -> None:
    verifier = "exchange/verify.py"
    assert (PACKAGE / verifier).is_file()
    assert not {one for one in reached(verifier) if layer(one) == "store"}


def test_no_module_imports_itself_through_others() -> None:
    circles = {module for module in modules() if module in reached(module)}
    assert not circles
