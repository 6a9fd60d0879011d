"use strict";
// In the place of an answer to a form. Only the browser still has what was typed, and a reload sends
// it again.
const again = document.querySelector("[data-again]");
again.hidden = false;
again.addEventListener("click", () => location.reload());
