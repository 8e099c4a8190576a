// Where nobody is signed in: keeps what the way over the issuer and back would lose. The page's address, for
// signed_in.js; and a question that was sent when the sign-in was over, as if it were still being written (composer.js).
// Who signed out leaves nothing that was written in this tab.
{
  const told = document.currentScript.dataset;
  const here = new URL(location);
  here.searchParams.delete("sign_in");
  const kept = sessionStorage.getItem("terrachat-return");
  if (here.pathname === "/" && !here.search && kept && kept !== "/") {
    // Back from the issuer without being signed in: the address has to be the old one already here, for its language.
    location.replace(kept + (location.search ? (kept.includes("?") ? "&" : "?") + location.search.slice(1) : ""));
  } else {
    sessionStorage.setItem("terrachat-return", here.pathname + here.search);
  }
  const drafts = "terrachat-composing-";
  if (told.forget) {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(drafts)) sessionStorage.removeItem(key);
  } else if (told.draft) {
    sessionStorage.setItem(drafts + told.user, told.draft);
  }
}
