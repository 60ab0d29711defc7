"""One window for all files that are double-clicked: a second start hands them over and ends."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from stocktake_app.settings import state_folder

PATIENCE_MS = 1000
MOST_BYTES = 256 * 1024
TAKEN = b"taken"


class Handover(QObject):
    """Listens for files that other starts of the program hand over; ``received`` carries them."""

    received = Signal(list)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        # Nobody else on this computer may hand us files.
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._connected)
        if not self._server.listen(_name()) and not _answers():
            QLocalServer.removeServer(_name())  # left over from a program that was killed
            self._server.listen(_name())

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def _connected(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)

    def _read(self, socket: QLocalSocket) -> None:
        """Take one line of JSON, a list of paths; anything else is left alone."""
        if socket.bytesAvailable() > MOST_BYTES:
            socket.abort()
            return
        if not socket.canReadLine():
            return
        try:
            told = json.loads(bytes(socket.readLine().data()))
        except ValueError:
            socket.abort()
            return
        if isinstance(told, list) and all(isinstance(one, str) for one in told):
            socket.write(TAKEN)
            socket.flush()
            self.received.emit([Path(one) for one in told])


def hand_over(files: Sequence[Path]) -> bool:
    """Give files to the window that is open already; say whether one took them."""
    socket = QLocalSocket()
    socket.connectToServer(_name())
    if not socket.waitForConnected(PATIENCE_MS):
        return False
    socket.write(json.dumps([str(one.absolute()) for one in files]).encode() + b"\n")
    socket.flush()
    return socket.waitForReadyRead(PATIENCE_MS) and bytes(socket.readAll().data()) == TAKEN


def _answers() -> bool:
    socket = QLocalSocket()
    socket.connectToServer(_name())
    return socket.waitForConnected(PATIENCE_MS)


def _name() -> str:
    """Return the name of this person's own socket."""
    return "stocktake-" + hashlib.sha256(str(state_folder()).encode()).hexdigest()[:24]
