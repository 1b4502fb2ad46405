// A button that shows or hides the part it names; also folds side parts away on a phone.
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

// A colour that a device reported: set by script, because a strict policy forbids style attributes.
function paint() {
  document.querySelectorAll("[data-colour]").forEach((swatch) => (swatch.style.background = swatch.dataset.colour));
}
document.addEventListener("htmx:afterSettle", paint);
paint();
