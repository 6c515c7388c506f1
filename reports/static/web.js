"use strict";
(() => {
  const form = document.getElementById("marking");
  if (!form) return;
  const main = document.getElementById("main");
  const points = Array.from(form.querySelectorAll("input.points"));
  const comment = document.getElementById("comment");
  const again = form.querySelector(".again");
  const sum = document.getElementById("sum");
  let waiting = false;
  let changed = false;
  let sending = false;

  const add = () => {
    if (sum) sum.textContent = String(points.reduce((total, each) => total + (Number(each.value) || 0), 0));
  };
  const current = () => Math.max(0, points.indexOf(document.activeElement));
  const focus = (index) => points[Math.min(Math.max(index, 0), points.length - 1)].focus();
  const put = (each, value) => {
    each.value = value;
    each.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const say = (text) => {
    comment.value = `${comment.value.trim() ? `${comment.value.trimEnd()}\n` : ""}${text}\n`;
    comment.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const wait = (on) => {
    waiting = on;
    if (again) again.classList.toggle("waiting", on);
  };
  const go = (address) => { if (address) window.location.assign(address); };
  const give = () => form.requestSubmit(form.querySelector("button.main"));

  form.addEventListener("input", () => { changed = true; add(); });
  form.addEventListener("submit", () => { sending = true; });
  window.addEventListener("beforeunload", (event) => { if (changed && !sending) event.preventDefault(); });
  if (again) again.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-say]");
    if (button) say(button.dataset.say);
  });

  const help = document.querySelector(".keys");
  help.open = window.localStorage.getItem("keys") !== "hidden";
  help.addEventListener("toggle", () => window.localStorage.setItem("keys", help.open ? "shown" : "hidden"));

  const digit = (key) => {
    const index = current();
    const each = points[index];
    // Where more than nine points can be given, digits are typed as ever.
    if (Number(each.max) > 9) {
      if (document.activeElement === each) return false;
      each.focus();
      each.select();
      return false;
    }
    if (Number(key) > Number(each.max)) return true;
    put(each, key);
    if (index + 1 < points.length) focus(index + 1); else each.focus();
    return true;
  };
  const keys = {
    f: () => { points.forEach((each) => put(each, each.max)); },
    z: () => { points.forEach((each) => put(each, "0")); },
    c: () => { comment.focus(); },
    r: () => { wait(Boolean(again)); },
    n: () => { go(main.dataset.after); },
    p: () => { go(main.dataset.before); },
    q: () => { go(main.dataset.queue); },
    "?": () => { help.open = !help.open; },
    ArrowDown: () => { focus(current() + 1); },
    ArrowUp: () => { focus(current() - 1); },
  };

  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (event.isComposing || event.altKey || event.metaKey) return;
    if (event.key === "Enter" && event.ctrlKey) { event.preventDefault(); give(); return; }
    if (event.ctrlKey) return;
    if (target === comment) {
      if (event.key === "Escape") { focus(0); event.preventDefault(); }
      return;
    }
    if (target.closest(".session")) return;
    if (waiting) {
      const button = again.querySelectorAll("button[data-say]")[Number(event.key) - 1];
      wait(false);
      if (button) say(button.dataset.say);
      event.preventDefault();
      return;
    }
    if (event.key === "Enter") {
      if (target.closest("a, button, summary")) return;
      event.preventDefault();
      give();
    } else if (/^[0-9]$/.test(event.key)) {
      if (digit(event.key)) event.preventDefault();
    } else if (keys[event.key]) {
      keys[event.key]();
      event.preventDefault();
    }
  });
  add();
  // On a telephone this would hide the answer behind a keyboard.
  if (window.matchMedia("(hover: hover)").matches) points[0].focus({ preventScroll: true });
})();
