"use strict";
// What axe-core finds wrong on this page as it stands: one line a violation. Asked again at another
// size or in other colours, it looks at what that changes. Rows that repeat are left out, and so are
// the contrasts of colours that an earlier page had: they are most of the time.
(() => {
  const ROWS = 6;
  const REPEATED = `tbody:nth-of-type(n+${ROWS}), tbody > tr:nth-child(n+${ROWS})`;
  const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const OF_LAYOUT = ["scrollable-region-focusable", "target-size"];
  const TYPED = "input:not([type=hidden]), select, textarea";
  const shown = new WeakSet();
  let width = 0;

  const alpha = (colour) => Number((/^rgba\(.*, (.+)\)$/.exec(colour) ?? /\/ (.+)\)$/.exec(colour) ?? [0, 1])[1]);
  const isShown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });

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
      if (alpha(backgroundColor) === 0) continue;
      parts.push(backgroundColor);
      if (alpha(backgroundColor) === 1) break;
    }
    return parts.join("|");
  }

  function unseenInks(elements) {
    const seen = new Set(JSON.parse(sessionStorage.getItem("inks") ?? "[]"));
    const found = elements.filter((element) => {
      const ink = hasText(element) && inkOf(element);
      if (!ink || seen.has(ink)) return false;
      seen.add(ink);
      return true;
    });
    sessionStorage.setItem("inks", JSON.stringify([...seen]));
    return found;
  }

  // Those that this size is the first to show, without what stands in another of them.
  function unseen(elements) {
    const found = elements.filter((element) => !shown.has(element));
    found.forEach((element) => shown.add(element));
    return found.filter((element) => !found.includes(element.parentElement));
  }

  async function violations(context, options) {
    const settings = { resultTypes: ["violations"], preload: false, selectors: false, ...options };
    const { violations: found } = await axe.run(context, settings);
    return found
      .filter(({ impact }) => ["serious", "critical"].includes(impact))
      .flatMap(({ id, nodes }) => nodes.map((node) => `${id} ${node.html.slice(0, 200)} ${node.any[0]?.message ?? ""}`));
  }

  // Without the moments between two colours, and with what is folded away.
  function steady() {
    const style = new CSSStyleSheet();
    style.replaceSync("*, ::before, ::after { transition: none !important; animation: none !important }");
    document.adoptedStyleSheets = [style];
    document.querySelectorAll("details").forEach((each) => { each.open = true; });
    document.querySelectorAll(REPEATED).forEach((row) => row.remove());
  }

  // Of the page itself: one heading, a title, nothing that sticks out at the side, and no button
  // that is a part of a line, over whose neighbours it would lie.
  function own() {
    const headings = [...document.querySelectorAll("h1")].filter((each) => each.checkVisibility());
    const inline = [...document.querySelectorAll(".steward-button")].filter(
      (each) => each.checkVisibility() && getComputedStyle(each).display === "inline",
    );
    const over = document.documentElement.scrollWidth - innerWidth;
    return [
      ...(headings.length === 1 ? [] : [`${headings.length} headings of the first level`]),
      ...(document.title.trim() ? [] : ["no title"]),
      ...inline.map((each) => `lies over its neighbours: ${each.outerHTML.slice(0, 200)}`),
      ...(over > 0 ? [`sticks out ${over} px at the side`] : []),
    ];
  }

  async function structure(elements) {
    const isFirst = !width, fresh = unseen(elements);
    if (width === innerWidth) return [];
    width = innerWidth;
    const rules = { runOnly: { type: "tag", values: TAGS }, rules: { "color-contrast": { enabled: false } } };
    if (isFirst) return [...own(), ...(await violations(document, rules))];
    return [
      ...own(),
      ...(fresh.length ? await violations(fresh, rules) : []),
      ...(await violations(document, { runOnly: OF_LAYOUT })),
    ];
  }

  window.axeComplaints = async (scheme) => {
    if (!width) steady();
    // The theme asks for the scheme once, when the page is loaded.
    document.documentElement.classList.toggle("dark", scheme === "dark");
    const elements = [...document.body.querySelectorAll("*")].filter(isShown);
    const inks = unseenInks(elements);
    return [
      ...(await structure(elements)),
      ...(inks.length ? await violations(inks, { runOnly: ["color-contrast"] }) : []),
    ];
  };
})();
