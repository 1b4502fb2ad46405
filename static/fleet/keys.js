// The keyboard: "/" searches, "g" and a letter goes to a place, "j k x" walk a list, "?" tells all of them.
// Single letters are silent while somebody types, and for whoever switched them off.
import { open as openPalette } from "./palette.js";
import { remember } from "./words.js";

const root = document.documentElement;
const sheet = document.getElementById("keys");
const typing = (element) => element.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
const AFTER_G = 1500; // ms
let afterG = 0;

// A row is where its first link or button is: focus stays real, and Enter opens it by itself.
const ROWS = "main .fleet-table tbody tr:not([hidden])";
const handle = (row) => row.querySelector("td a[href]:not(.fleet-chip)") || row.querySelector("a[href], button");

function step(by) {
  const all = [...document.querySelectorAll(ROWS)];
  const at = all.indexOf(document.activeElement.closest(ROWS));
  let next = at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by;
  while (all[next] && !(all[next].offsetParent && handle(all[next]))) next += by;
  const row = all[next] || all[at];
  if (!row) return;
  handle(row).focus({ focusVisible: true, preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function tick() {
  const box = document.activeElement.closest("tr")?.querySelector("[data-select]");
  box?.click();
}

function search() {
  const box = document.querySelector("[data-search-here]") || document.querySelector("[data-search]");
  box?.focus();
  box?.select();
}

const go = (letter) => document.querySelector(`#palette a[data-key="${CSS.escape(letter)}"]`)?.click();
const neighbour = (name) => document.querySelector(`[data-neighbour=${name}][href]`)?.click();
const DO = { "/": search, "[": () => neighbour("back"), "]": () => neighbour("on"), j: () => step(1), k: () => step(-1), x: tick, "?": () => sheet?.showModal(), g: () => (afterG = Date.now()) };

function letter(event) {
  if (Date.now() - afterG < AFTER_G) {
    afterG = 0;
    return go(event.key);
  }
  if (!(event.key in DO)) return;
  event.preventDefault();
  DO[event.key]();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return openPalette();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (root.dataset.keys !== "off") letter(event);
});

document.querySelectorAll("[data-open-keys]").forEach((button) => button.addEventListener("click", () => sheet.showModal()));
sheet?.addEventListener("click", (event) => event.target === sheet && sheet.close());
sheet?.querySelector("[data-keys-choice]").addEventListener("change", (event) => {
  root.dataset.keys = event.target.checked ? "on" : "off";
  remember("fleet_keys", root.dataset.keys);
});
