/* The words of a page by their places: which one is at a point, above, below, and what a run of
   them covers. Places are fractions of the page; offsets count characters of its text. */

const FINE = 10000;

export function readWords(packed) {
  if (!packed) {
    return [];
  }
  return packed.split(";").map((word) => {
    const [start, end, left, top, right, bottom] = word.split(",").map(Number);
    return { start, end, left: left / FINE, top: top / FINE, right: right / FINE, bottom: bottom / FINE };
  });
}

// The same place on the page after it was turned clockwise.
export function turnPlace(place, turn) {
  let { left, top, right, bottom } = place;
  for (let quarter = 0; quarter < turn; quarter += 90) {
    [left, top, right, bottom] = [1 - bottom, left, 1 - top, right];
  }
  return { ...place, left, top, right, bottom };
}

export function isAt(word, x, y) {
  return x >= word.left && x <= word.right && y >= word.top && y <= word.bottom;
}

// The word at a point, else the nearest; lines count more than columns, as an eye reads.
export function findNearest(words, x, y) {
  let best = -1;
  let least = Infinity;
  words.forEach((word, index) => {
    const across = Math.max(word.left - x, 0, x - word.right);
    const down = Math.max(word.top - y, 0, y - word.bottom);
    const distance = across + down * 4;
    if (distance < least) {
      [best, least] = [index, distance];
    }
  });
  return best;
}

// From a word to the nearest one in the next line above or below.
export function findInLine(words, from, step) {
  const { left, right, top, bottom } = words[from];
  const middle = (left + right) / 2;
  const beyond = words
    .map((word, index) => ({ word, index }))
    .filter(({ word }) => (step > 0 ? word.top >= bottom - (bottom - top) * 0.4 : word.bottom <= top + (bottom - top) * 0.4));
  if (beyond.length === 0) {
    return from;
  }
  const line = step > 0 ? Math.min(...beyond.map(({ word }) => word.top)) : Math.max(...beyond.map(({ word }) => word.bottom));
  const height = bottom - top || 0.01;
  const near = beyond.filter(({ word }) => Math.abs((step > 0 ? word.top : word.bottom) - line) < height * 0.7);
  near.sort((a, b) => Math.abs((a.word.left + a.word.right) / 2 - middle) - Math.abs((b.word.left + b.word.right) / 2 - middle));
  return near[0].index;
}

// One rectangle a line for the words from one index to another.
export function coverWords(words, from, to) {
  const boxes = [];
  for (const word of words.slice(Math.min(from, to), Math.max(from, to) + 1)) {
    const last = boxes[boxes.length - 1];
    const shared = last ? Math.min(last.bottom, word.bottom) - Math.max(last.top, word.top) : 0;
    if (last && shared > 0.5 * Math.min(last.bottom - last.top, word.bottom - word.top)) {
      last.left = Math.min(last.left, word.left);
      last.top = Math.min(last.top, word.top);
      last.right = Math.max(last.right, word.right);
      last.bottom = Math.max(last.bottom, word.bottom);
    } else {
      boxes.push({ ...word });
    }
  }
  return boxes;
}

// Where a point of the screen is on a page that may be turned; fractions of the page.
export function placeOnPage(sheet, turn, event) {
  const shown = sheet.getBoundingClientRect();
  const x = (event.clientX - shown.left) / shown.width;
  const y = (event.clientY - shown.top) / shown.height;
  const turned = { 0: [x, y], 90: [y, 1 - x], 180: [1 - x, 1 - y], 270: [1 - y, x] };
  return turned[turn];
}
