"""The way in and out: plain pages without script, as nobody has signed in when they are shown."""
