/** The four secrets of one Magento integration. */
export interface Credentials {
  consumerKey: string;
  consumerSecret: string;
  accessToken: string;
  accessTokenSecret: string;
}

/**
 * One set, or two side by side while one takes the place of the other. The first is used until the shop refuses it and takes
 * the second; that one is used from then on, wherever it stands, until it is refused in its turn.
 */
export class CredentialSets {
  readonly #sets: () => readonly Credentials[];
  readonly #onSwitch: (place: number) => void;
  /** Its token names the set that the shop took last. */
  #takenToken: string | null = null;

  /** @param sets asked for every request, so that replaced secrets take effect at once. */
  constructor(sets: () => readonly Credentials[], onSwitch: (place: number) => void = () => undefined) {
    this.#sets = sets;
    this.#onSwitch = onSwitch;
  }

  inUse(): Credentials {
    return this.#sets()[this.placeInUse()]!;
  }

  placeInUse(): number {
    const taken = this.#sets().findIndex(({ accessToken }) => accessToken === this.#takenToken);
    return Math.max(taken, 0);
  }

  /** What to try when `refused` was; null when there is nothing else. */
  otherThan(refused: Credentials): Credentials | null {
    return this.#sets().find(({ accessToken }) => accessToken !== refused.accessToken) ?? null;
  }

  /** The shop took it after it had refused the other. */
  switchTo({ accessToken }: Credentials): void {
    const before = this.placeInUse();
    this.#takenToken = accessToken;
    if (this.placeInUse() !== before) this.#onSwitch(this.placeInUse());
  }
}
