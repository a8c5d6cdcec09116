"""A delivery report is read whatever it holds: anybody may send one."""

import random
from email.message import Message

import pytest

from mag_server.base.bounces import Bounce, parse_report, read_bounce

LETTER = "0123456789abcdef" * 2
REPORT = f"""\
To: bounces+{LETTER}@mag.example
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I could not deliver it.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.toment.example

Final-Recipient: rfc822; tom.sawyer@toment.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 user unknown

--b
Content-Type: message/rfc822

From: KLESIA Pro <ne-pas-repondre@mag.example>
Message-ID: <{LETTER}@mag.example>

Bonjour
--b--
""".encode()


def read(report: bytes) -> Bounce | None:
    return read_bounce(parse_report(report))


def test_a_report_says_which_letter_and_why():
    assert read(REPORT) == Bounce(LETTER, "5.1.1 550 5.1.1 user unknown")


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (b"user unknown", b"usager supprim\xe9", "5.1.1 550 5.1.1 usager supprim\ufffd"),
        (b"Status: 5.1.1", b"Status: 5.1.1 \xe9", "5.1.1 \ufffd 550 5.1.1 user unknown"),
        (b"Subject: ", b"Subject: \xe9\xff", "5.1.1 550 5.1.1 user unknown"),
        (b"To: ", b"To: \xe9l\xe8ve ", "5.1.1 550 5.1.1 user unknown"),
        (b"boundary=", b"x=\xe9; boundary=", "5.1.1 550 5.1.1 user unknown"),
        (b"From: KLESIA", b"From: \xe9", "5.1.1 550 5.1.1 user unknown"),
        (b"I could", b"\xe9\xff\0", "5.1.1 550 5.1.1 user unknown"),
        # What PostgreSQL does not store, and what a terminal would obey.
        (b"user unknown", b"user\0\x1b[2J unknown", "5.1.1 550 5.1.1 user [2J unknown"),
    ],
)
def test_an_8_bit_octet_anywhere_loses_nothing(before: bytes, after: bytes, reason: str):
    assert before in REPORT
    assert read(REPORT.replace(before, after)) == Bounce(LETTER, reason)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"From: KLESIA", b"From: \xe9"),
        (b"@mag.example>\n\n", b"@mag.example> \xe9\n\n"),
        (b"Bonjour", b"\xe9l\xe8ve"),
        # Written again as it stands, this one would be looked up as a charset and raise.
        (b"Message-ID: ", b"Content-Type: text/plain; charset=none\nX: \xe9\nMessage-ID: "),
        (b"Message-ID: ", b"Content-Type: text/plain; charset=\xe9\nMessage-ID: "),
    ],
)
def test_a_returned_mail_with_an_8_bit_octet_names_its_letter(before: bytes, after: bytes):
    report = REPORT.replace(b"To: bounces+", b"To: bounces-").replace(b"Bonjour", b"Bonjour \xe9")
    assert before in report
    assert read(report.replace(before, after)) == Bounce(LETTER, "5.1.1 550 5.1.1 user unknown")


def test_an_action_that_cannot_be_read_is_no_failure():
    assert read(REPORT.replace(b"Action: failed", b"Action: fail\xe9d")) is None


@pytest.mark.parametrize("kind", [b"message/rfc822", b"multipart/report; boundary=b"])
def test_parts_a_thousand_deep_are_no_report(kind: bytes):
    part = b"Content-Type: " + kind + b"\n\n" + (b"--b\n" if b"boundary" in kind else b"")
    assert read(part * 2000) is None


def test_a_mail_that_no_parser_makes_is_no_report_either():
    deep = Message()
    for _ in range(2000):
        outer = Message()
        outer["Content-Type"] = "multipart/report"
        outer.attach(deep)
        deep = outer
    empty = parse_report(REPORT)
    empty.get_payload()[1].set_payload(None)
    assert read_bounce(deep) is None
    assert read_bounce(empty) is None


def test_no_report_however_hostile_raises():
    chance = random.Random(3464)  # noqa: S311 - the same reports at every run
    pieces = [b"\xe9", b"\0", b"\n", b"\n\n", b"--b\n", b"--b--\n", b": ", b"; ", b'"', b"(", b"=?"]
    pieces += [b"Content-Type: message/delivery-status\n", b"Content-Type: message/rfc822\n\n"]
    pieces += [b"Content-Transfer-Encoding: base64\n", b"charset*0*=x''%\n", b"<", b",", b"@"]
    for _ in range(3000):
        report = bytearray(REPORT)
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(report))
            report[at : at + chance.choice((0, 1, 30))] = chance.choice(pieces)
        found = read(bytes(report))
        assert found is None or found.reason.isprintable()
