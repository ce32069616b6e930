// A box whose state this browser remembers, where it remembers anything; on unless it was put off.
export function preference(box, name) {
  try {
    box.checked = localStorage.getItem(name) !== "off";
    box.addEventListener("change", () => localStorage.setItem(name, box.checked ? "on" : "off"));
  } catch {
    box.checked = true;
  }
}
