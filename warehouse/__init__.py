"""Warehouse: the only SQL and the only duckdb; one file a campaign, a new version a run."""
