// Whether the page follows what is written at its end. Who scrolls up stays there, until they scroll down again, press
// the button that this adds, or ask. Streamlit (1.67) goes back to the end while an answer grows, and does not go there
// when a question is asked.
{
  const told = document.currentScript.dataset;
  const END = 8; // pixels that still count as the end
  const FAR = 240; // from here on there is a button for the way back
  const HAND_MS = 700; // a scroll this soon after a wheel, a key or a finger is the user's own
  const KEEP_MS = 4000; // how long earlier turns may take to be drawn

  const scroller = () => document.querySelector('[data-testid="stAppScrollToBottomContainer"]');
  const composer = () => document.querySelector('[data-testid="stChatInputTextArea"]');
  const native = Object.getOwnPropertyDescriptor(Element.prototype, "scrollTop");
  const here = (window.terrachatScroll ||= { held: false, hand: 0, top: 0, keep: null, chat: null, asked: "" });

  const toEnd = () => {
    const box = scroller();
    here.held = false;
    here.keep = null;
    if (box) native.set.call(box, box.scrollHeight);
  };

  const keeps = () => here.keep && Date.now() < here.keep.until;
  const distance = (box) => box.scrollHeight - box.clientHeight - native.get.call(box);

  const button = () => {
    let found = document.getElementById("terrachat-newest");
    if (!found) {
      found = document.createElement("button");
      found.id = "terrachat-newest";
      found.type = "button";
      found.style =
        "position: fixed; z-index: 100; transform: translateX(-50%); padding: 0.4rem 0.9rem; border-radius: 999px;" +
        "font: inherit; font-size: 0.875rem; cursor: pointer; border: 1px solid color-mix(in srgb, currentColor 30%, transparent);" +
        "box-shadow: 0 2px 8px rgb(0 0 0 / 25%)";
      found.addEventListener("click", () => {
        toEnd();
        look();
        composer()?.focus({ preventScroll: true });
      });
      document.body.append(found);
    }
    return found;
  };

  // Shows the button above the composer where the end is far away, in the page's own colours.
  const look = () => {
    const box = scroller();
    const edge = composer()?.closest('[data-testid="stChatInput"]')?.getBoundingClientRect();
    const found = button();
    found.textContent = `↓ ${here.label}`;
    found.hidden = !box || !edge || !edge.width || distance(box) < FAR;
    found.style.display = found.hidden ? "none" : "block";
    if (found.hidden) return;
    const page = getComputedStyle(document.querySelector('[data-testid="stApp"]'));
    found.style.background = page.backgroundColor;
    found.style.color = page.color;
    found.style.left = `${edge.left + edge.width / 2}px`;
    found.style.bottom = `${window.innerHeight - edge.top + 16}px`;
  };

  const scrolled = () => {
    const box = scroller();
    if (!box) return;
    const top = native.get.call(box);
    if (distance(box) <= END) here.held = false;
    else if (top < here.top && Date.now() - here.hand < HAND_MS) here.held = true;
    here.top = top;
    look();
  };

  const grown = () => {
    const box = scroller();
    if (!box) return;
    if (keeps()) native.set.call(box, box.scrollHeight - here.keep.fromEnd);
    else if (here.asked && !here.held) native.set.call(box, box.scrollHeight);
    here.top = native.get.call(box);
    look();
  };

  const watch = (box) => {
    if (box.terrachatWatched) return;
    box.terrachatWatched = true;
    // Streamlit's own way back to the end goes through this property. It counts from where it began, and may be above
    // where the user has gone in the meantime.
    Object.defineProperty(box, "scrollTop", {
      configurable: true,
      get() {
        return native.get.call(this);
      },
      set(value) {
        if (!here.held && !keeps() && value > native.get.call(this)) native.set.call(this, value);
      },
    });
    box.addEventListener("scroll", scrolled, { passive: true });
    const sizes = new ResizeObserver(grown);
    sizes.observe(box);
    for (const child of box.children) sizes.observe(child);
  };

  const byHand = (event) => {
    if (event.type === "keydown" && (event.target === composer() || event.key === "Escape")) return;
    here.hand = Date.now();
    if (event.type === "click" && event.target.closest?.(".st-key-earlier")) {
      const box = scroller();
      here.held = true;
      here.keep = { fromEnd: box.scrollHeight - native.get.call(box), until: Date.now() + KEEP_MS };
    } else if (event.type !== "click") here.keep = null;
  };

  here.label = told.label;
  if (here.chat !== told.chat) toEnd();
  if (told.asked && here.asked !== told.asked) toEnd();
  here.chat = told.chat;
  here.asked = told.asked;
  const box = scroller();
  if (box) watch(box);
  look();
  if (!here.isInstalled) {
    here.isInstalled = true;
    for (const event of ["wheel", "touchmove", "keydown", "pointerdown", "click"]) {
      document.addEventListener(event, byHand, { capture: true, passive: true });
    }
    window.addEventListener("resize", look);
  }
}
