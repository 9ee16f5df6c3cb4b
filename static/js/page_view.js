/* The page before a reviewer: its size and turn, the words of facts on it, and words marked by
   mouse or keyboard for a fact that nobody proposed. Begins anew at every "area:swapped".

   [data-window] scrolls; in it [data-turned] has the size of the page as shown and [data-sheet]
   that of the page as it is, moved by a transform. Sizes are set on the elements' style by this
   script alone: the policy allows no style in the page. */

import { coverWords, findInLine, findNearest, isAt, placeOnPage, readWords, turnPlace } from "./words.js";

const STEP = 1.25;
const SMALLEST = 0.4;
const LARGEST = 5;
const PREVIEW_WIDTH = 1000;
const SHARPS_KEPT = 6;
const SVG = "http://www.w3.org/2000/svg";
const RIGHT_TO_LEFT = /[\u0590-\u08ff]/g;

const zoom = { mode: "fit", factor: 1 }; // kept from page to page
const sharps = new Map();
let view = null;

const find = (selector) => document.querySelector(`[data-swap-area] ${selector}`);
const findAll = (selector) => document.querySelectorAll(`[data-swap-area] ${selector}`);

/* ---- size and turn ---- */

function measure() {
  const picture = view.sheet.querySelector("[data-picture]");
  const width = Number(picture.getAttribute("width")) || picture.naturalWidth || 1;
  const height = Number(picture.getAttribute("height")) || picture.naturalHeight || 1;
  const isTurned = view.turn % 180 !== 0;
  const aspect = isTurned ? width / height : height / width;
  const room = { width: view.window.clientWidth - 16, height: view.window.clientHeight - 16 };
  let across = room.width * (zoom.mode === "whole" ? 1 : zoom.factor);
  if (zoom.mode === "whole") {
    across = Math.min(room.width, room.height / aspect);
  }
  return { across, down: across * aspect, isTurned, fraction: across / room.width };
}

function show() {
  if (!view?.sheet) {
    return;
  }
  const { across, down, isTurned, fraction } = measure();
  const places = { 0: [0, 0], 90: [across, 0], 180: [across, down], 270: [0, down] };
  const [x, y] = places[view.turn];
  view.turned.style.inlineSize = `${across}px`;
  view.turned.style.blockSize = `${down}px`;
  view.sheet.style.inlineSize = `${isTurned ? down : across}px`;
  view.sheet.style.transform = view.turn ? `translate(${x}px, ${y}px) rotate(${view.turn}deg)` : "none";
  for (const size of findAll("[data-size]")) {
    size.textContent = `${Math.round(fraction * 100)} %`;
  }
  find("[data-zoom=whole]")?.setAttribute("aria-pressed", String(zoom.mode === "whole"));
  const keep = find("[data-turn-form]");
  if (keep) {
    keep.hidden = view.turn === 0;
    keep.elements.turn.value = String(view.turn);
  }
  sharpen((isTurned ? down : across) * window.devicePixelRatio);
}

// A picture of twice the width is asked for only where the stored one would be blurred.
function sharpen(width) {
  const source = view.sheet.dataset.sharp;
  if (width < PREVIEW_WIDTH * 1.1 || !source || view.sheet.querySelector(".rv-sharp")) {
    return;
  }
  const { sheet } = view;
  if (!sharps.has(source)) {
    const picture = new Image();
    picture.className = "rv-sharp";
    picture.alt = "";
    picture.src = source;
    sharps.set(source, picture.decode().then(() => picture, () => null));
    for (const oldest of [...sharps.keys()].slice(0, -SHARPS_KEPT)) {
      sharps.delete(oldest);
    }
  }
  sharps.get(source).then((picture) => {
    if (picture && sheet.isConnected && !sheet.querySelector(".rv-sharp")) {
      sheet.querySelector("[data-picture]").after(picture);
    }
  });
}

function setZoom(factor, point) {
  const { window: frame, turned } = view;
  const before = turned.getBoundingClientRect();
  const at = point || { clientX: frame.getBoundingClientRect().left + frame.clientWidth / 2, clientY: frame.getBoundingClientRect().top + frame.clientHeight / 3 };
  const x = (at.clientX - before.left) / before.width;
  const y = (at.clientY - before.top) / before.height;
  zoom.mode = "free";
  zoom.factor = Math.min(Math.max(factor, SMALLEST), LARGEST);
  show();
  const after = turned.getBoundingClientRect();
  frame.scrollBy(after.left + x * after.width - at.clientX, after.top + y * after.height - at.clientY);
}

function press(wanted) {
  const now = zoom.mode === "whole" ? measure().fraction : zoom.factor;
  if (wanted === "in") {
    setZoom(now * STEP);
  } else if (wanted === "out") {
    setZoom(now / STEP);
  } else {
    zoom.mode = wanted === "whole" && zoom.mode !== "whole" ? "whole" : "fit";
    zoom.factor = 1;
    show();
  }
}

/* ---- the words of a fact light up while the fact is in hand, and the other way round ---- */

function light(of, { reveal }) {
  for (const mark of findAll("[data-mark]")) {
    mark.classList.toggle("is-lit", mark.dataset.mark === of);
  }
  for (const chip of findAll("[data-of]")) {
    chip.classList.toggle("is-lit", chip.dataset.of === of);
  }
  if (reveal && of) {
    revealMark(of);
  }
}

function revealMark(of) {
  const marks = [...findAll("[data-mark]")].filter((mark) => mark.dataset.mark === of && mark.getClientRects().length);
  const mark = marks.find((one) => one.closest("svg")) || marks.find((one) => one.closest(".is-only"));
  if (mark) {
    bringIntoView(mark.getBoundingClientRect());
  }
}

function bringIntoView(place) {
  const frame = view.window.getBoundingClientRect();
  const isSeen = place.top >= frame.top && place.bottom <= frame.bottom && place.left >= frame.left && place.right <= frame.right;
  if (isSeen || frame.bottom < 0 || frame.top > window.innerHeight) {
    return;
  }
  view.window.scrollBy({
    left: place.left < frame.left || place.right > frame.right ? place.left - frame.left - frame.width / 4 : 0,
    top: place.top < frame.top || place.bottom > frame.bottom ? place.top - frame.top - frame.height / 3 : 0,
    behavior: window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
  });
}

function findMark(x, y) {
  return [...view.sheet.querySelectorAll("rect[data-mark]")].find((rect) => {
    const [left, top, width, height] = ["x", "y", "width", "height"].map((name) => Number(rect.getAttribute(name)));
    return x >= left && x <= left + width && y >= top && y <= top + height;
  });
}

function takeChip(of) {
  const chip = [...findAll(".proposal[data-of]")].find((one) => one.dataset.of === of);
  chip?.focus();
  chip?.scrollIntoView({ block: "nearest" });
}

/* ---- words marked for a fact ---- */

function say(words) {
  const line = find("[data-said]");
  if (line) {
    line.textContent = words;
  }
}

function draw() {
  const group = view.sheet.querySelector("[data-chosen]");
  group.replaceChildren();
  if (view.from === null) {
    return;
  }
  for (const place of coverWords(view.words, view.from, view.to)) {
    const box = turnPlace(place, 360 - view.lies);
    const rect = document.createElementNS(SVG, "rect");
    const sides = { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top };
    for (const [name, value] of Object.entries(sides)) {
      rect.setAttribute(name, value.toFixed(5));
    }
    group.append(rect);
  }
}

function chosenPlace() {
  const run = view.words.slice(Math.min(view.from, view.to), Math.max(view.from, view.to) + 1);
  const start = Math.min(...run.map((word) => word.start));
  const end = Math.max(...run.map((word) => word.end));
  return { start, end, quote: readText(start, end) };
}

function readText(start, end) {
  view.letters = view.letters || [...(find("[data-text]")?.textContent || "")];
  return view.letters.slice(start, end).join("").replace(/\s+/g, " ").trim();
}

function choose(from, to) {
  [view.from, view.to] = [from, to];
  draw();
  if (from !== null) {
    say(chosenPlace().quote);
  }
}

function enterPlace({ start, end, quote }, { focus }) {
  const fold = find("[data-enter]");
  const form = fold?.querySelector("form");
  if (!form) {
    return;
  }
  fold.open = true;
  form.elements.start.value = start;
  form.elements.end.value = end;
  form.elements.quote.value = quote;
  form.elements.quote.readOnly = end > start;
  fold.querySelector("[data-place-hint]").hidden = end > start;
  fold.scrollIntoView({ block: "nearest" });
  if (focus) {
    form.elements.key.focus();
  }
}

function clearPlace() {
  const form = find("[data-enter] form");
  if (form?.elements.quote.readOnly) {
    enterPlace({ start: 0, end: 0, quote: "" }, { focus: false });
  }
  if (view.sheet) {
    choose(null, null);
  }
}

// The words are kept as they are read, on a page that may lie on its side.
function nearestWord(x, y) {
  const { left, top } = turnPlace({ left: x, top: y, right: x, bottom: y }, view.lies);
  return findNearest(view.words, left, top);
}

function setMarking(isMarking) {
  view.isMarking = isMarking;
  view.window.classList.toggle("is-marking", isMarking);
  find("[data-mark-words]")?.setAttribute("aria-pressed", String(isMarking));
  if (isMarking) {
    const frame = view.window.getBoundingClientRect();
    const [x, y] = placeOnPage(view.sheet, view.turn, { clientX: frame.left + 4, clientY: frame.top + 4 });
    const lit = view.sheet.querySelector("rect.is-lit");
    const at = lit
      ? nearestWord(Number(lit.getAttribute("x")), Number(lit.getAttribute("y")) + Number(lit.getAttribute("height")) / 2)
      : nearestWord(Math.max(x, 0), Math.max(y, 0));
    choose(at, at);
    view.window.focus({ preventScroll: true });
  } else {
    clearPlace();
  }
}

function isRightToLeft() {
  const text = find("[data-text]")?.textContent || "";
  return (text.match(RIGHT_TO_LEFT)?.length || 0) > text.length / 4;
}

function walk(key, extend) {
  const forward = isRightToLeft() ? "ArrowLeft" : "ArrowRight";
  let to = view.to;
  if (key === "ArrowUp" || key === "ArrowDown") {
    to = findInLine(view.words, view.to, key === "ArrowDown" ? 1 : -1);
  } else if (key === "Home" || key === "End") {
    to = key === "Home" ? 0 : view.words.length - 1;
  } else {
    to += key === forward ? 1 : -1;
  }
  to = Math.min(Math.max(to, 0), view.words.length - 1);
  choose(extend ? view.from : to, to);
  const rects = view.sheet.querySelectorAll("[data-chosen] rect");
  bringIntoView(rects[to >= view.from ? rects.length - 1 : 0].getBoundingClientRect());
}

function pressInWindow(event) {
  if (!view.isMarking || event.ctrlKey || event.altKey || event.metaKey) {
    return;
  }
  if (["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) {
    walk(event.key, event.shiftKey);
  } else if (event.key === "Enter") {
    enterPlace(chosenPlace(), { focus: true });
  } else if (event.key === "Escape") {
    setMarking(false);
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

/* ---- the mouse on the page ---- */

function beginDrag(event) {
  const isFinger = event.pointerType === "touch" && !view.isMarking;
  if (event.button !== 0 || isFinger || !event.target.closest("[data-sheet]")) {
    return;
  }
  const [x, y] = placeOnPage(view.sheet, view.turn, event);
  view.drag = { x, y, left: event.clientX, top: event.clientY, from: nearestWord(x, y), moved: false };
  event.preventDefault();
  view.window.focus({ preventScroll: true });
}

function drag(event) {
  if (!view?.sheet) {
    return;
  }
  const [x, y] = placeOnPage(view.sheet, view.turn, event);
  if (!view.drag) {
    const mark = event.target.closest?.("[data-sheet]") && findMark(x, y);
    view.window.classList.toggle("is-on-mark", Boolean(mark));
    if (mark && mark.dataset.mark !== view.hovered) {
      light(mark.dataset.mark, { reveal: false });
    }
    view.hovered = mark ? mark.dataset.mark : null;
    return;
  }
  const far = Math.hypot(event.clientX - view.drag.left, event.clientY - view.drag.top) > 4;
  view.drag.moved = view.drag.moved || far;
  if (view.drag.moved && view.words.length) {
    choose(view.drag.from, nearestWord(x, y));
  }
}

function endDrag() {
  const ended = view?.drag;
  if (!ended) {
    return;
  }
  view.drag = null;
  if (ended.moved && view.from !== null) {
    enterPlace(chosenPlace(), { focus: true });
    return;
  }
  const mark = findMark(ended.x, ended.y);
  clearPlace();
  if (mark) {
    takeChip(mark.dataset.mark);
  }
}

function takeWord(event) {
  const [x, y] = placeOnPage(view.sheet, view.turn, event);
  const { left, top } = turnPlace({ left: x, top: y, right: x, bottom: y }, view.lies);
  const at = view.words.findIndex((word) => isAt(word, left, top));
  if (at >= 0 && find("[data-enter]")) {
    choose(at, at);
    enterPlace(chosenPlace(), { focus: true });
  }
}

// In plain text the browser's own selection says where the words stand.
function takeSelection() {
  const text = find("[data-text]");
  const selection = window.getSelection();
  if (!text || selection.isCollapsed || !text.contains(selection.anchorNode) || !text.contains(selection.focusNode)) {
    return;
  }
  const range = selection.getRangeAt(0);
  const before = document.createRange();
  before.setStart(text, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const start = [...before.toString()].length;
  const chosen = range.toString();
  enterPlace({ start, end: start + [...chosen].length, quote: chosen.replace(/\s+/g, " ").trim() }, { focus: false });
}

/* ---- the fields beside the page ---- */

async function fetchFields(select) {
  const form = select.form;
  const fields = form.querySelector("[data-value-fields]");
  fields.replaceChildren();
  if (!select.value) {
    return;
  }
  const answer = await fetch(`${form.dataset.fields}?key=${encodeURIComponent(select.value)}`, { credentials: "same-origin" });
  if (answer.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-fields-of]");
    if (fresh?.dataset.fieldsOf === select.value) {
      fields.replaceChildren(document.importNode(fresh, true));
    }
  }
}

function useFound(button) {
  const field = document.querySelector(`#${button.getAttribute("form")}`).elements[button.dataset.field];
  field.value = button.dataset.use;
  field.focus();
  settleFound(button.closest(".found"));
}

function settleFound(found) {
  found.classList.add("is-kept");
  for (const choice of found.querySelectorAll(".found-use, .is-late")) {
    choice.remove();
  }
}

// Where the form holds a found value already, typed and not yet sent, nothing is offered.
function settleUsed() {
  for (const button of findAll(".found .found-use")) {
    const field = document.querySelector(`#${button.getAttribute("form")}`).elements[button.dataset.field];
    if (field.value === button.dataset.use) {
      settleFound(button.closest(".found"));
    }
  }
  if (!find(".found .found-use")) {
    find(".rv-use-all")?.remove();
  }
}

// All fields for which one value was found, as if each were pressed.
function useAll(button) {
  const inHand = document.activeElement;
  for (const found of button.form.querySelectorAll(".found:not(.is-kept)")) {
    const choices = found.querySelectorAll(".found-use");
    if (choices.length === 1) {
      useFound(choices[0]);
    }
  }
  button.parentElement.remove();
  const isInHand = inHand.isConnected && inHand !== document.body;
  const next = isInHand ? inHand : find("[data-waiting]") || find("[data-window]");
  next?.focus({ preventScroll: true });
}

function showSaying(radio) {
  for (const saying of findAll("[data-said-for]")) {
    saying.hidden = saying.dataset.saidFor !== radio.value || radio.value === "";
  }
}

/* ---- once for all pages ---- */

document.addEventListener("click", (event) => {
  const target = event.target.closest?.("[data-zoom], [data-turn], [data-mark-words], [data-use], [data-use-all], [data-opens]");
  for (const menu of findAll("details.menu[open]")) {
    menu.open = menu.contains(event.target) && !event.target.closest("a");
  }
  if (!target) {
    return;
  }
  const { zoom: wanted, turn, use, opens } = target.dataset;
  if (wanted) {
    press(wanted);
  } else if (turn) {
    view.turn = (view.turn + Number(turn) + 360) % 360;
    show();
  } else if (opens) {
    document.getElementById(opens).showModal();
  } else if (use !== undefined) {
    event.preventDefault();
    useFound(target);
  } else if (target.matches("[data-use-all]")) {
    event.preventDefault();
    useAll(target);
  } else {
    setMarking(!view.isMarking);
  }
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-enter] [name=key]")) {
    fetchFields(event.target);
  } else if (event.target.matches(".rv-reasons [type=radio]")) {
    showSaying(event.target);
  }
});
document.addEventListener("focusin", (event) => {
  const chip = event.target.closest?.("[data-swap-area] [data-of]");
  if (chip) {
    light(chip.dataset.of, { reveal: true });
  }
});
document.addEventListener("pointerover", (event) => {
  const chip = event.target.closest?.("[data-swap-area] [data-of]");
  if (chip && !chip.classList.contains("is-lit")) {
    light(chip.dataset.of, { reveal: true });
  }
});
document.addEventListener("pointermove", drag);
document.addEventListener("pointerup", endDrag);
document.addEventListener("mouseup", () => setTimeout(takeSelection, 0));

function begin() {
  const frame = find("[data-window]");
  const sheet = find("[data-sheet]");
  for (const tools of findAll("[data-live]")) {
    tools.hidden = false;
  }
  for (const button of findAll("[data-without-script]")) {
    button.hidden = true;
  }
  settleUsed();
  if (!frame) {
    view = null;
    return;
  }
  const lies = Number(sheet?.dataset.lies || 0);
  view = { window: frame, sheet, turned: find("[data-turned]"), turn: lies, lies, from: null, to: null, drag: null, isMarking: false };
  view.words = readWords(sheet?.dataset.words).map((word) => turnPlace(word, lies));
  if (!sheet) {
    return;
  }
  frame.addEventListener("pointerdown", beginDrag);
  frame.addEventListener("dblclick", takeWord);
  frame.addEventListener("keydown", pressInWindow);
  frame.addEventListener(
    "wheel",
    (event) => {
      if (event.ctrlKey) {
        event.preventDefault();
        setZoom((zoom.mode === "whole" ? measure().fraction : zoom.factor) * Math.exp(-event.deltaY / 300), event);
      }
    },
    { passive: false },
  );
  new ResizeObserver(show).observe(frame);
  show();
  revealMark("looked-for"); // by who came here from a search
  const inHand = document.activeElement?.dataset.of;
  if (inHand) {
    light(inHand, { reveal: !find("[data-mark=looked-for]") });
  }
}

document.addEventListener("area:swapped", begin);
begin();
