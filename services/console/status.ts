import type { Control, Cursor } from '../../schemas/types.ts';
import { groupIn, groupOf } from '../platform/groups.ts';
import { scheduledProcesses } from '../platform/schedules.ts';
import { flows } from './flows.ts';
import { sayTrouble, waitingFor } from './sides.ts';
import type { SideTrouble } from './state/side-watch.ts';
import type { FlowDescription } from './flows.ts';
import type { ConsoleState } from './state/console-state.ts';
import { FlowFigureKeeper } from './state/flow-figures.ts';
import type { FlowFigures } from './state/flow-figures.ts';
import type { DifferencesSummary } from './state/open-differences.ts';
import type { Lag, Lags } from './state/lags.ts';
import type { Outlook } from './state/pace.ts';
import type { OutcomeView } from './state/outcome-view.ts';
import type { ParkedSummary } from './state/parked-records.ts';

/** One row of the flow table: what it is, how it goes. */
export interface FlowStatus extends FlowDescription, FlowFigures {
  /** As configured; null for what has no switch. */
  mode: 'off' | 'dry' | 'on' | null;
  /** What an operator has set; null where nothing was ever set. */
  control: Control | null;
  /** Null until the broker was asked. */
  lag: Lag | null;
  outlook: Outlook;
}

/**
 * The answer of `GET /api/status` and the data of each `status` event of `GET /api/events`. Members are only ever
 * added. All times are UTC milliseconds, all durations milliseconds. Holds no personal data.
 */
export interface Status {
  instance: string;
  /** When this was true. */
  at: number;
  /** False while the topics are still being read after a start: figures are then too low. */
  complete: boolean;
  /** Outcomes from before are not known here. */
  since: number;
  /** What keeps the console from seeing what is true, or shop or ERP from answering, in words; empty while all is well. */
  troubles: string[];
  /** The same of shop and ERP, as they were asked. */
  sides: SideTrouble[];
  /** Of all flows together. */
  overall: FlowFigures;
  flows: FlowStatus[];
  /** Processes that have a schedule that an operator may set, and what is set of each. */
  scheduled: { process: string; control: Control | null }[];
  parked: ParkedSummary;
  differences: DifferencesSummary;
  /** When the newest act of a person was done; null when none is known. */
  lastActAt: number | null;
  /** The newest 200, newest first. */
  outcomes: OutcomeView[];
  cursors: Cursor[];
}

export interface StatusContext {
  instance: string;
  modes: Record<string, 'off' | 'dry' | 'on'>;
  state: ConsoleState;
  lags: Pick<Lags, 'of' | 'outlook'>;
  complete: () => boolean;
  since: number;
  troubles: () => string[];
  sides: () => SideTrouble[];
  now: () => number;
}

export function statusOf(context: StatusContext): Status {
  const { instance, state, since } = context;
  const now = context.now();
  const groupOfFlow = (flow: FlowDescription) =>
    groupIn(modeOfFlow(flow, context.modes), groupOf(instance, flow.process));
  const rows = described(state).map((flow) => ({
    ...flow,
    ...(state.flows.get(`${flow.process}/${flow.topic}`) ?? new FlowFigureKeeper()).figures(now),
    mode: modeOfFlow(flow, context.modes),
    control: state.controls.get(flow.process) ?? null,
    lag: context.lags.of(groupOfFlow(flow), flow.topic),
    outlook: context.lags.outlook(groupOfFlow(flow), flow.topic, flow.targetP95Ms),
  }));
  const sides = context.sides();
  return {
    instance,
    at: now,
    complete: context.complete(),
    since,
    troubles: [...context.troubles(), ...sides.map((one) => sayTrouble(one, waitingFor(one.side, rows)))],
    sides,
    overall: state.overall.figures(now),
    flows: rows,
    scheduled: scheduledProcesses.map((process) => ({
      process,
      control: state.controls.get(process) ?? null,
    })),
    parked: state.parked.summary(),
    differences: state.differences.summary(),
    lastActAt: state.acts.list()[0]?.at ?? null,
    outcomes: state.latestOutcomes(),
    cursors: [...state.cursors.values()].toSorted((a, b) =>
      `${a.process}/${a.source}`.localeCompare(`${b.process}/${b.source}`),
    ),
  };
}

/** What the charts are drawn from: the last day of each flow, by quarters of an hour. */
export function historyOf({ state, now }: Pick<StatusContext, 'state' | 'now'>) {
  return described(state).map(({ name, process, topic, targetP95Ms }) => {
    const points = state.flows.get(`${process}/${topic}`)?.history(now()) ?? [];
    return { name, process, topic, targetP95Ms, points };
  });
}

/** Null for a flow that is always on. */
export function modeOfFlow({ switch: name }: FlowDescription, modes: StatusContext['modes']) {
  return name === null ? null : (modes[name] ?? null);
}

/** The known flows, then whatever else has written outcomes: nothing that happens goes unseen. */
function described(state: ConsoleState): FlowDescription[] {
  const known = new Set(flows.map(({ process, topic }) => `${process}/${topic}`));
  const others = [...state.flows.keys()].filter((id) => !known.has(id)).toSorted();
  return [...flows, ...others.map((id) => undescribed(id))];
}

function undescribed(id: string): FlowDescription {
  const [process = '', topic = ''] = id.split('/');
  return { name: process, direction: '', process, topic, switch: null, targetP95Ms: null, schedule: '' };
}
