// Suggests what may follow in a search line: arrows choose, Tab or Enter takes, Escape closes. Typing is never blocked.
const PATIENCE = 120; // ms after a keystroke before the server is asked
let number = 0;

function assist(input) {
  const id = `suggestions-${++number}`;
  const list = Object.assign(document.createElement("ul"), { id, className: "fleet-suggestions", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.getAttribute("aria-label"));
  input.parentElement.append(list);
  for (const [name, value] of [["role", "combobox"], ["aria-controls", id], ["aria-expanded", "false"], ["aria-autocomplete", "list"]]) input.setAttribute(name, value);
  let waiting, asked, chosen;

  // The word at the caret, quotes kept together: product:"desk lamp
  function word() {
    const before = input.value.slice(0, input.selectionStart);
    const part = /(?:[^\s"]|"[^"]*"?)*$/.exec(before)[0];
    return { part, start: before.length - part.length };
  }

  function choose(option) {
    chosen?.setAttribute("aria-selected", "false");
    chosen = option || null;
    if (!chosen) return input.removeAttribute("aria-activedescendant");
    chosen.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  }

  function close() {
    asked?.abort();
    clearTimeout(waiting);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    choose(null);
  }

  function show(found) {
    list.replaceChildren(...found.map((one, place) => {
      const option = Object.assign(document.createElement("li"), { id: `${id}-${place}` });
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.text = one.text;
      if (one.open) option.dataset.open = "";
      option.append(Object.assign(document.createElement("code"), { textContent: one.text }), " ", Object.assign(document.createElement("span"), { textContent: one.words }));
      return option;
    }));
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    choose(null);
  }

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    const { part } = word();
    try {
      const answer = await fetch(`${input.dataset.suggest}?part=${encodeURIComponent(part)}`, { signal: asked.signal });
      const { suggestions } = answer.ok ? await answer.json() : { suggestions: [] };
      if (document.activeElement === input) show(suggestions.filter((one) => one.text !== part));
    } catch {
      // given up for a newer question, or no connection: the line still can be typed
    }
  }

  function take(option) {
    const { part, start } = word();
    const rest = input.value.slice(start + part.length);
    const text = option.dataset.text + ("open" in option.dataset ? "" : " ");
    input.value = input.value.slice(0, start) + text + rest.trimStart();
    input.setSelectionRange(start + text.length, start + text.length);
    close();
    input.focus();
    if ("open" in option.dataset) ask();
  }

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PATIENCE);
  });
  input.addEventListener("focus", () => input.value === "" && ask());
  input.addEventListener("blur", () => setTimeout(close, 150));
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const options = [...list.children];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose(options[(options.indexOf(chosen) + step + options.length + (chosen || step > 0 ? 0 : 1)) % options.length]);
    else if (event.key === "Escape") close();
    else if (event.key === "Tab" && !event.shiftKey) take(chosen || options[0]);
    else if (event.key === "Enter" && chosen) take(chosen);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault(); // the focus stays in the line
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
}

document.querySelectorAll("[data-suggest]").forEach(assist);
