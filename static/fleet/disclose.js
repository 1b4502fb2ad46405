// The log explorer's small manners: rows that open, side parts that fold, addresses that stay short.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-disclose]");
  if (!button) return;
  const part = document.getElementById(button.dataset.disclose);
  part.hidden = !part.hidden;
  button.setAttribute("aria-expanded", String(!part.hidden));
});

if (matchMedia("(max-width: 63.99rem)").matches) {
  document.querySelectorAll("[data-fold-on-phone]").forEach((part) => part.removeAttribute("open"));
}

// What was left empty says nothing: it is kept out of the address.
const empty = (form) => [...form.elements].filter((field) => field.name && field.value === "");
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-tidy]")) empty(event.target).forEach((field) => (field.disabled = true));
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-tidy]")) empty(form).forEach((field) => (field.disabled = false));
});

// A colour that a device reported: set by script, because a strict policy forbids style attributes.
function paint() {
  document.querySelectorAll("[data-colour]").forEach((swatch) => (swatch.style.background = swatch.dataset.colour));
}
document.addEventListener("htmx:afterSettle", paint);
paint();
