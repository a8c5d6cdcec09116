"""Passwords: the rules, the hashes, the check.

Owns: one Argon2id hash per person, and the policy of what a password may be.
Promises: an unknown person costs the same work as a known one; a password is never kept.
Does not: know who a person is, nor count attempts.
Source: B-33 to B-41; RFC 9106.
"""
