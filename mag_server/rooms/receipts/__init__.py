"""Receipts: what happened to a link, signed, chained and logged.

Owns: the receipts, the chain of each link, the disclosures that name people, their positions in
the log, the feed a partner reads.
Promises: a receipt is signed in the transaction of what it says; (link, number) has no gap and no
twin; a receipt commits without a position and is sequenced once, never skipped; erasing a person's
disclosures changes no signed byte.
Does not: observe anything (`links`, `visits`), send mail (`mail`), hash the tree (`tree`), nor say
more than was observed.
Source: docs/protocol.md, "A receipt"; docs/receipts.md; RFC 7515; RFC 9901; RFC 9162.
"""
