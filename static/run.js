"use strict";
// A run's page shows how far it is; when its state changes, the page loads itself again.
document.addEventListener("DOMContentLoaded", () => {
  const page = document.querySelector("[data-run][data-active]");
  if (page) follow(page);
});

const EVERY = 1000;
const PATIENCE = 5000;
const REST = 1500;

// When somebody last moved or typed here, and whether something was filled in or ticked. A page
// that is on its way is waited for no longer then: it would come under the hands.
let moved = -REST;
let touched = false;
let loading = false;
for (const kind of ["pointermove", "pointerdown", "wheel", "keydown"]) {
  document.addEventListener(kind, () => {
    moved = performance.now();
    if (loading) window.stop();
    loading = false;
  }, { passive: true });
}
document.addEventListener("input", () => { touched = true; });

async function follow(page) {
  const wait = (await look(page)) ? EVERY : PATIENCE;
  setTimeout(() => follow(page), wait);
}

// Whether the server answered.
async function look(page) {
  const trouble = page.querySelector("[data-trouble]");
  if (document.hidden || loading) return true;
  let answer;
  try {
    answer = await fetch(page.dataset.run, { headers: { Accept: "application/json" } });
  } catch {
    answer = null;
  }
  trouble.hidden = Boolean(answer?.ok);
  if (!answer?.ok) return false;
  // The login has ended: the page itself leads to a new one.
  if (answer.redirected) return reload(page);
  const run = await answer.json();
  show(page, run.values);
  if (run.version !== page.dataset.version) return reload(page);
  return true;
}

// Not under the hands of somebody who is being asked something, or about to click; where
// something was filled in, the page says what it would show.
function reload(page) {
  const news = page.querySelector("[data-news]");
  if (touched && news) news.hidden = false;
  else if (performance.now() - moved >= REST && !document.querySelector("[popover]:popover-open")) {
    loading = true;
    location.reload();
  }
  return true;
}

function show(page, values) {
  const bar = page.querySelector("[data-percent]");
  if (values.percent !== null) bar.value = values.percent;
  for (const place of page.querySelectorAll("[data-value]")) {
    const value = values[place.dataset.value];
    const text = value === null || value === "" ? "" : `${value}${place.dataset.unit ?? ""}`;
    if (place.textContent !== text) place.textContent = text;
  }
}
