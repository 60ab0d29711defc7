"""HQ's process is killed in the middle of an upload: nothing is lost, nothing is taken twice."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from hq_site import HqProcess, People, free_port, make_mailbox, make_test_judge, name, now, package

from stocktake_app.errors import MachineError
from stocktake_app.exchange.client import Hq, deliver
from stocktake_app.exchange.receipts import read_receipt
from stocktake_app.server.web import Place, run

SIZE = 24_000_000


@pytest.fixture
def process(tmp_path: Path, people: People) -> Iterator[HqProcess]:
    hq = HqProcess(tmp_path / "hq", people, free_port())
    hq.start()
    yield hq
    hq.kill()


def received(process: HqProcess, receipt: bytes) -> str:
    """Return which package a receipt is for."""
    return read_receipt(receipt, process.people.trust, now()).package


def kill_at(process: HqProcess, sizes: list[int]) -> Thread:
    """Kill and restart HQ's process each time that so many bytes of an upload have arrived."""

    def watch() -> None:
        for size in sizes:
            while sum(one.stat().st_size for one in (process.folder / "partial").iterdir()) < size:
                time.sleep(0.0005)
            process.kill()
            process.start()

    watcher = Thread(target=watch)
    watcher.start()
    return watcher


def test_upload_survives_two_kills_and_arrives_exactly_once(process: HqProcess) -> None:
    data = package(size=SIZE)
    watcher = kill_at(process, [SIZE // 5, SIZE // 2])
    offsets: list[int] = []
    hq = Hq(
        process.url,
        process.people.officer,
        process.people.trust,
        now,
        sleep=lambda seconds: time.sleep(seconds / 20),
    )
    receipt = deliver(hq, data, name(data), progress=lambda done, _size: offsets.append(done))
    watcher.join()
    assert received(process, receipt) == name(data)
    stored = {one.name: one.read_bytes() for one in (process.folder / "packages").iterdir()}
    assert stored == {name(data): data}
    assert not list((process.folder / "partial").iterdir())
    assert offsets == sorted(offsets)  # what was acknowledged was never asked for again
    assert deliver(hq, data, name(data)) == receipt


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_server_ends_cleanly_when_asked(process: HqProcess, sign: signal.Signals) -> None:
    assert process.process
    os.kill(process.process.pid, sign)
    assert process.process.wait(timeout=20) == 0


def test_port_that_is_taken_is_told_in_a_sentence(tmp_path: Path, people: People) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = Place(port=taken.getsockname()[1])
        mailbox = make_mailbox(tmp_path / "hq", people, place.port)
        with pytest.raises(MachineError, match="choose another --port"):
            run(mailbox, place, make_test_judge(people), None)


def test_receipt_that_was_not_signed_before_the_kill_is_signed_after_it(
    process: HqProcess,
) -> None:
    process.kill()
    data = package(size=1000)
    mailbox = make_mailbox(process.folder, process.people, process.port)
    (process.folder / "packages" / name(data)).write_bytes(data)
    mailbox.received(name(data), len(data), "0" * 32)
    mailbox.ledger.database.close()
    process.start()
    hq = Hq(process.url, process.people.officer, process.people.trust, now)
    assert received(process, deliver(hq, data, name(data))) == name(data)
