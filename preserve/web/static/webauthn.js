// Asks a security key through the browser, and sends what it signed with the form that stands around.
"use strict";
(() => {
  const form = document.querySelector("form[data-webauthn]");
  if (!form) return;
  const say = (name) => {
    for (const one of form.querySelectorAll("[data-say]")) one.hidden = one.dataset.say !== name;
  };
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const text = (buffer) => {
    const read = Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join("");
    return btoa(read).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  const described = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));

  // Browsers down to Chromium 90 have no parseCreationOptionsFromJSON.
  const asked = () => {
    const options = JSON.parse(form.dataset.options);
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    options.excludeCredentials = described(options.excludeCredentials);
    options.allowCredentials = described(options.allowCredentials);
    return options;
  };
  const answered = (found) => {
    const response = { clientDataJSON: text(found.response.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (found.response[part]) response[part] = text(found.response[part]);
    }
    return JSON.stringify({ id: found.id, rawId: text(found.rawId), type: found.type, response });
  };

  const button = form.querySelector("[data-key]");
  if (!window.PublicKeyCredential || !navigator.credentials) { say("none"); return; }
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    say("touch");
    try {
      const options = asked();
      const found = form.dataset.webauthn === "create"
        ? await navigator.credentials.create({ publicKey: options })
        : await navigator.credentials.get({ publicKey: options });
      form.elements.answer.value = answered(found);
      // The field of a code may be empty, and the form goes all the same.
      form.submit();
    } catch (error) {
      button.disabled = false;
      say(error.name === "InvalidStateError" ? "known" : "failed");
    }
  });
})();
