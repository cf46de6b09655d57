"""The commands that keep the data: backup, restore, rollback, rebuild; each leaves word in the audit log."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from access.audit import What
from campaign.configuration import Configuration
from etl.audited import by_command


def run(asked: argparse.Namespace, config: Configuration) -> dict[str, Any]:
    """Do what was asked for and return what became of it."""
    done: Callable[[argparse.Namespace, Configuration], dict[str, Any]] = _COMMANDS[asked.command]
    return done(asked, config)


def _backup(asked: argparse.Namespace, config: Configuration) -> dict[str, Any]:
    from etl.backup import backup  # noqa: PLC0415 - each command loads only what it needs

    made = backup(config, asked.out)
    by_command(config, What.BACKUP, file=asked.out.name, files=made["files"])
    return made


def _restore(asked: argparse.Namespace, config: Configuration) -> dict[str, Any]:
    from etl.backup import restore  # noqa: PLC0415 - each command loads only what it needs

    done = restore(config, asked.file)
    versions = [f"{campaign} {version}" for campaign, version in done["campaigns"].items()]
    by_command(config, What.RESTORE, file=asked.file.name, versions=versions, differing=len(done["differing"]))
    return done


def _rollback(asked: argparse.Namespace, config: Configuration) -> dict[str, Any]:
    from etl.publishing import known_campaign, rollback  # noqa: PLC0415 - each command loads only what it needs

    campaign = known_campaign(config, asked.campaign)
    version, was = rollback(config, campaign, asked.to)
    by_command(config, What.ROLLBACK, campaign.id, version=version, was=was)
    return {"campaign": campaign.id, "version": version, "was": was}


def _rebuild(asked: argparse.Namespace, config: Configuration) -> dict[str, Any]:
    from etl.forecasting import after_publishing  # noqa: PLC0415 - each command loads only what it needs
    from etl.publishing import known_campaign  # noqa: PLC0415
    from etl.replay import rebuild  # noqa: PLC0415
    from etl.showing import load_demo  # noqa: PLC0415

    campaign = known_campaign(config, asked.campaign)
    load_demo(config)
    version = rebuild(config, campaign)
    by_command(config, What.REBUILD, campaign.id, version=version)
    after_publishing(config, campaign.id, past=True)
    return {"campaign": campaign.id, "version": version}


_COMMANDS: dict[str, Callable[[argparse.Namespace, Configuration], dict[str, Any]]] = {
    "backup": _backup,
    "restore": _restore,
    "rollback": _rollback,
    "rebuild": _rebuild,
}
