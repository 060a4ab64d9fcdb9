import type { PlannedStep } from '../planned-step.ts';

/** An order as the ERP knows it. */
export interface FoundOrder {
  /** The ERP's own id of the order. */
  id: string;
  /** Its number as people know it; null where the look-up gives none. */
  reference: string | null;
  /** False while its document is half made: `create` goes on with it. Left out, it is done. */
  isDone?: boolean;
  /** Whether it is dead there. Left out where the configuration does not say how that shows. */
  isCanceled?: boolean;
}

export interface OrderInput {
  /** instance/store/increment_id: what the ERP refuses a second order for. */
  key: string;
  /** The order as on its contract. */
  order: unknown;
  /** The mapped codes: carrier, payment terms, store, … */
  codes: unknown;
  /** Whose partner it is to have: key, website, email, partner. */
  buyer: unknown;
}

/** One thing that was compared: as the order has it, and as the ERP does. */
export interface ComparedField {
  name: string;
  ours: string | null;
  theirs: string | null;
}

/** What the exporter asks of an ERP, by SQL or over HTTP. */
export interface ErpOrders {
  lookup(key: string): Promise<FoundOrder | null>;
  /** Goes on with an order that is there and not done. `created` is false when there was nothing left to write. */
  create(input: OrderInput): Promise<FoundOrder & { created: boolean }>;
  /** Repeats without effect; `changed` is false when there was nothing to do. Null when the ERP has no such order. */
  change(input: OrderInput): Promise<(FoundOrder & { changed: boolean }) | null>;
  /**
   * Where the configuration says how: what the ERP has of these orders beside the orders. One that is left out is not there,
   * or nothing is known of it: the look-up says which.
   */
  compare?(inputs: readonly OrderInput[]): Promise<Map<string, readonly ComparedField[]>>;
  /** Where single calls are worth showing: what `create` would do, told step by step. Asks for real, writes nothing. */
  plan?(input: OrderInput, tell: (step: PlannedStep) => void): Promise<void>;
}
