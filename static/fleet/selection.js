// Ticked rows and the bar that acts on them. An empty selection hides the bar: it never means "all".
// What was ticked on one page of a list is still ticked after a look at another page of the same filter.
import { say } from "./words.js";

const bar = () => document.querySelector("[data-selection-bar]");
const boxes = () => [...document.querySelectorAll("[data-select]")];
const shelf = () => `fleet_selected ${location.pathname} ${new URLSearchParams(location.search).get("q") || ""}`;
const kept = new Set(JSON.parse(sessionStorage.getItem(shelf()) || "[]"));
let everything = false; // the filter itself is chosen, not a list of rows

const choices = () => document.querySelector("[data-matching]");

function keep() {
  for (const box of boxes()) kept[box.checked ? "add" : "delete"](box.value);
  if (kept.size) sessionStorage.setItem(shelf(), JSON.stringify([...kept]));
  else sessionStorage.removeItem(shelf());
}

function count(here) {
  const elsewhere = kept.size - boxes().filter((box) => box.checked).length;
  const text = everything ? choices().dataset.chosenWords : say("selected", kept.size);
  here.querySelector("[data-selection-count]").textContent =
    elsewhere > 0 && !everything ? `${text} ${say("on_other_pages", elsewhere)}` : text;
}

function show() {
  const here = bar();
  if (!here) return;
  const ticked = boxes().filter((box) => box.checked);
  here.hidden = kept.size === 0 && !everything;
  count(here);
  const offer = choices();
  if (offer) offer.hidden = everything || ticked.length < boxes().length || ticked.length === 0;
  for (const all of document.querySelectorAll("[data-select-page]")) {
    all.checked = ticked.length > 0 && ticked.length === boxes().length;
    all.indeterminate = ticked.length > 0 && !all.checked;
  }
}

// The tick itself is drawn first; what follows from it comes with the next picture.
let due = false;
function showSoon() {
  if (due) return;
  due = true;
  requestAnimationFrame(() =>
    setTimeout(() => {
      due = false;
      show();
    }),
  );
}

function tick(is) {
  boxes().forEach((box) => (box.checked = is));
}

function none() {
  everything = false;
  tick(false);
  kept.clear();
  keep();
  show();
}

// Rows drawn anew, or a page turned to: what was ticked is ticked again.
function restore() {
  boxes().forEach((box) => (box.checked = everything || kept.has(box.value)));
  show();
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-select], [data-select-page]")) return;
  everything = false; // one row taken off: from now on it is a list again
  if (event.target.matches("[data-select-page]")) tick(event.target.checked);
  keep();
  showSoon();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-select-none]")) none();
  if (!event.target.closest("[data-matching]")) return;
  everything = true;
  show();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || event.target.closest("input:not([type=checkbox]), textarea, select")) return;
  if (bar() && !bar().hidden) none();
});
// The order takes the whole filter, or the rows ticked on every page; the next one starts anew.
document.addEventListener("formdata", (event) => {
  if (!event.target.querySelector("[data-selection-bar]")) return;
  event.formData.delete("device");
  if (everything) {
    event.formData.set("all", "1");
    event.formData.set("q", choices().dataset.matching);
  } else {
    kept.forEach((id) => event.formData.append("device", id));
  }
});
document.addEventListener("submit", (event) => {
  if (event.target.querySelector("[data-selection-bar]")) sessionStorage.removeItem(shelf());
});
document.addEventListener("htmx:afterSettle", restore);
addEventListener("pageshow", restore);
restore();
