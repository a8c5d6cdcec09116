"""A keep-alive HTTP/1.1 client that costs little: the generator must never be the bottleneck."""

import asyncio
from dataclasses import dataclass


class BrokenAnswerError(RuntimeError):
    """The server closed, or answered what a flow cannot go on with."""


@dataclass(frozen=True)
class Answer:
    """One response: `head` is everything before the body, as received."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the first header of this name."""
        for line in self.head.split(b"\r\n")[1:]:
            found, _, value = line.partition(b":")
            if found.decode("latin-1").lower() == name.lower():
                return value.strip().decode("latin-1")
        return None

    def headers(self, name: str) -> list[str]:
        """Return every header of this name."""
        lines = [line.partition(b":") for line in self.head.split(b"\r\n")[1:]]
        return [
            value.strip().decode("latin-1")
            for found, _, value in lines
            if found.decode("latin-1").lower() == name.lower()
        ]


class Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._length = -1
        self._head_end = 0
        self._answer: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(exc or BrokenAnswerError("the server closed"))

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._length < 0 and not self._read_head():
            return
        whole = self._head_end + 4 + self._length
        if len(self._received) < whole or self._answer is None:
            return
        head = bytes(self._received[: self._head_end])
        answer = Answer(int(head[9:12]), head, bytes(self._received[self._head_end + 4 : whole]))
        del self._received[:whole]
        self._length = -1
        if not self._answer.done():
            self._answer.set_result(answer)

    def _read_head(self) -> bool:
        self._head_end = self._received.find(b"\r\n\r\n")
        if self._head_end < 0:
            return False
        head = bytes(self._received[: self._head_end]).lower()
        start = head.find(b"\r\ncontent-length:")
        if start < 0:
            raise BrokenAnswerError(f"an answer without Content-Length: {head[:200]!r}")
        self._length = int(head[start + 17 :].split(b"\r\n", 1)[0])
        return True

    async def ask(self, request: bytes) -> Answer:
        """Send one request and return its answer."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        """Close the connection."""
        if self._transport:
            self._transport.close()


async def connect(port: int) -> Connection:
    """Open a connection to this machine."""
    loop = asyncio.get_running_loop()
    _transport, connection = await loop.create_connection(Connection, "127.0.0.1", port)
    return connection


def get(path: str, host: str, *lines: str) -> bytes:
    """Return a GET request; `lines` are further header lines."""
    return "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {host}", *lines, "", ""]).encode()


def post(path: str, host: str, form: str, *lines: str) -> bytes:
    """Return a POST request of an urlencoded form; `lines` are further header lines."""
    head = [
        f"POST {path} HTTP/1.1",
        f"Host: {host}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(form)}",
        *lines,
        "",
    ]
    return ("\r\n".join(head) + "\r\n" + form).encode()
