"""A letter signed by DKIM: the same bytes at every try, and a signature that holds."""

import base64
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from mag_server.base.letters import Envelope, Rendered, Signature, UnwritableError, compose

PKCS8 = Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
ELLIPTIC = ec.generate_private_key(ec.SECP256R1()).private_bytes(*PKCS8)
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


@pytest.mark.parametrize("form", [PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8])
def test_a_key_is_read_as_old_and_new_tools_write_it(
    signature: Signature, tmp_path: Path, form: PrivateFormat
):
    key = load_pem_private_key(signature.key_file.read_bytes(), password=None)
    file = tmp_path / "dkim.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, form, NoEncryption()))
    octets = compose(RENDERED, ENVELOPE, signature=Signature(file, "mag"))
    assert verifies(octets, signature)


@pytest.mark.parametrize(
    "octets",
    [None, b"", b"-----BEGIN PRIVATE KEY-----", ELLIPTIC],
    ids=["none", "empty", "cut", "elliptic"],
)
def test_a_key_that_cannot_be_used_lays_the_letter_aside(tmp_path: Path, octets: bytes | None):
    file = tmp_path / "dkim.pem"
    if octets is not None:
        file.write_bytes(octets)
    with pytest.raises(UnwritableError, match=r"^MAG_DKIM_KEY "):
        compose(RENDERED, ENVELOPE, signature=Signature(file, "mag"))


def test_it_is_signed_as_of_its_date(signature: Signature):
    octets = compose(RENDERED, ENVELOPE, signature=signature)
    header = octets.partition(b"\r\nFrom:")[0]
    (signed_at,) = re.findall(rb";\s*t=(\d+);", header)
    assert datetime.fromtimestamp(int(signed_at), UTC) == ENVELOPE.written_at.replace(microsecond=0)
    assert not verifies(octets.replace(b"t=" + signed_at, b"t=1"), signature)
