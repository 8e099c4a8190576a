// Where somebody is signed in: goes back to where sign_in.js was, puts the user's own draft back into the composer, and
// keeps a copy of what is being written in this tab, for when the sign-in is over.
{
  const told = document.currentScript.dataset;
  const composer = () => document.querySelector('[data-testid="stChatInputTextArea"]');
  const back = sessionStorage.getItem("terrachat-return");
  sessionStorage.removeItem("terrachat-return");

  const restore = () => {
    const draft = JSON.parse(sessionStorage.getItem("terrachat-draft") || "null");
    if (!draft || draft.user !== told.user) {
      sessionStorage.removeItem("terrachat-draft");
      return true;
    }
    const box = composer();
    if (!box || box.disabled) return false;
    sessionStorage.removeItem("terrachat-draft");
    if (!box.value) {
      // Past React's own property, which would take the new value for one that it has set itself.
      Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, draft.text);
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
    return true;
  };

  const keep = () => {
    const box = composer();
    if (box && box.value) sessionStorage.setItem("terrachat-writing", box.value);
    else if (box) sessionStorage.removeItem("terrachat-writing");
  };

  if (back && back.startsWith("/") && !back.startsWith("//") && back !== location.pathname + location.search) {
    location.replace(back);
  } else if (!restore()) {
    const observer = new MutationObserver(() => restore() && observer.disconnect());
    observer.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"] });
  }
  if (!window.terrachatKeepsDrafts) {
    window.terrachatKeepsDrafts = true;
    // A question that was sent leaves the composer without an event of its own: the key or the click that sent it tells.
    for (const event of ["input", "keyup", "click"]) document.addEventListener(event, () => setTimeout(keep), true);
  }
}
