"use strict";
// A board says how old it is. An old one is refreshed as soon as somebody opens it; the rows of the
// newer one come in by themselves, but not under the hands of who is working in them.
document.addEventListener("DOMContentLoaded", () => {
  if (document.querySelector("[data-state]")) follow();
  document.getElementById("here")?.scrollIntoView({ block: "center" });
});

const WHILE_ACTIVE = 1000;
const OTHERWISE = 15000;
let isAsked = false;

async function follow() {
  const age = document.querySelector("[data-state]");
  const now = document.hidden ? null : await ask(age);
  if (now) await show(now);
  setTimeout(follow, now?.active ? WHILE_ACTIVE : OTHERWISE);
}

// The first time an old board asks for its refresh, too.
async function ask(age) {
  const form = age.querySelector("[data-refresh]");
  const headers = { Accept: "application/json" };
  const isDue = "old" in age.dataset && !("active" in age.dataset) && !isAsked;
  isAsked = true;
  try {
    const answer = isDue
      ? await fetch(form.action, { method: "POST", body: new FormData(form), headers })
      : await fetch(age.dataset.state, { headers });
    return answer.ok && !answer.redirected ? await answer.json() : null;
  } catch {
    return null;
  }
}

async function show(now) {
  const age = document.querySelector("[data-state]");
  const isNewer = now.version !== age.dataset.version;
  if (isNewer && isIdle() && (await replace())) return;
  const text = words(now, isNewer);
  const says = age.querySelector("[data-says]");
  if (says.textContent !== text) says.textContent = text;
  const link = age.querySelector("[data-run]");
  link.hidden = !now.run || !(now.active || now.failed);
  if (now.run) link.href = now.run;
  if (!isNewer && age.querySelector("[data-age]")) age.querySelector("[data-age]").textContent = now.age;
  age.querySelector("[data-refresh]").hidden = now.active || !now.old;
  const button = age.querySelector("[data-show]");
  button.hidden = !isNewer;
  button.onclick = replace;
}

function words(now, isNewer) {
  if (isNewer) return "A newer board is there.";
  if (now.active) return "It is being refreshed.";
  return now.failed ? `The last refresh failed: ${now.failed}` : "";
}

function isIdle() {
  const board = document.getElementById("board");
  return !board.contains(document.activeElement) && getSelection().isCollapsed;
}

// The same page, newer; the filters stay as they are open or closed.
async function replace() {
  const board = document.getElementById("board");
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok || answer.redirected) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const newer = page.getElementById("board");
  if (!newer) return false;
  const open = [...board.querySelectorAll("details")].map((each) => each.open);
  const details = [...newer.querySelectorAll("details")];
  if (details.length === open.length) details.forEach((each, place) => (each.open = open[place]));
  const hadFocus = board.contains(document.activeElement);
  board.replaceWith(document.adoptNode(newer));
  newer.querySelector("[data-says]").textContent = "This is the newest board.";
  if (hadFocus) newer.querySelector(".steward-link")?.focus();
  return true;
}
