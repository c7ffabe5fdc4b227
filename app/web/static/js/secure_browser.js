// Passes on what Safe Exam Browser tells a page about its settings. A browser that adds the proof to every
// request by itself needs nothing of this; one that tells it only to scripts has it added here.
(() => {
  "use strict";
  const form = document.getElementById("browser-proof");
  if (!form) return;
  const security = window.SafeExamBrowser?.security;
  const here = location.href.split("#")[0]; // what the key is for, also after the page has moved on by itself
  const again = form.dataset.again === "1"; // this page shows something else once the settings are proven
  const ask = window.fetch.bind(window);
  let told = "";

  window.fetch = (to, options = {}) => {
    const ours = new URL(to instanceof Request ? to.url : to, location.href).origin === location.origin;
    if (!told || !ours) return ask(to, options);
    const headers = new Headers(options.headers);
    headers.set("X-Exam-Browser-Page", here);
    headers.set("X-Exam-Browser-Key", told);
    return ask(to, { ...options, headers });
  };

  async function prove() {
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, page: here, key: told });
    try {
      const reply = await ask(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
      if (reply.status === 204 && again) location.reload();
      else if (reply.status === 409 && again) document.getElementById("browser-no")?.removeAttribute("hidden");
    } catch { /* without a connection the next word comes in a minute */ }
  }
  function hear() {
    told = security.configKey || "";
    if (told) setInterval(prove, 60000);
    prove();
  }
  // macOS and iOS call this by its name, so it stands where they look
  window.secureBrowserTold = hear;
  if (security?.configKey) hear();
  else if (security?.updateKeys) security.updateKeys(window.secureBrowserTold);
  else if (again) prove();
})();
