// What this page says about itself while an exam is supervised at a distance: that it was out of view, that text was
// pasted and how long it was, that the network was gone. Never a text, a key or a movement. Written to this device
// first and sent until the server has it; each signal carries the hash of the one before. Every window writes a
// chain of its own: a lock says that it is in use, and one that no window writes any more is gone on with.
(() => {
  "use strict";
  const note = document.getElementById("watch");
  if (!note) return;
  const { attempt, place } = note.dataset;
  const NAME = "exam-chains";
  const LONGEST = 60000; // milliseconds between two questions whether the exam is watched again
  const token = () => document.querySelector("[name=csrf_token]").value;
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  let kept = null; // { chain, seq, head, queue }: what this window writes
  let left = []; // the same of windows that are closed: only sent
  let watching = false;
  let over = false;
  let full = false; // the server keeps no more of this exam's signals; the camera goes on
  let asking = 0;
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
  const save = (one) => store("readwrite", (chains) => chains.put(one, [attempt, one.chain])).catch(() => { /* memory has it */ });
  const drop = (one) => store("readwrite", (chains) => chains.delete([attempt, one.chain])).catch(() => { /* it is sent again */ });

  // Whether this window alone writes a chain from now on; the lock goes with the window.
  const hold = (chain) => new Promise((done) => {
    navigator.locks.request(`exam-signals-${chain}`, { ifAvailable: true }, (lock) => { done(Boolean(lock)); return lock && new Promise(() => {}); }).catch(() => done(false));
  });
  async function open() {
    const one = { chain: hex(crypto.getRandomValues(new Uint8Array(16))), seq: 0, head: "0".repeat(64), queue: [] };
    if (navigator.locks) await hold(one.chain);
    return one;
  }
  async function choose() {
    const range = IDBKeyRange.bound([attempt], [attempt, []]);
    const before = navigator.locks ? await store("readonly", (chains) => chains.getAll(range)).catch(() => []) : [];
    for (const one of before) if (await hold(one.chain)) left.push(one);
    kept = left.shift() || await open();
  }

  // Keys in alphabetical order and no spaces: the form over which the server computes the hash again.
  function canonical(one) {
    const facts = Object.keys(one.facts).sort().map((name) => JSON.stringify(name) + ":" + JSON.stringify(one.facts[name]));
    return `{"at":${one.at},"facts":{${facts.join(",")}},"kind":"${one.kind}","seq":${one.seq}}`;
  }
  async function add(kind, facts, at) {
    const into = kept;
    const one = { seq: into.seq + 1, at, kind, facts };
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(into.head + canonical(one)));
    one.hash = hex(new Uint8Array(bytes));
    into.seq = one.seq;
    into.head = one.hash;
    into.queue.push(one);
    await save(into);
    if (into.queue.length >= 20) send();
  }
  const later = (act) => { turn = turn.then(act).catch(() => { /* the next one goes on */ }); return turn; };
  function say(kind, facts = {}) {
    const at = Date.now();
    if (watching && !full) later(() => add(kind, facts, at));
  }
  function body(one, part) {
    const data = new FormData();
    data.set("csrf_token", token());
    data.set("chain", one.chain);
    data.set("batch", JSON.stringify(part));
    return data;
  }
  // Other signals stand where these would go: what waits is said again in a chain that is this window's alone.
  const fork = (one) => later(async () => {
    const waiting = one.queue;
    one.queue = [];
    await drop(one);
    if (one === kept) kept = await open();
    for (const { kind, facts, at } of waiting) await add(kind, facts, at);
  });
  // Whether the next delivery can follow at once. What the server does not read is left out, and is a hole then.
  async function deliver(one) {
    const part = one.queue.slice(0, 100);
    const reply = await fetch(place + "/signals", { method: "POST", body: body(one, part), keepalive: true, headers: { "HX-Request": "true" } });
    let gone = reply.ok ? part : [];
    if (reply.status === 422) {
      const wrong = reply.headers.get("X-Signals-Wrong");
      gone = wrong ? wrong.split(",").map((at) => part[at]) : part;
    }
    one.queue = one.queue.filter((other) => !gone.includes(other));
    if (gone.length) await save(one);
    if (reply.status === 410) end();
    if (reply.status === 409) {
      const told = await reply.text();
      if (told.includes('data-code="signals-forked"')) { await fork(one); return false; }
      if (told.includes('data-code="signals-full"')) { full = true; return false; }
      document.dispatchEvent(new CustomEvent("exam:unwatched"));
    }
    return gone.length > 0 && one.queue.length > 0;
  }
  async function send() {
    if (sending || full || !watching) return;
    sending = true;
    try {
      for (const one of [kept, ...left]) {
        let more = one.queue.length > 0;
        while (watching && more) more = await deliver(one);
      }
      for (const one of left.filter((other) => !other.queue.length)) await drop(one);
      left = left.filter((one) => one.queue.length);
    } catch { /* without a network they wait here */ } finally { sending = false; }
  }
  function end() { over = true; watching = false; document.dispatchEvent(new CustomEvent("exam:unwatched")); }

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
    let still = 0;
    addEventListener("resize", () => { clearTimeout(still); still = setTimeout(() => say("resized", { width: innerWidth, height: innerHeight }), 500); });
    addEventListener("offline", () => say("offline"));
    addEventListener("online", () => { say("online"); send(); });
    navigator.mediaDevices?.addEventListener("devicechange", () => say("devices_changed"));
    const tabs = new BroadcastChannel("exam-signals-" + attempt); // of its own: a channel also hears its own window's others
    tabs.onmessage = ({ data }) => { if (data === "here?") tabs.postMessage("here"); say("other_tab"); };
    tabs.postMessage("here?");
    say("screens", { extended: typeof screen.isExtended === "boolean" ? String(screen.isExtended) : "unknown" });
    addEventListener("pagehide", () => { if (watching && kept.queue.length) navigator.sendBeacon(place + "/signals", body(kept, kept.queue.slice(0, 100))); });
    setInterval(send, 10000);
  }
  // Asked until it is answered, and again after a pause or while monitoring is off; nothing is noted meanwhile.
  async function begin(wait) {
    asking = 0;
    try {
      const reply = await fetch(place + "/camera", { headers: { "HX-Request": "true" } });
      const told = reply.ok ? await reply.json() : { on: false };
      if (told.on) {
        const first = !kept;
        if (first) await choose();
        watching = true;
        if (first) listen();
        document.dispatchEvent(new CustomEvent("exam:watched", { detail: told }));
        return;
      }
    } catch { /* without a network it is asked again */ }
    again(wait * 2);
  }
  function again(wait) {
    if (over || asking) return;
    const next = Math.min(wait, LONGEST);
    asking = setTimeout(() => begin(next), next);
  }
  document.addEventListener("exam:unwatched", () => { if (watching) { watching = false; again(10000); } });
  window.examSignals = { say };
  begin(10000);
})();
