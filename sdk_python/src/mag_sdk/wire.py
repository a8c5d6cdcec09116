"""HTTP to MAG by the standard library: bounded in time and size, and no redirect followed."""

import http.client
import re
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib import request as urllib_request
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit

from mag_sdk.addresses import is_localhost_name, is_this_machine
from mag_sdk.errors import AnswerRefused, MagUnreachable
from mag_sdk.strict_json import read_object

LARGEST_ANSWER_BYTES = 262_144
_CHUNK_BYTES = 16_384
_SERVER_ERRORS = range(500, 600)


@dataclass(frozen=True)
class Answer:
    """What MAG answered: never a 5xx, never more than the limit."""

    url: str
    status: int
    body: bytes
    max_age_seconds: int | None

    def members(self) -> dict[str, Any]:
        """Read the body as a JSON object.

        Raises:
            AnswerRefused: it is none.
        """
        try:
            return read_object(self.body)
        except ValueError as error:
            raise AnswerRefused(self.url, f"not the JSON expected: {error}") from error


class Wire:
    """A way to MAG, safe to share between threads."""

    def __init__(self, *, timeout_seconds: float) -> None:
        self._timeout_seconds = timeout_seconds
        tls = ssl.create_default_context()
        every_status = _EveryStatus()
        self._outside = urllib_request.build_opener(
            every_status, urllib_request.HTTPSHandler(context=tls)
        )
        # A company's proxy cannot reach the loopback of this machine.
        self._inside = urllib_request.build_opener(
            urllib_request.ProxyHandler({}), every_status, _LocalHttp(), _LocalHttps(tls)
        )

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        largest_bytes: int = LARGEST_ANSWER_BYTES,
    ) -> Answer:
        """Fetch an address.

        Raises:
            MagUnreachable: no answer in time, or a 5xx.
            AnswerRefused: more bytes than the limit.
        """
        asked = urllib_request.Request(url, headers=dict(headers or {}))  # noqa: S310 -- addresses are checked by check_address
        return self._send(asked, largest_bytes)

    def post(self, url: str, *, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Post a form; raises as `get` does."""
        return self.post_octets(url, body=urlencode(form).encode("ascii"), headers=headers)

    def post_octets(
        self,
        url: str,
        *,
        body: bytes,
        headers: Mapping[str, str],
        largest_bytes: int = LARGEST_ANSWER_BYTES,
    ) -> Answer:
        """Post a body as it stands; raises as `get` does."""
        asked = urllib_request.Request(url, data=body, headers=dict(headers))  # noqa: S310 -- the same
        return self._send(asked, largest_bytes)

    def _send(self, request: urllib_request.Request, largest_bytes: int) -> Answer:
        request.add_header("Accept", "application/json")
        request.add_header("User-Agent", "mag-sdk")
        url = request.full_url
        host = urlsplit(url).hostname or ""
        opener = self._inside if is_this_machine(host) else self._outside
        deadline = time.monotonic() + self._timeout_seconds
        try:
            with opener.open(request, timeout=self._timeout_seconds) as response:
                _check_status(url, response.status)
                body = _read_bounded(url, response, deadline, largest_bytes)
                max_age = _max_age(response.headers.get("Cache-Control", ""))
                return Answer(url, response.status, body, max_age)
        except (URLError, OSError, http.client.HTTPException) as error:
            raise MagUnreachable(url, repr(getattr(error, "reason", error))) from error


def _check_status(url: str, status: int) -> None:
    if status in _SERVER_ERRORS:
        raise MagUnreachable(url, f"HTTP {status}")


def _read_bounded(
    url: str, response: http.client.HTTPResponse, deadline: float, largest_bytes: int
) -> bytes:
    body = bytearray()
    while chunk := response.read1(_CHUNK_BYTES):
        body += chunk
        if len(body) > largest_bytes:
            raise AnswerRefused(url, f"more than {largest_bytes} bytes")
        # The socket's own timeout starts again at every byte: a drip would hold us for ever.
        if time.monotonic() > deadline:
            raise MagUnreachable(url, "too slow")
    return bytes(body)


def _max_age(cache_control: str) -> int | None:
    found = re.search(r"(?:^|[\s,])max-age=([0-9]{1,9})(?:$|[\s,])", cache_control)
    return int(found[1]) if found else None


class _EveryStatus(urllib_request.HTTPErrorProcessor):
    """Hand every status back: urllib would raise on errors and follow redirects.

    A redirect followed would carry the client's secret to whoever it names; handed back, it is
    only a status other than 200, which every reader refuses.
    """

    def http_response(self, request: Any, response: Any) -> Any:  # noqa: ARG002 -- urllib's own signature
        return response

    https_response = http_response


class _LocalConnection(http.client.HTTPConnection):
    """Reaches `*.localhost` at 127.0.0.1, where Python would ask a name server, and keeps Host."""

    def connect(self) -> None:
        self.sock = _connect_local(self)


class _LocalTlsConnection(http.client.HTTPSConnection):
    def __init__(self, host: str, *, tls: ssl.SSLContext, **rest: Any) -> None:
        super().__init__(host, context=tls, **rest)
        self._tls = tls

    def connect(self) -> None:
        self.sock = self._tls.wrap_socket(_connect_local(self), server_hostname=self.host)


def _connect_local(connection: http.client.HTTPConnection) -> socket.socket:
    host = "127.0.0.1" if is_localhost_name(connection.host) else connection.host
    return socket.create_connection((host, connection.port), connection.timeout)


class _LocalHttp(urllib_request.HTTPHandler):
    def http_open(self, req: urllib_request.Request) -> http.client.HTTPResponse:
        return self.do_open(_LocalConnection, req)


class _LocalHttps(urllib_request.HTTPSHandler):
    def __init__(self, tls: ssl.SSLContext) -> None:
        super().__init__(context=tls)
        self._tls = tls

    def https_open(self, req: urllib_request.Request) -> http.client.HTTPResponse:
        return self.do_open(_LocalTlsConnection, req, tls=self._tls)  # type: ignore[arg-type]  # the same
