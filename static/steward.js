"use strict";
// The server shows times in the zone of this browser.
document.cookie = `timezone=${encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone)};path=/;max-age=31536000;samesite=lax`;

// Related objects open in a window of their own: the policy allows no frames, which the theme uses.
window.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.("a.related-widget-wrapper-link");
    if (!link?.href) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (link.dataset.popup === "yes") window.showRelatedObjectPopup(link);
    else window.open(link.href, "_blank", "noopener");
  },
  { capture: true },
);

// The first press of Tab offers to leave the sidebar out.
document.addEventListener("DOMContentLoaded", () => {
  const content = document.getElementById("content");
  if (!content) return;
  content.tabIndex = -1;
  const link = document.createElement("a");
  Object.assign(link, { href: "#content", className: "steward-skip", textContent: "Skip to content" });
  document.body.prepend(link);
});

// The browser focuses nothing while the theme hides the page, nor where something had the focus.
// What was refused comes first, which may stand below the first screen.
document.addEventListener("DOMContentLoaded", () => {
  const refused = document.querySelector("#content form [aria-invalid=true]:not([type=hidden])");
  const wanted = refused ?? document.querySelector("[autofocus]");
  if (!wanted) return;
  const focus = () => {
    if (document.activeElement?.matches("input, select, textarea")) return;
    wanted.focus({ preventScroll: wanted === refused });
    if (wanted === refused) refused.scrollIntoView({ block: "center" });
  };
  if (document.documentElement.hasAttribute("x-cloak")) {
    document.addEventListener("alpine:initialized", focus, { once: true });
  } else focus();
});

// What the theme opens by click alone gets a key and a name.
const CLICKED = {
  "[x-on\\:click='sidebarToggle()']": "Sidebar",
  "[x-on\\:click*=openUserLinks]": "Account",
  ".related-widget-wrapper [x-ref^=relatedWidgetWrapper]": "Add, change or view",
  "[x-on\\:click='openTheme = !openTheme']": "Theme",
  "#changelist [x-on\\:click*='filterOpen = true']": "Filters",
};
document.addEventListener("DOMContentLoaded", () => {
  for (const [selector, name] of Object.entries(CLICKED)) {
    for (const element of document.querySelectorAll(selector)) {
      Object.assign(element, { tabIndex: 0, role: "button", ariaLabel: name });
    }
  }
});
document.addEventListener("keydown", (event) => {
  const isKeyless = event.target.matches?.(Object.keys(CLICKED).join());
  if (!isKeyless || !["Enter", " "].includes(event.key)) return;
  event.preventDefault();
  event.target.click();
});

// Select2 and the lists of groups name themselves by what is chosen, not by what is asked for.
function nameChoice(box) {
  const label = box.previousElementSibling?.labels?.[0];
  const shown = box.querySelector(".select2-selection__rendered");
  if (!label || !shown) return;
  label.id ||= `${label.htmlFor}-label`;
  shown.setAttribute("aria-labelledby", label.id);
  box.querySelector(".select2-selection").setAttribute("aria-labelledby", `${label.id} ${shown.id}`);
}
function nameChoices(within) {
  within.querySelectorAll(".select2-container").forEach(nameChoice);
  within.querySelectorAll("span.help-tooltip").forEach((tip) => tip.setAttribute("role", "img"));
}
// After those who make them.
window.addEventListener("load", () => setTimeout(nameChoices, 0, document));
document.addEventListener("formset:added", ({ target }) => setTimeout(nameChoices, 0, target));

// Icons are words of a font, which nobody is to hear; a control without other text is named anew.
document.addEventListener("DOMContentLoaded", () => {
  for (const icon of document.querySelectorAll(".material-symbols-outlined")) {
    const control = icon.closest("a, button, [role=button]");
    const word = icon.textContent.trim();
    if (control === icon || icon.title) continue;
    icon.ariaHidden = "true";
    if (!control || control.ariaLabel || control.textContent.trim() !== word) continue;
    control.ariaLabel = control.title || word.replaceAll("_", " ");
  }
});
