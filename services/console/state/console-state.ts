import { processIn } from '../../platform/groups.ts';
import type { Audit, Control, Cursor, Difference, Outcome, Parked } from '../../../schemas/types.ts';
import { FlowFigureKeeper } from './flow-figures.ts';
import { keepsCode } from '../../platform/kept-codes.ts';
import { SeenKeys } from './seen-keys.ts';
import { Acts } from '../../operations/audit.ts';
import { Newest } from '../../operations/newest.ts';
import { OpenDifferences } from './open-differences.ts';
import { outcomeView } from './outcome-view.ts';
import type { OutcomeView } from './outcome-view.ts';
import { ParkedRecords } from './parked-records.ts';

const latestLimit = 200;
const actsLimit = 200;
/** Far more than there are; what comes from a topic never grows without a bound. */
const flowLimit = 100;
const cursorLimit = 1_000;

/**
 * All that the console knows, made from the topics alone. Records of other instances on the same broker are left out:
 * one deployment serves one shop instance.
 */
export class ConsoleState {
  readonly seenKeys = new SeenKeys();
  readonly parked = new ParkedRecords();
  readonly overall = new FlowFigureKeeper();
  readonly differences: OpenDifferences;
  /** What people have done, on all instances of the broker. */
  readonly acts = new Acts(actsLimit);
  readonly cursors = new Map<string, Cursor>();
  /** What operators have set, by reader. */
  readonly controls = new Map<string, Control>();
  /** By `process/topic`. */
  readonly flows = new Map<string, FlowFigureKeeper>();
  readonly #latest = new Newest<OutcomeView>(latestLimit, (outcome) => outcome.finishedAt);
  readonly #instance: string;
  readonly #onChange: () => void;

  constructor(instance: string, onChange: () => void) {
    this.#instance = instance;
    this.differences = new OpenDifferences(instance);
    this.#onChange = onChange;
  }

  takeOutcome(outcome: Outcome): void {
    const process = processIn(this.#instance, outcome.group);
    if (process === null) return;
    this.#figuresOf(`${process}/${outcome.topic}`)?.add(outcome);
    this.overall.add(outcome);
    const view = outcomeView(outcome, process);
    this.#latest.add(view);
    this.seenKeys.add(view.topic, view.key);
    this.#onChange();
  }

  /** `id` is the record's key on `cartage.parked`; null means cleared. */
  takeParked(id: string, parked: Parked | null): void {
    if (parked === null) {
      if (this.parked.remove(id)) this.#onChange();
      return;
    }
    const process = processIn(this.#instance, parked.group);
    if (process === null) return;
    this.parked.put(id, process, parked);
    this.#onChange();
  }

  /** Its topic was recreated: what was parked there cannot be cleared any more. */
  forgetParked(): void {
    this.parked.clear();
    this.#onChange();
  }

  takeDifference(id: string, difference: Difference | null): void {
    this.differences.take(id, difference);
    this.#onChange();
  }

  forgetDifferences(): void {
    this.differences.clear();
    this.#onChange();
  }

  takeAct(act: Audit): void {
    this.acts.add(act);
    this.#onChange();
  }

  takeCursor(id: string, cursor: Cursor | null): void {
    if (cursor === null) this.cursors.delete(id);
    else if (this.cursors.size < cursorLimit || this.cursors.has(id)) this.cursors.set(id, cursor);
    this.#onChange();
  }

  takeControl(control: Control | null): void {
    if (control?.instance !== this.#instance) return;
    if (this.controls.size >= flowLimit && !this.controls.has(control.reader)) return;
    this.controls.set(control.reader, control);
    this.#onChange();
  }

  /** Its topic was recreated. */
  forgetCursors(): void {
    this.cursors.clear();
    this.#onChange();
  }

  /** By which the shop's store views were first known. */
  storeCodes(): string[] {
    return [...this.cursors.values()]
      .filter((cursor) => keepsCode(cursor, this.#instance, 'store-view'))
      .map(({ position }) => position);
  }

  /** Newest first. */
  latestOutcomes(): OutcomeView[] {
    return this.#latest.entries().toReversed();
  }

  #figuresOf(id: string): FlowFigureKeeper | undefined {
    if (!this.flows.has(id) && this.flows.size < flowLimit) this.flows.set(id, new FlowFigureKeeper());
    return this.flows.get(id);
  }
}
