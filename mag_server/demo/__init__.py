"""The demonstration: sample partners and people, and everything started together."""
