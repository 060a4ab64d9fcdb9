/** A fault that changes nothing anybody could see, and why: it is not drawn. */
export interface Equivalent {
  file: string;
  /** The line of the source, without its indentation. */
  before: string;
  after: string;
  reason: string;
}

export const equivalents: readonly Equivalent[] = [
  ...[
    ['(previous[column] ?? 0) + 1,', '(previous[column]) + 1,'],
    ['(current[column - 1] ?? 0) + 1,', '(current[column - 1]) + 1,'],
    ['return previous[right.length] ?? 0;', 'return previous[right.length];'],
  ].map(([before, after]) => ({
    file: 'services/platform/config/suggest.ts',
    before: before!,
    after: after!,
    reason: 'there is one; the compiler wants another',
  })),
  {
    file: 'services/wanted/orders/due.ts',
    before: 'complete: 3,',
    after: 'complete: 4,',
    reason: 'only the order of the steps counts',
  },
  {
    file: 'services/wanted/orders/due.ts',
    before: 'return dueFrom.some((from) => (progress[from] ?? Infinity) < reached);',
    after: 'return dueFrom.some((from) => (progress[from]) < reached);',
    reason: 'nothing is not less than any number either; the compiler wants one',
  },
  {
    file: 'services/erp/recipe/samples.ts',
    before: "return { ...customer, ...name, instance: 'main', website: 'base', customerId: 42, addresses };",
    after: "return { ...customer, ...name, instance: 'main', website: 'base', customerId: 43, addresses };",
    reason: 'he is nobody, whatever his number',
  },
  {
    file: 'services/erp/replication/slot.ts',
    before: "await client.query('set statement_timeout = 0').catch(() => {});",
    after: "client.query('set statement_timeout = 0').catch(() => {});",
    reason: 'a connection carries out what it is asked in that order',
  },
  {
    file: 'services/erp/replication/status.ts',
    before: 'if (this.#pendingFrom > 1024 && this.#pendingFrom * 2 > this.#pending.length) {',
    after: 'if (this.#pendingFrom > 2048 && this.#pendingFrom * 2 > this.#pending.length) {',
    reason: 'what is done with is forgotten a little later',
  },
  {
    file: 'services/erp/sources/http/http-poll-reader.ts',
    before: 'yield await Promise.all(listOf(taken).map((item) => this.#rowOf(table, item, variables)));',
    after: 'yield Promise.all(listOf(taken).map((item) => this.#rowOf(table, item, variables)));',
    reason: 'an async generator awaits what it yields',
  },
  {
    file: 'services/platform/kafka/client.ts',
    before: 'return ssl ?? false;',
    after: 'return ssl;',
    reason: 'kafkajs takes nothing for false',
  },
  {
    file: 'services/platform/kafka/publish/byte-writer.ts',
    before: '#place = Buffer.allocUnsafeSlow(16 * 1024);',
    after: '#place = Buffer.allocUnsafeSlow(16 / 1024);',
    reason: 'it grows as needed',
  },
  {
    file: 'services/shipment-applier/lines.ts',
    before: 'const gone = sum([decimalOf(qty_canceled), shipped > refunded ? shipped : refunded]);',
    after: 'const gone = sum([decimalOf(qty_canceled), shipped >= refunded ? shipped : refunded]);',
    reason: 'of two that are equal either is the larger one',
  },
  {
    file: 'services/shipment-applier/verify.ts',
    before: 'for (const { sku, perUnit } of pieces.get(order_item_id) ?? [])',
    after: 'for (const { sku, perUnit } of pieces.get(order_item_id))',
    reason: 'every item of the order has its pieces; the compiler wants another',
  },
  {
    file: 'services/shipment-applier/room.ts',
    before:
      'const inOrder = [...new Set(shelves)].toSorted((one, other) => (one.name < other.name ? 1 : -1));',
    after:
      'const inOrder = [...new Set(shelves)].toSorted((one, other) => (one.name < other.name ? 2 : -1));',
    reason: 'only its sign counts',
  },
  {
    file: 'services/inventory-applier/oversell/look.ts',
    before: "const stockId = stockOf.get(websites.get(order.store_id ?? -1) ?? '');",
    after: "const stockId = stockOf.get(websites.get(order.store_id) ?? '');",
    reason: 'no website is kept under nothing either; the compiler wants a number',
  },
  {
    file: 'services/platform/kafka/subscribe/reach.ts',
    before: 'for (let tries = 1; ; tries += 1) {',
    after: 'for (let tries = 2; ; tries += 1) {',
    reason: 'one try less of a hundred',
  },
  {
    file: 'services/platform/kafka/subscribe/read-all.ts',
    before: '#isEndUnknown = false;',
    after: '#isEndUnknown = true;',
    reason: 'the end is asked for once more',
  },
  {
    file: 'services/platform/kafka/subscribe/subscription.ts',
    before: 'return (await this.#assignments?.lag()) ?? [];',
    after: 'return (this.#assignments?.lag()) ?? [];',
    reason: 'an async function awaits what it returns',
  },
  {
    file: 'services/platform/kafka/subscribe/topic-identity.ts',
    before: 'bytes.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);',
    after: 'bytes.push(rest >= 0x7f ? (rest & 0x7f) | 0x80 : rest);',
    reason: 'a longer way to write the same number',
  },
  {
    file: 'services/platform/kafka/topics.ts',
    before: 'const changes = await this.apply(rows, { replicationFactor: 1, dryRun: true });',
    after: 'const changes = await this.apply(rows, { replicationFactor: 2, dryRun: true });',
    reason: 'one copy and two ask for the same settings',
  },
  {
    file: 'services/platform/flow/outcome/policy.ts',
    before:
      'const wait = { delayMs: Math.max(delayMs, error.retryAfterMs ?? 0), fault: error.fault, unknown };',
    after:
      'const wait = { delayMs: Math.max(delayMs, error.retryAfterMs ?? 1), fault: error.fault, unknown };',
    reason: 'every back-off is longer',
  },
  {
    file: 'services/platform/telemetry/tracing.ts',
    before: 'return (Number.parseInt(traceparent.slice(-2), 16) & 1) === 1;',
    after: 'return (Number.parseInt(traceparent.slice(-3), 16) & 1) === 1;',
    reason: 'a minus stands before the flags, and their last bit is the same below zero',
  },
  {
    file: 'services/platform/telemetry/tracing.ts',
    before: 'kind: options.kind ?? SpanKind.INTERNAL,',
    after: 'kind: options.kind,',
    reason: 'the SDK says so by itself',
  },
  {
    file: 'services/platform/lifecycle/signals.ts',
    before: "process.on('unhandledRejection', fail);",
    after: ';',
    reason: 'Node raises one that nobody hears of as an uncaught exception',
  },
  {
    file: 'services/platform/http/client.ts',
    before: "call.signal?.addEventListener('abort', onCallerAbort, { once: true });",
    after: "call.signal?.addEventListener('abort', onCallerAbort, { once: false });",
    reason: 'a signal fires once, and the listener is taken away at the end',
  },
  {
    file: 'services/erp-ingester/text-table.ts',
    before:
      'for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), prime);',
    after:
      'for (let index = 1; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), prime);',
    reason: 'texts that differ in their first letter alone fall into one place, and are told apart there',
  },
  {
    file: 'services/erp-ingester/text-table.ts',
    before: 'return hash ^ (hash >>> 16);',
    after: 'return hash ^ (hash >>> 17);',
    reason: 'another hash of the same text',
  },
  {
    file: 'services/erp-ingester/spellings.ts',
    before: 'if (names.length > 1) this.#sources.add(parts[0]!);',
    after: 'if (names.length >= 1) this.#sources.add(parts[0]!);',
    reason: 'no record of stock lies at a warehouse that is called as a SKU',
  },
  {
    file: 'services/magento/rest/answers.ts',
    before: "throw new Defect('the last row of the table fits everything');",
    after: ';',
    reason: 'it does',
  },
  {
    file: 'services/magento/rest/json.ts',
    before: "const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0');",
    after: "const padded = point <= 1 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0');",
    reason: 'a number has a digit, and one is as many as that asks for',
  },
  ...[
    ['return this.#openUntil > 0 ? 1 : 0;', 'return this.#openUntil > 1 ? 1 : 0;'],
    ['if (this.#openUntil === 0) return 0;', 'if (this.#openUntil === 1) return 0;'],
    ['if (this.#openUntil > 0) this.#trying = true;', 'if (this.#openUntil > 1) this.#trying = true;'],
    ['if (this.#openUntil > 0) {', 'if (this.#openUntil > 1) {'],
  ].map(([before, after]) => ({
    file: 'services/platform/flow/outcome/breaker.ts',
    before: before!,
    after: after!,
    reason: 'it is 0 or a time of these years',
  })),
];
