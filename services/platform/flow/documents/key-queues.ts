import type { Unavailable } from '../../errors.ts';
import type { Received, Undecodable } from '../../kafka/types.ts';
import { documentOf } from '../outcome/outcome.ts';

/** A record of a document topic that was read and is not finished. */
export interface QueuedDocument {
  readonly record: Received<never> | Undecodable;
  readonly queue: string;
  attempts: number;
  notBefore: number;
  /** What was tried may take effect until then: part of the wait that nothing shortens. */
  inDoubtUntil: number;
  /** It was made the next one, once. */
  hastened: boolean;
  /** See `AfterTry`. */
  lastLook: Unavailable | null;
  /** Those of its key that come after it go first, further records of the same document excepted. */
  letsPass: boolean;
}

type Unread = Received<never> | Undecodable;

/** Another record of the same document: what the document is by now is said by the later one. */
function isSame(left: Unread, right: Unread): boolean {
  if ('undecodable' in left || 'undecodable' in right) return false;
  const document = documentOf(left);
  return document !== null && document === documentOf(right);
}

/**
 * The unfinished records of one partition: a queue per key, in the order of the offsets. Only the head of a queue is
 * ever in work, so the order of a key is kept also while its head waits for another try; a head that lets others pass
 * goes behind them, and is tried again after each.
 */
export class KeyQueues {
  readonly #queues = new Map<string, QueuedDocument[]>();
  /** In the order of the offsets: the first one is the lowest unfinished. */
  readonly #unfinished = new Map<number, QueuedDocument>();
  /** Keys whose head may begin, in the order in which they became so. */
  #ready = new Set<string>();
  readonly #delayed = new Map<string, QueuedDocument>();
  #bytes = 0;

  get size(): number {
    return this.#unfinished.size;
  }

  get sizeBytes(): number {
    return this.#bytes;
  }

  lowestOffset(): number | null {
    for (const offset of this.#unfinished.keys()) return offset;
    return null;
  }

  add(record: Unread, notBefore: number): void {
    // Bytes that cannot be read have no place in the order of a key.
    const queue = 'undecodable' in record ? `undecodable@${record.offset}` : `key:${record.key}`;
    const document = {
      record,
      queue,
      attempts: 0,
      notBefore,
      inDoubtUntil: notBefore,
      hastened: false,
      lastLook: null,
      letsPass: false,
    };
    this.#unfinished.set(record.offset, document);
    this.#bytes += record.sizeBytes;
    const waiting = this.#queues.get(queue);
    if (waiting === undefined) {
      this.#queues.set(queue, [document]);
      this.#enqueue(document);
      return;
    }
    waiting.push(document);
    // Not while the head is in work.
    if (this.#delayed.delete(queue)) this.#next(waiting);
  }

  /** The lowest unfinished record holds all others back: its key is the next one, and waits no back-off out. */
  hasten(now: number): void {
    const [lowest] = this.#unfinished.values();
    if (!lowest || lowest.hastened) return;
    const { queue } = lowest;
    const head = this.#queues.get(queue)![0]!;
    if (this.#delayed.get(queue) === head && head.inDoubtUntil > now) head.notBefore = head.inDoubtUntil;
    else if (this.#delayed.delete(queue) || this.#ready.has(queue)) {
      lowest.hastened = true;
      this.#ready = new Set([queue, ...this.#ready]);
    }
  }

  /** The next head that may begin now, or null. */
  take(now: number): QueuedDocument | null {
    for (const [queue, document] of this.#delayed)
      if (document.notBefore <= now) {
        this.#delayed.delete(queue);
        this.#ready.add(queue);
      }
    for (const queue of this.#ready) {
      this.#ready.delete(queue);
      const document = this.#queues.get(queue)?.[0];
      if (!document) continue;
      document.attempts += 1;
      return document;
    }
    return null;
  }

  /** When the next delayed head may begin; null when none is delayed. */
  dueAt(now: number): number | null {
    let earliest: number | null = null;
    for (const { notBefore } of this.#delayed.values())
      if (notBefore > now && (earliest === null || notBefore < earliest)) earliest = notBefore;
    return earliest;
  }

  /** The next record of the key may begin, not before the given time. */
  finished(document: QueuedDocument, notBefore = 0): void {
    this.#unfinished.delete(document.record.offset);
    this.#bytes -= document.record.sizeBytes;
    const waiting = this.#queues.get(document.queue);
    waiting?.shift();
    // It may have been what they wait for.
    for (const other of waiting ?? []) if (other.letsPass) other.notBefore = other.inDoubtUntil;
    const next = waiting?.[0];
    if (next) {
      next.notBefore = Math.max(next.notBefore, notBefore);
      next.inDoubtUntil = next.notBefore;
      this.#next(waiting);
    } else this.#queues.delete(document.queue);
  }

  /** The head stays head and waits; of that until `inDoubtUntil` because its last try may take effect. */
  again(document: QueuedDocument, notBefore: number, inDoubtUntil = 0): void {
    document.letsPass = false;
    document.notBefore = Math.max(notBefore, inDoubtUntil);
    document.inDoubtUntil = inDoubtUntil;
    this.#delayed.set(document.queue, document);
  }

  /** The same of one that lets the others of its key pass. */
  passed(document: QueuedDocument, notBefore: number): void {
    const waiting = this.#queues.get(document.queue)!;
    const stays = (other: QueuedDocument) => other === document || isSame(other.record, document.record);
    const others = waiting.filter((other) => !stays(other));
    waiting.splice(0, waiting.length, ...others, ...waiting.filter(stays));
    document.letsPass = true;
    document.notBefore = notBefore;
    document.inDoubtUntil = 0;
    this.#next(waiting);
  }

  /** Its head need not wait a back-off out any more. */
  due(document: QueuedDocument): void {
    if (this.#delayed.get(document.queue) === document) document.notBefore = document.inDoubtUntil;
  }

  /** The head, or the first one that it lets pass while it waits; what may still take effect holds that one up as well. */
  #next(waiting: QueuedDocument[]): void {
    const [head] = waiting;
    const mayPass = ({ letsPass, record }: QueuedDocument, place: number) =>
      !letsPass && !waiting.some((other, before) => before < place && isSame(other.record, record));
    const place = head!.letsPass && head!.notBefore > 0 ? waiting.findIndex(mayPass) : 0;
    if (place > 0) {
      waiting.unshift(...waiting.splice(place, 1));
      const [next] = waiting;
      next!.inDoubtUntil = Math.max(next!.inDoubtUntil, head!.inDoubtUntil);
      next!.notBefore = Math.max(next!.notBefore, next!.inDoubtUntil);
    }
    this.#enqueue(waiting[0]!);
  }

  #enqueue(document: QueuedDocument): void {
    if (document.notBefore > 0) this.#delayed.set(document.queue, document);
    else this.#ready.add(document.queue);
  }
}
