// What Streamlit leaves undone. Sets the page's language, and puts Streamlit's own words into it: exactly those that the
// catalogue knows, in every language that they may be in now, and never what a model, a user or this page's own
// catalogue says (which Streamlit draws as Markdown). Lets the keyboard reach what scrolls (where it goes is in
// `keyboard.js`), nobody hear the names of pictures, and the headings of answers stand below the page's. One observer
// for the page; each run of this script gives it another language.
{
  const told = document.currentScript.dataset;
  const ATTRIBUTES = ["aria-label", "title", "placeholder"];
  const HEADINGS = "h1, h2, h3, h4, h5, h6";
  const MENDED = ["pre", "table", HEADINGS, ...ATTRIBUTES.map((name) => `[${name}]`)].join();
  const ICON = '[role="img"][aria-label$=" icon"]';
  // What others say. Of its buttons only the one that copies a block of code is there, and that is Streamlit's.
  const OTHERS = '[data-testid="stMarkdownContainer"], [role="option"], pre, code, script, style, textarea';
  // [[what it may be now, …, what it is to be], …]; `{…}` in a text stands for anything.
  const words = new Map();
  const patterns = [];
  for (const [target, ...sources] of JSON.parse(told.words)) {
    for (const source of sources) {
      if (source === target) continue;
      const [before, after] = source.split(/\{\w+\}/);
      if (after === undefined) words.set(source, target);
      else patterns.push([before, after, target]);
    }
  }

  const translated = (text) => {
    const exact = words.get(text);
    if (exact !== undefined) return exact;
    for (const [before, after, target] of patterns) {
      if (text.length > before.length + after.length && text.startsWith(before) && text.endsWith(after)) {
        const held = text.slice(before.length, text.length - after.length);
        return target.replace(/\{\w+\}/, () => held);
      }
    }
    return undefined;
  };

  const mendText = (node) => {
    const parent = node.parentElement;
    if (!parent || parent.closest(OTHERS)) return;
    const text = translated(node.data.trim());
    if (text !== undefined) node.data = text;
  };

  // The first heading of an answer is not the page's: it stands below the page's, or below the model's in a comparison.
  const lower = (heading) => {
    const levels = { '[class*="st-key-answer-"]': 3, '[data-testid="stChatMessage"]': 1 };
    const place = Object.keys(levels).find((name) => heading.closest(name));
    if (place) heading.setAttribute("aria-level", Math.min(6, Number(heading.tagName.slice(1)) + levels[place]));
  };

  const mendElement = (element) => {
    // A picture of a word beside the word: "deployed_code icon" says nothing to who hears the page.
    if (element.matches(ICON)) element.setAttribute("aria-hidden", "true");
    if (element.matches("pre, table")) element.tabIndex = 0;
    if (element.matches(HEADINGS)) lower(element);
    if (element.closest(OTHERS) && !element.matches("button")) return;
    for (const name of ATTRIBUTES) {
      const value = element.getAttribute(name);
      const text = value && translated(value);
      if (text !== undefined && text !== null && text !== "") element.setAttribute(name, text);
    }
  };

  const mendTree = (root) => {
    if (root.nodeType === Node.TEXT_NODE) return mendText(root);
    if (root.nodeType !== Node.ELEMENT_NODE) return undefined;
    mendElement(root);
    for (const element of root.querySelectorAll(MENDED)) mendElement(element);
    if (root.closest(OTHERS)) return undefined;
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) mendText(walker.currentNode);
    return undefined;
  };

  const look = (changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "childList") addedNodes.forEach(mendTree);
      else if (type === "characterData") mendText(target);
      else mendElement(target);
    }
  };

  document.documentElement.lang = told.language;
  window.terrachatFramework?.disconnect();
  window.terrachatFramework = new MutationObserver(look);
  window.terrachatFramework.observe(document.body, {
    attributes: true,
    attributeFilter: ATTRIBUTES,
    characterData: true,
    childList: true,
    subtree: true,
  });
  mendTree(document.body);
  // The place that Streamlit gave to this script takes no room.
  const place = document.currentScript.closest('[data-testid="stElementContainer"]');
  if (place) place.style.display = "none";
}
