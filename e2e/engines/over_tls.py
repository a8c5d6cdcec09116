"""MAG and KLESIA's portal over TLS, for browsers that keep no `Secure` cookie over http."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mag_server.base.clock import system_clock
from mag_server.base.processes import answers
from mag_server.base.settings import Settings
from mag_server.cli._command import prepared_equipment
from mag_server.demo.portals import Portal
from mag_server.demo.sample import MARK, prepare_sample
from tests.demo.running import Running, clean_environment, eventually, free_ports

HOSTS = ("mag.localhost", "klesia.localhost")


class SecurePortal(Portal):
    """The demonstration's portal, with an s."""

    @property
    def url(self) -> str:
        """Return the portal's address."""
        return f"https://{self.host}:{self.port}"


@dataclass(frozen=True)
class OverTls:
    """Two addresses that answer."""

    mag: str
    klesia: str


def _certify(folder: Path) -> dict[str, str]:
    """Write a certificate of our own; return the variables that serve and trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOSTS[0])])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    crt, secret = folder / "tls.crt", folder / "tls.key"
    crt.write_bytes(certificate.public_bytes(pem))
    pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(pem, pkcs8, plain))
    return {
        "GRANIAN_SSL_CERTIFICATE": str(crt),
        "GRANIAN_SSL_KEYFILE": str(secret),
        "SSL_CERT_FILE": str(crt),
    }


@contextmanager
def running_over_tls(folder: Path) -> Iterator[OverTls]:
    """Give MAG and a portal that answer, and stop them afterwards."""
    mag_port, portal_port = free_ports(2)
    tls = _certify(folder)
    mag_environ = {
        "MAG_ISSUER": f"https://{HOSTS[0]}:{mag_port}",
        "MAG_DATABASE_URL": f"sqlite:///{folder / 'mag.db'}",
        "MAG_BIND": f"127.0.0.1:{mag_port}",
        "MAG_DEMONSTRATION": "1",
    }
    settings = Settings.read(mag_environ)
    portal = SecurePortal("klesia", "KLESIA Pro", "klesia", HOSTS[1], portal_port)
    equipment = prepared_equipment(settings, mark=MARK)
    work = equipment.work(system_clock())
    secrets = prepare_sample(equipment, work=work, partners=[portal.partner()])
    equipment.database.dispose()
    child = portal.child(
        sibling=portal, issuer=settings.issuer, secret=secrets["klesia"], folder=folder
    )
    serve = [child.command[0], "-m", "mag_server", "serve"]
    environ = clean_environment(**mag_environ, **tls)
    mag = Running(command=serve, log=folder / "mag.log", environ=environ)
    site = Running(list(child.command), folder / "portal.log", {**child.environ, **tls})
    try:
        for one in (mag, site):
            one.start()
        listening = eventually(
            lambda: all(answers("127.0.0.1", port) for port in (mag_port, portal_port)), seconds=60
        )
        assert listening, mag.said + site.said
        yield OverTls(settings.issuer, portal.url)
    finally:
        site.stop()
        mag.stop()
