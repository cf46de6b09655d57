// A table: search, sort, and a page of rows at a time, without asking the server. Cells are text, never HTML.

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

function drawCell(cell, column) {
  const kind = [column.thin ? "cd-thin" : "", column.align === "right" ? "cd-r" : "", column.kind === "name" ? "cd-n" : "", column.part ? `cd-p${column.part}` : ""].filter(Boolean).join(" ");
  const td = make("td", { class: kind || false });
  let inner = cell.chip ? make("span", { class: `cd-chip cd-${cell.chip}` }, make("span", { "aria-hidden": "true" }, cell.sign), cell.text) : document.createTextNode(cell.text);
  if (cell.tone) inner = make("span", { class: `cd-${cell.tone}` }, cell.text);
  if (cell.href) inner = make("a", { href: cell.href }, cell.text);
  td.append(cell.bar == null ? inner : make("div", { class: "cd-bar" }, track(cell), make("span", {}, inner)));
  if (cell.note) td.append(make("small", {}, cell.note));
  return td;
}

function arrange(state) {
  const { data, query, sort } = state;
  const words = plain(query).split(/\s+/).filter(Boolean);
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
  return rows;
}

function fill(state) {
  const { data } = state;
  const rows = arrange(state);
  const body = make("tbody");
  for (const row of rows.slice(0, state.shown)) {
    body.append(make("tr", {}, ...row.map((cell, index) => drawCell(cell, data.columns[index]))));
  }
  if (!rows.length) body.append(make("tr", {}, make("td", { colspan: data.columns.length, class: "cd-empty" }, data.texts.empty)));
  state.table.tBodies[0].replaceWith(body);
  state.more.hidden = rows.length <= state.shown;
  state.more.textContent = data.texts.more.replace("{n}", String(rows.length - state.shown));
  state.heads.forEach((head, index) => {
    if (state.sort?.column === index) head.setAttribute("aria-sort", state.sort.way > 0 ? "ascending" : "descending");
    else head.removeAttribute("aria-sort");
  });
}

function draw(state) {
  const { data, root } = state;
  state.haystack = data.rows.map((row) => plain(row.filter((_, index) => data.columns[index].kind === "name").map((cell) => `${cell.text} ${cell.note ?? ""} ${cell.code ?? ""}`).join(" ")));
  const search = make("input", { type: "search", placeholder: data.texts.search, "aria-label": data.texts.search, name: "search" });
  search.value = state.query;
  search.addEventListener("input", () => { state.query = search.value; state.shown = state.data.page; fill(state); });
  const title = make("div", { class: "cd-h2", role: "heading", "aria-level": "2" }, data.title, data.subtitle ? make("small", {}, data.subtitle) : null);
  state.heads = data.columns.map((column, index) => {
    const button = make("button", { type: "button", title: column.long }, column.label);
    button.addEventListener("click", () => {
      const first = column.first ?? 1;
      state.sort = state.sort?.column !== index ? { column: index, way: first } : state.sort.way === first ? { column: index, way: -first } : null;
      fill(state);
    });
    return make("th", { scope: "col", class: [column.thin ? "cd-thin" : "", column.align === "right" ? "cd-r" : "", column.part ? `cd-p${column.part}` : ""].filter(Boolean).join(" ") || false }, button);
  });
  state.table = make("table", {}, make("thead", {}, make("tr", {}, ...state.heads)), make("tbody"));
  state.more = make("button", { type: "button", class: "cd-more" });
  state.more.addEventListener("click", () => { state.shown += data.page; fill(state); });
  root.replaceChildren(make("section", { class: "cd-table" },
    make("header", {}, title, data.texts.search && data.rows.length > 8 ? search : null),
    make("div", { class: "cd-scroll" }, state.table), state.more));
  fill(state);
}

export default function table({ data, parentElement }) {
  let state = states.get(parentElement);
  if (!state) {
    const root = make("div");
    parentElement.append(root);
    state = { root, query: "", sort: null, shown: data.page };
    states.set(parentElement, state);
  }
  if (state.data && state.data.columns.length !== data.columns.length) state.sort = null;
  state.data = data;
  draw(state);
  return () => states.delete(parentElement);
}
