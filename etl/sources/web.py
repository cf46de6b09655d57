"""An address on the web as a source: CSV, workbooks or JSON, in one answer or in pages, each kept as it came.

Pagination is written here, on httpx's own reading of Link headers and JMESPath: dlt's RESTClient was looked at first,
but it holds whole answers in memory (no limit on their size), lets configured headers follow a redirect to another
host, and brings two dozen packages and a second of start-up for what are forty lines here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from email.message import Message
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import httpx

from campaign.configuration import Configuration, Source
from campaign.errors import ConfigError, ContractError, SourceError
from etl.opening import KINDS
from etl.reading import JSON, looks_like_page, table_of
from etl.reading_json import search
from etl.sources.arrival import Arrival, Fetched, note, recall
from etl.sources.client import Answer, Client
from etl.sources.environment import Environment

TYPES = {
    "application/json": ".json",
    "text/csv": ".csv",
    "application/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/zip": ".zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-excel.sheet.macroenabled.12": ".xlsm",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
}
ANSWER = "answer"
LONGEST_STEM = 50  # characters, of four bytes at most: a file system takes 255


def fetch(config: Configuration, source: Source, scratch: Path) -> Fetched:
    """Fetch what a source answers now into `scratch`; nothing new when it is what was last taken.

    Raises SourceError for what cannot be had, ConfigError for what is set wrongly, ContractError for pages that cannot
    be followed; what had come by then lies in `scratch`.
    """
    environment = Environment(source)
    url = environment.expand(source.url or "", "url")
    where = f"source {source.name}: {shown(source.url or '')}"
    known = recall(config, "fetched", source)
    with Client(source, environment, where) as client:
        address = _with_params(url, _params(source, environment), where)
        answers = list(_pages(source, client, address, scratch, _conditions(source, known)))
    if any(one.body is None for one in answers):
        return Fetched()
    arrivals = [Arrival.of(one.body) for one in answers if one.body is not None]
    state = {"sha256": [one.sha256 for one in arrivals], "asked": _asked(source), **_validators(answers)}
    if known.get("sha256") == state["sha256"]:
        note(config, "fetched", source, state)
        return Fetched()
    return Fetched(arrivals, where=where, whole=True, remember=lambda _: note(config, "fetched", source, state))


def shown(url: str) -> str:
    """Return an address as messages may show it: as configured, without its query and whoever's password it has."""
    if url.startswith("env:"):
        return url
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" if parts.netloc else url.partition("?")[0]


def _params(source: Source, environment: Environment) -> dict[str, str]:
    given = {name: environment.expand(str(value), f"params.{name}") for name, value in source.params.items()}
    paging = source.pagination
    if paging is not None and paging.size is not None and paging.size_param is not None:
        given[paging.size_param] = str(paging.size)
    return given


def _with_params(url: str, params: dict[str, str], where: str) -> httpx.URL:
    try:
        return httpx.URL(url).copy_merge_params(params)
    except (httpx.InvalidURL, ValueError):
        raise ConfigError(f"{where}: url", "is no address", "one like https://… was expected") from None


def _asked(source: Source) -> str:
    """Return a hash of what is asked for: an ETag of another address says nothing."""
    content = source.model_dump_json(include={"url", "params", "http_headers", "format"})
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _conditions(source: Source, known: dict[str, Any]) -> dict[str, str]:
    """Return the headers by which a server may say that nothing has changed; of pages, one tells nothing of others."""
    if source.pagination is not None or known.get("asked") != _asked(source):
        return {}
    names = {"etag": "If-None-Match", "modified": "If-Modified-Since"}
    return {header: str(known[name]) for name, header in names.items() if known.get(name)}


def _validators(answers: list[Answer]) -> dict[str, str | None]:
    headers = answers[0].headers
    return {"etag": headers.get("ETag"), "modified": headers.get("Last-Modified")}


def _pages(
    source: Source, client: Client, address: httpx.URL, scratch: Path, conditions: dict[str, str]
) -> Iterator[Answer]:
    """Yield each answer, its body in a file named for what it is, until there is no next page."""
    paging, where = source.pagination, client.where
    known: set[str] = set()
    following = _counted(source, address, 1)
    for number in range(1, (paging.most if paging else 1) + 1):
        client.where = f"{where}, page {number}" if number > 1 else where
        answer = _named(source, client.get(following, scratch / ANSWER, conditions), number, client.where)
        yield answer
        if paging is None or answer.body is None:
            return
        further = _next(source, answer, number, address, client.where)
        if further is None:
            return
        following = further
        digest = Arrival.of(answer.body).sha256 if paging.kind != "next" else str(following)
        if digest in known:
            found = "is the same as a page before it" if paging.kind != "next" else "links to a page before it"
            raise SourceError(client.where, found, "mend the key pagination, or the server")
        known.add(digest)
    raise SourceError(where, f"has more than {paging.most if paging else 1} pages", "raise pagination.most if it may")


def _counted(source: Source, address: httpx.URL, number: int) -> httpx.URL:
    """Return the address of a page that is asked for by its number or its offset."""
    paging = source.pagination
    if paging is None or paging.kind == "next":
        return address
    step = (paging.size or 1) if paging.kind == "offset" else 1
    first = paging.first if paging.first is not None else (0 if paging.kind == "offset" else 1)
    return address.copy_set_param(paging.param or paging.kind, str(first + (number - 1) * step))


def _next(source: Source, answer: Answer, number: int, address: httpx.URL, where: str) -> httpx.URL | None:
    """Return where the page after this one is; None after the last."""
    paging = source.pagination
    if paging is None or answer.body is None:
        return None
    if paging.kind == "next":
        return _linked(source, answer, where)
    records = len(table_of(answer.body, f"{where} {answer.body.name}", source).rows)
    last = records == 0 or (paging.size is not None and records < paging.size)
    return None if last else _counted(source, address, number + 1)


def _linked(source: Source, answer: Answer, where: str) -> httpx.URL | None:
    """Return what a page links to as the next one: in its JSON, or in its Link header."""
    paging = source.pagination
    if paging is not None and paging.next is not None and answer.body is not None:
        if answer.body.suffix != JSON:
            raise ContractError(where, f"is {answer.body.suffix}", "pagination.next was expected to find JSON")
        try:
            document = json.loads(answer.body.read_bytes())
        except (ValueError, RecursionError) as problem:
            raise ContractError(where, f"is not valid JSON ({problem})", "mend what the source sends") from None
        link = search(paging.next, document, f"source {source.name}: pagination.next")
    else:
        link = httpx.Response(200, headers=answer.headers).links.get("next", {}).get("url")
    if not link:
        return None
    if not isinstance(link, str):
        raise ContractError(where, f"has no link at {paging.next if paging else ''!r}", "an address was expected")
    try:
        following = answer.url.join(link)
    except (httpx.InvalidURL, ValueError):
        following = httpx.URL()
    if following.scheme not in {"http", "https"} or not following.host:
        raise ContractError(where, "links to a next page that is no address", "mend the server, or pagination.next")
    if answer.url.scheme == "https" and following.scheme != "https":
        raise SourceError(where, "links to a next page without https", "mend the server")
    return following


def _named(source: Source, answer: Answer, number: int, where: str) -> Answer:
    """Give the body its name: what the server calls it, else its address, with the ending of what it is."""
    if answer.body is None:
        return answer
    content_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    with answer.body.open("rb") as opened:
        start = opened.read(4096)
    called = PurePosixPath(_disposition(answer) or answer.url.path)
    if not start.strip():
        raise ContractError(where, "the answer is empty", "counts were expected")
    known = called.suffix.lower() if called.suffix.lower() in KINDS else None
    suffix = f".{source.format}" if source.format else TYPES.get(content_type) or known
    if looks_like_page(start) and (content_type == "text/html" or suffix is None):
        raise ContractError(where, "answered with a web page, not with data", "is it a sign-in or an error page?")
    if suffix is None:
        found = f"answered with {content_type or 'no Content-Type'}, which may be anything"
        raise ContractError(where, found, "say what it is with the key format")
    stem = re.sub(r"[^\w.-]+", "_", called.stem if known else called.name).strip("._")[:LONGEST_STEM] or source.name
    body = answer.body.with_name(f"{stem}{f'-{number:04d}' if number > 1 else ''}{suffix}")
    return Answer(answer.url, answer.headers, answer.body.replace(body))


def _disposition(answer: Answer) -> str | None:
    message = Message()
    message["Content-Disposition"] = answer.headers.get("Content-Disposition", "")
    name = message.get_filename()
    return PurePosixPath(name.replace("\\", "/")).name if name else None
