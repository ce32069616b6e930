// A case by keyboard: digits and letters shown choose or begin to write, c goes to the reason, Escape leaves it, Ctrl+Enter records.
import { counter } from "./counter.js";
import { Keys } from "./keys.js";
import { preference } from "./preference.js";
import { begins, write } from "./typed.js";

const form = document.getElementById("decision");
const reason = document.getElementById("reason");
const short = document.getElementById("short");
const keys = new Keys();
const field = form.querySelector("input.typed");
const choices = [...form.querySelectorAll("input[type=radio]")].map((input) => ({
  key: input.dataset.key,
  input,
}));
let sent = false;

function pressed(event) {
  if (event.isComposing || event.repeat) return;
  if (event.key !== "Shift" && !/^\d$/.test(event.key)) keys.flush();
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
  if (field && begins(key)) {
    write(field, key);
    return true;
  }
  return keys.take(key, choices, (choice) => {
    if (!choice) return;
    choice.input.checked = true;
    choice.input.focus();
  });
}

// A decision is recorded once, however often it is sent off.
form.addEventListener("submit", (event) => {
  keys.flush();
  if (sent) event.preventDefault();
  sent = true;
});
addEventListener("pageshow", () => {
  sent = false;
});
document.addEventListener("keydown", pressed);
counter(reason, document.getElementById("reason-count"));
preference(short, "measurand-short");
