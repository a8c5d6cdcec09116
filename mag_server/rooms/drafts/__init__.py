"""Drafts: what a partner asks of a link, read before anything is made of it.

Owns: the members of a link as the API takes them, and a reason for each one that is refused.
Promises: a value is read strictly or refused, never corrected nor guessed; a target is, exactly,
one that the partner registered; a line is judged alone.
Does not: make a link, look anybody up, or know whether an addressee has an account.
Source: docs/links.md; requirements A-12 to A-18; reading 3.
"""
