"""The keys that sign assertions.

Owns: signing keys (ES256, RS256), their publication at /jwks.json, signing and reading back.
Promises: the next key is published before its first use; an old one stays published until the
last token it signed is dead; a private key is stored sealed and never shown.
Does not: decide what an assertion says.
Source: OpenID Connect Core 1.0 section 10.1.1; RFC 7517; RFC 7518.
"""
