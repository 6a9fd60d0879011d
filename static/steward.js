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
