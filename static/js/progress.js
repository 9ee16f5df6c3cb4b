/* Asks again for a job's partial until it is done, and puts the answer in its place.

   Works on any element with data-poll="url" (templates/components/job.html). The server answers
   with the same partial, without data-poll once there is nothing more to wait for. A dropped
   line only makes the next question later. With data-poll-then="reload" on an ancestor, the whole
   page is loaded anew when the work has ended. */

const FIRST_WAIT = 1500;
const LONGEST_WAIT = 15000;

function watch(element, wait = FIRST_WAIT) {
  setTimeout(() => ask(element, wait), wait);
}

async function ask(element, wait) {
  if (!element.isConnected) {
    return;
  }
  if (document.hidden) {
    watch(element, wait);
    return;
  }
  let answer;
  try {
    answer = await fetch(element.dataset.poll, {
      headers: { Accept: "text/html", "X-Partial": "job" },
      credentials: "same-origin",
    });
  } catch {
    watch(element, Math.min(wait * 2, LONGEST_WAIT));
    return;
  }
  if (!answer.ok) {
    if (answer.status >= 500) {
      watch(element, Math.min(wait * 2, LONGEST_WAIT));
    }
    return;
  }
  put(element, await answer.text());
}

function put(element, html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.querySelector("[data-job-state]");
  if (!fresh) {
    return;
  }
  const reload = element.closest("[data-poll-then=reload]");
  element.replaceWith(fresh);
  if (fresh.dataset.poll) {
    watch(fresh, FIRST_WAIT);
  } else if (reload) {
    window.location.reload();
  }
}

function watchAll() {
  for (const element of document.querySelectorAll("[data-poll]:not([data-polled])")) {
    element.dataset.polled = "yes";
    watch(element);
  }
}

document.addEventListener("area:swapped", watchAll);
watchAll();
