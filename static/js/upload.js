/* Sends files in pieces, shows how far each has come, and says "safe" only after the receipt.

   It improves a plain multipart form (templates/components/upload_form.html), which works alone.
   Photographs may be pages of one paper: then their order can be changed, and the server is asked
   to join them when all have arrived. All sentences that people read come from the form's data
   attributes or from the server. */

import { Refusal, sendInPieces, takeFingerprint } from "./resumable.js";

const MOST_AT_ONCE = 2;
const STATES = {
  waiting: { icon: "clock", tone: "is-quiet" },
  sending: { icon: "upload", tone: "is-info" },
  paused: { icon: "hold", tone: "is-wait" },
  checking: { icon: "clock", tone: "is-info" },
  received: { icon: "done", tone: "is-ok" },
  duplicate: { icon: "done", tone: "is-ok" },
  failed: { icon: "warning", tone: "is-stop" },
};

class Upload {
  constructor(queue, file) {
    this.queue = queue;
    this.file = file;
    this.state = "waiting";
    this.leaving = new AbortController();
    this.draw();
    this.look();
  }

  get finished() {
    return this.state === "received" || this.state === "duplicate";
  }

  get busy() {
    return this.state === "sending" || this.state === "checking" || this.state === "paused";
  }

  draw() {
    this.row = document.createElement("li");
    this.row.className = "upload-item";
    this.icon = makeIcon(this.queue.words.icons);
    const name = document.createElement("bdi");
    name.className = "upload-name";
    name.textContent = this.file.name;
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "btn btn-quiet btn-small";
    this.button.addEventListener("click", () => this.press());
    this.bar = document.createElement("progress");
    this.bar.max = 100;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", this.file.name);
    this.line = document.createElement("p");
    this.line.className = "upload-words";
    this.notes = document.createElement("div");
    this.notes.className = "upload-notes";
    this.movers = document.createElement("div");
    this.movers.className = "upload-movers";
    this.movers.hidden = true;
    this.place = document.createElement("span");
    this.earlier = this.makeMover(-1, this.queue.words.wordEarlier);
    this.later = this.makeMover(1, this.queue.words.wordLater);
    this.movers.append(this.place, this.earlier, this.later);
    this.row.append(
      this.icon, name, this.button, this.bar, this.line, this.notes, this.movers,
    );
    this.show("waiting", this.queue.words.wordWaiting);
  }

  makeMover(step, word) {
    const mover = document.createElement("button");
    mover.type = "button";
    mover.className = "btn btn-quiet btn-small";
    mover.textContent = word;
    mover.setAttribute("aria-label", `${word}: ${this.file.name}`);
    mover.addEventListener("click", () => this.queue.move(this, step, mover));
    return mover;
  }

  get isPicture() {
    return this.file.type.startsWith("image/");
  }

  /* What can be known before it is sent: whether it was begun before, and whether it is blurred. */
  async look() {
    try {
      this.queue.welcome(this, await takeFingerprint(this.file));
    } catch {
      return; // it cannot be read here, and sending it will say so
    }
    if (this.isPicture && this.queue.words.sharpness) {
      const { measureSharpness } = await import(this.queue.words.sharpness);
      const { blurred, score } = await measureSharpness(this.file);
      this.isMeasured = score !== null;
      if (blurred) {
        this.note(this.queue.words.wordBlurred);
      }
    }
  }

  /* What no browser can look into, the server does, as soon as it has it. */
  async askWhetherBlurred(url) {
    const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => undefined);
    const told = answer?.ok ? await answer.json().catch(() => undefined) : undefined;
    if (told?.words) {
      this.note(this.isPicture ? this.queue.words.wordBlurred : told.words);
    }
  }

  note(words) {
    const line = document.createElement("p");
    line.textContent = words;
    this.notes.append(line);
    this.queue.tell(`${this.file.name}: ${words}`);
  }

  show(state, words) {
    this.state = state;
    const look = STATES[state];
    this.row.className = `upload-item ${look.tone}`;
    this.icon.firstChild.setAttribute("href", `${this.queue.words.icons}#${look.icon}`);
    this.line.textContent = `${words} · ${readableSize(this.file.size)}`;
    this.bar.hidden = !this.busy;
    this.button.hidden = state === "checking" || this.finished;
    const word =
      state === "failed" && !this.hopeless ? this.queue.words.wordRetry : this.queue.words.wordRemove;
    this.button.textContent = word;
    this.button.setAttribute("aria-label", `${word}: ${this.file.name}`);
  }

  press() {
    if (this.state === "failed" && !this.hopeless) {
      this.show("waiting", this.queue.words.wordWaiting);
      this.queue.start();
      return;
    }
    this.queue.remove(this);
  }

  async send() {
    const { form, words } = this.queue;
    const fields = new FormData(form);
    const told = {};
    for (const name of ["request", "kind"]) {
      if (fields.get(name)) {
        told[name] = fields.get(name);
      }
    }
    this.show("sending", words.wordSending);
    try {
      const receipt = await sendInPieces(this.file, {
        endpoint: form.dataset.upload,
        token: fields.get("csrfmiddlewaretoken"),
        told,
        signal: this.leaving.signal,
        onProgress: (bytes) => this.progress(bytes),
        onPause: () => this.show("paused", words.wordOffline),
      });
      this.document = receipt.document;
      const duplicate = receipt.state === "duplicate";
      this.show(
        duplicate ? "duplicate" : "received",
        receipt.words || (duplicate ? words.wordDuplicate : words.wordReceived),
      );
      if (!this.isMeasured && !duplicate && receipt.look) {
        this.askWhetherBlurred(receipt.look);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) {
        throw error;
      }
      const known = { signed_out: words.wordSignedOut, unreadable_here: words.wordUnreadable };
      // What was begun is gone or of another file: the next try begins anew.
      const again = error.code === "upload_gone" || error.code === "other_file";
      this.hopeless = error.hopeless && !again;
      this.show("failed", known[error.code] || error.message || words.wordRefused);
    }
    this.queue.next();
  }

  progress(bytes) {
    this.bar.value = Math.floor((bytes / Math.max(this.file.size, 1)) * 100);
    if (bytes >= this.file.size) {
      this.show("checking", this.queue.words.wordChecking);
      return;
    }
    if (this.state !== "sending") {
      this.show("sending", this.queue.words.wordSending);
    }
    const { wordSending } = this.queue.words;
    this.line.textContent =
      `${wordSending} · ${readableSize(bytes)} / ${readableSize(this.file.size)}`;
  }

  fail(words, hopeless) {
    this.hopeless = hopeless;
    this.show("failed", words);
    this.queue.next();
  }
}

class Queue {
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.input = form.querySelector("#upload-files");
    this.inputs = form.querySelectorAll("input[type=file]");
    this.joining = form.querySelector("[data-join]");
    this.begun = [...form.querySelectorAll("[data-begun]")];
    this.quiet = form.querySelector("[data-upload-told]");
    this.list = form.querySelector("[data-upload-list]");
    this.summary = form.querySelector("[data-upload-summary]");
    this.actions = form.querySelector("[data-upload-actions]");
    this.uploads = [];
    this.done = form.querySelector("[data-upload-done]");
    this.form.classList.add("is-live");
    this.maxBytes = Number(form.dataset.maxBytes) || Infinity;
    this.listen();
    this.settle();
  }

  listen() {
    const zone = this.form.querySelector("[data-dropzone]");
    const hint = this.form.querySelector("[data-drop-hint]");
    hint.hidden = !window.matchMedia("(pointer: fine)").matches;
    const camera = this.form.querySelector("[data-camera]");
    camera.hidden = !window.matchMedia("(pointer: coarse)").matches;
    for (const input of this.inputs) {
      input.addEventListener("change", () => {
        this.add(input.files);
        input.value = "";
      });
    }
    for (const row of this.begun) {
      const button = row.querySelector("button");
      button.hidden = false;
      button.addEventListener("click", () => this.forget(row));
    }
    this.joining.addEventListener("change", () => this.arrange());
    this.list.addEventListener("dragover", (event) => {
      if (this.dragged) {
        event.preventDefault();
      }
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.start();
    });
    for (const kind of ["dragenter", "dragover"]) {
      zone.addEventListener(kind, (event) => {
        event.preventDefault();
        zone.classList.add("is-over");
      });
    }
    for (const kind of ["dragleave", "drop"]) {
      zone.addEventListener(kind, () => zone.classList.remove("is-over"));
    }
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      this.add(event.dataTransfer.files);
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.busy) {
        event.preventDefault();
      }
    });
  }

  add(files) {
    for (const file of files) {
      const upload = new Upload(this, file);
      this.uploads.push(upload);
      this.list.append(upload.row);
      this.makeDraggable(upload);
      if (file.size > this.maxBytes) {
        upload.fail(this.words.wordLarge, true);
      }
    }
    this.settle();
  }

  /* Show what there is to do now: a list if there are files, a button if some still wait. */
  settle() {
    this.input.required = this.uploads.length === 0;
    this.list.hidden = this.uploads.length === 0;
    this.actions.hidden = !this.uploads.some((upload) => upload.state === "waiting") || this.busy;
    const begun = this.pictures.some((upload) => upload.busy || upload.finished);
    this.joining.hidden = this.pictures.length < 2 || (begun && !this.joins);
    this.joining.disabled = begun;
    this.arrange();
  }

  get pictures() {
    return this.uploads.filter((one) => one.isPicture && !one.hopeless && !one.isPage);
  }

  get joins() {
    return this.joining.querySelector("input[type=checkbox]").checked && this.pictures.length > 1;
  }

  /* Number the pages of the one paper, and let them be moved while nothing is sent yet. */
  arrange() {
    const { pictures, joins } = this;
    this.joining.querySelector("[data-join-title]").hidden = !joins;
    const fixed = this.joining.disabled;
    for (const upload of this.uploads) {
      const at = pictures.indexOf(upload);
      upload.movers.hidden = !joins || at < 0;
      upload.place.textContent = joins ? `${this.words.wordPage} ${at + 1} / ${pictures.length}` : "";
      upload.earlier.hidden = upload.later.hidden = fixed;
      upload.earlier.disabled = at <= 0;
      upload.later.disabled = at === pictures.length - 1;
      upload.row.draggable = joins && at >= 0 && !fixed;
    }
  }

  move(upload, step, mover) {
    const { pictures } = this;
    const other = pictures[pictures.indexOf(upload) + step];
    if (!other) {
      return;
    }
    this.place(upload, other, step > 0);
    const target = mover.disabled ? (step > 0 ? upload.earlier : upload.later) : mover;
    target.focus();
    this.tell(`${upload.file.name}: ${upload.place.textContent}`);
  }

  place(upload, other, behind) {
    this.uploads = this.uploads.filter((each) => each !== upload);
    this.uploads.splice(this.uploads.indexOf(other) + (behind ? 1 : 0), 0, upload);
    other.row[behind ? "after" : "before"](upload.row);
    this.arrange();
  }

  makeDraggable(upload) {
    upload.row.addEventListener("dragstart", () => {
      this.dragged = upload;
    });
    upload.row.addEventListener("dragend", () => {
      this.dragged = undefined;
    });
    upload.row.addEventListener("dragenter", () => {
      const { dragged, pictures } = this;
      if (dragged && dragged !== upload && pictures.includes(upload)) {
        this.place(dragged, upload, pictures.indexOf(dragged) < pictures.indexOf(upload));
      }
    });
  }

  /* A file that was begun before goes on; one that only has its name is sent from its start. */
  welcome(upload, fingerprint) {
    const same = this.begun.find((row) => row.dataset.begun === fingerprint);
    if (same) {
      upload.note(this.words.wordGoesOn);
      this.drop(same);
    } else if (this.begun.some((row) => row.dataset.name === upload.file.name)) {
      upload.note(this.words.wordOther);
    }
  }

  drop(row) {
    this.begun = this.begun.filter((other) => other !== row);
    row.remove();
    if (this.begun.length === 0) {
      this.form.querySelector("[data-begun-list]")?.remove();
    }
  }

  async forget(row) {
    const token = new FormData(this.form).get("csrfmiddlewaretoken");
    const answer = await fetch(row.dataset.url, {
      method: "DELETE",
      headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": token },
    }).catch(() => undefined);
    if (answer?.ok) {
      this.drop(row);
      this.input.focus();
    }
  }

  /* Say it to those who listen and do not look. */
  tell(words) {
    this.quiet.textContent = words;
  }

  /* All pages are here: ask for the one paper. Asked again, it is the same one. */
  async join() {
    const fields = new FormData(this.form);
    const body = new FormData();
    body.append("csrfmiddlewaretoken", fields.get("csrfmiddlewaretoken"));
    body.append("title", this.joining.querySelector("[name=joined_title]").value);
    const pages = this.pictures;
    for (const page of pages) {
      body.append("documents", page.document);
    }
    const request = { method: "POST", body, headers: { Accept: "application/json" } };
    const answer = await fetch(this.words.joinUrl, request).catch(() => undefined);
    for (const page of pages) {
      page.isPage = true; // asked for once; what is added later is another paper
    }
    this.joining.querySelector("input[type=checkbox]").checked = false;
    if (answer?.ok) {
      return this.words.wordJoined;
    }
    const told = await answer?.json().catch(() => undefined);
    return told?.errors?.[0] ?? this.words.wordNotJoined;
  }

  get busy() {
    return this.uploads.some((upload) => upload.busy);
  }

  remove(upload) {
    upload.leaving.abort();
    this.uploads = this.uploads.filter((other) => other !== upload);
    upload.row.remove();
    this.conclude();
    this.input.focus();
  }

  start() {
    this.started = true;
    this.next();
  }

  next() {
    if (!this.started) {
      return;
    }
    const waiting = this.uploads.filter((upload) => upload.state === "waiting");
    const room = MOST_AT_ONCE - this.uploads.filter((upload) => upload.busy).length;
    for (const upload of waiting.slice(0, Math.max(room, 0))) {
      upload.send();
    }
    this.conclude();
  }

  conclude() {
    const open = this.uploads.filter((upload) => upload.busy || upload.state === "waiting");
    const failed = this.uploads.filter((upload) => upload.state === "failed");
    this.settle();
    this.done.hidden = true;
    if (open.length > 0 && !this.started) {
      this.summary.replaceChildren();
    } else if (open.length > 0) {
      this.say("is-info", "clock", this.words.wordStay);
    } else if (failed.length > 0) {
      this.started = false;
      this.say("is-stop", "warning", this.words.wordSome);
    } else if (this.uploads.length > 0) {
      this.started = false;
      this.finish();
    } else {
      this.summary.replaceChildren();
    }
  }

  async finish() {
    const words = this.joins ? `${await this.join()} ` : "";
    this.say("is-ok", "done", words + this.words.wordSafe);
    this.settle();
    this.done.hidden = false;
    this.form.dispatchEvent(new CustomEvent("uploads-received", { bubbles: true }));
  }

  say(tone, icon, words) {
    if (this.summary.textContent === words) {
      return;
    }
    const notice = document.createElement("div");
    notice.className = `notice ${tone}`;
    const line = document.createElement("div");
    line.textContent = words;
    const sign = makeIcon(this.words.icons);
    sign.firstChild.setAttribute("href", `${this.words.icons}#${icon}`);
    notice.append(sign, line);
    this.summary.replaceChildren(notice);
  }
}

function makeIcon(sprite) {
  const space = "http://www.w3.org/2000/svg";
  const icon = document.createElementNS(space, "svg");
  icon.setAttribute("class", "icon");
  icon.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${sprite}#clock`);
  icon.append(use);
  return icon;
}

function readableSize(bytes) {
  const unit = bytes >= 1e6 ? "megabyte" : "kilobyte";
  const amount = bytes >= 1e6 ? bytes / 1e6 : Math.max(bytes / 1e3, 1);
  return new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: amount < 10 ? 1 : 0,
  }).format(amount);
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  new Queue(form);
}
