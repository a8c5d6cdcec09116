"""A relay that says what a script holds, line by line, and then hangs up."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def scripted_relay(*answers: str) -> Iterator[int]:
    """Serve one connection: greet with the first, give one more a command; yield the port."""

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as said, suppress(OSError):
            for number, answer in enumerate(answers):
                if number:
                    said.readline()
                if number and answers[number - 1].startswith("354"):
                    while said.readline() not in {b".\r\n", b""}:
                        pass
                connection.sendall(answer.encode("latin-1") + b"\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            thread.join()
