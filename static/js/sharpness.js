/* Whether a photograph is too blurred to be read, found out before the page is left.

   `measureSharpness(file)` answers {blurred, score} and never fails: what the browser cannot
   decode is not called blurred. The picture stays on the device. The measure is the one of
   documents/records/parsers/sharpness.py: how much of the contrast of a piece of the page lies
   between two neighbouring points of its sharpest edges, noise taken off. Both are held to the
   same limit by the tests; change them together. */

export const LIMIT = 0.2;
const LONGEST = 1600;
const TILE = 100;
const LEAST_CONTRAST = 48;
const LEAST_TILES = 6;
const NOISE = 3.8; // the 99th percentile of a difference of two noisy points, in medians of it

export async function measureSharpness(file) {
  const unknown = { blurred: false, score: null };
  if (!file.type.startsWith("image/") || !("createImageBitmap" in window)) {
    return unknown;
  }
  try {
    const score = measureGrey(await decodeGrey(file));
    return score === null ? unknown : { blurred: score < LIMIT, score };
  } catch {
    return unknown;
  }
}

async function decodeGrey(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(LONGEST / Math.max(bitmap.width, bitmap.height), 1);
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  const points = new Uint8Array(width * height);
  for (let at = 0; at < points.length; at += 1) {
    points[at] = 0.299 * data[4 * at] + 0.587 * data[4 * at + 1] + 0.114 * data[4 * at + 2];
  }
  return { points, width, height };
}

/* The lesser of the sharpness across and down; null where too little stands on the page. */
function measureGrey(grey) {
  const across = [];
  const down = [];
  for (let top = 1; top < grey.height - TILE / 2; top += TILE) {
    for (let left = 1; left < grey.width - TILE / 2; left += TILE) {
      const tile = measureTile(grey, left, top);
      if (tile) {
        across.push(tile.across);
        down.push(tile.down);
      }
    }
  }
  if (across.length < LEAST_TILES) {
    return null;
  }
  return Math.min(upperQuarter(across), upperQuarter(down));
}

function measureTile({ points, width, height }, left, top) {
  const levels = new Uint32Array(256);
  const across = new Uint32Array(256);
  const down = new Uint32Array(256);
  for (let y = top; y < Math.min(top + TILE, height); y += 1) {
    for (let x = left; x < Math.min(left + TILE, width); x += 1) {
      const at = y * width + x;
      levels[points[at]] += 1;
      across[Math.abs(points[at] - points[at - 1])] += 1;
      down[Math.abs(points[at] - points[at - width])] += 1;
    }
  }
  const contrast = percentile(levels, 0.995) - percentile(levels, 0.005);
  if (contrast < LEAST_CONTRAST) {
    return null;
  }
  return { across: steepest(across) / contrast, down: steepest(down) / contrast };
}

/* The steepest step of a tile without what noise adds to it. */
function steepest(differences) {
  const noise = NOISE * percentile(differences, 0.5);
  return Math.sqrt(Math.max(percentile(differences, 0.99) ** 2 - noise ** 2, 0));
}

function percentile(histogram, share) {
  let left = share * histogram.reduce((sum, count) => sum + count, 0);
  for (let value = 0; value < histogram.length; value += 1) {
    left -= histogram[value];
    if (left <= 0) {
      return value;
    }
  }
  return histogram.length - 1;
}

function upperQuarter(values) {
  values.sort((one, other) => one - other);
  return values[Math.floor(values.length * 0.75)];
}
