// The exam page with a script: saves each choice at once, shows whether it is saved, keeps what could not be
// sent, counts the time down from the server's figure, moves between questions without losing anything.
// Everything here only improves forms that work by themselves; the server decides every time.
(() => {
  "use strict";
  const HEADERS = { "HX-Request": "true", "X-Exam-Script": "1" };
  const BEAT = 20000;
  const PATIENCE = 55; // seconds after the deadline in which a save still counts; the server takes them for 60
  const HANGS = 20000; // milliseconds after which a request counts as lost
  const SLOW = 6000; // milliseconds after which "saving" becomes "not saved"
  const OFFER = 60000; // milliseconds without a connection after which what waits can be taken away in a file
  const OUTLIVES = 32000; // bytes of a request that may outlive its page: browsers refuse more than 64 KiB in all

  const { clock, countdown, disable, draw, drop, fill, find, form, link, note, notSaved, offerFile, offline, parse, say, state, words } = window.examView;
  const attempt = form().dataset.attempt;
  const base = () => form().dataset.place;

  let queue = []; // in order: {place, chosen, complete, version, key, seq, at, sent}
  let recalled = false; // what an earlier page kept on this device stands in the queue
  let flags = new Map(); // position -> true or false
  let unsavedSince = null;
  let sending = false;
  let frozen = false; // nothing can be chosen here any more
  let taken = false; // another window is the live one
  let shared = false; // and it is one of this browser, with the same store
  let taking = null; // this window asks for the lease of another one
  let shut = false; // the time is over, and what waits is being sent
  let out = false; // signed out, or a form of an older session: only a reload helps
  let leaving = false;
  let [failures, retry] = [0, 0];
  let endsAt = 0; // on the monotonic clock of this page
  let seq = 0;

  const lease = () => find("#lease").value;
  const pending = () => queue.length + flags.size;
  const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  // What is not sent yet survives a reload and a power cut of this device.
  const held = () => (queue.length > 0 ? { seq, queue: queue.map((answer) => ({ ...answer })) } : null);
  function remember() {
    if (shared || !recalled) return;
    window.examQueue.keep(attempt, held()).catch(() => { /* without storage the answers are in this page only */ });
  }
  async function recall() {
    const kept = await window.examQueue.recall(attempt).catch(() => null);
    if (kept) {
      const fresh = queue; // chosen while the store was being opened
      const replaced = (answer) => !answer.sent && fresh.some((newer) => newer.place === answer.place);
      queue = kept.queue.filter((answer) => !replaced(answer));
      seq = Math.max(seq, kept.seq);
      for (const answer of fresh) { seq += 1; answer.seq = seq; queue.push(answer); }
      unsavedSince = new Date(queue[0].at);
    }
    recalled = true;
    remember();
  }

  const { places, values, complete, warn, putIn } = window.examControls;
  function tick(place, chosen, whole) {
    const here = places(place).length > 0;
    if (here) putIn(place, chosen);
    draw(place, { answered: here ? complete(place) : whole });
  }
  function put(place, clear) {
    if (places(place).length === 0) return;
    const chosen = clear ? [] : values(place);
    const whole = chosen.length > 0 && complete(place);
    warn(place);
    const version = find('[name="v-' + place + '"]').value;
    // what is under way keeps its place and its key; only what was never sent is replaced by a newer choice
    queue = queue.filter((answer) => answer.place !== place || answer.sent);
    seq += 1;
    queue.push({ place, chosen, complete: whole, version, key: window.examWindows.newKey(), seq, at: new Date().toISOString(), sent: false });
    unsavedSince = unsavedSince || new Date();
    remember();
    draw(place, { answered: whole });
    if (out) unsaved();
    else state("", words().sending);
    flush();
  }

  const { type, typed, typedAll, forget } = window.examControls.typist((place) => put(place, false));

  const body = () => new URLSearchParams({ csrf_token: form().elements.csrf_token.value, lease: lease() });
  function send(path, data, keepalive) {
    const outlives = keepalive && data.toString().length < OUTLIVES;
    return fetch(base() + path, { method: "POST", body: data, headers: HEADERS, keepalive: outlives, signal: AbortSignal.timeout?.(HANGS) });
  }
  async function flush() {
    if (sending || out || !recalled || pending() === 0) return;
    sending = true;
    clearTimeout(retry);
    const data = body();
    // one answer a request keeps its own key: sent again after a broken connection it is one event
    const first = queue[0];
    if (first) {
      first.sent = true;
      remember();
      data.set("key", first.key);
      data.set("seq", first.seq);
      data.set("v-" + first.place, first.version);
      if (first.chosen.length === 0) data.set("clear", first.place);
      else for (const word of first.chosen) data.append("a-" + first.place, word);
    }
    const marked = new Map(flags);
    for (const [place, on] of marked) data.append(on ? "flag" : "unflag", place);
    const slow = setTimeout(unsaved, SLOW);
    try {
      const reply = await send("/answers", data, true);
      await understand(reply, first, marked, data.get("lease"));
      failures = 0;
    } catch {
      failures += 1;
      lost();
    }
    clearTimeout(slow);
    sending = false;
    if (pending() === 0 || out) return;
    retry = setTimeout(flush, failures === 0 ? 0 : Math.min(15000, 1000 * 2 ** Math.min(failures - 1, 4)) + Math.random() * 500);
  }

  async function understand(reply, sent, marked, used) {
    if (reply.status >= 500 || reply.status === 429) throw new Error("again");
    if (reply.status === 401 || reply.status === 403) { signedOut(); return; }
    const answer = parse(await reply.text());
    const saved = answer.querySelector("#saved");
    if (saved) { stored(saved, answer, sent, marked); return; }
    const code = answer.querySelector("[data-code]")?.dataset.code;
    // what comes too late or from a frozen window is kept by the server as evidence: the rest is sent as well
    if (code === "window-taken") {
      await taking; // it may be this very page that has just become the live window
      if (used === lease()) { freeze(); flags.clear(); settle(sent, marked); }
      return;
    }
    if (reply.status === 410) { flags.clear(); settle(sent, marked); if (pending() === 0) close(); else lock(); return; }
    if (["attempt-paused", "release-needed", "secure-browser-held"].includes(code)) { reload(); throw new Error("again"); }
    if (code !== "answer-unknown" && code !== "version-missing") throw new Error("again");
    settle(sent, marked);
    const sentence = answer.querySelector("[data-code] p")?.textContent || "";
    note("refused", "bad", sentence, "");
  }

  function stored(saved, answer, sent, marked) {
    for (const pair of saved.dataset.versions.trim().split(" ").filter(Boolean)) {
      const [place, version] = pair.split(":");
      const input = find('[name="v-' + place + '"]');
      if (input) input.value = version;
      for (const later of queue) if (later !== sent && later.place === place) later.version = version;
    }
    settle(sent, marked);
    for (const [place, held] of Object.entries(JSON.parse(saved.dataset.conflicts))) {
      if (!queue.some((later) => later.place === place)) tick(place, held, held.length > 0); // else a newer choice waits
    }
    const notes = answer.querySelector("#conflicts");
    if (notes?.childElementCount) find("#notes").prepend(...notes.children);
    hear(Number(saved.dataset.remaining));
    drop("offline");
    if (pending() === 0) {
      unsavedSince = null;
      drop("unsent");
      find("#saved").replaceChildren(...saved.childNodes);
      say(find("#saved").textContent.trim());
    }
  }
  function settle(sent, marked) {
    queue = queue.filter((answer) => answer !== sent);
    for (const [place, on] of marked) if (flags.get(place) === on) flags.delete(place);
    remember();
  }

  function unsaved() {
    if (frozen) return;
    unsavedSince = unsavedSince || new Date();
    notSaved(unsavedSince);
  }
  function lost() {
    if (frozen) return;
    if (pending() > 0) unsaved();
    if (!find("#unsent")) offline(words().offline, pending());
  }
  // Nothing was sent for a minute: what waits can be given to staff in a file. It stays in the queue all the same.
  function offer() {
    if (!unsavedSince || queue.length === 0 || frozen || Date.now() - unsavedSince < OFFER) return;
    if (find("#unsent")) return;
    drop("offline");
    offerFile(() => window.examQueue.download(form().dataset.code, queue).then(() => say(words().downloaded)));
  }
  // The answers of this page are in the store, so they are sent after the reload, with the form of the new session.
  function signedOut() {
    out = true;
    drop("offline");
    const again = link(words().signIn, location.href);
    again.addEventListener("click", () => { leaving = true; });
    note("out", "bad", words().outTitle, words().out, again);
    unsaved();
  }
  function reload() { typedAll(); leaving = true; location.reload(); }
  function lock() { typedAll(); frozen = true; disable(true); }
  function freeze() {
    if (taken) return;
    taken = true;
    lock();
    drop("offline", "unsent");
    note("taken", "bad", words().takenTitle, words().taken, link(words().here, base() + location.search));
    state("bad", words().takenTitle);
    say(words().takenTitle);
  }
  function close() {
    lock();
    drop("offline", "unsent");
    note("closed", "info", words().closed, "", link(words().receipt, base() + "/receipt"));
  }

  // Time: the server's seconds, counted down on a clock that nobody can set.
  function hear(seconds) {
    endsAt = performance.now() + seconds * 1000;
    if (shut && seconds > 0 && !frozen) { shut = false; disable(false); } // somebody gave more time
    show();
  }
  const left = () => (endsAt - performance.now()) / 1000;
  function show() {
    const seconds = left();
    countdown(seconds);
    if (seconds <= 0 && !frozen && !out) timeup();
  }
  // The page hands in only when nothing waits any more. What cannot be sent within the minute in which saves
  // still count stays in the queue; the server closes the attempt by itself, and the rest goes there as evidence.
  let ending = false;
  async function timeup() {
    if (ending) return;
    ending = true;
    typedAll();
    shut = true;
    disable(true);
    say(words().over);
    while (pending() > 0 && !frozen && !out && left() <= 0 && left() > -PATIENCE) {
      await flush();
      await wait(failures === 0 ? 100 : 1000);
    }
    if (pending() === 0 && !frozen && !out && left() <= 0) await handIn();
    setTimeout(() => { ending = false; }, 3000);
  }
  async function handIn() {
    const data = body();
    data.set("timeup", "1");
    try {
      const reply = await send("/submission", data, false);
      if (reply.url.endsWith("/receipt")) { leaving = true; location.assign(reply.url); }
      else if (reply.status === 410) close();
      else if (parse(await reply.text()).querySelector("[data-code=window-taken]")) freeze();
      else await beat();
    } catch { lost(); }
  }
  async function beat() {
    if (frozen || out) return;
    try {
      const reply = await fetch(base() + "/time", { headers: HEADERS, signal: AbortSignal.timeout?.(HANGS) });
      if (reply.status === 401 || reply.status === 403) { signedOut(); return; }
      const told = parse(await reply.text());
      if (told.querySelector("[data-held]")) { reload(); return; }
      const time = told.querySelector("#time");
      if (!time) return;
      hear(Number(time.dataset.remaining));
      if (time.dataset.state === "paused") reload();
      else if (pending() > 0) flush();
      else if (["submitted", "expired", "terminated", "scored"].includes(time.dataset.state)) close();
    } catch { if (pending() > 0) lost(); }
  }

  // Moving: what is under way is saved first; the next question is fetched, so a lost connection keeps this one.
  async function settled() {
    typedAll();
    const until = performance.now() + 10000;
    while (pending() > 0 && !frozen && !out && performance.now() < until) {
      await flush();
      if (failures > 0) break;
      await wait(50);
    }
    return pending() === 0;
  }
  let moving = false;
  async function move(address, push) {
    if (moving) return;
    moving = true;
    try {
      await settled();
      const reply = await fetch(address, { headers: { "X-Exam-Script": "1" }, signal: AbortSignal.timeout?.(HANGS) });
      if (reply.status >= 500) throw new Error("again");
      const there = new URL(reply.url).pathname;
      const waits = pending() > 0 && there.endsWith("/sign-in"); // answers that are sent from here, after signing in
      if (reply.status === 401 || reply.status === 403 || waits) { signedOut(); return; }
      if (!reply.ok || there !== base()) { location.assign(reply.url); return; }
      const fresh = parse(await reply.text());
      if (!fresh.querySelector("#item")) { location.assign(address); return; }
      typedAll(); // typed while the next question was on its way
      if (frozen) { location.assign(address); return; }
      for (const part of [".exam-bar", "#main", ".exam-foot"]) find(part).replaceWith(fresh.querySelector(part));
      document.title = fresh.title;
      if (push) history.pushState(null, "", address);
      begin();
      find("#main").focus({ preventScroll: true });
      scrollTo(0, 0);
    } catch {
      offline(words().move, 0);
    } finally {
      moving = false; // who chose to stay when the page was to be left goes on from here
    }
  }

  function begin() {
    hear(Number(find("#clock").dataset.remaining));
    for (const answer of queue) tick(answer.place, answer.chosen, answer.complete ?? answer.chosen.length > 0);
  }

  window.examControls.watch((place, isText) => {
    if (frozen) return;
    if (isText) typed(place);
    else put(place, false);
  }, (place) => {
    if (frozen) return;
    type(place);
    state("", words().sending);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[form=item], #item button");
    if (!button || frozen || form().dataset.confirm !== undefined) return;
    const { clear, flag } = button.dataset;
    if (button.name === "time") { event.preventDefault(); say(fill(words().left, { time: clock(left()) })); return; }
    if (clear) {
      event.preventDefault();
      forget(clear);
      putIn(clear, []);
      put(clear, true);
    } else if (flag) {
      event.preventDefault();
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      button.querySelector("span").textContent = on ? words().flagged : words().flag;
      flags.set(flag, on);
      draw(flag, { flagged: on });
      flush();
    } else if (button.dataset.go && find("#q-" + button.dataset.go) && document.querySelectorAll(".item").length > 1) {
      event.preventDefault();
      find("#q-" + button.dataset.go).scrollIntoView();
      find("#h-" + button.dataset.go).setAttribute("tabindex", "-1");
      find("#h-" + button.dataset.go).focus({ preventScroll: true });
    } else if (button.dataset.go) {
      event.preventDefault();
      move(base() + "?n=" + button.dataset.go, true);
    } else if (button.value === "all" || button.value === "one") {
      event.preventDefault();
      move(base() + (button.value === "all" ? "?view=all" : ""), true);
    } else if (button.value === "stay" || button.classList.contains("vh")) { // the second: Enter in a field
      event.preventDefault();
      settled();
    } else if (button.dataset.leave !== undefined) {
      event.preventDefault();
      settled().then((good) => { if (good) location.assign(base() + "/submission"); else lost(); });
    }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".exam-bar .lang a");
    if (!link) return;
    typedAll();
    if (pending() === 0) return;
    event.preventDefault();
    settled().then((good) => { if (good) location.assign(link.href); else lost(); });
  });
  addEventListener("popstate", () => { if (frozen) reload(); else move(location.href, false); });
  addEventListener("online", flush);
  document.addEventListener("submit", (event) => { // handing in: what still waits here goes first
    if (form().dataset.confirm === undefined || pending() === 0 || frozen) return;
    event.preventDefault();
    settled().then((good) => { if (good) form().requestSubmit(event.submitter); else lost(); });
  });
  addEventListener("beforeunload", (event) => {
    typedAll();
    if (!shared && recalled) window.examQueue.keepNow(attempt, held());
    if (pending() > 0 && !frozen && !leaving) event.preventDefault();
  });
  addEventListener("pageshow", (event) => { if (event.persisted) reload(); }); // a page out of the back/forward cache is old
  document.addEventListener("visibilitychange", () => { if (document.hidden) typedAll(); else beat(); });

  window.examWindows.watch(attempt, {
    live: () => !frozen,
    take() {
      taking = send("/window", body(), false).then((reply) => reply.text()).then((text) => {
        const fresh = parse(text).querySelector("#lease");
        if (fresh) find("#lease").value = fresh.value;
        return Boolean(fresh);
      }).catch(() => false);
      return taking;
    },
    taken() { shared = true; freeze(); },
  });

  begin();
  setInterval(() => { show(); offer(); }, 1000);
  setInterval(beat, BEAT);
  recall().then(() => { begin(); beat(); flush(); });
})();
