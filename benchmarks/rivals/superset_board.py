"""The overview as a Superset dashboard, made through its own REST API: numbers, a burn-up, bars, a table, a filter."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path
from typing import Any

import httpx

USER = "admin"
DAY = "2025-01-09"
LEAVES = "level = 'commune'"
NUMBERS = {
    "Đã làm": "SUM(done)",
    "Chỉ tiêu": "SUM(target)",
    "Còn lại": "SUM(remaining)",
    "Trong ngày": "SUM(done_today)",
}
CHARTS = len(NUMBERS) + 3


def base_of(rows: Path, base: Path) -> None:
    """Put the rows into an SQLite base."""
    base.unlink(missing_ok=True)
    kinds = {"day": "DATE", "target": "INTEGER", "done": "INTEGER", "expected": "REAL", "done_today": "INTEGER",
             "due_today": "INTEGER", "remaining": "INTEGER", "share": "REAL"}  # fmt: skip
    with rows.open(encoding="utf-8", newline="") as file, sqlite3.connect(base) as line:
        reader = csv.reader(file)
        names = next(reader)
        columns = ", ".join(f"{name} {kinds.get(name, 'TEXT')}" for name in names)
        line.execute(f"CREATE TABLE progress ({columns})")
        marks = ", ".join("?" * len(names))
        line.executemany(f"INSERT INTO progress VALUES ({marks})", reader)  # noqa: S608 - marks only


def _metric(label: str, sql: str) -> dict[str, str]:
    return {"expressionType": "SQL", "sqlExpression": sql, "label": label}


def _where(sql: str) -> dict[str, str]:
    return {"clause": "WHERE", "expressionType": "SQL", "sqlExpression": sql}


def _charts() -> list[tuple[str, dict[str, Any]]]:
    """Return (name, form data) of every chart."""
    on_day = [_where(f"{LEAVES} AND day = '{DAY}'")]
    found: list[tuple[str, dict[str, Any]]] = [
        (name, {"viz_type": "big_number_total", "metric": _metric(name, sql), "adhoc_filters": on_day})
        for name, sql in NUMBERS.items()
    ]
    burnup = {
        "viz_type": "echarts_timeseries_line", "x_axis": "day", "time_grain_sqla": "P1D", "groupby": [],
        "metrics": [_metric("Đã làm", "SUM(done)"), _metric("Kế hoạch", "SUM(expected)")],
        "adhoc_filters": [_where(LEAVES)], "row_limit": 1000,
    }  # fmt: skip
    bars = {
        "viz_type": "echarts_timeseries_bar", "x_axis": "district", "groupby": [], "orientation": "horizontal",
        "metrics": [_metric("Tỷ lệ", "SUM(done) * 1.0 / SUM(target)")], "adhoc_filters": on_day, "row_limit": 1000,
    }  # fmt: skip
    table = {
        "viz_type": "table", "query_mode": "raw", "row_limit": 1000, "page_length": 100, "adhoc_filters": on_day,
        "all_columns": ["name", "district", "target", "done", "remaining", "share", "status"],
    }  # fmt: skip
    return [*found, ("Lũy kế", burnup), ("Huyện", bars), ("Đơn vị", table)]


def build(url: str, base: Path) -> str:
    """Make the dashboard on a running Superset, once, and return its path."""
    with httpx.Client(base_url=url, timeout=60) as line:
        said = {"username": USER, "password": USER, "provider": "db", "refresh": True}
        token = line.post("/api/v1/security/login", json=said).raise_for_status().json()["access_token"]
        line.headers["Authorization"] = f"Bearer {token}"

        known = line.get("/api/v1/dashboard/").raise_for_status().json()["result"]
        if known:
            return f"/superset/dashboard/{known[0]['id']}/"

        def post(path: str, **content: object) -> int:
            answer = line.post(path, json=content)
            if answer.is_error:
                raise RuntimeError(f"{path}: {answer.text}")
            return int(answer.json()["id"])

        database = post("/api/v1/database/", database_name="rows", sqlalchemy_uri=f"sqlite:///{base}")
        dataset = post("/api/v1/dataset/", database=database, table_name="progress")
        charts = [
            post("/api/v1/chart/", slice_name=name, viz_type=form["viz_type"], datasource_id=dataset,
                 datasource_type="table", params=json.dumps(form | {"datasource": f"{dataset}__table"}))
            for name, form in _charts()
        ]  # fmt: skip
        places, settings = json.dumps(_places(charts)), json.dumps(_settings(dataset, charts))
        board = post("/api/v1/dashboard/", dashboard_title="Tiến độ", published=True, position_json=places,
                     json_metadata=settings)  # fmt: skip
        for chart in charts:
            line.put(f"/api/v1/chart/{chart}", json={"dashboards": [board]}).raise_for_status()
        return f"/superset/dashboard/{board}/"


def _places(charts: list[int]) -> dict[str, Any]:
    """Return where each chart stands: the numbers in one row, then the burn-up and the bars, then the table."""
    rows = [charts[:4], charts[4:6], charts[6:]]
    names = [f"ROW-{number}" for number in range(len(rows))]
    found: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": names, "parents": ["ROOT_ID"]},
    }
    for name, row in zip(names, rows, strict=True):
        children = [f"CHART-{chart}" for chart in row]
        found[name] = {"type": "ROW", "id": name, "children": children, "parents": ["ROOT_ID", "GRID_ID"],
                       "meta": {"background": "BACKGROUND_TRANSPARENT"}}  # fmt: skip
        for chart in row:
            found[f"CHART-{chart}"] = {
                "type": "CHART", "id": f"CHART-{chart}", "children": [], "parents": ["ROOT_ID", "GRID_ID", name],
                "meta": {"chartId": chart, "width": 12 // len(row), "height": 20 if len(row) > 2 else 50},  # noqa: PLR2004
            }  # fmt: skip
    return found


def _settings(dataset: int, charts: list[int]) -> dict[str, Any]:
    """Return the dashboard's one filter: the district."""
    one = {
        "id": "NATIVE_FILTER-district", "name": "Huyện", "filterType": "filter_select", "type": "NATIVE_FILTER",
        "targets": [{"datasetId": dataset, "column": {"name": "district"}}], "defaultDataMask": {"filterState": {}},
        "controlValues": {"multiSelect": False, "enableEmptyFilter": False, "defaultToFirstItem": False},
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []}, "cascadeParentIds": [], "chartsInScope": charts,
    }  # fmt: skip
    return {"native_filter_configuration": [one], "chart_configuration": {}, "color_scheme": ""}
