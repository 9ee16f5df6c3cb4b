/* Keys for pages with one decision after another, above all the review of a record, and the
   quick way from one decision to the next.

   Keys: data-key="a" on a link, button or field says what a key does; two keys may share one
   thing ("n j"). data-item-key does so inside the [data-key-item] that has the focus, which comes
   first. Down and up walk through the items of a [data-key-list]; so do j/k and n/p where nothing
   else has them. While someone types, or holds Ctrl, Alt or Meta, nothing happens.

   Swapping: inside a [data-swap-area], links and forms with data-swap fetch the next page and put
   its area in the place of this one, so that a picture that was fetched ahead (data-preload) is
   there at once. Without this script they are plain links and forms. */

const TYPING = "input:not([type=checkbox]):not([type=radio]):not([type=submit]), select, textarea, [contenteditable]";

function act(element) {
  if (element.matches(TYPING)) {
    element.focus();
    return;
  }
  element.click();
  if (element.matches("summary") && element.parentElement.open) {
    element.parentElement.querySelector("form :is(select, textarea, input:not([type=hidden]))")?.focus();
  }
}

function walk(list, step) {
  const items = [...list.querySelectorAll("[data-key-item]")].filter((item) => !item.hidden);
  if (items.length === 0) {
    return;
  }
  const now = items.findIndex((item) => item.contains(document.activeElement));
  take(items[Math.min(Math.max(now + step, 0), items.length - 1)]);
}

function take(item) {
  const target = item.matches("a, button, input, [tabindex]")
    ? item
    : item.querySelector("a, button, input, select, textarea") || item;
  target.focus();
  item.scrollIntoView({ block: "nearest" });
}

function findByKey(key, root, name) {
  const attribute = name === "itemKey" ? "data-item-key" : "data-key";
  return [...root.querySelectorAll(`[${attribute}]`)].find(
    (element) => !element.disabled && !element.hidden && element.dataset[name].split(" ").includes(key),
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
  const item = document.activeElement?.closest("[data-key-item]");
  const element = (item && findByKey(event.key, item, "itemKey")) || findByKey(event.key, document, "key");
  if (element) {
    event.preventDefault();
    act(element);
    return;
  }
  const list = item?.closest("[data-key-list]") || document.querySelector("[data-key-list]");
  const steps = { ArrowDown: 1, ArrowUp: -1, j: 1, n: 1, k: -1, p: -1 };
  const inWindow = event.target.closest("[tabindex='0'], summary");
  if (list && event.key in steps && !(event.key.startsWith("Arrow") && inWindow)) {
    event.preventDefault();
    walk(list, steps[event.key]);
  }
});

/* ---- the words of a fact light up on the page while the fact is in hand ---- */

function light(event) {
  const of = event.target.closest?.("[data-of]")?.dataset.of;
  for (const mark of document.querySelectorAll("[data-mark]")) {
    mark.classList.toggle("is-lit", mark.dataset.mark === of);
  }
}
document.addEventListener("focusin", light);
document.addEventListener("pointerover", (event) => {
  if (event.target.closest?.("[data-of]")) {
    light(event);
  }
});

/* ---- a larger page ---- */

let isLarge = false;
function showSize() {
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.hidden = false;
    button.setAttribute("aria-pressed", String(isLarge));
    document.querySelector(".review-sheet")?.classList.toggle("is-large", isLarge);
  }
}
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-zoom]")) {
    isLarge = !isLarge;
    showSize();
  }
});

/* ---- the next page without the wait ---- */

const ahead = new Map(); // pictures of pages by their address

function settle({ focus }) {
  showSize();
  const wanted = document.querySelector("[data-preload]")?.dataset.preload;
  if (wanted && !ahead.has(wanted)) {
    const picture = new Image();
    picture.src = wanted;
    ahead.set(wanted, picture);
  }
  if (focus) {
    const waiting = document.querySelector("[data-waiting]");
    if (waiting) {
      take(waiting);
    } else {
      document.querySelector("[data-swap-area]")?.querySelector("[data-key~=a]")?.focus();
    }
  }
}

// Pictures of pages are stored by no cache: one that is here, or was fetched ahead, is moved over
// as it is. In the page as fetched it is taken out before anything could ask for it again.
function keepPicture(here, fresh) {
  const wanted = fresh.querySelector("[data-picture]");
  const source = wanted?.getAttribute("src");
  const shown = here.querySelector("[data-picture]");
  const picture = shown?.getAttribute("src") === source ? shown : ahead.get(source);
  if (!source || !picture) {
    return null;
  }
  for (const attribute of wanted.attributes) {
    if (attribute.name !== "src") {
      picture.setAttribute(attribute.name, attribute.value);
    }
  }
  if (shown) {
    ahead.set(shown.getAttribute("src"), shown);
  }
  wanted.removeAttribute("src");
  return picture;
}

function put(html, url, push) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.querySelector("[data-swap-area]");
  const here = document.querySelector("[data-swap-area]");
  if (!fresh || !here || fresh.dataset.swapArea !== here.dataset.swapArea) {
    window.location.assign(url);
    return;
  }
  const sameDocument = new URL(url).pathname === window.location.pathname;
  const crumbs = page.querySelector(".breadcrumbs");
  const picture = keepPicture(here, fresh);
  here.replaceWith(document.importNode(fresh, true));
  if (picture) {
    document.querySelector("[data-picture]")?.replaceWith(picture);
  }
  document.title = page.title;
  if (crumbs) {
    document.querySelector(".breadcrumbs")?.replaceWith(document.importNode(crumbs, true));
  }
  if (push && url !== window.location.href) {
    window.history.pushState({}, "", url);
  }
  if (!sameDocument) {
    window.scrollTo(0, 0);
  }
  settle({ focus: true });
}

async function swap(url, options, push) {
  let answer;
  try {
    answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "text/html" }, ...options });
  } catch {
    return false;
  }
  if (answer.status >= 500 || answer.status === 403) {
    return false;
  }
  const isPage = answer.headers.get("content-type")?.startsWith("text/html");
  if (!isPage) {
    window.location.assign(answer.url);
    return true;
  }
  put(await answer.text(), answer.status === 400 ? window.location.href : answer.url, push);
  return true;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) {
    return;
  }
  event.preventDefault();
  swap(link.href, {}, true).then((done) => done || window.location.assign(link.href));
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-swap]")) {
    return;
  }
  event.preventDefault();
  if (form.dataset.busy) {
    return;
  }
  form.dataset.busy = "yes";
  const body = new FormData(form, event.submitter);
  swap(form.action, { method: "POST", body }, true).then((done) => {
    delete form.dataset.busy;
    if (!done) {
      delete form.dataset.swap;
      form.requestSubmit(event.submitter);
    }
  });
});

window.addEventListener("popstate", () => {
  if (document.querySelector("[data-swap-area]")) {
    swap(window.location.href, {}, false).then((done) => done || window.location.reload());
  }
});

if (document.querySelector("[data-swap-area]")) {
  settle({ focus: window.location.hash === "#waiting" });
}
