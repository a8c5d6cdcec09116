"""Throttling: how often one may try.

Owns: the buckets that count attempts.
Promises: an attempt is charged before it is checked, in one statement, so that fifty guesses sent
at once are fifty guesses; a wait is never over a minute, and nobody is locked out for good.
Does not: know what is tried; a bucket is a keyed fingerprint.
Source: NIST SP 800-63B section 5.2.2; ASVS 5.0 6.1.1 (no malicious lock-out).
"""
