// Keeps what is being written in this tab while another page is open, and leaves Enter to an input method that is
// composing a word.
{
  const key = `terrachat-composing-${document.currentScript.dataset.owner}`;
  const composer = () => document.querySelector('[data-testid="stChatInputTextArea"]');

  const restore = () => {
    const box = composer();
    if (!box || box.disabled) return false;
    const kept = sessionStorage.getItem(key);
    if (kept && !box.value) {
      // Past React's own property, which would take the new value for one that it has set itself.
      Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, kept);
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
    return true;
  };

  const keep = () => {
    const box = composer();
    if (box && box.value) sessionStorage.setItem(key, box.value);
    else if (box) sessionStorage.removeItem(key);
  };

  if (!restore()) {
    const observer = new MutationObserver(() => restore() && observer.disconnect());
    observer.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"] });
  }
  if (!window.terrachatComposer) {
    window.terrachatComposer = true;
    // A question that was sent leaves the composer without an event of its own: the key or the click that sent it tells.
    for (const event of ["input", "keyup", "click"]) document.addEventListener(event, () => setTimeout(keep), true);
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.key === "Enter" && event.isComposing && event.target === composer()) event.stopPropagation();
      },
      true,
    );
  }
}
