"""A running MAG as its partners and people reach it: by HTTP, on a port of *.localhost."""

import json
import re
from dataclasses import dataclass
from html import unescape
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode

_HIDDEN = re.compile(r'<input type="hidden" name="form" value="([^"]*)"')


class AwayError(Exception):
    """MAG gave no whole answer, or none that one can go on from: try again."""


@dataclass(frozen=True)
class Answer:
    """A status, the headers and the body of an answer."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Site:
    """MAG at an address; every call is one connection."""

    port: int
    issuer: str

    def call(self, method: str, path: str, *, body: str = "", **headers: str) -> Answer:
        """Send one request. Raises: AwayError when no whole answer came."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            sent = {"Host": f"mag.localhost:{self.port}"} | {
                name.replace("_", "-"): value for name, value in headers.items()
            }
            connection.request(method, path, body=body.encode(), headers=sent)
            answer = connection.getresponse()
            text = answer.read().decode()
            given = {name.lower(): value for name, value in answer.getheaders()}
        except (OSError, HTTPException) as error:
            raise AwayError from error
        finally:
            connection.close()
        return Answer(answer.status, given, text)

    def token(self, *, client_id: str, client_secret: str, scope: str = "links") -> str:
        """Return a back end's token. Raises: AwayError when there is none."""
        asked = {
            "grant_type": "client_credentials",
            "scope": scope,
            "client_id": client_id,
            "client_secret": client_secret,
        }
        answer = self.post_form("/token", asked)
        if answer.status != 200:
            raise AwayError(answer.text)
        token: str = json.loads(answer.text)["access_token"]
        return token

    def post_links(self, lines: list[dict[str, Any]], *, token: str, key: str) -> Answer:
        """Ask for links, one a line; the key keeps them from being made twice."""
        return self.call(
            "POST",
            "/api/v1/links",
            body="\n".join(map(json.dumps, lines)),
            Authorization=f"Bearer {token}",
            Content_Type="application/x-ndjson",
            Idempotency_Key=key,
        )

    def post_form(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        """Post a form."""
        form = "application/x-www-form-urlencoded"
        return self.call("POST", path, body=urlencode(fields), Content_Type=form, **headers)

    def sign_in(self, page: Answer, person: dict[str, str], **headers: str) -> Answer:
        """Fill the form of a page and post it. Raises: AwayError when it shows none."""
        form = _HIDDEN.search(page.text)
        if page.status != 200 or form is None:
            raise AwayError(page.text)
        typed = {name: person[name] for name in ("siret", "nom", "prenom", "password")}
        fields = typed | {"form": unescape(form[1]), "action": "sign-in"}
        return self.post_form("/sign-in", fields, Origin=self.issuer, **headers)
