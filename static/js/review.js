/* Keys for pages with one decision after another, above all the review of a record.

   A page says what a key does in its HTML: data-key="a" on a link, button or field; two keys may
   share one thing ("n j"). Pressing it clicks the button, follows the link or moves to the field.
   data-key-list on a container makes j/k (n/p where no element has them) walk through its
   [data-key-item] children. "?" shows or hides [data-key-help]. While someone types, or holds
   Ctrl, Alt or Meta, nothing happens. */

const TYPING = "input:not([type=checkbox]):not([type=radio]):not([type=submit]), select, textarea, [contenteditable]";

function act(element) {
  if (element.matches(TYPING)) {
    element.focus();
  } else {
    element.click();
  }
}

function walk(list, step) {
  const items = [...list.querySelectorAll("[data-key-item]")].filter((item) => !item.hidden);
  if (items.length === 0) {
    return;
  }
  const now = items.findIndex((item) => item.contains(document.activeElement));
  const next = items[Math.min(Math.max(now + step, 0), items.length - 1)];
  const target = next.matches("a, button, input, [tabindex]")
    ? next
    : next.querySelector("a, button, input, select, textarea") || next;
  target.focus();
  next.scrollIntoView({ block: "nearest" });
}

function findByKey(key, root) {
  return [...root.querySelectorAll("[data-key]")].find(
    (element) => !element.disabled && element.dataset.key.split(" ").includes(key),
  );
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) {
    return;
  }
  if (event.target.closest(TYPING)) {
    if (event.key === "Escape") {
      event.target.blur();
    }
    return;
  }
  if (event.key === "?") {
    const help = document.querySelector("[data-key-help]");
    if (help) {
      event.preventDefault();
      help.hidden = !help.hidden;
    }
    return;
  }
  // The item in hand comes first: "a" accepts the proposal that has the focus.
  const item = document.activeElement?.closest("[data-key-item]");
  const element = (item && findByKey(event.key, item)) || findByKey(event.key, document);
  if (element) {
    event.preventDefault();
    act(element);
    return;
  }
  const list = document.querySelector("[data-key-list]");
  const steps = { j: 1, n: 1, k: -1, p: -1 };
  if (list && event.key in steps) {
    event.preventDefault();
    walk(list, steps[event.key]);
  }
});
