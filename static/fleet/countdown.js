// Counts down to a moment, once a second; at its end the page's part asks for itself again.
import { say } from "./words.js";

function tick() {
  for (const place of document.querySelectorAll("[data-countdown]")) {
    const seconds = Math.ceil((new Date(place.dataset.countdown) - Date.now()) / 1000);
    place.textContent = say("s", Math.max(seconds, 0));
    if (seconds <= 0 && !place.dataset.over) {
      place.dataset.over = "1";
      const part = place.closest("[data-live]");
      if (part) setTimeout(() => part.isConnected && window.htmx.trigger(part, "live"), 500);
    }
  }
}

setInterval(tick, 1000);
document.addEventListener("htmx:afterSettle", tick);
tick();
