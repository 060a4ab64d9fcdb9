import { parse } from '@babel/parser';

/** One small fault: the text from `start` to `end` of a source is replaced. */
export interface Mutant {
  kind: string;
  start: number;
  end: number;
  text: string;
  /** Counted from 1. */
  line: number;
}

interface Node {
  type: string;
  start: number;
  end: number;
  [part: string]: unknown;
}

const binary: Readonly<Record<string, string>> = {
  '===': '!==',
  '!==': '===',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '&&': '||',
  '||': '&&',
};
const assignment: Readonly<Record<string, string>> = { '+=': '-=', '-=': '+=', '++': '--', '--': '++' };

/** Words for people: what is only said in the log is judged by reading, not by tests. */
const saidOnly = /^(?:void )?[\w.#]*\blog\.(?:trace|debug|info|warn|error)\(/;

/** Every small fault that could be made in a source, in the order of the text. */
export function mutantsOf(source: string): Mutant[] {
  const mutants: Mutant[] = [];
  const add = (kind: string, start: number, end: number, text: string) => {
    const line = source.slice(0, start).split('\n').length;
    mutants.push({ kind, start, end, text, line });
  };
  const file = parse(source, { sourceType: 'module', plugins: ['typescript', 'importAttributes'] });
  walk(file.program as unknown as Node, null, (node, parent) => mutate(node, parent, source, add));
  return mutants.toSorted((one, other) => one.start - other.start);
}

export function withMutant(source: string, { start, end, text }: Mutant): string {
  return source.slice(0, start) + text + source.slice(end);
}

type Add = (kind: string, start: number, end: number, text: string) => void;

function mutate(node: Node, parent: Node | null, source: string, add: Add): void {
  const text = (part: Node) => source.slice(part.start, part.end);
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression':
      return mutateOperator(node, source, add);
    case 'AssignmentExpression':
    case 'UpdateExpression':
      return mutateAssignment(node, source, add);
    case 'IfStatement':
    case 'ConditionalExpression':
    case 'WhileStatement': {
      const test = node.test as Node;
      return add('condition turned', test.start, test.end, `!(${text(test)})`);
    }
    case 'BooleanLiteral':
      return add('boolean turned', node.start, node.end, String(node.value !== true));
    case 'NumericLiteral':
      return add('number raised', node.start, node.end, raised(Number(node.value)));
    case 'AwaitExpression':
      return add('await removed', node.start, node.end, text(node.argument as Node));
    case 'ThrowStatement':
      return add('throw removed', node.start, node.end, ';');
    case 'StringLiteral':
      // zod's own word for an issue that is told in ours.
      if (isCode(parent) && node.value !== 'custom')
        add('code of a fault changed', node.start, node.end, `'mutated.code'`);
      return;
    case 'ExpressionStatement':
      if (isCall(node.expression as Node) && !saidOnly.test(text(node)))
        add('call removed', node.start, node.end, ';');
      return;
    default:
  }
}

/** By one, or twice where one more is nothing: a minute and a millisecond is a minute to everybody. */
function raised(value: number): string {
  return String(value < 1_000 ? value + 1 : value * 2);
}

function mutateOperator(node: Node, source: string, add: Add): void {
  const [left, right] = [node.left as Node, node.right as Node];
  const operator = node.operator as string;
  if (operator === '??') return add('fallback removed', left.end, node.end, '');
  const other = binary[operator];
  if (other === undefined || (operator === '+' && [left, right].some(isText))) return;
  const at = source.indexOf(operator, left.end);
  add('operator changed', at, at + operator.length, other);
}

function mutateAssignment(node: Node, source: string, add: Add): void {
  const operator = node.operator as string;
  const other = assignment[operator];
  if (other === undefined || isText(node.right as Node | undefined)) return;
  const from = node.type === 'UpdateExpression' ? node.start : (node.left as Node).end;
  const at = source.indexOf(operator, from);
  add('operator changed', at, at + operator.length, other);
}

const isText = (node: Node | undefined) => node?.type === 'StringLiteral' || node?.type === 'TemplateLiteral';

const isCall = ({ type, argument }: Node): boolean =>
  type === 'CallExpression' || (type === 'AwaitExpression' && isCall(argument as Node));

const isCode = (parent: Node | null) =>
  parent?.type === 'ObjectProperty' && (parent.key as Node).name === 'code';

/** Types are not walked: what they say is gone before the code runs. */
function walk(node: Node, parent: Node | null, visit: (node: Node, parent: Node | null) => void): void {
  const isType = node.type.startsWith('TS') && !/^TS(As|Satisfies|NonNull)Expression$/.test(node.type);
  if (isType || node.type === 'ImportDeclaration') return;
  visit(node, parent);
  for (const [name, value] of Object.entries(node)) {
    if (name === 'loc' || name.endsWith('Comments')) continue;
    for (const part of Array.isArray(value) ? value : [value]) if (isNode(part)) walk(part, node, visit);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}
