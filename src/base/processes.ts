/** Processes of this machine, and files that one of them holds. */
/** What tells this process from all others that were or will be, here and elsewhere. */
export interface ProcessMark {
  readonly host: string;
  /** Differs after every start of the machine; empty where it cannot be told. */
  readonly boot: string;
  /** In which `pid` counts, for each container has its own; empty where it cannot be told. */
  readonly space: string;
  readonly pid: number;
  /** In ticks of the machine; empty where it cannot be told. */
  readonly started: string;
}

export interface Processes {
  readonly self: () => ProcessMark;
  /** Whether the process that the mark is of still runs, on this host and since its last start. */
  readonly isRunning: (mark: ProcessMark) => boolean;
  /**
   * Makes a file and holds it until this process ends, or what it returns is called, which removes
   * it: other processes of the machine see that, also from other containers. "held": one of them
   * does. Undefined: the disk knows no such thing.
   */
  readonly hold: (path: string) => (() => void) | "held" | undefined;
}
