// Paper cannot be unfolded: what is folded is opened for the print, and folded again after it.
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("main details:not([open])")) {
    part.open = true;
    part.dataset.unfolded = "";
  }
});
addEventListener("afterprint", () => {
  for (const part of document.querySelectorAll("[data-unfolded]")) {
    part.open = false;
    delete part.dataset.unfolded;
  }
});
