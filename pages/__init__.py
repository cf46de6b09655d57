"""The web pages: each asks the figures, computes nothing, and shows."""
