// Takes the two pictures of check-in with the camera of this device. Without script, or when the camera does not
// answer, the plain field for a file does the same.
(() => {
  "use strict";
  if (!navigator.mediaDevices?.getUserMedia) return;
  for (const form of document.querySelectorAll("form[data-take]")) {
    const field = form.querySelector("input[type=file]");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn line";
    button.textContent = form.dataset.on;
    form.querySelector(".actions").prepend(button);
    let stream = null;
    let view = null;
    const off = () => { for (const track of stream?.getTracks() || []) track.stop(); stream = null; view?.remove(); };
    const fail = () => {
      off();
      button.textContent = form.dataset.on;
      const line = form.querySelector("[data-said]") || document.createElement("p");
      line.dataset.said = "";
      line.setAttribute("role", "status");
      line.textContent = form.dataset.failed;
      button.parentElement.before(line);
    };
    button.addEventListener("click", async () => {
      try {
        if (!stream) {
          stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: form.dataset.take, width: { ideal: 1280 } } });
          view = document.createElement("video");
          view.className = "taken";
          view.muted = true;
          view.playsInline = true;
          view.srcObject = stream;
          form.querySelector(".field").before(view);
          await view.play();
          button.textContent = form.dataset.shoot;
          return;
        }
        const sheet = document.createElement("canvas");
        sheet.width = view.videoWidth;
        sheet.height = view.videoHeight;
        sheet.getContext("2d").drawImage(view, 0, 0);
        const made = await new Promise((done) => { sheet.toBlob(done, "image/jpeg", 0.85); });
        const files = new DataTransfer();
        files.items.add(new File([made], "picture.jpg", { type: "image/jpeg" }));
        field.files = files.files;
        off();
        form.requestSubmit();
      } catch { fail(); }
    });
    addEventListener("pagehide", off);
  }
})();
