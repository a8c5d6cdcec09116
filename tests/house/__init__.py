"""The house's own rules: each is tested, and each is shown to see a planted violation."""
