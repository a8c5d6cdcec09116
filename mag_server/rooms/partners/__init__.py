"""Partners: the portals that send people to MAG, and what each of them registered.

Owns: the partners, their secrets' fingerprints, and which addresses may be registered.
Promises: an address is compared as an exact string, never parsed again, never normalised; what
is registered has one spelling only, so that no two readers can see two places in it.
Does not: fetch anything from a partner, nor redirect: the journeys do.
Source: docs/protocol.md, "Before the first sign-in"; RFC 9700 section 2.1; A-08.
"""
