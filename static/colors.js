"use strict";
// A picker beside each text input of a colour, and a sample of letters on it with their contrast.
document.addEventListener("DOMContentLoaded", () => {
  const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const luminance = (color) =>
    [0.2126, 0.7152, 0.0722].reduce(
      (sum, weight, place) =>
        sum + weight * linear(parseInt(color.slice(1 + 2 * place, 3 + 2 * place), 16) / 255),
      0,
    );
  for (const input of document.querySelectorAll("input[data-color]")) {
    const picker = Object.assign(document.createElement("input"), { type: "color" });
    picker.setAttribute("aria-label", "Choose the colour");
    const sample = Object.assign(document.createElement("output"), { className: "color-sample" });
    const none = Object.assign(document.createElement("button"), { type: "button" });
    none.className = "steward-link";
    none.textContent = "No colour of its own";
    const box = document.createElement("span");
    box.className = "color-picker";
    box.append(picker, sample, none);
    input.after(box);

    const show = () => {
      const color = input.value.trim().toLowerCase();
      const known = /^#[0-9a-f]{6}$/.test(color);
      none.hidden = !color;
      sample.style.background = known ? color : "";
      sample.style.color = "";
      sample.textContent = color && !known ? "Write # and six digits or letters a to f" : "";
      if (!known) return;
      picker.value = color;
      const light = luminance(color);
      const onBlack = (light + 0.05) / 0.05;
      const onWhite = 1.05 / (light + 0.05);
      sample.style.color = onBlack >= onWhite ? "#000000" : "#ffffff";
      sample.textContent = `contrast ${Math.max(onBlack, onWhite).toFixed(1)}`;
    };
    const set = (color) => {
      input.value = color;
      show();
    };
    picker.addEventListener("input", () => set(picker.value));
    none.addEventListener("click", () => set(""));
    input.addEventListener("input", show);
    show();
  }
});
