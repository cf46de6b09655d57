// The header: navigation, filters, language, and the watch for a new version. It draws what the server
// says and asks for one thing only: "go to this address". Everything shown is set as text, never as HTML.

const ICONS = {
  overview: "M3 12a9 9 0 1 1 18 0M12 12l4-5M5 18h14",
  targets: "M8 6h12M8 12h12M8 18h12M3 6l1 1 2-2M3 12l1 1 2-2M3 18l1 1 2-2",
  ranking: "M4 20v-7h5v7M9 20V5h6v15M15 20v-9h5v9",
  lagging: "M12 3l10 18H2zM12 10v5M12 18v.5",
  comparing: "M4 4h4v4H4zM10 4h4v4h-4zM16 4h4v4h-4zM4 10h4v4H4zM10 10h4v4h-4zM4 16h4v4H4z",
  map: "M9 4L3 6v14l6-2 6 2 6-2V4l-6 2zM9 4v14M15 6v14",
  forecast: "M3 17l6-6 4 3M13 14l8-9M13 14l8 2M21 5v11",
  same_day: "M3 20c6 0 8-13 18-14M3 20c9 0 11-6 18-7",
  campaigns: "M4 4h7v7H4zM14 4h6v7h-6zM4 14h7v6H4zM14 14h6v6h-6z",
  find: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l5 5",
  unit: "M4 21V8l8-5 8 5v13zM9 21v-6h6v6",
  sources: "M4 6c0-4 16-4 16 0s-16 4-16 0v12c0 4 16 4 16 0V6M4 12c0 4 16 4 16 0",
  issues: "M14.5 5.5a4 4 0 0 0-5 5L4 16v4h4l5.5-5.5a4 4 0 0 0 5-5L16 12l-4-4z",
  sending: "M12 16V4M7 9l5-5 5 5M4 15v5h16v-5",
  documents: "M6 3h9l4 4v14H6zM15 3v4h4M9 12h7M9 16h7",
  audit: "M5 3h14v18H5zM9 8h6M9 12h6M9 16h4",
  account: "M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4.5 3.5-7 8-7s8 2.5 8 7",
  quick: "M13 3L5 14h6l-1 7 8-11h-6z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  share: "M9 12h6M10 8H7a4 4 0 0 0 0 8h3M14 8h3a4 4 0 0 1 0 8h-3",
  brand: "M5 21V3M5 4h13l-3 4 3 4H5",
};
const POLL_MS = 2500;
const SPREAD_MS = 2500; // after the poll, itself at another moment in each browser: all reruns spread over five seconds
const AGAIN_MS = 6_000; // what is asked of a server before the line to it is back is lost; then twice as long, and so on
const MISSES = 2; // one answer that does not come is no lost connection
const states = new WeakMap();
let listening = null; // the state whose links are followed; one header a page

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

function icon(name) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  for (const [key, value] of Object.entries({
    viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": "1.8",
    "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true",
  })) svg.setAttribute(key, value);
  const path = document.createElementNS(ns, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

function go(state, href) {
  state.root.setAttribute("data-busy", "");
  state.send("go", href);
}

function withParams(changes) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value); else query.delete(name);
  }
  const text = query.toString();
  return location.pathname + (text ? "?" + text : "");
}

function filterBox(state, filter) {
  const select = make("select", { name: filter.name, "aria-label": filter.label, "data-set": filter.set });
  for (const option of filter.options) {
    const node = make("option", { value: option.value });
    node.textContent = option.label;
    node.selected = option.value === filter.value;
    select.append(node);
  }
  const choose = (value) => go(state, withParams({ ...filter.clears, [filter.name]: value === filter.standard ? "" : value }));
  select.addEventListener("change", () => choose(select.value));
  const label = make("label", {}, filter.label);
  if (filter.name === "campaign" && state.data.start) {
    const { href, label: all } = state.data.start;
    return make("div", { class: "cd-beside" }, (label.append(select), label),
      make("a", { class: "cd-icon", href, title: all, "aria-label": all }, small("campaigns")));
  }
  if (!filter.steps) return (label.append(select), label);
  const step = (by, sign, name, said) => {
    const target = select.options[select.selectedIndex + by];
    const button = make("button", { type: "button", name, "aria-label": said, title: said, disabled: !target }, sign);
    button.addEventListener("click", () => choose(target.value));
    return button;
  };
  // The options run from the latest day back, so an earlier day is one further down.
  label.append(make("span", { class: "cd-days" }, step(1, "‹", "day-before", filter.steps.before), select, step(-1, "›", "day-after", filter.steps.after)));
  return select.options.length > 2 ? make("div", { class: "cd-beside" }, label, slider(select, filter.steps.slide, choose)) : label;
}

// The same choice of a day as a slider: what it stands on is seen in the list beside it, and asked for when let go.
function slider(select, said, choose) {
  const last = select.options.length - 1;
  const range = make("input", { type: "range", class: "cd-slide", name: "as_of-slide", min: 0, max: last, step: 1, "aria-label": said, title: said });
  const tell = () => range.setAttribute("aria-valuetext", select.options[last - range.valueAsNumber].label);
  range.value = String(last - select.selectedIndex);
  tell();
  range.addEventListener("input", () => { select.selectedIndex = last - range.valueAsNumber; tell(); });
  range.addEventListener("change", () => choose(select.value));
  return range;
}

function tab(data, page, kind) {
  const count = data.waiting.page === page.icon && data.waiting.n > 0
    ? make("b", { class: "cd-count", title: data.waiting.label }, String(data.waiting.n)) : null;
  const label = make("span", {}, page.label);
  return make("a", { class: kind, href: page.href, name: "to-" + page.icon + kind, "aria-current": page.current ? "page" : false,
    "aria-label": count ? `${page.label}: ${data.waiting.label}` : false, "data-go": true }, icon(page.icon), label, count);
}

// Who is signed in, and the way to his account; or that nobody need be.
function account(data, kind) {
  const { href, label, title } = data.account, parts = [icon("account"), make("span", {}, label)];
  return href ? make("a", { class: kind, href, title, "aria-label": `${title}: ${label}`, target: "_self", name: "account" + kind }, ...parts)
    : make("span", { class: kind + " cd-nobody", title }, ...parts);
}

// Four pages are always in sight. The pages one works on stand apart: beside them where there is room, else behind one
// button; on a phone that button holds every page that has no room under the thumb.
function menu(state, data) {
  const nav = make("nav", { class: "cd-nav", "aria-label": data.texts.menu });
  const panel = make("div", { class: "cd-panel-of-pages", id: "cd-panel-of-pages" });
  for (const page of data.pages) {
    if (page.group === "work") { panel.append(tab(data, page, "cd-apart")); continue; }
    if (page.group !== "linked") nav.append(tab(data, page, page.group === "more" ? "cd-wider" : "cd-always"));
    if (page.group !== "main") panel.append(tab(data, page, "cd-narrow"));
  }
  if (data.quick) panel.append(make("a", { class: "cd-narrow", href: data.quick }, icon("quick"), make("span", {}, data.texts.quick)));
  panel.append(account(data, "cd-narrow"));
  const inside = data.pages.find((page) => page.current && page.group !== "main");
  const button = make("button", { class: "cd-opens-pages", type: "button", name: "cd-opens-pages", "aria-controls": panel.id,
    "data-here": inside ? inside.group : false },
    icon("more"), make("span", { class: "cd-says-work" }, data.texts.work), make("span", { class: "cd-says-more" }, data.texts.more),
    data.waiting.n > 0 ? make("b", { class: "cd-count", title: data.waiting.label }, String(data.waiting.n)) : null);
  const open = (wanted) => {
    state.menu = wanted;
    panel.toggleAttribute("data-open", wanted);
    button.setAttribute("aria-expanded", String(wanted));
  };
  button.addEventListener("click", () => open(!state.menu));
  const box = make("div", { class: "cd-apart-box" }, button, panel);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.menu) { open(false); button.focus(); }
  });
  box.addEventListener("focusout", (event) => { if (event.relatedTarget && !box.contains(event.relatedTarget)) open(false); });
  state.shut = (event) => { if (state.menu && !box.contains(event.target)) open(false); };
  open(Boolean(state.menu));
  nav.append(box);
  return nav;
}

function small(name) {
  const drawn = icon(name);
  drawn.style.cssText = "width:1.1rem;height:1.1rem";
  return drawn;
}

// The box that finds a unit: its script and its list are fetched when somebody first asks for it. On a slow line
// people type on meanwhile, so what they type is kept for the box; Escape gives up.
let typed = null;
async function find(state) {
  const { find: asked } = state.data ?? {};
  if (!asked || typed !== null) return;
  typed = "";
  try {
    const { open } = await import(location.origin + asked.script);
    if (typed !== null) open(asked, (href) => go(state, href), typed);
  } catch { if (typed !== null) say(asked.texts.failed); } finally { typed = null; }
}

function typeAhead(event) {
  if (event.key === "Escape") typed = null;
  else if (event.key === "Backspace") typed = typed.slice(0, -1);
  else if (event.key.length === 1) typed += event.key;
  else return;
  event.preventDefault();
}

const OPENS = ".cd-help[open], .cd-pick[open]"; // what Escape and a click elsewhere shut
const writes = (target) => target.closest?.("input, textarea, select, [contenteditable=true], dialog");

function pressed(event) {
  if (event.key === "Escape") {
    const open = event.target.closest?.(OPENS) ?? document.querySelector(OPENS);
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  }
  if (!listening || event.ctrlKey || event.metaKey || event.altKey || writes(event.target)) return;
  if (typed !== null) { typeAhead(event); return; }
  if (event.key === "/" && localStorage.getItem("cd-find-key") !== "off") { event.preventDefault(); find(listening); }
  if (event.shiftKey && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
    const button = listening.root.querySelector(`[name="day-${event.key === "ArrowLeft" ? "before" : "after"}"]`);
    if (button && !button.disabled) { event.preventDefault(); button.click(); }
  }
}

// A colleague sees the table as it is sorted and searched here; only the browser knows that.
function asShown(permalink) {
  const link = new URL(permalink, location.origin), here = new URLSearchParams(location.search);
  for (const name of ["sort", "find"]) if (here.get(name)) link.searchParams.set(name, here.get(name)); else link.searchParams.delete(name);
  return link.href;
}

function draw(state, data) {
  const focused = state.root.contains(document.activeElement) ? document.activeElement.getAttribute("name") : null;
  const nav = menu(state, data);
  const share = make("button", { class: "cd-icon", type: "button", title: data.texts.share, "aria-label": data.texts.share }, icon("share"));
  share.firstChild.style.cssText = "width:1.1rem;height:1.1rem";
  share.addEventListener("click", async () => {
    const link = asShown(data.permalink);
    try { await navigator.clipboard.writeText(link); say(data.texts.copied); } catch { prompt(data.texts.share, link); }
  });
  const finds = data.find ? make("button", { class: "cd-icon cd-finds", type: "button", name: "find", title: `${data.find.texts.open} (/)`, "aria-label": data.find.texts.open, "aria-keyshortcuts": "/" },
    small("find"), make("span", {}, data.find.texts.open), make("kbd", { "aria-hidden": "true" }, "/")) : null;
  finds?.addEventListener("click", () => find(state));
  state.live = make("span", { class: "cd-live" }, make("i"), make("span"));
  state.stale ??= make("p", { class: "cd-stale", role: "status" });
  const top = make("header", { class: "cd-top" },
    make("a", { class: "cd-brand", href: data.home, "data-go": true }, icon("brand"), data.texts.brand),
    nav,
    make("div", { class: "cd-side" }, account(data, "cd-account"), state.live, finds,
      data.quick ? make("a", { class: "cd-icon", href: data.quick, title: data.texts.quick, "aria-label": data.texts.quick }, small("quick")) : null, share,
      make("a", { class: "cd-icon", href: data.language.href, hreflang: data.language.code, lang: data.language.code, title: data.language.label, "aria-label": data.language.label, "data-go": true }, data.language.short)));
  const filters = make("div", { class: "cd-filters", role: "group", "aria-label": data.texts.filters, "data-open": state.open });
  for (const filter of data.filters) filters.append(filterBox(state, filter));
  const summary = make("button", { class: "cd-summary", type: "button", "aria-expanded": String(state.open) },
    make("span", {}, data.summary), make("b", {}, data.texts.filters + (state.open ? " ▴" : " ▾")));
  summary.addEventListener("click", () => {
    state.open = !state.open;
    filters.toggleAttribute("data-open", state.open);
    summary.setAttribute("aria-expanded", String(state.open));
    summary.lastChild.textContent = data.texts.filters + (state.open ? " ▴" : " ▾");
  });
  state.root.replaceChildren(top, ...(data.filters.length ? [summary, filters] : []), state.stale, make("div", { class: "cd-busy", "aria-hidden": "true" }));
  if (focused) state.root.querySelector(`[name="${CSS.escape(focused)}"]`)?.focus();
}

// The framework names its own widgets in English only; a screen reader hears them in the language of the page.
function relabel(words) {
  for (const button of document.querySelectorAll("[data-testid=stFileUploaderDropzone] button:not([aria-label])")) {
    if (words["file upload"]) button.setAttribute("aria-label", words["file upload"]);
  }
  for (const node of document.querySelectorAll("[aria-label], input[placeholder]")) {
    for (const name of ["aria-label", "placeholder"]) {
      const said = node.getAttribute(name) ?? "";
      const known = Object.hasOwn(words, said) ? words[said]
        : said.startsWith("Remove ") && words.Remove ? `${words.Remove} ${said.slice(7)}` : null;
      if (known && known !== said) node.setAttribute(name, known);
    }
  }
}

function watchWidgets(state) {
  const wanted = Object.keys(state.data.native).length > 0 && ["sending", "issues", "documents"].includes(state.data.page);
  if (!wanted) { state.widgets?.disconnect(); state.widgets = null; return; }
  relabel(state.data.native);
  if (state.widgets) return;
  let due = 0;
  state.widgets = new MutationObserver(() => {
    if (!due) due = requestAnimationFrame(() => { due = 0; if (state.widgets) relabel(state.data.native); });
  });
  state.widgets.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-label"] });
}

function say(words) {
  document.querySelector(".cd-said")?.remove();
  const node = make("div", { class: "cd-said", role: "status" }, words);
  document.body.append(node);
  setTimeout(() => node.remove(), 2500);
}

// How live the page is: in the header a dot and a word, and across the page a sentence when figures may be old.
function show(state, kind) {
  const { texts } = state.data;
  state.live.dataset.state = kind;
  state.live.title = texts[kind];
  state.live.lastChild.textContent = texts[kind];
  const says = texts[kind + "_says"] ?? "";
  if (state.stale.textContent !== says) state.stale.textContent = says; // said once, not at every look
}

function missed(state, data) {
  state.misses = (state.misses ?? 0) + 1;
  if (state.data === data && state.misses >= MISSES) show(state, "lost");
}

async function poll(state) {
  const data = state.data;
  if (!data.campaign || document.hidden) return;
  try {
    const answer = await fetch(`/api/version/${encodeURIComponent(data.campaign)}`, { cache: "no-store", signal: AbortSignal.timeout(4000) });
    if (answer.status === 401) { location.reload(); return; } // signed out: the gate leads to the way in, and back here
    if (!answer.ok) { missed(state, data); return; }
    const now = await answer.json();
    state.misses = 0;
    if (state.data !== data) return; // the page moved on while we asked
    const age = now.scheduler_age_seconds;
    show(state, age === null || age > data.quiet_after_seconds ? "quiet" : "live");
    const seen = `${now.version}|${now.as_of}|${now.failing}`;
    if (seen !== data.seen && (seen !== state.asked || performance.now() > state.again)) {
      state.wait = seen === state.asked ? 2 * state.wait : AGAIN_MS; // one rerun a change, unless it never came
      [state.asked, state.again] = [seen, performance.now() + state.wait];
      clearTimeout(state.due);
      state.due = setTimeout(() => states.get(state.root.parentElement) === state && state.send("version", seen), Math.random() * SPREAD_MS);
    }
  } catch {
    missed(state, data);
  }
}

// New figures replace the words around a reader: what he opened stays open, and what he stands on keeps the focus.
const kept = { open: new Set(), met: new WeakSet(), focus: null };
const unnumbered = (node) => node.textContent.replace(/[\d.,%]+/g, "").trim();

function nameOf(details) {
  const said = (one) => one.className + unnumbered(one.querySelector("summary") ?? one);
  const alike = [...document.querySelectorAll(".stHtml details:not(.cd-pick)")].filter((one) => said(one) === said(details));
  return said(details) + alike.indexOf(details);
}

function opened(event) {
  if (!event.target.matches?.(".stHtml details") || !event.target.isConnected) return;
  kept.met.add(event.target);
  if (event.target.open) kept.open.add(nameOf(event.target)); else kept.open.delete(nameOf(event.target));
}

const alikeFor = (tag, href, said) => [...document.querySelectorAll(`.stHtml ${tag}`)]
  .filter((one) => one.getAttribute("href") === href && unnumbered(one) === said);

function stoodOn(event) {
  const node = event.target;
  if (!node.closest?.(".stHtml")) { kept.focus = null; return; }
  const [tag, href, said] = [node.tagName, node.getAttribute("href"), unnumbered(node)];
  kept.focus = { node, tag, href, said, nth: alikeFor(tag, href, said).indexOf(node) };
}

function keepPlace(records) {
  if (!records.some((one) => one.addedNodes.length && (one.target.closest?.(".stHtml") || [...one.addedNodes].some((node) => node.querySelector?.(".stHtml"))))) return;
  for (const details of document.querySelectorAll(".stHtml details:not(.cd-pick)")) {
    if (kept.met.has(details)) continue;
    kept.met.add(details);
    if (!details.open && kept.open.has(nameOf(details))) details.open = true;
  }
  const was = kept.focus;
  if (!was || was.node.isConnected || (document.activeElement && document.activeElement !== document.body)) return;
  const alike = alikeFor(was.tag, was.href, was.said);
  alike[Math.min(was.nth, alike.length - 1)]?.focus({ preventScroll: true });
}

async function copy(button) {
  try { await navigator.clipboard.writeText(button.dataset.copy); say(button.dataset.said); } catch { prompt(button.textContent, button.dataset.copy); }
}

// A sheet is opened and printed at one click: it has no script of its own that could.
function print(event, sheet) {
  const opened = window.open(sheet.href, "_blank");
  if (!opened) return; // the browser lets no window open by itself: the link still does
  event.preventDefault();
  opened.addEventListener("load", () => opened.print());
}

function follow(event) {
  const sheet = event.target.closest?.("a[data-print]");
  if (sheet && !event.button && !event.metaKey && !event.ctrlKey && !event.shiftKey) print(event, sheet);
  const copied = event.target.closest?.("[data-copy]");
  if (copied) copy(copied);
  for (const open of document.querySelectorAll(OPENS)) if (!open.contains(event.target)) open.open = false;
  const link = event.target.closest?.("a[href^='/']:not([href^='/xem'])"); // a plain page is no page of this application
  if (!link || !listening || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.hasAttribute("target")) return;
  event.preventDefault();
  go(listening, link.getAttribute("href"));
}

export default function chrome({ data: [data], parentElement, setTriggerValue }) {
  let state = states.get(parentElement);
  if (!state) {
    const root = make("div", { style: "position:relative" });
    parentElement.append(root);
    state = { root, open: false };
    states.set(parentElement, state);
    state.timer = setInterval(() => poll(state), POLL_MS);
    document.addEventListener("click", follow);
    state.outside = (event) => state.shut?.(event);
    document.addEventListener("click", state.outside);
    document.addEventListener("keydown", pressed);
    state.wake = () => { if (!document.hidden) poll(state); };
    document.addEventListener("visibilitychange", state.wake);
    document.addEventListener("toggle", opened, true);
    document.addEventListener("focusin", stoodOn);
    state.words = new MutationObserver(keepPlace);
    state.words.observe(document.body, { childList: true, subtree: true });
  }
  listening = state;
  state.send = setTriggerValue;
  state.root.removeAttribute("data-busy");
  document.documentElement.lang = data.lang;
  const moved = state.data && state.data.page !== data.page;
  state.data = data;
  if (moved) { kept.open.clear(); kept.focus = null; state.open = state.menu = false; document.getElementById("stMain")?.scrollTo(0, 0); }
  draw(state, data);
  watchWidgets(state);
  show(state, data.quiet ? "quiet" : "live");
  return () => {
    clearInterval(state.timer);
    clearTimeout(state.due);
    state.words.disconnect();
    document.removeEventListener("toggle", opened, true);
    document.removeEventListener("focusin", stoodOn);
    state.widgets?.disconnect();
    document.removeEventListener("click", follow);
    document.removeEventListener("click", state.outside);
    document.removeEventListener("keydown", pressed);
    document.removeEventListener("visibilitychange", state.wake);
    states.delete(parentElement);
  };
}
