/** What every command is given. */
export interface GlobalOptions {
  /** Path of the YAML; undefined: CARTAGE_CONFIG. */
  config?: string;
  json?: boolean;
  /** Who acts, where it is not the one who is logged in. */
  as?: string;
}

/** Makes the action of a command from its work: options and words in, exit code out. */
export type Run = (
  // Commander gives what the command declares: each work names the options it takes.
  work: (options: never, words: string[]) => Promise<number>,
) => (...given: unknown[]) => Promise<void>;

/** What stands behind the help of a command: each line as it is typed, without the `cartage` before it. */
export const examples = (...lines: string[]) =>
  `\nExamples:\n${lines.map((line) => `  $ cartage ${line}`).join('\n')}`;
