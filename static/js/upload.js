/* Sends files one by one, shows how far each has come, and says "safe" only after the receipt.

   It improves a plain multipart form (templates/components/upload_form.html), which works alone.
   The server answers a request that accepts JSON with
     201 {"received": [{"name", "document", "state"}]}      the receipt, after it is stored
     200 {"received": [{..., "state": "duplicate"}]}        the same bytes came before
     4xx {"errors": ["a sentence"]} or {"detail": "a sentence"}
   All sentences that people read come from the form's data attributes or from the server. */

const MOST_AT_ONCE = 2;
const STATES = {
  waiting: { icon: "clock", tone: "is-quiet" },
  sending: { icon: "upload", tone: "is-info" },
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
    this.draw();
  }

  get finished() {
    return this.state === "received" || this.state === "duplicate";
  }

  get busy() {
    return this.state === "sending" || this.state === "checking";
  }

  draw() {
    this.row = document.createElement("li");
    this.row.className = "upload-item";
    this.icon = makeIcon(this.queue.words.icons);
    const name = document.createElement("span");
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
    this.row.append(this.icon, name, this.button, this.bar, this.line);
    this.show("waiting", this.queue.words.wordWaiting);
  }

  show(state, words) {
    this.state = state;
    const look = STATES[state];
    this.row.className = `upload-item ${look.tone}`;
    this.icon.firstChild.setAttribute("href", `${this.queue.words.icons}#${look.icon}`);
    this.line.textContent = `${words} · ${readableSize(this.file.size)}`;
    this.bar.hidden = state !== "sending" && state !== "checking";
    this.button.hidden = this.busy || this.finished;
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

  send() {
    const { form, words } = this.queue;
    const body = new FormData(form);
    body.delete("files");
    body.append("files", this.file, this.file.name);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) {
        this.bar.value = Math.floor((event.loaded / event.total) * 100);
      }
    });
    request.upload.addEventListener("load", () => this.show("checking", words.wordChecking));
    request.addEventListener("load", () => this.readAnswer(request));
    request.addEventListener("error", () => this.fail(words.wordOffline, false));
    request.addEventListener("abort", () => this.fail(words.wordOffline, false));
    this.show("sending", words.wordSending);
    request.send(body);
  }

  readAnswer(request) {
    const { words } = this.queue;
    const answer = parseJson(request.responseText);
    const receipt = answer && Array.isArray(answer.received) ? answer.received[0] : undefined;
    if (request.status < 300 && receipt) {
      const duplicate = receipt.state === "duplicate";
      this.show(
        duplicate ? "duplicate" : "received",
        receipt.words || (duplicate ? words.wordDuplicate : words.wordReceived),
      );
      this.queue.next();
      return;
    }
    // 5xx and an answer that is not ours may pass; a refusal with a sentence will not.
    const hopeless = request.status >= 400 && request.status < 500 && request.status !== 429;
    this.fail(sentenceOf(answer) || (hopeless ? words.wordRefused : words.wordOffline), hopeless);
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
    this.input = form.querySelector("input[type=file]");
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
    this.input.addEventListener("change", () => {
      this.add(this.input.files);
      this.input.value = "";
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
    window.addEventListener("online", () => {
      const lost = this.uploads.filter((upload) => upload.state === "failed" && !upload.hopeless);
      for (const upload of lost) {
        upload.show("waiting", this.words.wordWaiting);
      }
      if (lost.length > 0) {
        this.start();
      }
    });
  }

  add(files) {
    for (const file of files) {
      const upload = new Upload(this, file);
      this.uploads.push(upload);
      this.list.append(upload.row);
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
  }

  get busy() {
    return this.uploads.some((upload) => upload.busy);
  }

  remove(upload) {
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
      this.say("is-ok", "done", this.words.wordSafe);
      this.done.hidden = false;
      this.form.dispatchEvent(new CustomEvent("uploads-received", { bubbles: true }));
    } else {
      this.summary.replaceChildren();
    }
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

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a proxy's page, not our answer
  }
}

function sentenceOf(answer) {
  if (!answer) {
    return "";
  }
  return Array.isArray(answer.errors) ? answer.errors.join(" ") : answer.detail || "";
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
