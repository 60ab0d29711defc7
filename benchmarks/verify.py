"""Verifying a package, against inflating and SHA-256-hashing its bytes once.

The floor inflates and hashes every part, piece by piece, and inflates the lines inside the seals,
as the verifier does to know that each seal is whole and whose confidential content is withheld.
Beside it stand the ratios to the parts alone, without what is packed inside them. Then the memory
that a process of its own needs at its peak, and how long a person waits for 10,000 entries; of a
package that small, signatures and certificates take a fifth. Arguments: entries of the large
package, rounds.
"""

import hashlib
import os
import resource
import subprocess
import sys
import tempfile
import time
import zlib
from mmap import ACCESS_READ, mmap
from pathlib import Path
from statistics import median

from material import NOW, make_package, signer
from measure import Variant, print_ratios, rounds_of, with_huge_pages

ENTRIES = 200_000
SMALL = 10_000
ROUNDS = 5
AIM = 1.5
MAX_MB = 150
MAX_SECONDS = 1.0
PIECE = 256 * 1024


def inflate_and_hash(data: mmap) -> None:
    """Inflate every part and hash it: what nobody can verify without."""
    from stocktake_app.exchange.contents import Limits
    from stocktake_app.exchange.opc import read_archive

    for entry in read_archive(data, Limits()).entries.values():
        inflater, digest = zlib.decompressobj(-zlib.MAX_WBITS), hashlib.sha256()
        for start in range(entry.start, entry.start + entry.stored, PIECE):
            pending = data[start : min(start + PIECE, entry.start + entry.stored)]
            while pending:
                digest.update(inflater.decompress(pending, PIECE))
                pending = inflater.unconsumed_tail
        digest.digest()


def frames_of(data: mmap) -> list[bytes]:
    """Return the packed lines of each seal."""
    from stocktake_app.exchange.contents import Limits
    from stocktake_app.exchange.xlsx_reader import read_xlsx
    from stocktake_app.model.seal import decode_seal

    return [decode_seal(one).lines for one in read_xlsx(data, Limits()).seals]


def inflate_lines(frames: list[bytes]) -> None:
    """Inflate the lines of the seals, of which nothing is kept."""
    from backports import zstd

    for frame in frames:
        inflater = zstd.ZstdDecompressor()
        pending = frame
        while not inflater.eof:
            inflater.decompress(pending, PIECE)
            pending = b""


def verify(data: mmap) -> None:
    """Judge the package; nobody trusts its signer, which costs as much."""
    from stocktake_app.exchange.verify import verify_package
    from stocktake_app.model.codes import Verdict
    from stocktake_app.trust.chain import Trust

    report = verify_package(data, Trust(()), NOW)
    if report.verdict is not Verdict.SIGNER_UNKNOWN or not report.seals:
        raise SystemExit(f"the package is {report.verdict}: {report.reasons}")


def opened(path: Path) -> mmap:
    with path.open("rb") as file:
        return mmap(file.fileno(), 0, access=ACCESS_READ)


def in_a_process_of_its_own(path: Path) -> tuple[float, float]:
    """Verify; return the peak memory in MB and the seconds that went by, without the imports."""
    script = (sys.executable, __file__, "--one", str(path))
    plain = {name: value for name, value in os.environ.items() if name != "GLIBC_TUNABLES"}
    done = subprocess.run(script, check=True, capture_output=True, text=True, env=plain)
    found = done.stdout.split()
    return float(found[0]), float(found[1])


def one(path: Path) -> None:
    data = opened(path)
    import stocktake_app.exchange.verify  # noqa: F401 - its time is not the file's

    start = time.perf_counter()
    verify(data)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(peak / 1024 / (1024 if sys.platform == "darwin" else 1), seconds)


def compare(data: mmap, title: str, rounds: int) -> bool:
    frames = frames_of(data)

    def everything(_: object) -> None:
        inflate_and_hash(data)
        inflate_lines(frames)

    whole, parts = "FLOOR inflate and hash", "FLOOR parts alone"
    variants = [
        Variant(whole, lambda: None, everything),
        Variant(parts, lambda: None, lambda _: inflate_and_hash(data)),
        Variant("verify_package", lambda: None, lambda _: verify(data), aim=AIM),
    ]
    measured = rounds_of(variants, rounds)
    met = print_ratios(f"{title}, {len(data) / 1e6:.1f} MB", measured, whole)
    for one in measured[1:]:
        ratio = median(one.ratios(measured[1]))
        print(f"{one.variant.name:46} over the parts alone {ratio:>6.3f}")
    return met


def main() -> int:
    if "--one" in sys.argv:
        one(Path(sys.argv[-1]))
        return 0
    large = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    made_by, met = signer(), True
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        for count in (SMALL, large):
            path = make_package(count, made_by, Path(folder) / f"{count}.xlsx")
            data = opened(path)
            met &= compare(data, f"Verify {count:,} entries", rounds) or count == SMALL
            peak, seconds = in_a_process_of_its_own(path)
            print(f"peak memory {peak:.0f} MB (at most {MAX_MB}), {seconds:.2f} s go by")
            met &= peak <= MAX_MB and (count > SMALL or seconds <= MAX_SECONDS)
    return 0 if met else 1


if __name__ == "__main__":
    if "--one" not in sys.argv:  # whose memory is measured
        with_huge_pages()
    sys.exit(main())
