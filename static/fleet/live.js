// Follows the live stream: parts marked data-live="topic …" fetch themselves again when it fires.
// Never moves a row under the pointer or a selection: such a part shows a pill instead.
import { say, words } from "./words.js";

const JITTER = 400; // ms: a thousand open pages must not ask in the same instant
const banner = document.querySelector("[data-live-lost]");
const waiting = new WeakMap(); // part -> number of changes it has not shown
let source;
let opened = false;

const parts = () => [...document.querySelectorAll("[data-live]")];
const topicsOf = (part) => part.dataset.live.split(" ");

function concerns(part, news) {
  return topicsOf(part).some((topic) => {
    if (!(topic in news)) return false;
    const only = part.dataset.liveIds;
    if (!only || news[topic] === "many" || news[topic].length === 0) return true;
    return only.split(" ").some((id) => news[topic].includes(id));
  });
}

function held(part) {
  const hold = part.closest("[data-live-hold]");
  if (!hold) return false;
  const focused = hold.contains(document.activeElement) && document.activeElement !== document.body;
  return hold.matches(":hover") || focused || hold.querySelector("[data-select]:checked") !== null;
}

function pill(part, count) {
  const button = part.closest("[data-live-hold]")?.querySelector("[data-live-pill]");
  if (!button) return;
  button.hidden = count === 0;
  button.textContent = say("changes", count);
  button.onclick = () => refresh(part);
}

function refresh(part) {
  waiting.delete(part);
  pill(part, 0);
  if (part.isConnected) window.htmx.trigger(part, "live");
}

function heard(news) {
  for (const part of parts().filter((one) => concerns(one, news))) {
    const sizes = topicsOf(part).map((topic) => (Array.isArray(news[topic]) ? news[topic].length : topic in news ? 1 : 0));
    const count = (waiting.get(part) || 0) + Math.max(...sizes, 1);
    if (held(part)) {
      waiting.set(part, count);
      pill(part, count);
    } else if (!waiting.has(part)) {
      waiting.set(part, count);
      setTimeout(() => (held(part) ? pill(part, count) : refresh(part)), Math.random() * JITTER);
    }
  }
}

document.addEventListener("pointerout", (event) => {
  const hold = event.target.closest?.("[data-live-hold]");
  if (!hold || hold.contains(event.relatedTarget)) return;
  setTimeout(() => {
    for (const part of parts()) if (hold.contains(part) && waiting.has(part) && !held(part)) refresh(part);
  }, 300);
});

function lost(is) {
  if (!banner) return;
  banner.hidden = !is;
  banner.querySelector("span").textContent = is ? words.lost : "";
}

function open() {
  const topics = [...new Set(parts().flatMap(topicsOf))].sort();
  if (source || topics.length === 0) return;
  source = new EventSource(`/live/?topics=${topics.join(",")}`);
  source.addEventListener("change", (event) => heard(JSON.parse(event.data)));
  source.onopen = () => {
    lost(false);
    document.documentElement.dataset.liveOpen = "1";
    if (opened) parts().forEach((part) => !held(part) && refresh(part)); // what was said meanwhile is unknown
    opened = true;
  };
  source.onerror = () => {
    lost(!document.hidden);
    if (source?.readyState === EventSource.CLOSED) retryLater();
  };
}

function retryLater() {
  source = undefined;
  setTimeout(() => !document.hidden && open(), 5000 + Math.random() * 5000);
}

// A hidden tab lets its stream go: browsers allow six connections to one host, over all tabs.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) return open();
  source?.close();
  source = undefined;
});
addEventListener("pagehide", () => source?.close());
open();
