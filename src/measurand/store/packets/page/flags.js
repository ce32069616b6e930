// Passages that a person flags: {start, end, side, note}, in code points of the plain text.
const MOST_FLAGS = 40;
const QUOTED = 80;

// What is selected within an element that shows a text: {start, end}, or null.
function selectedIn(box) {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0).cloneRange();
  const whole = document.createRange();
  whole.selectNodeContents(box);
  if (range.compareBoundaryPoints(Range.END_TO_START, whole) >= 0) return null;
  if (range.compareBoundaryPoints(Range.START_TO_END, whole) <= 0) return null;
  if (range.compareBoundaryPoints(Range.START_TO_START, whole) < 0) range.setStart(box, 0);
  if (range.compareBoundaryPoints(Range.END_TO_END, whole) > 0) range.setEnd(box, box.childNodes.length);
  const before = document.createRange();
  before.setStart(box, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const start = [...before.toString()].length;
  const end = start + [...range.toString()].length;
  return start < end ? { start, end } : null;
}

// The flags of a file or a draft that can be flags of these texts.
function cleanedFlags(found, texts) {
  return (Array.isArray(found) ? found : []).slice(0, MOST_FLAGS).flatMap((one) => {
    const side = one?.side === 1 ? 1 : 0;
    const size = [...(texts[side] ?? "")].length;
    const whole = Number.isInteger(one?.start) && Number.isInteger(one?.end);
    if (!whole || one.start < 0 || one.start >= one.end || one.end > size) return [];
    return [{ start: one.start, end: one.end, side, note: typeof one.note === "string" ? one.note : "" }];
  });
}

// What a flag is of, on one line.
function quoted(flag, texts) {
  const line = [...texts[flag.side]].slice(flag.start, flag.end).join("").replace(/\s+/g, " ").trim();
  return [...line].length > QUOTED ? `${[...line].slice(0, QUOTED - 1).join("")}…` : line;
}
