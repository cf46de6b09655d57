// A table: search, sort, and a page of rows at a time, without asking the server; a long one, of which only the rows shown
// were sent (data.whole), asks it for others. Who stands first, which columns are
// shown, how it is sorted and what is searched stand in the address, so a copied link shows them too. Cells are text, never HTML.

const states = new WeakMap();

const plain = (text) => String(text).normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/gi, "d").toLowerCase();

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
  node.append(...children.filter((child) => child != null && child !== ""));
  return node;
}

function track(cell) {
  const bar = make("div", { class: "cd-track", "aria-hidden": "true" });
  bar.append(make("i", { style: `width:${cell.bar}%` }));
  if (cell.plan != null) bar.append(make("b", { style: `left:${cell.plan}%` }));
  return bar;
}

const counted = (n, data) => n.toLocaleString(data.lang === "en" ? "en-GB" : "vi-VN");

// The address of this page with one choice changed; an empty one drops it.
function changed(name, value) {
  const query = new URLSearchParams(location.search);
  if (value) query.set(name, value); else query.delete(name);
  const text = query.toString();
  return location.pathname + (text ? "?" + text : "");
}

// One table's part of the address: "-remaining" where it is the only one, "behind.-remaining,stalled.name" where there are more.
const MOST_TYPED = 60;
const MOST_SHOWN = 2000;
const partOf = (id) => (one) => (id ? one.startsWith(id + ".") : true);
const parts = (name) => (new URLSearchParams(location.search).get(name) ?? "").split(",").filter(Boolean);

function asked(data) {
  if (!data.kept) return { query: "", sort: null };
  const { id } = data.kept, mine = (name) => (parts(name).find(partOf(id)) ?? "").slice(id ? id.length + 1 : 0);
  const sort = mine("sort"), way = sort.startsWith("-") ? -1 : 1;
  const column = data.columns.findIndex((one) => one.id && one.id === sort.replace(/^-/, ""));
  return { query: mine("find").slice(0, MOST_TYPED), sort: column < 0 ? null : { column, way } };
}

// What a table shows is written into the address without a visit to the server; elsewhere on the way to another page.
function keep(state) {
  const { data } = state;
  if (!data.kept || location.pathname !== data.kept.path) return;
  const href = addressed(state);
  if (href === location.pathname + location.search) return;
  if (data.whole) follow(state.root, href); else history.replaceState(history.state, "", href);
}

function addressed(state) {
  const { data, query, sort } = state, { id } = data.kept, address = new URLSearchParams(location.search);
  const put = (name, value) => {
    const others = id ? parts(name).filter((one) => !partOf(id)(one)) : [];
    const all = [...others, ...(value ? [(id && id + ".") + value] : [])].join(",");
    if (all) address.set(name, all); else address.delete(name);
  };
  put("sort", sort ? (sort.way < 0 ? "-" : "") + data.columns[sort.column].id : "");
  put("find", query.trim().replaceAll(",", " "));
  put("rows", data.whole && state.shown > data.page ? String(state.shown) : "");
  const text = address.toString();
  return location.pathname + (text ? "?" + text : "");
}

// Browsers refuse an address that changes with every letter.
function keepSoon(state) {
  clearTimeout(state.due);
  state.due = setTimeout(() => keep(state), 400);
}

// Every link of ours is followed without loading the page anew: one is clicked for who ticked a box.
function follow(root, href) {
  const link = make("a", { href, hidden: true });
  root.append(link);
  link.click();
  link.remove();
}

function pin(state, cell) {
  const { pins, texts } = state.data, set = pins.includes(cell.code);
  const after = set ? pins.filter((code) => code !== cell.code) : [...pins, cell.code];
  const said = (set ? texts.unpin : texts.pin).replace("{name}", cell.text);
  return make("a", { class: "cd-pin", name: "pin-" + cell.code, href: changed("pin", after.join(",")), "aria-label": said, title: said, "data-set": set }, set ? "★" : "☆");
}

function drawCell(state, cell, column) {
  const kind = [column.thin ? "cd-thin" : "", column.align === "right" ? "cd-r" : "", column.kind === "name" ? "cd-n" : "", column.part ? `cd-p${column.part}` : ""].filter(Boolean).join(" ");
  const td = make("td", { class: kind || false });
  let inner = cell.chip ? make("span", { class: `cd-chip cd-${cell.chip}` }, make("span", { "aria-hidden": "true" }, cell.sign), cell.text) : document.createTextNode(cell.text);
  if (cell.tone) inner = make("span", { class: `cd-${cell.tone}` }, cell.text);
  if (cell.href) inner = make("a", { href: cell.href }, cell.text);
  if (state.data.pins && column.kind === "name" && cell.code) td.append(pin(state, cell));
  td.append(cell.bar == null ? inner : make("div", { class: "cd-bar" }, track(cell), make("span", {}, inner)));
  if (cell.note) td.append(make("small", {}, cell.note));
  return td;
}

const searched = (data) => Boolean(data.texts.search) && (data.whole?.of ?? data.rows.length) > 8;

function arrange(state) {
  const { data, query, sort } = state;
  if (data.whole) return data.rows; // arranged where all of them are
  const words = searched(data) ? plain(query).split(/\s+/).filter(Boolean) : [];
  let rows = words.length ? data.rows.filter((row, index) => words.every((word) => state.haystack[index].includes(word))) : data.rows;
  if (sort) {
    const value = (row) => row[sort.column].sort ?? row[sort.column].text;
    rows = [...rows].sort((a, b) => {
      const x = value(a), y = value(b);
      if (x === "" || x === "–") return y === "" || y === "–" ? 0 : 1; // what has no value stands last, either way
      if (y === "" || y === "–") return -1;
      return (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), "vi", { numeric: true })) * sort.way;
    });
  }
  if (!data.pins?.length) return rows;
  const set = (row) => data.pins.includes(row.find((cell) => cell.code)?.code);
  return [...rows.filter(set), ...rows.filter((row) => !set(row))];
}

function fill(state) {
  const { data } = state;
  const rows = arrange(state), found = data.whole?.found ?? rows.length, all = data.whole?.of ?? data.rows.length;
  const shown = Math.min(data.whole?.shown ?? state.shown, found);
  const body = make("tbody");
  for (const row of rows.slice(0, state.shown)) {
    const set = data.pins?.includes(row.find((cell) => cell.code)?.code);
    body.append(make("tr", { "data-pinned": set }, ...row.map((cell, index) => drawCell(state, cell, data.columns[index]))));
  }
  state.found.textContent = searched(data) && state.query.trim() ? data.texts.found.replace("{n}", counted(found, data)).replace("{m}", counted(all, data)) : "";
  if (!rows.length) body.append(make("tr", {}, make("td", { colspan: data.columns.length, class: "cd-empty" }, data.texts.empty)));
  state.table.tBodies[0].replaceWith(body);
  state.more.hidden = found <= shown || shown >= MOST_SHOWN;
  state.more.textContent = data.texts.more.replace("{n}", counted(found - shown, data));
  state.heads.forEach((head, index) => {
    if (state.sort?.column === index) head.setAttribute("aria-sort", state.sort.way > 0 ? "ascending" : "descending");
    else head.removeAttribute("aria-sort");
  });
}

// Which columns are shown: each box changes the address, and the server sends what is shown.
function chooser(state) {
  const { data, root } = state;
  if (!data.choices) return null;
  const boxes = data.choices.map(([name, label, shown]) => {
    const box = make("input", { type: "checkbox", name: "col-" + name });
    box.checked = shown;
    box.addEventListener("change", () => {
      const now = data.choices.filter(([one, , was]) => (one === name ? !was : was)).map(([one]) => one);
      const standard = now.length === data.standard.length && now.every((one) => data.standard.includes(one));
      follow(root, changed("cols", standard ? "" : now.join(",") || "name"));
    });
    return make("label", {}, box, label);
  });
  const reset = make("a", { href: changed("cols", ""), name: "col-standard" }, data.texts["columns.standard"]);
  return opening(state, "columns", data.texts.columns, make("div", { class: "cd-boxes" }, ...boxes, reset));
}

// What the columns shown mean: one "?" a table, opened by touch, mouse and keyboard alike.
function meaning(state) {
  const { data } = state;
  if (!data.means) return null;
  const list = make("dl", {}, ...data.means.filter(([, said]) => said).flatMap(([name, said]) => [make("dt", {}, name), make("dd", {}, said)]));
  return opening(state, "means", "?", list, data.texts.help);
}

function opening(state, name, label, body, said) {
  const box = make("details", { class: `cd-opens cd-opens-${name}`, open: state.opened === name }, make("summary", { name: "opens-" + name, "aria-label": said, title: said }, label), body);
  box.addEventListener("toggle", () => {
    if (box.open) { state.opened = name; for (const other of box.parentElement.querySelectorAll("details.cd-opens[open]")) if (other !== box) other.open = false; }
    else if (state.opened === name) state.opened = null;
  });
  box.addEventListener("keydown", (event) => { if (event.key === "Escape" && box.open) { box.open = false; box.querySelector("summary").focus(); } });
  return box;
}

// Drawing anew takes the focus away: it goes back to where it was, with what was being typed.
function focused(root) {
  const now = document.activeElement;
  if (!root.contains(now) || !now.getAttribute("name")) return () => {};
  const name = now.getAttribute("name"), from = now.selectionStart;
  return () => {
    const found = root.querySelector(`[name="${CSS.escape(name)}"]`);
    found?.focus({ preventScroll: true });
    if (from != null && found?.setSelectionRange && found.type === "search") found.setSelectionRange(from, from);
  };
}

function draw(state) {
  const { data, root } = state, refocus = focused(root);
  state.haystack = data.rows.map((row) => plain(row.filter((_, index) => data.columns[index].kind === "name").map((cell) => `${cell.text} ${cell.note ?? ""} ${cell.code ?? ""}`).join(" ")));
  const search = make("input", { type: "search", placeholder: data.texts.search, "aria-label": data.texts.search, name: "search", maxlength: MOST_TYPED });
  search.value = state.query;
  search.addEventListener("input", () => { state.query = search.value; state.shown = state.data.page; fill(state); keepSoon(state); });
  const title = make("div", { class: "cd-h2", role: "heading", "aria-level": "2" }, data.title, data.subtitle ? make("small", {}, data.subtitle) : null);
  state.heads = data.columns.map((column, index) => {
    const button = make("button", { type: "button", name: "sort-" + index, title: column.long }, column.label);
    button.addEventListener("click", () => {
      const first = column.first ?? 1;
      state.sort = state.sort?.column !== index ? { column: index, way: first } : state.sort.way === first ? { column: index, way: -first } : null;
      fill(state);
      keep(state);
    });
    return make("th", { scope: "col", class: [column.thin ? "cd-thin" : "", column.align === "right" ? "cd-r" : "", column.part ? `cd-p${column.part}` : ""].filter(Boolean).join(" ") || false }, button);
  });
  state.table = make("table", {}, make("thead", {}, make("tr", {}, ...state.heads)), make("tbody"));
  state.found = make("span", { class: "cd-found", role: "status" });
  state.more = make("button", { type: "button", class: "cd-more" });
  state.more.addEventListener("click", () => { state.shown += data.page; fill(state); if (data.whole) keep(state); });
  root.replaceChildren(make("section", { class: "cd-table" },
    make("header", {}, title, make("div", { class: "cd-tools" }, state.found, searched(data) ? search : null, chooser(state), meaning(state))),
    make("div", { class: "cd-scroll", "data-chosen": Boolean(data.choices?.some(([name, , shown]) => shown !== data.standard.includes(name))) }, state.table), state.more));
  fill(state);
  refocus();
}

export default function table({ data, parentElement }) {
  let state = states.get(parentElement);
  if (!state) {
    const root = make("div");
    parentElement.append(root);
    state = { root, ...asked(data), shown: data.whole?.shown ?? data.page };
    states.set(parentElement, state);
  }
  const was = state.data;
  if (was && state.sort) {
    const { id } = was.columns[state.sort.column];
    const column = id ? data.columns.findIndex((one) => one.id === id) : was.columns.length === data.columns.length ? state.sort.column : -1;
    state.sort = column < 0 ? null : { ...state.sort, column };
  }
  state.data = data;
  draw(state);
  if (!data.whole) keep(state);
  return () => { clearTimeout(state.due); states.delete(parentElement); };
}
