"use strict";
// The learner's view beside the form, rendered by the server as one types; nothing is saved.
document.addEventListener("DOMContentLoaded", () => {
  const target = document.getElementById("question-preview");
  const form = document.getElementById("question_form");
  if (!target || !form) return;

  let timer = 0;
  let latest = 0;

  async function render() {
    const body = new FormData();
    const value = (name) => form.querySelector(`[name="${name}"]`)?.value ?? "";
    for (const name of ["stem", "explanation", "kind", "csrfmiddlewaretoken"]) body.append(name, value(name));
    body.append("id", target.dataset.id);
    for (const field of form.querySelectorAll('[name^="choices-"][name$="-text"]')) {
      if (!field.name.includes("__prefix__") && field.value.trim()) body.append("choice", field.value);
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
});
