"""Calls: the requests of a partner's back end that may be repeated without being done twice.

Owns: the idempotency keys of each partner, and the answer that each of them led to, for a day.
Promises: one key does one thing once; the same call again is told the same answer; of two at the
same moment one is done and the other is told to come back. An answer is kept sealed.
Does not: know what a call does, nor HTTP.
Source: draft-ietf-httpapi-idempotency-key-header; docs/decisions/0009-links-a-partner-sends.md.
"""
