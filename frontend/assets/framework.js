// What Streamlit leaves undone. Sets the page's language, and puts Streamlit's own words into it: exactly those that the
// catalogue knows, in every language that they may be in now, and never what a model, a user or this page's own
// catalogue says (which Streamlit draws as Markdown). Lets the keyboard reach what scrolls and come back from a button that
// goes away, and nobody hear the names of pictures. One observer for the page; each run of this script gives it another
// language.
{
  const told = document.currentScript.dataset;
  const ATTRIBUTES = ["aria-label", "title", "placeholder"];
  const MENDED = ["pre", ...ATTRIBUTES.map((name) => `[${name}]`)].join();
  const ICON = '[role="img"][aria-label$=" icon"]';
  const OPENED = '[data-testid="stPopoverBody"]';
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

  const mendElement = (element) => {
    // A picture of a word beside the word: "deployed_code icon" says nothing to who hears the page.
    if (element.matches(ICON)) element.setAttribute("aria-hidden", "true");
    if (element.matches("pre")) element.tabIndex = 0;
    if (element.closest(OTHERS) && !element.matches("button")) return;
    for (const name of ATTRIBUTES) {
      const value = element.getAttribute(name);
      const text = value && translated(value);
      if (text !== undefined && text !== null && text !== "") element.setAttribute(name, text);
    }
  };

  // What a button opened stands at the end of the document, and is the next that the keyboard comes to.
  const enter = (root) => {
    const opened = root.matches(OPENED) ? root : root.querySelector(OPENED);
    if (!opened) return;
    opened.tabIndex = -1;
    let frames = 30; // it is hidden until it has its place
    const tryIt = () => {
      opened.focus({ preventScroll: true });
      frames -= 1;
      if (document.activeElement !== opened && opened.isConnected && frames) requestAnimationFrame(tryIt);
    };
    tryIt();
  };

  const mendTree = (root) => {
    if (root.nodeType === Node.TEXT_NODE) return mendText(root);
    if (root.nodeType !== Node.ELEMENT_NODE) return undefined;
    enter(root);
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

  // Who stops an answer or asks a prepared question goes on in the composer: the button itself goes away.
  const goOn = ({ target }) => {
    if (!target.closest(".st-key-stop, .st-key-starters")) return;
    setTimeout(() => document.querySelector('[data-testid="stChatInputTextArea"]')?.focus({ preventScroll: true }));
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
  if (!window.terrachatGoesOn) {
    window.terrachatGoesOn = true;
    document.addEventListener("click", goOn);
  }
  mendTree(document.body);
  // The place that Streamlit gave to this script takes no room.
  const place = document.currentScript.closest('[data-testid="stElementContainer"]');
  if (place) place.style.display = "none";
}
