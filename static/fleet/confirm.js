// A destructive button stays shut until the named words are typed exactly; the server asks again.
function check(input) {
  const button = document.getElementById(input.dataset.opens);
  if (button) button.disabled = input.value.trim() !== input.dataset.phrase;
}

document.addEventListener("input", (event) => event.target.matches("[data-phrase]") && check(event.target));
document.addEventListener("htmx:afterSettle", () => document.querySelectorAll("[data-phrase]").forEach(check));
document.querySelectorAll("[data-phrase]").forEach(check);
