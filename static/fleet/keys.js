// The keyboard: "/" searches, "g" and a letter goes to a place. Silent while somebody types.
const typing = (element) => element.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
let afterG = 0;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "/") {
    const box = document.querySelector("[data-search-here]") || document.querySelector("[data-search]");
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  } else if (event.key === "g") {
    afterG = Date.now();
  } else if (Date.now() - afterG < 1500) {
    afterG = 0;
    document.querySelector(`.fleet-side a[data-key="${CSS.escape(event.key)}"]`)?.click();
  }
});
