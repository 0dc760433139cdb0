// The drawing in another size, and groups of layers opened and closed by a click.
"use strict";
const drawing = document.querySelector("#graph svg");
const zoom = document.querySelector("#zoom");
if (drawing && zoom) {
  const { width, height } = drawing.viewBox.baseVal;
  const resize = () => {
    drawing.setAttribute("width", (width * zoom.value) / 100);
    drawing.setAttribute("height", (height * zoom.value) / 100);
  };
  zoom.addEventListener("input", resize);
}
const rows = [...document.querySelectorAll("#layers tbody tr")];
function show() {
  let closedAt = Infinity;
  for (const row of rows) {
    const depth = Number(row.dataset.depth);
    if (depth <= closedAt) closedAt = Infinity;
    row.hidden = depth > closedAt;
    if (!row.hidden && row.classList.contains("closed")) closedAt = depth;
  }
}
for (const row of rows.filter((row) => row.classList.contains("group"))) {
  row.addEventListener("click", () => {
    row.classList.toggle("closed");
    show();
  });
}
// A link into a closed group opens it.
addEventListener("hashchange", () => {
  const target = rows.find((row) => "#" + row.id === location.hash);
  if (!target || !target.hidden) return;
  rows.forEach((row) => row.classList.remove("closed"));
  show();
  target.scrollIntoView();
});
