// The header: navigation, filters, language, and the watch for a new version. It draws what the server
// says and asks for one thing only: "go to this address". Everything shown is set as text, never as HTML.

const ICONS = {
  overview: "M3 12a9 9 0 1 1 18 0M12 12l4-5M5 18h14",
  targets: "M8 6h12M8 12h12M8 18h12M3 6l1 1 2-2M3 12l1 1 2-2M3 18l1 1 2-2",
  ranking: "M4 20v-7h5v7M9 20V5h6v15M15 20v-9h5v9",
  lagging: "M12 3l10 18H2zM12 10v5M12 18v.5",
  comparing: "M4 4h4v4H4zM10 4h4v4h-4zM16 4h4v4h-4zM4 10h4v4H4zM10 10h4v4h-4zM4 16h4v4H4z",
  forecast: "M3 17l6-6 4 3M13 14l8-9M13 14l8 2M21 5v11",
  unit: "M4 21V8l8-5 8 5v13zM9 21v-6h6v6",
  sources: "M4 6c0-4 16-4 16 0s-16 4-16 0v12c0 4 16 4 16 0V6M4 12c0 4 16 4 16 0",
  issues: "M14.5 5.5a4 4 0 0 0-5 5L4 16v4h4l5.5-5.5a4 4 0 0 0 5-5L16 12l-4-4z",
  sending: "M12 16V4M7 9l5-5 5 5M4 15v5h16v-5",
  documents: "M6 3h9l4 4v14H6zM15 3v4h4M9 12h7M9 16h7",
  quick: "M13 3L5 14h6l-1 7 8-11h-6z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  share: "M9 12h6M10 8H7a4 4 0 0 0 0 8h3M14 8h3a4 4 0 0 1 0 8h-3",
  brand: "M5 21V3M5 4h13l-3 4 3 4H5",
};
const POLL_MS = 2500;
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
  if (!filter.steps) return (label.append(select), label);
  const step = (by, sign, name) => {
    const target = select.options[select.selectedIndex + by];
    const button = make("button", { type: "button", "aria-label": name, title: name, disabled: !target }, sign);
    button.addEventListener("click", () => choose(target.value));
    return button;
  };
  // The options run from the latest day back, so an earlier day is one further down.
  label.append(make("span", { class: "cd-days" }, step(1, "‹", filter.steps.before), select, step(-1, "›", filter.steps.after)));
  return label;
}

function tab(data, page, kind) {
  const count = data.waiting.page === page.icon && data.waiting.n > 0
    ? make("b", { class: "cd-count", title: data.waiting.label }, String(data.waiting.n)) : null;
  const label = make("span", {}, page.label);
  return make("a", { class: kind, href: page.href, name: "to-" + page.icon + kind, "aria-current": page.current ? "page" : false,
    "aria-label": count ? `${page.label}: ${data.waiting.label}` : false, "data-go": true }, icon(page.icon), label, count);
}

// Four pages are always in sight. The pages one works on stand apart: beside them where there is room, else behind one
// button; on a phone that button holds every page that has no room under the thumb.
function menu(state, data) {
  const nav = make("nav", { class: "cd-nav", "aria-label": data.texts.menu });
  const panel = make("div", { class: "cd-panel-of-pages", id: "cd-panel-of-pages" });
  for (const page of data.pages) {
    if (page.group === "work") { panel.append(tab(data, page, "cd-apart")); continue; }
    nav.append(tab(data, page, page.group === "more" ? "cd-wider" : "cd-always"));
    if (page.group === "more") panel.append(tab(data, page, "cd-narrow"));
  }
  if (data.quick) panel.append(make("a", { class: "cd-narrow", href: data.quick }, icon("quick"), make("span", {}, data.texts.quick)));
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

function quickIcon() {
  const drawn = icon("quick");
  drawn.style.cssText = "width:1.1rem;height:1.1rem";
  return drawn;
}

function draw(state, data) {
  const focused = state.root.contains(document.activeElement) ? document.activeElement.getAttribute("name") : null;
  const nav = menu(state, data);
  const share = make("button", { class: "cd-icon", type: "button", title: data.texts.share, "aria-label": data.texts.share }, icon("share"));
  share.firstChild.style.cssText = "width:1.1rem;height:1.1rem";
  share.addEventListener("click", async () => {
    const link = location.origin + data.permalink;
    try { await navigator.clipboard.writeText(link); say(data.texts.copied); } catch { prompt(data.texts.share, link); }
  });
  state.live = make("span", { class: "cd-live", role: "status" }, make("i"), make("span"));
  const top = make("header", { class: "cd-top" },
    make("a", { class: "cd-brand", href: data.home, "data-go": true }, icon("brand"), data.texts.brand),
    nav,
    make("div", { class: "cd-side" }, state.live,
      data.quick ? make("a", { class: "cd-icon", href: data.quick, title: data.texts.quick, "aria-label": data.texts.quick }, quickIcon()) : null, share,
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
  state.root.replaceChildren(top, ...(data.filters.length ? [summary, filters] : []), make("div", { class: "cd-busy", "aria-hidden": "true" }));
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

function show(state, kind, words) {
  state.live.dataset.state = kind;
  state.live.title = words;
  state.live.lastChild.textContent = words;
}

async function poll(state) {
  const data = state.data;
  if (!data.campaign || document.hidden) return;
  try {
    const answer = await fetch(`/api/version/${encodeURIComponent(data.campaign)}`, { cache: "no-store", signal: AbortSignal.timeout(4000) });
    const now = await answer.json();
    if (state.data !== data) return; // the page moved on while we asked
    const age = now.scheduler_age_seconds;
    const quiet = age === null || age > data.quiet_after_seconds;
    show(state, quiet ? "quiet" : "live", quiet ? data.texts.quiet : data.texts.live);
    const seen = `${now.version}|${now.as_of}|${now.failing}`;
    if (answer.ok && seen !== data.seen && seen !== state.asked) {
      state.asked = seen; // one rerun a change, however long it takes
      state.send("version", seen);
    }
  } catch {
    if (state.data === data) show(state, "lost", data.texts.lost);
  }
}

async function copy(button) {
  try { await navigator.clipboard.writeText(button.dataset.copy); say(button.dataset.said); } catch { prompt(button.textContent, button.dataset.copy); }
}

function follow(event) {
  const copied = event.target.closest?.("[data-copy]");
  if (copied) copy(copied);
  const link = event.target.closest?.("a[href^='/']:not([href^='/xem'])"); // a plain page is no page of this application
  if (!link || !listening || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.target) return;
  event.preventDefault();
  go(listening, link.getAttribute("href"));
}

export default function chrome({ data, parentElement, setTriggerValue }) {
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
    state.wake = () => { if (!document.hidden) poll(state); };
    document.addEventListener("visibilitychange", state.wake);
  }
  listening = state;
  state.send = setTriggerValue;
  state.root.removeAttribute("data-busy");
  document.documentElement.lang = data.lang;
  const moved = state.data && state.data.page !== data.page;
  state.data = data;
  if (moved) { state.open = state.menu = false; document.getElementById("stMain")?.scrollTo(0, 0); }
  draw(state, data);
  watchWidgets(state);
  show(state, data.quiet ? "quiet" : "live", data.quiet ? data.texts.quiet : data.texts.live);
  return () => {
    clearInterval(state.timer);
    state.widgets?.disconnect();
    document.removeEventListener("click", follow);
    document.removeEventListener("click", state.outside);
    document.removeEventListener("visibilitychange", state.wake);
    states.delete(parentElement);
  };
}
