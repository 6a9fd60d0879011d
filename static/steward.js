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
document.addEventListener("DOMContentLoaded", () => {
  const wanted = document.querySelector("[autofocus]");
  if (!wanted) return;
  const focus = () => {
    if (!document.activeElement?.matches("input, select, textarea")) wanted.focus();
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
