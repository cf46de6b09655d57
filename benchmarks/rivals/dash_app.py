"""The overview as a Dash application of the usual make: dropdowns, cards, a burn-up, bars and a table.

Run by another environment than the project's (`gunicorn dash_app:server`); CANDICH_ROWS names the CSV.
"""

import os

import pandas as pd
import plotly.graph_objects as go
from dash import Dash, Input, Output, dash_table, dcc, html

ROWS = pd.read_csv(os.environ["CANDICH_ROWS"], dtype={"code": str}, keep_default_na=False, na_values={"target": ""})
DAYS = sorted(ROWS["day"].unique())
TOP = ROWS[ROWS["level"] == "province"]["name"].iloc[0]
DISTRICTS = sorted(ROWS[ROWS["level"] == "district"]["name"].unique())

app = Dash(__name__, title="Tiến độ")
server = app.server
app.layout = html.Div([
    html.H1(id="headline"),
    dcc.Dropdown(DAYS, DAYS[8], id="day", clearable=False),
    dcc.Dropdown([TOP, *DISTRICTS], TOP, id="within", clearable=False),
    html.Div(id="cards", style={"display": "grid", "gridTemplateColumns": "repeat(4, 1fr)"}),
    dcc.Graph(id="burnup"),
    dcc.Graph(id="bars"),
    html.Div(id="units"),
])  # fmt: skip


@app.callback(
    Output("headline", "children"),
    Output("cards", "children"),
    Output("burnup", "figure"),
    Output("bars", "figure"),
    Output("units", "children"),
    Input("day", "value"),
    Input("within", "value"),
)
def show(day: str, within: str) -> tuple[object, ...]:
    """Return everything of one day within one unit."""
    here = ROWS[ROWS["name"].eq(within) & ROWS["level"].isin(["province", "district"])]
    now = here[here["day"].eq(day)].iloc[0]
    late = now["expected"] - now["done"]
    cards = [
        html.Div([html.H3(name), html.B(f"{value:,.0f}")])
        for name, value in (("Đã làm", now["done"]), ("Chỉ tiêu", now["target"]), ("Còn lại", now["remaining"]),
                            ("Trong ngày", now["done_today"]))
    ]  # fmt: skip
    past = here[here["day"].le(day)]
    burnup = go.Figure([go.Scatter(x=past["day"], y=past["done"], name="Đã làm"),
                        go.Scatter(x=here["day"], y=here["expected"], name="Kế hoạch")])  # fmt: skip
    below = ROWS[ROWS["day"].eq(day) & ROWS["district"].eq(within)].sort_values("share")
    bars = go.Figure(go.Bar(x=below["share"], y=below["name"], orientation="h"))
    leaves = ROWS[ROWS["day"].eq(day) & ROWS["level"].eq("commune")]
    if within != TOP:
        leaves = leaves[leaves["district"].eq(within)]
    table = dash_table.DataTable(
        leaves[["name", "district", "target", "done", "remaining", "share", "status"]].to_dict("records"),
        page_size=100, sort_action="native",
    )  # fmt: skip
    return f"{within} {day}: {'chậm' if late > 0 else 'vượt'} {abs(late):,.0f}", cards, burnup, bars, table
