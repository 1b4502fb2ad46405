// Passkeys: hands the browser's answer to the form around the button. Forms stay hidden without it.
const decode = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const encode = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function understood(options) {
  const key = { ...options.publicKey, challenge: decode(options.publicKey.challenge) };
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (key[list]) key[list] = key[list].map((one) => ({ ...one, id: decode(one.id) }));
  }
  if (key.user) key.user = { ...key.user, id: decode(key.user.id) };
  return { publicKey: key };
}

function told(credential) {
  const said = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) said[name] = encode(credential.response[name]);
  }
  if (credential.response.getTransports) said.transports = credential.response.getTransports();
  return {
    id: credential.id,
    rawId: encode(credential.rawId),
    type: credential.type,
    response: said,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function options(form) {
  if (form.dataset.passkey === "ask") {
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    return (await answer.json()).request_options;
  }
  const known = JSON.parse(document.getElementById("passkey-options").textContent);
  return known.request_options ?? known.creation_options;
}

async function prove(form) {
  const asked = understood(await options(form));
  if (form.dataset.passkey !== "create") return navigator.credentials.get(asked);
  const alone = form.elements.passwordless.checked;
  Object.assign((asked.publicKey.authenticatorSelection ??= {}), {
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    ...(alone ? { userVerification: "required" } : {}),
  });
  return navigator.credentials.create(asked);
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  form.hidden = !window.PublicKeyCredential;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      form.elements.credential.value = JSON.stringify(told(await prove(form)));
      form.submit();
    } catch {
      form.querySelector("[data-passkey-fault]").hidden = false;
    }
  });
}
