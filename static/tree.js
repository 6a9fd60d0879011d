"use strict";
// The category tree: a branch whose rows are on the page opens and closes without a new page, and
// stays closed on the next one.
document.addEventListener("DOMContentLoaded", () => {
  const table = document.querySelector(".steward-tree");
  if (!table) return;
  const rows = [...table.querySelectorAll("tr[data-level]")];
  const levelOf = (row) => Number(row.dataset.level);
  const toggleOf = (row) => row.querySelector("a.steward-toggle");
  const isHere = (row, next) => next && levelOf(next) > levelOf(row);
  const hasRows = (row) => isHere(row, rows[rows.indexOf(row) + 1]);
  const isOpen = (row) => toggleOf(row)?.getAttribute("aria-expanded") === "true";
  const searched = new URLSearchParams(location.search);
  const closed = new Set(JSON.parse(sessionStorage.getItem("closed-categories") ?? "[]"));

  function show() {
    let hiddenBelow = Infinity;
    for (const row of rows) {
      if (levelOf(row) <= hiddenBelow) hiddenBelow = Infinity;
      row.hidden = hiddenBelow !== Infinity;
      if (!row.hidden && toggleOf(row) && !isOpen(row)) hiddenBelow = levelOf(row);
    }
  }

  function set(row, open) {
    toggleOf(row).setAttribute("aria-expanded", String(open));
    if (open) closed.delete(row.id);
    else closed.add(row.id);
    sessionStorage.setItem("closed-categories", JSON.stringify([...closed]));
  }

  const parents = rows.filter((row) => toggleOf(row) && hasRows(row));
  const here = table.querySelector(".steward-here");
  if (!searched.has("q") && !searched.has("empty")) {
    for (const row of parents) if (closed.has(row.id)) set(row, false);
    openAbove(here);
    const opened = parents.find((row) => location.hash === `#${row.id}`);
    if (opened) set(opened, true);
  }
  show();

  // What was just changed is never hidden.
  function openAbove(row) {
    const start = row ? rows.indexOf(row.dataset.level ? row : row.previousElementSibling) : -1;
    let level = start < 0 ? 0 : levelOf(rows[start]);
    if (row && !row.dataset.level) level += 1;
    for (let place = start; place >= 0; place -= 1) {
      if (levelOf(rows[place]) >= level) continue;
      level = levelOf(rows[place]);
      if (toggleOf(rows[place])) set(rows[place], true);
    }
  }

  for (const row of parents) {
    toggleOf(row).addEventListener("click", (event) => {
      event.preventDefault();
      set(row, !isOpen(row));
      show();
    });
  }
  // The toggles are links that act as buttons: the space bar presses them too.
  table.addEventListener("keydown", (event) => {
    if (event.key !== " " || !event.target.matches("a.steward-toggle")) return;
    event.preventDefault();
    event.target.click();
  });
  const expanders = document.querySelector(".steward-expanders");
  expanders.hidden = false;
  for (const button of expanders.querySelectorAll("[data-all]")) {
    button.addEventListener("click", () => {
      for (const row of parents) set(row, button.dataset.all === "open");
      show();
    });
  }
  dragging(table, rows);
  here?.scrollIntoView({ block: "center" });
});

// A name is dragged onto another one to go below it, or to the upper edge of a row to go before it.
// The page that follows asks; a touch screen has "Move".
function dragging(table, rows) {
  const form = document.getElementById("tree-drop");
  const labels = [...table.querySelectorAll(".tree-label")];
  const moves = table.querySelector("[formaction$='/reorder/']");
  if (!form || !moves || !labels.length) return;
  document.querySelector(".tree-draggable").hidden = false;
  let dragged = null;

  const isBelow = (row) => {
    for (let place = rows.indexOf(row); place >= 0; ) {
      if (rows[place] === dragged) return true;
      const parent = rows[place].dataset.parent;
      place = rows.findIndex((each) => each.dataset.key === parent);
    }
    return false;
  };
  const clear = () => {
    for (const row of rows) row.classList.remove("tree-below", "tree-before", "tree-dragged");
  };
  const placeIn = (row, event) => {
    const box = row.getBoundingClientRect();
    return event.clientY - box.top < box.height / 3 ? "before" : "below";
  };

  for (const label of labels) {
    label.draggable = true;
    label.addEventListener("dragstart", (event) => {
      dragged = label.closest("tr");
      dragged.classList.add("tree-dragged");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", label.textContent.trim());
    });
    label.addEventListener("dragend", () => {
      dragged = null;
      clear();
    });
  }
  for (const row of rows) {
    row.addEventListener("dragover", (event) => {
      if (!dragged || isBelow(row)) return;
      event.preventDefault();
      const place = placeIn(row, event);
      row.classList.toggle("tree-before", place === "before");
      row.classList.toggle("tree-below", place === "below");
    });
    row.addEventListener("dragleave", () => row.classList.remove("tree-before", "tree-below"));
    row.addEventListener("drop", (event) => {
      if (!dragged || isBelow(row)) return;
      event.preventDefault();
      const isBefore = placeIn(row, event) === "before";
      form.elements.parent.value = isBefore ? row.dataset.parent : row.dataset.key;
      form.elements.before.value = isBefore ? row.dataset.key : "";
      const reorder = table.querySelector(`#${dragged.id} [formaction$='/reorder/']`);
      form.action = reorder.getAttribute("formaction").replace("/reorder/", "/move/");
      form.submit();
    });
  }
}
