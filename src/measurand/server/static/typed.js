// What is typed into a field: read as a whole or not at all, never in part, never moved to a bound.
const NUMBER = /^[-+\u2212]?(\d+([.,]\d+)?|[.,]\d+)$/;
const BEGUN = /^[-+\u2212]?\d*[.,]?$/;
const THOUSANDS = /^[-+\u2212]?[1-9]\d{0,2},\d{3}$/;
const LONGEST = 60;

// {value, fault, begun}: a value (null where nothing is written), or why there is none; begun tells
// that more digits may still make a number of it.
export function read(text, dimension) {
  const written = text.trim();
  if (!written) return { value: null, fault: "", begun: false };
  const fault = (why, begun = false) => ({
    value: null,
    fault: `“${short(written)}” is not taken: ${why}`,
    begun,
  });
  if (written.length > LONGEST) return fault(`at most ${LONGEST} characters.`);
  if (dimension.kind !== "number") return { value: written, fault: "", begun: false };
  if (!NUMBER.test(written)) return fault(`write ${allowed(dimension)}.`, BEGUN.test(written));
  if (THOUSANDS.test(written)) return fault("is the comma a decimal point? Write it with a point.");
  const value = Number(written.replace(",", ".").replace("\u2212", "-"));
  const bounded = typeof dimension.low === "number";
  if (bounded && (value < dimension.low || value > dimension.high)) {
    return fault(`write ${allowed(dimension)}.`);
  }
  return { value, fault: "", begun: false };
}

// What may be written, in words.
export function allowed(dimension) {
  if (dimension.kind !== "number") return "a word or a few";
  const bounded = typeof dimension.low === "number";
  return bounded ? `a number from ${dimension.low} to ${dimension.high}` : "a number";
}

// Whether a key begins what is to be typed.
export function begins(key) {
  return /^[-+.,\d\u2212]$/.test(key);
}

// Write a key into a field instead of what stands there, as if it had been typed in it.
export function write(field, key) {
  field.focus({ preventScroll: true });
  field.setRangeText(key, 0, field.value.length, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function short(text) {
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}
