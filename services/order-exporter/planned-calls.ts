import type { PlannedStep } from '../erp/planned-step.ts';

/** Of single calls only the names are told: what they carry is personal, and stays out of outcomes and the log. */
export class PlannedCalls {
  readonly #names: string[] = [];

  readonly tell = ({ name, is }: PlannedStep): void => {
    if (is === 'writes') this.#names.push(name);
  };

  /** Empty where the ERP shows no single calls. */
  get words(): string {
    return this.#names.length === 0 ? '' : `, by ${this.#names.join(', ')}`;
  }
}
