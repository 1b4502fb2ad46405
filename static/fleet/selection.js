// Ticked rows and the bar that acts on them. An empty selection hides the bar: it never means "all".
import { say } from "./words.js";

const bar = () => document.querySelector("[data-selection-bar]");
const boxes = () => [...document.querySelectorAll("[data-select]")];

function show() {
  const here = bar();
  if (!here) return;
  const ticked = boxes().filter((box) => box.checked);
  here.hidden = ticked.length === 0;
  here.querySelector("[data-selection-count]").textContent = say("selected", ticked.length);
  const all = document.querySelector("[data-select-page]");
  if (!all) return;
  all.checked = ticked.length > 0 && ticked.length === boxes().length;
  all.indeterminate = ticked.length > 0 && !all.checked;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-select-page]")) {
    boxes().forEach((box) => (box.checked = event.target.checked));
  }
  if (event.target.matches("[data-select], [data-select-page]")) show();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-select-none]")) return;
  boxes().forEach((box) => (box.checked = false));
  show();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || event.target.closest("input:not([type=checkbox]), textarea, select")) return;
  boxes().forEach((box) => (box.checked = false));
  show();
});
document.addEventListener("htmx:afterSettle", show);
addEventListener("pageshow", show);
show();
