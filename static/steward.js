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
