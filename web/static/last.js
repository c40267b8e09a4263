// Loads the last page anew when there is something else to show, and copies the code.
"use strict";

(() => {
  const EVERY = 3000; // milliseconds between two questions
  const OVER = [403, 404, 410]; // the page has words for what has ended
  const { shown, seconds } = document.currentScript.dataset;

  async function look() {
    try {
      const answer = await fetch(`${location.pathname}/progress`, { cache: "no-store" });
      if (answer.ok ? (await answer.text()) !== shown : OVER.includes(answer.status)) {
        location.reload();
      }
    } catch {
      // no network for a moment: the next question may get through
    }
  }

  setInterval(look, EVERY);
  setTimeout(() => location.reload(), (Number(seconds) + 1) * 1000);
  document.addEventListener("visibilitychange", () => document.hidden || look());

  const code = document.getElementById("code");
  if (!code) {
    return;
  }
  const told = document.getElementById("copied");
  document.getElementById("copying").hidden = false;
  document.getElementById("copy").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      told.textContent = told.dataset.copied;
    } catch {
      getSelection().selectAllChildren(code);
      told.textContent = told.dataset.marked;
    }
  });
})();
