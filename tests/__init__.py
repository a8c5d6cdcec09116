"""The tests: they mirror the source, and each name is a promise."""
