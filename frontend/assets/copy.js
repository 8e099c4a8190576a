// Puts an answer into the clipboard, letter by letter, and says beside the buttons whether it could. Where the browser
// does not allow it, the text is there to be copied by hand.
{
  const told = document.currentScript.dataset;
  const place = document.currentScript.parentElement;
  const text = new TextDecoder().decode(Uint8Array.from(atob(told.text), (letter) => letter.charCodeAt(0)));

  const say = (sentence) => {
    const line = document.createElement("div");
    line.className = "terrachat-copied";
    line.textContent = sentence;
    line.style = "font-size: 0.875rem; opacity: 0.8";
    place.append(line);
    const region = document.getElementById("terrachat-status");
    if (region) region.textContent = sentence;
  };

  const offer = () => {
    say(told.fallback);
    const box = document.createElement("textarea");
    box.readOnly = true;
    box.value = text;
    box.setAttribute("aria-label", told.fallback);
    box.style = "width: 100%; height: 8rem; font-family: monospace";
    place.append(box);
    box.focus();
    box.select();
  };

  if (!navigator.clipboard) offer();  // a page that is not served over https has none
  else navigator.clipboard.writeText(text).then(() => say(told.done), offer);
}
