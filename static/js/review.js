/* Keys for pages with one decision after another, above all the review of a record, and the
   quick way from one decision to the next.

   Keys: data-key="a" on a link, button or field says what a key does; two keys may share one
   thing ("n j"). data-item-key does so inside the [data-key-item] that has the focus, which comes
   first. With data-sure the first press takes the focus there and the next one acts. Down and up
   walk through the items of a [data-key-list]; so do j/k and n/p where nothing else has them. While
   someone types, or holds Ctrl, Alt or Meta, nothing happens.

   Swapping: inside a [data-swap-area], links and forms with data-swap fetch the next page and put
   its area in the place of this one. The addresses in its data-ahead are fetched beforehand, with
   their pictures, so that they are there at once. The focus goes to the first [data-waiting], else
   to [data-goes-on], else to the act of the key a. A details with data-keep stays as a person left
   it, and so does what was typed into another form of the same record. Other scripts hear
   "area:swapped". Without this script they are plain links and forms. */

const FIELDS = ":is(select, textarea, input:not([type=hidden]))";
const TYPING = "input:not([type=checkbox]):not([type=radio]):not([type=submit]), select, textarea, [contenteditable]";

function act(element) {
  if ("sure" in element.dataset && document.activeElement !== element) {
    element.focus();
    return;
  }
  if (element.matches(TYPING)) {
    element.focus();
    return;
  }
  element.click();
  if (element.matches("summary") && element.parentElement.open) {
    const form = element.parentElement.querySelector("form");
    (form?.querySelector("[type=radio]:checked:not([value=''])") || form?.querySelector(FIELDS))?.focus();
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
  if (document.querySelector("dialog[open]")) {
    return;
  }
  if (event.target.closest(TYPING)) {
    if (event.key === "Escape") {
      event.target.blur();
    }
    return;
  }
  if (event.target.matches("[type=radio]")) {
    return; // the arrows choose
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

/* ---- the next page without the wait ---- */

const FRESH = 45000;
const PICTURES_KEPT = 16;
const AT_ONCE = 2;
const READS_AFTER = 400;
const pictures = new Map(); // of pages, by their address
const pages = new Map(); // fetched ahead, by their address
const folds = new Map(); // how a person left them
let fetching = new AbortController();

function keepPicture(source, picture) {
  pictures.delete(source);
  pictures.set(source, picture);
  for (const oldest of [...pictures.keys()].slice(0, -PICTURES_KEPT)) {
    pictures.delete(oldest);
  }
  return picture;
}

// Pictures of pages are stored by no cache, so one that is here, or was fetched ahead, is moved
// over as it is. In the page as fetched it loses its address, lest it be asked for again.
function parse(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const picture = page.querySelector("[data-swap-area] [data-picture]");
  if (picture) {
    picture.dataset.from = picture.getAttribute("src");
    picture.removeAttribute("src");
  }
  return page;
}

function putPicture(area, shown) {
  if (shown) {
    keepPicture(shown.getAttribute("src"), shown);
  }
  const wanted = area.querySelector("[data-picture]");
  const source = wanted?.dataset.from;
  if (!source) {
    return;
  }
  const picture = pictures.get(source);
  if (!picture) {
    wanted.src = source;
    return;
  }
  for (const attribute of wanted.attributes) {
    if (attribute.name !== "src") {
      picture.setAttribute(attribute.name, attribute.value);
    }
  }
  wanted.replaceWith(picture);
}

async function fetchAhead(url) {
  const known = pages.get(url);
  if (known && Date.now() - known.at < FRESH) {
    return known.answer;
  }
  const headers = { Accept: "text/html", "X-Ahead": "yes" };
  const answer = fetch(url, { credentials: "same-origin", headers, signal: fetching.signal })
    .then(async (found) => (found.ok ? { url: found.url, page: parse(await found.text()) } : null))
    .catch(() => null);
  const kept = { at: Date.now(), answer, isHere: false };
  pages.set(url, kept);
  const found = await answer;
  if (found) {
    kept.isHere = true;
  } else if (pages.get(url) === kept) {
    pages.delete(url);
  }
  const source = found?.page.querySelector("[data-picture]")?.dataset.from;
  if (source && !pictures.has(source)) {
    const picture = new Image();
    picture.src = source;
    keepPicture(source, picture);
    await picture.decode().catch(() => pictures.delete(source));
  }
  return answer;
}

// What lies ahead at once, what lies behind once the person reads.
async function fetchAll(area) {
  const addresses = area.dataset.ahead.split(" ").filter(Boolean);
  for (const [place, address] of addresses.entries()) {
    if (place === AT_ONCE) {
      await new Promise((done) => setTimeout(done, READS_AFTER));
    }
    if (!area.isConnected) {
      return;
    }
    await fetchAhead(new URL(address, window.location.href).href);
  }
}

// After an act: what still comes, and all that it may have changed. A fact that was decided
// changes nothing in other records, so that those need not be fetched again at every press.
function forgetAhead(changed) {
  fetching.abort();
  fetching = new AbortController();
  for (const [url, kept] of pages) {
    if (!kept.isHere || changed(new URL(url).pathname)) {
      pages.delete(url);
    }
  }
}

function settle({ focus, after = 0 }) {
  const area = document.querySelector("[data-swap-area]");
  for (const fold of area.querySelectorAll("details[data-keep]")) {
    if (folds.has(fold.dataset.keep) && !fold.querySelector(".error-text")) {
      fold.open = folds.get(fold.dataset.keep);
    }
  }
  document.dispatchEvent(new CustomEvent("area:swapped"));
  const form = area.querySelector("form[data-focus]");
  if (focus && form) {
    form.querySelector(FIELDS)?.focus();
    form.scrollIntoView({ block: "nearest" });
  } else if (focus) {
    const waiting = area.querySelector("[data-waiting]");
    if (waiting) {
      take(waiting);
    } else {
      const next = ["[data-goes-on]", "[data-key~=a]", "[data-window]"].map((one) => area.querySelector(one));
      next.find(Boolean)?.focus({ preventScroll: true });
    }
  }
  if ("ahead" in area.dataset) {
    setTimeout(fetchAll, after, area);
  }
}

document.addEventListener("click", (event) => {
  const fold = event.target.closest?.("details[data-keep] > summary")?.parentElement;
  if (fold) {
    folds.set(fold.dataset.keep, !fold.open);
  }
});

function isTyped(field) {
  if (field.matches("[type=checkbox], [type=radio]")) {
    return field.checked !== field.defaultChecked;
  }
  if (field.matches("select")) {
    return [...field.options].some((option) => option.selected !== option.defaultSelected);
  }
  return field.value !== field.defaultValue;
}

// What was typed and not sent goes along to the next face of the same record; words that were
// marked on a page stay with that page.
function keepTyped(here, area, sent) {
  for (const form of here.querySelectorAll("form[data-swap]")) {
    const place = form.elements.quote && here.querySelector("#enter-page");
    if (form === sent || (place && place.value !== area.querySelector("#enter-page")?.value)) {
      continue;
    }
    for (const field of form.querySelectorAll(":is(input, select, textarea)[id]")) {
      const next = area.querySelector(`#${CSS.escape(field.id)}`);
      if (next && (isTyped(field) || (place && field.type === "hidden"))) {
        keepField(field, next);
        // With it what was seen then: a change by others since is still said.
        const seen = next.form.elements.seen;
        if (seen) {
          seen.value = form.elements.seen.value;
        }
      }
    }
    const values = form.querySelector("[data-value-fields]");
    if (values) {
      area.querySelector("[data-value-fields]")?.replaceChildren(...values.childNodes);
    }
  }
}

function keepField(field, next) {
  next.value = field.value;
  next.checked = field.checked;
  next.readOnly = field.readOnly;
  if (field.type !== "hidden" && field.closest("details")?.open) {
    next.closest("details").open = true;
  }
}

function put(page, url, push, { sent = null, after = 0 } = {}) {
  const fresh = page.querySelector("[data-swap-area]");
  const here = document.querySelector("[data-swap-area]");
  if (!fresh || !here || fresh.dataset.swapArea !== here.dataset.swapArea) {
    window.location.assign(url);
    return;
  }
  const sameDocument = new URL(url).pathname === window.location.pathname;
  const scrolled = here.querySelector(".rv-scroll")?.scrollTop || 0;
  const area = document.importNode(fresh, true);
  putPicture(area, here.querySelector("[data-picture]"));
  if (sameDocument) {
    keepTyped(here, area, sent);
  }
  here.replaceWith(area);
  document.title = page.title;
  if (push && url !== window.location.href) {
    window.history.pushState({}, "", url);
  }
  if (sameDocument) {
    area.querySelector(".rv-scroll")?.scrollTo(0, scrolled);
  } else {
    window.scrollTo(0, 0);
  }
  settle({ focus: true, after });
}

// Other records whose first page is here; the server then sends only what an act changes on it.
function listHeld() {
  const first = [...pages].filter(([url, kept]) => kept.isHere && Date.now() - kept.at < FRESH && !new URL(url).search);
  return first.map(([url]) => new URL(url).pathname).join(" ");
}

function follow(page, part) {
  const area = page.querySelector("[data-swap-area]");
  const own = area.dataset.ahead.split(" ").filter((address) => address.includes("?"));
  area.dataset.ahead = [...own, part.dataset.ahead].join(" ");
  area.querySelector(".rv-queue").replaceWith(part.querySelector(".rv-queue"));
  area.querySelector(".rv-top").prepend(part.querySelector(".rv-news"));
}

async function swap(url, options, push, sent = null) {
  const isAhead = !options.method && pages.has(url);
  const known = isAhead ? await fetchAhead(url) : null;
  if (known) {
    pages.delete(url);
    put(known.page, known.url, push);
    return true;
  }
  const here = window.location.pathname;
  if (options.method) {
    forgetAhead((path) => path === here);
  }
  let answer;
  try {
    const headers = { Accept: "text/html", "X-Swap": "yes", "X-Have": options.method ? listHeld() : "" };
    answer = await fetch(url, { credentials: "same-origin", headers, ...options });
  } catch {
    return false;
  }
  if (answer.status >= 500 || answer.status === 403) {
    return false;
  }
  if (!answer.headers.get("content-type")?.startsWith("text/html")) {
    window.location.assign(answer.url);
    return true;
  }
  const told = answer.headers.get("content-location");
  const address = told ? new URL(told, window.location.href).href : answer.url;
  const shown = answer.status === 400 ? window.location.href : address;
  const stays = new URL(shown).pathname === here;
  let page = parse(await answer.text());
  const part = page.querySelector("[data-follow]");
  if (part) {
    page = (await pages.get(new URL(shown).origin + new URL(shown).pathname)?.answer)?.page;
    if (!page) {
      window.location.assign(shown);
      return true;
    }
    follow(page, document.importNode(part, true));
  }
  if (options.method && !stays) {
    forgetAhead(() => true); // the queue is another
  }
  put(page, shown, push, { sent, after: options.method && stays ? READS_AFTER : 0 });
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
  if (form.matches("form[data-swap-get]")) {
    event.preventDefault();
    const url = new URL(form.getAttribute("action") || window.location.pathname, window.location.href);
    url.search = new URLSearchParams(new FormData(form)).toString();
    swap(url.href, {}, true).then((done) => done || window.location.assign(url.href));
    return;
  }
  if (!form.matches("form[data-swap]")) {
    return;
  }
  event.preventDefault();
  if (form.dataset.busy) {
    return;
  }
  form.dataset.busy = "yes";
  const body = new FormData(form, event.submitter);
  swap(form.action, { method: "POST", body }, true, form).then((done) => {
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
  settle({ focus: document.activeElement === document.body });
}
