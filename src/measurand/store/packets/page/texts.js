// What is shown, as nodes that are made one by one: no text is ever markup.
const PART = 4000;
const TAGS = new Set(["p", "ul", "ol", "li", "blockquote", "em", "strong", "s", "pre", "code", "hr", "br"]);

function make(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// Instructions: a text, or [tag, {start}, child, ...] of the few tags above and headings; of another tag, its text.
function proseOf(node) {
  if (typeof node === "string") return node;
  const [tag, { start }, ...children] = node;
  const inner = children.map(proseOf);
  const heading = /^h[1-6]$/.test(tag);
  const made = make(heading ? "p" : TAGS.has(tag) ? tag : "span", { className: heading ? `heading ${tag}` : "" }, ...inner);
  if (tag === "ol" && Number.isInteger(start)) made.start = start;
  return made;
}

function textBox(content, extra = "") {
  const box = make("div", { className: "text " + extra, dir: "auto" });
  if (content.length <= PART) box.textContent = content;
  else box.append(...parted(content).map((piece) => make("div", { className: "part", dir: "auto" }, piece)));
  return box;
}

// Long texts in parts, so that only what is in sight is laid out.
function parted(content) {
  const pieces = [];
  for (let from = 0; from < content.length;) {
    let to = Math.min(content.length, from + PART);
    if (to < content.length) {
      const line = content.lastIndexOf("\n", to - 1), space = content.lastIndexOf(" ", to - 1);
      if (line > from) to = line + 1;
      else if (space > from) to = space + 1;
      else if (/[\ud800-\udbff]/.test(content[to - 1])) to += 1;
    }
    pieces.push(content.slice(from, to));
    from = to;
  }
  return pieces;
}

// All texts of an item.
function sheetOf(one) {
  const passages = (title, list) => list.flatMap((text, n) => [make("h3", {}, list.length > 1 ? `${title} ${n + 1}` : title), textBox(text)]);
  const parts = one.messages.flatMap((turn) => [make("h3", {}, turn.role), textBox(turn.content)]);
  parts.push(...passages("context", one.context), ...passages("reference", one.references));
  if (one.texts.length > 1) {
    const sides = one.texts.map((content, n) => make("div", {}, make("h3", {}, n ? "right" : "left"), textBox(content, "rated")));
    parts.push(make("div", { className: "pair" }, ...sides));
  } else parts.push(make("h3", {}, "output to rate"), textBox(one.texts[0], "rated"));
  return parts;
}
