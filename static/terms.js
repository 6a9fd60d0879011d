"use strict";
// The list of terms: below the search, what begins with what is typed. Arrows choose, Enter opens.
document.addEventListener("DOMContentLoaded", () => {
  const input = document.querySelector("body.change-list.model-term #searchbar, body.change-list.model-term input[name='q']");
  if (input) new Finder(input);
});

// The page of a term: the suggested category goes into the form, to be saved.
document.addEventListener("DOMContentLoaded", () => {
  const choice = document.querySelector("button[data-category]");
  const field = document.getElementById("id_category");
  if (!choice || !field || field.value === choice.dataset.category) return;
  choice.hidden = false;
  choice.addEventListener("click", () => {
    field.value = choice.dataset.category;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    document.querySelector("[name=_save]")?.focus();
    choice.hidden = true;
  });
});

const PAUSE = 150;

class Finder {
  constructor(input) {
    this.input = input;
    this.list = document.createElement("ul");
    this.list.className = "term-found";
    this.list.id = "term-found";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Terms");
    input.closest("form").append(this.list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-controls", this.list.id);
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("autocomplete", "off");
    input.addEventListener("input", () => this.wait());
    input.addEventListener("keydown", (event) => this.press(event));
    document.addEventListener("click", (event) => {
      if (!this.list.contains(event.target)) this.close();
    });
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), PAUSE);
  }

  async look() {
    const typed = this.input.value.trim();
    if (!typed) return this.close();
    let answer;
    try {
      answer = await fetch(`/admin/flavors/term/suggest/?q=${encodeURIComponent(typed)}`, {
        headers: { Accept: "application/json" },
      });
    } catch {
      return this.close();
    }
    // A later letter has its own answer.
    if (!answer.ok || answer.redirected || typed !== this.input.value.trim()) return;
    this.show((await answer.json()).terms);
  }

  show(terms) {
    this.list.replaceChildren(...terms.map(row));
    this.list.hidden = !terms.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
  }

  close() {
    this.show([]);
  }

  press(event) {
    const links = [...this.list.querySelectorAll("a")];
    const at = links.findIndex((link) => link.getAttribute("aria-selected") === "true");
    if (event.key === "Escape") return this.close();
    if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      links[at].click();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !links.length) return;
    event.preventDefault();
    links[at]?.setAttribute("aria-selected", "false");
    const next = links[(at + step + (at < 0 && step < 0 ? 1 : 0) + links.length) % links.length];
    next.setAttribute("aria-selected", "true");
    this.input.setAttribute("aria-activedescendant", next.id);
  }
}

function row(term, number) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  const note = document.createElement("small");
  item.setAttribute("role", "presentation");
  link.setAttribute("role", "option");
  link.setAttribute("aria-selected", "false");
  link.id = `term-found-${number}`;
  link.tabIndex = -1;
  link.href = term.address;
  link.dir = "auto";
  link.textContent = term.text;
  note.textContent = term.note;
  link.append(note);
  item.append(link);
  return item;
}
