// The palette: Ctrl-K or its button, type, arrow keys, Enter. A native dialog gives the focus back.
// It is not opened as a modal one: making the rest of the page inert takes as long as drawing it anew. It lies ready
// unseen (palette.css), so that to open it is to show it: nothing is measured before the next picture.
const dialog = document.querySelector("[data-palette]");
const PATIENCE = 120; // ms after a keystroke before devices are asked for
const plain = (text) => text.toLowerCase().normalize("NFKD");

let input, list, none, devices, here, waiting, asked, before;
let chosen = null;
let scrolled = false; // away from its first entry
let fresh = false; // as it is when nothing was typed or walked yet
let due = false; // what was typed is drawn, what fits it is not

const options = () => [...list.querySelectorAll("[role=option]:not([hidden])")];

function choose(option) {
  chosen?.setAttribute("aria-selected", "false");
  chosen = option || null;
  if (!chosen) return input.removeAttribute("aria-activedescendant");
  chosen.setAttribute("aria-selected", "true");
  input.setAttribute("aria-activedescendant", chosen.id);
}

// Every typed word must begin a word of the label; Chinese writes its words without blanks.
function fits(option, words) {
  const text = ` ${plain(option.querySelector("span").textContent)}`;
  return words.every((word) => text.includes(/^[\x21-\x7e]+$/.test(word) ? ` ${word}` : word));
}

function sift() {
  const words = plain(input.value).split(/\s+/).filter(Boolean);
  for (const option of list.querySelectorAll("[role=option]:not([data-device])")) option.hidden = !fits(option, words);
  for (const group of list.querySelectorAll("[role=group]")) group.hidden = !group.querySelector("[role=option]:not([hidden])");
  none.hidden = options().length > 0;
  choose(options()[0]);
  if (scrolled) list.scrollTop = 0;
}

// The letter itself is drawn first; what fits comes with the next picture, or with the key that needs it.
function siftSoon() {
  fresh = false;
  if (due) return;
  due = true;
  requestAnimationFrame(() => setTimeout(siftNow));
}

function siftNow() {
  if (!due) return;
  due = false;
  sift();
}

function drawn(found, number) {
  const option = Object.assign(document.createElement("a"), { id: `palette-device-${number}`, href: found.address, tabIndex: -1 });
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  option.dataset.device = "";
  const icon = Object.assign(document.createElement("i"), { className: `ti ti-${found.icon}` });
  icon.setAttribute("aria-hidden", "true");
  const part = (tag, text, className = "") => Object.assign(document.createElement(tag), { textContent: text, className });
  option.append(icon, " ", part("span", found.name), " ", part("small", found.about), " ", part("span", found.state, `fleet-badge fleet-${found.tone}`));
  return option;
}

async function ask() {
  const words = input.value.trim();
  asked?.abort();
  asked = new AbortController();
  let found = [];
  if (words) {
    try {
      const answer = await fetch(`${dialog.dataset.find}?q=${encodeURIComponent(words)}`, { signal: asked.signal });
      if (!answer.ok) return;
      found = (await answer.json()).devices;
    } catch {
      return; // given up for a newer question, or no connection: pages still can be gone to
    }
  }
  devices.querySelectorAll("[data-device]").forEach((old) => old.remove());
  devices.append(...found.map(drawn));
  dialog.dataset.answered = words;
  fresh = false;
  sift();
}

// What this page itself offers to this person: the entries of its own menus.
let offered = "";
function collect() {
  const links = [...document.querySelectorAll("main .fleet-actions a.dropdown-item, main .fleet-head .fleet-actions a.btn")];
  const now = links.map((link) => link.outerHTML).join();
  if (now === offered) return;
  offered = now;
  fresh = false;
  here.querySelectorAll("[role=option]").forEach((old) => old.remove());
  links.forEach((link, number) => {
    const option = Object.assign(document.createElement("a"), { id: `palette-here-${number}`, href: link.href, tabIndex: -1 });
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.innerHTML = `<span>${link.innerHTML}</span>`;
    here.append(option);
  });
}

function ready() {
  collect();
  if (fresh) return;
  clearTimeout(waiting);
  asked?.abort();
  input.value = "";
  devices.querySelectorAll("[data-device]").forEach((old) => old.remove());
  sift();
  fresh = true;
}

// Not by show(), which looks for a field itself and moves the page to it.
export function open() {
  if (!dialog || dialog.open) return;
  before = document.activeElement;
  ready();
  dialog.open = true;
  input.focus({ preventScroll: true });
}

// The browser takes the focus from what it hides with the next frame only: a key pressed before would be typed there.
function close() {
  dialog.close();
  if (!dialog.contains(document.activeElement)) return;
  document.activeElement.blur();
  before?.focus({ preventScroll: true });
}

function moved(event) {
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
  if (!(event.key in steps) && event.key !== "Enter") return;
  siftNow();
  fresh = false;
  const all = options();
  if (event.key in steps && all.length) {
    const at = all.indexOf(chosen) + steps[event.key];
    const last = all.length - 1;
    const wrapped = Math.abs(steps[event.key]) > 1 ? Math.min(Math.max(at, 0), last) : (at + all.length) % all.length;
    choose(all[wrapped]);
    chosen.scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter" && !event.isComposing) {
    chosen?.click();
  } else {
    return;
  }
  event.preventDefault();
}

// The line and the button beside it have the focus in turn; the page behind the veil has it never.
function kept(event) {
  if (event.isComposing || (event.key !== "Tab" && event.key !== "Escape")) return;
  if (event.key === "Escape") close();
  else (event.target === input ? dialog.querySelector("form button") : input).focus();
  event.preventDefault();
}

if (dialog) {
  input = dialog.querySelector("[role=combobox]");
  list = dialog.querySelector("[role=listbox]");
  none = dialog.querySelector(".fleet-palette-none");
  devices = dialog.querySelector("[data-palette-devices]");
  here = dialog.querySelector("[data-palette-here]");
  input.addEventListener("input", () => {
    siftSoon();
    clearTimeout(waiting);
    waiting = setTimeout(ask, PATIENCE);
  });
  input.addEventListener("keydown", moved);
  dialog.addEventListener("keydown", kept);
  dialog.addEventListener("submit", (event) => {
    if (event.target.method !== "dialog") return;
    event.preventDefault();
    close();
  });
  list.addEventListener("scroll", () => (scrolled = list.scrollTop > 0), { passive: true });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) return close(); // the veil around it
    const option = event.target.closest("[role=option]");
    if (!option) return;
    close();
    if (option.dataset.press) document.querySelector(option.dataset.press)?.click();
  });
  document.querySelectorAll("[data-open-palette]").forEach((button) => button.addEventListener("click", open));
  (window.requestIdleCallback || setTimeout)(() => dialog.open || ready());
}
