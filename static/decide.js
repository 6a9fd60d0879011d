"use strict";
// A canned reason fills the texts that nobody has touched.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("[data-decision]");
  const reason = form?.elements.reason;
  if (!reason) return;
  const texts = JSON.parse(document.getElementById("reason-texts").textContent);
  const filled = { message: "", note: "" };
  reason.addEventListener("change", () => {
    for (const name of Object.keys(filled)) {
      const field = form.elements[name];
      if (field.value !== filled[name]) continue;
      field.value = filled[name] = texts[reason.value]?.[name] ?? "";
    }
  });
});
