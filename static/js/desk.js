/* The desk's lists on a phone: each cell learns the words of its column, so a row can be a card. */

for (const table of document.querySelectorAll("table[data-table-cards]")) {
  const words = [...table.querySelectorAll("thead th")].map((th) =>
    th.classList.contains("action-checkbox-column") ? "" : th.textContent.replace(/[↑↓]/g, "").trim(),
  );
  for (const row of table.querySelectorAll("tbody tr")) {
    [...row.children].forEach((cell, position) => {
      if (words[position] && cell.tagName === "TD" && cell.textContent.trim() !== "") {
        cell.dataset.label = words[position];
      }
    });
  }
  table.classList.add("table-cards");
}
