"""The tree over everything that was ever logged.

Owns: the stored nodes, the signed checkpoints, the proofs; the turn of the one writer.
Promises: a leaf keeps its position for ever; a head that was signed is the beginning of every
later one; a checkpoint is on disk before anybody can read it.
Does not: know what a leaf means (`receipts`), nor hash or sign by itself (`base.merkle`, `keys`).
Source: RFC 9162 sections 2.1 and 4.10; docs/receipts.md.
"""
