"""Access: accounts, sessions, grants and the audit log. It knows no figure, and nothing of the web."""
