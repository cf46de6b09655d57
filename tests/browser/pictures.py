"""Reference pictures: how a page is photographed so that only its look counts, and how two pictures are compared."""

import getpass
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from PIL import Image, ImageChops
from playwright.sync_api import Page

FOLDER = Path(__file__).parent / "pictures"
COLOURS = 128  # a palette keeps a page at 20 to 80 kB
SHRUNK = 4  # both are compared at a quarter of their size: how a machine smooths its letters does not count
LEVELS = 20  # of 255: the palette alone makes 5
MOST_CHANGED = 0.001  # of the shrunk picture
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none", "--disable-lcd-text",
    "--force-color-profile=srgb", "--hide-scrollbars",
]  # fmt: skip
# Everything that moves stands still, and signs that the machine's own fonts would draw are drawn by none.
STILL = """
*, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent !important; }
.cd-brief summary::after, .cd-heat td::before, .cd-heat-key i::before { content: "" !important; }
.cd-count, .cd-live { visibility: hidden; }
iframe, [data-testid=stImage] { visibility: hidden; }
"""
OWN_FONT = "body, body * { font-family: 'Be Vietnam Pro' !important; }"
FACES = "".join(
    f"@font-face {{ font-family: 'Be Vietnam Pro'; font-weight: {weight}; "
    f"src: url('/fonts/BeVietnamPro-{name}.ttf'); }}"
    for weight, name in ((400, "Regular"), (500, "Medium"), (600, "SemiBold"), (700, "Bold"))
)
# Clock times, the days around today, how long ago that is, who runs this and what is drawn by lot become one and the
# same; signs outside the letters become a plain stroke.
MASK = """([days, user]) => {
  const told = (words) => days.reduce((said, day) => said.replaceAll(day, day.replace(/[0-9]/g, "0")), words)
    .replace(/\\b[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?\\b/g, "00:00")
    .replace(/(Còn|Đã kết thúc) [0-9.]+ ngày/g, "$1 0 ngày")
    .replace(/[0-9]{8}T[0-9]{6}[.][0-9]+Z/g, "0")
    .replace(/\\b[0-9a-f]{12,}\\b/g, "0")
    .replaceAll(user + " (", "ai đó (")
    .replace(/[\\u2190-\\u2bff\\u{1f000}-\\u{1faff}]/gu, "-");
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (node.parentElement.closest("script, style")) continue;
    const said = told(node.data);
    if (said !== node.data) node.data = said;
  }
  for (const input of document.querySelectorAll("input")) if (input.value) input.value = told(input.value);
}"""


def around_today() -> list[str]:
    """Return how the days around this one are written, the longest way first."""
    now = datetime.now(UTC).astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    days = [now + timedelta(days=by) for by in (-1, 0, 1)]
    return [day.strftime(written) for written in ("%d/%m/%Y", "%Y-%m-%d", "%Y/%m/%d") for day in days]


def photographed(page: Page, *, own_font: bool = False) -> Image.Image:
    """Return a page as it stands, once it stands still."""
    page.add_style_tag(content=STILL + (FACES + OWN_FONT if own_font else ""))
    page.evaluate("document.fonts.ready")
    page.evaluate("Promise.all([...document.images].map((one) => one.decode().catch(() => null)))")
    before = b""
    for _ in range(20):
        page.evaluate(MASK, [around_today(), getpass.getuser()])
        taken = page.screenshot(animations="disabled", caret="hide")
        if taken == before:
            break
        before = taken
        page.wait_for_timeout(250)
    return Image.open(io.BytesIO(taken)).convert("RGB")


def small(picture: Image.Image) -> Image.Image:
    """Return a picture as it is kept: few colours, the most frequent as they are, the rare ones as near as can be."""
    spread = picture.quantize(COLOURS // 2, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).getpalette()
    dots = np.asarray(picture, dtype=np.int32).reshape(-1, 3)
    found, which, counts = np.unique(dots, axis=0, return_inverse=True, return_counts=True)
    frequent = found[np.argsort(-counts)][: COLOURS // 2]
    known = np.concatenate([frequent, np.array(spread, dtype=np.int32).reshape(-1, 3)[: COLOURS // 2]])
    nearest = np.array([np.abs(known - colour).sum(axis=1).argmin() for colour in found], dtype=np.uint8)
    kept = Image.fromarray(nearest[which.ravel()].reshape(picture.height, picture.width), "P")
    kept.putpalette(known.astype(np.uint8).tobytes())
    return kept


def changed(kept: Image.Image, taken: Image.Image) -> tuple[float, Image.Image]:
    """Return which share of a picture has changed, and where: white on black."""
    if kept.size != taken.size:
        return 1.0, taken
    one, other = (picture.convert("RGB").reduce(SHRUNK) for picture in (kept, taken))
    strongest = ImageChops.difference(one, other)
    bands = strongest.split()
    most = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    where = most.point(lambda level: 255 if level > LEVELS else 0)
    return where.histogram()[255] / (where.width * where.height), where


def named(name: str) -> Path:
    """Return where the picture of a name is kept."""
    return FOLDER / f"{re.sub(r'[^a-z0-9]+', '-', name)}.png"
