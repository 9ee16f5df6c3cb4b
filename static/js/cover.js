/* Boxes drawn over parts of pages, by mouse, finger or keyboard. Every box has a line in the list:
   its place, why it is covered, and buttons to move and remove it. The form carries them all as
   `[page, left, top, right, bottom, reason]` in fractions of the page. */

const SVG = "http://www.w3.org/2000/svg";
const SMALLEST = 0.006;
const STEP = 0.01;

const area = document.querySelector("[data-cover]");
const list = area.querySelector("[data-list]");
const field = area.querySelector("[name=marks]");
const chosen = area.querySelector("[data-reason]");
const none = area.querySelector("[data-none]");
const boxes = []; // { page, left, top, right, bottom, reason, rect, line }
let drawing = null;

const within = (number) => Math.min(Math.max(number, 0), 1);
const sheetOf = (page) => area.querySelector(`[data-page="${page}"]`);

function write() {
  const round = (number) => Number(number.toFixed(4));
  field.value = JSON.stringify(
    [...kept, ...boxes.map((box) => [box.page, ...["left", "top", "right", "bottom"].map((side) => round(box[side])), box.reason])],
  );
  none.hidden = boxes.length + kept.length > 0;
}

function place(box) {
  for (const [name, value] of Object.entries({ x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top })) {
    box.rect.setAttribute(name, value.toFixed(4));
  }
}

function make(name, words, attributes = {}) {
  const element = document.createElement(name);
  element.textContent = words;
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, value);
  }
  return element;
}

function addLine(box) {
  const { wordsBox, wordsPage, wordsRemove, wordsMove } = area.dataset;
  const number = boxes.length;
  const title = `${wordsBox} ${number}, ${wordsPage} ${box.page}`;
  const reason = chosen.cloneNode(true);
  for (const name of ["id", "data-reason"]) {
    reason.removeAttribute(name);
  }
  reason.setAttribute("aria-label", title);
  reason.value = box.reason;
  reason.addEventListener("change", () => {
    box.reason = reason.value;
    write();
  });
  const move = make("button", title, { type: "button", class: "btn btn-small btn-quiet cover-move", title: wordsMove, "aria-description": wordsMove });
  move.addEventListener("keydown", (event) => pressOnBox(event, box));
  const remove = make("button", wordsRemove, { type: "button", class: "btn btn-small", "aria-label": `${wordsRemove}: ${title}` });
  remove.addEventListener("click", () => drop(box));
  const head = make("div", "", { class: "row-line" });
  head.append(move, remove);
  box.line = make("li", "");
  box.line.append(head, reason);
  box.line.addEventListener("focusin", () => light(box));
  box.line.addEventListener("pointerenter", () => light(box));
  list.append(box.line);
  return move;
}

function light(box) {
  for (const other of boxes) {
    other.rect.classList.toggle("is-lit", other === box);
  }
  box.rect.scrollIntoView({ block: "nearest" });
}

function add(page, sides, reason) {
  const rect = document.createElementNS(SVG, "rect");
  sheetOf(page).querySelector("svg").append(rect);
  const box = { page, ...sides, reason, rect };
  boxes.push(box);
  place(box);
  const button = addLine(box);
  write();
  return { box, button };
}

function drop(box) {
  boxes.splice(boxes.indexOf(box), 1);
  box.rect.remove();
  box.line.remove();
  write();
  (list.querySelector("button") || chosen).focus();
}

function pressOnBox(event, box) {
  const ways = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
  if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    drop(box);
    return;
  }
  if (!(event.key in ways) || event.ctrlKey || event.altKey || event.metaKey) {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  const [across, down] = ways[event.key];
  if (event.shiftKey) {
    box.right = Math.max(within(box.right + across), box.left + STEP);
    box.bottom = Math.max(within(box.bottom + down), box.top + STEP);
  } else {
    const x = Math.min(Math.max(across, -box.left), 1 - box.right);
    const y = Math.min(Math.max(down, -box.top), 1 - box.bottom);
    box.left += x;
    box.right += x;
    box.top += y;
    box.bottom += y;
  }
  place(box);
  light(box);
  write();
}

function at(event, sheet) {
  const shown = sheet.getBoundingClientRect();
  return [within((event.clientX - shown.left) / shown.width), within((event.clientY - shown.top) / shown.height)];
}

function begin(event) {
  const sheet = event.target.closest(".cover-sheet");
  if (event.button !== 0 || !sheet) {
    return;
  }
  event.preventDefault();
  const [x, y] = at(event, sheet);
  drawing = { sheet, x, y, box: null };
  sheet.setPointerCapture(event.pointerId);
}

function draw(event) {
  if (!drawing) {
    return;
  }
  const [x, y] = at(event, drawing.sheet);
  const sides = { left: Math.min(x, drawing.x), top: Math.min(y, drawing.y), right: Math.max(x, drawing.x), bottom: Math.max(y, drawing.y) };
  const isBox = sides.right - sides.left > SMALLEST && sides.bottom - sides.top > SMALLEST;
  if (!drawing.box && isBox) {
    drawing.box = add(Number(drawing.sheet.dataset.page), sides, chosen.value).box;
  } else if (drawing.box && isBox) {
    Object.assign(drawing.box, sides);
    place(drawing.box);
  }
}

function end() {
  if (drawing?.box) {
    write();
    drawing.box.line.querySelector("select").focus({ preventScroll: true });
  }
  drawing = null;
}

// Marks of pages that are not shown here are carried along as they are.
const told = JSON.parse(field.value || "[]");
const kept = told.filter(([page]) => !sheetOf(page));
for (const [page, left, top, right, bottom, reason] of told) {
  if (sheetOf(page)) {
    add(page, { left, top, right, bottom }, reason);
  }
}
write();

for (const sheet of area.querySelectorAll(".can-draw")) {
  sheet.addEventListener("pointerdown", begin);
  sheet.addEventListener("pointermove", draw);
  sheet.addEventListener("pointerup", end);
  sheet.addEventListener("pointercancel", end);
}
for (const button of area.querySelectorAll("[data-add]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    add(Number(button.dataset.add), { left: 0.35, top: 0.45, right: 0.65, bottom: 0.5 }, chosen.value).button.focus();
  });
}
if (window.location.search) {
  const wanted = document.getElementById(`cover-${new URLSearchParams(window.location.search).get("page")}`);
  if (wanted && wanted !== document.querySelector(".cover-page")) {
    wanted.scrollIntoView(); // the first stands below its heading already
  }
}
