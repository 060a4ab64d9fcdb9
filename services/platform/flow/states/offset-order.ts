/** What stands in an order has its neighbours in itself: null where it has none. */
export interface Placed<Member> {
  before: Member | null;
  after: Member | null;
}

/**
 * Members in the order in which they came last: a list linked through them. To take an entry out of a map and put it in
 * again costs twice as much, because the map is made anew every few thousand times.
 */
export class OffsetOrder<Member extends Placed<Member>> {
  first: Member | null = null;
  #last: Member | null = null;

  /** Puts it, or moves it, behind all others. */
  toEnd(member: Member): void {
    if (this.#last === member) return;
    this.remove(member);
    member.before = this.#last;
    if (this.#last) this.#last.after = member;
    else this.first = member;
    this.#last = member;
  }

  /** Nothing happens where it is not in. */
  remove(member: Member): void {
    const { before, after } = member;
    if (before) before.after = after;
    else if (this.first === member) this.first = after;
    if (after) after.before = before;
    else if (this.#last === member) this.#last = before;
    member.before = member.after = null;
  }
}
