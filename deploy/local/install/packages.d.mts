export interface LockEntry {
  version?: string;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}
export declare function packagesAreInstalled(locked?: Record<string, LockEntry>, listed?: string): boolean;
