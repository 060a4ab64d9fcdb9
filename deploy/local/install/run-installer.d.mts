export interface InstallerOptions {
  cwd: string;
  signal?: AbortSignal;
  /** Each piece that it says, as it comes. */
  onText?: (text: string) => void;
  /** What a person can do when it fails. */
  help: string;
}

export function runInstaller(
  name: string,
  command: string,
  args: readonly string[],
  options: InstallerOptions,
): Promise<void>;
