/* Sends one file in pieces by tus 1.0, through lost lines, sleep and restarts of the server.

   `sendInPieces` answers the server's receipt. A lost line never ends it: it asks how much has
   arrived and goes on from there, at once when the browser says that it is online again. What the
   server refuses with a sentence is thrown as a `Refusal`. */

const PART = 16 * 1024 * 1024;
const MIB = 1024 * 1024;
const STANDSTILL = 45_000;
const LONGEST_WAIT = 20_000;
const PASSING = new Set([409, 423, 460]);

export class Refusal extends Error {
  constructor(code, sentence, { hopeless = true } = {}) {
    super(sentence);
    this.code = code;
    this.hopeless = hopeless;
  }
}

class LineLost extends Error {}

/* What the file is, so that another one is not joined to a begun one. Its bytes say it best: a
   telephone gives the same photograph another date, and a recompressed one the same name. */
export async function takeFingerprint(file) {
  if (!globalThis.crypto?.subtle) {
    return `${file.size} ${file.lastModified} ${encodeURIComponent(file.name).slice(0, 120)}`;
  }
  const first = await hash(file.slice(0, MIB));
  const last = await hash(file.slice(Math.max(file.size - MIB, 0)));
  return `${file.size} ${first} ${last}`;
}

export async function sendInPieces(file, { endpoint, token, told, signal, onProgress, onPause }) {
  const send = { file, token, signal, onProgress, where: "", offset: -1 };
  send.fingerprint = await readOrRefuse(() => takeFingerprint(file));
  for (let failures = 0; ; ) {
    try {
      if (!send.where) {
        await begin(send, endpoint, told);
      } else if (send.offset < 0) {
        await askOffset(send);
      }
      while (send.offset < file.size) {
        await sendPart(send);
        failures = 0;
      }
      return await askReceipt(send);
    } catch (error) {
      if (!(error instanceof LineLost)) {
        throw error;
      }
      send.offset = -1;
      failures += 1;
      await readOrRefuse(() => file.slice(0, 1).arrayBuffer());
      onPause();
      await waitForLine(failures, signal);
    }
  }
}

async function begin(send, endpoint, told) {
  const metadata = Object.entries({
    ...told,
    filename: send.file.name,
    fingerprint: send.fingerprint,
  });
  const answer = await ask(send, "POST", endpoint, {
    "Upload-Length": String(send.file.size),
    "Upload-Metadata": metadata.map(([key, value]) => `${key} ${encode(value)}`).join(","),
  });
  send.where = answer.getResponseHeader("Location");
  takeOffset(send, answer);
}

async function askOffset(send) {
  const answer = await ask(send, "HEAD", send.where, {});
  takeOffset(send, answer);
}

async function sendPart(send) {
  const { file, offset } = send;
  const headers = {
    "Content-Type": "application/offset+octet-stream",
    "Upload-Offset": String(offset),
    "Upload-Fingerprint": send.fingerprint,
  };
  if (offset > 0 && globalThis.crypto?.subtle) {
    const before = file.slice(Math.max(offset - MIB, 0), offset);
    headers["Upload-Before"] = await readOrRefuse(() => hash(before));
  }
  const part = file.slice(offset, offset + PART);
  const answer = await ask(send, "PATCH", send.where, headers, part);
  takeOffset(send, answer);
}

async function askReceipt(send) {
  const answer = await ask(send, "POST", send.where, { Accept: "application/json" });
  const receipt = parse(answer)?.received?.[0];
  if (!receipt) {
    throw new LineLost("an answer of someone else");
  }
  return receipt;
}

function takeOffset(send, answer) {
  const offset = Number(answer.getResponseHeader("Upload-Offset") ?? "x");
  if (!Number.isInteger(offset)) {
    throw new LineLost("an answer without an offset");
  }
  send.offset = offset;
  send.onProgress(offset);
}

/* One request. A lost line, a busy upload and a server that is just starting are LineLost. */
function ask(send, method, url, headers, body) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const lost = () => reject(new LineLost(method));
    let clock = setTimeout(() => request.abort(), STANDSTILL);
    const stir = () => {
      clearTimeout(clock);
      clock = setTimeout(() => request.abort(), STANDSTILL);
    };
    const leave = () => request.abort();
    send.signal.addEventListener("abort", leave, { once: true });
    request.upload.addEventListener("progress", (event) => {
      stir();
      send.onProgress(send.offset + event.loaded);
    });
    request.upload.addEventListener("load", () => {
      clearTimeout(clock); // the server may think about a large file for as long as it needs
    });
    request.addEventListener("error", lost);
    request.addEventListener("abort", lost);
    request.addEventListener("load", () => settle(request, resolve, reject));
    request.addEventListener("loadend", () => {
      clearTimeout(clock);
      send.signal.removeEventListener("abort", leave);
    });
    request.open(method, url);
    const all = { "Tus-Resumable": "1.0.0", "X-CSRFToken": send.token, ...headers };
    for (const [name, value] of Object.entries(all)) {
      request.setRequestHeader(name, value);
    }
    request.send(body);
  });
}

function settle(request, resolve, reject) {
  const { status } = request;
  const ours = request.getResponseHeader("Tus-Resumable") !== null;
  if (ours && status < 300) {
    resolve(request);
    return;
  }
  const answer = parse(request);
  const sentence = answer?.errors?.join(" ") ?? "";
  if (status >= 500 && !answer) {
    reject(new LineLost(String(status)));
  } else if (status >= 500) {
    reject(new Refusal(answer.code, sentence, { hopeless: false }));
  } else if (!ours) {
    reject(new Refusal("signed_out", ""));
  } else if (PASSING.has(status)) {
    reject(new LineLost(String(status)));
  } else {
    reject(new Refusal(answer?.code ?? (status === 410 ? "upload_gone" : "refused"), sentence));
  }
}

async function readOrRefuse(read) {
  try {
    return await read();
  } catch {
    throw new Refusal("unreadable_here", "");
  }
}

function waitForLine(failures, signal) {
  const time = Math.min(500 * 2 ** failures, LONGEST_WAIT);
  return new Promise((resolve, reject) => {
    const ends = new AbortController();
    const go = (how) => () => {
      clearTimeout(timer);
      ends.abort();
      how();
    };
    const timer = setTimeout(go(resolve), time);
    window.addEventListener("online", go(resolve), { signal: ends.signal });
    const leave = go(() => reject(new Refusal("removed", "")));
    signal.addEventListener("abort", leave, { signal: ends.signal });
    if (signal.aborted) {
      leave();
    }
  });
}

async function hash(blob) {
  const sums = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return Array.from(new Uint8Array(sums), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function encode(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function parse(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return undefined; // a proxy's page, or nothing
  }
}
