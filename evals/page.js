"use strict";
// Everything shown is text: no markup is ever made of what a model or a repository said.
const data = JSON.parse(document.getElementById("data").textContent);
const rows = [...document.querySelectorAll("tr.row")];
const viewer = document.getElementById("viewer");

function element(name, text, style) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (style) made.className = style;
  return made;
}

function message(one) {
  const human = one.extra && one.extra.patchwright_role === "human";
  const box = element("div", "", "message " + (human ? "human" : one.role));
  const by = one.extra && one.extra.patchwright_role ? " (" + one.extra.patchwright_role + ")" : "";
  box.append(element("b", one.role + by));
  if (one.content) box.append(element("pre", one.content));
  for (const call of one.tool_calls || []) box.append(element("pre", "→ " + call.function.name + " " + call.function.arguments));
  return box;
}

function show(row) {
  const key = row.dataset.key, found = data[key];
  viewer.replaceChildren();
  const close = element("button", "Close");
  close.addEventListener("click", () => { viewer.hidden = true; row.focus(); });
  viewer.append(close, element("h2", key));
  if (!found) viewer.append(element("p", "This trajectory is not in the page, which has a bound: it lies in the evaluation's folder."));
  else {
    if (found.reason) viewer.append(element("p", found.reason));
    if (found.patch) viewer.append(element("h3", "Patch"), element("pre", found.patch));
    viewer.append(element("h3", "Trajectory"), ...found.messages.map(message));
  }
  viewer.hidden = false;
  close.focus();
}

function filter() {
  const words = document.getElementById("find").value.toLowerCase();
  const which = document.getElementById("which").value;
  for (const row of rows) {
    const fits = row.textContent.toLowerCase().includes(words) && (!which || row.dataset.result === which);
    row.hidden = !fits;
  }
}

for (const row of rows) {
  row.addEventListener("click", () => show(row));
  row.addEventListener("keydown", (event) => { if (event.key === "Enter") show(row); });
}
document.addEventListener("keydown", (event) => { if (event.key === "Escape") viewer.hidden = true; });
document.getElementById("find").addEventListener("input", filter);
document.getElementById("which").addEventListener("change", filter);
