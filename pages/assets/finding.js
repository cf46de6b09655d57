// The box that finds a unit by its name or code, typed without diacritics. The list is fetched once a version.

const lists = new Map();
const plain = (text) => String(text).normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/gi, "d").toLowerCase();
const SHOWN = 30;

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
  node.append(...children.filter((child) => child != null && child !== ""));
  return node;
}

async function fetched(address) {
  if (!lists.has(address)) {
    const answer = await fetch(address, { signal: AbortSignal.timeout(15000) });
    if (!answer.ok) throw new Error(String(answer.status));
    const { units } = await answer.json();
    lists.clear(); // of one version at a time
    lists.set(address, units.map(([code, name, above]) => ({ code, name, above, words: ` ${plain(name)} ${plain(above)} ${plain(code)}`, named: plain(name) })));
  }
  return lists.get(address);
}

// Every word typed must begin a word, or where none does stand in one; first whose own name begins so, then whose name holds it, then the rest.
function matching(units, typed) {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const whole = words.join(" ");
  const place = (unit) => (plain(unit.code) === whole || unit.named === whole ? 0 : unit.named.startsWith(whole) ? 1 : ` ${unit.named}`.includes(` ${whole}`) ? 2 : unit.named.includes(words[0]) ? 3 : 4);
  const begun = units.filter((unit) => words.every((word) => unit.words.includes(` ${word}`)));
  return (begun.length ? begun : units.filter((unit) => words.every((word) => unit.words.includes(word))))
    .map((unit) => [place(unit), unit]).sort((a, b) => a[0] - b[0] || a[1].name.localeCompare(b[1].name, "vi")).map(([, unit]) => unit);
}

export function open(asked, go, typed = "") {
  const { texts } = asked;
  if (document.querySelector("dialog.cd-find[open]")) return;
  let found = [], at = 0;
  const input = make("input", { type: "text", role: "combobox", "aria-label": texts.open, "aria-expanded": "false", "aria-controls": "cd-find-list", "aria-autocomplete": "list", placeholder: texts.placeholder, autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "go" });
  const list = make("ul", { id: "cd-find-list", role: "listbox", "aria-label": texts.open });
  const said = make("p", { role: "status" });
  const shut = make("button", { type: "button", class: "cd-icon", "aria-label": texts.close, title: texts.close }, "✕");
  const keys = make("input", { type: "checkbox" });
  keys.checked = localStorage.getItem("cd-find-key") !== "off";
  keys.addEventListener("change", () => localStorage.setItem("cd-find-key", keys.checked ? "on" : "off"));
  const box = make("dialog", { class: "cd-find", "aria-label": texts.open }, make("header", {}, input, shut), said, list,
    make("footer", {}, make("span", {}, texts.hint), make("label", {}, keys, texts.key)));

  const close = () => { box.close(); box.remove(); };
  const href = (unit) => {
    const query = new URLSearchParams(location.search);
    for (const name of asked.clears) query.delete(name);
    query.set("unit", unit.code);
    return `${asked.page}?${query}`;
  };
  const choose = (unit) => { if (unit) { close(); go(href(unit)); } };
  const mark = () => {
    [...list.children].forEach((node, index) => node.setAttribute("aria-selected", String(index === at)));
    const now = list.children[at];
    if (now) { input.setAttribute("aria-activedescendant", now.id); now.scrollIntoView({ block: "nearest" }); } else input.removeAttribute("aria-activedescendant");
  };
  const show = (units) => {
    found = matching(units, input.value);
    at = 0;
    list.replaceChildren(...found.slice(0, SHOWN).map((unit, index) => {
      const node = make("li", { role: "option", id: `cd-find-${index}` }, make("span", {}, unit.name), make("small", {}, [unit.above, unit.code].filter(Boolean).join(" · ")));
      node.addEventListener("click", () => choose(unit));
      return node;
    }));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    const many = found.length > SHOWN ? texts.more : texts.count;
    said.textContent = !plain(input.value).trim() ? "" : found.length ? many.replace("{n}", found.length.toLocaleString(document.documentElement.lang === "vi" ? "vi-VN" : "en-GB")) : texts.none;
    mark();
  };

  box.addEventListener("close", () => box.remove());
  box.addEventListener("click", (event) => { if (event.target === box) close(); });
  shut.addEventListener("click", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const shown = Math.min(found.length, SHOWN);
    if (step && shown) { event.preventDefault(); at = (at + step + shown) % shown; mark(); }
    if (event.key === "Enter") { event.preventDefault(); choose(found[at]); }
  });
  document.body.append(box);
  input.value = typed; // while this script was on its way
  box.showModal();
  input.focus();
  said.textContent = texts.loading;
  fetched(asked.list).then((units) => { input.addEventListener("input", () => show(units)); show(units); }, () => { said.textContent = texts.failed; });
}
