// Passages of an output that a person flags: by selecting them, or sentence by sentence with keys.
import { draw, make, selected, sentences } from "./prose.js";

const MOST = 40;
const QUOTED = 80;

export class Flags {
  #cursor = null; // {passages, from, to} while a passage is sought with keys

  // events: change(spans), typed(spans), say(text)
  constructor(into, list, events) {
    this.into = into;
    this.list = list;
    this.events = events;
  }

  show(texts, spans, asText) {
    this.texts = texts;
    this.spans = spans;
    this.asText = asText;
    this.#draw();
    this.#list();
  }

  get seeking() {
    return this.#cursor !== null;
  }

  // Flag what is selected; where nothing is, let a sentence be sought with the arrows.
  flag() {
    if (this.spans.length >= MOST) {
      this.events.say(`At most ${MOST} passages can be flagged.`);
      return;
    }
    for (const [side, body] of this.#bodies().entries()) {
      const found = selected(body);
      if (found) {
        getSelection().removeAllRanges();
        this.#add({ start: found.start, end: found.end, side });
        return;
      }
    }
    this.#seek();
  }

  // A key while a passage is sought; whether it was used.
  key(event) {
    const cursor = this.#cursor;
    const last = cursor.passages.length - 1;
    const back = event.key === "ArrowLeft" || event.key === "ArrowUp";
    if (back || event.key === "ArrowRight" || event.key === "ArrowDown") {
      const to = Math.max(0, Math.min(cursor.to + (back ? -1 : 1), last));
      const same = cursor.passages[to].side === cursor.passages[cursor.from].side;
      if (!event.shiftKey) cursor.from = to;
      if (!event.shiftKey || (to >= cursor.from && same)) cursor.to = to;
      this.#point();
      return true;
    }
    if (event.key === "Enter" || event.key === "f") {
      const { start, side } = cursor.passages[cursor.from];
      const { end } = cursor.passages[cursor.to];
      this.#cursor = null;
      this.#add({ start, end, side });
      return true;
    }
    if (event.key === "Escape") {
      this.stop();
      this.events.say("Nothing was flagged.");
      return true;
    }
    return false;
  }

  stop() {
    if (!this.#cursor) return;
    this.#cursor = null;
    this.#draw();
  }

  #seek() {
    const passages = this.#bodies().flatMap((body, side) =>
      sentences(body).map((one) => ({ ...one, side })),
    );
    if (!passages.length) return;
    this.#cursor = { passages, from: 0, to: 0 };
    this.events.say("Arrows choose a sentence, Shift adds more, Enter flags it, Escape leaves.");
    this.#point();
  }

  #point() {
    const { passages, from, to } = this.#cursor;
    this.#draw();
    this.into.querySelector("mark.sought")?.scrollIntoView({ block: "nearest" });
    this.events.say(
      passages
        .slice(from, to + 1)
        .map((one) => one.text)
        .join(" "),
      true,
    );
  }

  #add(span) {
    this.events.change([...this.spans, { ...span, note: "" }]);
    this.events.say("Passage flagged. You can say why.");
    this.list.querySelector("li:last-child input")?.focus();
  }

  #bodies() {
    return [...this.into.querySelectorAll(".output > .text")];
  }

  #draw() {
    const cursor = this.#cursor;
    this.#bodies().forEach((body, side) => {
      const spans = this.spans.filter((one) => one.side === side);
      if (cursor && cursor.passages[cursor.from].side === side) {
        const { start } = cursor.passages[cursor.from];
        spans.push({ start, end: cursor.passages[cursor.to].end, mark: "sought" });
      }
      draw(body, this.texts[side], { asText: this.asText, spans });
    });
  }

  #list() {
    const paired = this.texts.length > 1;
    const items = this.spans.map((span, place) => {
      const text = this.#quote(span);
      const note = make("input", "");
      note.type = "text";
      note.value = span.note;
      note.maxLength = 200;
      note.placeholder = "Why? (optional)";
      note.autocomplete = "off";
      note.setAttribute("aria-label", `Why “${text}” is flagged`);
      note.addEventListener("input", () => {
        const spans = this.spans.map((one, at) =>
          at === place ? { ...one, note: note.value } : one,
        );
        this.spans = spans;
        this.events.typed(spans);
      });
      const remove = make("button", "quiet", ["Remove"]);
      remove.type = "button";
      remove.setAttribute("aria-label", `Remove the flag of “${text}”`);
      remove.addEventListener("click", () => {
        this.events.change(this.spans.filter((_, at) => at !== place));
        this.events.say("Flag removed.");
      });
      const side = paired ? [make("b", "", [span.side ? "Right: " : "Left: "])] : [];
      return make("li", "", [make("q", "", [...side, text]), note, remove]);
    });
    this.list.replaceChildren(...items);
    this.list.hidden = !items.length;
  }

  #quote(span) {
    const whole = this.texts[span.side].plain;
    let text = "";
    for (const [at, piece, size] of whole) {
      const points = [...piece];
      if (size !== undefined) {
        if (at >= span.start && at < span.end) text += piece;
      } else {
        text += points.slice(Math.max(span.start - at, 0), Math.max(span.end - at, 0)).join("");
      }
    }
    const line = text.replace(/\s+/g, " ").trim();
    return line.length > QUOTED ? `${line.slice(0, QUOTED - 1)}…` : line;
  }
}
