"use strict";

/** Everything here is a comfort: each page works without it. */

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

const blockSecondSubmit = (event) => {
  const form = event.target;
  const button = event.submitter;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  if (!button) return;
  setTimeout(() => button.setAttribute("aria-disabled", "true"));
  if (button.matches(".button:not(.link)")) button.textContent = document.body.dataset.sending;
};

const allowSubmitAgain = (event) => {
  if (event.persisted) location.reload();
};

const count = (area) => {
  const line = document.getElementById(area.dataset.counter);
  line.textContent = line.dataset.words.replace("#", area.maxLength - area.value.length);
};

const warnOfUnsaved = (form) => {
  let changed = false;
  form.addEventListener("input", () => (changed = true));
  form.addEventListener("submit", () => (changed = false));
  addEventListener("beforeunload", (event) => changed && event.preventDefault());
};

const offerPlace = (place) => {
  const offer = place.querySelector("[data-place-offer]");
  const [latitude, longitude] = all("input", place);
  const status = offer.querySelector("[role=status]");
  const fill = ({ coords }) => {
    latitude.value = coords.latitude.toFixed(6);
    longitude.value = coords.longitude.toFixed(6);
    status.textContent = "";
  };
  const refuse = () => (status.textContent = status.dataset.refused);
  offer.hidden = !navigator.geolocation;
  offer.querySelector("button").addEventListener("click", () => navigator.geolocation.getCurrentPosition(fill, refuse));
};

const start = () => {
  document.querySelector("[data-error-summary]")?.focus();
  all("[data-place]").forEach(offerPlace);
  all("form[data-warn-unsaved]").forEach(warnOfUnsaved);
  all("[data-counter]").forEach((area) => {
    area.addEventListener("input", () => count(area));
    count(area);
  });
};

document.addEventListener("submit", blockSecondSubmit);
addEventListener("pageshow", allowSubmitAgain);
start();
