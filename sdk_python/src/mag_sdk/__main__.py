"""`python -m mag_sdk accuse.txt --keys keys.json`: verify a receipt with the network off.

Prints what the receipt says. Exit status: 0 it is MAG's, 1 it is not, 2 wrong usage.
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mag_sdk.errors import MagError
from mag_sdk.log import InclusionProof, verify_checkpoint
from mag_sdk.merkle import decode_hash
from mag_sdk.receipt_keys import ReceiptKeys
from mag_sdk.receipts import Receipt, verify_receipt
from mag_sdk.strict_json import read_object

LARGEST_FILE_BYTES = 1_048_576
LEEWAY_SECONDS = 60


class FileRefusedError(Exception):
    """A file holds something else than it was given for; the message says which."""


def main(arguments: list[str] | None = None) -> int:
    """Verify one receipt from files; return the exit status."""
    asked = _parser().parse_args(arguments)
    now = datetime.now(UTC)
    try:
        receipt = _verify(asked, now)
    except FileRefusedError as error:
        return _fail(str(error))
    except MagError as error:
        return _fail(f"NOT a receipt of {asked.issuer}: {error}")
    sys.stdout.write("".join(f"{line}\n" for line in _told(receipt, asked)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mag_sdk", description=__doc__)
    parser.add_argument("receipt", type=Path, help="the file of the receipt, as it was downloaded")
    parser.add_argument("--keys", type=Path, required=True, help="what ISSUER/receipts/keys gave")
    parser.add_argument(
        "--issuer", required=True, help="MAG's address, such as https://mag.example"
    )
    parser.add_argument("--proof", type=Path, help="what ISSUER/receipts/proof/inclusion gave")
    parser.add_argument("--checkpoint", type=Path, help="what ISSUER/receipts/checkpoint gave")
    return parser


def _verify(asked: argparse.Namespace, now: datetime) -> Receipt:
    try:
        keys = ReceiptKeys(_read_json(asked.keys))
    except (ValueError, KeyError) as error:
        raise FileRefusedError(f"{asked.keys} holds no receipt keys: {error}") from error
    proof = None
    if asked.proof or asked.checkpoint:
        proof = _read_proof(asked, keys, now)
    return verify_receipt(
        receipt=_read(asked.receipt).strip(),
        keys=keys,
        expected_issuer=asked.issuer,
        now=now,
        leeway_seconds=LEEWAY_SECONDS,
        proof=proof,
    )


def _read_proof(asked: argparse.Namespace, keys: ReceiptKeys, now: datetime) -> InclusionProof:
    if not asked.proof or not asked.checkpoint:
        raise FileRefusedError("--proof and --checkpoint belong together: give both.")
    proof, checkpoint = _read_json(asked.proof), _read_json(asked.checkpoint)
    try:
        position, path = proof["position"], tuple(decode_hash(str(one)) for one in proof["path"])
        presented = str(checkpoint["checkpoint"])
    except (KeyError, TypeError, ValueError) as error:
        raise FileRefusedError("--proof or --checkpoint holds something else.") from error
    if isinstance(position, bool) or not isinstance(position, int):
        raise FileRefusedError(f"{asked.proof} has no position.")
    head = verify_checkpoint(
        checkpoint=presented,
        keys=keys,
        expected_issuer=asked.issuer,
        now=now,
        leeway_seconds=LEEWAY_SECONDS,
    )
    return InclusionProof(position, path, head)


def _read_json(file: Path) -> dict[str, Any]:
    try:
        return read_object(_read(file).encode())
    except ValueError as error:
        raise FileRefusedError(f"{file} is no JSON: {error}") from error


def _read(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST_FILE_BYTES:
            raise FileRefusedError(f"{file} is too large for a receipt or its keys.")
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileRefusedError(f"{file} cannot be read: {error}") from error


def _told(receipt: Receipt, asked: argparse.Namespace) -> list[str]:
    proved = "the log holds it" if asked.proof else "whether the log holds it was not asked"
    told = {
        name: value
        for name, value in vars(receipt).items()
        if value not in (None, ()) and name not in {"presented", "issuer"}
    }
    lines = [f"Signed by {receipt.issuer}; {proved}."]
    return lines + [f"{name:16} {_shown(value)}" for name, value in told.items()]


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    # One line each, whatever stands in it: a terminal obeys control characters.
    return str(value) if str(value).isprintable() else json.dumps(value)


def _fail(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
