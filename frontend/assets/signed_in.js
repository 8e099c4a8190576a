// Where somebody is signed in: goes back to where sign_in.js was, once.
{
  const back = sessionStorage.getItem("terrachat-return");
  sessionStorage.removeItem("terrachat-return");
  if (back && back.startsWith("/") && !back.startsWith("//") && back !== location.pathname + location.search) {
    location.replace(back);
  }
}
