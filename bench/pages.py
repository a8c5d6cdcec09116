"""Pages of a partner's site for the browser, and the scripts that they load."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "bench.localhost"


@dataclass
class Pages:
    """A listening site; `served` maps a path to its type and its body."""

    port: int
    served: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """Return its origin."""
        return f"http://{HOST}:{self.port}"

    def page(self, path: str, *, head: str = "", body: str = "") -> str:
        """Put a page there and return its address."""
        html = f"<!doctype html><meta charset=utf-8><title>bench</title>{head}<body>{body}</body>"
        self.served[path] = ("text/html; charset=utf-8", html.encode())
        return self.origin + path

    def script(self, path: str, body: bytes) -> str:
        """Put a script there and return its address."""
        self.served[path] = ("text/javascript; charset=utf-8", body)
        return self.origin + path


@contextmanager
def running_pages() -> Iterator[Pages]:
    """Give a site that listens until the end of the block."""
    pages = Pages(0)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kind, body = pages.served.get(self.path, ("text/plain", b""))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pages.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield pages
    finally:
        server.shutdown()
        server.server_close()
