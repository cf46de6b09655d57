"""The shell that touches clock, network and files: extract, check, load, publish."""
