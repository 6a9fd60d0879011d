"use strict";
// The moderation queue by keyboard. Every key presses a button that is there for the mouse, too.
document.addEventListener("DOMContentLoaded", () => {
  const queue = document.querySelector(".queue");
  if (!queue) return;
  const help = document.getElementById("queue-help");
  const decision = decisionForm(document.getElementById("queue-decision"));
  const rows = [...queue.querySelectorAll(".queue-row")];

  const helpButton = queue.querySelector("[data-help]");
  helpButton.hidden = false;
  helpButton.addEventListener("click", () => help.showModal());
  document.getElementById("item")?.focus({ preventScroll: true });
  // Only where the list scrolls beside the item: below it, the page would leave the item.
  const list = queue.querySelector(".queue-list");
  if (list && getComputedStyle(list).overflowY === "auto") {
    list.querySelector(".queue-row[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  // Two presses of a key are one decision.
  for (const form of document.querySelectorAll(".queue form, .queue-done")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
    });
  }
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  function move(step) {
    const here = rows.indexOf(document.activeElement);
    const current = rows.findIndex((row) => row.hasAttribute("aria-current"));
    const from = here < 0 ? (current < 0 && step < 0 ? rows.length : current) : here;
    rows[Math.min(Math.max(from + step, 0), rows.length - 1)]?.focus();
  }

  const moves = { j: () => move(1), k: () => move(-1) };
  const isTyping = (target) =>
    target.matches("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])");

  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || event.altKey || event.metaKey) return;
    if (event.isComposing || event.repeat) return;
    if (event.key === "Escape") return decision.leave(event);
    if (event.key === "Enter") return decision.enter(event);
    if (event.ctrlKey || isTyping(event.target)) return;
    const key = event.key;
    const row = document.activeElement.closest?.(".queue-row");
    if (key in moves) moves[key]();
    else if (key === "o" && row) row.click();
    else if (key === "/") queue.querySelector(".queue-filter a[aria-current]")?.focus();
    else if (!decision.press(key) && !pressed(key)) return;
    event.preventDefault();
  });

  // The keys work from here on.
  queue.dataset.ready = "";

  function pressed(key) {
    const button = [...document.querySelectorAll("[data-press]")].find((each) => each.dataset.press === key);
    button?.click();
    return Boolean(button);
  }
});

// The buttons choose what to do; reason and texts follow; one more button confirms.
function decisionForm(form) {
  const nothing = { press: () => false, enter: () => {}, leave: () => {} };
  if (!form) return nothing;
  const panel = form.querySelector("[data-panel]");
  const choices = [...form.querySelectorAll(".queue-choice")];
  const labels = [...form.querySelectorAll("[data-reason]")];
  const texts = { message: form.elements.message, note: form.elements.note };
  const error = form.querySelector("[data-error]");
  const confirm = form.querySelector("[data-confirm] [name=action]");
  const filled = { message: "", note: "" };
  let chosen = null;

  const radioOf = (label) => label.querySelector("input");
  const shown = () => labels.filter((label) => !label.hidden);
  const reason = () => shown().map(radioOf).find((radio) => radio.checked);

  function choose(button) {
    chosen = button;
    for (const each of choices) each.setAttribute("aria-pressed", String(each === button));
    const offered = button.dataset.reasons.split(" ");
    let number = 0;
    for (const label of labels) {
      const radio = radioOf(label);
      label.hidden = !offered.includes(radio.value);
      if (label.hidden) radio.checked = false;
      const key = label.querySelector("kbd");
      key.textContent = label.hidden ? "" : String(++number);
      key.hidden = label.hidden || number > 9;
    }
    const needs = "needs" in button.dataset;
    for (const part of form.querySelectorAll(".queue-reasons, .queue-texts")) part.hidden = !needs;
    panel.hidden = false;
    error.hidden = true;
    confirm.value = button.value;
    confirm.textContent = `${button.dataset.label}: ${form.dataset.name}`;
    if (shown().length === 1) pick(radioOf(shown()[0]));
    const first = needs && !reason() && shown()[0] ? radioOf(shown()[0]) : confirm;
    first.focus();
  }

  // What somebody typed is never written over.
  function pick(radio) {
    radio.checked = true;
    error.hidden = true;
    for (const [name, field] of Object.entries(texts)) {
      if (field.value.trim() && field.value !== filled[name]) continue;
      field.value = filled[name] = radio.dataset[name];
    }
  }

  function close() {
    chosen = null;
    panel.hidden = true;
    for (const each of choices) each.setAttribute("aria-pressed", "false");
    document.getElementById("item").focus({ preventScroll: true });
  }

  for (const button of choices) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      choose(button);
    });
  }
  for (const label of labels) radioOf(label).addEventListener("change", (event) => pick(event.target));
  form.querySelector("[data-cancel]").addEventListener("click", close);
  confirm.addEventListener("click", (event) => {
    if (!("needs" in chosen.dataset) || reason()) return;
    event.preventDefault();
    error.hidden = false;
    (shown()[0] ? radioOf(shown()[0]) : confirm).focus();
  });

  panel.hidden = true;
  form.querySelector("[data-confirm]").hidden = false;
  for (const hint of form.querySelectorAll("[data-plain]")) hint.hidden = true;
  const before = choices.find((each) => each.value === form.dataset.chosen);
  // If it is not offered any more, nothing else takes its place: Enter must not do what nobody chose.
  if (before) choose(before);

  return {
    press(key) {
      const label = chosen && /^[1-9]$/.test(key) && shown()[Number(key) - 1];
      if (label) {
        pick(radioOf(label));
        radioOf(label).focus();
        return true;
      }
      const button = choices.find((each) => each.dataset.key === key);
      if (button) choose(button);
      return Boolean(button);
    },
    enter(event) {
      if (!chosen || !form.contains(event.target)) return;
      const isText = event.target.matches("textarea");
      if (isText ? !event.ctrlKey : !event.target.matches("input[type=radio]")) return;
      event.preventDefault();
      confirm.click();
    },
    leave(event) {
      if (event.target.matches?.("textarea")) (reason() ?? confirm).focus();
      else if (chosen) close();
    },
  };
}
