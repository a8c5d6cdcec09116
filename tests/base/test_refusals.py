"""A refusal is for ever only where it is about the mail: a relay that refuses us loses no mail."""

import pytest

from mag_server.base.smtp import Delivered, NotDelivered, Relay, RelayAddress
from tests.base.scripted import scripted_relay

GREETED = ("220 relay", "250 relay")
OFFERS_TLS = ("220 relay", "250-relay\r\n250 STARTTLS")
OFFERS_AUTH = ("220 relay", "250-relay\r\n250 AUTH PLAIN")
ACCEPTED = (*GREETED, "250 ok", "250 ok")

OF_THE_CONVERSATION = {
    "a greeting": ("554 5.7.1 your address is blocked",),
    "a greeting of a host that takes no mail": ("521 no mail here",),
    "an answer to EHLO and HELO": ("220 relay", "554 go away", "554 go away"),
    "an answer to STARTTLS, unknown": (*OFFERS_TLS, "502 5.5.1 unknown command"),
    "an answer to STARTTLS, failed": (*OFFERS_TLS, "554 5.7.3 no TLS today"),
    "an answer to AUTH": (*OFFERS_AUTH, "535 5.7.8 wrong password"),
    "an answer to AUTH, blocked": (*OFFERS_AUTH, "554 5.7.0 account blocked"),
    "an answer to MAIL": (*GREETED, "550 5.7.1 not your address"),
    "an answer to MAIL, unknown domain": (*GREETED, "553 5.1.8 no such domain"),
    "an answer to RCPT, out of place": (*GREETED, "250 ok", "503 5.5.1 MAIL first"),
    "an answer to RCPT, of the account": (*GREETED, "250 ok", "530 5.7.0 AUTH first"),
    "an answer to DATA, unknown": (*ACCEPTED, "502 5.5.1 unknown command"),
}
OF_THE_MAIL = {
    "an answer to RCPT": (*GREETED, "250 ok", "550 5.1.1 no such user"),
    "an answer to RCPT, no address": (*GREETED, "250 ok", "501 5.1.3 no address"),
    "an answer to RCPT, no mail at this domain": (*GREETED, "250 ok", "556 5.1.10 null MX"),
    "an answer to DATA": (*ACCEPTED, "554 5.5.1 no valid recipient"),
    "an answer to the mail": (*ACCEPTED, "354 go on", "552 5.3.4 too large"),
}


def answered(monkeypatch: pytest.MonkeyPatch, script: tuple[str, ...]) -> Delivered | NotDelivered:
    """Hand a mail over to a relay that says this; with TLS and AUTH where it offers them."""
    if script[:2] == OFFERS_TLS:
        monkeypatch.setattr("mag_server.base.smtp.is_local", lambda _host: False)
    account = {"user": "mag", "password": "x"} if script[:2] == OFFERS_AUTH else {}
    with scripted_relay(*script) as port:
        relay = Relay(
            RelayAddress("127.0.0.1", port, implicit_tls=False, **account),
            helo="mag.example",
            seconds=5,
        )
        result = relay.hand_over(
            b"Subject: x\r\n\r\n", sender="a@a.example", recipient="b@b.example"
        )
        relay.close()
    return result


@pytest.mark.parametrize("said", OF_THE_CONVERSATION)
def test_a_5xx_about_the_conversation_is_for_now(monkeypatch: pytest.MonkeyPatch, said: str):
    script = OF_THE_CONVERSATION[said]
    assert answered(monkeypatch, script) == NotDelivered(for_ever=False, answer=script[-1])


@pytest.mark.parametrize("said", OF_THE_MAIL)
def test_a_5xx_about_the_mail_is_for_ever(monkeypatch: pytest.MonkeyPatch, said: str):
    # The relay hangs up right afterwards, which takes nothing back.
    script = OF_THE_MAIL[said]
    assert answered(monkeypatch, script) == NotDelivered(for_ever=True, answer=script[-1])


def test_a_4xx_is_for_now_wherever_it_comes(monkeypatch: pytest.MonkeyPatch):
    for script in (("421 busy",), (*GREETED, "250 ok", "450 full"), (*ACCEPTED, "451 later")):
        assert answered(monkeypatch, script) == NotDelivered(for_ever=False, answer=script[-1])


def test_where_a_relay_knows_no_ehlo_it_is_told_helo(monkeypatch: pytest.MonkeyPatch):
    script = ("220 relay", "502 what?", "250 relay", *ACCEPTED[2:], "354 go on", "250 taken")
    assert answered(monkeypatch, script) == Delivered("taken")


def test_an_answer_is_kept_as_one_line_that_can_be_stored_and_shown(
    monkeypatch: pytest.MonkeyPatch,
):
    script = (*ACCEPTED, "354 go on", "250-queued\r\n250 as\0 \x1b[2JQ1\x07" + "x" * 400)
    result = answered(monkeypatch, script)
    assert result.answer.isprintable()
    assert result.answer.startswith("queued as [2JQ1 x")
    assert len(result.answer) == 300
