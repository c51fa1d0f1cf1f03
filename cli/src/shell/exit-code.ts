/** What a process of this command exits with. */
export const exitCodes = { clean: 0, findings: 1, cannotRun: 2 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Says what the process is to exit with. */
export type Done = (code: ExitCode) => void;
