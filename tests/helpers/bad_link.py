"""A bad connection on this machine: a proxy that cuts connections and swallows answers."""

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

HOST = "127.0.0.1"
BLOCK = 16 * 1024


@dataclass
class BadLink:
    """Passes connections on to ``target`` until their share of bytes is used up.

    ``up`` and ``down`` are the least and most bytes that go through before a connection is cut;
    every ``swallow``-th connection gets its request through and often no answer.
    """

    target: int
    up: tuple[int, int]
    down: tuple[int, int]
    swallow: int
    chance: random.Random
    sent: int = 0
    connections: int = 0
    port: int = 0
    _open: list[socket.socket] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where to call."""
        return f"http://{HOST}:{self.port}"

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):  # the listener was closed: the test is over
            while True:
                near, _ = listener.accept()
                self.connections += 1
                self._join(near, swallow=self.connections % self.swallow == 0)

    def _join(self, near: socket.socket, *, swallow: bool) -> None:
        try:
            far = socket.create_connection((HOST, self.target), timeout=10)
        except OSError:
            near.close()
            return
        self._open += [near, far]
        share = self.chance.randint(*self.up)
        up = threading.Thread(target=self._carry, args=(near, far, share), daemon=True)
        down = threading.Thread(target=self._answer, args=(far, near, swallow), daemon=True)
        up.start()
        down.start()

    def _carry(self, near: socket.socket, far: socket.socket, share: int) -> None:
        with suppress(OSError):
            while share > 0 and (data := near.recv(min(BLOCK, share))):
                far.sendall(data)
                share -= len(data)
                self.sent += len(data)
        _cut(near, far)

    def _answer(self, far: socket.socket, near: socket.socket, swallow: bool) -> None:  # noqa: FBT001 - a thread's
        share = self.chance.randint(*self.down)
        with suppress(OSError):
            while share > 0 and (data := far.recv(min(BLOCK, share))):
                if swallow and b" 20" in data[:12] and self.chance.random() < 0.5:
                    break
                near.sendall(data)
                share -= len(data)
        _cut(near, far)

    def close(self) -> None:
        """Cut everything."""
        for one in self._open:
            one.close()


def _cut(*sockets: socket.socket) -> None:
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


@contextmanager
def bad_link(
    target: int,
    *,
    up: tuple[int, int] = (30_000, 400_000),
    down: tuple[int, int] = (10**9, 10**9),
    swallow: int = 3,
    seed: int = 1,
) -> Iterator[BadLink]:
    """Run a bad connection to a port of this machine until the block ends."""
    listener = socket.create_server((HOST, 0))
    chance = random.Random(seed)  # noqa: S311 - a bad link, the same in every run
    link = BadLink(target, up, down, swallow, chance, port=listener.getsockname()[1])
    thread = threading.Thread(target=link._accept, args=(listener,), daemon=True)
    thread.start()
    try:
        yield link
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        link.close()
