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

// The theme's menu beside a related object has no key of its own.
const MENU = ".related-widget-wrapper [x-ref^=relatedWidgetWrapper]";
document.addEventListener("DOMContentLoaded", () => {
  for (const menu of document.querySelectorAll(MENU)) {
    menu.tabIndex = 0;
    menu.role = "button";
    menu.ariaLabel = "Add, change or view";
  }
});
document.addEventListener("keydown", (event) => {
  if (!["Enter", " "].includes(event.key) || !event.target.matches?.(MENU)) return;
  event.preventDefault();
  event.target.click();
});
