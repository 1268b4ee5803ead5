"use strict";

/** Single keys at the desk; whoever doesn't want them turns them off in the sheet. */

const USE = "use-shortcuts";
const isUsed = () => localStorage.getItem(USE) !== "no";
const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");

const move = (by) => {
  const links = [...document.querySelectorAll("[data-row]")];
  const at = links.indexOf(document.activeElement);
  links[Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
};

const go = (key) => {
  const way = document.querySelector(`[data-shortcut="${key}"]`);
  way?.matches("form") ? way.requestSubmit() : way?.click();
};

const keys = {
  j: () => move(1),
  k: () => move(-1),
  t: () => go("t"),
  d: () => document.querySelector(".menu a[href$=\"/desk/\"]")?.click(),
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
