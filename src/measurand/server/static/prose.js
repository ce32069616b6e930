// Text of models as nodes: made one by one from a tree of a few elements, never from markup.
// A leaf is [at, text] or [at, text, size]: where it stands in the original, in code points.
const PLAIN = new Set(
  ["p", "ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr", "th", "td"].concat(
    ["em", "strong", "s", "pre", "code", "hr", "br"],
  ),
);

// Draw a text into an element. Spans are [{start, end, mark}], marked where they lie.
export function draw(into, text, { asText = false, spans = [] } = {}) {
  const tree = asText ? null : text.tree;
  into.classList.toggle("plain", !tree);
  into.replaceChildren(...nodes(tree ?? text.plain, spans));
}

function nodes(tree, spans) {
  return tree.flatMap((node) => (Array.isArray(node) ? leaf(node, spans) : [element(node, spans)]));
}

function element(node, spans) {
  const inner = nodes(node.children, spans);
  if (node.tag === "heading") return make("p", `heading h${node.level}`, inner);
  if (node.tag === "a" || node.tag === "image") {
    const text = node.tag === "image" ? [document.createTextNode("image: "), ...inner] : inner;
    const shown = make("span", "link", text);
    if (shown.textContent.includes(node.to)) return shown;
    return make("span", "", [shown, " ", make("span", "target", [node.to])]);
  }
  const made = make(PLAIN.has(node.tag) ? node.tag : "span", "", inner);
  if (node.tag === "ol" && node.start !== undefined) made.start = node.start;
  if (node.tag === "table") return make("div", "scroll", [made]);
  return made;
}

function leaf([at, text, size], spans) {
  if (!text) return [];
  const length = size ?? count(text);
  const hit = spans.filter((span) => span.start < at + length && span.end > at);
  if (size !== undefined || !hit.length) return [piece(at, text, size, hit.at(-1))];
  const points = [...text];
  const cuts = new Set([0, points.length]);
  for (const span of hit) {
    cuts.add(Math.max(span.start - at, 0));
    cuts.add(Math.min(span.end - at, points.length));
  }
  const ordered = [...cuts].sort((a, b) => a - b);
  return ordered.slice(1).map((end, place) => {
    const start = ordered[place];
    const over = hit.findLast((span) => span.start < at + end && span.end > at + start);
    return piece(at + start, points.slice(start, end).join(""), undefined, over);
  });
}

function piece(at, text, size, span) {
  const made = make(span ? "mark" : "span", "leaf", [text]);
  if (span?.mark) made.classList.add(span.mark);
  made.dataset.at = at;
  if (size !== undefined) made.dataset.size = size;
  return made;
}

export function make(tag, name, children = []) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.append(...children);
  return made;
}

function count(text) {
  return [...text].length;
}

// The passage of the original that is selected within an element: {start, end, text}, or null.
export function selected(within) {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  let found = null;
  for (const one of within.querySelectorAll(".leaf")) {
    if (!range.intersectsNode(one)) continue;
    const text = one.firstChild;
    const from = range.startContainer === text ? range.startOffset : 0;
    const to = range.endContainer === text ? range.endOffset : text.data.length;
    if (from >= to) continue;
    const [start, end] = reach(one, from, to);
    found ??= { start, end, text: "" };
    found.end = end;
    found.text += text.data.slice(from, to);
  }
  return found && found.start < found.end ? found : null;
}

function reach(one, from, to) {
  const at = Number(one.dataset.at);
  if (one.dataset.size !== undefined) return [at, at + Number(one.dataset.size)];
  const text = one.firstChild.data;
  return [at + count(text.slice(0, from)), at + count(text.slice(0, to))];
}

// The sentences of an element's text, as passages of the original.
export function sentences(within) {
  const leaves = [...within.querySelectorAll(".leaf")];
  const starts = [];
  let whole = "";
  let block = null;
  for (const one of leaves) {
    const now = one.closest("p, li, td, th, pre, .text");
    if (block && now !== block) whole += "\n\n";
    block = now;
    starts.push(whole.length);
    whole += one.firstChild.data;
  }
  const parts = new Intl.Segmenter("en", { granularity: "sentence" }).segment(whole);
  return [...parts].flatMap(({ segment, index }) => {
    const text = segment.trim();
    if (!text) return [];
    const from = index + segment.indexOf(text);
    const to = from + text.length;
    const first = leaves.findLastIndex((_, place) => starts[place] <= from);
    const last = leaves.findLastIndex((_, place) => starts[place] < to);
    const [start] = reach(leaves[first], from - starts[first], from - starts[first]);
    const [, end] = reach(leaves[last], 0, Math.min(to - starts[last], leaves[last].firstChild.data.length));
    return start < end ? [{ start, end, text }] : [];
  });
}
