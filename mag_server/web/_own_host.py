"""Our own address in place of the Host header, before anything reads it."""

from collections.abc import Iterable
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class OwnHost:
    """Anyone writes the Host header: no address is built from it, and a broken one is no fault.

    Source: RFC 9110 section 7.2; the issuer is the one address of this server.
    """

    def __init__(self, application: WSGIApplication, *, issuer: str) -> None:
        parts = urlsplit(issuer)
        self._application = application
        self._own = {"HTTP_HOST": parts.netloc, "wsgi.url_scheme": parts.scheme}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on under our own name."""
        environ.update(self._own)
        return self._application(environ, start_response)
