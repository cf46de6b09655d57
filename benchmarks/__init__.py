"""Benchmarks: ratios against the bare library in one run; see README.md."""
