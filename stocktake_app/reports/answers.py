"""Finding an answer by the name of its question."""

from collections.abc import Mapping


def by_name(answers: Mapping[str, str], name: str) -> str:
    """Return the answer to the question of this name, in whatever group it stands, or ""."""
    if name in answers:
        return answers[name]
    tail = f"/{name}"
    return next((value for path, value in answers.items() if path.endswith(tail)), "")
