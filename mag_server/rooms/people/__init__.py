"""People: who may sign in, known by SIRET, nom and prénom.

Owns: the persons, their names as registered and as aliases, their roles and their state.
Promises: one person per (siret, key of the nom, key of the prénom); a `sub` is never derived
from them and never changes; a name typed otherwise but with the same letters is the same name.
Does not: check a password, open a session, guess an abbreviation or a transliteration.
Source: docs/identifiers.md; requirements A-02, D-22, B-01 to B-05, B-17; readings 1 and 2.
"""
