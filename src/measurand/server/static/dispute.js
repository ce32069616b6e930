// A case by keyboard: digits choose, c goes to the reason, Ctrl+Enter records.
const form = document.getElementById("decision");
const reason = document.getElementById("reason");

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.repeat) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  const typing = event.target.matches("textarea, input[type=text]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "c") {
    event.preventDefault();
    reason.focus();
    return;
  }
  const choice = [...form.elements].find((one) => one.dataset.key && one.dataset.key === event.key);
  if (!choice) return;
  event.preventDefault();
  choice.checked = true;
  choice.focus();
});
