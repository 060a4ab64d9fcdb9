import type { Fact } from './compare/comparer.ts';

export interface Cause {
  cause: string;
  /** All of them hold. */
  when: readonly Fact[];
  why: string;
  fix: string;
}

/** Likely causes, the first one that fits counts. */
export const causes: readonly Cause[] = [
  {
    cause: 'unmapped',
    when: ['unmapped'],
    why: 'A code of it has no counterpart in the configuration, so it is held',
    fix: '`cartage parked list` names the line to add; it goes on by itself then',
  },
  {
    cause: 'parked',
    when: ['parked'],
    why: 'The record that would bring it is parked',
    fix: '`cartage parked list` says why and how to mend it; it goes on by `cartage parked release`',
  },
  {
    cause: 'inexact',
    when: ['inexact'],
    why: 'The order’s own amounts do not add up, so it is not exported',
    fix: '`cartage parked list` names the amounts; enter the order by hand, or read it again',
  },
  {
    cause: 'stale_feed',
    when: ['feed old'],
    why: 'The ERP has told nothing for too long: what is wanted may be too old',
    fix: 'See "Feed too old" in the runbook',
  },
  {
    cause: 'deleted',
    when: ['missing', 'applied once'],
    why: 'It was brought there, and is gone',
    fix: 'If nobody meant it: `cartage differences repair`',
  },
  {
    cause: 'never_exported',
    when: ['missing', 'erp'],
    why: 'It never came there, and nothing is parked for it',
    fix: '`cartage differences repair` has it read again and exported',
  },
  {
    cause: 'deleted',
    when: ['missing'],
    why: 'The shop does not have it, though it was written: deleted in the admin, or with its product',
    fix: '`cartage differences repair` has it written again',
  },
  {
    cause: 'changed_by_hand',
    when: ['shop'],
    why: 'It was written, and the shop shows another value: changed in the admin, by an import or an extension',
    fix: '`cartage differences repair` writes what the ERP says; if the shop is right, correct the ERP',
  },
  {
    cause: 'changed_in_erp',
    when: ['erp'],
    why: 'It was exported, and the ERP shows another value: changed there by hand, or computed otherwise',
    fix: 'Correct the ERP or the order; `cartage differences repair` tells the ERP of the order’s state again',
  },
];

/** The last one fits whatever is seen of its side. */
export function causeOf(facts: ReadonlySet<Fact>): Cause {
  return causes.find(({ when }) => when.every((fact) => facts.has(fact))) ?? causes.at(-1)!;
}
