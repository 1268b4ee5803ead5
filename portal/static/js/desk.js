"use strict";

/** Single keys at the desk; whoever doesn't want them turns them off in the sheet. */

const USE = "use-shortcuts";
const isUsed = () => localStorage.getItem(USE) !== "no";
const isTyping = (target) => target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");

const move = (by) => {
  const links = [...document.querySelectorAll("[data-row]")];
  const at = links.indexOf(document.activeElement);
  links[Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
};

const go = (key) => {
  const way = document.querySelector(`[data-shortcut="${key}"]`);
  if (way?.matches("form")) way.requestSubmit();
  else if (way?.matches("input")) way.focus();
  else way?.click();
};

/** To the outcome that is chosen, or the first. */
const toOutcomes = () => {
  const form = document.querySelector("[data-first]");
  (form?.querySelector("[name=outcome]:checked") ?? form?.querySelector("[name=outcome]"))?.focus();
};

const keys = {
  j: () => move(1),
  k: () => move(-1),
  t: () => go("t"),
  d: () => document.querySelector(".menu a[href$=\"/desk/\"]")?.click(),
  a: () => go("a"),
  n: () => go("n"),
  o: toOutcomes,
  p: () => go("p"),
  u: () => go("u"),
  "/": () => go("/"),
  "?": () => document.getElementById("shortcuts")?.togglePopover(),
};

document.addEventListener("keydown", (event) => {
  if (!isUsed() || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

document.querySelectorAll("[data-use-shortcuts]").forEach((box) => {
  box.checked = isUsed();
  box.addEventListener("change", () => localStorage.setItem(USE, box.checked ? "yes" : "no"));
});

/** Put a block of text where the official is writing. */
document.querySelectorAll("[data-insert]").forEach((button) => {
  const area = document.getElementById(button.dataset.into);
  button.hidden = !area;
  button.addEventListener("click", () => {
    const words = document.getElementById(button.dataset.insert).innerText;
    area.value = [area.value.trimEnd(), words].filter(Boolean).join("\n\n");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  });
});

/** Choose all rows of a list at once. */
document.querySelectorAll("[data-choose-all]").forEach((box) => {
  box.closest(".choice").hidden = false;
  box.addEventListener("change", () => document.querySelectorAll("[data-chosen]").forEach((one) => (one.checked = box.checked)));
});
