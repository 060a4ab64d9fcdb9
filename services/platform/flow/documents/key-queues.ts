import type { Received, Undecodable } from '../../kafka/types.ts';

/** A record of a document topic that was read and is not finished. */
export interface QueuedDocument {
  readonly record: Received<never> | Undecodable;
  readonly queue: string;
  attempts: number;
  notBefore: number;
}

/**
 * The unfinished records of one partition: a queue per key, in the order of the offsets. Only the head of a queue is
 * ever in work, so the order of a key is kept also while its head waits for another try.
 */
export class KeyQueues {
  private readonly queues = new Map<string, QueuedDocument[]>();
  /** In the order of the offsets: the first one is the lowest unfinished. */
  private readonly unfinished = new Map<number, QueuedDocument>();
  /** Keys whose head may begin, in the order in which they became so. */
  private readonly ready = new Set<string>();
  private readonly delayed = new Map<string, QueuedDocument>();
  private bytes = 0;

  get size(): number {
    return this.unfinished.size;
  }

  get sizeBytes(): number {
    return this.bytes;
  }

  lowestOffset(): number | null {
    for (const offset of this.unfinished.keys()) return offset;
    return null;
  }

  add(record: Received<never> | Undecodable, notBefore: number): void {
    // Bytes that cannot be read have no place in the order of a key.
    const queue = 'undecodable' in record ? `undecodable@${record.offset}` : `key:${record.key}`;
    const document: QueuedDocument = { record, queue, attempts: 0, notBefore };
    this.unfinished.set(record.offset, document);
    this.bytes += record.sizeBytes;
    const waiting = this.queues.get(queue);
    if (waiting) waiting.push(document);
    else {
      this.queues.set(queue, [document]);
      this.enqueue(document);
    }
  }

  /** The next head that may begin now, or null. */
  take(now: number): QueuedDocument | null {
    for (const [queue, document] of this.delayed)
      if (document.notBefore <= now) {
        this.delayed.delete(queue);
        this.ready.add(queue);
      }
    for (const queue of this.ready) {
      this.ready.delete(queue);
      const document = this.queues.get(queue)?.[0];
      if (!document) continue;
      document.attempts += 1;
      return document;
    }
    return null;
  }

  /** When the next delayed head may begin; null when none is delayed. */
  dueAt(now: number): number | null {
    let earliest: number | null = null;
    for (const { notBefore } of this.delayed.values())
      if (notBefore > now && (earliest === null || notBefore < earliest)) earliest = notBefore;
    return earliest;
  }

  /** The next record of the key may begin, not before the given time. */
  finished(document: QueuedDocument, notBefore = 0): void {
    this.unfinished.delete(document.record.offset);
    this.bytes -= document.record.sizeBytes;
    const waiting = this.queues.get(document.queue);
    waiting?.shift();
    const next = waiting?.[0];
    if (next) {
      next.notBefore = Math.max(next.notBefore, notBefore);
      this.enqueue(next);
    } else this.queues.delete(document.queue);
  }

  /** The head stays head and waits. */
  again(document: QueuedDocument, notBefore: number): void {
    document.notBefore = notBefore;
    this.delayed.set(document.queue, document);
  }

  private enqueue(document: QueuedDocument): void {
    if (document.notBefore > 0) this.delayed.set(document.queue, document);
    else this.ready.add(document.queue);
  }
}
