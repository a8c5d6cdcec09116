"""Tokens made by hand, so that every part of one can be wrong."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ISSUER = "https://mag.example"
AUDIENCE = "klesia"
NONCE = "the-nonce-of-this-very-request"
NOW = 1_772_440_200  # 2026-03-02T08:30:00Z


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def compact_json(members: object) -> bytes:
    return json.dumps(members, separators=(",", ":")).encode()


def integer(number: int, length: int | None = None) -> str:
    return b64(number.to_bytes(length or (number.bit_length() + 7) // 8, "big"))


@dataclass(frozen=True)
class Pen:
    """A private key that signs whatever it is given."""

    kid: str
    private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

    @property
    def alg(self) -> str:
        return "RS256" if isinstance(self.private, rsa.RSAPrivateKey) else "ES256"

    @property
    def jwk(self) -> dict[str, str]:
        common = {"kid": self.kid, "use": "sig", "alg": self.alg}
        numbers = self.private.public_key().public_numbers()
        if isinstance(numbers, rsa.RSAPublicNumbers):
            return common | {"kty": "RSA", "n": integer(numbers.n), "e": integer(numbers.e)}
        length = (numbers.curve.key_size + 7) // 8
        curve = {"secp256r1": "P-256", "secp384r1": "P-384", "secp256k1": "secp256k1"}
        return common | {
            "kty": "EC",
            "crv": curve[numbers.curve.name],
            "x": integer(numbers.x, length),
            "y": integer(numbers.y, length),
        }

    def signature(self, signed: bytes) -> bytes:
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        r, s = decode_dss_signature(self.der_signature(signed))
        length = (self.private.curve.key_size + 7) // 8
        return r.to_bytes(length, "big") + s.to_bytes(length, "big")

    def der_signature(self, signed: bytes) -> bytes:
        assert isinstance(self.private, ec.EllipticCurvePrivateKey)
        return self.private.sign(signed, ec.ECDSA(hashes.SHA256()))

    def header(self, **changes: object) -> dict[str, object]:
        return {"typ": "JWT", "alg": self.alg, "kid": self.kid} | changes

    def sign(self, claims: object, header: object = None) -> str:
        """Sign any claims under any header; bytes are taken as they are."""
        head = self.header() if header is None else header
        parts = [part if isinstance(part, bytes) else compact_json(part) for part in (head, claims)]
        signed = ".".join(b64(part) for part in parts)
        return f"{signed}.{b64(self.signature(signed.encode()))}"


def hmac_signed(claims: dict, *, kid: str, secret: bytes) -> str:
    header = {"typ": "JWT", "alg": "HS256", "kid": kid}
    signed = f"{b64(compact_json(header))}.{b64(compact_json(claims))}"
    return f"{signed}.{b64(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def good_claims(**changes: object) -> dict[str, object]:
    return {
        "iss": ISSUER,
        "sub": "p_4qkdZ8mVtLw2",
        "aud": AUDIENCE,
        "iat": NOW - 1,
        "exp": NOW + 299,
        "auth_time": NOW - 5,
        "nonce": NONCE,
        "acr": f"{ISSUER}/acr/password",
        "amr": ["pwd"],
        "sid": "s_9Yx2",
        "family_name": "SAWYER",
        "given_name": "TOM",
        "siret": "97050551700072",
        "siren": "970505517",
        "roles": ["administrateur", "declarant"],
        "email": "tom.sawyer@toment.example",
        "email_verified": True,
    } | changes


def without(claims: dict, *names: str) -> dict:
    return {name: value for name, value in claims.items() if name not in names}


def ec_pen(kid: str, curve: ec.EllipticCurve | None = None) -> Pen:
    return Pen(kid, ec.generate_private_key(curve or ec.SECP256R1()))


def rsa_pen(kid: str, bits: int = 2048) -> Pen:
    return Pen(kid, rsa.generate_private_key(public_exponent=65537, key_size=bits))
