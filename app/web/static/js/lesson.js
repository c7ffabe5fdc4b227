// Explains a term where it stands: its entry from the end of the lesson opens under the paragraph.
// Without this script the same link leads to the entry.
(() => {
  "use strict";
  const glossary = document.querySelector(".glossary");
  if (!glossary) return;

  const close = (link) => {
    document.getElementById(link.getAttribute("aria-controls"))?.remove();
    link.removeAttribute("aria-controls");
    link.setAttribute("aria-expanded", "false");
  };

  const explain = (link, entry) => {
    const note = document.createElement("div");
    note.id = `explains-${entry.id}`;
    note.className = "note explained no-print";
    note.setAttribute("role", "status");
    const text = document.createElement("p");
    const term = document.createElement("strong");
    term.textContent = entry.textContent;
    text.append(term, `: ${entry.nextElementSibling.textContent}`);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn quiet";
    button.textContent = glossary.dataset.close;
    button.addEventListener("click", () => {
      close(link);
      link.focus();
    });
    note.append(text, button);
    (link.closest("p, li, table, blockquote, dd") ?? link).insertAdjacentElement(link.closest("li") ? "beforeend" : "afterend", note);
    link.setAttribute("aria-controls", note.id);
    link.setAttribute("aria-expanded", "true");
  };

  for (const link of document.querySelectorAll("a.term")) {
    const entry = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!entry?.nextElementSibling) continue;
    link.setAttribute("aria-expanded", "false");
    link.addEventListener("click", (event) => {
      event.preventDefault();
      if (link.getAttribute("aria-expanded") === "true") {
        close(link);
        return;
      }
      for (const open of document.querySelectorAll('a.term[aria-expanded="true"]')) close(open);
      explain(link, entry);
    });
  }
})();
