// Two windows of one browser share the cookie: the one opened last asks for the lease and the other freezes.
(() => {
  "use strict";
  const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

  // act: live() whether this window may be answered at all, take() asks the server for the lease, taken() loses it.
  function watch(attempt, act) {
    if (!("BroadcastChannel" in window)) return;
    const channel = new BroadcastChannel("exam-" + attempt);
    const me = newKey();
    channel.onmessage = async ({ data }) => {
      if (data.me === me) return;
      if (data.kind === "opened" && act.live()) channel.postMessage({ kind: "here", me, to: data.me });
      if (data.kind === "here" && data.to === me && await act.take()) channel.postMessage({ kind: "taken", me });
      if (data.kind === "taken") act.taken();
    };
    channel.postMessage({ kind: "opened", me });
    addEventListener("pagehide", () => channel.close());
  }
  window.examWindows = { newKey, watch };
})();
