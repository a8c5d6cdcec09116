"""What the speed is, as ratios measured in one run; see README.md."""
