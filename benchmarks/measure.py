"""What every benchmark here shares: fair rounds, minima of CPU time, ratios to a floor, a table.

Machines that run this are shared and virtual, so absolute times mean little. Variants take turns
round by round, each keeps its best round, and what counts is its CPU time (user and system)
over that of the floor in the same run. With small memory pages some virtual machines spend most
of their time in page tables; ``with_huge_pages`` starts the program again with huge ones for
what the libraries allocate. Python's own objects stay where the product has them.
"""

import gc
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

_TUNABLES = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=1073741824:glibc.malloc.top_pad=67108864"  # noqa: E501 - one value


@dataclass(frozen=True)
class Variant:
    """One thing to measure. ``prepare`` is not measured; what it returns is given to ``run``.

    ``count`` says how many things one run does; ``aim`` is the ratio to the floor that is wanted.
    """

    name: str
    prepare: Callable[[], object]
    run: Callable[[object], object]
    count: int = 1
    aim: float | None = None


@dataclass(frozen=True)
class Measured:
    """The best round of a variant, in seconds per run."""

    variant: Variant
    cpu: float
    wall: float


def with_huge_pages() -> None:
    """Start this program again with huge pages for the allocator, unless that was done."""
    if sys.platform == "linux" and "GLIBC_TUNABLES" not in os.environ:
        os.environ["GLIBC_TUNABLES"] = _TUNABLES
        os.execv(sys.executable, [sys.executable, *sys.argv])


def measure(variants: Sequence[Variant], rounds: int) -> list[Measured]:
    """Run all variants in turn, ``rounds`` times, and return the best round of each."""
    best: dict[str, Measured] = {}
    for _ in range(rounds):
        for variant in variants:
            found = _once(variant)
            known = best.get(variant.name, found)
            best[variant.name] = Measured(
                variant, min(known.cpu, found.cpu), min(known.wall, found.wall)
            )
    return list(best.values())


def print_table(title: str, measured: Sequence[Measured], floor: str) -> bool:
    """Print ratios to the floor; return whether every aim was met."""
    base = next(one for one in measured if one.variant.name == floor)
    print(f"\n{title}")
    print(f"{'':44} {'CPU ms':>10} {'per one µs':>11} {'CPU ratio':>10} {'wall':>7}  aim")
    met = True
    for one in measured:
        ratio, aim = one.cpu / base.cpu, one.variant.aim
        verdict = "" if aim is None else f"<= {aim:g} {'met' if ratio <= aim else 'MISSED'}"
        met = met and (aim is None or ratio <= aim)
        each = one.cpu / one.variant.count * 1e6
        print(
            f"{one.variant.name:44} {one.cpu * 1e3:>10.1f} {each:>11.1f}"
            f" {ratio:>10.2f} {one.wall / base.wall:>7.2f}  {verdict}"
        )
    return met


def peak_memory_mb() -> float:
    """Return the largest memory that this process has had, in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 / 1024 if sys.platform == "darwin" else peak / 1024


def _once(variant: Variant) -> Measured:
    prepared = variant.prepare()
    gc.collect()
    gc.freeze()  # what other variants keep in memory must not be walked on this one's account
    cpu, wall = time.process_time(), time.perf_counter()
    variant.run(prepared)
    return Measured(variant, time.process_time() - cpu, time.perf_counter() - wall)


@dataclass(frozen=True)
class Rounds:
    """The CPU seconds (user and system, children among them) that a variant took in each round."""

    variant: Variant
    cpu: tuple[float, ...]

    def ratios(self, floor: "Rounds") -> list[float]:
        """Return the ratio to the floor, round by round."""
        return [mine / its for mine, its in zip(self.cpu, floor.cpu, strict=True)]


def rounds_of(variants: Sequence[Variant], rounds: int) -> list[Rounds]:
    """Run all variants in turn, ``rounds`` times, and return every round of each.

    A first turn is not counted: it loads modules and fills caches.
    """
    taken: dict[str, list[float]] = {variant.name: [] for variant in variants}
    for _ in range(rounds + 1):
        for variant in variants:
            taken[variant.name].append(_cpu_seconds(variant))
    return [Rounds(variant, tuple(taken[variant.name][1:])) for variant in variants]


def print_ratios(title: str, measured: Sequence[Rounds], floor: str) -> bool:
    """Print the median ratio to the floor and its range; return whether every aim was met."""
    base = next(one for one in measured if one.variant.name == floor)
    print(f"\n{title}")
    print(f"{'':46} {'CPU ms':>9} {'per one µs':>11} {'ratio':>7} {'from':>7} {'to':>7}  aim")
    met = True
    for one in measured:
        ratios = one.ratios(base)
        middle, aim = median(ratios), one.variant.aim
        verdict = "" if aim is None else f"<= {aim:g} {'met' if middle <= aim else 'MISSED'}"
        met = met and (aim is None or middle <= aim)
        seconds = median(one.cpu)
        each = seconds / one.variant.count * 1e6
        print(
            f"{one.variant.name:46} {seconds * 1e3:>9.1f} {each:>11.1f}"
            f" {middle:>7.3f} {min(ratios):>7.3f} {max(ratios):>7.3f}  {verdict}"
        )
    return met


def _cpu_seconds(variant: Variant) -> float:
    prepared = variant.prepare()
    gc.collect()
    gc.freeze()  # what other variants keep in memory must not be walked on this one's account
    before = _cpu()
    variant.run(prepared)
    return _cpu() - before


def _cpu() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in usages)
