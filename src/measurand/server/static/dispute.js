// A case by keyboard: digits choose, c goes to the reason, Escape leaves it, Ctrl+Enter records.
import { preference } from "./preference.js";

const form = document.getElementById("decision");
const reason = document.getElementById("reason");
const short = document.getElementById("short");
let sent = false;

function pressed(event) {
  if (event.isComposing || event.repeat) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  if (event.target.matches("textarea, input[type=text]")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || !short.checked) return;
  if (said(event.key)) event.preventDefault();
}

// Do what a key says; whether it said something.
function said(key) {
  if (key === "c") {
    reason.focus();
    return true;
  }
  const choice = [...form.elements].find((one) => one.dataset.key && one.dataset.key === key);
  if (!choice) return false;
  choice.checked = true;
  choice.focus();
  return true;
}

// A decision is recorded once, however often it is sent off.
form.addEventListener("submit", (event) => {
  if (sent) event.preventDefault();
  sent = true;
});
addEventListener("pageshow", () => {
  sent = false;
});
document.addEventListener("keydown", pressed);
preference(short, "measurand-short");
