"""Companies: the numbers that name a company and its establishments.

Owns: reading a SIREN or a SIRET as people type and paste it, and saying why one is refused.
Promises: a `Siret` holds fourteen ASCII digits; outside the demonstration its keys are right.
Does not: ask any register whether the company exists, nor say so to the person.
Source: docs/identifiers.md; requirements A-02, A-30, C-25, C-31.
"""
