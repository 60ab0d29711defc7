"""Fuzz one target under atheris: ``python -m fuzz.run TARGET FOLDER [libFuzzer options]``.

``FOLDER`` takes the corpus that grows, and what was found.
"""

import random
import sys
from pathlib import Path

import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]

with atheris.instrument_imports(include=["stocktake_app"]):
    from fuzz.targets import TARGETS


def main() -> None:
    """Run until the time given is over, or something is found."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    target = TARGETS[name]
    corpus = folder / "corpus" / name.replace(" ", "-")
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    longest = max(len(one) for one in target.seeds())

    def mutate(data: bytes, size: int, seed: int) -> bytes:
        return bytes(target.mutate(data, size, random.Random(seed), atheris.Mutate))  # noqa: S311

    found = folder / "found"
    found.mkdir(exist_ok=True)
    options = [
        sys.argv[0],
        str(corpus),
        "-timeout=5",
        "-rss_limit_mb=1024",
        f"-max_len={2 * longest + 4096}",
        f"-artifact_prefix={found / name.replace(' ', '-')}-",
        *sys.argv[3:],
    ]
    atheris.Setup(options, target.check, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
