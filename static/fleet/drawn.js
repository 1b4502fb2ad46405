// After a part was drawn anew: values that differ flash once; a failed request says so and keeps the page.
import { say, tell } from "./words.js";

const before = new Map();

document.addEventListener("htmx:beforeSwap", (event) => {
  before.clear();
  for (const element of event.detail.target.querySelectorAll?.("[data-flash]") ?? []) {
    before.set(element.dataset.flash, element.textContent.trim());
  }
});

document.addEventListener("htmx:afterSettle", () => {
  for (const element of document.querySelectorAll("[data-flash]")) {
    const old = before.get(element.dataset.flash);
    if (old !== undefined && old !== element.textContent.trim()) element.classList.add("fleet-flash");
  }
  before.clear();
});

// Reading again fails silently (the live banner says it); what a person asked for is answered.
function failed(event) {
  if (event.detail.requestConfig?.triggeringEvent?.type === "live") return;
  tell(say("failed", event.detail.xhr?.status || "–"));
}
document.addEventListener("htmx:responseError", failed);
document.addEventListener("htmx:sendError", failed);
document.addEventListener("htmx:timeout", failed);
