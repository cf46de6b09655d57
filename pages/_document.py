"""The one HTML document every page starts from: the framework's own, in our language and with our look.

It also tells the browser to fetch at once what the first words and figures need, instead of one after another.
"""

from __future__ import annotations

import hashlib
import html
import re
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs

from streamlit import file_util

from reporting import palette
from reporting.texts import LANGUAGES, text

ASSETS = Path(__file__).parent / "assets"
STYLE = "candich.css"
PRELOADED = ("Html", "BidiComponent")  # not PlotlyChart: reading its 4.7 MB would hold up the words
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E"
    f"%3Crect width='24' height='24' rx='5' fill='%23{palette.LIGHT['accent'][1:]}'/%3E"
    "%3Cpath d='M7 20V5h11l-2.5 3.5L18 12H7' "
    "fill='none' stroke='%23fff' stroke-width='2' stroke-linejoin='round' stroke-linecap='round'/%3E%3C/svg%3E"
)


@cache
def stylesheet() -> bytes:
    """Return the style of every page as it is served: the colours, then what they colour."""
    return palette.variables().encode() + (ASSETS / STYLE).read_bytes()


@cache
def asset(name: str) -> str:
    """Return the address of a file of pages/assets; it changes with the file, so browsers may keep it."""
    digest = hashlib.sha256(stylesheet() if name == STYLE else (ASSETS / name).read_bytes()).hexdigest()[:12]
    return f"/assets/{name}?v={digest}"


def module(name: str) -> str:
    """Return the script of a component: it only points at a file of ours, so each message stays small."""
    return f"""const ready = import(location.origin + "{asset(name)}");
export default async (component) => (await ready).default(component);
"""


def language_of(query: str, standard: str) -> str:
    """Return the language an address asks for, else the standard one."""
    asked = parse_qs(query).get("lang", [standard])[-1]
    return asked if asked in LANGUAGES else standard


@cache
def document(lang: str) -> str:
    """Return the document pages start from, in one language."""
    folder = Path(file_util.get_static_dir())
    source = (folder / "index.html").read_text(encoding="utf-8")
    chunks = sorted(path.name for path in (folder / "static" / "js").glob("*.js"))
    wanted = [name for name in chunks if name.split(".")[0] in PRELOADED]
    hints = [f'<link rel="modulepreload" href="/static/js/{name}">' for name in wanted]
    hints += [f'<link rel="modulepreload" href="{asset(name)}">' for name in ("chrome.js", "table.js")]
    head = "\n".join(
        [
            f'<link rel="icon" href="{ICON}">',
            f'<link rel="stylesheet" href="{asset(STYLE)}">',
            *(
                f'<link rel="preload" as="font" type="font/ttf" crossorigin href="/fonts/BeVietnamPro-{weight}.ttf">'
                for weight in ("Regular", "SemiBold", "Bold")
            ),
            *hints,
        ]
    )
    source = re.sub(r"<!--.*?-->", "", source, flags=re.DOTALL)
    source = source.replace('<html lang="en">', f'<html lang="{lang}">')
    source = re.sub(r"<title>.*?</title>", f"<title>{html.escape(text('app.name', lang))}</title>", source)
    source = re.sub(r'<link\s+rel="shortcut icon"[^>]*>', "", source)
    source = re.sub(r'<link\s+rel="preload"[^>]*>', "", source)
    source = re.sub(r'<link\s+rel="service-desc"[^>]*>', "", source)
    source = re.sub(r"<script>.*?</script>", "", source, flags=re.DOTALL)
    noscript = f"<noscript><p>{html.escape(text('app.noscript', lang))}</p></noscript>"
    source = re.sub(r"<noscript>.*?</noscript>", lambda _: noscript, source, flags=re.DOTALL)
    splash = f'<div class="cd-splash" aria-hidden="true">{html.escape(text("app.loading", lang))}</div>'
    source = source.replace('<div id="root">', f'{splash}<div id="root">')
    source = source.replace("./static/", "/static/")
    return source.replace("</head>", f"{head}\n</head>", 1)


def not_found(query: str, standard: str) -> str:
    """Return the page shown for an address that leads nowhere, with a way back."""
    lang = language_of(query, standard)
    title, says = text("error.page", lang), text("error.page.says", lang)
    return message(title, says, f"/?lang={lang}", text("button.home", lang), lang)


def message(title: str, says: str, leads_to: str, label: str, lang: str) -> str:
    """Return a page that says one thing and shows one way on."""
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title>"
        f'<link rel="icon" href="{ICON}"><link rel="stylesheet" href="{asset(STYLE)}"></head>'
        f'<body><main class="cd-message"><h1>{html.escape(title)}</h1><p>{html.escape(says)}</p>'
        f'<a class="cd-button" href="{html.escape(leads_to)}">{html.escape(label)}</a>'
        "</main></body></html>"
    )
