// Answers that could not be sent yet, kept on this device until the server has them: in IndexedDB, under the
// attempt, as places and choice ids. No text of a question and no name. Also the file in which they can be handed
// to staff, and the sending of what is found after the end.
(() => {
  "use strict";
  const NAME = "exam-queue";
  const STORE = "attempts";
  let opened = null;

  function open() {
    opened = opened || new Promise((done, fail) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => { opened = null; fail(asked.error); };
    });
    return opened;
  }
  async function act(mode, what) {
    const base = await open();
    return new Promise((done, fail) => {
      // strict: written to the disk before it counts, so that a power cut finds it
      const deal = base.transaction(STORE, mode, mode === "readwrite" ? { durability: "strict" } : {});
      const asked = what(deal.objectStore(STORE));
      deal.oncomplete = () => done(asked.result);
      deal.onerror = () => fail(deal.error);
      deal.onabort = () => fail(deal.error);
    });
  }
  // Writes take effect in the order in which they were asked for.
  let asked = 0;
  async function keep(attempt, kept) {
    asked += 1;
    const mine = asked;
    await act("readwrite", (store) => kept ? store.put(kept, attempt) : store.delete(attempt));
    if (mine === asked) localStorage.removeItem(NAME + ":" + attempt);
  }
  // A page that is being left does not wait for the database: a copy is written at once, and counts if it is there.
  function keepNow(attempt, kept) {
    try {
      if (kept) localStorage.setItem(NAME + ":" + attempt, JSON.stringify(kept));
    } catch { /* the database has it, or nothing of this browser keeps anything */ }
  }
  async function recall(attempt) {
    let copy = null;
    try { copy = JSON.parse(localStorage.getItem(NAME + ":" + attempt)); } catch { /* half a copy is none */ }
    return copy || act("readonly", (store) => store.get(attempt));
  }

  // Keys in alphabetical order and no spaces: the form over which the server computes the checksum again.
  async function file(code, queue) {
    const answers = queue.map(({ at, chosen, key, place, seq, version }) =>
      ({ at, chosen, key, place: Number(place), seq, version: Number(version) }));
    const held = { answers, attempt: code, kind: "ceasai-unsent-answers", made_at: new Date().toISOString(), version: 1 };
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(held)));
    held.sha256 = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
    return new Blob([JSON.stringify(held, null, 1)], { type: "application/json" });
  }
  async function download(code, queue) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await file(code, queue));
    link.download = "unsent-" + code + ".json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  // After the end: what an earlier page could not send goes to the server, which keeps it and scores nothing of it.
  async function sendLeft(note) {
    const { attempt, place } = note.dataset;
    const token = note.querySelector("[name=csrf_token]").value;
    const kept = await recall(attempt);
    for (const answer of kept?.queue || []) {
      const data = new URLSearchParams({ csrf_token: token, key: answer.key, seq: answer.seq });
      data.set("v-" + answer.place, answer.version);
      if (answer.chosen.length === 0) data.set("clear", answer.place);
      else for (const word of answer.chosen) data.append("a-" + answer.place, word);
      const reply = await fetch(place + "/answers", { method: "POST", body: data, headers: { "HX-Request": "true" } });
      if (reply.status !== 410 && !reply.ok) return;
    }
    if (!kept) return;
    await keep(attempt, null);
    note.hidden = false;
  }

  window.examQueue = { keep, keepNow, recall, download };
  const note = document.querySelector("[data-unsent-left]");
  if (note) sendLeft(note).catch(() => { /* the next visit tries again */ });
})();
