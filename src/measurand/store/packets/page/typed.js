// As at the rating desk. What is typed into a field: read as a whole or not at all, never in part, never moved to a bound.
const NUMBER = /^[-+\u2212]?(\d+([.,]\d+)?|[.,]\d+)$/;
const BEGUN = /^[-+\u2212]?\d*[.,]?$/;
const THOUSANDS = /^[-+\u2212]?[1-9]\d{0,2},\d{3}$/;
const LONGEST_TYPED = 60;

// {value, fault, begun}: the value as it is saved (null where nothing is written), or why there is none;
// begun tells that more digits may still make a number of it.
function readTyped(text, dimension) {
  const written = text.trim();
  if (!written) return { value: null, fault: "", begun: false };
  const fault = (why, begun = false) => ({ value: null, fault: `“${brief(written)}” is not taken: ${why}`, begun });
  if (written.length > LONGEST_TYPED) return fault(`at most ${LONGEST_TYPED} characters.`);
  if (dimension.kind !== "number") return { value: written, fault: "", begun: false };
  if (!NUMBER.test(written)) return fault(`${mayType(dimension)}.`, BEGUN.test(written));
  if (THOUSANDS.test(written)) return fault("is the comma a decimal point? Write it with a point.");
  const value = written.replace(",", ".").replace("\u2212", "-");
  const bounded = typeof dimension.low === "number";
  const off = bounded && (Number(value) < dimension.low || Number(value) > dimension.high);
  if (off || (dimension.whole && !Number.isInteger(Number(value)))) return fault(`${mayType(dimension)}.`);
  return { value, fault: "", begun: false };
}

// What may be written, in words.
function mayType(dimension) {
  if (dimension.kind !== "number") return "a word or a few";
  const number = dimension.whole ? "a whole number" : "a number";
  return typeof dimension.low === "number" ? `${number} from ${dimension.low} to ${dimension.high}` : number;
}

// Whether a key begins what is to be typed.
function beginsTyped(key) {
  return /^[-+.,\d\u2212]$/.test(key);
}

function brief(text) {
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}

// The mark of a file or a draft as one that can be here; draft is what is no value of a field, to stand in it.
function cleanedMark(found, dimension) {
  const typed = dimension.kind !== "choices";
  const listed = (value) => typeof value === "string" && (typed || dimension.choices.some((one) => one.value === value));
  const said = listed(found.value) ? found.value : null;
  const { value, fault } = typed && said !== null ? readTyped(said, dimension) : { value: said, fault: "" };
  const others = Array.isArray(found.also) && value !== null && !typed ? found.also : [];
  const also = others.filter((other) => other !== value && listed(other));
  return { mark: { value, also, cannot: found.cannot === true && value === null }, draft: fault && said };
}
