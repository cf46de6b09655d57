"""The way in: plain routes drawn by the server, without a script."""
