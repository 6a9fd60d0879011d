"use strict";
// The question's screen: the learner's view as one types, choices, tags, and the status buttons.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("question_form");
  if (!form) return;
  learnersView(form);
  choicesFollowKind(form);
  choicesMoveByKey(form);
  tagSuggestions(form);
  statusDialog();
  publishOnceEdited(form);
});

// Rendered by the server; nothing is saved.
function learnersView(form) {
  const target = document.getElementById("question-preview");
  if (!target) return;
  let timer = 0;
  let latest = 0;

  async function render() {
    const body = new FormData();
    for (const name of ["stem", "explanation", "kind", "media", "csrfmiddlewaretoken"]) {
      body.append(name, form.querySelector(`[name="${name}"]`)?.value ?? "");
    }
    body.append("id", target.dataset.id);
    for (const field of form.querySelectorAll('[name^="choices-"][name$="-text"]')) {
      const isDeleted = form.querySelector(`[name="${field.name.replace(/text$/, "DELETE")}"]`)?.checked;
      const isRow = !field.name.includes("__prefix__") && !isDeleted;
      if (isRow && field.value.trim()) body.append("choice", field.value);
    }
    const turn = ++latest;
    const answer = await fetch(target.dataset.url, { method: "POST", body });
    if (answer.ok && turn === latest) target.innerHTML = await answer.text();
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(render, 400);
  });
  render();
}

// One correct choice for the kinds that have one; a tolerance for numbers only.
function choicesFollowKind(form) {
  const kind = form.querySelector('[name="kind"]');
  if (!kind) return;
  const correct = () => form.querySelectorAll('[name^="choices-"][name$="-is_correct"]');

  form.addEventListener("change", (event) => {
    const box = event.target;
    if (!/^choices-\d+-is_correct$/.test(box.name ?? "") || !box.checked) return;
    if (!["single", "true_false"].includes(kind.value)) return;
    for (const other of correct()) if (other !== box) other.checked = false;
  });
  form.addEventListener("input", (event) => {
    const match = /^(choices-\d+)-text$/.exec(event.target.name ?? "");
    if (!match || !["short_answer", "numeric"].includes(kind.value)) return;
    const isSaved = form.querySelector(`[name="${match[1]}-id"]`)?.value;
    if (!isSaved) form.querySelector(`[name="${match[1]}-is_correct"]`).checked = true;
  });
  const mark = () => (form.dataset.kind = kind.value);
  kind.addEventListener("change", mark);
  mark();
}

// Alt with an arrow moves the choice that one is in, where the mouse would drag it.
function choicesMoveByKey(form) {
  for (const handle of form.querySelectorAll('#choices-data [x-sort\\:handle]')) {
    handle.title = "Drag, or press Alt+↑ or Alt+↓ in the row";
  }
  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("#choices-data > .form-group");
    if (!row || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const isUp = event.key === "ArrowUp";
    const other = isUp ? row.previousElementSibling : row.nextElementSibling;
    if (!other?.matches(".form-group:not(.template)")) return;
    if (isUp) other.before(row);
    else other.after(row);
    // The theme's own, which numbers the rows.
    window.sortRecords({ from: row.parentElement });
    event.target.focus();
  });
}

// Suggest the tag after the last comma, keeping what stands before it.
function tagSuggestions(form) {
  const field = form.querySelector('[name="tags"]');
  const list = document.getElementById("tags-in-use");
  if (!field || !list) return;
  const all = [...list.options].map((option) => option.value);
  field.addEventListener("input", () => {
    const before = field.value.slice(0, field.value.lastIndexOf(",") + 1);
    const used = before.split(",").map((tag) => tag.trim());
    list.replaceChildren(
      ...all
        .filter((tag) => !used.includes(tag))
        .map((tag) => new Option("", before ? `${before} ${tag}` : tag)),
    );
  });
}

// What is live can be published again as soon as something is typed: each step saves first.
function publishOnceEdited(form) {
  const button = document.querySelector("[data-when-edited]");
  if (!button) return;
  const show = () => (button.hidden = false);
  for (const kind of ["input", "change"]) form.addEventListener(kind, show, { once: true });
}

// Each step asks for a note first.
function statusDialog() {
  const dialog = document.getElementById("status-dialog");
  if (!dialog) return;
  const confirm = dialog.querySelector("[data-confirm]");
  for (const button of document.querySelectorAll("[data-ask]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.querySelector("h2").textContent = button.dataset.ask;
      confirm.textContent = button.dataset.ask;
      confirm.value = button.value;
      dialog.showModal();
      document.getElementById("status-note").focus();
    });
  }
  dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
  document.getElementById("status-note").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    confirm.click();
  });
}
