// Where the keyboard is, when Streamlit (1.67) leaves it nowhere or in the wrong place: in what a button opened, on the
// first entry of a menu, back where it was when what had it was taken away or drawn anew, and in the composer after a
// question or a stop. Needs nothing of the page's language, so it runs once.
if (!window.terrachatKeyboard) {
  window.terrachatKeyboard = true;
  const OPENED = '[data-testid="stPopoverBody"]';
  const WIDGET = '[data-testid="stElementContainer"][class*="st-key-"]';
  const FIELDS = "input:enabled, textarea:enabled";
  const REACHED = `button:enabled, ${FIELDS}`;
  const RUNS = '[data-testid="stApp"][data-test-script-state="running"]';
  const COMPOSER = "st-key-composer";
  // For what had the focus to be drawn anew: a run that follows an answer ends late, and what was deleted never comes.
  const PATIENCE_MS = 1000;
  const SURE_MS = 10_000; // for what does come: the composer, and the fields of what was opened
  let isUsed = false;
  let focused = null;
  let path = []; // the keys of the widget that has the focus and of those before it on the page, the nearest first

  const go = (element) => element.focus({ preventScroll: true });

  // What a button opened stands at the end of the document. The keyboard goes to its first field, which comes some frames
  // after it and cannot be reached before it has its place; where there is none, and after a click, to the whole: nobody
  // should find the button below a question under a key that is still held down.
  const enter = (opened) => {
    const until = performance.now() + SURE_MS;
    let from = [document.activeElement, document.body, opened]; // anywhere else somebody went on purpose
    opened.tabIndex = -1;
    const tryIt = () => {
      const first = isUsed ? opened.querySelector(FIELDS) : null;
      const active = document.activeElement;
      if (!opened.isConnected || performance.now() > until || !from.includes(active)) return;
      if (first || active !== opened) go(first ?? opened);
      if (document.activeElement === opened) from = [document.body, opened]; // who goes back to the button may stay
      requestAnimationFrame(tryIt);
    };
    tryIt();
  };

  // Streamlit's menu takes the focus itself: Enter does nothing then, and an arrow passes over the first entry.
  const enterMenu = (menu) => {
    const first = menu.querySelector('[role^="menuitem"]:not([aria-disabled="true"])');
    if (document.activeElement !== menu) return;
    if (first) go(first);
    requestAnimationFrame(() => enterMenu(menu)); // its entries may come after it, and it may take the focus again
  };

  const keyOf = (widget) => [...widget.classList].find((name) => name.startsWith("st-key-"));

  const reached = (key) => document.querySelector(`.${CSS.escape(key)}`)?.querySelector(REACHED);

  // Who writes goes on where they wrote, after a mouse, too: the composer always comes again.
  const isWriting = () => path[0] === COMPOSER;

  // To the widget that had it, as soon as it is there again, else to the nearest one before it that is still there; into
  // a menu that is open, whose entries were drawn anew.
  const bringBack = (until) => {
    if (document.activeElement !== document.body) return;
    const menu = document.querySelector('[role="menu"]');
    if (menu) {
      go(menu);
      return;
    }
    const waits = (isWriting() || document.querySelector(RUNS)) && performance.now() < until;
    const place = (waits ? path.slice(0, 1) : path).map(reached).find(Boolean);
    if (place) go(place);
    else if (waits) requestAnimationFrame(() => bringBack(until));
  };

  const look = (changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) {
        if (node.nodeType !== Node.ELEMENT_NODE) continue;
        const opened = node.matches(OPENED) ? node : node.querySelector(OPENED);
        if (opened) enter(opened);
      }
    }
    if (!focused || focused.isConnected || document.activeElement !== document.body) return;
    focused = null;
    if (!isUsed && !isWriting()) return;
    requestAnimationFrame(() => bringBack(performance.now() + (isWriting() ? SURE_MS : PATIENCE_MS)));
  };

  const visit = ({ target }) => {
    focused = target;
    const widgets = [...document.querySelectorAll(WIDGET)];
    const place = widgets.indexOf(target.closest(WIDGET));
    if (place >= 0) path = widgets.slice(0, place + 1).map(keyOf).reverse();
    if (isUsed && target.matches('[role="menu"]')) requestAnimationFrame(() => enterMenu(target));
  };

  // Who stops an answer or asks a prepared question goes on in the composer: the button itself goes away.
  const goOn = ({ target }) => {
    if (!target.closest(".st-key-stop, .st-key-starters")) return;
    setTimeout(() => {
      const composer = document.querySelector('[data-testid="stChatInputTextArea"]');
      if (composer) go(composer);
    });
  };

  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  document.addEventListener("focusin", visit);
  document.addEventListener("click", goOn);
  document.addEventListener("keydown", () => (isUsed = true), true);
  document.addEventListener("pointerdown", () => (isUsed = false), true);
}
