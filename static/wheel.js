"use strict";
// A wheel is one stop of the keyboard: arrows go around and in and out, as in a tree.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-wheel]").forEach(turn);
  document.querySelectorAll("[data-wheel-scope]").forEach(ask);
});

function turn(figure) {
  const slices = [...figure.querySelectorAll(".wheel-slice")];
  const ring = figure.querySelector(".wheel-focus");
  const says = figure.querySelector("[data-wheel-says]");
  const hint = says.textContent;
  let at = null;

  function show(slice) {
    ring.setAttribute("d", slice ? slice.querySelector("path").getAttribute("d") : "");
    says.textContent = slice ? slice.getAttribute("aria-label") : hint;
  }

  figure.addEventListener("focusin", (event) => {
    at = event.target.closest(".wheel-slice");
    if (!at) return;
    slices.forEach((each) => each.setAttribute("tabindex", each === at ? "0" : "-1"));
    show(at);
  });
  figure.addEventListener("focusout", () => { at = null; show(null); });
  figure.addEventListener("pointerover", (event) => show(event.target.closest(".wheel-slice") ?? at));
  figure.addEventListener("pointerleave", () => show(at));
  figure.addEventListener("click", (event) => event.target.closest(".wheel-slice")?.focus());
  figure.addEventListener("keydown", (event) => {
    const next = at && neighbour(slices, at, event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
}

const level = (slice) => Number(slice.getAttribute("aria-level"));

// Slices stand in the order of the tree: each before what is in it.
function neighbour(slices, from, key) {
  const place = slices.indexOf(from);
  const here = level(from);
  if (key === "Home") return slices[0];
  if (key === "End") return slices.findLast((each) => level(each) === 1);
  if (key === "ArrowUp") {
    const child = slices[place + 1];
    return child && level(child) === here + 1 ? child : null;
  }
  if (key === "ArrowDown") return slices.slice(0, place).findLast((each) => level(each) === here - 1);
  const ring = slices.filter((each) => level(each) === here);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  return step && ring[(ring.indexOf(from) + step + ring.length) % ring.length];
}

// Everybody's wheel needs no name; what was chosen by name goes by its id.
function ask(select) {
  const field = document.getElementById(select.dataset.wheelScope);
  const name = field.value;
  const fit = () => { field.closest(".wheel-of").hidden = select.value === "universal"; };
  select.addEventListener("change", () => { field.value = ""; fit(); if (select.value !== "universal") field.focus(); });
  field.form.addEventListener("submit", () => {
    if (field.dataset.wheelKey && field.value === name) field.value = field.dataset.wheelKey;
  });
  fit();
}
