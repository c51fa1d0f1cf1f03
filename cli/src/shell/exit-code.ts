/** The exit codes of this command. */
export const exitCodes = { clean: 0, findings: 1, cannotRun: 2 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Sets the exit code of the process. */
export type Done = (code: ExitCode) => void;
