const none: Readonly<Record<string, unknown>> = {};

/**
 * An object in a body, field by field; what is no object has no fields. What is wrong is gathered by its path: never a
 * value, which may be personal data. By hand, because zod took a tenth of all that a delivery allocates.
 */
export class BodyPart {
  /** Of the whole body. */
  readonly faults: string[];
  readonly #value: unknown;
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(value: unknown, path = '', faults: string[] = []) {
    this.#path = path;
    this.faults = faults;
    this.#value = value;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    this.#fields = isObject ? (value as Record<string, unknown>) : none;
  }

  /** Of the part as a whole; only where nothing else is wrong, which may be why. */
  fault(words: string): void {
    if (this.faults.length === 0) this.faults.push(`${this.#path || 'body'}: ${words}`);
  }

  /** Of a list: each with faults of its own. Null where it is none. */
  items(): BodyPart[] | null {
    return Array.isArray(this.#value) ? this.#value.map((one) => new BodyPart(one, this.#path)) : null;
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined;
  }

  part(name: string): BodyPart {
    return new BodyPart(this.#fields[name], this.#pathOf(name), this.faults);
  }

  /** A number from 1 on; some senders write it as text. */
  id(name: string): number | null | undefined {
    const value = this.#fields[name];
    if (value === null || value === undefined) return value;
    const isTold = typeof value === 'number' || (typeof value === 'string' && /^\d{1,15}$/.test(value));
    const id = isTold ? Number(value) : 0;
    return Number.isSafeInteger(id) && id > 0 ? id : this.#wrong(name, 'must be a whole number above 0');
  }

  name(name: string): string | null | undefined {
    const value = this.#fields[name];
    if (value === null || value === undefined) return value;
    if (typeof value === 'string' && value !== '' && value.length <= 255) return value;
    return this.#wrong(name, 'must be a text of 1 to 255 characters');
  }

  /** A text that must be there; a number is as good. */
  code(name: string): string {
    const value = this.#fields[name];
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text === 'string' && text !== '' && text.length <= 255) return text;
    return this.#wrong(name, 'must be there: a text of 1 to 255 characters, or a number') ?? '';
  }

  text(name: string, pattern: RegExp, otherwise: string): string | null | undefined {
    const value = this.#fields[name];
    if (value === null || value === undefined) return value;
    return typeof value === 'string' && pattern.test(value) ? value : this.#wrong(name, otherwise);
  }

  /** As `text`, and it must be there. */
  word(name: string, pattern: RegExp, otherwise: string): string {
    const value = this.#fields[name];
    if (typeof value === 'string' && pattern.test(value)) return value;
    return this.#wrong(name, otherwise) ?? '';
  }

  #wrong(name: string, words: string): undefined {
    this.faults.push(`${this.#pathOf(name)}: ${words}`);
  }

  #pathOf(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }
}
