// What the exam page shows and says: notes, the state of saving, the map of questions. Decides nothing.
(() => {
  "use strict";
  const find = (selector) => document.querySelector(selector);
  const words = () => find("#words").dataset;
  const form = () => find("#item");
  const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_all, name) => facts[name]);
  const clock = (seconds) => {
    const whole = Math.max(0, Math.floor(seconds));
    const two = (value) => String(value).padStart(2, "0");
    return Math.floor(whole / 3600) + ":" + two(Math.floor((whole % 3600) / 60)) + ":" + two(whole % 60);
  };
  function parse(text) { // whoever else wants to know what the server said hears it here
    const told = new DOMParser().parseFromString(text, "text/html");
    document.dispatchEvent(new CustomEvent("exam:told", { detail: told }));
    return told;
  }

  function say(text) { find("#say").textContent = text; }
  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }
  function icon(name) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    made.setAttribute("class", "icon");
    made.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", words().icons + "#" + name);
    made.append(use);
    return made;
  }
  const ICONS = { warn: "wifi-off", bad: "triangle-alert", info: "info" };
  function note(id, kind, title, text, action) {
    const old = document.getElementById(id);
    const made = element("div", "note " + kind);
    made.id = id;
    made.setAttribute("role", "alert");
    made.append(icon(ICONS[kind]), element("h2", "", title));
    if (text) made.append(element("p", "", text));
    if (action) { const line = element("p"); line.append(action); made.append(line); }
    if (old) { if (old.textContent !== made.textContent) old.replaceWith(made); } else find("#notes").prepend(made);
  }
  function drop(...ids) { for (const id of ids) document.getElementById(id)?.remove(); }
  function link(text, href) {
    const made = element("a", "btn", text);
    made.href = href;
    return made;
  }
  function notSaved(since) {
    const time = since.toLocaleTimeString("en-GB", { timeZone: words().zone });
    const text = fill(words().unsaved, { time });
    if (find("#saved").textContent !== text) { state("warn", text); say(text); }
  }
  function offline(text, waiting) {
    const count = waiting > 0 ? " " + fill(words().waiting, { n: waiting }) + "." : "";
    note("offline", "warn", words().offlineTitle, text + count);
  }
  function offerFile(take) {
    const button = element("button", "btn line keep", words().download);
    button.type = "button";
    button.addEventListener("click", take);
    note("unsent", "warn", words().unsentTitle, words().unsent, button);
  }
  function state(kind, text) {
    const status = element("span", "status " + kind);
    if (kind) status.append(icon(ICONS[kind]));
    status.append(text);
    find("#saved").replaceChildren(status);
  }

  // The map and the counts follow what is on the page; the page itself is made anew by the server on each move.
  function draw(place, change) {
    const entry = find('#qmap [data-go="' + place + '"]');
    if (!entry) return;
    if ("answered" in change) entry.classList.toggle("a", change.answered);
    if ("flagged" in change) entry.classList.toggle("f", change.flagged);
    const said = [entry.classList.contains("a") ? words().wordA : words().wordE];
    if (entry.classList.contains("f")) said.push(words().wordF);
    entry.querySelector(".vh").textContent = ", " + said.join(", ");
    const count = (name, value) => { const at = find('[data-count="' + name + '"]'); if (at) at.textContent = value; };
    const answered = document.querySelectorAll("#qmap .a").length;
    count("a", answered);
    count("f", document.querySelectorAll("#qmap .f").length);
    count("e", document.querySelectorAll("#qmap button").length - answered);
  }

  function disable(on) {
    for (const part of document.querySelectorAll("#item input:not([type=hidden]), #item select, #item textarea, #item button:not(.keep), button[form=item]")) part.disabled = on;
  }

  // The time that is left, and a word when few minutes are; those that were over at the first look are not told.
  const NOTICES = [30, 15, 5, 1];
  let told = null;
  function countdown(seconds) {
    const at = find("#clock");
    if (at) at.textContent = clock(seconds);
    told = told || new Set(NOTICES.filter((minutes) => seconds <= minutes * 60));
    for (const minutes of NOTICES) {
      if (told.has(minutes) || seconds > minutes * 60) continue;
      told.add(minutes);
      if (seconds > minutes * 60 - 5) say(fill(words().minutes, { n: minutes }));
    }
  }

  window.examView = { clock, countdown, disable, draw, drop, fill, find, form, link, note, notSaved, offerFile, offline, parse, say, state, words };
})();
