"""Core: what a campaign is and what its numbers mean; no I/O, no clock."""
