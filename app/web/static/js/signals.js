// What this page says about itself while an exam is supervised at a distance: that it was out of view, that text was
// pasted and how long it was, that the network was gone. Never a text, a key or a movement. Written to this device
// first and sent until the server has it; each signal carries the hash of the one before.
(() => {
  "use strict";
  const note = document.getElementById("watch");
  if (!note) return;
  const { attempt, place } = note.dataset;
  const NAME = "exam-signals";
  const token = () => document.querySelector("[name=csrf_token]").value;
  let kept = null; // { seq, head, queue }
  let watching = false;
  let sending = false;
  let turn = Promise.resolve();

  const base = new Promise((done, fail) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("chains");
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  async function store(mode, act) {
    const deal = (await base).transaction("chains", mode);
    const asked = act(deal.objectStore("chains"));
    return new Promise((done, fail) => {
      deal.oncomplete = () => done(asked.result);
      deal.onerror = deal.onabort = () => fail(deal.error);
    });
  }
  const save = () => store("readwrite", (chains) => chains.put(kept, attempt)).catch(() => { /* memory has it */ });

  // Keys in alphabetical order and no spaces: the form over which the server computes the hash again.
  function canonical(one) {
    const facts = Object.keys(one.facts).sort().map((name) => JSON.stringify(name) + ":" + JSON.stringify(one.facts[name]));
    return `{"at":${one.at},"facts":{${facts.join(",")}},"kind":"${one.kind}","seq":${one.seq}}`;
  }
  async function add(kind, facts, at) {
    const one = { seq: kept.seq + 1, at, kind, facts };
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(kept.head + canonical(one)));
    one.hash = Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
    kept.seq = one.seq;
    kept.head = one.hash;
    kept.queue.push(one);
    await save();
    if (kept.queue.length >= 20) send();
  }
  function say(kind, facts = {}) {
    const at = Date.now();
    if (watching) turn = turn.then(() => add(kind, facts, at)).catch(() => { /* the next one goes on */ });
  }
  function body(signals) {
    const data = new FormData();
    data.set("csrf_token", token());
    data.set("batch", JSON.stringify(signals));
    return data;
  }
  async function send() {
    if (sending || !watching || !kept.queue.length) return;
    sending = true;
    const part = kept.queue.slice(0, 100);
    try {
      const reply = await fetch(place + "/signals", { method: "POST", body: body(part), keepalive: true, headers: { "HX-Request": "true" } });
      if (reply.ok || reply.status === 422) kept.queue = kept.queue.filter((one) => !part.includes(one));
      if (reply.status === 409 || reply.status === 410) watching = false;
      await save();
    } catch { /* without a network they wait here */ } finally { sending = false; }
  }
  const length = () => String(getSelection() || "").length;
  function listen() {
    document.addEventListener("visibilitychange", () => say(document.hidden ? "hidden" : "shown"));
    addEventListener("blur", () => say("blurred"));
    addEventListener("focus", () => say("focused"));
    document.addEventListener("fullscreenchange", () => say(document.fullscreenElement ? "fullscreen_entered" : "fullscreen_left"));
    document.addEventListener("copy", () => say("copied", { length: length() }));
    document.addEventListener("cut", () => say("cut", { length: length() }));
    document.addEventListener("paste", (event) => say("pasted", { length: (event.clipboardData?.getData("text") || "").length }));
    document.addEventListener("contextmenu", () => say("menu"));
    let later = 0;
    addEventListener("resize", () => { clearTimeout(later); later = setTimeout(() => say("resized", { width: innerWidth, height: innerHeight }), 500); });
    addEventListener("offline", () => say("offline"));
    addEventListener("online", () => { say("online"); send(); });
    navigator.mediaDevices?.addEventListener("devicechange", () => say("devices_changed"));
    const tabs = new BroadcastChannel("exam-" + attempt);
    tabs.onmessage = ({ data }) => { if (data === "here?") { tabs.postMessage("here"); say("other_tab"); } else say("other_tab"); };
    tabs.postMessage("here?");
    say("screens", { extended: typeof screen.isExtended === "boolean" ? String(screen.isExtended) : "unknown" });
    addEventListener("pagehide", () => { if (kept.queue.length) navigator.sendBeacon(place + "/signals", body(kept.queue.slice(0, 100))); });
    setInterval(send, 10000);
  }
  async function begin() {
    const reply = await fetch(place + "/camera", { headers: { "HX-Request": "true" } });
    if (!reply.ok) return;
    const told = await reply.json();
    if (!told.on) { setTimeout(() => begin().catch(() => {}), 60000); return; }
    const before = await store("readonly", (chains) => chains.get(attempt)).catch(() => null);
    kept = before && before.seq >= told.signals ? before : { seq: told.signals, head: told.head, queue: [] };
    watching = true;
    listen();
    document.dispatchEvent(new CustomEvent("exam:watched", { detail: told }));
  }
  window.examSignals = { say };
  begin().catch(() => setTimeout(() => begin().catch(() => {}), 60000));
})();
