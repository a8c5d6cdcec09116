"""The keys that sign assertions, and those that sign receipts.

Owns: signing keys (ES256, RS256), their publication at /jwks.json, signing and reading back; the
receipt keys (ES256), their publication at /receipts/keys.
Promises: the next key is published before its first use; an old one stays published until the
last token it signed is dead, a receipt key for ever; a key of one purpose never signs for the
other; a private key is stored sealed and never shown.
Does not: decide what an assertion or a receipt says.
Source: OpenID Connect Core 1.0 section 10.1.1; RFC 7517; RFC 7518; docs/receipts.md.
"""
