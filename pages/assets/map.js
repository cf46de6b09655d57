// The map: one link a unit, with its sign and shade, drawn from what the server says; text is set as text, never as
// HTML. One stop of the Tab key: inside, the arrow keys lead to the unit that lies that way, Enter opens it.

const NS = "http://www.w3.org/2000/svg";
const states = new WeakMap();
const stills = new Map();
const waiting = new Set();
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function draw(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(NS, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
  node.append(...children.filter((child) => child != null && child !== ""));
  return node;
}

function unit(data, said, one, [kind, , told]) {
  const [code, name, area, x, y, , leaf, path] = one;
  const [shade, , words] = said.kinds[kind];
  const link = draw("a", { class: `k-${shade}`, tabindex: -1, href: (leaf ? said.href : said.opens).replace("~unit~", encodeURIComponent(code)),
    "aria-label": [name, data.areas[area], words, told].filter(Boolean).join(", ") });
  link.append(draw("path", { d: path || `M${x} ${y - data.top}${data.hexagon}` }));
  return link;
}

// Signs and figures lie above all places: a neighbour's outline covers none of them.
function written(data, said, [, , , x, y, room], [kind, value]) {
  const [shade, sign] = said.kinds[kind];
  if (room < data.least) return "";
  const size = data.tiles ? 24 : Math.min(Math.max(room * 1.1, 16), 32);
  const shown = value && (data.tiles || room >= 2.5 * data.least);
  return draw("g", { class: `k-${shade}`, "data-small": room < 2 * data.least ? true : null },
    draw("text", { class: shown ? "cd-sign cd-valued" : "cd-sign", x, y, "font-size": size }, sign),
    shown ? draw("text", { class: "cd-value", x, y: y + (data.tiles ? 7 : size * 0.7), "font-size": data.tiles ? 15 : size * 0.62 }, value) : "");
}

function tell(state, index) {
  const { data, said, tip } = state;
  const [, name, area, x, y] = data.places[index];
  const [kind, , told] = said.units[index];
  const [, sign, words] = said.kinds[kind];
  tip.replaceChildren(make("b", {}, name), make("small", {}, data.areas[area] ?? ""), make("span", {}, `${sign} ${words}`), told ? make("span", {}, told) : "");
  tip.style.left = `${(100 * x) / data.w}%`;
  tip.style.top = `${(100 * y) / data.h}%`;
  tip.dataset.side = x < data.w * 0.25 ? "left" : x > data.w * 0.75 ? "right" : "middle";
  tip.dataset.below = String(y < data.h * 0.25);
  tip.hidden = false;
}

function go(state, index) {
  state.links[state.now]?.setAttribute("tabindex", "-1");
  state.now = index;
  state.links[index].setAttribute("tabindex", "0");
}

function nearest(state, [dx, dy]) {
  const { places } = state.data;
  const [x, y] = places[state.now].slice(3, 5);
  let best = -1, least = Infinity;
  places.forEach((one, index) => {
    const along = (one[3] - x) * dx + (one[4] - y) * dy;
    const aside = Math.abs((one[3] - x) * dy) + Math.abs((one[4] - y) * dx);
    const cost = along + 2 * aside;
    if (along > 0 && aside <= 1.8 * along + 1 && cost < least) { least = cost; best = index; }
  });
  return best;
}

function press(state, event) {
  const last = state.links.length - 1;
  const next = WAYS[event.key] ? nearest(state, WAYS[event.key]) : event.key === "Home" ? 0 : event.key === "End" ? last : null;
  if (next === null || event.altKey || event.ctrlKey || event.metaKey) {
    if (event.key === "Escape") state.tip.hidden = true;
    return;
  }
  event.preventDefault();
  if (next >= 0) { go(state, next); state.links[next].focus(); }
}

function paint(state) {
  const { data, said, root } = state;
  const inside = root.contains(document.activeElement) ? state.code : null;
  const drawn = data.places.map((one, index) => unit(data, said, one, said.units[index]));
  state.links = drawn;
  state.tip = make("div", { class: "cd-map-tip", "aria-hidden": "true", hidden: true });
  const svg = draw("svg", { viewBox: `0 0 ${data.w} ${data.h}`, role: "group", "aria-label": said.title, "aria-describedby": "cd-map-hint", "data-values": data.values },
    draw("g", { class: "cd-units" }, ...drawn), draw("path", { class: "cd-borders", d: data.borders }),
    draw("g", { "aria-hidden": "true" }, ...data.places.map((one, index) => written(data, said, one, said.units[index]))));
  drawn.forEach((link, index) => {
    link.addEventListener("pointerenter", (event) => { if (event.pointerType !== "touch") tell(state, index); });
    link.addEventListener("focus", () => { go(state, index); state.code = data.places[index][0]; tell(state, index); });
  });
  svg.addEventListener("pointerleave", () => { state.tip.hidden = true; });
  svg.addEventListener("focusout", () => { state.tip.hidden = true; });
  svg.addEventListener("keydown", (event) => press(state, event));
  const labels = data.labels.map(([x, y, name, narrow]) => make("span", { class: "cd-map-label", "data-wide": !narrow, style: `left:${(100 * x) / data.w}%;top:${(100 * y) / data.h}%` }, name));
  const plot = make("div", { class: "cd-map-plot" }, svg, make("div", { "aria-hidden": "true" }, ...labels), state.tip);
  plot.style.aspectRatio = `${data.w} / ${data.h}`;
  plot.style.maxWidth = `min(calc(var(--cd-map-high) * ${data.w / data.h}), ${data.widest}px)`;
  root.replaceChildren(plot, make("p", { class: "cd-unseen", id: "cd-map-hint" }, said.hint));
  const found = inside === null ? -1 : data.places.findIndex((one) => one[0] === inside);
  go(state, Math.max(found, 0));
  if (found >= 0) drawn[found].focus({ preventScroll: true });
}

function show(state) {
  const still = stills.get(state.said.of);
  if (!still) { waiting.add(state); return; }
  waiting.delete(state);
  state.data = still;
  state.now = 0;
  paint(state);
}

// Two messages make one map: the picture, sent once, and what its places say; either may come first.
export default function map({ data, parentElement }) {
  if (data.places) {
    stills.delete(data.id); // the latest stands last, and few are kept
    stills.set(data.id, data);
    if (stills.size > 8) stills.delete(stills.keys().next().value);
    for (const state of waiting) if (state.said.of === data.id) show(state);
    return () => {};
  }
  let state = states.get(parentElement);
  if (!state) {
    const root = make("div", { class: "cd-map" });
    parentElement.append(root);
    state = { root, now: 0, code: null };
    states.set(parentElement, state);
  }
  state.said = data;
  show(state);
  return () => { states.delete(parentElement); waiting.delete(state); };
}
