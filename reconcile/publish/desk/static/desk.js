// Keys for the review pages. Everything they do is also a link or a button, so the pages work without this script.
"use strict";

(() => {
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const rows = all("main > .findings > .finding[data-post]");
  const ruling = one("#ruling");
  const quick = one("#quick");
  const help = one("#help");
  const PLACE = "reconcile-place";
  let at = -1;

  function choose(index) {
    if (!rows.length) return;
    at = Math.max(0, Math.min(index, rows.length - 1));
    rows.forEach((row, i) => row.classList.toggle("at", i === at));
    const link = rows[at].querySelector("h3 a");
    link.focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: "nearest" });
  }

  function step(sense) {
    if (rows.length && !ruling) return choose(at < 0 ? 0 : at + sense);
    const link = one(sense > 0 ? '.step a[rel="next"]' : '.step a[rel="prev"]');
    if (link) link.click();
  }

  function rule(number) {
    const buttons = all("#ruling button[name=ruling]");
    if (buttons[number]) return buttons[number].click();
    if (!quick || at < 0) return;
    quick.action = rows[at].dataset.post;
    quick.elements.digest.value = rows[at].dataset.digest;
    quick.elements.pairs.value = rows[at].dataset.pairs;
    quick.elements.ruling.value = quick.dataset.rulings.split(" ")[number];
    sessionStorage.setItem(PLACE, String(at));
    quick.submit();
  }

  function side(value) {
    const found = all("#ruling input[name=side]").find((input) => input.value === value);
    if (found) found.checked = true;
  }

  function note() {
    const field = one("#note");
    if (field) return field.focus();
    if (at >= 0) location.href = rows[at].dataset.post + "#note";
  }

  function press(selector) {
    const found = one(selector);
    if (found) found.click();
  }

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    a: () => side("a"),
    b: () => side("b"),
    0: () => side("neither"),
    n: note,
    p: () => press("#only"),
    u: () => press("#undo button"),
    q: () => press(".brand"),
    "/": () => one("#search") && one("#search").focus(),
    "?": () => help.showModal(),
  };

  function typing(target) {
    return target.closest("textarea, select, input:not([type=radio]):not([type=checkbox])");
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat || help.open) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const act = /^[1-5]$/.test(event.key) ? () => rule(Number(event.key) - 1) : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // A form is sent once, however often its key is pressed.
  all("form[method=post]").forEach((form) => {
    let sent = false;
    form.addEventListener("submit", (event) => {
      if (sent) event.preventDefault();
      sent = true;
    });
  });
  addEventListener("pageshow", (event) => event.persisted && location.reload());

  rows.forEach((row, i) => row.addEventListener("focusin", () => {
    at = i;
    rows.forEach((other, j) => other.classList.toggle("at", i === j));
  }));
  const button = one("#help-button");
  button.hidden = false;
  button.addEventListener("click", () => help.showModal());

  const left = sessionStorage.getItem(PLACE);
  if (left !== null && rows.length) {
    sessionStorage.removeItem(PLACE);
    choose(Number(left));
  }
  if (location.hash === "#note") note();
})();
