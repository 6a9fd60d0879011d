"use strict";
// What axe-core finds wrong on this page as it stands: one line a violation. Rows that repeat are
// left out, and so are the contrasts of colours that an earlier page had: they are most of the time.
(() => {
  const ROWS = 6;
  const REPEATED = `tbody:nth-of-type(n+${ROWS}), tbody > tr:nth-child(n+${ROWS})`;
  const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const TYPED = "input:not([type=hidden]), select, textarea";

  const clear = (colour) => /(?:, 0|\/ 0)\)$/.test(colour);

  function hasText(element) {
    return element.matches(TYPED) || [...element.childNodes].some(
      (node) => node.nodeType === Node.TEXT_NODE && node.data.trim(),
    );
  }

  // Equal for elements whose text is as readable.
  function inkOf(element) {
    const style = getComputedStyle(element);
    const parts = [style.color, style.fill, style.fontSize, style.fontWeight];
    for (let paper = element; paper; paper = paper.parentElement) {
      const { backgroundColor, opacity } = getComputedStyle(paper);
      if (opacity !== "1") parts.push(opacity);
      if (clear(backgroundColor)) continue;
      parts.push(backgroundColor);
      break;
    }
    return parts.join("|");
  }

  function unseenInks() {
    const seen = new Set(JSON.parse(sessionStorage.getItem("inks") ?? "[]"));
    const found = [...document.body.querySelectorAll("*")].filter((element) => {
      const shown = hasText(element) && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
      const ink = shown && inkOf(element);
      if (!ink || seen.has(ink)) return false;
      seen.add(ink);
      return true;
    });
    sessionStorage.setItem("inks", JSON.stringify([...seen]));
    return found;
  }

  async function violations(context, options) {
    const settings = { resultTypes: ["violations"], preload: false, ...options };
    const { violations: found } = await axe.run(context, settings);
    return found
      .filter(({ impact }) => ["serious", "critical"].includes(impact))
      .flatMap(({ id, nodes }) => nodes.map((node) => `${id} ${node.html.slice(0, 200)}`));
  }

  // Without the moments between two colours.
  function steady() {
    const style = document.createElement("style");
    style.textContent = "*, ::before, ::after { transition: none !important; animation: none !important }";
    document.head.append(style);
  }

  // Of the page itself: one heading, in the title too, and nothing that sticks out at the side.
  function own() {
    const shown = [...document.querySelectorAll("h1")].filter((each) => each.checkVisibility());
    const over = document.documentElement.scrollWidth - innerWidth;
    return [
      ...(shown.length === 1 ? [] : [`${shown.length} headings of the first level`]),
      ...(/^\S.* \| Steward$/.test(document.title) ? [] : [`the title ${document.title}`]),
      ...(over > 0 ? [`sticks out ${over} px at the side`] : []),
    ];
  }

  window.axeComplaints = async (scheme) => {
    steady();
    // The theme asks for the scheme once, when the page is loaded.
    document.documentElement.classList.toggle("dark", scheme === "dark");
    document.querySelectorAll(REPEATED).forEach((row) => row.remove());
    const inks = unseenInks();
    return [
      ...own(),
      ...(await violations(document, {
        runOnly: { type: "tag", values: TAGS },
        rules: { "color-contrast": { enabled: false } },
      })),
      ...(inks.length ? await violations(inks, { runOnly: ["color-contrast"] }) : []),
    ];
  };
})();
