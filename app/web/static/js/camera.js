// A small picture about once a minute while an exam is supervised at a distance. A camera that fails is said, once,
// and the exam goes on.
(() => {
  "use strict";
  const note = document.getElementById("watch");
  if (!note) return;
  const { place, on, off } = note.dataset;
  const LARGEST = 128 * 1024;
  const WHY = { NotAllowedError: "denied", NotFoundError: "missing", NotReadableError: "busy" };
  const say = (kind, facts) => window.examSignals.say(kind, facts);
  let view = null;
  let seq = 0;
  let next = 0;
  let word = "";
  // the page replaces its middle when the candidate moves on: the line is written again, and announced once
  const change = (said) => { word = said; tell(); const aloud = document.getElementById("say"); if (aloud) aloud.textContent = said; };
  const tell = () => { const line = document.getElementById("watch-says"); if (line && line.textContent !== word) line.textContent = word; };

  async function shoot() {
    const sheet = document.createElement("canvas");
    sheet.width = 320;
    sheet.height = 240;
    sheet.getContext("2d").drawImage(view, 0, 0, 320, 240);
    for (const [kind, quality] of [["image/webp", 0.7], ["image/jpeg", 0.7], ["image/jpeg", 0.4]]) {
      const made = await new Promise((done) => { sheet.toBlob(done, kind, quality); });
      if (made && made.type === kind && made.size <= LARGEST) return made;
    }
    return null;
  }
  async function send() {
    const made = await shoot();
    if (!made) return true;
    seq += 1;
    const data = new FormData();
    data.set("csrf_token", document.querySelector("[name=csrf_token]").value);
    data.set("seq", String(seq));
    data.set("picture", made, "snapshot");
    const reply = await fetch(place + "/snapshots", { method: "POST", body: data, headers: { "HX-Request": "true" } });
    if (reply.status !== 409 && reply.status !== 410) return true;
    document.dispatchEvent(new CustomEvent("exam:unwatched"));
    return false;
  }
  function stop() {
    for (const track of view?.srcObject?.getTracks() || []) track.stop();
    view = null;
    change(off);
  }
  function wait() {
    clearTimeout(next);
    next = setTimeout(async () => {
      if (!view) return;
      let goes = true;
      try { goes = await send(); } catch { /* without a network this picture is not there, and the next one may be */ }
      if (goes && view) wait();
    }, 45000 + Math.random() * 30000);
  }
  // A pause, or monitoring that is switched off: the camera rests, and goes on when the exam is watched again.
  document.addEventListener("exam:unwatched", () => { if (view) stop(); });
  document.addEventListener("exam:watched", async ({ detail }) => {
    if (view) return;
    seq = Math.max(seq, detail.snapshots);
    if (!navigator.mediaDevices?.getUserMedia) { change(off); say("camera_failed", { why: "unsupported" }); return; }
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 320 }, height: { ideal: 240 } } });
      const [track] = stream.getVideoTracks();
      track.addEventListener("ended", () => { say("camera_ended"); stop(); });
      track.addEventListener("mute", () => say("camera_muted"));
      track.addEventListener("unmute", () => say("camera_unmuted"));
      view = document.createElement("video");
      view.muted = true;
      view.playsInline = true;
      view.srcObject = stream;
      await view.play();
      say("camera_on");
      change(on);
      await send().catch(() => {});
      wait();
    } catch (error) {
      say("camera_failed", { why: WHY[error?.name] || "other" });
      stop();
    }
  });
  setInterval(tell, 1000);
})();
