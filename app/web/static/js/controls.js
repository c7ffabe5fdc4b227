// The controls of an answer on the exam page, whatever the type of the item: what they say, whether that is
// complete, and filling them in. All controls of a place have the name of the place; the server decides.
(() => {
  "use strict";
  function places(place) { return document.querySelectorAll('[name="a-' + place + '"]'); }
  const ticked = (input) => input.type === "radio" || input.type === "checkbox";
  function values(place) {
    return [...places(place)].filter((input) => (ticked(input) ? input.checked : input.value.trim() !== "")).map((input) => input.value);
  }
  // As the server decides it: an item of which something is open, or a number that cannot be read, counts as empty.
  function complete(place) {
    const inputs = [...places(place)];
    const chosen = values(place);
    if (inputs[0].tagName === "SELECT") return chosen.length === inputs.length && !odd(inputs, chosen);
    return chosen.length > 0 && (inputs[0].dataset.words !== undefined || !odd(inputs, chosen));
  }
  const counted = (text) => text.split(/\s+/).filter(Boolean).length;
  function odd(inputs, chosen) {
    const { order, number, words } = inputs[0].dataset;
    if (words !== undefined) return chosen.length > 0 && counted(chosen[0]) > Number(words);
    if (order !== undefined) return new Set(chosen.map((word) => word.split("=")[1])).size < chosen.length;
    return number !== undefined && chosen.length > 0 && !new RegExp("^(?:" + number + ")$").test(chosen[0].replace(/\s/g, ""));
  }
  function warn(place) {
    const said = document.getElementById("odd-" + place);
    if (!said) return;
    const inputs = [...places(place)];
    said.hidden = !odd(inputs, values(place));
    if (inputs[0].dataset.number !== undefined || inputs[0].dataset.words !== undefined) inputs[0].setAttribute("aria-invalid", String(!said.hidden));
  }
  function putIn(place, chosen) {
    for (const input of places(place)) {
      if (ticked(input)) input.checked = chosen.includes(input.value);
      else if (input.tagName === "SELECT") input.value = [...input.options].find((option) => chosen.includes(option.value))?.value || "";
      else input.value = chosen[0] || "";
    }
    warn(place);
    count(place);
  }
  // How long a text is, in words; shown beside it, and not announced at every key.
  function count(place) {
    const said = document.getElementById("count-" + place);
    const [input] = places(place);
    if (!said || input?.dataset.words === undefined) return;
    const { words } = input.dataset;
    said.textContent = said.dataset.count.replace("{count}", counted(input.value)).replace("{most}", words);
  }

  // Text is saved when somebody pauses or leaves the field, and while they go on typing every so often.
  const PAUSE = 2000; // milliseconds without a key
  const AT_MOST = 15000; // milliseconds of typing
  function typist(save) {
    const typing = new Map(); // place -> {since, timer}: text that is not saved yet
    function type(place) {
      const known = typing.get(place) || { since: performance.now(), timer: 0 };
      clearTimeout(known.timer);
      const most = known.since + AT_MOST - performance.now();
      known.timer = setTimeout(typed, Math.max(0, Math.min(PAUSE, most)), place);
      typing.set(place, known);
    }
    function forget(place) {
      clearTimeout(typing.get(place)?.timer);
      return typing.delete(place);
    }
    function typed(place) { if (forget(place)) save(place); }
    function typedAll() { for (const place of [...typing.keys()]) typed(place); }
    return { type, typed, typedAll, forget };
  }
  // changed(place, isText) when a control holds something else, typing(place) while a text is typed.
  function watch(changed, typing) {
    const placeOf = (event) => (/^a-(\d+)$/.exec(event.target.name || "") || [])[1];
    const isText = (event) => event.target.type === "text" || event.target.type === "textarea";
    document.addEventListener("change", (event) => { if (placeOf(event)) changed(placeOf(event), isText(event)); });
    document.addEventListener("input", (event) => {
      if (!placeOf(event) || !isText(event)) return;
      count(placeOf(event));
      typing(placeOf(event));
    });
  }
  window.examControls = { places, values, complete, warn, putIn, typist, watch };
})();
