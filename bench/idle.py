"""A server that does nothing but answer: what the generator itself can reach."""

import asyncio
import sys

_CODE = "c" * 43
_LOCATION = (
    "http://klesia.localhost:8500/mag/callback"
    f"?code={_CODE}&iss=http%3A%2F%2Fmag.localhost%3A8400&state={'s' * 22}"
)
_REDIRECT = f"HTTP/1.1 303 SEE OTHER\r\nLocation: {_LOCATION}\r\nContent-Length: 0\r\n\r\n".encode()
_BODY = b'{"access_token": "' + b"a" * 43 + b'", "id_token": "' + b"j" * 900 + b'"}'
_TOKENS = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(_BODY), _BODY)


class Idle(asyncio.Protocol):
    """Answers a GET by a redirect with a code, a POST by tokens."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert isinstance(self._transport, asyncio.Transport)
        self._transport.write(_REDIRECT if data.startswith(b"GET") else _TOKENS)


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Idle, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
