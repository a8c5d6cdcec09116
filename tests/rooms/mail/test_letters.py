"""What a letter says and carries, and what nobody can make it say (A-19 to A-26)."""

import base64
import re
from dataclasses import replace
from email.utils import getaddresses, parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from mag_server.base.smtp import Relay
from mag_server.base.words import typographic
from mag_server.rooms.drafts.model import LinkRefused
from mag_server.rooms.mail.actions import claim_letter, deliver_next, write_letter
from mag_server.rooms.mail.model import MESSAGES
from mag_server.rooms.partners.actions import edit_partner
from mag_server.rooms.partners.model import Partner
from tests.rooms.links.asked import TOM, asked, make_link, make_links, notification
from tests.rooms.mail.relay import Taken, TestRelay
from tests.world import World

SEED = Path(__file__).with_name("seed_notice.txt").read_text(encoding="utf-8")
# The corrections, and no others.
CORRECTED = {
    'mode "Machine À Machine"': "mode « Machine à Machine »",
    "peut être aussi": "peuvent l'être aussi",
    "personnes habilités": "personnes habilitées",
    "(Ou à leurs": "(ou à leurs",
    "Veillez ne pas répondre à ce message": "Veuillez ne pas répondre à ce message",
}
ABGRALL = {
    "siret": "99900027600017",
    "nom": "ABGRALL",
    "prenom": "CHRISTIAN",
    "email": "christian.abgrall@cabinet.example",
}


class Reader(HTMLParser):
    """What a mail program shows of HTML, and what it would fetch."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._hidden += tag in {"style", "title"}

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "title"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)

    @property
    def text(self) -> str:
        return squeezed("".join(self.words))


def squeezed(text: str) -> str:
    return " ".join(text.split())


def sent(world: World, smtp: TestRelay, relay: Relay, partner: Partner, **changes: object) -> Taken:
    make_link(world, partner, **changes)
    assert deliver_next(world.work(), relay=relay) is not None
    return smtp.taken[-1]


def test_the_notice_is_the_seed_s_text_with_its_corrections_alone(
    world: World, smtp: TestRelay, relay: Relay, klesia: Partner
):
    taken = sent(world, smtp, relay, klesia, addressee=ABGRALL)
    text = SEED.replace("**", "")
    for wrong, right in CORRECTED.items():
        assert wrong in text
        text = text.replace(wrong, right)
    text = text.replace("[Consulter et télécharger les taux AT / MP](#)", "")
    text = text.replace("[notre assistance](#).", "notre assistance")
    for paragraph in text.split("\n"):
        said = squeezed(typographic(paragraph)).replace("\N{NO-BREAK SPACE}", " ")
        for shown in (taken.text, Reader(taken.html).text):
            assert said in squeezed(shown).replace("\N{NO-BREAK SPACE}", " "), said
    assert "Consulter et télécharger les taux AT / MP" in taken.text


@pytest.mark.parametrize("message", sorted(MESSAGES))
def test_every_letter_fetches_nothing_and_says_that_opening_is_recorded(
    world: World, smtp: TestRelay, relay: Relay, klesia: Partner, message: str
):
    changes = {} if message == "taux-at-mp" else notification(world)
    taken = sent(world, smtp, relay, klesia, **changes)
    read = Reader(taken.html)
    url = re.search(r"http://mag\.localhost:8400/l/[\w-]{22}", taken.text)
    assert url is not None
    links = [attributes["href"] for tag, attributes in read.tags if tag == "a"]
    assert links.count(url[0]) == 2, "the button, and the address under it"
    assert {tag for tag, _ in read.tags} <= {
        *("html", "head", "meta", "title", "style", "body", "table", "tbody", "tr", "td"),
        *("div", "p", "a", "br", "strong"),
    }
    assert not re.search(r"url\(|@import|src=|<img|background=", taken.html)
    assert "accusés de réception techniques" in taken.text
    assert "accusés de réception techniques" in read.text
    assert "prefers-color-scheme: dark" in taken.html


def test_a_notification_says_since_when_by_whom_and_what_fifteen_days_do(
    world: World, smtp: TestRelay, relay: Relay, klesia: Partner
):
    taken = sent(world, smtp, relay, klesia, **notification(world))
    for shown in (taken.text, Reader(taken.html).text):
        told = squeezed(shown).replace("\N{NO-BREAK SPACE}", " ")
        assert "mise à votre disposition le 2 mars 2026" in told
        assert "CARSAT Bretagne" in told
        assert "02 98 00 00 00" in told
        assert "quinze jours" in told


def test_the_headers_say_what_it_is_and_where_bounces_go(
    world: World, smtp: TestRelay, relay: Relay, klesia: Partner
):
    taken = sent(world, smtp, relay, klesia)
    mail = taken.mail
    assert str(mail["From"]) == "KLESIA Pro <ne-pas-repondre@mag.localhost>"
    assert str(mail["To"]) == "TOM SAWYER <tom.sawyer@toment.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(str(mail["Date"])) == world.now
    name = re.fullmatch(r"<([0-9a-f]{32})@mag\.localhost>", str(mail["Message-ID"]))
    assert name is not None
    assert taken.sender == f"ne-pas-repondre+{name[1]}@mag.localhost"
    assert str(mail["List-Unsubscribe"]).startswith("<http://mag.localhost:8400/l/")
    assert mail.get_content_type() == "multipart/alternative"
    assert all(octet < 128 for octet in taken.octets), "seven bits wide"
    assert max(map(len, taken.octets.split(b"\r\n"))) <= 998


def test_one_does_not_unsubscribe_from_an_official_notification(
    world: World, smtp: TestRelay, relay: Relay, klesia: Partner
):
    taken = sent(world, smtp, relay, klesia, **notification(world))
    assert "List-Unsubscribe" not in taken.mail


HOSTILE_NAMES = {
    "a header after a line end": "TOM\r\nBcc: all@evil.example",
    "a bare line feed": "TOM\nSubject: evil",
    "a bare carriage return": "TOM\rX: y",
    "a NUL": "TOM\0",
    "a line separator": "TOM\u2028Bcc: x",
    "a next line": "TOM\u0085Bcc: x",
    "bold markup": "<b>TOM</b>",
    "a script": "<script>alert(1)</script>",
    "an image": '<img src="https://evil.example/x">',
    "an attribute's end": '"><a href="https://evil.example">',
    "an entity": "TOM &amp; JERRY",
    "a template": "{{ url }}",
    "a statement": "{% include '/etc/passwd' %}",
    "an address of its own": "TOM <evil@evil.example>",
    "two addresses": "TOM, evil@evil.example",
    "a quote": 'TOM "LE" SAWYER',
    "a backslash": "TOM \\ SAWYER",
    "an encoded word": "=?utf-8?q?Bcc:_x?=",
    "a comment": "TOM (evil@evil.example)",
    "a semicolon": "TOM; SAWYER:",
    "right to left": "TOM\u202eREYWAS",
    "accents and ligatures": "HÉLŒNE D’AUBIGNÉ",
    "a hundred letters": "A" * 100,
}


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_nothing_an_addressee_is_called_can_inject_a_header_or_markup(
    world: World, smtp: TestRelay, relay: Relay, klesia: Partner, name: str
):
    prenom = HOSTILE_NAMES[name]
    ((_, made),) = make_links(world, klesia, asked(addressee=TOM | {"prenom": prenom})).outcomes
    if isinstance(made, LinkRefused):
        return  # refused at the door: nothing is ever sent
    assert deliver_next(world.work(), relay=relay) is not None
    (taken,) = smtp.taken
    assert "Bcc" not in taken.mail
    assert [address for _, address in getaddresses([str(taken.mail["To"])])] == [TOM["email"]]
    assert len(taken.mail.get_all("Subject", [])) == 1
    read = Reader(taken.html)
    assert "img" not in {tag for tag, _ in read.tags}
    assert "script" not in {tag for tag, _ in read.tags}
    assert not [a for _, a in read.tags if "evil.example" in str(a.get("href"))]
    assert squeezed(prenom.upper()) in read.text


def test_every_hostile_name_is_refused_or_sent_harmless(world: World, klesia: Partner):
    lines = [asked(addressee=TOM | {"prenom": one}) for one in HOSTILE_NAMES.values()]
    outcomes = make_links(world, klesia, *lines).outcomes
    refused = [isinstance(one, LinkRefused) for _, one in outcomes]
    assert any(refused)
    assert not all(refused)


@pytest.mark.parametrize("theme", ["net-entreprises", "klesia", "mon-compte-formation"])
def test_the_letter_wears_the_partner_s_theme(world: World, klesia: Partner, theme: str):
    edit_partner(world.work(), partner=replace(klesia, theme=theme), by="test")
    make_link(world, replace(klesia, theme=theme))
    held = claim_letter(world.work())
    assert held is not None
    html = write_letter(world.work(), held=held).decode()
    wordmark = {"klesia": "KLESIA", "net-entreprises": "NET-ENTREPRISES"}.get(theme, "FORMATION")
    assert wordmark in html.upper()


def test_a_letter_is_signed_where_there_is_a_key(world: World, klesia: Partner, tmp_path: Path):
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    (tmp_path / "dkim.pem").write_bytes(private.private_bytes(*pem))
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    signing = replace(world.equipment.settings, dkim_key=tmp_path / "dkim.pem")
    object.__setattr__(world.equipment, "settings", signing)
    make_link(world, klesia)
    held = claim_letter(world.work())
    assert held is not None
    octets = write_letter(world.work(), held=held)
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)

    def lookup(name: bytes, **_: object) -> bytes:
        assert name == b"mag._domainkey.mag.localhost."
        return record

    assert dkim.verify(octets, dnsfunc=lookup)
    assert not dkim.verify(octets.replace(b"AT/MP", b"AT/XX"), dnsfunc=lookup)
