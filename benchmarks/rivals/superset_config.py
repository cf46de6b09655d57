"""Superset as its documentation runs it on one machine: gunicorn, a metadata base of its own, caches in memory."""

import os

SECRET_KEY = "a-benchmark-on-one-machine-only-000000000000"  # noqa: S105 - of a server that lives for a minute
SQLALCHEMY_DATABASE_URI = f"sqlite:///{os.environ['CANDICH_RIVAL']}/superset.db"
PREVENT_UNSAFE_DB_CONNECTIONS = False
TALISMAN_ENABLED = False
WTF_CSRF_ENABLED = False
CACHE_CONFIG = {"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": 86400}
DATA_CACHE_CONFIG = CACHE_CONFIG
FILTER_STATE_CACHE_CONFIG = CACHE_CONFIG
EXPLORE_FORM_DATA_CACHE_CONFIG = CACHE_CONFIG
