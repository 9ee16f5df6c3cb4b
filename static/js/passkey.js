/* Passkeys: what needs them is shown only where they can work, and a failure is said in words. */

// A passkey belongs to a name; an address of numbers has none.
const hasName = !/^([\d.]+|\[.*\])$/.test(location.hostname);
const canWork = hasName && "PublicKeyCredential" in window;

for (const element of document.querySelectorAll("[data-passkey]")) {
  element.hidden = !canWork;
}
for (const element of document.querySelectorAll("[data-passkey-unusable]")) {
  element.hidden = canWork;
}

const REASONS = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "known" };
const trouble = document.querySelector("[data-passkey-trouble]");

document.addEventListener("allauth.error", (event) => {
  if (!trouble) {
    return;
  }
  event.preventDefault();
  const reason = REASONS[event.detail.exception?.name] ?? "other";
  for (const sentence of trouble.querySelectorAll("[data-for]")) {
    sentence.hidden = sentence.dataset.for !== reason;
  }
  trouble.hidden = false;
});
