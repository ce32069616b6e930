// The form in which an example is edited: made from its fields, and read back to them.
import { make } from "./prose.js";

const ROLES = ["system", "user", "assistant", "tool"];
const COMPONENTS = 5;
const GIVEN = new WeakMap(); // by field: what it was given, and what it made of it
const KEPT = ["tools", "expected_length", "weights"];

export class EditForm {
  constructor(into) {
    this.into = into;
  }

  // Show the fields of an example, which may be of some components.
  show(fields, moves) {
    this.fields = fields;
    const parts = [
      this.#list("messages", "Conversation", fields.messages, (turn) => [
        choice(ROLES, turn?.role ?? "user", "Who speaks"),
        area(turn?.content ?? "", 3, "What is said"),
      ]),
      this.#list("references", "Right answers", fields.references, (text) => [
        area(text ?? "", 3, "A right answer"),
      ]),
      group("A good answer contains", [
        labelled(
          area(lines(fields.checklist), 3, "A good answer contains"),
          "One element a line; wordings that do as well, separated by |",
          "checklist",
        ),
      ]),
      this.#list("context", "Context", fields.context, (text) => [area(text ?? "", 3, "A passage")]),
      this.#list("notes", "Notes for raters", Object.entries(fields.notes), (pair) => [
        line(pair?.[0] ?? "", "Dimension"),
        area(pair?.[1] ?? "", 2, "Note"),
      ]),
      group("Tags and component", [
        labelled(line(fields.segments.join(", "), "Tags"), "Tags, separated by commas", "segments"),
        labelled(
          choice(moves, fields.component, "Component"),
          moves.length < COMPONENTS
            ? "Component; core is a sample, so nothing is moved into it or out of it"
            : "Component",
          "component",
        ),
      ]),
    ];
    this.into.replaceChildren(...parts);
  }

  // The fields as they are now; only those that differ.
  read() {
    const found = {
      messages: this.#parts("messages").map(([role, content]) => ({ role, content })),
      references: this.#parts("references").map(([text]) => text),
      checklist: requirements(this.#value("checklist")),
      context: this.#parts("context").map(([text]) => text),
      notes: Object.fromEntries(this.#parts("notes").map(([name, text]) => [name.trim(), text])),
      segments: words(this.#value("segments")),
      component: this.#value("component"),
    };
    const differs = ([name, value]) =>
      JSON.stringify(plain(name, value)) !== JSON.stringify(plain(name, this.fields[name]));
    return Object.fromEntries(Object.entries(found).filter(differs));
  }

  // Whatever was written, to be kept over a reload; and back.
  get draft() {
    return { ...this.fields, ...this.read() };
  }

  redraw(draft, before, moves) {
    this.show({ ...before, ...draft, ...pick(before, KEPT) }, moves);
    this.fields = before;
  }

  #list(name, title, values, cells) {
    const inner = make("div", "parts");
    inner.dataset.field = name;
    const one = (value) => {
      const row = make("div", cells().length > 1 ? "part" : "part plain-part", cells(value));
      const remove = make("button", "quiet", ["Remove"]);
      remove.type = "button";
      remove.setAttribute("aria-label", `Remove from ${title.toLowerCase()}`);
      remove.addEventListener("click", () => row.remove());
      row.append(remove);
      return row;
    };
    inner.append(...values.map(one));
    const add = make("button", "quiet add", ["Add"]);
    add.type = "button";
    add.setAttribute("aria-label", `Add to ${title.toLowerCase()}`);
    add.addEventListener("click", () => {
      const row = one();
      inner.append(row);
      row.querySelector("textarea, input").focus();
    });
    return group(title, [inner, add]);
  }

  #parts(name) {
    const rows = [...this.into.querySelectorAll(`[data-field="${name}"] > .part`)];
    return rows
      .map((row) => [...row.querySelectorAll("select, input, textarea")].map(written))
      .filter((values) => values.at(-1).trim() || name === "messages");
  }

  #value(name) {
    return this.into.querySelector(`[data-field="${name}"]`).value;
  }
}

// Phrases as lines, and lines as phrases. What a line cannot say stands as JSON.
export function lines(checklist) {
  return checklist
    .map((one) => {
      const simple = !one.regex && !one.name && one.any_of.every((text) => !/[|\n]|^\s*\{/.test(text));
      return simple ? one.any_of.join(" | ") : JSON.stringify(one);
    })
    .join("\n");
}

export function requirements(text) {
  const found = text.split("\n").map((one) => one.trim());
  return found.filter(Boolean).map((one) => {
    if (one.startsWith("{")) {
      try {
        return JSON.parse(one);
      } catch {
        return { any_of: [one] };
      }
    }
    return { any_of: words(one, "|") };
  });
}

export function words(text, between = ",") {
  return text
    .split(between)
    .map((one) => one.trim())
    .filter(Boolean);
}

function plain(name, value) {
  if (name !== "checklist") return value;
  return value.map((one) => [one.any_of, Boolean(one.regex), one.name ?? ""]);
}

function pick(from, names) {
  return Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]]));
}

function group(title, children) {
  return make("fieldset", "", [make("legend", "", [title]), ...children]);
}

function labelled(field, text, name) {
  field.dataset.field = name;
  field.removeAttribute("aria-label");
  return make("label", "", [text, field]);
}

// What a field holds; a field that nobody touched holds what it was given, line ends and all.
function written(field) {
  const given = GIVEN.get(field);
  return given !== undefined && given.shown === field.value ? given.text : field.value;
}

function keep(field, text) {
  field.value = text;
  GIVEN.set(field, { text, shown: field.value });
}

function area(text, rows, name) {
  const made = make("textarea", "");
  made.rows = Math.min(14, Math.max(rows, Math.ceil(text.length / (innerWidth < 700 ? 32 : 62))));
  keep(made, text);
  made.setAttribute("aria-label", name);
  return made;
}

function line(text, name) {
  const made = make("input", "");
  made.type = "text";
  keep(made, text);
  made.setAttribute("aria-label", name);
  return made;
}

function choice(values, chosen, name) {
  const made = make("select", "");
  for (const value of values) {
    const option = make("option", "", [value]);
    option.value = value;
    option.selected = value === chosen;
    made.append(option);
  }
  made.setAttribute("aria-label", name);
  return made;
}
