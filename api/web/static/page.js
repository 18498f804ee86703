// Live progress. Text goes into the page as text only; without this script the page works by loading it again.
"use strict";

const article = document.querySelector("article[data-live]");

if (article) {
  const list = document.getElementById("lines");
  const news = document.getElementById("news");
  const shown = article.dataset.status;
  let after = Number(article.dataset.after);
  let asking = false;
  let again = false;

  const typed = () =>
    [...document.querySelectorAll("textarea, input:not([type=hidden])")].some((field) => field.value !== field.defaultValue);

  const append = (line) => {
    const item = document.createElement("li");
    const time = document.createElement("time");
    const text = document.createElement("span");
    item.className = "m-" + line.mood;
    time.textContent = line.at.slice(11, 19);
    text.textContent = line.text;
    item.append(time, " ", text);
    list.append(item);
    after = line.seq;
  };

  // Whoever reads or types is not interrupted: the page is loaded again only if nothing would be lost.
  const changed = (status) => {
    document.getElementById("status").textContent = status.replaceAll("_", " ");
    if (typed() || document.querySelector("details.file:focus-within")) {
      news.hidden = false;
    } else {
      location.reload();
    }
  };

  const tell = async () => {
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    const answer = await fetch(`/runs/${article.dataset.run}/lines?after=${after}`, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    const told = await answer.json();
    told.lines.forEach(append);
    if (atEnd) list.scrollTop = list.scrollHeight;
    if (told.status !== shown) changed(told.status);
  };

  const ask = async () => {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    again = false;
    try {
      await tell();
    } catch {
      again = true;
    }
    asking = false;
    if (again) setTimeout(ask, 1000);
  };

  list.scrollTop = list.scrollHeight;
  const stream = new EventSource(`/runs/${article.dataset.run}/progress?after=${after}`);
  for (const kind of article.dataset.kinds.split(" ")) stream.addEventListener(kind, () => setTimeout(ask, 150));
}
