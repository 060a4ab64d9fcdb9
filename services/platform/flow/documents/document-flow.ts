import type { Contract } from '../../../../schemas/topics.ts';
import type { Received } from '../../kafka/types.ts';
import type { Flow } from '../flow.ts';
import type { Attempt, Handled } from '../outcome/outcome.ts';

/** A flow whose records are handled one by one, those of one key strictly in their order, never collapsed. */
export interface DocumentFlow<Value> extends Flow {
  contract: Contract<Value>;
  /** Looks whether the effect is there, makes it if not. May be called again for the same record at any time. */
  handle(record: Received<Value> & { value: Value }, attempt: Attempt): Promise<Handled>;
}
