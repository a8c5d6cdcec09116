"""A receipt whose key was lost: only MAG's own log says that it is MAG's."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mag_sdk import (
    Checkpoint,
    InclusionProof,
    KeyCompromised,
    MalformedAssertion,
    NotInLog,
    ReceiptKeys,
    trust_kept_checkpoint,
    verify_checkpoint,
    verify_receipt,
)
from mag_sdk.__main__ import main
from tests.sdk import forge
from tests.sdk.ledger import Ledger, path
from tests.sdk.provider import Clock, Provider

HOUR = timedelta(hours=1)


@pytest.fixture
def ledger(provider: Provider) -> Ledger:
    """Give a log of three receipts; its key is lost an hour later."""
    made = Ledger(provider)
    for link in ("lnk_1", "lnk_2", "lnk_1"):
        made.append(link)
    return made


def proof(ledger: Ledger, checkpoint: Checkpoint, at: int = 0) -> InclusionProof:
    return InclusionProof(at, tuple(path(at, ledger.leaves())), checkpoint)


def lose(ledger: Ledger, clock: Clock) -> None:
    """Lose the key: an hour passes, and another signs from then on."""
    clock.advance(hours=1)
    ledger.keys[0]["compromised_at"] = int(clock().timestamp())
    ledger.lost, ledger.pen = ledger.pen, forge.ec_pen("r2")
    ledger.publish(ledger.pen)


class Partner:
    """Verifies with what is published."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self.ledger, self.clock = ledger, clock

    def expected(self) -> dict[str, Any]:
        return {
            "keys": ReceiptKeys({"keys": self.ledger.keys}),
            "expected_issuer": self.ledger.provider.issuer,
            "now": self.clock(),
        }

    def checkpoint(self, presented: str | None = None) -> Checkpoint:
        text = presented or self.ledger.checkpoint()["checkpoint"]
        return verify_checkpoint(checkpoint=text, **self.expected())

    def verify(self, receipt: str, proved: InclusionProof | None = None) -> str:
        return verify_receipt(receipt=receipt, proof=proved, **self.expected()).link


@pytest.fixture
def partner(ledger: Ledger, clock: Clock) -> Partner:
    return Partner(ledger, clock)


def test_a_proof_is_checked_wherever_it_is_given(ledger: Ledger, partner: Partner):
    good = proof(ledger, partner.checkpoint())
    assert partner.verify(ledger.receipts[0], good) == "lnk_1"
    for wrong in (
        replace(good, position=1),
        replace(good, path=good.path[:-1]),
        replace(good, path=(*good.path, b"x" * 32)),
        replace(good, checkpoint=replace(good.checkpoint, root=b"x" * 32)),
        replace(good, checkpoint=replace(good.checkpoint, size=2)),
    ):
        with pytest.raises(NotInLog):
            partner.verify(ledger.receipts[0], wrong)


def test_a_receipt_of_a_lost_key_stands_by_the_log_alone(
    ledger: Ledger, partner: Partner, clock: Clock
):
    old = ledger.receipts[0]
    lose(ledger, clock)
    with pytest.raises(KeyCompromised):
        partner.verify(old)
    assert partner.verify(old, proof(ledger, partner.checkpoint())) == "lnk_1"


def test_what_the_thief_signs_with_an_older_date_is_refused_whatever_comes_with_it(
    ledger: Ledger, partner: Partner, clock: Clock
):
    lose(ledger, clock)
    assert ledger.lost is not None
    thief = Ledger(ledger.provider, pen=ledger.lost)
    early = int((clock() - 2 * HOUR).timestamp())
    forged = thief.append("lnk_1", iat=early)
    head = thief.checkpoint(iat=early)["checkpoint"]
    with pytest.raises(KeyCompromised):
        partner.verify(forged)
    with pytest.raises(KeyCompromised):
        partner.checkpoint(head)
    with pytest.raises(NotInLog):
        partner.verify(forged, proof(ledger, partner.checkpoint()))


def test_a_checkpoint_kept_from_before_the_loss_is_evidence_and_one_from_after_is_not(
    ledger: Ledger, partner: Partner, clock: Clock
):
    kept = partner.checkpoint().presented
    clock.advance(hours=2)
    late = ledger.checkpoint()["checkpoint"]
    clock.advance(hours=-2)
    lose(ledger, clock)
    old = ledger.receipts[0]
    assert partner.verify(old, proof(ledger, trust_kept_checkpoint(kept))) == "lnk_1"
    with pytest.raises(KeyCompromised):
        partner.verify(old, proof(ledger, trust_kept_checkpoint(late)))


def test_what_a_lost_key_signed_afterwards_is_refused_even_if_it_is_logged(
    ledger: Ledger, partner: Partner, clock: Clock
):
    clock.advance(hours=2)
    late = ledger.append("lnk_2")
    clock.advance(hours=-2)
    lose(ledger, clock)
    clock.advance(hours=2)
    with pytest.raises(KeyCompromised):
        partner.verify(late, proof(ledger, partner.checkpoint(), at=3))


@pytest.mark.parametrize("text", ["", "x", "a.b.c"])
def test_what_is_no_checkpoint_is_not_kept(text: str):
    with pytest.raises(MalformedAssertion):
        trust_kept_checkpoint(text)


# --- from files, with the network off ---------------------------------------------------------


@pytest.fixture
def files(ledger: Ledger, tmp_path: Path) -> list[str]:
    """Give what a person downloaded, as the arguments of the command."""
    # The command looks at the real clock: this log was signed before it.
    assert datetime.now(UTC).timestamp() > forge.NOW
    (tmp_path / "accuse.txt").write_text(ledger.receipts[0] + "~\n")
    (tmp_path / "keys.json").write_text(json.dumps({"keys": ledger.keys}))
    (tmp_path / "head.json").write_text(json.dumps(ledger.checkpoint()))
    (tmp_path / "proof.json").write_text(json.dumps(ledger.item(0)))
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "other.json").write_text("{}")
    issuer = ("--issuer", ledger.provider.issuer)
    return [str(tmp_path / "accuse.txt"), "--keys", str(tmp_path / "keys.json"), *issuer]


def test_a_downloaded_receipt_is_verified_from_files(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(files) == 0
    told = capsys.readouterr().out
    assert "Signed by http://127.0.0.1" in told
    assert "whether the log holds it was not asked" in told
    assert "lnk_1" in told
    proved = ["--proof", str(tmp_path / "proof.json"), "--checkpoint", str(tmp_path / "head.json")]
    assert main(files + proved) == 0
    assert "; the log holds it." in capsys.readouterr().out


def test_an_altered_receipt_is_not_mags(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    text = (tmp_path / "accuse.txt").read_text()
    (tmp_path / "accuse.txt").write_text(text.replace(".", ".A", 1))
    assert main(files) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "NOT a receipt of" in captured.err


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"--keys": "absent.json"}, "cannot be read"),
        ({"--keys": "broken.json"}, "is no JSON"),
        ({"--keys": "other.json"}, "holds no receipt keys"),
        ({"--proof": "proof.json"}, "belong together"),
        ({"--proof": "other.json", "--checkpoint": "head.json"}, "holds something else"),
        ({"--proof": "proof.json", "--checkpoint": "other.json"}, "holds something else"),
        ({"--proof": "proof.json", "--checkpoint": "keys.json"}, "holds something else"),
    ],
)
def test_a_wrong_file_is_named_in_a_sentence(
    files: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, str],
    sentence: str,
):
    more = [word for name, file in changes.items() for word in (name, str(tmp_path / file))]
    assert main(files + more) == 1
    assert sentence in capsys.readouterr().err


def test_a_control_character_reaches_no_terminal(
    ledger: Ledger, files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "accuse.txt").write_text(ledger.append("lnk_9", reason="\x1b[2J"))
    assert main(files) == 0
    assert "\x1b" not in capsys.readouterr().out
