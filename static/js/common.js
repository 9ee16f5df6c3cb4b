/* Small improvements that every page may use. Without them each page still works. */

// A form is sent once: the second press on a slow line would only puzzle.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) {
    delete form.dataset.sent;
  }
});

for (const summary of document.querySelectorAll(".error-summary[tabindex]")) {
  summary.focus();
}

// A menu closes when the work goes on elsewhere.
for (const menu of document.querySelectorAll("details.menu")) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

// A file input in our own words says which file was chosen.
for (const choice of document.querySelectorAll("[data-file-choice]")) {
  const input = choice.querySelector("input[type=file]");
  const chosen = choice.querySelector("[data-file-chosen]");
  choice.classList.add("is-live");
  const tell = () => {
    chosen.replaceChildren();
    for (const file of input.files) {
      const name = document.createElement("bdi");
      name.textContent = file.name;
      chosen.append(name, " ");
    }
  };
  input.addEventListener("change", tell);
  window.addEventListener("pageshow", tell);
}
