"""What the performance figures are measured with: ratios against a floor of the same run, never asserted."""
