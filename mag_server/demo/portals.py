"""The demonstration's two portals: what MAG knows of them, and how they are started."""

import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from mag_server.base.processes import Child, this_environment
from mag_server.base.secrets import new_secret
from mag_server.rooms.partners.model import Partner


@dataclass(frozen=True)
class Portal:
    """One portal: `brand` is its look, and the theme of MAG's form for it."""

    client_id: str
    name: str
    brand: str
    host: str
    port: int
    # The page that emailed links lead to; none, and the portal sends no mail.
    link_target: str = ""

    @property
    def url(self) -> str:
        """Return the portal's address."""
        return f"http://{self.host}:{self.port}"

    def partner(self) -> Partner:
        """Return what MAG registers of the portal."""
        return Partner(
            client_id=self.client_id,
            name=self.name,
            theme=self.brand,
            redirect_uris=(f"{self.url}/mag/callback",),
            origins=(self.url,),
            post_logout_redirect_uris=(f"{self.url}/",),
            initiate_login_uri=f"{self.url}/mag/initiate" if self.link_target else None,
            targets=(f"{self.url}{self.link_target}",) if self.link_target else (),
            sandbox=True,
        )

    def child(self, *, sibling: "Portal", issuer: str, secret: str, folder: Path) -> Child:
        """Return the process that serves the portal."""
        environ = this_environment(
            PORTAL_BRAND=self.brand,
            PORTAL_URL=self.url,
            PORTAL_SECRET_KEY=new_secret(),
            PORTAL_DATABASE=str(folder / f"{self.client_id}.db"),
            PORTAL_SIBLING_URL=sibling.url,
            PORTAL_SIBLING_NAME=sibling.name,
            PORTAL_DEMONSTRATION="1",
            MAG_ISSUER=issuer,
            MAG_CLIENT_ID=self.client_id,
            MAG_CLIENT_SECRET=secret,
        )
        command = [
            *(sys.executable, "-m", "granian", "partner_portal.app:create_app", "--factory"),
            *("--interface", "wsgi", "--no-ws", "--host", "127.0.0.1", "--port", str(self.port)),
            *("--blocking-threads", "4", "--log-level", "error", "--workers-kill-timeout", "5s"),
        ]
        return Child(f"the portal {self.name}", command, environ)


def mailbox_child(folder: Path, *, port: int, smtp_port: int) -> Child:
    """Return the process that takes mail by SMTP and shows it."""
    command = [sys.executable, "-m", "mag_server.demo.mailbox", str(folder), str(port)]
    return Child("the mailbox", [*command, str(smtp_port)], this_environment())


def are_installed() -> bool:
    """Tell whether the example portal and the mailbox's SMTP are there, by their names alone."""
    return all(find_spec(name) is not None for name in ("partner_portal", "aiosmtpd"))
