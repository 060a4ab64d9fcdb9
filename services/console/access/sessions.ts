import { createHmac, scryptSync, timingSafeEqual } from 'node:crypto';

const lifetimeMs = 12 * 3_600_000;

/**
 * Sessions that live in the browser alone: a name and an end, signed with a key made from the password. So they outlast
 * a restart, and end with the password.
 */
export class Sessions {
  readonly #instance: string;
  readonly #password: () => string;
  readonly #now: () => number;
  #key = Buffer.alloc(0);
  #keyOf = '';

  /** @param password empty: nobody can log in with one. */
  constructor(options: { instance: string; password: () => string; now: () => number }) {
    this.#instance = options.instance;
    this.#password = options.password;
    this.#now = options.now;
  }

  isPassword(given: string): boolean {
    const password = this.#password();
    const [one, other] = [given, password].map((text) =>
      createHmac('sha256', this.#instance).update(text).digest(),
    );
    return password !== '' && timingSafeEqual(one!, other!);
  }

  /** Text for a cookie. */
  open(user: string): string {
    const content = Buffer.from(JSON.stringify({ user, endsAt: this.#now() + lifetimeMs })).toString(
      'base64url',
    );
    return `${content}.${this.#sign(content)}`;
  }

  /** Who it was opened for; null when it was not opened here, or has ended. */
  userOf(cookie: string): string | null {
    const [content = '', signature = ''] = cookie.split('.');
    const [given, right] = [Buffer.from(signature), Buffer.from(this.#sign(content))];
    if (this.#password() === '' || given.length !== right.length || !timingSafeEqual(given, right))
      return null;
    const { user, endsAt } = JSON.parse(Buffer.from(content, 'base64url').toString()) as {
      user: string;
      endsAt: number;
    };
    return endsAt > this.#now() ? user : null;
  }

  /** Slow to make, so that a stolen session is no quick way to the password. */
  #sign(content: string): string {
    const password = this.#password();
    if (password !== this.#keyOf) {
      this.#key = scryptSync(password, `console of ${this.#instance}`, 32);
      this.#keyOf = password;
    }
    return createHmac('sha256', this.#key).update(content).digest('base64url');
  }
}
