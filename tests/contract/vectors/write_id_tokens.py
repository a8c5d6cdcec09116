"""Write `id_tokens.json` anew: `python -m tests.contract.vectors.write_id_tokens`.

The keys are drawn for the occasion and forgotten: only their public halves are written down.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.sdk import forge
from tests.sdk.forge import AUDIENCE, ISSUER, NONCE, NOW, b64, compact_json, good_claims, without

HERE = Path(__file__).parent
LEEWAY_SECONDS = 30

EC = forge.ec_pen("ec-1")
NEXT = forge.ec_pen("ec-2")
RSA = forge.rsa_pen("rsa-1")
STRANGER = forge.ec_pen("ec-1")  # same name, another key
WEAK = forge.rsa_pen("rsa-1024", 1024)
P384 = forge.ec_pen("ec-p384", ec.SECP384R1())
K1 = forge.ec_pen("ec-k1", ec.SECP256K1())
ENCRYPTING = forge.ec_pen("ec-enc")
SHARED_EC = forge.ec_pen("shared")

Case = tuple[str, str, str]  # what is tried, the token, the error (or "accepted")


def published() -> dict:
    encrypting = ENCRYPTING.jwk | {"use": "enc"}
    symmetric = {"kty": "oct", "kid": "oct-1", "alg": "HS256", "k": b64(b"k" * 32)}
    keys = [pen.jwk for pen in (EC, NEXT, RSA, WEAK, P384, K1)]
    return {"keys": [*keys, encrypting, symmetric]}


def changed(**changes: object) -> str:
    return EC.sign(good_claims(**changes))


def headed(**changes: object) -> str:
    return EC.sign(good_claims(), EC.header(**changes))


def pem_of(pen: forge.Pen) -> bytes:
    return pen.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def accepted() -> Iterator[Case]:
    yield "an assertion signed by ES256", changed(), "accepted"
    yield "an assertion signed by RS256", RSA.sign(good_claims()), "accepted"
    yield "one signed by the next key", NEXT.sign(good_claims()), "accepted"
    yield "no typ", EC.sign(good_claims(), without(EC.header(), "typ")), "accepted"
    yield "aud as an array of this portal alone", changed(aud=[AUDIENCE]), "accepted"
    yield "azp naming this portal", changed(azp=AUDIENCE), "accepted"
    yield "expired for less than the leeway", changed(exp=NOW - 29), "accepted"
    yield "begun ahead by less than the leeway", changed(iat=NOW + 29), "accepted"
    yield "a claim nobody knows yet", changed(droits=["x"]), "accepted"
    yield "dates with a fraction", changed(exp=NOW + 10.5), "accepted"
    yield "an acr unknown to a portal that sets no minimum", changed(acr="urn:new"), "accepted"
    no_company = without(good_claims(), "siret", "siren", "roles", "email", "email_verified")
    yield "only the scope openid", EC.sign(no_company), "accepted"


def of_algorithms() -> Iterator[Case]:
    claims = good_claims()
    for alg in ("none", "None", "NONE", "nOnE"):
        head, body = b64(compact_json(EC.header(alg=alg))), b64(compact_json(claims))
        yield f"alg {alg} with no signature", f"{head}.{body}.", "AlgorithmRefused"
        yield f"alg {alg} with a signature", headed(alg=alg), "AlgorithmRefused"
    yield "alg missing", EC.sign(claims, without(EC.header(), "alg")), "AlgorithmRefused"
    yield "alg a number", headed(alg=256), "AlgorithmRefused"
    yield "alg an array", headed(alg=["ES256"]), "AlgorithmRefused"
    yield "alg in lower case", headed(alg="es256"), "AlgorithmRefused"
    for alg in ("ES384", "ES256K", "PS256", "RS1", "RS512", "EdDSA", "HS512"):
        yield f"alg {alg}", headed(alg=alg), "AlgorithmRefused"
    for pen in (EC, RSA):
        token = forge.hmac_signed(claims, kid=pen.kid, secret=pem_of(pen))
        yield f"HS256 with the public PEM of {pen.kid} as secret", token, "AlgorithmRefused"
        token = forge.hmac_signed(claims, kid=pen.kid, secret=compact_json(pen.jwk))
        yield f"HS256 with the public JWK of {pen.kid} as secret", token, "AlgorithmRefused"
    token = forge.hmac_signed(claims, kid="oct-1", secret=b"k" * 32)
    yield "HS256 with a symmetric key of the set", token, "AlgorithmRefused"
    yield "RS256 naming an EC key", RSA.sign(claims, RSA.header(kid=EC.kid)), "UnknownKey"
    yield "ES256 naming an RSA key", EC.sign(claims, EC.header(kid=RSA.kid)), "UnknownKey"


def of_headers() -> Iterator[Case]:
    yield "kid missing", EC.sign(good_claims(), without(EC.header(), "kid")), "UnknownKey"
    strange = (
        "",
        1,
        None,
        ["ec-1"],
        "EC-1",
        "ec-1 ",
        "../ec-1",
        "ec-1\0",
        "' or 1=1 --",
        "x" * 999,
    )
    for kid in strange:
        yield f"kid {str(kid)[:20]!a} ({type(kid).__name__})", headed(kid=kid), "UnknownKey"
    mine = forge.ec_pen("mine")
    for name, value in (
        ("jwk", mine.jwk),
        ("jku", "https://evil.example/jwks.json"),
        ("x5u", "https://evil.example/cert.pem"),
        ("x5c", ["MIIB"]),
        ("crit", ["exp"]),
        ("crit", []),
        ("b64", False),
        ("zip", "DEF"),
        ("enc", "A256GCM"),
    ):
        token = mine.sign(good_claims(), EC.header(**{name: value}))
        yield f"header {name} {str(value)[:24]}", token, "HeaderRefused"
    for typ in ("at+jwt", "logout+jwt", "secevent+jwt", "dpop+jwt", "JOSE", 1, None):
        yield f"typ {typ}", headed(typ=typ), "HeaderRefused"
    for what, header in (
        ("an array", b"[]"),
        ("a text", b'"ES256"'),
        ("not JSON", b"{alg:ES256}"),
        ("not UTF-8", b'{"alg":"\xff"}'),
        ("in UTF-16", '{"alg":"ES256"}'.encode("utf-16")),
        ("with alg twice", b'{"alg":"none","kid":"ec-1","alg":"ES256"}'),
        ("nested 4000 deep", b'{"a":' + b"[" * 4000 + b"]" * 4000 + b"}"),
    ):
        yield f"a header {what}", EC.sign(good_claims(), header), "MalformedAssertion"


def of_shapes() -> Iterator[Case]:
    token = changed()
    head, body, signature = token.split(".")
    for what, wrong in (
        ("nothing", ""),
        ("two segments", f"{head}.{body}"),
        ("four segments", f"{token}.{signature}"),
        ("five segments, an encrypted token", f"{token}.AA.AA"),
        ("a leading space", f" {token}"),
        ("a trailing line end", f"{token}\n"),
        ("a NUL in the middle", f"{head}.\0{body}.{signature}"),
        ("padding", f"{head}.{body}.{signature}=="),
        ("the other base64 alphabet", f"{head}.{body}.+/{signature[2:]}"),
        ("a full-width letter", f"{head}.{body}.\uff21{signature[1:]}"),
        ("a segment of impossible length", f"{head}.{body}.{signature}AAA"),
        ("spare bits set at the end", f"{head}.{body}.{_spare_bits(signature)}"),
        ("more than 16 KiB", changed(padding="x" * 20_000)),
        ("the JSON serialisation", json.dumps({"payload": body, "signatures": []})),
    ):
        yield what, wrong, "MalformedAssertion"


def _spare_bits(segment: str) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return segment[:-1] + alphabet[alphabet.index(segment[-1]) + 1]


def of_signatures() -> Iterator[Case]:
    token = changed()
    head, body, signature = token.split(".")
    signed = f"{head}.{body}"
    evil = b64(compact_json(good_claims(sub="someone-else")))
    for what, wrong in (
        ("signed by a stranger under a known kid", STRANGER.sign(good_claims())),
        ("claims changed after signing", f"{head}.{evil}.{signature}"),
        ("header changed after signing", f"{b64(compact_json(NEXT.header()))}.{body}.{signature}"),
        ("a signature of zeros (CVE-2022-21449)", f"{signed}.{b64(bytes(64))}"),
        ("a signature cut short", f"{signed}.{b64(b'x' * 63)}"),
        ("a signature with a byte more", f"{signed}.{b64(b'x' * 65)}"),
        ("a signature in DER", f"{signed}.{b64(EC.der_signature(signed.encode()))}"),
        ("an RSA signature of nothing", RSA.sign(good_claims()).rpartition(".")[0] + ".AA"),
    ):
        yield what, wrong, "WrongSignature"
    yield "an RSA key of 1024 bits", WEAK.sign(good_claims()), "UnknownKey"
    yield "a key on P-384 that says ES256", P384.sign(good_claims()), "UnknownKey"
    yield "a key on secp256k1 that says ES256", K1.sign(good_claims()), "UnknownKey"
    yield "a key published for encryption", ENCRYPTING.sign(good_claims()), "UnknownKey"
    yield "a kid nobody published", SHARED_EC.sign(good_claims()), "UnknownKey"


def of_origin() -> Iterator[Case]:
    for iss in (
        f"{ISSUER}/",
        ISSUER.upper(),
        ISSUER.replace("https", "http"),
        f"{ISSUER}:443",
        f"{ISSUER}.evil.example",
        "https://evil.example",
        f" {ISSUER}",
        f"{ISSUER}/acr",
    ):
        yield f"iss {iss!r}", changed(iss=iss), "WrongIssuer"
    yield "iss missing", EC.sign(without(good_claims(), "iss")), "MalformedAssertion"
    yield "iss an array", changed(iss=[ISSUER]), "MalformedAssertion"
    for aud in ("mcf", "KLESIA", "klesia2", "kles", "", [], ["mcf"], [AUDIENCE, "mcf"]):
        yield f"aud {json.dumps(aud)}", changed(aud=aud), "WrongAudience"
    token = changed(aud=[AUDIENCE, "mcf"], azp=AUDIENCE)
    yield "aud with a second portal, azp ours", token, "WrongAudience"
    yield "aud missing", EC.sign(without(good_claims(), "aud")), "WrongAudience"
    yield "aud a number", changed(aud=1), "MalformedAssertion"
    yield "aud an object", changed(aud={AUDIENCE: True}), "MalformedAssertion"
    yield "aud an array with a number", changed(aud=[AUDIENCE, 1]), "MalformedAssertion"
    yield "azp another portal", changed(azp="mcf"), "WrongAuthorizedParty"
    yield "azp a number", changed(azp=1), "MalformedAssertion"
    for nonce in ("another", NONCE[:-1], NONCE + "x", NONCE.upper(), ""):
        yield f"nonce {nonce!r}", changed(nonce=nonce), "WrongNonce"
    yield "nonce missing", EC.sign(without(good_claims(), "nonce")), "WrongNonce"
    yield "nonce an array", changed(nonce=[NONCE]), "MalformedAssertion"
    yield "nonce with half a surrogate pair", changed(nonce="\ud800"), "MalformedAssertion"


def of_times() -> Iterator[Case]:
    yield "expired for the whole leeway", changed(exp=NOW - LEEWAY_SECONDS), "AssertionExpired"
    yield "expired yesterday", changed(exp=NOW - 86_400), "AssertionExpired"
    yield "expired in 1970", changed(exp=0), "AssertionExpired"
    for name in ("iat", "auth_time", "nbf"):
        late = NOW + LEEWAY_SECONDS + 1
        yield f"{name} in the future", changed(**{name: late}), "AssertionNotYetValid"
    for name in ("exp", "iat", "auth_time"):
        yield f"{name} missing", EC.sign(without(good_claims(), name)), "MalformedAssertion"
    for wrong in (str(NOW + 60), None, True, [], -1, 10**15, 10**400):
        yield (
            f"exp {str(wrong)[:18]} as {type(wrong).__name__}",
            changed(exp=wrong),
            ("MalformedAssertion"),
        )
    for constant in (b"NaN", b"Infinity", b"1e999"):
        body = compact_json(good_claims(exp="EXP")).replace(b'"EXP"', constant)
        yield f"exp {constant.decode()}", EC.sign(body), "MalformedAssertion"


def of_persons() -> Iterator[Case]:
    for name in ("sub", "sid", "acr"):
        yield f"{name} missing", EC.sign(without(good_claims(), name)), "MalformedAssertion"
        yield f"{name} empty", changed(**{name: ""}), "MalformedAssertion"
        yield f"{name} a number", changed(**{name: 7}), "MalformedAssertion"
    for name, wrong in (
        ("siret", "9705055170007"),
        ("siret", "970505517000720"),
        ("siret", "970 505 517 00072"),
        ("siret", "\uff19" * 14),
        ("siret", 97050551700072),
        ("siret", "97050551700072\n"),
        ("siren", "111111111"),
        ("siren", "97050551"),
        ("roles", "administrateur"),
        ("roles", [1]),
        ("roles", {"administrateur": True}),
        ("amr", "pwd"),
        ("email_verified", "true"),
        ("email_verified", 1),
        ("family_name", None),
        ("given_name", "\udc00"),
        ("email", ["a@b.example"]),
    ):
        yield f"{name} {str(wrong)[:20]!a}", changed(**{name: wrong}), "MalformedAssertion"
    body = compact_json(good_claims())
    for what, payload in (
        ("an array", b"[]"),
        ("not JSON", b"sub=me"),
        ("in UTF-16", body.decode().encode("utf-16")),
        ("with sub twice", body[:-1] + b',"sub":"someone-else"}'),
        ("with a byte order mark", b"\xef\xbb\xbf" + body),
        ("nested 5000 deep", body[:-1] + b',"x":' + b"[" * 5000 + b"]" * 5000 + b"}"),
        ("followed by more", body + b"{}"),
    ):
        yield f"a payload {what}", EC.sign(payload), "MalformedAssertion"


def of_levels() -> Iterator[tuple[str, str, str, str]]:
    """Yield what is tried, the token, the error, and the portal's minimum."""
    levels = ("recovered", "password", "two-factor")
    for have, level in enumerate(levels):
        for want, minimum in enumerate(levels):
            answer = "accepted" if have >= want else "AcrTooLow"
            token = changed(acr=f"{ISSUER}/acr/{level}")
            yield f"{level} where {minimum} is the least", token, answer, minimum
    for acr in (f"{ISSUER}/acr/Two-Factor", "https://evil.example/acr/two-factor", "two-factor"):
        yield f"acr {acr!r} against a minimum", changed(acr=acr), "AcrTooLow", "password"


def vectors() -> Iterator[dict]:
    of_all = (
        accepted,
        of_algorithms,
        of_headers,
        of_shapes,
        of_signatures,
        of_origin,
        of_times,
        of_persons,
    )
    for group in of_all:
        for name, token, answer in group():
            yield {"name": name, "expected": answer, "minimum_acr": None, "token": token}
    for name, token, answer, minimum in of_levels():
        level = f"{ISSUER}/acr/{minimum}"
        yield {"name": name, "expected": answer, "minimum_acr": level, "token": token}


def document() -> dict:
    return {
        "about": "ID tokens and what a verifier must say of them; README.md explains the members.",
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "nonce": NONCE,
        "now": NOW,
        "leeway_seconds": LEEWAY_SECONDS,
        "jwks": published(),
        "accepted_claims": good_claims(),
        "vectors": list(vectors()),
    }


if __name__ == "__main__":
    text = json.dumps(document(), indent=1, ensure_ascii=True) + "\n"
    (HERE / "id_tokens.json").write_text(text, encoding="ascii")
