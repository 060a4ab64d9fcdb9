type Piece = Int32Array | Uint32Array | Uint8Array | Float64Array;

const entriesBits = 14;
const entries = 1 << entriesBits;

/**
 * Numbers by their place, as many as come. In pieces, because an array that is made anew to grow is garbage, which lies
 * outside the heap where nobody hurries to clear it away.
 */
export class Column {
  readonly #make: new (length: number) => Piece;
  readonly #pieces: Piece[] = [];

  constructor(make: new (length: number) => Piece) {
    this.#make = make;
  }

  /** Of a place that was set. */
  get(place: number): number {
    return this.#pieces[place >>> entriesBits]![place & (entries - 1)]!;
  }

  /** At any place up to the one behind the last. */
  set(place: number, value: number): void {
    const number = place >>> entriesBits;
    if (number === this.#pieces.length) this.#pieces.push(new this.#make(entries));
    this.#pieces[number]![place & (entries - 1)] = value;
  }
}
