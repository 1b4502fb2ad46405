// Follows the live stream: parts marked data-live="topic …" fetch themselves again when it fires.
// Never moves a row under the pointer or a selection: such a part shows a pill instead.
import { say, words } from "./words.js";

const JITTER = 150; // ms: hundreds of open pages need not ask in the same instant
const banner = document.querySelector("[data-live-lost]");
const waiting = new WeakMap(); // part -> number of changes it has not shown
const wanted = new WeakSet(); // parts whose pill was pressed: they are drawn whatever lies over them
const drawnAt = new Map(); // id of a part -> when it was asked for last
let source;
let mark = document.documentElement.dataset.liveMark; // what was said after it, the page does not show yet

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

// Under a pointer, a selection, an open menu or the keyboard's focus nothing is drawn anew.
// [data-live-paused]: a person asked for rest; the pill goes on counting.
const BUSY = ":focus-visible, .dropdown-menu.show, [data-select]:checked";

function held(part) {
  const hold = part.closest("[data-live-hold]");
  return hold?.matches("[data-live-paused]") || (hold || part).querySelector(BUSY) !== null || (hold !== null && hold.matches(":hover"));
}

function pill(part, count) {
  const button = part.closest("[data-live-hold]")?.querySelector("[data-live-pill]");
  if (!button) return;
  button.hidden = count === 0;
  button.textContent = say("changes", count);
  button.onclick = () => {
    wanted.add(part);
    refresh(part);
  };
}

function refresh(part) {
  waiting.delete(part);
  pill(part, 0);
  drawnAt.set(part.id, Date.now());
  if (part.isConnected) window.htmx.trigger(part, "live");
}

function later(part) {
  const rest = Number(part.dataset.liveEvery || 0) - (Date.now() - (drawnAt.get(part.id) || 0));
  setTimeout(() => {
    if (!part.isConnected || !waiting.has(part)) return;
    if (held(part)) pill(part, waiting.get(part));
    else refresh(part);
  }, Math.max(rest, 0) + Math.random() * JITTER);
}

function heard(news) {
  for (const part of parts().filter((one) => concerns(one, news))) {
    const sizes = topicsOf(part).map((topic) => (Array.isArray(news[topic]) ? news[topic].length : topic in news ? 1 : 0));
    const known = waiting.get(part);
    waiting.set(part, (known || 0) + Math.max(...sizes, 1));
    if (held(part)) pill(part, waiting.get(part));
    else if (known === undefined) later(part);
  }
}

// What it asks for has to show what was told, and may be what another page was given for it.
// Who pressed the pill asks for what is there now: the next news may be on their way already.
document.addEventListener("htmx:configRequest", (event) => {
  const { elt, headers, triggeringEvent } = event.detail;
  if (triggeringEvent?.type === "live" && mark && !wanted.has(elt)) headers["X-Fleet-Mark"] = mark;
});

// An answer that was asked for before the hand came: it waits, too, unless the person asked for it.
document.addEventListener("htmx:beforeSwap", (event) => {
  const part = event.detail.elt;
  if (!part?.dataset?.live || wanted.delete(part) || !held(part)) return;
  event.detail.shouldSwap = false;
  waiting.set(part, waiting.get(part) || 1);
  pill(part, waiting.get(part));
});

// The hand is gone: what waited is shown.
function letGo() {
  setTimeout(() => parts().forEach((part) => waiting.has(part) && !held(part) && refresh(part)), 300);
}
document.addEventListener("pointerout", (event) => {
  const hold = event.target.closest?.("[data-live-hold]");
  if (hold && !hold.contains(event.relatedTarget)) letGo();
});
document.addEventListener("focusout", letGo);
document.addEventListener("click", letGo);
document.addEventListener("change", letGo);

function lost(is) {
  if (!banner) return;
  banner.hidden = !is;
  banner.querySelector("span").textContent = is ? words.lost : "";
}

function open() {
  const topics = [...new Set(parts().flatMap(topicsOf))].sort();
  if (source || topics.length === 0) return;
  source = new EventSource(`/live/?topics=${topics.join(",")}&since=${encodeURIComponent(mark)}`);
  source.addEventListener("change", (event) => {
    mark = event.lastEventId || mark;
    heard(JSON.parse(event.data));
  });
  source.onopen = () => {
    lost(false);
    document.documentElement.dataset.liveOpen = "1";
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
