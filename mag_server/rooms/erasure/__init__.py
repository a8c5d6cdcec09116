"""Erasure: everything that names a person, gone in one block.

Owns: nothing; it knows what to take out of the accounts, the links, the mails and the receipts.
Promises: all of it or nothing; no signed byte changes, so chains, tree and proofs verify as before.
Does not: erase what a partner keeps, nor the log's lines of audit, which hold no personal value.
Source: GDPR article 17; docs/receipts.md; RFC 9901 section 4.2.
"""
