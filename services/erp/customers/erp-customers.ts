import type { PlannedStep } from '../planned-step.ts';

/** A business partner as the ERP knows it. */
export interface FoundPartner {
  /** The ERP's own id. */
  id: string;
  /** Its number as people know it; null where the look-up gives none. */
  reference: string | null;
  /** The customer it belongs to, by the customer's key; null while it belongs to none (a guest's, one of the ERP's own). */
  key: string | null;
}

/** Whom a look-up is for. */
export interface Who {
  /** instance/website/customer id. */
  key: string;
  /** Website code. */
  website: string;
  /** Without spaces, in lower case; empty where only the key is known. */
  email: string;
}

export interface CustomerInput extends Who {
  /** The customer as on its contract. */
  customer: unknown;
  /** The mapped codes of website and group. */
  codes: unknown;
}

export interface Upserted {
  /** `adopted`: the partner had its e-mail and belonged to nobody. `taken`: it belongs to another customer, nothing was written. */
  status: 'created' | 'adopted' | 'updated' | 'taken';
  partner: FoundPartner;
}

/** What the exporter asks of an ERP: one partner per website and e-mail, which stays the customer's when its e-mail changes. */
export interface ErpCustomers {
  /** The partner that bears the key, else the one of that website and e-mail; null when there is neither. */
  lookup(who: Who): Promise<FoundPartner | null>;
  /** Absolute: repeats without another effect. */
  upsert(input: CustomerInput): Promise<Upserted>;
  /** Takes out what the ERP may not keep of a deleted customer. Null when it has no partner of that key. */
  erase(who: Who): Promise<FoundPartner | null>;
  /**
   * Where single calls are worth showing: what `upsert` would do, told step by step. Asks for real, writes nothing.
   * @returns the partner that would be written, or that is another customer's; null when one would be created
   */
  plan?(input: CustomerInput, tell: (step: PlannedStep) => void): Promise<FoundPartner | null>;
}
