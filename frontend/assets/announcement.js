// Sets the page's language, and says a sentence to who hears the page, in one region that stays.
// A block of its own: the script runs once for every sentence, and a name can be declared only once in a page.
{
  const told = document.currentScript.dataset;
  document.documentElement.lang = told.language;
  let region = document.getElementById("terrachat-status");
  if (!region) {
    region = document.createElement("div");
    region.id = "terrachat-status";
    region.setAttribute("role", "status");
    region.style = "position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)";
    document.body.append(region);
  }
  if (region.textContent !== told.sentence) region.textContent = told.sentence;
}
