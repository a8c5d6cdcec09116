"""A letter signed by DKIM: the same bytes at every try, and a signature that holds."""

import base64
import re
import time
from datetime import UTC, datetime

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from mag_server.base.letters import Envelope, Rendered, Signature, compose

RENDERED = Rendered("Vos taux", "Bonjour,\n", "<p>Bonjour,</p>\n")
ENVELOPE = Envelope(
    letter_id="0123456789abcdef" * 2,
    from_name="KLESIA",
    from_address="ne-pas-repondre@mag.example",
    to_name="TOM SAWYER",
    to_address="tom.sawyer@toment.example",
    written_at=datetime(2026, 3, 2, 8, 0, 0, 750_000, tzinfo=UTC),
    unsubscribe_url=None,
)


@pytest.fixture(scope="module")
def signature(tmp_path_factory: pytest.TempPathFactory) -> Signature:
    """Give a key of this test's own."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    key_file = tmp_path_factory.mktemp("dkim") / "dkim.pem"
    key_file.write_bytes(private.private_bytes(*pem))
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key_file.with_suffix(".txt").write_bytes(b"v=DKIM1; p=" + base64.b64encode(public))
    return Signature(key_file, "mag")


def verifies(octets: bytes, signature: Signature) -> bool:
    record = signature.key_file.with_suffix(".txt").read_bytes()
    return bool(dkim.verify(octets, dnsfunc=lambda _name, **_: record))


def test_a_signed_letter_has_the_same_bytes_a_second_later(signature: Signature):
    first = compose(RENDERED, ENVELOPE, signature=signature)
    time.sleep(1.1)  # a signature's own instant counts seconds
    second = compose(RENDERED, ENVELOPE, signature=signature)
    assert first == second
    assert verifies(first, signature)


def test_it_is_signed_as_of_its_date(signature: Signature):
    octets = compose(RENDERED, ENVELOPE, signature=signature)
    header = octets.partition(b"\r\nFrom:")[0]
    (signed_at,) = re.findall(rb";\s*t=(\d+);", header)
    assert datetime.fromtimestamp(int(signed_at), UTC) == ENVELOPE.written_at.replace(microsecond=0)
    assert not verifies(octets.replace(b"t=" + signed_at, b"t=1"), signature)
