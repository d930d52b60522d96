"""The way between a client and an embedded SageMaker: counted, and broken when a test wants it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.waiting import DEADLINE_SECONDS


class Link:
    """A port that passes everything on to another one, but for the name of the host: the server insists on its own."""

    def __init__(self, port: int) -> None:
        self.sent = 0
        """Bytes that clients have sent, on connections that were made since counting began."""

        self.broken = False
        """While set, every connection is closed at once."""

        self._era = 0
        self._passed = threading.Condition()
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._near_host = f"Host: 127.0.0.1:{self._listener.getsockname()[1]}".encode()
        self._far_host = f"Host: 127.0.0.1:{port}".encode()
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def count_anew(self) -> None:
        """Count the bytes of new connections only, not what is still on its way on others."""
        self._era += 1
        self.sent = 0

    def wait_until_sent(self, count: float) -> None:
        """Until clients have sent so many bytes; blocks the thread."""
        with self._passed:
            arrived = self._passed.wait_for(lambda: self.sent >= count, DEADLINE_SECONDS)
        assert arrived, f"waited {DEADLINE_SECONDS} s in vain for {count} bytes; {self.sent} were sent"

    def break_off(self) -> None:
        """Close what is open, and whatever comes until `mend`."""
        self.broken = True
        for end in list(self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let everything pass again."""
        self.broken = False

    def close(self) -> None:
        """No more connections."""
        self.break_off()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self.broken:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._target))
                self._open |= {near, far}
                threading.Thread(target=self._pass_on, args=(near, far, self._era), daemon=True).start()
                threading.Thread(target=self._pass_on, args=(far, near, None), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, era: int | None) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                if era is not None:
                    with self._passed:
                        self.sent += len(data) if era == self._era else 0
                        self._passed.notify_all()
                    data = data.replace(self._near_host, self._far_host)
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def link_to(port: int) -> Iterator[Link]:
    """A link for the length of the block."""
    link = Link(port)
    yield link
    link.close()
