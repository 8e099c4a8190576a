// Where nobody is signed in: keeps what the way over the issuer and back would lose, for signed_in.js. The page's
// address, and, where a sign-in was over by itself, the question that was being written.
{
  const told = document.currentScript.dataset;
  const here = new URL(location);
  here.searchParams.delete("sign_in");
  const kept = sessionStorage.getItem("terrachat-return");
  if (here.pathname === "/" && !here.search && kept && kept !== "/") {
    // Back from the issuer without being signed in: the address has to be the old one already here, for its language.
    location.replace(kept + (location.search ? "&" + location.search.slice(1) : ""));
  } else {
    sessionStorage.setItem("terrachat-return", here.pathname + here.search);
  }
  const writing = told.draft || sessionStorage.getItem("terrachat-writing");
  sessionStorage.removeItem("terrachat-writing");
  if (told.forget) {
    sessionStorage.removeItem("terrachat-draft");
  } else if (told.user && writing) {
    sessionStorage.setItem("terrachat-draft", JSON.stringify({ user: told.user, text: writing }));
  }
}
