"""Codes, tokens and what an assertion says.

Owns: authorization codes, access tokens, the claims of an ID token.
Promises: a code is redeemed once, within a minute, by the client and with the verifier it was
made for; redeeming it twice revokes what it gave.
Does not: authenticate people, nor keep keys.
Source: RFC 6749; RFC 7636; OpenID Connect Core 1.0; RFC 7009.
"""
