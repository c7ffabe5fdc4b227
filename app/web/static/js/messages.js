// Messages of staff on the exam page: fetched when a reply of the server says that there are some, put into the
// live region that is announced, and taken away once the candidate has said that they read them.
(() => {
  "use strict";
  const box = () => document.querySelector("#messages");
  let fetching = false;
  async function fetchThem() {
    if (fetching) return;
    fetching = true;
    try {
      const reply = await fetch(box().dataset.from, { headers: { "HX-Request": "true" } });
      if (!reply.ok) return;
      const told = new DOMParser().parseFromString(await reply.text(), "text/html");
      for (const note of told.querySelectorAll(".note[id]")) {
        if (!document.getElementById(note.id)) box().append(note); // one that stands there keeps its focus
      }
    } catch { /* the next reply of the server says again that there are some */ } finally { fetching = false; }
  }
  document.addEventListener("exam:told", ({ detail }) => {
    const unread = (detail.querySelector("#time")?.dataset.unread || "").split(" ").filter(Boolean);
    if (box() && unread.some((id) => !document.getElementById(`m-${id}`))) fetchThem();
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-read]");
    if (!button) return;
    event.preventDefault();
    const note = button.closest(".note");
    const body = new URLSearchParams({ csrf_token: document.querySelector("[name=csrf_token]").value });
    try {
      const reply = await fetch(button.dataset.read, { method: "POST", body, headers: { "HX-Request": "true" } });
      if (!reply.ok) throw new Error("again");
      note.remove();
      const next = box().querySelector("[data-read]") || document.querySelector("#main");
      next.focus({ preventScroll: true });
    } catch {
      let line = note.querySelector(".error");
      if (!line) { line = document.createElement("p"); line.className = "error"; note.append(line); }
      line.textContent = box().dataset.failed;
    }
  });
})();
