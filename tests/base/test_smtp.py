"""A relay's address, and a conversation that is encrypted, authenticated and never for ever."""

import datetime as dt
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mag_server.base.smtp import Delivered, NotDelivered, Relay, RelayAddress, read_relay_address
from tests.rooms.mail.relay import TestRelay, running_relay

MAIL = b"From: a@mag.example\r\nTo: b@toment.example\r\n\r\n.a line that begins with a dot\r\n"


def hand_over(relay: Relay) -> Delivered | NotDelivered:
    return relay.hand_over(MAIL, sender="a@mag.example", recipient="b@toment.example")


def send(smtp: TestRelay, **changes: object) -> Delivered | NotDelivered:
    address = RelayAddress(**{**vars(smtp.address), **changes})
    relay = Relay(address, helo="mag.example", seconds=5)
    try:
        return hand_over(relay)
    finally:
        relay.close()


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Give a relay's certificate for localhost, trusted by nobody but this test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "relay.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    return context


def test_a_mail_arrives_whole_and_its_dots_too():
    with running_relay() as smtp:
        assert isinstance(send(smtp), Delivered)
        assert smtp.taken[0].octets == MAIL
        assert not smtp.taken[0].secured, "on this machine nothing listens in between"


def test_one_connection_carries_many_mails():
    with running_relay() as smtp:
        relay = Relay(smtp.address, helo="mag.example", seconds=5)
        for _ in range(3):
            assert isinstance(hand_over(relay), Delivered)
        relay.close()
        assert len(smtp.taken) == 3


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
def test_a_user_and_a_password_are_given_where_they_are_set():
    with running_relay(users={"mag": "a password"}) as smtp:
        assert isinstance(send(smtp), NotDelivered)
        wrong = send(smtp, user="mag", password="wrong")
        assert isinstance(wrong, NotDelivered)
        assert not wrong.for_ever, "an operator mends it: no mail is lost for it"
        assert isinstance(send(smtp, user="mag", password="a password"), Delivered)
        assert [one.user for one in smtp.taken] == ["mag"]


def test_another_machine_is_spoken_to_in_secret_or_not_at_all(
    secure: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("mag_server.base.smtp.is_local", lambda _host: False)
    with running_relay(context=secure) as smtp:
        assert isinstance(send(smtp, host="localhost"), Delivered)
        assert smtp.taken[0].secured
        # The certificate is for localhost, and for nobody else.
        assert isinstance(send(smtp, host="127.0.0.1"), NotDelivered)
    with running_relay() as plain:
        refused = send(plain, host="localhost")
        assert isinstance(refused, NotDelivered)
        assert not refused.for_ever
        assert plain.taken == []


def test_a_refused_mail_is_refused_for_ever_or_for_now():
    with running_relay(answers=["451 later", "550 never", "552 too large"]) as smtp:
        assert [send(smtp) for _ in range(3)] == [
            NotDelivered(for_ever=False, answer="451 later"),
            NotDelivered(for_ever=True, answer="550 never"),
            NotDelivered(for_ever=True, answer="552 too large"),
        ]


def test_a_refused_sender_is_refused_by_its_own_code_and_never_for_ever():
    with running_relay(refused_senders=["451 4.3.0 later", "550 5.7.1 never"]) as smtp:
        assert [send(smtp) for _ in range(2)] == [
            NotDelivered(for_ever=False, answer="451 4.3.0 later"),
            NotDelivered(for_ever=False, answer="550 5.7.1 never"),
        ]
        assert isinstance(send(smtp), Delivered)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("smtp://relay.example", ("relay.example", 25, False, "", "")),
        ("smtp://127.0.0.1:8425", ("127.0.0.1", 8425, False, "", "")),
        ("smtps://relay.example", ("relay.example", 465, True, "", "")),
        ("smtps://mag:p%40ss%2F@relay.example:2465", ("relay.example", 2465, True, "mag", "p@ss/")),
    ],
)
def test_an_address_is_read(text: str, address: tuple[object, ...]):
    read = read_relay_address(text)
    assert (read.host, read.port, read.implicit_tls, read.user, read.password) == address
    assert "p@ss" not in repr(read)


@pytest.mark.parametrize(
    "text",
    [
        *("", "relay.example", "http://relay.example", "smtp://", "smtp://relay.example/x"),
        *("smtp://user@relay.example", "smtp://relay.example?x=1", "smtp://relay.example:99999"),
    ],
)
def test_what_is_no_address_is_refused(text: str):
    with pytest.raises(ValueError, match=r"write|Port"):
        read_relay_address(text)
