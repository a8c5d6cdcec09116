"""The audit: who did what, and when.

Owns: the append-only list of administrative and security acts.
Promises: an entry is written in the transaction of its act, and never changed.
Does not: hold a personal value in clear, nor serve as evidence.
Source: CNIL deliberation 2021-122 on logging.
"""
