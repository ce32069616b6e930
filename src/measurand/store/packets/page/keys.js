// Keys that choose: one of them, or two digits one after the other where a value has two.
const WAIT = 700;

export class Keys {
  #typed = "";
  #timer = 0;
  #decide = null;

  // Take a key. decide(choice) is called once it is clear which choice is meant: at once, or after a
  // while where the key may be the beginning of a longer one; null where none has just this key.
  // Returns whether any choice has a key that begins so.
  take(key, choices, decide) {
    const starts = (typed) => choices.filter((one) => one.key?.startsWith(typed));
    if (this.#typed && !starts(this.#typed + key).length) this.flush();
    const typed = this.#typed + key;
    const meant = starts(typed);
    if (!meant.length) return false;
    clearTimeout(this.#timer);
    this.#typed = typed;
    this.#decide = () => decide(meant.find((one) => one.key === typed) ?? null, typed);
    if (meant.some((one) => one.key !== typed)) this.#timer = setTimeout(() => this.flush(), WAIT);
    else this.flush();
    return true;
  }

  // Decide now what would have been decided after a while.
  flush() {
    clearTimeout(this.#timer);
    const decide = this.#decide;
    this.#typed = "";
    this.#decide = null;
    decide?.();
  }
}
