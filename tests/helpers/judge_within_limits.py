"""Judge one file in a process that may use little time and memory: ``python ... FILE``.

Prints the verdict, the seconds and the megabytes that it took beyond those of the program itself.
"""

import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from stocktake_app.exchange import verify
from stocktake_app.trust import chain

SECONDS = 20
MEGABYTES = 1024


def main() -> None:
    data = Path(sys.argv[1]).read_bytes()
    trust, at = chain.Trust(()), datetime.now(UTC)
    verify.verify_package(b"%PDF-1.7\n", trust, at)  # loads what is loaded late
    before = peak()
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES * 1024**2, MEGABYTES * 1024**2))
    start = time.process_time()
    report = verify.verify_package(data, trust, at)
    seconds = time.process_time() - start
    sys.stdout.write(f"{report.verdict} {seconds:.2f} {(peak() - before) // 1024}\n")
    if report.fault:
        raise report.fault


def peak() -> int:
    """Return the most memory that this process ever used, in kilobytes.

    ``getrusage`` would count what the process before it used that became this one.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    main()
