"""The demonstration's mailbox: a real SMTP server that keeps what comes, and a page that shows it.

Started by `mag demo` as a process of its own: python -m mag_server.demo.mailbox FOLDER PORT SMTP.
"""

import contextlib
import signal
import sys
import threading
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, render_template
from werkzeug.serving import WSGIRequestHandler, make_server

from mag_server.base.dates import spoken_date, spoken_time

_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
# A mail brings its own styles; nothing in it runs, is fetched, or leaves but by a link.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation"
)


@dataclass(frozen=True)
class KeptMail:
    """One mail, as the page lists it."""

    name: str
    sender: str
    addressee: str
    subject: str
    day: str
    time: str
    text: str
    html: str


class Box:
    """A folder of mails, one file each; written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a mail that SMTP brought; the same one twice is one."""
        octets: bytes = envelope.content
        message_id = message_from_bytes(octets, policy=default).get("Message-ID", "")
        name = sha256(str(message_id).encode() or octets).hexdigest()[:32]
        aside = self._folder / f"{name}.part"
        aside.write_bytes(octets)
        aside.replace(self._folder / f"{name}.eml")
        return "250 2.0.0 kept"

    def mails(self) -> list[KeptMail]:
        """Return every mail, newest first."""
        files = sorted(self._folder.glob("*.eml"), key=lambda file: -file.stat().st_mtime_ns)
        return [_read(file) for file in files]

    def find(self, name: str) -> KeptMail | None:
        """Return a mail by its name."""
        return next((mail for mail in self.mails() if mail.name == name), None)


def _read(file: Path) -> KeptMail:
    mail = message_from_bytes(file.read_bytes(), policy=default)
    written = datetime.now().astimezone()
    with contextlib.suppress(ValueError):
        written = parsedate_to_datetime(str(mail["Date"]))
    return KeptMail(
        file.stem,
        str(mail["From"]),
        str(mail["To"]),
        str(mail["Subject"]),
        spoken_date(written, "fr"),
        spoken_time(written, "fr"),
        _part(mail, "plain"),
        _part(mail, "html"),
    )


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def create_mailbox(box: Box) -> Flask:
    """Return the page: a list, a mail, and the mail's HTML in a frame where nothing runs."""
    app = Flask("mag_server.demo", root_path=str(Path(__file__).parent))

    @app.get("/")
    def listed() -> str:
        return render_template("mailbox.html", mails=box.mails(), mail=None)

    @app.get("/<name>")
    def shown(name: str) -> str:
        mail = box.find(name) or abort(404)
        return render_template("mailbox.html", mails=box.mails(), mail=mail)

    @app.get("/<name>.html")
    def as_html(name: str) -> Response:
        mail = box.find(name) or abort(404)
        # Its links open beside the mailbox, not inside the frame.
        html = mail.html.replace("<head>", '<head><base target="_top">', 1)
        response = Response(html, mimetype="text/html")
        response.headers["Content-Security-Policy"] = _MAIL_POLICY
        return response

    @app.after_request
    def guarded(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", _PAGE_POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    return app


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_args: Any) -> None:
        """Say nothing: the demonstration's terminal is for the person."""


def main(folder: str, port: str, smtp_port: str) -> None:
    """Take mail and show it until SIGTERM."""
    from aiosmtpd.controller import Controller  # noqa: PLC0415 - the demonstration alone needs it

    box = Box(Path(folder))
    # The supervisor says when to end: Ctrl-C reaches us too, and is not for us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    controller = Controller(box, hostname="127.0.0.1", port=int(smtp_port))
    controller.start()
    server = make_server(
        "127.0.0.1", int(port), create_mailbox(box), threaded=True, request_handler=_Quiet
    )
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stop.wait()
    server.shutdown()
    controller.stop()


if __name__ == "__main__":
    main(*sys.argv[1:4])
