// Strict JSON (RFC 8259) as the format demands it of META, SAFE and TRAK: UTF-8 without a byte order mark, no member name twice in an object, no
// lone surrogates, arrays and objects nested to a limit. Numbers of any length stay text, since they are carried and not judged.
export class JsonNumber {
  constructor(text) {
    this.text = text;
  }

  toJSON() {
    return Number(this.text);
  }
}

export class TooDeepError extends Error { }

const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const word = /true|false|null/y;
const string = /"(?:[^"\\\u0000-\u001F]|\\(?:["\\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const blank = /[ \t\n\r]*/y;

// Throws a SyntaxError, or a TooDeepError.
export function parseJson(bytes, deepest) {
  return new Parser(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), deepest).document();
}

class Parser {
  #text;
  #deepest;
  #at = 0;
  #depth = 0;

  constructor(text, deepest) {
    this.#text = text;
    this.#deepest = deepest;
  }

  document() {
    const value = this.#value();
    this.#skip();
    return this.#at === this.#text.length ? value : this.#fail('text after the document');
  }

  #fail(message) {
    throw new SyntaxError(`${message}, at character ${this.#at}`);
  }

  #take(pattern) {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #skip() {
    this.#take(blank);
  }

  #next(character) {
    this.#skip();
    const found = this.#text[this.#at] === character;
    this.#at += found ? 1 : 0;
    return found;
  }

  #need(character) {
    return this.#next(character) || this.#fail(`expected ${character}`);
  }

  #value() {
    this.#skip();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#nested(() => this.#object());
      case '[':
        return this.#nested(() => this.#array());
      case '"':
        return this.#string();
      default: {
        const found = this.#take(word);
        return found ? JSON.parse(found) : new JsonNumber(this.#take(number) ?? this.#fail('expected a value'));
      }
    }
  }

  #nested(read) {
    this.#at++;
    if (++this.#depth > this.#deepest) {
      throw new TooDeepError(`nested deeper than ${this.#deepest}`);
    }

    const value = read();
    this.#depth--;
    return value;
  }

  #object() {
    const members = new Map();
    if (!this.#next('}')) {
      do {
        this.#skip();
        const name = this.#string();
        if (members.has(name)) {
          this.#fail(`the member ${JSON.stringify(name)} twice`);
        }

        this.#need(':');
        members.set(name, this.#value());
      } while (this.#next(','));
      this.#need('}');
    }

    return members;
  }

  #array() {
    const items = [];
    if (!this.#next(']')) {
      do {
        items.push(this.#value());
      } while (this.#next(','));
      this.#need(']');
    }

    return items;
  }

  #string() {
    const value = JSON.parse(this.#take(string) ?? this.#fail('expected a string'));
    return value.isWellFormed?.() ?? !/[\uD800-\uDFFF]/u.test(value) ? value : this.#fail('a lone surrogate');
  }
}
